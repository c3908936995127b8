/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "lt-history-window.h"
#include "lt-job-actions.h"
#include "lt-lab-actions.h"
#include "lt-leave-dialog.h"
#include "lt-notifier.h"
#include "lt-preferences.h"
#include "lt-settings.h"
#include "lt-window.h"

/* Who sends a signal has no time for a grace as people have. */
#define SIGNAL_GRACE_MS 2500

/* As haul_process_finish_all() gives daemons. */
#define DAEMON_GRACE_MS 500

struct _LtApplication
{
  AdwApplication  parent_instance;

  LtJobs         *jobs;           /* (owned) */
  LtHistory      *history;        /* (owned) of the primary instance, from startup on */
  LtNotifier     *notifier;       /* (owned) likewise */
  LtAwake        *awake;          /* (owned) likewise */
  GtkWidget      *question;       /* (unowned) (nullable) the dialog that is open */
  guint           signal_ids[3];
  gboolean        stopping;
  gboolean        stopped;
  gboolean        busy;           /* a job ran, or waited, that is waited for */
  gboolean        leaving;        /* ends when all have ended that are waited for */
  gboolean        in_background;  /* and does so without a window */
};

G_DEFINE_FINAL_TYPE (LtApplication, lt_application, ADW_TYPE_APPLICATION)

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(LtApplication) self = user_data;

  /* It ends either way: what did not stop ends with us. */
  (void) lt_jobs_stop_finish (LT_JOBS (source), result, NULL);
  self->stopped = TRUE;
  g_application_quit (G_APPLICATION (self));
}

void
lt_application_stop (LtApplication *self,
                     guint          grace_ms)
{
  g_return_if_fail (LT_IS_APPLICATION (self));

  if (self->stopping)
    return;
  self->stopping = TRUE;
  lt_jobs_stop_async (self->jobs, grace_ms, stopped_cb, g_object_ref (self));
}

/* The second signal means it. */
static gboolean
signal_cb (gpointer user_data)
{
  LtApplication *self = user_data;

  if (self->stopping)
    lt_jobs_force_all (self->jobs);
  else
    lt_history_interrupt (self->history);
  lt_application_stop (self, SIGNAL_GRACE_MS);
  return G_SOURCE_CONTINUE;
}

/* Leaving: daemons are stopped, the others are waited for. */

static void
stop_leaving (LtApplication *self)
{
  if (self->in_background)
    g_application_release (G_APPLICATION (self));
  self->in_background = FALSE;
  self->leaving = FALSE;
}

/* Those that were canceled are neither that nor a problem. */
static guint
count_done (GListModel *jobs)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);

      n += haul_job_get_verdict (job) == HAUL_VERDICT_DONE;
    }
  return n;
}

static void
tell_of_end (LtApplication *self)
{
  g_autoptr(GNotification) notification = g_notification_new (_("All Jobs Have Ended"));
  guint n_problems = lt_jobs_get_count (self->jobs, LT_FILTER_PROBLEMS);
  guint n_good = count_done (lt_jobs_get_model (self->jobs));
  g_autofree char *good = g_strdup_printf (ngettext ("%u done", "%u done", n_good), n_good);
  g_autofree char *problems = g_strdup_printf (ngettext ("%u with a problem", "%u with a problem", n_problems), n_problems);
  g_autofree char *both = g_strdup_printf (_("%s, %s"), good, problems);

  g_notification_set_body (notification, n_problems > 0 ? both : good);
  g_application_send_notification (G_APPLICATION (self), "ended", notification);
}

/* What people want then is asked for anew each time the app is started: it may quit. */
static void
queue_done (LtApplication *self)
{
  g_autoptr(GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "when-done");
  const char *wanted = state != NULL ? g_variant_get_string (state, NULL) : "";

  if (g_str_equal (wanted, "notify") || g_str_equal (wanted, "quit"))
    tell_of_end (self);
  if (g_str_equal (wanted, "quit"))
    lt_application_stop (self, DAEMON_GRACE_MS);
}

