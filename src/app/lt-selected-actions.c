/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-selected-actions.h"

static void
activate_on_selected (LtWindow   *self,
                      const char *action)
{
  HaulJob *job = lt_window_get_selected (self);

  if (job != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "u", haul_job_get_id (job));
}

static void
pause_resume_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  HaulJob *job = lt_window_get_selected (user_data);
  gboolean paused = job != NULL && haul_job_get_state (job) == HAUL_JOB_PAUSED;

  activate_on_selected (user_data, paused ? "app.resume-job" : "app.pause-job");
}

static void
cancel_selected_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  HaulJob *job = lt_window_get_selected (user_data);
  gboolean active = job != NULL && haul_job_is_active (job);

  activate_on_selected (user_data, active ? "app.cancel-job" : "app.remove-job");
}

static void
force_selected_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  activate_on_selected (user_data, "app.force-job");
}

static void
duplicate_selected_cb (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  activate_on_selected (user_data, "app.duplicate-job");
}

static void
save_selected_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  activate_on_selected (user_data, "app.save-result");
}

static void
copy_row_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  activate_on_selected (user_data, "app.copy-row");
}

static void
move_selected (LtWindow *self,
               guint     how)
{
  HaulJob *job = lt_window_get_selected (self);

  if (job != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.move-job", "(uu)", haul_job_get_id (job), how);
}

static void
run_earlier_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  move_selected (user_data, 1);
}

static void
run_later_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  move_selected (user_data, 2);
}

static const GActionEntry entries[] = {
  { "pause-resume", pause_resume_cb },
  { "cancel-selected", cancel_selected_cb },
  { "force-selected", force_selected_cb },
  { "duplicate-selected", duplicate_selected_cb },
  { "save-selected", save_selected_cb },
  { "copy-row", copy_row_cb },
  { "run-earlier", run_earlier_cb },
  { "run-later", run_later_cb },
};

void
lt_selected_actions_add (LtWindow *window)
{
  g_return_if_fail (LT_IS_WINDOW (window));

  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
