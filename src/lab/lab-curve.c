/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/worker/haul-number.h"
#include "lab-chart-private.h"
#include "lab-field.h"

#define LEFT        44.0   /* the numbers of the y axis */
#define RIGHT       16.0
#define LEGEND_ROW  18.0
#define FOOT_HEIGHT 42.0   /* numbers and title of the x axis */
#define N_TICKS     5
#define N_SEGMENTS  40     /* of a line that is curved */
#define DASH        6.0
#define DASH_GAP    4.0
#define NARROW      300.0   /* below that, the legend begins at the edge */
#define WIDE_RANGE  32     /* from when on an axis is logarithmic */

typedef struct
{
  double      x;
  const char *item;
  LabSample   sample;
} Point;

typedef struct
{
  const LabExperiment *experiment;
  const LabMeasure    *measure;
  LabDrawing          *drawing;
  GArray              *points;       /* (owned) (element-type Point) from left to right */
  GArray              *earlier;      /* (owned) likewise */
  double               n_cpus;       /* that speed-ups are limited by; INFINITY if that is not known */
  gboolean             is_speedup;
  gboolean             logarithmic;  /* the x axis */
  double               x_least, x_most, y_most;
  double               width, height;
  double               top;          /* of the plot, below the legend */
  double               legend_left, legend_x, legend_y;
} Curve;

static int
compare_points (gconstpointer a,
                gconstpointer b)
{
  double x = ((const Point *) a)->x, y = ((const Point *) b)->x;

  return (x > y) - (x < y);
}

static GArray *
collect (const LabMeasure *measure,
         LabFindings      *findings)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (Point));

  for (guint i = 0; findings != NULL && i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);
      Point point = { 0, item, lab_chart_get_sample (findings, measure, item) };

      if (lab_field_read_number (item, &point.x) && isfinite (point.sample.median))
        g_array_append_val (points, point);
    }
  g_array_sort (points, compare_points);
  return points;
}

static double
to_x (const Curve *self,
      double       value)
{
  double share = 0.5;

  if (self->logarithmic)
    share = log (value / self->x_least) / log (self->x_most / self->x_least);
  else if (self->x_most > self->x_least)
    share = (value - self->x_least) / (self->x_most - self->x_least);
  return LEFT + share * (self->width - LEFT - RIGHT);
}

static double
to_y (const Curve *self,
      double       value)
{
  double plot = self->height - self->top - FOOT_HEIGHT;

  return self->top + plot * (1 - CLAMP (value / self->y_most, 0, 1));
}

static double
ideal (const Curve *self,
       double       n_workers)
{
  return MIN (n_workers, self->n_cpus);
}

/* --- Axes ----------------------------------------------------------------- */

/* All of them as exact as the step is. */
static char *
format_tick (double value,
             double step)
{
  int digits = step < 1 ? (int) ceil (-log10 (step) - 1e-9) : 0;

  return digits > 0 ? g_strdup_printf ("%.*f", digits, value) : haul_format_count (value);
}

static void
add_y_axis (Curve *self)
{
  double step = lab_chart_find_step (self->y_most, N_TICKS);
  for (guint i = 0; i * step <= self->y_most * (1 + 1e-9); i++)
    {
      g_autofree char *number = format_tick (i * step, step);
      double y = to_y (self, i * step);

      lab_chart_add_line (self->drawing, i == 0 ? LAB_INK_DIM : LAB_INK_GRID, LEFT, y, self->width - RIGHT, y);
      lab_drawing_add_text (self->drawing, LAB_INK_DIM, LEFT - 7, y + 4, 1, TRUE, number);
    }
  lab_chart_add_line (self->drawing, LAB_INK_DIM, LEFT, self->top, LEFT, self->height - FOOT_HEIGHT);
}

/* A number under each point, as far as there is room. */
static void
add_x_axis (Curve *self)
{
  double bottom = self->height - FOOT_HEIGHT, taken = -INFINITY;
  const char *title = self->experiment->items_title;

  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = &g_array_index (self->points, Point, i);
      const char *text = lab_experiment_get_item_title (self->experiment, point->item);
      double half = lab_text_guess_width (text, TRUE) / 2, x = to_x (self, point->x);

      lab_chart_add_line (self->drawing, LAB_INK_DIM, x, bottom, x, bottom + 4);
      if (x - half < taken)
        continue;
      lab_drawing_add_text (self->drawing, LAB_INK_DIM, x, bottom + 17, 0.5, TRUE, text);
      taken = x + half + 6;
    }
  if (title != NULL)
    lab_drawing_add_text (self->drawing, LAB_INK_DIM, (LEFT + self->width - RIGHT) / 2, self->height - 6, 0.5, TRUE,
                          g_dgettext (GETTEXT_PACKAGE, title));
}

