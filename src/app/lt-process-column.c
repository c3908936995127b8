/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-column.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

static const LtProcessColumnInfo columns[LT_PROCESS_N_COLUMNS] = {
  [LT_PROCESS_NAME] = { "name", NC_("process", "Name"), "name", 14, FALSE, TRUE },
  [LT_PROCESS_PID] = { "pid", NC_("process", "PID"), "pid", 7, TRUE, TRUE },
  [LT_PROCESS_PARENT] = { "parent", NC_("process", "Parent"), "parent-pid", 7, TRUE, TRUE },
  [LT_PROCESS_STATE] = { "state", NC_("process", "State"), "state", 11, FALSE, TRUE },
  [LT_PROCESS_CPU] = { "cpu", NC_("process", "CPU %"), "cpu", 6, TRUE, TRUE },
  [LT_PROCESS_HISTORY] = { "history", NC_("process", "History"), "cpu", 10, FALSE, TRUE },
  [LT_PROCESS_MEMORY] = { "memory", NC_("process", "Memory"), "memory", 8, TRUE, TRUE },
  [LT_PROCESS_THREADS] = { "threads", NC_("process", "Threads"), "n-threads", 3, TRUE, TRUE },
  [LT_PROCESS_CPU_TIME] = { "cpu-time", NC_("process", "CPU Time"), "cpu-time", 8, TRUE, TRUE },
  [LT_PROCESS_NICE] = { "nice", NC_("process", "Nice"), "nice", 3, TRUE, TRUE },
  [LT_PROCESS_CORE] = { "core", NC_("process", "Core"), "core", 3, TRUE },
  [LT_PROCESS_ELAPSED] = { "elapsed", NC_("process", "Elapsed"), "elapsed", 8, TRUE, TRUE },
  [LT_PROCESS_DAEMON] = { "daemon", NC_("process", "Daemon"), "daemon", 5, FALSE },
  [LT_PROCESS_EXIT] = { "exit", NC_("process", "Exit Status"), "exit-text", 8, FALSE },
};

const LtProcessColumnInfo *
lt_process_column_get (LtProcessColumn column)
{
  g_return_val_if_fail (column < LT_PROCESS_N_COLUMNS, NULL);

  return &columns[column];
}

static gboolean of_all_cpus;
static gboolean resident;

void
lt_process_columns_load_settings (void)
{
  of_all_cpus = lt_settings_get_all_cpus ();
  resident = !lt_settings_get_pss ();
}

gboolean
lt_process_columns_want_pss (void)
{
  return !resident;
}

double
lt_process_columns_scale_cpu (double cpu)
{
  return of_all_cpus ? cpu / g_get_num_processors () : cpu;
}

static double
get_cpu (HaulProcessInfo *info)
{
  return lt_process_columns_scale_cpu (haul_process_info_get_cpu (info));
}

static char *
format_clock (double seconds)
{
  guint64 tenths = (guint64) (seconds * 10);

  if (tenths < 36000)
    return g_strdup_printf ("%u:%02u.%u", (guint) (tenths / 600), (guint) (tenths / 10 % 60), (guint) (tenths % 10));
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02u:%02u", tenths / 36000, (guint) (tenths / 600 % 60),
                          (guint) (tenths / 10 % 60));
}

/* Whole seconds: what runs is counted up once a second. */
static char *
format_elapsed (double seconds)
{
  guint64 whole = (guint64) seconds;

  if (whole < 3600)
    return g_strdup_printf ("%u:%02u", (guint) (whole / 60), (guint) (whole % 60));
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02u:%02u", whole / 3600, (guint) (whole / 60 % 60), (guint) (whole % 60));
}

/* One that has ended uses nothing, and its last numbers would say that it does. */
static gboolean
is_known (LtProcessColumn  column,
          HaulProcessInfo *info)
{
  gboolean is_gone = haul_process_info_get_is_ended (info) || g_str_equal (haul_process_info_get_state (info), "Z");

  return !is_gone || (column != LT_PROCESS_CPU && column != LT_PROCESS_MEMORY && column != LT_PROCESS_THREADS
                      && column != LT_PROCESS_NICE && column != LT_PROCESS_CORE);
}

