/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-history-entry.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lt-job-text.h"

G_DEFINE_FINAL_TYPE (LtHistoryEntry, lt_history_entry, G_TYPE_OBJECT)

static void
lt_history_entry_finalize (GObject *object)
{
  LtHistoryEntry *self = LT_HISTORY_ENTRY (object);

  g_free (self->task);
  g_free (self->title);
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_free (self->executor);
  g_free (self->error);

  G_OBJECT_CLASS (lt_history_entry_parent_class)->finalize (object);
}

static void
lt_history_entry_class_init (LtHistoryEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lt_history_entry_finalize;
}

static void
lt_history_entry_init (LtHistoryEntry *self)
{
  self->exit_code = -1;
  self->elapsed_us = -1;
}

LtHistoryEntry *
lt_history_entry_new_for_job (HaulJob *job,
                              gint64   key)
{
  LtHistoryEntry *self;
  const GError *error;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  self = g_object_new (LT_TYPE_HISTORY_ENTRY, NULL);
  error = haul_job_get_error (job);
  self->key = key;
  self->task = g_strdup (haul_job_get_task (job)->id);
  self->title = g_strdup (haul_job_get_title (job));
  self->arguments = g_variant_ref (haul_job_get_arguments (job));
  self->executor = g_strdup (haul_job_get_executor_name (job));
  self->nice = haul_job_get_nice (job);
  self->daemon = haul_job_get_daemon (job);
  self->verdict = haul_job_get_verdict (job);
  if (haul_job_get_stamp (job, HAUL_STAMP_STARTED) > 0)
    self->elapsed_us = (gint64) (haul_job_get_elapsed (job) * G_USEC_PER_SEC);
  self->exit_code = haul_job_get_exit_code (job);
  self->exit_signal = haul_job_get_exit_signal (job);
  self->result_size = haul_job_get_result_size (job);
  self->error = error != NULL ? g_strdup (error->message) : NULL;
  return self;
}

char *
lt_history_entry_format_about (LtHistoryEntry *self)
{
  g_autofree char *arguments = NULL;
  GString *text;

  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), NULL);

  arguments = lt_job_text_arguments (haul_task_lookup (self->task, NULL), self->arguments);
  text = g_string_new (arguments);
  if (g_strcmp0 (self->executor, "process") != 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", lt_job_text_executor_name (self->executor));
  if (self->daemon)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", _("daemon"));
  return g_string_free (text, FALSE);
}

char *
lt_history_entry_format_caption (LtHistoryEntry *self)
{
  GString *text;

  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), NULL);

  if (self->verdict == HAUL_VERDICT_NONE)
    return g_strdup (_("Not over yet"));

  text = g_string_new (haul_format_state (HAUL_JOB_ENDED, self->verdict));
  /* As in the row of a job: a worker that says why its task failed has no more to say by how it ended. */
  if (self->verdict != HAUL_VERDICT_DONE && (self->exit_signal > 0 || (self->exit_code >= 0 && self->error == NULL)))
    {
      g_autofree char *exit = haul_format_exit (self->exit_code, self->exit_signal);

      g_string_append_printf (text, " · %s", exit);
    }
  if (self->elapsed_us >= 0)
    {
      g_autofree char *elapsed = haul_format_duration (self->elapsed_us / (double) G_USEC_PER_SEC);

      g_string_append_printf (text, " · %s", elapsed);
    }
  if (self->error != NULL)
    g_string_append_printf (text, " · %s", self->error);
  return g_string_free (text, FALSE);
}

char *
lt_history_entry_format_time (LtHistoryEntry *self)
{
  g_autoptr(GDateTime) time = NULL;

  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), NULL);

  time = g_date_time_new_from_unix_local (self->key / G_USEC_PER_SEC);
  /* Translators: a day and a time of day, see strftime(3) */
  return time != NULL ? g_date_time_format (time, _("%e %B %Y, %H:%M")) : g_strdup ("");
}

const char *
lt_history_entry_get_icon (LtHistoryEntry *self)
{
  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), NULL);

  return self->verdict == HAUL_VERDICT_NONE ? "job-running-symbolic" : lt_job_text_verdict_icon (self->verdict);
}

const char *
lt_history_entry_get_style (LtHistoryEntry *self)
{
  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), NULL);

  return lt_job_text_verdict_style (self->verdict);
}

gboolean
lt_history_entry_matches (LtHistoryEntry     *self,
                          const char * const *words)
{
  g_autofree char *about = NULL;
  g_autofree char *caption = NULL;
  g_autofree char *time = NULL;
  g_autofree char *all = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (LT_IS_HISTORY_ENTRY (self), FALSE);

  about = lt_history_entry_format_about (self);
  caption = lt_history_entry_format_caption (self);
  time = lt_history_entry_format_time (self);
  all = g_strjoin (" ", self->title, self->task, about, caption, time, NULL);
  folded = g_utf8_casefold (all, -1);
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}
