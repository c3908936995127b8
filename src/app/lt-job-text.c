/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-text.h"

#include <glib/gi18n.h>
#include <math.h>

#include "lt-jobs.h"
#include "lt-pool-text.h"

static const char * const state_icons[] = {
  [HAUL_JOB_QUEUED] = "job-queued-symbolic",
  [HAUL_JOB_STARTING] = "job-starting-symbolic",
  [HAUL_JOB_RUNNING] = "job-running-symbolic",
  [HAUL_JOB_PAUSED] = "job-paused-symbolic",
  [HAUL_JOB_CANCELLING] = "job-canceling-symbolic",
  [HAUL_JOB_FINISHING] = "job-running-symbolic",
};

static const char * const state_styles[] = {
  [HAUL_JOB_QUEUED] = "dim-label",
  [HAUL_JOB_STARTING] = "accent",
  [HAUL_JOB_RUNNING] = "accent",
  [HAUL_JOB_PAUSED] = "warning",
  [HAUL_JOB_CANCELLING] = "dim-label",
  [HAUL_JOB_FINISHING] = "accent",
};

static const char * const verdict_icons[] = {
  [HAUL_VERDICT_NONE] = "job-interrupted-symbolic",
  [HAUL_VERDICT_DONE] = "job-done-symbolic",
  [HAUL_VERDICT_FAILED] = "job-failed-symbolic",
  [HAUL_VERDICT_CRASHED] = "job-crashed-symbolic",
  [HAUL_VERDICT_CANCELLED] = "job-canceled-symbolic",
  [HAUL_VERDICT_TIMED_OUT] = "job-timed-out-symbolic",
  [HAUL_VERDICT_INTERRUPTED] = "job-interrupted-symbolic",
};

static const char * const verdict_styles[] = {
  [HAUL_VERDICT_NONE] = "dim-label",
  [HAUL_VERDICT_DONE] = "success",
  [HAUL_VERDICT_FAILED] = "error",
  [HAUL_VERDICT_CRASHED] = "error",
  [HAUL_VERDICT_CANCELLED] = "dim-label",
  [HAUL_VERDICT_TIMED_OUT] = "warning",
  [HAUL_VERDICT_INTERRUPTED] = "warning",
};

/* Seconds since the last message. */
static double
silence (HaulJob *job)
{
  gint64 news = haul_job_get_news_time (job);

  return news > 0 ? (g_get_monotonic_time () - news) / (double) G_USEC_PER_SEC : 0;
}

gboolean
lt_job_text_is_held (HaulJob *job)
{
  HaulExecutor *executor;
  HaulPool *pool;
  HaulJobState state;
  LtPartCount count;

  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  executor = lt_jobs_find_executor (job);
  pool = lt_jobs_find_pool (job);
  state = haul_job_get_state (job);
  if (state == HAUL_JOB_QUEUED && executor != NULL && haul_executor_get_held (executor))
    return TRUE;
  if (pool == NULL || !haul_pool_get_held (pool) || state > HAUL_JOB_RUNNING)
    return FALSE;
  lt_pool_text_count (haul_job_get_parts (job), &count);
  return count.n_in[HAUL_PART_RUNNING] == 0;
}

gboolean
lt_job_text_is_stalled (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  if (lt_job_text_is_held (job))
    return FALSE;
  return haul_job_get_state (job) == HAUL_JOB_RUNNING && silence (job) >= LT_STALLED_SECONDS;
}

const char *
lt_job_text_icon (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (lt_job_text_is_stalled (job) || haul_job_get_stuck (job))
    return "job-stalled-symbolic";
  if (lt_job_text_is_held (job))
    return "job-queued-symbolic";
  if (haul_job_get_held (job))
    return "job-zombie-symbolic";
  if (haul_job_is_active (job))
    return state_icons[haul_job_get_state (job)];
  return verdict_icons[haul_job_get_verdict (job)];
}

const char *
lt_job_text_style (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (lt_job_text_is_stalled (job) || lt_job_text_is_held (job) || haul_job_get_stuck (job) || haul_job_get_held (job))
    return "warning";
  if (haul_job_is_active (job))
    return state_styles[haul_job_get_state (job)];
  return verdict_styles[haul_job_get_verdict (job)];
}