/* --- Lines ---------------------------------------------------------------- */

static void
add_dashes (Curve  *self,
            LabInk  ink,
            double  x1,
            double  y1,
            double  x2,
            double  y2)
{
  double length = hypot (x2 - x1, y2 - y1);

  for (double at = 0; at < length; at += DASH + DASH_GAP)
    {
      double from = at / length, to = MIN (at + DASH, length) / length;

      lab_chart_add_line (self->drawing, ink, x1 + from * (x2 - x1), y1 + from * (y2 - y1),
                          x1 + to * (x2 - x1), y1 + to * (y2 - y1));
    }
}

static void
add_ideal (Curve *self)
{
  double bend = CLAMP (self->n_cpus, self->x_least, self->x_most);

  add_dashes (self, LAB_INK_DIM, to_x (self, self->x_least), to_y (self, ideal (self, self->x_least)),
              to_x (self, bend), to_y (self, ideal (self, bend)));
  add_dashes (self, LAB_INK_DIM, to_x (self, bend), to_y (self, ideal (self, bend)),
              to_x (self, self->x_most), to_y (self, ideal (self, self->x_most)));
}

/* More workers than processors follow another law, so they do not count. */
static gboolean
fit (const Curve *self,
     double      *ret_serial_share)
{
  g_autofree double *workers = g_new (double, self->points->len), *speedups = g_new (double, self->points->len);
  guint n = 0;

  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = &g_array_index (self->points, Point, i);

      if (point->x > self->n_cpus)
        continue;
      workers[n] = point->x;
      speedups[n++] = point->sample.median;
    }
  return lab_amdahl_fit (workers, speedups, n, ret_serial_share);
}

static void
add_amdahl (Curve  *self,
            double  share)
{
  double before = self->x_least;

  for (guint i = 1; i <= N_SEGMENTS; i++)
    {
      double n = self->x_least + (self->x_most - self->x_least) * i / N_SEGMENTS;

      lab_chart_add_line (self->drawing, LAB_INK_TEXT,
                          to_x (self, before), to_y (self, lab_amdahl_speedup (share, MIN (before, self->n_cpus))),
                          to_x (self, n), to_y (self, lab_amdahl_speedup (share, MIN (n, self->n_cpus))));
      before = n;
    }
}

static void
add_points (Curve  *self,
            GArray *points,
            LabInk  ink)
{
  for (guint i = 0; i < points->len; i++)
    {
      const Point *point = &g_array_index (points, Point, i);
      const Point *last = i > 0 ? &g_array_index (points, Point, i - 1) : NULL;
      double x = to_x (self, point->x), y = to_y (self, point->sample.median);
      g_autofree char *number = lab_measure_format (self->measure, point->sample.median);
      g_autofree char *hint = g_strdup_printf ("%s: %s", lab_experiment_get_item_title (self->experiment, point->item),
                                               number);
      LabShape disc = { LAB_SHAPE_DISC, ink, .x = x, .y = y, .width = 7, .text = hint };

      if (last != NULL)
        lab_chart_add_line (self->drawing, ink, to_x (self, last->x), to_y (self, last->sample.median), x, y);
      if (point->sample.greatest > point->sample.least)
        lab_chart_add_line (self->drawing, ink, x, to_y (self, point->sample.least), x, to_y (self, point->sample.greatest));
      lab_drawing_add (self->drawing, &disc);
    }
}

/* --- All of it ------------------------------------------------------------ */

/* On a new line where there is no room for it. */
static void
add_legend (Curve      *self,
            LabInk      ink,
            gboolean    dashed,
            const char *text)
{
  double width = 21 + lab_text_guess_width (text, TRUE);
  double left = self->legend_left;

  if (self->legend_x > left && self->legend_x + width > self->width)
    {
      self->legend_x = left;
      self->legend_y += LEGEND_ROW;
    }
  if (dashed)
    add_dashes (self, ink, self->legend_x, self->legend_y - 4, self->legend_x + 16, self->legend_y - 4);
  else
    lab_chart_add_line (self->drawing, ink, self->legend_x, self->legend_y - 4, self->legend_x + 14, self->legend_y - 4);
  self->legend_y += lab_drawing_add_lines (self->drawing, LAB_INK_DIM, self->legend_x + 21, self->legend_y, 0, TRUE,
                                           self->width - self->legend_x - 21, text);
  self->legend_x += width + 14;
}

