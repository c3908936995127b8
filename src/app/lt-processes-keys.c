/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-processes-view-private.h"

#include "lt-process-menu.h"
#include "lt-process-row.h"

/* The menu of a row. */

static void
menu_gone_cb (gpointer  user_data,
              GObject  *menu)
{
  LtProcessesView *self = user_data;

  self->menu = NULL;
  if (self->model != NULL)
    lt_processes_view_update_paused (self);
}

void
lt_processes_view_forget_menu (LtProcessesView *self)
{
  GtkWidget *menu = g_steal_pointer (&self->menu);

  if (menu == NULL)
    return;
  g_object_weak_unref (G_OBJECT (menu), menu_gone_cb, self);
  if (gtk_widget_get_parent (menu) != NULL)
    gtk_widget_unparent (menu);
}

static GtkWidget *
popup (LtProcessesView    *self,
       HaulProcessInfo    *info,
       const GdkRectangle *where)
{
  GtkWidget *menu;

  lt_processes_view_forget_menu (self);
  menu = lt_process_menu_popup (info, GTK_WIDGET (self->rows), where);
  self->menu = menu;
  g_object_weak_ref (G_OBJECT (menu), menu_gone_cb, self);
  lt_processes_view_update_paused (self);
  return menu;
}

static gboolean
popup_at (LtProcessesView *self,
          double           x,
          double           y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->rows), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = widget != NULL ? gtk_widget_get_ancestor (widget, LT_TYPE_PROCESS_ROW) : NULL;
  HaulProcessInfo *info = row != NULL ? lt_process_row_get_info (LT_PROCESS_ROW (row)) : NULL;

  if (info == NULL)
    return FALSE;
  lt_processes_view_select (self, info);
  (void) popup (self, info, &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  return TRUE;
}

void
lt_processes_view_right_click (GtkGestureClick *gesture,
                               int              n_press,
                               double           x,
                               double           y,
                               LtProcessesView *self)
{
  if (popup_at (self, x, y))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

void
lt_processes_view_long_press (GtkGestureLongPress *gesture,
                              double               x,
                              double               y,
                              LtProcessesView     *self)
{
  if (popup_at (self, x, y))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

GtkWidget *
lt_processes_view_popup_menu (LtProcessesView *self)
{
  HaulProcessInfo *info;
  GtkWidget *focus;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (12, 48, 1, 1);

  g_return_val_if_fail (LT_IS_PROCESSES_VIEW (self), NULL);

  info = lt_processes_view_get_selected (self);
  focus = gtk_widget_get_root (GTK_WIDGET (self)) != NULL ? gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))) : NULL;
  if (info == NULL)
    return NULL;
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->rows))
      && !gtk_widget_compute_bounds (focus, GTK_WIDGET (self->rows), &bounds))
    graphene_rect_init (&bounds, 12, 48, 1, 1);
  return popup (self, info, &(GdkRectangle) { (int) bounds.origin.x + 24, (int) (bounds.origin.y + bounds.size.height), 1, 1 });
}

/* Keys that mean something in the list only. */

static void
act (LtProcessesView *self,
     const char      *name)
{
  HaulProcessInfo *info = lt_processes_view_get_selected (self);
  g_autoptr(GSimpleActionGroup) actions = NULL;

  if (info == NULL || (!haul_process_info_get_can_control (info) && !g_str_equal (name, "copy") && !g_str_equal (name, "properties")))
    return;
  actions = lt_process_actions_new (info, GTK_WIDGET (self->rows));
  g_action_group_activate_action (G_ACTION_GROUP (actions), name, NULL);
}

void
lt_processes_view_show_properties (LtProcessesView *self)
{
  g_return_if_fail (LT_IS_PROCESSES_VIEW (self));

  act (self, "properties");
}

static gboolean
expand (LtProcessesView *self,
        gboolean         expanded)
{
  HaulProcessInfo *info = lt_processes_view_get_selected (self);

  if (info == NULL || lt_process_model_get_flat (self->model))
    return GDK_EVENT_PROPAGATE;
  if (haul_process_info_get_n_children (info) > 0 && lt_process_model_get_expanded (self->model, info) != expanded)
    lt_process_model_set_expanded (self->model, info, expanded);
  else if (!expanded && haul_process_info_get_parent (info) != NULL)
    lt_processes_view_select (self, haul_process_info_get_parent (info));
  return GDK_EVENT_STOP;
}

/* Who types looks for something. */
static gboolean
type_to_search (LtProcessesView *self,
                guint            key)
{
  gunichar letter = gdk_keyval_to_unicode (key);
  char text[7] = "";

  if (!g_unichar_isgraph (letter))
    return GDK_EVENT_PROPAGATE;
  (void) g_unichar_to_utf8 (letter, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  return GDK_EVENT_STOP;
}

gboolean
lt_processes_view_key_pressed (GtkEventControllerKey *controller,
                               guint                  key,
                               guint                  code,
                               GdkModifierType        state,
                               LtProcessesView       *self)
{
  static const struct { guint key; GdkModifierType modifiers; const char *action; } keys[] = {
    { GDK_KEY_Delete, 0, "end" }, { GDK_KEY_KP_Delete, 0, "end" },
    { GDK_KEY_Delete, GDK_SHIFT_MASK, "force" }, { GDK_KEY_KP_Delete, GDK_SHIFT_MASK, "force" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "copy" },
  };
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  HaulProcessInfo *info = lt_processes_view_get_selected (self);

  if (key == GDK_KEY_Menu || (key == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK))
    return lt_processes_view_popup_menu (self) != NULL;
  if (modifiers == 0 && (key == GDK_KEY_Left || key == GDK_KEY_Right))
    return expand (self, (key == GDK_KEY_Right) != rtl);
  if (modifiers == 0 && key == GDK_KEY_space && info != NULL)
    {
      act (self, g_str_equal (haul_process_info_get_state (info), "T") ? "resume" : "pause");
      return GDK_EVENT_STOP;
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == key && keys[i].modifiers == modifiers)
      {
        act (self, keys[i].action);
        return GDK_EVENT_STOP;
      }
  if ((modifiers & ~GDK_SHIFT_MASK) == 0)
    return type_to_search (self, key);
  return GDK_EVENT_PROPAGATE;
}

/* Return, or a double click: its job, if it has one. */
void
lt_processes_view_activate (LtProcessesView *self,
                            guint            position)
{
  g_autoptr(HaulProcessInfo) info = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  g_autoptr(GSimpleActionGroup) actions = info != NULL ? lt_process_actions_new (info, GTK_WIDGET (self)) : NULL;

  if (actions != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (actions), "show-job", NULL);
}
