/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-context-menu.h"

/* What had the focus before, as a GWeakRef: it may be what the menu stands in, which owns the menu. */
#define FOCUS_KEY "lt-focus"

static void
weak_ref_free (gpointer ref)
{
  g_weak_ref_clear (ref);
  g_free (ref);
}

static gboolean
unparent_cb (gpointer user_data)
{
  g_autoptr(GtkWidget) popover = user_data;
  GWeakRef *ref = g_object_get_data (G_OBJECT (popover), FOCUS_KEY);
  g_autoptr(GtkWidget) focus = g_weak_ref_get (ref);

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  if (focus != NULL && gtk_widget_get_mapped (focus))
    gtk_widget_grab_focus (focus);
  return G_SOURCE_REMOVE;
}

/* Later, because the action of the chosen item is activated after the menu has closed. */
static void
closed_cb (GtkPopover *popover)
{
  g_idle_add (unparent_cb, g_object_ref (popover));
}

/* GTK asks the parent to move the focus, which knows of no menu, and moves it below that. */
static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  key,
                guint                  code,
                GdkModifierType        state,
                GtkWidget             *popover)
{
  static const struct { guint key; GtkDirectionType direction; } moves[] = {
    { GDK_KEY_Up, GTK_DIR_UP }, { GDK_KEY_KP_Up, GTK_DIR_UP }, { GDK_KEY_Down, GTK_DIR_DOWN }, { GDK_KEY_KP_Down, GTK_DIR_DOWN },
    { GDK_KEY_Left, GTK_DIR_LEFT }, { GDK_KEY_KP_Left, GTK_DIR_LEFT }, { GDK_KEY_Right, GTK_DIR_RIGHT },
    { GDK_KEY_KP_Right, GTK_DIR_RIGHT }, { GDK_KEY_Tab, GTK_DIR_TAB_FORWARD }, { GDK_KEY_ISO_Left_Tab, GTK_DIR_TAB_BACKWARD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].key == key)
      {
        (void) gtk_widget_child_focus (popover, moves[i].direction);
        return GDK_EVENT_STOP;
      }
  return GDK_EVENT_PROPAGATE;
}

/* Later, because GTK shows the lines between the sections in an idle callback, and has no room for them if
 * it measures the menu before. */
static gboolean
popup_cb (gpointer user_data)
{
  g_autoptr(GtkWidget) popover = user_data;
  GtkWidget *parent = gtk_widget_get_parent (popover);

  if (parent != NULL && gtk_widget_get_mapped (parent))
    gtk_popover_popup (GTK_POPOVER (popover));
  return G_SOURCE_REMOVE;
}

GtkWidget *
lt_context_menu_popup (GMenuModel         *menu,
                       const char         *prefix,
                       GActionGroup       *group,
                       GtkWidget          *parent,
                       const GdkRectangle *where)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *popover;
  GWeakRef *focus;

  g_return_val_if_fail (G_IS_MENU_MODEL (menu), NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);

  focus = g_new (GWeakRef, 1);
  /* Not nested: in a menu beside it keys would move below both. */
  popover = gtk_popover_menu_new_from_model (menu);
  gtk_widget_insert_action_group (popover, prefix, group);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), popover);
  gtk_widget_add_controller (popover, keys);
  g_weak_ref_init (focus, gtk_root_get_focus (gtk_widget_get_root (parent)));
  g_object_set_data_full (G_OBJECT (popover), FOCUS_KEY, focus, weak_ref_free);
  gtk_widget_set_parent (popover, parent);
  g_signal_connect_object (parent, "destroy", G_CALLBACK (gtk_widget_unparent), popover, G_CONNECT_SWAPPED);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), where);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), NULL);
  g_idle_add (popup_cb, g_object_ref (popover));
  return popover;
}