static void
find_range (Curve       *self,
            LabFindings *findings,
            LabFindings *earlier)
{
  const char *cpus = lab_findings_get_text (findings, "processors");
  double number = cpus != NULL ? g_ascii_strtod (cpus, NULL) : 0;

  self->n_cpus = number >= 1 ? number : INFINITY;
  self->is_speedup = g_strcmp0 (self->measure->unit, "×") == 0;
  self->x_least = g_array_index (self->points, Point, 0).x;
  self->x_most = g_array_index (self->points, Point, self->points->len - 1).x;
  if (self->earlier->len > 0)
    {
      self->x_least = MIN (self->x_least, g_array_index (self->earlier, Point, 0).x);
      self->x_most = MAX (self->x_most, g_array_index (self->earlier, Point, self->earlier->len - 1).x);
    }
  self->logarithmic = self->x_least > 0 && self->x_most / self->x_least >= WIDE_RANGE;

  self->y_most = MAX (lab_chart_find_most (findings, self->measure),
                      earlier != NULL ? lab_chart_find_most (earlier, self->measure) : 0);
  if (self->measure->most > 0)
    self->y_most = self->measure->most;
  else if (self->is_speedup)
    self->y_most = MAX (self->y_most, ideal (self, self->x_most));
  if (!(self->y_most > 0))
    self->y_most = 1;
  else if (!(self->measure->most > 0))
    self->y_most *= 1.05;
}

/* Above the plot, which begins where it ends. */
static void
add_legends (Curve        *self,
             const double *serial_share)    /* (nullable) */
{
  g_autofree char *head = lab_measure_describe (self->measure);
  g_autofree char *amdahl = NULL;

  self->legend_left = self->legend_x = self->width < NARROW ? 0 : LEFT;
  self->legend_y = 35 + lab_drawing_add_lines (self->drawing, LAB_INK_DIM, 0, 14, 0, TRUE, self->width, head);
  add_legend (self, LAB_INK_ACCENT, FALSE, _("Measured"));
  if (self->earlier->len > 0)
    add_legend (self, LAB_INK_DIM, FALSE, _("Before"));
  if (self->is_speedup)
    add_legend (self, LAB_INK_DIM, TRUE, _("Ideal"));
  if (serial_share != NULL)
    {
      /* Translators: of Amdahl's law: how much of the work is not divided among the workers. */
      amdahl = g_strdup_printf (_("Amdahl: %.0f\u00a0%% not divided"), *serial_share * 100);
      add_legend (self, LAB_INK_TEXT, FALSE, amdahl);
    }
  self->top = self->legend_y + LEGEND_ROW - 4;
  self->height = self->top + FOOT_HEIGHT + CLAMP (floor (self->width * 0.38), 120, 240);
}

static LabDrawing *
draw (Curve       *self,
      LabFindings *findings,
      LabFindings *earlier)
{
  double share = 0;
  gboolean fits = FALSE;

  find_range (self, findings, earlier);
  fits = self->is_speedup && fit (self, &share);

  /* How high it is, only the legend knows. */
  self->drawing = lab_drawing_new (self->width, 1);
  add_legends (self, fits ? &share : NULL);
  lab_drawing_free (self->drawing);
  self->drawing = lab_drawing_new (self->width, self->height);
  add_legends (self, fits ? &share : NULL);

  add_y_axis (self);
  add_x_axis (self);
  if (self->is_speedup)
    add_ideal (self);
  if (fits)
    add_amdahl (self, share);
  add_points (self, self->earlier, LAB_INK_DIM);
  add_points (self, self->points, LAB_INK_ACCENT);
  return self->drawing;
}

LabDrawing *
lab_curve_new (const LabExperiment *experiment,
               LabFindings         *findings,
               LabFindings         *earlier,
               double               width)
{
  const LabMeasure *measure = lab_chart_find_measure (experiment);
  g_autoptr(GArray) points = collect (measure, findings);
  g_autoptr(GArray) before = collect (measure, earlier);
  Curve self = { experiment, measure, .points = points, .earlier = before };

  self.width = MAX (width, LEFT + RIGHT + 40);
  if (points->len == 0)
    return lab_drawing_new (self.width, 1);
  return draw (&self, findings, earlier);
}
