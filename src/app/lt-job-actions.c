/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-actions.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"
#include "lt-save.h"
#include "lt-window.h"

static LtWindow *
get_window (LtApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *link = windows; link != NULL; link = link->next)
    if (LT_IS_WINDOW (link->data))
      return link->data;
  return NULL;
}

/* Called from elsewhere there may be no window yet. */
static LtWindow *
ensure_window (LtApplication *self)
{
  if (get_window (self) == NULL)
    g_application_activate (G_APPLICATION (self));
  return get_window (self);
}

static void
tell (LtApplication *self,
      const char    *text)
{
  LtWindow *window = get_window (self);

  if (window != NULL)
    lt_window_toast (window, text, NULL, NULL);
  else
    g_message ("%s", text);
}

static HaulJob *
find_job (LtApplication *self,
          GVariant      *parameter)
{
  HaulJob *job = lt_jobs_lookup (lt_application_get_jobs (self), g_variant_get_uint32 (parameter));

  if (job == NULL)
    g_message ("no job %u", g_variant_get_uint32 (parameter));
  return job;
}

/* A task by its name, if people may run it. */
static const HaulTask *
find_task (const char  *id,
           GError     **error)
{
  const HaulTask *task = haul_task_lookup (id, error);

  if (task == NULL || !task->hidden)
    return task;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK,
               _("‘%s’ is only a part of other tasks, and is not run by itself"), id);
  return NULL;
}

static void
new_job_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  g_autoptr(GError) error = NULL;
  const HaulTask *task = find_task (g_variant_get_string (parameter, NULL), &error);

  if (task == NULL)
    tell (user_data, error->message);
  else
    lt_window_present_form (ensure_window (user_data), task, NULL);
}

/* One that says how a job is run, and not what. */
static gboolean
take_option (LtJobs       *jobs,
             const char   *word,
             const char   *next,
             LtJobOptions *options)
{
  if (g_str_equal (word, "--executor"))
    return lt_jobs_find_run_in (jobs, next, &options->where);
  if (g_str_equal (word, "--daemon"))
    return options->daemon = TRUE;
  if (g_str_equal (word, "--hold"))
    return options->hold = TRUE;
  return FALSE;
}

/* "pi", or as on the command line: "pi --digits 1000 --executor pool --daemon". */
static gboolean
parse_command (LtJobs          *jobs,
               const char      *text,
               const HaulTask **ret_task,
               GVariant       **ret_arguments,
               LtJobOptions    *options,
               GError         **error)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto(GStrv) words = NULL;
  const HaulTask *task;

  if (!g_shell_parse_argv (text, NULL, &words, error))
    return FALSE;
  task = find_task (words[0], error);
  if (task == NULL)
    return FALSE;

  for (guint i = 1; words[i] != NULL; i++)
    {
      const HaulParam *param = g_str_has_prefix (words[i], "--") ? haul_task_find_param (task, words[i] + 2) : NULL;
      g_autoptr(GVariant) value = NULL;

      if (take_option (jobs, words[i], words[i + 1], options))
        {
          i += g_str_equal (words[i], "--executor");
          continue;
        }
      if (param == NULL || words[i + 1] == NULL)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("‘%s’ is no parameter with a value"), words[i]);
          return FALSE;
        }
      value = haul_param_parse (param, words[i + 1], error);
      if (value == NULL)
        return FALSE;
      g_variant_builder_add (&builder, "{sv}", param->name, value);
      i++;
    }

  *ret_task = task;
  *ret_arguments = g_variant_ref_sink (g_variant_builder_end (&builder));
  return TRUE;
}

static void
start_job_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GError) error = NULL;
  const HaulTask *task = NULL;
  HaulJob *job = NULL;
  LtWindow *window = ensure_window (user_data);
  LtJobs *jobs = lt_application_get_jobs (user_data);
  LtJobOptions options = LT_JOB_OPTIONS_INIT;

  if (parse_command (jobs, g_variant_get_string (parameter, NULL), &task, &arguments, &options, &error))
    job = lt_jobs_start (jobs, task, arguments, &options, &error);
  if (job == NULL)
    tell (user_data, error->message);
  else if (window != NULL)
    lt_window_select (window, job);
}

