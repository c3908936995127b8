/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-menu.h"

#include <glib/gi18n.h>

#include "lt-context-menu.h"

static void
append_action (GMenu      *menu,
               HaulJob    *job,
               const char *label,
               const char *action)
{
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "u", haul_job_get_id (job));
  g_menu_append_item (menu, item);
}

/* As the action has them: first, earlier, later, last. */
static GMenu *
build_queue_menu (HaulJob *job)
{
  const char *labels[] = { _("Run _Next"), _("Run Ea_rlier"), _("Run _Later"), _("Run La_st") };
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr(GMenuItem) item = g_menu_item_new (labels[i], NULL);

      g_menu_item_set_action_and_target (item, "app.move-job", "(uu)", haul_job_get_id (job), i);
      g_menu_append_item (menu, item);
    }
  return menu;
}

/* The same as in the form for a new job. */
static GMenu *
build_priority_menu (HaulJob *job)
{
  const struct { int nice; const char *label; } priorities[] = { { 0, _("_High") }, { 10, _("_Normal") }, { 19, _("_Low") } };
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr(GMenuItem) item = g_menu_item_new (priorities[i].label, NULL);

      g_menu_item_set_action_and_target (item, "job.nice", "i", priorities[i].nice);
      g_menu_append_item (menu, item);
    }
  return menu;
}

/* The menu shows the one that it has; to choose another is the action of the app. */
static void
nice_chosen_cb (GSimpleAction *action,
                GVariant      *state,
                HaulJob       *job)
{
  GApplication *application = g_application_get_default ();

  if (application != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (application), "renice-job",
                                    g_variant_new ("(ui)", haul_job_get_id (job), g_variant_get_int32 (state)));
}

static GSimpleActionGroup *
build_actions (HaulJob *job)
{
  GSimpleActionGroup *group = g_simple_action_group_new ();
  g_autoptr(GSimpleAction) nice = g_simple_action_new_stateful ("nice", G_VARIANT_TYPE_INT32,
                                                                g_variant_new_int32 (haul_job_get_nice (job)));

  g_signal_connect_object (nice, "change-state", G_CALLBACK (nice_chosen_cb), job, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (nice));
  return group;
}

/* In the pool, in a thread and in the window only the queue knows priorities. */
static gboolean
has_priority (HaulJob *job)
{
  HaulJobState state = haul_job_get_state (job);

  if (state == HAUL_JOB_QUEUED)
    return TRUE;
  return (state == HAUL_JOB_RUNNING || state == HAUL_JOB_PAUSED)
         && g_strcmp0 (haul_job_get_executor_name (job), "process") == 0;
}

static GMenuModel *
build_menu (HaulJob *job)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenu) control = g_menu_new ();
  g_autoptr(GMenu) again = g_menu_new ();
  g_autoptr(GMenu) end = g_menu_new ();
  HaulJobState state = haul_job_get_state (job);

  if (state == HAUL_JOB_PAUSED)
    append_action (control, job, _("_Resume"), "app.resume-job");
  else if (state == HAUL_JOB_RUNNING && haul_job_get_can_pause (job))
    append_action (control, job, _("_Pause"), "app.pause-job");
  if (haul_job_is_active (job) && state != HAUL_JOB_CANCELLING && state != HAUL_JOB_FINISHING)
    append_action (control, job, _("_Cancel"), "app.cancel-job");
  if (haul_job_is_active (job) && haul_job_get_can_force (job))
    append_action (control, job, _("_Force Stop"), "app.force-job");

  if (haul_job_get_held (job))
    append_action (control, job, _("_Join"), "app.collect-job");
  if (state == HAUL_JOB_QUEUED)
    append_action (control, job, haul_job_get_daemon (job) ? _("Make No Da_emon") : _("Make Da_emon"), "app.toggle-daemon");

  if (has_priority (job))
    {
      g_autoptr(GMenu) priority = build_priority_menu (job);

      g_menu_append_submenu (control, _("Pr_iority"), G_MENU_MODEL (priority));
    }

  if (haul_job_get_stamp (job, HAUL_STAMP_STARTED) != 0)
    append_action (again, job, _("Show in _Timeline"), "app.show-in-timeline");
  append_action (again, job, _("Start _Again"), "app.start-again");
  append_action (again, job, _("_Duplicate…"), "app.duplicate-job");
  append_action (again, job, _("Copy C_ommand"), "app.copy-command");
  if (haul_job_get_result_size (job) > 0 && !haul_job_is_active (job))
    append_action (again, job, _("_Save Result…"), "app.save-result");
  if (!haul_job_is_active (job))
    append_action (end, job, _("Re_move"), "app.remove-job");

  g_menu_append_section (menu, NULL, G_MENU_MODEL (control));
  if (state == HAUL_JOB_QUEUED)
    {
      g_autoptr(GMenu) queue = build_queue_menu (job);

      g_menu_append_section (menu, NULL, G_MENU_MODEL (queue));
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (again));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (end));
  return G_MENU_MODEL (menu);
}

void
lt_job_menu_popup (HaulJob   *job,
                   GtkWidget *parent,
                   int        x,
                   int        y)
{
  g_autoptr(GMenuModel) menu = NULL;
  g_autoptr(GSimpleActionGroup) actions = NULL;

  g_return_if_fail (HAUL_IS_JOB (job));

  menu = build_menu (job);
  actions = build_actions (job);
  (void) lt_context_menu_popup (menu, "job", G_ACTION_GROUP (actions), parent, &(GdkRectangle) { x, y, 1, 1 });
}
