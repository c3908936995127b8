/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-view-private.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"

/* So many of the newest runs are tried, when none was chosen. */
#define MAX_TRIED 20

/* How often a run that is not over is copied. */
#define GROW_US (G_USEC_PER_SEC / 4)

/* What is shown */

void
lt_timeline_view_update_table (LtTimelineView *self)
{
  guint n_runs;
  const LabTimelineRun *runs = lt_timeline_canvas_get_runs (self->canvas, &n_runs);

  if (!self->as_table || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  lt_timeline_table_update (self->table, runs, n_runs, lt_timeline_canvas_get_now (self->canvas));
  self->tabled_at = g_get_monotonic_time ();
}

/* What it is all about, where nothing is pointed at. */
void
lt_timeline_view_update_labels (LtTimelineView *self)
{
  guint n_runs;
  const LabTimelineRun *runs = lt_timeline_canvas_get_runs (self->canvas, &n_runs);
  const char *status = lt_timeline_canvas_get_status (self->canvas);
  g_autofree char *saved = lab_timeline_format_saved (runs, n_runs);
  g_autofree char *shown = lab_timeline_format_shown (lt_timeline_canvas_get_shown (self->canvas));

  gtk_label_set_label (self->status, status != NULL ? status : saved != NULL ? saved : "");
  gtk_label_set_label (self->shown, shown != NULL && !self->as_table ? shown : "");
}

static LabFindings *
find_speedup (LtTimelineView *self,
              HaulJob        *job)
{
  g_autoptr(GArray) runs = lt_speedup_find_runs (self->jobs, job);

  return lt_speedup_new_findings (runs);
}

void
lt_timeline_view_update_speedup (LtTimelineView *self)
{
  g_autoptr(LabFindings) findings = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *title = NULL;
  HaulJob *job = self->job;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || self->jobs == NULL)
    return;

  if (job != NULL)
    findings = find_speedup (self, job);
  for (guint i = 0; job == NULL && findings == NULL && i < MIN (self->jobs->len, MAX_TRIED); i++)
    {
      findings = find_speedup (self, self->jobs->pdata[i]);
      if (findings != NULL)
        job = self->jobs->pdata[i];
    }
  gtk_widget_set_sensitive (self->speedup_button, findings != NULL);
  gtk_widget_set_tooltip_text (self->speedup_button,
                               findings != NULL ? _("Speed-up")
                                                : _("Speed-up: run a job in a process, and once more in the pool, where it is divided"));
  if (findings == NULL)
    return;
  arguments = lt_job_text_arguments (haul_job_get_task (job), haul_job_get_arguments (job));
  title = *arguments != '\0' ? g_strdup_printf (_("%s · %s"), haul_job_get_title (job), arguments) : g_strdup (haul_job_get_title (job));
  lt_speedup_set_findings (self->speedup, title, findings);
}

static gboolean
has_worker (HaulTimeline *timeline)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      if (haul_lane_get_kind (lane) == HAUL_LANE_WORKER)
        return TRUE;
    }
  return FALSE;
}

void
lt_timeline_view_update_page (LtTimelineView *self)
{
  gboolean empty = !has_worker (lt_timeline_record_get_timeline (self->record));
  gboolean focused = gtk_widget_has_focus (self->start_button);

  gtk_stack_set_visible_child (self->stack, empty ? self->empty_page : self->content);
  gtk_stack_set_visible_child (self->pages, self->as_table ? self->table_page : GTK_WIDGET (self->picture_page));
  gtk_widget_set_visible (self->legend, !self->compact && !self->as_table);
  gtk_widget_set_visible (self->legend_button, self->compact && !self->as_table);
  gtk_widget_set_sensitive (self->follow_button, self->job == NULL && !self->as_table);
  if (focused && !empty)
    lt_timeline_view_focus (self);
}