/* The last that was waited for may have ended. */
static void
n_active_cb (LtApplication *self)
{
  gboolean was_busy = self->busy;

  self->busy = lt_jobs_count_daemons (self->jobs, FALSE) > 0;
  if (was_busy && !self->busy && !self->leaving && !self->stopping)
    queue_done (self);
  if (!self->leaving || self->stopping || lt_jobs_count_daemons (self->jobs, FALSE) > 0)
    return;
  if (self->in_background)
    tell_of_end (self);
  lt_application_stop (self, DAEMON_GRACE_MS);
}

/* Later, since this is wanted by a button of one of them. */
static gboolean
close_windows_cb (gpointer user_data)
{
  LtApplication *self = user_data;
  GList *window;

  if (self->question != NULL)
    gtk_window_destroy (GTK_WINDOW (self->question));
  while ((window = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (window->data);
  return G_SOURCE_REMOVE;
}

static void
leave (LtApplication *self,
       LtLeave        how)
{
  if (how == LT_LEAVE_STOP)
    {
      lt_application_stop (self, lt_settings_get_grace ());
      return;
    }

  self->leaving = TRUE;
  lt_jobs_leave (self->jobs, DAEMON_GRACE_MS);
  if (how == LT_LEAVE_BACKGROUND)
    {
      self->in_background = TRUE;
      g_application_hold (G_APPLICATION (self));
      g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_windows_cb, g_object_ref (self), g_object_unref);
    }
  n_active_cb (self);
}

static void
leave_cb (LtLeaveDialog *dialog,
          guint          how,
          LtApplication *self)
{
  leave (self, how);
}

/* Closed, which is to keep the app open, or taken away with its window. */
static void
question_gone_cb (LtApplication *self)
{
  self->question = NULL;
  if (!self->in_background && !self->stopping)
    stop_leaving (self);
}

static void
ask (LtApplication *self)
{
  if (self->question == NULL)
    {
      self->question = GTK_WIDGET (lt_leave_dialog_new (gtk_application_get_active_window (GTK_APPLICATION (self)),
                                                        self->jobs));
      g_signal_connect_object (self->question, "leave", G_CALLBACK (leave_cb), self, 0);
      g_signal_connect_object (self->question, "destroy", G_CALLBACK (question_gone_cb), self, G_CONNECT_SWAPPED);
    }
  gtk_window_present (GTK_WINDOW (self->question));
}

gboolean
lt_application_may_quit (LtApplication *self)
{
  g_return_val_if_fail (LT_IS_APPLICATION (self), TRUE);

  if (lt_jobs_count_daemons (self->jobs, FALSE) > 0)
    {
      if (!self->stopping)
        ask (self);
      return FALSE;
    }
  if (lt_jobs_count_daemons (self->jobs, TRUE) == 0)
    return TRUE;
  lt_application_stop (self, DAEMON_GRACE_MS);
  return FALSE;
}

gboolean
lt_application_may_close (LtApplication *self)
{
  LtOnClose on_close = lt_settings_get_on_close ();

  g_return_val_if_fail (LT_IS_APPLICATION (self), TRUE);

  if (on_close == LT_ON_CLOSE_ASK || self->stopping || lt_jobs_count_daemons (self->jobs, FALSE) == 0)
    return lt_application_may_quit (self);
  leave (self, on_close == LT_ON_CLOSE_STOP ? LT_LEAVE_STOP : LT_LEAVE_BACKGROUND);
  return FALSE;
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  if (lt_application_may_quit (user_data))
    g_application_quit (user_data);
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data),
                         "application-name", _("Long Tasks"),
                         "application-icon", LT_APP_ID,
                         "version", LT_VERSION,
                         "developer-name", _("The Long Tasks authors"),
                         "comments", _("See how long tasks run"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
shortcuts_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (window), "win.show-help-overlay", NULL);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  LtApplication *self = user_data;
  g_autoptr(GList) windows = gtk_window_list_toplevels ();

  for (GList *link = windows; link != NULL; link = link->next)
    if (LT_IS_PREFERENCES (link->data))
      {
        gtk_window_present (link->data);
        return;
      }
  gtk_window_present (GTK_WINDOW (lt_preferences_new (gtk_application_get_active_window (GTK_APPLICATION (self)), self->history)));
}