char *
lt_job_text_state (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (lt_job_text_is_stalled (job))
    return g_strdup_printf (_("No news for %.0f s"), silence (job));
  if (lt_job_text_is_held (job))
    return g_strdup (_("Waiting: the queue is held"));
  if (haul_job_get_stuck (job))
    return g_strdup (_("Does not end"));
  if (haul_job_get_state (job) == HAUL_JOB_PAUSED && haul_job_get_fraction (job) >= 0)
    /* Translators: with a narrow no-break space before the percent sign, "Paused at 31 %" */
    return g_strdup_printf (_("Paused at %.0f %%"), haul_job_get_fraction (job) * 100);
  return g_strdup (haul_format_state (haul_job_get_state (job), haul_job_get_verdict (job)));
}

char *
lt_job_text_exit (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (haul_job_is_active (job) || haul_job_get_pid (job) == 0
      || (haul_job_get_exit_code (job) < 0 && haul_job_get_exit_signal (job) == 0))
    return NULL;
  return haul_format_exit (haul_job_get_exit_code (job), haul_job_get_exit_signal (job));
}

/* One argument as people say it: "20,000,000 digits", "Series (slow, term by term)". */
char *
lt_job_text_argument (const HaulParam *param,
                      GVariant        *arguments)
{
  g_autofree char *number = NULL;
  const char *text;

  g_return_val_if_fail (param != NULL, NULL);

  if (param->type == HAUL_PARAM_INT || param->type == HAUL_PARAM_DOUBLE)
    {
      number = haul_format_count (param->type == HAUL_PARAM_INT
                                  ? (double) haul_arguments_get_int (arguments, param->name)
                                  : haul_arguments_get_double (arguments, param->name));
      if (param->unit == NULL)
        return g_steal_pointer (&number);
      /* Translators: a number and a plural noun, "20,000 digits" */
      return g_strdup_printf (_("%s %s"), number, _(param->unit));
    }

  text = haul_arguments_get_string (arguments, param->name);
  for (const HaulChoice *choice = param->choices; choice != NULL && choice->id != NULL; choice++)
    if (g_str_equal (choice->id, text))
      return g_strdup (_(choice->title));
  /* Translators: what somebody typed, such as a path. Languages that are written from right to left put
   * it between U+2068 and U+2069, so that “/home” does not become “home/”. */
  return g_strdup_printf (C_("argument", "%s"), text);
}

/* How much there is to do is told even so, and a number without a unit would not be understood. */
static gboolean
is_default (const HaulParam *param,
            GVariant        *arguments)
{
  if (param->type == HAUL_PARAM_INT)
    return param->unit == NULL && haul_arguments_get_int (arguments, param->name) == (gint64) param->initial;
  if (param->type == HAUL_PARAM_DOUBLE)
    return param->unit == NULL && haul_arguments_get_double (arguments, param->name) == param->initial;
  return g_strcmp0 (haul_arguments_get_string (arguments, param->name), param->initial_text) == 0;
}

/* Here nothing else says what a number is. */
static char *
describe_argument (const HaulParam *param,
                   GVariant        *arguments)
{
  g_autofree char *text = lt_job_text_argument (param, arguments);

  if (param->unit != NULL || (param->type != HAUL_PARAM_INT && param->type != HAUL_PARAM_DOUBLE))
    return g_steal_pointer (&text);
  /* Translators: what a number is, and the number, "Iterations 2,000" */
  return g_strdup_printf (C_("argument", "%s %s"), _(param->title), text);
}

char *
lt_job_text_arguments (const HaulTask *task,
                       GVariant       *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; task != NULL && task->params != NULL && task->params[i].name != NULL; i++)
    {
      g_autoptr(GVariant) value = g_variant_lookup_value (arguments, task->params[i].name, NULL);
      g_autofree char *words = NULL;

      /* Of an earlier run of the app they may be those of another version of the task. */
      if (value == NULL || !haul_param_check (&task->params[i], value, NULL) || is_default (&task->params[i], arguments))
        continue;
      words = describe_argument (&task->params[i], arguments);
      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", words);
    }
  return g_string_free (text, FALSE);
}