static char *
format_number (LtProcessColumn  column,
               HaulProcessInfo *info)
{
  switch ((guint) column)
    {
    case LT_PROCESS_PID:
      return g_strdup_printf ("%d", haul_process_info_get_pid (info));

    case LT_PROCESS_PARENT:
      return g_strdup_printf ("%d", haul_process_info_get_parent_pid (info));

    case LT_PROCESS_CPU:
      return g_strdup_printf ("%.1f", get_cpu (info));

    case LT_PROCESS_THREADS:
      return g_strdup_printf ("%u", haul_process_info_get_n_threads (info));

    case LT_PROCESS_CPU_TIME:
      return format_clock (haul_process_info_get_cpu_time (info));

    case LT_PROCESS_NICE:
      return g_strdup_printf ("%d", haul_process_info_get_nice (info));

    case LT_PROCESS_CORE:
      return g_strdup_printf ("%d", haul_process_info_get_core (info));

    case LT_PROCESS_ELAPSED:
      return format_elapsed (haul_process_info_get_elapsed (info));

    default:
      return lt_settings_format_size (haul_process_info_get_memory (info));
    }
}

/* “97.9 % · 9 MB · 4231”, without what is not known. */
static char *
format_figures (HaulProcessInfo *info)
{
  g_autofree char *memory = NULL;

  if (!is_known (LT_PROCESS_CPU, info))
    return g_strdup_printf ("%d", haul_process_info_get_pid (info));
  memory = lt_settings_format_size (haul_process_info_get_memory (info));
  /* Translators: percent of one processor, an amount of memory, the number of a process */
  return g_strdup_printf (_("%.1f %% · %s · %d"), get_cpu (info), memory, haul_process_info_get_pid (info));
}

/* For who cannot see which number is which. */
static char *
speak_figures (HaulProcessInfo *info)
{
  g_autofree char *cpu = lt_process_column_speak (LT_PROCESS_CPU, info);
  g_autofree char *memory = lt_process_column_speak (LT_PROCESS_MEMORY, info);
  g_autofree char *pid = lt_process_column_speak (LT_PROCESS_PID, info);

  /* Translators: the same in words: “CPU 97.9 percent, Memory 9 MB, PID 4231” */
  return g_strdup_printf (_("%s, %s, %s"), cpu, memory, pid);
}

char *
lt_process_column_format (LtProcessColumn  column,
                          HaulProcessInfo *info)
{
  const char *state = haul_process_info_get_state (info);

  if (!is_known (column, info))
    return g_strdup ("–");

  switch ((guint) column)
    {
    case LT_PROCESS_NAME:
      return g_strdup (haul_process_info_get_name (info));

    case LT_PROCESS_STATE:
      /* Translators: a letter for the state of a process, and a word: “Z Zombie” */
      return g_strdup_printf (C_("process", "%s %s"), state, haul_process_state_word (state));

    case LT_PROCESS_HISTORY:
      return g_strdup ("");

    case LT_PROCESS_DAEMON:
      return g_strdup (haul_process_info_get_daemon (info) ? C_("daemon", "Yes") : "");

    case LT_PROCESS_EXIT:
      return g_strdup (haul_process_info_get_exit_text (info));

    case LT_PROCESS_FIGURES:
      return format_figures (info);

    default:
      return format_number (column, info);
    }
}

char *
lt_process_column_speak (LtProcessColumn  column,
                         HaulProcessInfo *info)
{
  g_autofree char *text = lt_process_column_format (column, info);
  const char *title = column < LT_PROCESS_N_COLUMNS ? g_dpgettext2 (NULL, "process", columns[column].title) : "";
  const char *state = haul_process_info_get_state (info);

  if (column == LT_PROCESS_FIGURES)
    return speak_figures (info);
  if (!is_known (column, info))
    /* Translators: the name of a column: “Memory unknown” */
    return g_strdup_printf (_("%s unknown"), title);

  switch ((guint) column)
    {
    case LT_PROCESS_NAME:
      return g_steal_pointer (&text);

    case LT_PROCESS_STATE:
      /* Translators: “State Zombie, finished, but its parent has not joined it yet” */
      return g_strdup_printf (_("State %s, %s"), haul_process_state_word (state), haul_process_state_text (state));

    case LT_PROCESS_CPU:
      return g_strdup_printf (_("CPU %.1f percent"), get_cpu (info));

    case LT_PROCESS_HISTORY:
      return g_strdup_printf (_("CPU history, now %.0f percent"), get_cpu (info));

    case LT_PROCESS_DAEMON:
      return g_strdup (haul_process_info_get_daemon (info) ? _("Daemon") : _("No daemon"));

    case LT_PROCESS_EXIT:
      return *text != '\0' ? g_strdup_printf (_("Exit status %s"), text) : g_strdup (_("Has not ended"));

    default:
      /* Translators: the name of a column and what is in it: “Memory 14 MB” */
      return g_strdup_printf (C_("process", "%s %s"), title, text);
    }
}

