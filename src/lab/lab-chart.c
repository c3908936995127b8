/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define ROW_HEIGHT  34.0
#define BAR_HEIGHT  18.0
#define HEAD_HEIGHT 26.0    /* with one line */
#define GAP         8.0
#define NARROW      420.0   /* below that, the title of an item stands above its bar */

const LabMeasure *
lab_chart_find_measure (const LabExperiment *experiment)
{
  for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
    {
      if (g_strcmp0 (measure->key, experiment->pictured) == 0)
        return measure;
    }
  return NULL;
}

LabSample
lab_chart_get_sample (LabFindings      *findings,
                      const LabMeasure *measure,
                      const char       *item)
{
  LabSample sample = { lab_findings_get (findings, measure->key, item), NAN, NAN };

  if (lab_findings_get_spread (findings, measure->key, item, &sample.least, &sample.greatest) == 0)
    sample.least = sample.greatest = NAN;
  return sample;
}

double
lab_chart_find_most (LabFindings      *findings,
                     const LabMeasure *measure)
{
  double most = 0;

  for (guint i = 0; findings != NULL && i < lab_findings_get_n_items (findings); i++)
    {
      LabSample sample = lab_chart_get_sample (findings, measure, lab_findings_get_item (findings, i));

      if (sample.greatest > most)
        most = sample.greatest;
    }
  return most;
}

double
lab_chart_find_step (double most,
                     guint  n)
{
  static const double steps[] = { 1, 2, 5, 10 };
  double power = 1;

  if (!(most > 0) || !isfinite (most) || n == 0)
    return 1;

  power = pow (10, floor (log10 (most / n)));
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      /* What is computed in binary may miss a round number by a little. */
      if (steps[i] * power * n >= most * (1 - 1e-9))
        return steps[i] * power;
    }
  return 10 * power;
}

void
lab_chart_add_line (LabDrawing *drawing,
                    LabInk      ink,
                    double      x1,
                    double      y1,
                    double      x2,
                    double      y2)
{
  lab_drawing_add_line (drawing, ink, x1, y1, x2 - x1, y2 - y1);
}

/* --- Bars ----------------------------------------------------------------- */

/* Where bars are. */
typedef struct
{
  const LabExperiment *experiment;
  const LabMeasure    *measure;
  LabFindings         *findings;
  LabFindings         *earlier;      /* (nullable) */
  LabDrawing          *drawing;
  GPtrArray           *items;        /* (element-type utf8) those that were measured */
  gboolean             narrow;
  double               left;         /* where 0 is */
  double               length;       /* of the longest bar */
  double               most;         /* its value */
} Bars;

static double
bar_length (const Bars *self,
            double      value)
{
  return self->length * CLAMP (value / self->most, 0, 1);
}

static void
add_whisker (const Bars      *self,
             const LabSample *sample,
             double           middle)
{
  double from = self->left + bar_length (self, sample->least), to = self->left + bar_length (self, sample->greatest);

  if (!(to - from > 1))
    return;
  lab_chart_add_line (self->drawing, LAB_INK_TEXT, from, middle, to, middle);
  lab_chart_add_line (self->drawing, LAB_INK_TEXT, from, middle - 4, from, middle + 4);
  lab_chart_add_line (self->drawing, LAB_INK_TEXT, to, middle - 4, to, middle + 4);
}

static void
add_rect (const Bars *self,
          LabInk      ink,
          double      y,
          double      height,
          double      value,
          const char *text)
{
  /* What is little is still something to see, and nothing is nothing. */
  double width = value > 0 ? MAX (bar_length (self, value), 1) : 0;

  lab_drawing_add_rect (self->drawing, ink, self->left, y, width, height, text);
}

/* Above a bar where it has no place beside it. */
static double
count_title_lines (const Bars *self,
                   const char *title)
{
  g_auto(GStrv) lines = lab_text_wrap (title, FALSE, lab_drawing_get_width (self->drawing));

  return g_strv_length (lines);
}