/* What tells this job from another of the same task. */
char *
lt_job_text_about (HaulJob *job)
{
  g_autofree char *arguments = NULL;
  GString *text;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  arguments = lt_job_text_arguments (haul_job_get_task (job), haul_job_get_arguments (job));
  text = g_string_new (arguments);
  if (haul_job_get_pid (job) > 0 && (haul_job_is_active (job) || haul_job_get_held (job)))
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      /* Translators: the number of a process */
      g_string_append_printf (text, _("pid %d"), haul_job_get_pid (job));
    }
  if (haul_job_is_active (job) && haul_job_get_nice (job) < 19)
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      g_string_append (text, haul_job_get_nice (job) > 0 ? _("normal priority") : _("high priority"));
    }
  if (haul_job_get_daemon (job))
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      /* Translators: a job that is stopped when the app quits */
      g_string_append (text, _("daemon"));
    }
  return g_string_free (text, FALSE);
}

static void
append_part (GString    *text,
             const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

static char *
ended_caption (HaulJob *job)
{
  GString *text = g_string_new (haul_format_state (HAUL_JOB_ENDED, haul_job_get_verdict (job)));
  gint64 exited = haul_job_get_stamp (job, HAUL_STAMP_EXITED);
  gint64 joined = haul_job_get_stamp (job, HAUL_STAMP_JOINED);
  const GError *error = haul_job_get_error (job);
  g_autofree char *exit = NULL;
  g_autofree char *elapsed = NULL;
  g_autofree char *join = NULL;

  /* A worker whose task has failed says why: how it ended is no news. */
  if (haul_job_get_verdict (job) != HAUL_VERDICT_DONE && (error == NULL || haul_job_get_exit_signal (job) > 0))
    exit = lt_job_text_exit (job);
  append_part (text, exit);
  if (haul_job_get_stamp (job, HAUL_STAMP_STARTED) > 0)
    elapsed = haul_format_duration (haul_job_get_elapsed (job));
  append_part (text, elapsed);

  if (haul_job_get_held (job))
    {
      /* Translators: the process of a job that has ended is still there, until somebody joins it */
      append_part (text, _("Zombie until joined"));
    }
  else if (haul_job_get_verdict (job) == HAUL_VERDICT_DONE)
    {
      if (exited > 0 && joined >= exited && haul_job_get_pid (job) > 0)
        join = g_strdup_printf (_("joined in %.0f ms"), MAX ((joined - exited) / 1000.0, 1));
      append_part (text, join);
    }
  else if (error != NULL && haul_job_get_verdict (job) != HAUL_VERDICT_CANCELLED)
    append_part (text, error->message);
  return g_string_free (text, FALSE);
}

char *
lt_job_text_caption (HaulJob *job)
{
  g_autofree char *state = NULL;
  g_autofree char *progress = NULL;
  g_autofree char *rate = NULL;
  const char *unit;
  GString *text;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (!haul_job_is_active (job))
    return ended_caption (job);

  state = lt_job_text_state (job);
  text = g_string_new (state);
  if (haul_job_get_stamp (job, HAUL_STAMP_RUNNING) == 0)
    return g_string_free (text, FALSE);

  progress = haul_format_progress (job);
  append_part (text, progress);
  unit = haul_job_get_task (job)->unit;
  if (haul_job_get_state (job) == HAUL_JOB_RUNNING)
    {
      rate = haul_format_rate (haul_job_get_rate (job), unit != NULL ? _(unit) : "");
      append_part (text, rate != NULL ? rate : haul_job_get_phase (job));
    }
  return g_string_free (text, FALSE);
}

gint64
lt_job_text_force_time (HaulJob *job)
{
  gint64 term;

  g_return_val_if_fail (HAUL_IS_JOB (job), 0);

  term = haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT);
  if (haul_job_get_state (job) != HAUL_JOB_CANCELLING || term == 0 || haul_job_get_overdue (job)
      || haul_job_get_stamp (job, HAUL_STAMP_KILL_SENT) > 0 || !haul_job_get_can_force (job))
    return 0;
  return term + haul_job_get_grace (job) * (gint64) 1000;
}