char *
lt_process_column_explain (LtProcessColumn  column,
                           HaulProcessInfo *info)
{
  const char *state = haul_process_info_get_state (info);

  switch ((guint) column)
    {
    case LT_PROCESS_NAME:
      if (g_str_equal (haul_process_info_get_name (info), haul_process_info_get_command (info)))
        return g_strdup (haul_process_info_get_name (info));
      /* Translators: the name of a process, and what the system calls it */
      return g_strdup_printf (_("%s, which the system calls “%s”"), haul_process_info_get_name (info),
                              haul_process_info_get_command (info));

    case LT_PROCESS_STATE:
      /* Translators: letter, word and meaning: “Z Zombie: finished, but its parent has not joined it yet” */
      return g_strdup_printf (_("%s %s: %s"), state, haul_process_state_word (state), haul_process_state_text (state));

    case LT_PROCESS_CPU:
      return g_strdup (of_all_cpus ? _("Percent of all processors") : _("Percent of one processor"));

    case LT_PROCESS_MEMORY:
      if (haul_process_info_get_own_memory (info) >= 0)
        return g_strdup (_("What several processes share counts in parts"));
      return g_strdup (_("Also what it shares with other processes"));

    case LT_PROCESS_EXIT:
      return *haul_process_info_get_exit_text (info) != '\0' ? g_strdup (haul_process_info_get_exit_text (info)) : NULL;

    case LT_PROCESS_DAEMON:
      return g_strdup (_("Nobody waits for a daemon when the app quits"));

    default:
      return NULL;
    }
}

#define ORDER(get) (((get) (a) > (get) (b)) - ((get) (a) < (get) (b)))

int
lt_process_column_compare (LtProcessColumn  column,
                           HaulProcessInfo *a,
                           HaulProcessInfo *b)
{
  switch ((guint) column)
    {
    case LT_PROCESS_NAME:
      return g_utf8_collate (haul_process_info_get_name (a), haul_process_info_get_name (b));

    case LT_PROCESS_PID:
      return ORDER (haul_process_info_get_pid);

    case LT_PROCESS_PARENT:
      return ORDER (haul_process_info_get_parent_pid);

    case LT_PROCESS_STATE:
      return g_strcmp0 (haul_process_info_get_state (a), haul_process_info_get_state (b));

    case LT_PROCESS_CPU:
    case LT_PROCESS_HISTORY:
      return ORDER (haul_process_info_get_cpu);

    case LT_PROCESS_MEMORY:
      return ORDER (haul_process_info_get_memory);

    case LT_PROCESS_THREADS:
      return ORDER (haul_process_info_get_n_threads);

    case LT_PROCESS_CPU_TIME:
      return ORDER (haul_process_info_get_cpu_time);

    case LT_PROCESS_NICE:
      return ORDER (haul_process_info_get_nice);

    case LT_PROCESS_CORE:
      return ORDER (haul_process_info_get_core);

    case LT_PROCESS_ELAPSED:
      return ORDER (haul_process_info_get_elapsed);

    case LT_PROCESS_DAEMON:
      return ORDER (haul_process_info_get_daemon);

    default:
      return g_strcmp0 (haul_process_info_get_exit_text (a), haul_process_info_get_exit_text (b));
    }
}

char *
lt_process_describe (HaulProcessInfo *info)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      g_autofree char *cell = i != LT_PROCESS_HISTORY ? lt_process_column_format (i, info) : NULL;

      if (cell != NULL)
        g_string_append_printf (text, "%s%s", i > 0 ? "\t" : "", cell);
    }
  return g_string_free (text, FALSE);
}
