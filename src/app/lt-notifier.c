/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-notifier.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"
#include "lt-settings.h"

/* The one that there is. */
#define ID "jobs"

/* Who waits for less stays where they are. */
#define MIN_SECONDS 10.0

struct _LtNotifier
{
  GObject         parent_instance;

  GtkApplication *application;   /* (unowned) which owns us */
  LtJobs         *jobs;          /* (owned) */
  GPtrArray      *ended;         /* (owned) of HaulJob: since somebody looked last */
};

G_DEFINE_FINAL_TYPE (LtNotifier, lt_notifier, G_TYPE_OBJECT)

void
lt_notifier_compose (GPtrArray  *ended,
                     char      **ret_title,
                     char      **ret_body)
{
  HaulJob *last = ended->pdata[ended->len - 1];
  guint n_good = 0;
  guint n_bad;
  g_autofree char *good = NULL;
  g_autofree char *bad = NULL;

  if (ended->len == 1)
    {
      *ret_title = g_strdup_printf (_("%s: %s"), haul_job_get_title (last),
                                    haul_format_state (HAUL_JOB_ENDED, haul_job_get_verdict (last)));
      *ret_body = lt_job_text_caption (last);
      return;
    }

  for (guint i = 0; i < ended->len; i++)
    n_good += haul_job_get_verdict (ended->pdata[i]) == HAUL_VERDICT_DONE;
  n_bad = ended->len - n_good;
  good = g_strdup_printf (ngettext ("%u job done", "%u jobs done", n_good), n_good);
  bad = g_strdup_printf (ngettext ("%u not", "%u not", n_bad), n_bad);
  /* Translators: “5 jobs done, 1 not” */
  *ret_title = n_bad > 0 ? g_strdup_printf (_("%s, %s"), good, bad) : g_steal_pointer (&good);
  *ret_body = g_strdup_printf (_("The last was “%s”"), haul_job_get_title (last));
}

static gboolean
is_looked_at (LtNotifier *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  return window != NULL && gtk_window_is_active (window);
}

static void
tell (LtNotifier *self)
{
  HaulJob *last = self->ended->pdata[self->ended->len - 1];
  g_autoptr(GNotification) notification = NULL;
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  lt_notifier_compose (self->ended, &title, &body);
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-job", "u", haul_job_get_id (last));
  g_application_send_notification (G_APPLICATION (self->application), ID, notification);
}

static void
ended_cb (LtNotifier *self,
          HaulJob    *job)
{
  LtNotify when = lt_settings_get_notify ();

  if (is_looked_at (self) || when == LT_NOTIFY_NEVER
      || haul_job_get_verdict (job) == HAUL_VERDICT_CANCELLED)   /* somebody did that, and knows */
    return;
  if (haul_job_get_elapsed (job) >= MIN_SECONDS)
    g_ptr_array_add (self->ended, g_object_ref (job));
  if (self->ended->len > 0
      && (when == LT_NOTIFY_EACH
          || lt_jobs_count_daemons (self->jobs, FALSE) + lt_jobs_count_daemons (self->jobs, TRUE) == 0))
    tell (self);
}

/* They are back. */
static void
focus_cb (LtNotifier *self)
{
  if (self->ended->len == 0 || !is_looked_at (self))
    return;
  g_ptr_array_set_size (self->ended, 0);
  g_application_withdraw_notification (G_APPLICATION (self->application), ID);
}

static void
window_added_cb (LtNotifier *self,
                 GtkWindow  *window)
{
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (focus_cb), self, G_CONNECT_SWAPPED);
}

static void
lt_notifier_dispose (GObject *object)
{
  LtNotifier *self = LT_NOTIFIER (object);

  g_clear_object (&self->jobs);
  g_clear_pointer (&self->ended, g_ptr_array_unref);

  G_OBJECT_CLASS (lt_notifier_parent_class)->dispose (object);
}

static void
lt_notifier_class_init (LtNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_notifier_dispose;
}

static void
lt_notifier_init (LtNotifier *self)
{
  self->ended = g_ptr_array_new_with_free_func (g_object_unref);
}

LtNotifier *
lt_notifier_new (GtkApplication *application,
                 LtJobs         *jobs)
{
  LtNotifier *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  self = g_object_new (LT_TYPE_NOTIFIER, NULL);
  self->application = application;
  self->jobs = g_object_ref (jobs);
  g_signal_connect_object (jobs, "job-ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "window-added", G_CALLBACK (window_added_cb), self, G_CONNECT_SWAPPED);
  return self;
}