static void
history_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  LtApplication *self = user_data;
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (self));
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *link = windows; link != NULL; link = link->next)
    if (LT_IS_HISTORY_WINDOW (link->data))
      {
        gtk_window_present (link->data);
        return;
      }
  gtk_window_present (GTK_WINDOW (lt_history_window_new (parent, self->history, self->jobs)));
}

static void
change_when_done_cb (GSimpleAction *action,
                     GVariant      *state,
                     gpointer       user_data)
{
  static const char * const choices[] = { "nothing", "notify", "quit", NULL };

  if (g_strv_contains (choices, g_variant_get_string (state, NULL)))
    g_simple_action_set_state (action, state);
}

static void
show_hints_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  lt_settings_restore_hints ();
}

static const GActionEntry entries[] = {
  { "about", about_cb },
  { "history", history_cb },
  { "preferences", preferences_cb },
  { "quit", quit_cb },
  { "shortcuts", shortcuts_cb },
  { "show-hints", show_hints_cb },
  { "when-done", NULL, "s", "'nothing'", change_when_done_cb },
};

static void
add_shortcuts (GtkApplication *application)
{
  static const struct { const char *action; const char *keys[3]; } shortcuts[] = {
    { "app.quit", { "<Control>q" } },
    { "app.history", { "<Control>h" } },
    { "app.preferences", { "<Control>comma" } },
    { "win.close", { "<Control>w" } },
    { "win.show-help-overlay", { "<Control>question", "F1" } },
    { "win.new-menu", { "<Control>n" } },
    { "win.run-earlier", { "<Shift><Alt>Up" } },
    { "win.run-later", { "<Shift><Alt>Down" } },
    { "win.repeat-last", { "<Shift><Control>n" } },
    { "win.duplicate-selected", { "<Control>u" } },
    { "win.save-selected", { "<Control>s" } },
    { "win.show-details", { "<Alt>Return" } },
    { "win.find", { "<Control>f" } },
    { "win.export-jobs", { "<Shift><Control>s" } },
    { "win.projector", { "F11" } },
    { "win.toggle-details", { "F9" } },
    { "win.view::jobs", { "<Alt>1" } },
    { "win.view::processes", { "<Alt>2" } },
    { "win.view::timeline", { "<Alt>3" } },
    { "win.view::lab", { "<Alt>4" } },
    { "win.refresh", { "<Control>r" } },
    { "win.freeze", { "<Shift><Control>r" } },
    { "app.undo-remove", { "<Control>z" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (application, shortcuts[i].action, (const char **) shortcuts[i].keys);
}

static void
history_message_cb (LtApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *link = windows; link != NULL; link = link->next)
    if (LT_IS_WINDOW (link->data))
      lt_window_toast (link->data, lt_history_get_message (self->history), NULL, NULL);
  g_message ("%s", lt_history_get_message (self->history));
}

static void
forget_old_jobs (LtApplication *self)
{
  guint days = lt_settings_get_history_days ();

  if (days > 0)
    lt_history_forget_before (self->history, g_get_real_time () - days * (gint64) G_TIME_SPAN_DAY);
}

static void
lt_application_startup (GApplication *application)
{
  LtApplication *self = LT_APPLICATION (application);
  static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

  G_APPLICATION_CLASS (lt_application_parent_class)->startup (application);

  g_set_application_name (_("Long Tasks"));
  gtk_window_set_default_icon_name (LT_APP_ID);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      self->signal_ids[i] = g_unix_signal_add (signals[i], signal_cb, self);
      g_source_set_name_by_id (self->signal_ids[i], "[long-tasks] signal");
    }
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  lt_job_actions_add (self);
  lt_lab_actions_add (self);
  self->history = lt_history_new (NULL);
  g_signal_connect_object (self->history, "notify::message", G_CALLBACK (history_message_cb), self, G_CONNECT_SWAPPED);
  lt_jobs_set_history (self->jobs, self->history);
  forget_old_jobs (self);
  self->notifier = lt_notifier_new (GTK_APPLICATION (self), self->jobs);
  self->awake = lt_awake_new (GTK_APPLICATION (self), self->jobs);
  add_shortcuts (GTK_APPLICATION (self));
}

static void
lt_application_activate (GApplication *application)
{
  LtApplication *self = LT_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->in_background)
    stop_leaving (self);   /* people came back */
  if (window == NULL)
    window = GTK_WINDOW (lt_window_new (GTK_APPLICATION (self), self->jobs));
  gtk_window_present (window);
}