static void
pause_job_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    haul_job_pause (job);
}

static void
resume_job_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    haul_job_resume (job);
}

static void
cancel_job_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    haul_job_cancel (job);
}

static void
collect_job_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    haul_job_collect (job);
}

static void
show_in_timeline_cb (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    lt_window_show_in_timeline (ensure_window (user_data), job);
}

/* Once it has started it is too late: what it started may rely on it. */
static void
toggle_daemon_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL && haul_job_get_state (job) == HAUL_JOB_QUEUED)
    haul_job_set_daemon (job, !haul_job_get_daemon (job));
}

static void
renice_job_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  g_autoptr(GError) error = NULL;
  HaulJob *job;
  guint id;
  int nice;

  g_variant_get (parameter, "(ui)", &id, &nice);
  job = lt_jobs_lookup (lt_application_get_jobs (user_data), id);
  if (job == NULL || nice < -20 || nice > 19 || nice == haul_job_get_nice (job))
    return;
  if (!haul_job_renice (job, nice, &error))
    tell (user_data, error->message);
}

typedef enum
{
  MOVE_FIRST,
  MOVE_EARLIER,
  MOVE_LATER,
  MOVE_LAST,
} Move;

static void
move_job_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  LtJobs *jobs = lt_application_get_jobs (user_data);
  g_autofree char *text = NULL;
  HaulExecutor *executor;
  HaulJob *job;
  guint id, how;
  int position;

  g_variant_get (parameter, "(uu)", &id, &how);
  job = lt_jobs_lookup (jobs, id);
  executor = job != NULL ? lt_jobs_find_executor (job) : NULL;
  position = executor != NULL ? haul_executor_get_position (executor, job) : -1;
  if (position < 0 || how > MOVE_LAST)
    return;   /* its turn has come in the meantime */

  if (how == MOVE_EARLIER || how == MOVE_LATER)
    position = MAX (position + (how == MOVE_LATER ? 1 : -1), 0);
  else
    position = how == MOVE_FIRST ? 0 : G_MAXINT;
  (void) haul_executor_move (executor, job, position);
  text = g_strdup_printf (_("“%s” is number %d in the queue"), haul_job_get_title (job),
                          haul_executor_get_position (executor, job) + 1);
  tell (user_data, text);
}

static void
forced_cb (LtApplication *self,
           HaulJob       *job)
{
  LtWindow *window = get_window (self);
  g_autofree char *text = g_strdup_printf (_("“%s” stopped by force"), haul_job_get_title (job));
  g_autofree char *action = g_strdup_printf ("app.start-again(uint32 %u)", haul_job_get_id (job));

  if (window != NULL)
    lt_window_toast (window, text, _("Start _Again"), action);
  g_signal_handlers_disconnect_by_func (job, forced_cb, self);
}

static void
force_job_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job == NULL || !haul_job_is_active (job) || !haul_job_get_can_force (job))
    return;
  g_signal_handlers_disconnect_by_func (job, forced_cb, user_data);   /* asked for twice, told once */
  g_signal_connect_object (job, "ended", G_CALLBACK (forced_cb), user_data, G_CONNECT_SWAPPED);
  haul_job_force (job);
}

static void
start_again_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  LtWindow *window = get_window (user_data);
  g_autoptr(GError) error = NULL;

  if (job == NULL)
    return;
  job = lt_jobs_start_again (lt_application_get_jobs (user_data), job, &error);
  if (job == NULL)
    tell (user_data, error->message);
  else if (window != NULL)
    lt_window_select (window, job);
}

static void
duplicate_job_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);

  if (job != NULL)
    lt_window_present_form (ensure_window (user_data), haul_job_get_task (job), job);
}

static void
remove_job_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  LtWindow *window = get_window (user_data);
  g_autofree char *text = NULL;

  if (job == NULL)
    return;
  text = g_strdup_printf (_("“%s” removed"), haul_job_get_title (job));
  if (lt_jobs_remove (lt_application_get_jobs (user_data), job) && window != NULL)
    lt_window_toast_undo (window, text, "app.undo-remove");
}

