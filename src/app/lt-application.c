/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "lt-job-actions.h"
#include "lt-settings.h"
#include "lt-window.h"

/* Who sends a signal has no time for a grace as people have. */
#define SIGNAL_GRACE_MS 2500

struct _LtApplication
{
  AdwApplication  parent_instance;

  LtJobs         *jobs;           /* (owned) */
  GtkWidget      *question;       /* (unowned) (nullable) the dialog that is open */
  guint           signal_ids[3];
  gboolean        stopping;
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

static gboolean
signal_cb (gpointer user_data)
{
  lt_application_stop (LT_APPLICATION (user_data), SIGNAL_GRACE_MS);
  return G_SOURCE_CONTINUE;
}

static void
answered_cb (AdwMessageDialog *dialog,
             const char       *response,
             LtApplication    *self)
{
  self->question = NULL;
  if (g_str_equal (response, "stop"))
    lt_application_stop (self, lt_settings_get_grace ());
}

static guint
count_active (LtApplication *self)
{
  GListModel *jobs = lt_jobs_get_model (self->jobs);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);

      n += haul_job_is_active (job);
    }
  return n;
}

static void
ask (LtApplication *self,
     guint          n_active)
{
  g_autofree char *body = NULL;

  if (self->question != NULL)
    {
      gtk_window_present (GTK_WINDOW (self->question));
      return;
    }

  body = g_strdup_printf (ngettext ("%u job has not finished. What it has done so far is lost when it is stopped.",
                                    "%u jobs have not finished. What they have done so far is lost when they are stopped.",
                                    n_active), n_active);
  self->question = adw_message_dialog_new (gtk_application_get_active_window (GTK_APPLICATION (self)),
                                           ngettext ("Stop Job and Quit?", "Stop Jobs and Quit?", n_active), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (self->question),
                                    "wait", _("_Keep Waiting"),
                                    "stop", ngettext ("_Stop Job and Quit", "_Stop Jobs and Quit", n_active),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (self->question), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (self->question), "wait");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (self->question), "wait");
  g_signal_connect_object (self->question, "response", G_CALLBACK (answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (self->question));
}

gboolean
lt_application_may_quit (LtApplication *self)
{
  guint n_active;

  g_return_val_if_fail (LT_IS_APPLICATION (self), TRUE);

  n_active = count_active (self);
  if (n_active == 0)
    return TRUE;
  if (!self->stopping)
    ask (self, n_active);
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

static const GActionEntry entries[] = {
  { "about", about_cb },
  { "quit", quit_cb },
  { "shortcuts", shortcuts_cb },
};

static void
add_shortcuts (GtkApplication *application)
{
  static const struct { const char *action; const char *keys[3]; } shortcuts[] = {
    { "app.quit", { "<Control>q" } },
    { "win.close", { "<Control>w" } },
    { "win.show-help-overlay", { "<Control>question" } },
    { "win.new-menu", { "<Control>n" } },
    { "win.repeat-last", { "<Shift><Control>n" } },
    { "win.duplicate-selected", { "<Control>u" } },
    { "win.save-selected", { "<Control>s" } },
    { "win.show-details", { "<Alt>Return" } },
    { "win.find", { "<Control>f" } },
    { "win.toggle-details", { "F9" } },
    { "app.undo-remove", { "<Control>z" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (application, shortcuts[i].action, (const char **) shortcuts[i].keys);
}

static void
lt_application_startup (GApplication *application)
{
  LtApplication *self = LT_APPLICATION (application);
  static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

  G_APPLICATION_CLASS (lt_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (LT_APP_ID);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      self->signal_ids[i] = g_unix_signal_add (signals[i], signal_cb, self);
      g_source_set_name_by_id (self->signal_ids[i], "[long-tasks] signal");
    }
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  lt_job_actions_add (self);
  add_shortcuts (GTK_APPLICATION (self));
}

static void
lt_application_activate (GApplication *application)
{
  LtApplication *self = LT_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (lt_window_new (GTK_APPLICATION (self), self->jobs));
  gtk_window_present (window);
}

static void
lt_application_dispose (GObject *object)
{
  LtApplication *self = LT_APPLICATION (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (lt_application_parent_class)->dispose (object);
}

static void
lt_application_class_init (LtApplicationClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_application_dispose;
  G_APPLICATION_CLASS (klass)->startup = lt_application_startup;
  G_APPLICATION_CLASS (klass)->activate = lt_application_activate;
}

static void
lt_application_init (LtApplication *self)
{
  self->jobs = lt_jobs_new ();
}

LtApplication *
lt_application_new (void)
{
  return g_object_new (LT_TYPE_APPLICATION,
                       "application-id", LT_APP_ID,
                       "resource-base-path", "/io/github/longtasks/LongTasks",
                       NULL);
}

LtJobs *
lt_application_get_jobs (LtApplication *self)
{
  g_return_val_if_fail (LT_IS_APPLICATION (self), NULL);

  return self->jobs;
}
