/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-picture.h"

#include <math.h>

#include <glib/gi18n.h>

#include "haul-cli-progress-line.h"
#include "lab-table.h"
#include "lab-timeline-picture.h"

#define MIN_BAR     10
#define ROOM_BAR    20   /* that titles leave to them */
#define MAX_LANES   40
#define MAX_TITLE   30   /* columns, or more where there is room for that and bars */

static void
append_padded (GString    *text,
               const char *title,
               guint       columns)
{
  g_autoptr(GString) cut = g_string_new (title);

  haul_text_cut (cut, columns);
  g_string_append_printf (text, "%s%*s", cut->str, (int) (columns - haul_text_columns (cut->str)), "");
}

/* --- Bars ----------------------------------------------------------------- */

typedef struct
{
  const char *title;
  char       *number;   /* (owned) */
  double      value;
} Bar;

static void
bar_clear (gpointer data)
{
  g_free (((Bar *) data)->number);
}

static GArray *
collect_bars (const LabExperiment *experiment,
              const LabMeasure    *measure,
              LabFindings         *findings)
{
  GArray *bars = g_array_new (FALSE, FALSE, sizeof (Bar));

  g_array_set_clear_func (bars, bar_clear);
  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);
      Bar bar = { lab_experiment_get_item_title (experiment, item), NULL, lab_findings_get (findings, measure->key, item) };

      if (!isfinite (bar.value))
        continue;
      bar.number = lab_measure_format (measure, bar.value);
      g_array_append_val (bars, bar);
    }
  return bars;
}

/* In eighths of a character, where there are such. */
static void
append_bar (GString  *text,
            double    share,
            guint     columns,
            gboolean  ascii)
{
  static const char * const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
  guint n = (guint) lround (CLAMP (share, 0, 1) * columns * 8);

  /* What is little is still something to see. */
  if (share > 0)
    n = MAX (n, ascii ? 4 : 1);
  for (guint i = 0; i < (ascii ? (n + 4) / 8 : n / 8); i++)
    g_string_append (text, ascii ? "#" : "█");
  if (!ascii)
    g_string_append (text, eighths[n % 8]);
}

static void
append_bars (GString             *text,
             const LabExperiment *experiment,
             const LabMeasure    *measure,
             LabFindings         *findings,
             guint                columns,
             gboolean             ascii)
{
  g_autoptr(GArray) bars = collect_bars (experiment, measure, findings);
  g_autofree char *head = lab_measure_describe (measure);
  guint titles = 0, numbers = 0, room = MIN_BAR;
  double most = 0;

  for (guint i = 0; i < bars->len; i++)
    {
      const Bar *bar = &g_array_index (bars, Bar, i);

      titles = MAX (titles, haul_text_columns (bar->title));
      numbers = MAX (numbers, haul_text_columns (bar->number));
      most = MAX (most, bar->value);
    }
  if (bars->len == 0)
    return;

  most = measure->most > 0 ? measure->most : most;
  titles = MIN (titles, columns > MAX_TITLE + numbers + 4 + ROOM_BAR ? columns - numbers - 4 - ROOM_BAR : MAX_TITLE);
  if (columns > titles + numbers + 4 + MIN_BAR)
    room = columns - titles - numbers - 4;

  g_string_append_printf (text, "%*s%s\n", (int) titles + 2, "", head);
  for (guint i = 0; i < bars->len; i++)
    {
      const Bar *bar = &g_array_index (bars, Bar, i);

      append_padded (text, bar->title, titles);
      g_string_append (text, "  ");
      append_bar (text, most > 0 ? bar->value / most : 0, room, ascii);
      g_string_append_printf (text, " %s\n", bar->number);
    }
}

/* --- Lanes ---------------------------------------------------------------- */

/* A character for what somebody is at, and for what happens. */
static const struct { const char *fine; const char *plain; } span_signs[HAUL_N_SPAN_KINDS] = {
  [HAUL_SPAN_STARTING] = { "·", "." },
  [HAUL_SPAN_WORKING] = { "▓", "#" },
  [HAUL_SPAN_WAITING] = { "░", "-" },
  [HAUL_SPAN_PAUSED] = { "╫", "=" },
  [HAUL_SPAN_ZOMBIE] = { "─", "z" },
};

static const struct { const char *fine; const char *plain; } mark_signs[HAUL_N_MARK_KINDS] = {
  [HAUL_MARK_SIGNAL] = { "✕", "x" },
  [HAUL_MARK_MESSAGE] = { "◆", "*" },
  [HAUL_MARK_EXIT] = { "┤", "|" },
  [HAUL_MARK_JOIN] = { "●", "o" },
};