static void
undo_remove_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HaulJob *job = lt_jobs_undo_remove (lt_application_get_jobs (user_data));
  LtWindow *window = get_window (user_data);

  if (job == NULL || window == NULL)
    return;
  lt_window_toast_undo (window, NULL, NULL);
  lt_window_select (window, job);
}

static void
select_job_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  LtWindow *window = get_window (user_data);

  if (job != NULL && window != NULL)
    lt_window_select (window, job);
}

/* From a notification, when there may be no window. */
static void
show_job_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  LtWindow *window = ensure_window (user_data);

  if (window == NULL)
    return;
  select_job_cb (action, parameter, user_data);
  gtk_window_present (GTK_WINDOW (window));
}

static void
copy_text (LtApplication *self,
           const char    *text,
           const char    *told)
{
  LtWindow *window = get_window (self);

  if (window == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (window)), text);
  tell (self, told);
}

static void
copy_row_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  g_autofree char *text = NULL;

  if (job == NULL)
    return;
  text = lt_job_text_row (job);
  copy_text (user_data, text, _("Job copied"));
}

static void
copy_command_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  g_autofree char *text = NULL;

  if (job == NULL)
    return;
  text = lt_job_text_command (job);
  copy_text (user_data, text, _("Command copied"));
}

/* The whole result, however long: its bytes are handed over as they are when somebody pastes. */
static void
copy_result_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  LtWindow *window = get_window (user_data);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GdkContentProvider) provider = NULL;
  const char *type;

  if (job == NULL || window == NULL || haul_job_is_active (job) || haul_job_get_result_size (job) == 0)
    return;

  bytes = haul_job_dup_result (job);
  type = haul_job_get_task (job)->result == HAUL_RESULT_IMAGE ? "image/png" : "text/plain;charset=utf-8";
  provider = gdk_content_provider_new_for_bytes (type, bytes);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (window)), provider);
  tell (user_data, _("Result copied"));
}

static void
save_result_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HaulJob *job = find_job (user_data, parameter);
  LtWindow *window = get_window (user_data);

  if (job != NULL && window != NULL && !haul_job_is_active (job) && haul_job_get_result_size (job) > 0)
    lt_save_ask (window, job);
}

static void
pool_workers_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  lt_jobs_resize_pool (lt_application_get_jobs (user_data), g_variant_get_uint32 (parameter));
}

static const GActionEntry entries[] = {
  { "new-job", new_job_cb, "s" },
  { "start-job", start_job_cb, "s" },
  { "pause-job", pause_job_cb, "u" },
  { "resume-job", resume_job_cb, "u" },
  { "cancel-job", cancel_job_cb, "u" },
  { "force-job", force_job_cb, "u" },
  { "move-job", move_job_cb, "(uu)" },
  { "renice-job", renice_job_cb, "(ui)" },
  { "collect-job", collect_job_cb, "u" },
  { "show-in-timeline", show_in_timeline_cb, "u" },
  { "toggle-daemon", toggle_daemon_cb, "u" },
  { "start-again", start_again_cb, "u" },
  { "duplicate-job", duplicate_job_cb, "u" },
  { "remove-job", remove_job_cb, "u" },
  { "undo-remove", undo_remove_cb },
  { "select-job", select_job_cb, "u" },
  { "show-job", show_job_cb, "u" },
  { "copy-row", copy_row_cb, "u" },
  { "copy-command", copy_command_cb, "u" },
  { "copy-result", copy_result_cb, "u" },
  { "save-result", save_result_cb, "u" },
  { "pool-workers", pool_workers_cb, "u" },
};

void
lt_job_actions_add (LtApplication *application)
{
  g_autoptr(GPropertyAction) hold = NULL;

  g_return_if_fail (LT_IS_APPLICATION (application));

  hold = g_property_action_new ("hold-queue", lt_application_get_jobs (application), "held");
  g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (hold));
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
}