static char *
name_run (HaulJob *job)
{
  g_autofree char *duration = NULL;

  if (haul_job_is_active (job))
    duration = g_strdup (haul_format_state (haul_job_get_state (job), haul_job_get_verdict (job)));
  else
    duration = haul_format_duration (haul_job_get_elapsed (job));
  /* TRANSLATORS: a job, and how long it took: “Count Primes · 12.4 s” */
  return g_strdup_printf (_("%s · %s"), haul_job_get_title (job), duration);
}

static LabTimelineRun
begin_run (LtTimelineView *self,
           HaulJob        *job,
           gboolean        named)
{
  gint64 joined = haul_job_get_stamp (job, HAUL_STAMP_JOINED);
  LabTimelineRun run = { lt_timeline_record_dup_run (self->record, job), NULL, 0 };

  if (joined == 0)   /* it is a zombie, which counts as ended */
    joined = haul_job_get_stamp (job, HAUL_STAMP_EXITED);
  run.title = named ? name_run (job) : NULL;
  if (!haul_job_is_active (job))
    run.end = MAX (1, joined - haul_job_get_stamp (job, HAUL_STAMP_STARTED));
  return run;
}

static void
end_run (LabTimelineRun *run)
{
  g_object_unref (run->timeline);
  g_free ((char *) run->title);
}

/* When it ended, or what time it is in it. */
static gint64
get_now (HaulJob              *job,
         const LabTimelineRun *run)
{
  return run->end > 0 ? run->end : g_get_monotonic_time () - haul_job_get_stamp (job, HAUL_STAMP_STARTED);
}

/* The run that was chosen, and the other one. */
static void
show_chosen (LtTimelineView *self,
             gboolean        anew)
{
  LabTimelineRun runs[2] = { { NULL } };
  guint n_runs = self->other != NULL ? 2 : 1;
  gint64 now;

  runs[0] = begin_run (self, self->job, n_runs == 2);
  now = get_now (self->job, &runs[0]);
  if (n_runs == 2)
    {
      runs[1] = begin_run (self, self->other, TRUE);
      now = MAX (now, get_now (self->other, &runs[1]));
    }
  if (anew)
    lt_timeline_canvas_set_runs (self->canvas, runs, n_runs, FALSE);
  else
    lt_timeline_canvas_update_runs (self->canvas, runs, n_runs);
  lt_timeline_canvas_set_now (self->canvas, now);
  for (guint i = 0; i < n_runs; i++)
    end_run (&runs[i]);
  self->grown_at = g_get_monotonic_time ();
  self->grows = haul_job_is_active (self->job) || (n_runs == 2 && haul_job_is_active (self->other));
}

void
lt_timeline_view_show (LtTimelineView *self)
{
  const LabTimelineRun now = { lt_timeline_record_get_timeline (self->record), NULL, 0 };

  gtk_widget_set_sensitive (GTK_WIDGET (self->compare), self->job != NULL);
  self->grows = FALSE;
  if (self->job == NULL)
    {
      lt_timeline_canvas_set_runs (self->canvas, &now, 1, TRUE);
      lt_timeline_canvas_set_now (self->canvas, lt_timeline_record_get_now (self->record));
    }
  else
    {
      show_chosen (self, TRUE);
    }
  lt_timeline_view_update_ticking (self);
  lt_timeline_view_update_page (self);
  lt_timeline_view_update_table (self);
  lt_timeline_view_update_labels (self);
  lt_timeline_view_update_speedup (self);
}

void
lt_timeline_view_grow (LtTimelineView *self)
{
  gboolean over = self->job != NULL && !haul_job_is_active (self->job)
                  && (self->other == NULL || !haul_job_is_active (self->other));

  /* Copying what it was takes its time; at the end it is done at once. */
  if (!self->grows || (!over && g_get_monotonic_time () - self->grown_at < GROW_US))
    return;
  show_chosen (self, FALSE);
  lt_timeline_view_update_labels (self);
}

/* What can be chosen */