/* Returns its height. */
static double
add_bar (const Bars *self,
         const char *item,
         double      top)
{
  LabSample sample = lab_chart_get_sample (self->findings, self->measure, item);
  g_autofree char *number = lab_measure_format (self->measure, sample.median);
  const char *title = lab_experiment_get_item_title (self->experiment, item);
  g_autofree char *hint = g_strdup_printf ("%s: %s", title, number);
  double bar_top = top + (self->narrow ? count_title_lines (self, title) * LAB_LINE : (ROW_HEIGHT - BAR_HEIGHT) / 2);
  double middle = bar_top + BAR_HEIGHT / 2;
  double end = self->left + bar_length (self, MAX (sample.median, sample.greatest));

  if (self->narrow)
    (void) lab_drawing_add_lines (self->drawing, LAB_INK_TEXT, 0, top + 13, 0, FALSE, lab_drawing_get_width (self->drawing), title);
  else
    lab_drawing_add_text (self->drawing, LAB_INK_TEXT, self->left - GAP, middle + 5, 1, FALSE, title);

  add_rect (self, LAB_INK_ACCENT, bar_top, BAR_HEIGHT, sample.median, hint);
  if (self->earlier != NULL)
    {
      double before = lab_findings_get (self->earlier, self->measure->key, item);
      g_autofree char *text = lab_measure_format (self->measure, before);
      g_autofree char *before_hint = g_strdup_printf (_("%s, before: %s"), title, text);

      if (isfinite (before))
        add_rect (self, LAB_INK_DIM, bar_top + BAR_HEIGHT + 1, 4, before, before_hint);
    }
  add_whisker (self, &sample, middle);
  lab_drawing_add_text (self->drawing, LAB_INK_TEXT, end + GAP, middle + 5, 0, FALSE, number);
  return bar_top - top + BAR_HEIGHT + (self->narrow ? 10 : (ROW_HEIGHT - BAR_HEIGHT) / 2) + (self->earlier != NULL ? 4 : 0);
}

/* Titles get what they need, but not more than a good third; numbers likewise. */
static void
place_bars (Bars   *self,
            double  width)
{
  double titles = 0, numbers = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      const char *item = self->items->pdata[i];
      LabSample sample = lab_chart_get_sample (self->findings, self->measure, item);
      g_autofree char *number = lab_measure_format (self->measure, sample.median);

      titles = MAX (titles, lab_text_guess_width (lab_experiment_get_item_title (self->experiment, item), FALSE));
      numbers = MAX (numbers, lab_text_guess_width (number, FALSE));
    }

  self->narrow = width < NARROW || titles > 0.4 * width;
  self->left = self->narrow ? 0 : ceil (titles) + GAP;
  self->length = MAX (width - self->left - numbers - 2 * GAP, 20);
}

static LabDrawing *
draw_bars (Bars   *self,
           double  width)
{
  g_autofree char *head = lab_measure_describe (self->measure);
  double top, bottom;

  place_bars (self, width);
  self->most = self->measure->most > 0 ? self->measure->most
                                       : MAX (lab_chart_find_most (self->findings, self->measure),
                                              lab_chart_find_most (self->earlier, self->measure));
  if (!(self->most > 0))
    self->most = 1;

  self->drawing = lab_drawing_new (width, 1);
  bottom = HEAD_HEIGHT + lab_drawing_add_lines (self->drawing, LAB_INK_DIM, self->left, 14, 0, TRUE, width - self->left, head);
  top = bottom;
  for (guint i = 0; i < self->items->len; i++)
    bottom += add_bar (self, self->items->pdata[i], bottom);
  lab_drawing_set_height (self->drawing, bottom + 2);
  if (self->items->len > 0 && !self->narrow)   /* it would go through their titles */
    lab_chart_add_line (self->drawing, LAB_INK_DIM, self->left, top, self->left, bottom);
  return self->drawing;
}

LabDrawing *
lab_chart_new (const LabExperiment *experiment,
               LabFindings         *findings,
               LabFindings         *earlier,
               double               width)
{
  const LabMeasure *measure = NULL;
  g_autoptr(GPtrArray) items = g_ptr_array_new ();

  g_return_val_if_fail (width > 0, NULL);

  measure = lab_chart_find_measure (experiment);
  if (measure == NULL)
    return lab_drawing_new (width, 1);
  if (experiment->picture == LAB_PICTURE_CURVE)
    return lab_curve_new (experiment, findings, earlier, width);

  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);

      if (isfinite (lab_findings_get (findings, measure->key, item)))
        g_ptr_array_add (items, (gpointer) item);
    }
  return draw_bars (&(Bars){ experiment, measure, findings, earlier, .items = items }, width);
}

char *
lab_chart_describe (const LabExperiment *experiment,
                    LabFindings         *findings)
{
  const LabMeasure *measure = lab_chart_find_measure (experiment);
  g_autofree char *head = NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; measure != NULL && i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);
      double value = lab_findings_get (findings, measure->key, item);
      g_autofree char *number = lab_measure_format (measure, value);

      if (isfinite (value))
        /* Translators: a list of these says what a chart shows: “A mutex: 77 ms”. */
        g_string_append_printf (text, _("%s%s: %s"), text->len > 0 ? ", " : "",
                                lab_experiment_get_item_title (experiment, item), number);
    }
  if (measure == NULL || text->len == 0)
    return g_string_free (text, FALSE);

  head = g_strdup_printf ("%s. ", g_dgettext (GETTEXT_PACKAGE, measure->title));
  g_string_prepend (text, head);
  return g_string_free (text, FALSE);
}