/* The time that is left, or until something can be done. */
char *
lt_job_text_left (HaulJob *job)
{
  gint64 force;
  double seconds;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  force = lt_job_text_force_time (job);
  if (force > 0)
    {
      seconds = MAX (force - g_get_monotonic_time (), 0) / (double) G_USEC_PER_SEC;
      /* Translators: with a narrow no-break space, "Force Stop in 3 s": until the button comes */
      return g_strdup_printf (_("Force Stop in %.0f s"), ceil (seconds));
    }
  if (haul_job_get_state (job) != HAUL_JOB_RUNNING)
    return NULL;
  return haul_format_left (haul_job_get_left (job));
}

char *
lt_job_text_accessible (HaulJob *job)
{
  g_autofree char *state = NULL;
  g_autofree char *lower = NULL;
  g_autofree char *left = NULL;
  g_autofree char *parts = NULL;
  LtPartCount count;
  GString *text;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  if (lt_job_text_is_stalled (job) || lt_job_text_is_held (job) || haul_job_get_stuck (job))
    state = lt_job_text_state (job);
  else
    state = g_strdup (haul_format_state (haul_job_get_state (job), haul_job_get_verdict (job)));
  lower = g_utf8_strdown (state, -1);
  left = lt_job_text_left (job);

  text = g_string_new (haul_job_get_title (job));
  g_string_append_printf (text, ", %s", lower);
  if (haul_job_get_fraction (job) >= 0 && haul_job_is_active (job))
    g_string_append_printf (text, _(", %.0f percent"), haul_job_get_fraction (job) * 100);
  lt_pool_text_count (haul_job_get_parts (job), &count);
  if (count.n > 1)
    {
      parts = lt_pool_text_long (&count);
      g_string_append_printf (text, ", %s", parts);
    }
  if (left != NULL)
    g_string_append_printf (text, ", %s", left);
  if (haul_job_get_held (job))
    g_string_append_printf (text, ", %s", _("zombie until joined"));
  if (haul_job_get_daemon (job))
    g_string_append_printf (text, ", %s", _("daemon"));
  if (haul_job_get_pid (job) > 0)
    g_string_append_printf (text, _(", process %d"), haul_job_get_pid (job));
  return g_string_free (text, FALSE);
}

char *
lt_job_text_row (HaulJob *job)
{
  g_autofree char *about = lt_job_text_about (job);
  g_autofree char *caption = lt_job_text_caption (job);

  return g_strdup_printf ("%s\t%s\t%s", haul_job_get_title (job), about, caption);
}

