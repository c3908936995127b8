/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-compare.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-options.h"
#include "haul-cli-print.h"
#include "haul-cli-progress-line.h"
#include "haul-cli-signals.h"
#include "haul-cli-terminal.h"
#include "haul-cli.h"
#include "lab-compare-words.h"

typedef struct
{
  LabCompare      *compare;     /* (owned) */
  GMainLoop       *loop;        /* (owned) */
  HaulCliTerminal *terminal;    /* (owned) (nullable) */
  HaulCliSignals  *signals;     /* (owned) */
  gboolean         interrupted;
} Session;

static void
session_clear (Session *self)
{
  g_signal_handlers_disconnect_by_data (self->compare, self);
  g_clear_pointer (&self->signals, haul_cli_signals_free);
  g_clear_pointer (&self->terminal, haul_cli_terminal_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->compare);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

const LabComparison *
haul_cli_lab_compare_lookup (const char  *task,
                             GError     **error)
{
  g_autoptr(GString) words = g_string_new (NULL);

  for (const LabComparison *comparison = lab_comparisons; comparison->task != NULL; comparison++)
    {
      if (strcmp (comparison->task, task) == 0)
        return comparison;
      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", comparison->task);
    }
  (void) haul_cli_throw_usage (error, _("--compare: ‘%s’ is not one of %s"), task, words->str);
  return NULL;
}

/* The main loop is one of the ways, and then nothing is drawn: so it is said before. */
static void
draw (Session *self)
{
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      g_autofree char *line = NULL;
      HaulProgressLine content = { .title = _(lab_compare_get_task (self->compare)->title) };

      if (lab_compare_get_result (self->compare, way)->state != LAB_WAY_RUNS)
        continue;
      content.fraction = (double) way / LAB_N_WAYS;
      content.progress = lab_way_get_title (way);
      content.ascii = haul_cli_terminal_is_ascii (self->terminal);
      line = haul_progress_line (&content, MAX (haul_cli_terminal_get_width (self->terminal), 2) - 1);
      haul_cli_terminal_draw (self->terminal, line);
    }
}

static void
changed_cb (LabCompare *compare,
            Session    *self)
{
  if (!lab_compare_is_running (compare))
    g_main_loop_quit (self->loop);
  else if (self->terminal != NULL)
    draw (self);
}

static void
interrupted (int      signum,
             gpointer user_data)
{
  Session *self = user_data;

  self->interrupted = TRUE;
  lab_compare_cancel (self->compare);
}

static void
stopping (gpointer user_data)
{
  Session *self = user_data;

  if (self->terminal != NULL)
    haul_cli_terminal_clear (self->terminal);
  haul_cli_signals_stop (self->signals);
}

static void
resized (gpointer user_data)
{
  Session *self = user_data;

  if (self->terminal != NULL)
    draw (self);
}

static char *
dup_cell (LabCompare *compare,
          LabWay      way,
          LabColumn   column)
{
  if (lab_compare_get_result (compare, way)->state != LAB_WAY_DONE)
    return g_strdup ("–");
  return lab_compare_format (compare, way, column);
}

static guint
get_width (LabCompare *compare,
           LabWay      way)
{
  guint width = haul_text_columns (lab_way_get_title (way));

  for (LabColumn column = 0; column < LAB_COLUMN_VICTIMS; column++)
    {
      g_autofree char *cell = dup_cell (compare, way, column);

      width = MAX (width, haul_text_columns (cell));
    }
  return width;
}

static void
append_right (GString    *text,
              const char *cell,
              guint       width)
{
  g_string_append_printf (text, "  %*s%s", (int) (width - MIN (width, haul_text_columns (cell))), "", cell);
}

static void
append_left (GString    *text,
             const char *cell,
             guint       width)
{
  g_string_append_printf (text, "%s%*s", cell, (int) (width - MIN (width, haul_text_columns (cell))), "");
}

/* A column for each way, as there are fewer of them than of what is measured. */
static void
append_numbers (GString    *text,
                LabCompare *compare)
{
  guint widths[LAB_N_WAYS];
  guint names = 0;

  for (LabColumn column = 0; column < LAB_COLUMN_VICTIMS; column++)
    names = MAX (names, haul_text_columns (lab_compare_get_column (column)));
  append_left (text, "", names);
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      widths[way] = get_width (compare, way);
      append_right (text, lab_way_get_title (way), widths[way]);
    }

  for (LabColumn column = 0; column < LAB_COLUMN_VICTIMS; column++)
    {
      g_string_append_c (text, '\n');
      append_left (text, lab_compare_get_column (column), names);
      for (LabWay way = 0; way < LAB_N_WAYS; way++)
        {
          g_autofree char *cell = dup_cell (compare, way, column);

          append_right (text, cell, widths[way]);
        }
    }
  g_string_append_c (text, '\n');
}

/* What is no number: what a crash takes down, and why there is nothing to say. */
static void
append_words (GString    *text,
              LabCompare *compare)
{
  guint names = 0;

  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    names = MAX (names, haul_text_columns (lab_way_get_title (way)));
  g_string_append_printf (text, "\n%s\n", lab_compare_get_column (LAB_COLUMN_VICTIMS));
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      const LabWayResult *result = lab_compare_get_result (compare, way);
      g_autofree char *cell = lab_compare_format (compare, way, LAB_COLUMN_VICTIMS);

      append_left (text, "", 2);
      append_left (text, lab_way_get_title (way), names);
      g_string_append_printf (text, "  %s\n", result->state != LAB_WAY_DONE && result->message != NULL ? result->message : cell);
    }
}

static int
print_sheet (LabCompare *compare)
{
  g_autoptr(GString) text = g_string_new (NULL);
  int status = HAUL_CLI_EXIT_DONE;
  int printed;

  g_string_append_printf (text, "%s\n\n", _(lab_compare_get_task (compare)->title));
  append_numbers (text, compare);
  append_words (text, compare);
  printed = haul_cli_print (text->str);

  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      if (lab_compare_get_result (compare, way)->state == LAB_WAY_FAILED)
        status = HAUL_CLI_EXIT_FAILED;
    }
  return status != HAUL_CLI_EXIT_DONE ? status : printed;
}

int
haul_cli_lab_compare_run (const LabComparison *comparison)
{
  static const HaulCliSignalFuncs funcs = { interrupted, stopping, resized };
  g_auto(Session) self = { lab_compare_new (comparison, NULL) };

  self.loop = g_main_loop_new (NULL, FALSE);
  self.terminal = haul_cli_terminal_new (STDERR_FILENO);
  self.signals = haul_cli_signals_new (&funcs, FALSE, &self);
  g_signal_connect (self.compare, "changed", G_CALLBACK (changed_cb), &self);
  if (lab_compare_start (self.compare))
    g_main_loop_run (self.loop);

  if (self.terminal != NULL)
    haul_cli_terminal_clear (self.terminal);
  if (self.interrupted)
    {
      haul_cli_complain (_("%s: canceled"), comparison->task);
      return HAUL_CLI_EXIT_CANCELLED;
    }
  return print_sheet (self.compare);
}