/* The session ends us without asking once more: then what still runs is stopped here, as after a signal. */
static void
lt_application_shutdown (GApplication *application)
{
  LtApplication *self = LT_APPLICATION (application);

  if (!self->stopping && lt_jobs_count_daemons (self->jobs, TRUE) + lt_jobs_count_daemons (self->jobs, FALSE) > 0)
    {
      lt_history_interrupt (self->history);
      lt_application_stop (self, SIGNAL_GRACE_MS);
    }
  while (self->stopping && !self->stopped)
    g_main_context_iteration (NULL, TRUE);
  /* A window may keep us alive to the end, and the thread of the history ends with the program. */
  if (self->history != NULL)
    lt_history_flush (self->history);

  G_APPLICATION_CLASS (lt_application_parent_class)->shutdown (application);
}

/* A lesson of the Lab: nothing else is in files. */
static void
lt_application_open (GApplication  *application,
                     GFile        **files,
                     int            n_files,
                     const char    *hint)
{
  g_autofree char *uri = g_file_get_uri (files[0]);

  g_action_group_activate_action (G_ACTION_GROUP (application), "lab-lesson", g_variant_new_string (uri));
}

static void
lt_application_dispose (GObject *object)
{
  LtApplication *self = LT_APPLICATION (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  g_clear_object (&self->jobs);
  g_clear_object (&self->history);
  g_clear_object (&self->notifier);
  g_clear_object (&self->awake);

  G_OBJECT_CLASS (lt_application_parent_class)->dispose (object);
}

static void
lt_application_class_init (LtApplicationClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_application_dispose;
  G_APPLICATION_CLASS (klass)->startup = lt_application_startup;
  G_APPLICATION_CLASS (klass)->activate = lt_application_activate;
  G_APPLICATION_CLASS (klass)->open = lt_application_open;
  G_APPLICATION_CLASS (klass)->shutdown = lt_application_shutdown;
}

static void
lt_application_init (LtApplication *self)
{
  self->jobs = lt_jobs_new ();
  g_signal_connect_object (self->jobs, "notify::n-active", G_CALLBACK (n_active_cb), self, G_CONNECT_SWAPPED);
}

LtApplication *
lt_application_new (void)
{
  return g_object_new (LT_TYPE_APPLICATION,
                       "application-id", LT_APP_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "register-session", TRUE,   /* or it could not keep the session from ending */
                       "resource-base-path", "/io/github/longtasks/LongTasks",
                       NULL);
}

LtJobs *
lt_application_get_jobs (LtApplication *self)
{
  g_return_val_if_fail (LT_IS_APPLICATION (self), NULL);

  return self->jobs;
}

LtAwake *
lt_application_get_awake (LtApplication *self)
{
  g_return_val_if_fail (LT_IS_APPLICATION (self), NULL);

  return self->awake;
}
