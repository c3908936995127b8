/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-menu.h"

#include <glib/gi18n.h>

#include "lt-context-menu.h"
#include "lt-processes-view.h"

/* More than these do not fit into a menu. */
#define MAX_CPUS 64

static const struct { int nice; const char *label; } priorities[] = {
  { 0, N_("_Normal (0)") }, { 5, N_("_Below Normal (5)") }, { 10, N_("_Low (10)") }, { 19, N_("_Very Low (19)") },
};

static void
append_targeted (GMenu      *menu,
                 const char *label,
                 const char *action,
                 int         target)
{
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "i", target);
  g_menu_append_item (menu, item);
}

static GMenuModel *
build_signals (const char *action)
{
  GMenu *menu = g_menu_new ();

  for (const int *number = haul_signals_list (); *number != 0; number++)
    {
      /* Translators: the name and number of a signal, and what it does */
      g_autofree char *label = g_strdup_printf (_("%s (%d): %s"), haul_signal_name (*number), *number, haul_signal_meaning (*number));

      append_targeted (menu, label, action, *number);
    }
  return G_MENU_MODEL (menu);
}

static GMenuModel *
build_priorities (void)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    append_targeted (menu, _(priorities[i].label), "process.nice", priorities[i].nice);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
build_cpus (void)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < MIN (g_get_num_processors (), MAX_CPUS); i++)
    {
      g_autofree char *label = g_strdup_printf (_("Processor %u"), i);
      g_autofree char *action = g_strdup_printf ("process.cpu-%u", i);

      g_menu_append (menu, label, action);
    }
  return G_MENU_MODEL (menu);
}

static GMenuModel *
build_control (HaulProcessInfo *info)
{
  GMenu *menu = g_menu_new ();

  if (g_str_equal (haul_process_info_get_state (info), "T"))
    g_menu_append (menu, _("_Resume"), "process.resume");
  else
    g_menu_append (menu, _("_Pause"), "process.pause");
  g_menu_append (menu, _("_End"), "process.end");
  g_menu_append (menu, _("_Force Stop…"), "process.force");
  return G_MENU_MODEL (menu);
}

static GMenuModel *
build_finer (GPtrArray *group)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenuModel) signals = build_signals ("process.signal");
  g_autoptr(GMenuModel) group_signals = build_signals ("process.signal-group");
  g_autoptr(GMenuModel) nice = build_priorities ();
  g_autoptr(GMenuModel) cpus = build_cpus ();

  g_menu_append_submenu (menu, _("_Send Signal"), signals);
  if (group != NULL && group->len > 1)
    {
      /* Translators: a signal, to as many processes */
      g_autofree char *label = g_strdup_printf (ngettext ("Send Signal to _Group of %u", "Send Signal to _Group of %u", group->len),
                                                group->len);

      g_menu_append_submenu (menu, label, group_signals);
    }
  g_menu_append_submenu (menu, _("P_riority"), nice);
  g_menu_append_submenu (menu, _("_Processors"), cpus);
  return G_MENU_MODEL (menu);
}

/* A zombie has ended: nothing can be done to it any more, but to join it. */
GMenuModel *
lt_process_menu_build (HaulProcessInfo *info,
                       GPtrArray       *group)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenu) rest = g_menu_new ();
  g_autoptr(HaulJob) job = haul_process_info_dup_job (info);

  if (haul_process_info_get_can_control (info) && !g_str_equal (haul_process_info_get_state (info), "Z"))
    {
      g_autoptr(GMenuModel) control = build_control (info);
      g_autoptr(GMenuModel) finer = build_finer (group);

      g_menu_append_section (menu, NULL, control);
      g_menu_append_section (menu, NULL, finer);
    }
  if (job != NULL && haul_job_get_held (job))
    g_menu_append (rest, _("_Join"), "process.join");
  if (job != NULL)
    g_menu_append (rest, _("Show _Job"), "process.show-job");
  g_menu_append (rest, _("_Copy"), "process.copy");
  if (!haul_process_info_get_is_ended (info))
    g_menu_append (rest, _("_Open Files"), "process.files");
  g_menu_append (rest, _("Propert_ies"), "process.properties");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return G_MENU_MODEL (menu);
}

GPtrArray *
lt_process_menu_dup_group (HaulProcessInfo *info,
                           GtkWidget       *widget)
{
  GtkWidget *view = gtk_widget_get_ancestor (widget, LT_TYPE_PROCESSES_VIEW);

  if (view == NULL || haul_process_info_get_is_ended (info))
    return NULL;
  return haul_process_list_dup_group (lt_processes_view_get_list (LT_PROCESSES_VIEW (view)), info);
}

GtkWidget *
lt_process_menu_popup (HaulProcessInfo    *info,
                       GtkWidget          *parent,
                       const GdkRectangle *where)
{
  g_autoptr(GMenuModel) menu = NULL;
  g_autoptr(GSimpleActionGroup) actions = NULL;
  g_autoptr(GPtrArray) group = NULL;

  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (info), NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);

  group = lt_process_menu_dup_group (info, parent);
  menu = lt_process_menu_build (info, group);
  actions = lt_process_actions_new (info, parent);
  return lt_context_menu_popup (menu, "process", G_ACTION_GROUP (actions), parent, where);
}
