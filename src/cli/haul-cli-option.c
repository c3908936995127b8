/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-options.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-nearest.h"

#define MAX_SECONDS 4000000.0   /* 46 days; milliseconds of it fit into 32 bits */
#define MAX_WORKERS 1024
#define MAX_CHUNK   100000
#define MAX_RETRIES 1000

gboolean
haul_cli_throw_usage (GError     **error,
                      const char  *format,
                      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, message);
  return FALSE;
}

static gboolean
apply_executor (HaulCliOptions  *options,
                const char      *value,
                GError         **error)
{
  static const char * const names[] = { "process", "thread", "serial", "pool" };
  const char *nearest = haul_cli_nearest (value, names, G_N_ELEMENTS (names));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_str_equal (value, names[i]))
        {
          options->executor = (HaulCliExecutor) i;
          return TRUE;
        }
    }

  if (nearest != NULL)
    return haul_cli_throw_usage (error, _("--executor: there is no executor ‘%s’; did you mean ‘%s’?"), value, nearest);

  return haul_cli_throw_usage (error, _("--executor: ‘%s’ is not one of process, thread, serial, pool"), value);
}

static gboolean
apply_start_method (HaulCliOptions  *options,
                    const char      *value,
                    GError         **error)
{
  static const char * const names[] = {[HAUL_START_SPAWN] = "spawn", [HAUL_START_FORK_SERVER] = "forkserver" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_str_equal (value, names[i]))
        {
          options->start_method = (HaulStartMethod) i;
          options->start_method_set = TRUE;
          return TRUE;
        }
    }

  return haul_cli_throw_usage (error, _("--start-method: ‘%s’ is not one of spawn, forkserver"), value);
}

static gboolean
apply_nice (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  gint64 number = 0;

  if (!g_ascii_string_to_signed (value, 10, 0, 19, &number, NULL))
    return haul_cli_throw_usage (error, _("--nice: ‘%s’ is not a whole number from 0 (the usual priority) to 19 (the lowest)"), value);

  options->nice = (int) number;
  return TRUE;
}

static gboolean
apply_seed (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &options->seed, NULL))
    return haul_cli_throw_usage (error, _("--seed: ‘%s’ is not a whole number from 0 to 9223372036854775807"), value);

  return TRUE;
}

static gboolean
read_seconds (const char *text,
              guint      *ret_ms)
{
  char *end = NULL;
  double seconds = 0;

  /* g_ascii_strtod() also takes hexadecimal numbers, "nan", "inf" and white space. */
  if (text[strspn (text, "0123456789.")] != '\0')
    return FALSE;

  seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (seconds) || seconds < 0 || seconds > MAX_SECONDS)
    return FALSE;

  *ret_ms = (guint) ceil (seconds * 1000);
  return TRUE;
}

static gboolean
apply_timeout (HaulCliOptions  *options,
               const char      *value,
               GError         **error)
{
  if (!read_seconds (value, &options->timeout_ms))
    return haul_cli_throw_usage (error, _("--timeout: ‘%s’ is not a number of seconds, such as 90 or 0.5"), value);

  return TRUE;
}

static gboolean
apply_grace (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  if (!read_seconds (value, &options->grace_ms))
    return haul_cli_throw_usage (error, _("--grace: ‘%s’ is not a number of seconds, such as 2 or 0.5"), value);

  return TRUE;
}

static gboolean
apply_output (HaulCliOptions  *options,
              const char      *value,
              GError         **error)
{
  if (*value == '\0')
    return haul_cli_throw_usage (error, _("--output: the name of a file is missing"));

  options->output = g_str_equal (value, "-") ? NULL : value;
  return TRUE;
}

static gboolean
apply_force (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  options->force = TRUE;
  return TRUE;
}

static gboolean
apply_json (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  options->json = TRUE;
  return TRUE;
}

static gboolean
apply_quiet (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  options->quiet = TRUE;
  return TRUE;
}

static gboolean
apply_log_level (HaulCliOptions  *options,
                 const char      *value,
                 GError         **error)
{
  static const char * const names[] = {[HAUL_LOG_DEBUG] = "debug", [HAUL_LOG_INFO] = "info", [HAUL_LOG_WARNING] = "warning" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_str_equal (value, names[i]))
        {
          options->log_level = (HaulLogLevel) i;
          return TRUE;
        }
    }

  return haul_cli_throw_usage (error, _("--log-level: ‘%s’ is not one of debug, info, warning"), value);
}

static gboolean
apply_help (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  options->help = TRUE;
  return TRUE;
}

static gboolean
apply_over (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  if (options->over != NULL)
    return haul_cli_throw_usage (error, _("--over: only one parameter can be varied, and it is there twice"));

  options->over = value;
  return TRUE;
}

