/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-speedup.h"

#include <glib/gi18n.h>

#include "lab-chart.h"
#include "lab-experiment.h"
#include "lt-drawing.h"
#include "lt-lab-table.h"

struct _LtSpeedup
{
  AdwBin       parent_instance;

  GtkLabel    *title;
  AdwBin      *picture;
  AdwBin      *table;

  char        *shown;      /* (owned) (nullable) what is shown, in words */
};

/* More runs than these of as many workers say nothing new. */
#define MAX_SAMPLES 100

/* No experiment that could be run: what is found of jobs, and is drawn as if it were one. */
static const LabMeasure measures[] = {
  { "speedup", N_("Speed-up"), "×", 0 },
  { "time", N_("Time"), "s", 0 },
  { NULL }
};

static const LabExperiment speedup = {
  .task = { .id = "speedup", .title = N_("Speed-up") },
  .measures = measures,
  .items_title = N_("Workers"),
  .picture = LAB_PICTURE_CURVE,
  .pictured = "speedup",
};

G_DEFINE_FINAL_TYPE (LtSpeedup, lt_speedup, ADW_TYPE_BIN)

/* Counting */

/* One that is not divided has one, whoever that is. */
static guint
count_workers (HaulJob *job)
{
  GListModel *parts = haul_job_get_parts (job);
  g_autoptr(GHashTable) pids = g_hash_table_new (NULL, NULL);

  for (guint i = 0; parts != NULL && i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      if (haul_part_get_pid (part) > 0)
        (void) g_hash_table_add (pids, GINT_TO_POINTER (haul_part_get_pid (part)));
    }
  return MAX (1, g_hash_table_size (pids));
}

GArray *
lt_speedup_find_runs (GPtrArray *jobs,
                      HaulJob   *job)
{
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (LtSpeedupRun));

  g_return_val_if_fail (HAUL_IS_JOB (job), runs);

  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *other = jobs->pdata[i];
      LtSpeedupRun run;

      if (haul_job_get_verdict (other) != HAUL_VERDICT_DONE || haul_job_get_task (other) != haul_job_get_task (job)
          || !g_variant_equal (haul_job_get_arguments (other), haul_job_get_arguments (job)))
        continue;
      run.n_workers = count_workers (other);
      run.seconds = haul_job_get_elapsed (other);
      if (run.seconds > 0)
        g_array_append_val (runs, run);
    }
  return runs;
}

static int
compare_runs (gconstpointer a,
              gconstpointer b)
{
  const LtSpeedupRun *x = a, *y = b;

  if (x->n_workers != y->n_workers)
    return x->n_workers < y->n_workers ? -1 : 1;
  return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* They are sorted, so that the middle one is the median. */
static double
find_alone (GArray *runs)
{
  guint n = 0;

  while (n < runs->len && g_array_index (runs, LtSpeedupRun, n).n_workers == 1)
    n++;
  return n > 0 ? g_array_index (runs, LtSpeedupRun, n / 2).seconds : 0;
}

static void
take (LabFindings *findings,
      const char  *kind,
      const char  *key,
      const char  *more)
{
  g_autofree char *line = g_strdup_printf ("%s\t%s\t%s\n", kind, key, more);
  gboolean taken = lab_findings_take (findings, line, strlen (line), NULL);

  g_assert (taken);
}

/* Each run that there were with as many workers is a sample, as if the experiment had been repeated. */
static void
take_run (LabFindings        *findings,
          const LtSpeedupRun *run,
          double              alone,
          guint               nth)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *cpus = g_strdup_printf ("%u", haul_usable_cpus ());
  g_autofree char *field = NULL;

  if (nth >= lab_findings_get_n_runs (findings))
    {
      lab_findings_begin_run (findings);
      take (findings, "text", "processors", cpus);
    }
  field = g_strdup_printf ("%u\t%s", run->n_workers, g_ascii_dtostr (number, sizeof number, alone / run->seconds));
  take (findings, "number", "speedup", field);
  g_free (field);
  field = g_strdup_printf ("%u\t%s", run->n_workers, g_ascii_dtostr (number, sizeof number, run->seconds));
  take (findings, "number", "time", field);
}

static LabFindings *
sum_up (GArray *runs,
        double  alone)
{
  LabFindings *findings = lab_findings_new ();
  guint nth = 0, n_taken = 1;

  /* The first of each number of workers, then the second, … */
  for (; n_taken > 0 && nth < MAX_SAMPLES; nth++)
    {
      guint n_before = 0, n_workers = 0;

      n_taken = 0;
      for (guint i = 0; i < runs->len; i++)
        {
          const LtSpeedupRun *run = &g_array_index (runs, LtSpeedupRun, i);

          n_before = run->n_workers == n_workers ? n_before + 1 : 0;
          n_workers = run->n_workers;
          if (n_before != nth)
            continue;
          take_run (findings, run, alone, nth);
          n_taken++;
        }
    }
  return findings;
}

LabFindings *
lt_speedup_new_findings (GArray *runs)
{
  const LtSpeedupRun *last;
  double alone;

  g_return_val_if_fail (runs != NULL, NULL);

  g_array_sort (runs, compare_runs);
  alone = find_alone (runs);
  last = runs->len > 0 ? &g_array_index (runs, LtSpeedupRun, runs->len - 1) : NULL;
  return alone > 0 && last->n_workers > 1 ? sum_up (runs, alone) : NULL;
}

/* The widget */

static LabDrawing *
lay_out_cb (double   width,
            gpointer user_data)
{
  return lab_chart_new (&speedup, user_data, NULL, width);
}

static void
lt_speedup_finalize (GObject *object)
{
  g_free (LT_SPEEDUP (object)->shown);

  G_OBJECT_CLASS (lt_speedup_parent_class)->finalize (object);
}

static void
lt_speedup_class_init (LtSpeedupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lt_speedup_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-speedup.ui");
  gtk_widget_class_bind_template_child (widget_class, LtSpeedup, title);
  gtk_widget_class_bind_template_child (widget_class, LtSpeedup, picture);
  gtk_widget_class_bind_template_child (widget_class, LtSpeedup, table);
}

static void
lt_speedup_init (LtSpeedup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lt_speedup_set_findings (LtSpeedup   *self,
                         const char  *title,
                         LabFindings *findings)
{
  GtkWidget *drawing;
  g_autofree char *description = NULL;
  g_autofree char *shown = NULL;

  g_return_if_fail (LT_IS_SPEEDUP (self));
  g_return_if_fail (LAB_IS_FINDINGS (findings));

  /* Nobody is interrupted who reads it. */
  description = lab_chart_describe (&speedup, findings);
  shown = g_strconcat (title, "\n", description, NULL);
  if (g_strcmp0 (shown, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&shown);

  drawing = lt_drawing_new ();
  lt_drawing_set_layout (LT_DRAWING (drawing), lay_out_cb, g_object_ref (findings), g_object_unref);
  lt_drawing_set_description (LT_DRAWING (drawing), _("Speed-up"), description);
  gtk_label_set_label (self->title, title);
  adw_bin_set_child (self->picture, drawing);
  adw_bin_set_child (self->table, lt_lab_table_new_numbers (&speedup, findings, NULL));
}