gboolean
lt_job_text_matches (HaulJob            *job,
                     const char * const *words)
{
  g_autofree char *about = NULL;
  g_autofree char *state = NULL;
  g_autofree char *row = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  about = lt_job_text_about (job);
  state = lt_job_text_state (job);
  row = g_strjoin (" ", haul_job_get_title (job), about, state, NULL);
  folded = g_utf8_casefold (row, -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

char *
lt_job_text_command (HaulJob *job)
{
  const HaulTask *task;
  GVariantIter iter;
  const char *name;
  GVariant *value;
  GString *text;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  task = haul_job_get_task (job);
  text = g_string_new ("haul run ");
  g_string_append (text, task->id);
  g_variant_iter_init (&iter, haul_job_get_arguments (job));
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      const HaulParam *param = haul_task_find_param (task, name);
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *quoted = NULL;

      if (param == NULL || is_default (param, haul_job_get_arguments (job)))
        continue;
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        quoted = g_shell_quote (g_variant_get_string (value, NULL));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        quoted = g_strdup (g_ascii_dtostr (number, sizeof number, g_variant_get_double (value)));
      else
        quoted = g_variant_print (value, FALSE);
      g_string_append_printf (text, " --%s %s", name, quoted);
    }
  if (haul_job_get_executor_name (job) != NULL && !g_str_equal (haul_job_get_executor_name (job), "process"))
    g_string_append_printf (text, " --executor %s", haul_job_get_executor_name (job));
  return g_string_free (text, FALSE);
}

/* What the status line says, and with it a screen reader: at each quarter and at the end, no more. */
char *
lt_job_text_announce (HaulJob *job,
                      guint    quarter)
{
  const char *title;
  g_autofree char *elapsed = NULL;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  title = haul_job_get_title (job);
  if (!haul_job_is_active (job))
    {
      if (haul_job_get_verdict (job) != HAUL_VERDICT_DONE)
        return g_strdup_printf (_("%s: %s"), title, haul_format_state (HAUL_JOB_ENDED, haul_job_get_verdict (job)));
      elapsed = haul_format_duration (haul_job_get_elapsed (job));
      /* Translators: the title of a job and a time, "Calculate Pi: done in 12.4 s" */
      return g_strdup_printf (_("%s: done in %s"), title, elapsed);
    }
  if (quarter == 0)
    return g_strdup_printf (_("%s: started"), title);
  return g_strdup_printf (_("%s: %u percent"), title, quarter * 25);
}

/* Takes @words. */
static void
append_count (GString *text,
              guint    n,
              char    *words)
{
  if (n > 0)
    append_part (text, words);
  g_free (words);
}

/* "2 running · 1 paused · about 6 minutes left". The time is that of the job that takes longest, and
 * only said if it is known: how long one takes that has not begun, nobody knows. */
char *
lt_job_text_summary (GListModel *jobs)
{
  GString *text = g_string_new (NULL);
  guint n_queued = 0;
  guint n_running = 0;
  guint n_paused = 0;
  double left = 0;
  g_autofree char *words = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);
      HaulJobState state = haul_job_get_state (job);

      n_queued += state == HAUL_JOB_QUEUED;
      n_paused += state == HAUL_JOB_PAUSED;
      n_running += state != HAUL_JOB_QUEUED && state != HAUL_JOB_PAUSED && state != HAUL_JOB_ENDED;
      if (state == HAUL_JOB_STARTING || state == HAUL_JOB_RUNNING)
        left = left < 0 || haul_job_get_left (job) < 0 ? -1 : MAX (left, haul_job_get_left (job));
    }
  /* Translators: how many jobs, “2 running” */
  append_count (text, n_running, g_strdup_printf (ngettext ("%u running", "%u running", n_running), n_running));
  append_count (text, n_paused, g_strdup_printf (ngettext ("%u paused", "%u paused", n_paused), n_paused));
  append_count (text, n_queued, g_strdup_printf (ngettext ("%u queued", "%u queued", n_queued), n_queued));
  words = n_queued == 0 && left > 0 ? haul_format_left (left) : NULL;
  append_part (text, words);
  return g_string_free (text, FALSE);
}

const char *
lt_job_text_executor_name (const char *name)
{
  if (g_strcmp0 (name, "process") == 0)
    return _("Child Process");
  if (g_strcmp0 (name, "pool") == 0)
    return _("Pool");
  if (g_strcmp0 (name, "thread") == 0)
    return _("Thread");
  if (g_strcmp0 (name, "serial") == 0)
    return _("Window’s Main Loop");
  return name != NULL ? name : "";
}

const char *
lt_job_text_executor (HaulJob *job)
{
  return lt_job_text_executor_name (haul_job_get_executor_name (job));
}

const char *
lt_job_text_verdict_icon (HaulJobVerdict verdict)
{
  return verdict_icons[verdict];
}

const char *
lt_job_text_verdict_style (HaulJobVerdict verdict)
{
  return verdict_styles[verdict];
}

char *
lt_job_text_file_name (HaulJob *job)
{
  static const char * const endings[] = {
    [HAUL_RESULT_TEXT] = "txt",
    [HAUL_RESULT_TABLE] = "tsv",
    [HAUL_RESULT_IMAGE] = "png",
  };
  const HaulTask *task;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  task = haul_job_get_task (job);
  if (task->params != NULL && task->params[0].name != NULL && task->params[0].type == HAUL_PARAM_INT)
    return g_strdup_printf ("%s-%" G_GINT64_FORMAT ".%s", task->id,
                            haul_arguments_get_int (haul_job_get_arguments (job), task->params[0].name),
                            endings[task->result]);
  return g_strdup_printf ("%s.%s", task->id, endings[task->result]);
}