static gboolean
read_count (const char  *name,
            const char  *value,
            guint        min,
            guint        max,
            guint       *ret_count,
            GError     **error)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (value, 10, min, max, &number, NULL))
    return haul_cli_throw_usage (error, _("--%s: ‘%s’ is not a whole number from %u to %u"), name, value, min, max);

  *ret_count = (guint) number;
  return TRUE;
}

static gboolean
apply_workers (HaulCliOptions  *options,
               const char      *value,
               GError         **error)
{
  return read_count ("workers", value, 1, MAX_WORKERS, &options->n_workers, error);
}

static gboolean
apply_chunksize (HaulCliOptions  *options,
                 const char      *value,
                 GError         **error)
{
  return read_count ("chunksize", value, 1, MAX_CHUNK, &options->chunksize, error);
}

static gboolean
apply_retries (HaulCliOptions  *options,
               const char      *value,
               GError         **error)
{
  return read_count ("retries", value, 0, MAX_RETRIES, &options->retries, error);
}

static gboolean
apply_task_timeout (HaulCliOptions  *options,
                    const char      *value,
                    GError         **error)
{
  if (!read_seconds (value, &options->task_timeout_ms))
    return haul_cli_throw_usage (error, _("--task-timeout: ‘%s’ is not a number of seconds, such as 90 or 0.5"), value);

  return TRUE;
}

static gboolean
apply_unordered (HaulCliOptions  *options,
                 const char      *value,
                 GError         **error)
{
  options->unordered = TRUE;
  return TRUE;
}

static gboolean
apply_fail_fast (HaulCliOptions  *options,
                 const char      *value,
                 GError         **error)
{
  options->fail_fast = TRUE;
  return TRUE;
}

static const HaulCliOption own[] = {
  { "over", N_("WHAT"), N_("Vary a parameter: PARAMETER=FROM..TO[:STEP], PARAMETER=A,B,C, or a value a line of PARAMETER=@FILE (“@-”: standard input)"), apply_over, HAUL_CLI_MAP },
  { "workers", N_("N"), N_("How many processes run it; if not said otherwise, as many as there are processors for it"), apply_workers, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "chunksize", N_("N"), N_("How many values travel together; if not said otherwise, by how long they take"), apply_chunksize, HAUL_CLI_MAP },
  { "unordered", NULL, N_("Write each result as soon as it is there"), apply_unordered, HAUL_CLI_MAP },
  { "retries", N_("N"), N_("Try a value again so often when its worker dies"), apply_retries, HAUL_CLI_MAP },
  { "fail-fast", NULL, N_("End with the first value that fails"), apply_fail_fast, HAUL_CLI_MAP },
  { "task-timeout", N_("SECONDS"), N_("Stop a value, and only that, when it takes longer than that"), apply_task_timeout, HAUL_CLI_MAP },
  { "executor", N_("NAME"), N_("Run it in a child “process” (if not said otherwise), a “thread”, or “serial”, right here; or in the workers of a “pool”"), apply_executor, HAUL_CLI_RUN },
  { "start-method", N_("NAME"), N_("How the process comes into being: “spawn” (if not said otherwise) starts a program, “forkserver” forks a small one"), apply_start_method, HAUL_CLI_RUN },
  { "nice", N_("N"), N_("Priority of the processes: 0, the usual one, to 19, the lowest; 19 if not said otherwise"), apply_nice, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "seed", N_("N"), N_("Draw the random numbers of a task from this seed, to have the same once more"), apply_seed, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "timeout", N_("SECONDS"), N_("Stop it when it takes longer than that"), apply_timeout, HAUL_CLI_RUN },
  { "grace", N_("SECONDS"), N_("How long it has to end after Ctrl+C, before it is killed; 2 if not said otherwise"), apply_grace, HAUL_CLI_RUN },
  { "output", N_("FILE"), N_("Write the result to a file; “-” is standard output, as if not said"), apply_output, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "force", NULL, N_("Replace the file if there is one"), apply_force, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "json", NULL, N_("Write what happens to standard output, one JSON object a line"), apply_json, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "quiet", NULL, N_("Say nothing but errors"), apply_quiet, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "log-level", N_("LEVEL"), N_("Print what is logged as [LEVEL/PROCESS] TEXT, from this level on: “debug”, “info” or “warning”"), apply_log_level, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { "help", NULL, N_("Show this; after a task, also its parameters"), apply_help, HAUL_CLI_RUN | HAUL_CLI_MAP },
  { NULL }
};

const HaulCliOption *
haul_cli_options_list (void)
{
  return own;
}

/* Also one of another verb is found: somebody may look for it. */
const HaulCliOption *
haul_cli_options_find (const char *name)
{
  for (const HaulCliOption *option = own; option->name != NULL; option++)
    {
      if (g_str_equal (option->name, name))
        return option;
    }

  return NULL;
}
