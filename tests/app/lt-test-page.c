/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-test-page.h"

#include "lt-settings.h"
#include "lt-test.h"

#define SOON 30000

void
lt_test_page_init (LtTestPage *self,
                   int   width)
{
  /* As the first time, not as the last test left it. */
  if (lt_settings_get () != NULL)
    g_settings_reset (lt_settings_get (), "view");
  self->jobs = lt_jobs_new ();
  self->window = lt_window_new (NULL, self->jobs);
  self->view = lt_window_get_processes_view (self->window);
  gtk_window_set_default_size (GTK_WINDOW (self->window), width, 640);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "view", g_variant_new_string ("processes"));
  haul_process_list_set_interval (lt_processes_view_get_list (self->view), HAUL_PROCESS_MIN_INTERVAL);
  gtk_window_present (GTK_WINDOW (self->window));
}

void
lt_test_page_clear (LtTestPage *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  lt_test_stop (self->jobs);
  g_object_unref (self->jobs);
}

HaulProcessInfo *
lt_test_page_find (LtTestPage *self)
{
  return haul_process_list_lookup (lt_processes_view_get_list (self->view), self->pid);
}

static gboolean
has_state (gpointer data)
{
  LtTestPage *self = data;
  HaulProcessInfo *info = lt_test_page_find (self);

  return info != NULL && g_str_equal (haul_process_info_get_state (info), self->state);
}

void
lt_test_page_wait_state (LtTestPage       *self,
                         const char *state)
{
  self->state = state;
  lt_test_run_until (has_state, self, SOON);
}

static gboolean
is_running (gpointer job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING;
}

HaulJob *
lt_test_page_start_job (LtTestPage *self)
{
  HaulJob *job = lt_jobs_start (self->jobs, haul_task_lookup ("sleep", NULL),
                                g_variant_new_parsed ("{'seconds': <600.0>}"),
                                &(LtJobOptions) { .where = LT_RUN_IN_PROCESS }, NULL);

  lt_test_run_until (is_running, job, SOON);
  self->pid = haul_job_get_pid (job);
  return job;
}