typedef struct
{
  gint64   end;
  guint    columns;   /* that time has */
  gboolean ascii;
  gboolean spans[HAUL_N_SPAN_KINDS];   /* those that were drawn */
  gboolean marks[HAUL_N_MARK_KINDS];
} Lanes;

static gint64
cell_start (const Lanes *self,
            guint        cell)
{
  return self->end * cell / self->columns;
}

/* What it was at in the middle of a cell; NULL for nothing. */
static const char *
span_sign (Lanes    *self,
           HaulLane *lane,
           guint     cell)
{
  gint64 middle = (cell_start (self, cell) + cell_start (self, cell + 1)) / 2;
  guint index = lab_lane_find_span (lane, middle);
  const HaulSpan *span = index < haul_lane_get_n_spans (lane) ? haul_lane_get_span (lane, index) : NULL;

  if (span == NULL || span->start > middle)
    return NULL;
  self->spans[span->kind] = TRUE;
  return self->ascii ? span_signs[span->kind].plain : span_signs[span->kind].fine;
}

/* Marks lie over what it was at; the last one of a cell is seen. */
static void
append_lane (GString  *text,
             Lanes    *self,
             HaulLane *lane)
{
  g_autofree const char **cells = g_new0 (const char *, self->columns);

  for (guint cell = 0; cell < self->columns; cell++)
    cells[cell] = span_sign (self, lane, cell);
  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);
      guint cell = (guint) CLAMP (mark->at * self->columns / self->end, 0, (gint64) self->columns - 1);

      self->marks[mark->kind] = TRUE;
      cells[cell] = self->ascii ? mark_signs[mark->kind].plain : mark_signs[mark->kind].fine;
    }
  for (guint cell = 0; cell < self->columns; cell++)
    g_string_append (text, cells[cell] != NULL ? cells[cell] : " ");
}

static void
append_legend (GString     *text,
               const Lanes *self)
{
  gsize start = text->len;

  for (guint i = 0; i < HAUL_N_SPAN_KINDS; i++)
    {
      if (self->spans[i])
        g_string_append_printf (text, "%s%s %s", text->len > start ? "   " : "",
                                self->ascii ? span_signs[i].plain : span_signs[i].fine, lab_span_kind_get_title (i));
    }
  for (guint i = 0; i < HAUL_N_MARK_KINDS; i++)
    {
      if (self->marks[i])
        g_string_append_printf (text, "%s%s %s", text->len > start ? "   " : "",
                                self->ascii ? mark_signs[i].plain : mark_signs[i].fine, lab_mark_kind_get_title (i));
    }
  g_string_append_c (text, '\n');
}

static void
append_lanes (GString      *text,
              HaulTimeline *timeline,
              guint         columns,
              gboolean      ascii)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (timeline)), titles = 0;
  Lanes self = { MAX (haul_timeline_get_end (timeline), 1), MIN_BAR, ascii };
  g_autofree char *end = lab_timeline_format_time (self.end, MAX (self.end / 100, 1));

  if (n == 0)
    return;
  for (guint i = 0; i < MIN (n, MAX_LANES); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      titles = MAX (titles, haul_text_columns (haul_lane_get_title (lane)));
    }
  titles = MIN (titles, MAX_TITLE);
  if (columns > titles + 2 + MIN_BAR)
    self.columns = columns - titles - 2;

  for (guint i = 0; i < MIN (n, MAX_LANES); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      append_padded (text, haul_lane_get_title (lane), titles);
      g_string_append (text, "  ");
      append_lane (text, &self, lane);
      g_string_append_c (text, '\n');
    }
  g_string_append_printf (text, "%*s0%*s%s\n", (int) titles + 2, "",
                          (int) (self.columns - 1 - MIN (self.columns - 1, haul_text_columns (end))), "", end);
  if (n > MAX_LANES)
    g_string_append_printf (text, ngettext ("%u more is not shown\n", "%u more are not shown\n", n - MAX_LANES), n - MAX_LANES);
  append_legend (text, &self);
}

char *
haul_cli_lab_picture (const LabExperiment *experiment,
                      LabFindings         *findings,
                      guint                columns,
                      gboolean             ascii)
{
  GString *text = g_string_new (NULL);

  if (experiment->picture == LAB_PICTURE_LANES)
    append_lanes (text, lab_findings_get_timeline (findings), columns, ascii);

  for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
    {
      if (experiment->picture != LAB_PICTURE_LANES && g_strcmp0 (measure->key, experiment->pictured) == 0)
        append_bars (text, experiment, measure, findings, columns, ascii);
    }
  return g_string_free (text, FALSE);
}