/* From this job on @n_before names make way for @n_after others: there may be thousands that stay. */
static void
fill (LtTimelineView *self,
      GtkStringList  *list,
      GtkDropDown    *drop_down,
      const char     *first,
      guint           start,
      guint           n_before,
      guint           n_after,
      HaulJob        *chosen)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) names = NULL;
  guint selected = 0;

  if (g_list_model_get_n_items (G_LIST_MODEL (list)) == 0)
    gtk_string_list_append (list, first);
  for (guint i = start; i < start + n_after; i++)
    {
      g_autofree char *name = name_run (self->jobs->pdata[i]);

      g_strv_builder_add (builder, name);
    }
  names = g_strv_builder_end (builder);
  gtk_string_list_splice (list, start + 1, n_before, (const char * const *) names);
  if (chosen != NULL && g_ptr_array_find (self->jobs, chosen, &selected))
    selected++;
  gtk_drop_down_set_selected (drop_down, selected);
}

/* What was removed cannot be shown any more. */
static gboolean
drop_if_removed (LtTimelineView  *self,
                 HaulJob        **job)
{
  if (*job == NULL || g_ptr_array_find (self->jobs, *job, NULL))
    return FALSE;
  g_clear_object (job);
  return TRUE;
}

static GByteArray *
get_states (GPtrArray *jobs)
{
  GByteArray *states = g_byte_array_sized_new (jobs->len);

  for (guint i = 0; i < jobs->len; i++)
    {
      guint8 state = haul_job_get_state (jobs->pdata[i]);

      g_byte_array_append (states, &state, 1);
    }
  return states;
}

/* A job that is in another state has another name. */
static gboolean
is_same (LtTimelineView *self,
         guint           index,
         GPtrArray      *jobs,
         GByteArray     *states,
         guint           before)
{
  return self->jobs->pdata[index] == jobs->pdata[before] && self->states->data[index] == states->data[before];
}

void
lt_timeline_view_update_choices (LtTimelineView *self)
{
  g_autoptr(GPtrArray) before = g_steal_pointer (&self->jobs);
  g_autoptr(GByteArray) states = g_steal_pointer (&self->states);
  guint n_before = before != NULL ? before->len : 0, n, start = 0, tail = 0;
  gboolean dropped;

  self->jobs = lt_timeline_record_dup_jobs (self->record);
  self->states = get_states (self->jobs);
  n = self->jobs->len;
  while (start < MIN (n_before, n) && is_same (self, start, before, states, start))
    start++;
  while (tail < MIN (n_before, n) - start && is_same (self, n - 1 - tail, before, states, n_before - 1 - tail))
    tail++;
  if (before != NULL && start == n_before && start == n)
    return;

  dropped = drop_if_removed (self, &self->job);
  dropped = drop_if_removed (self, &self->other) || dropped;
  self->filling = TRUE;
  fill (self, self->run_names, self->run, _("Now"), start, n_before - start - tail, n - start - tail, self->job);
  fill (self, self->compare_names, self->compare, _("No Comparison"), start, n_before - start - tail, n - start - tail, self->other);
  self->filling = FALSE;
  if (dropped)
    lt_timeline_view_show (self);
}

static HaulJob *
get_chosen (LtTimelineView *self,
            GtkDropDown    *drop_down)
{
  guint selected = gtk_drop_down_get_selected (drop_down);

  return selected > 0 && selected <= self->jobs->len ? self->jobs->pdata[selected - 1] : NULL;
}

void
lt_timeline_view_take_choice (LtTimelineView *self)
{
  if (self->filling || self->record == NULL)
    return;
  g_set_object (&self->job, get_chosen (self, self->run));
  g_set_object (&self->other, get_chosen (self, self->compare));
  lt_timeline_view_show (self);
}

void
lt_timeline_view_choose (LtTimelineView *self,
                         GtkDropDown    *drop_down,
                         HaulJob        *job)
{
  guint index = 0;

  if (job != NULL && g_ptr_array_find (self->jobs, job, &index))
    index++;
  gtk_drop_down_set_selected (drop_down, index);
}
