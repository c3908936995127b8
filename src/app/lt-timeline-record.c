/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-record.h"

struct _LtTimelineRecord
{
  GObject               parent_instance;

  LtJobs               *jobs;       /* (owned) */
  HaulTimelineRecorder *recorder;   /* (owned) */
  gint64                stopped;    /* µs since the origin: when the last job ended; 0 while one is active */
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtTimelineRecord, lt_timeline_record, G_TYPE_OBJECT)

static gint64
get_time (LtTimelineRecord *self)
{
  return g_get_monotonic_time () - haul_timeline_get_origin (lt_timeline_record_get_timeline (self));
}

static void
items_changed_cb (GListModel       *model,
                  guint             position,
                  guint             n_removed,
                  guint             n_added,
                  LtTimelineRecord *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (model, position + i);

      haul_timeline_recorder_add_job (self->recorder, job);
    }
}

static void
counted_cb (LtTimelineRecord *self)
{
  gboolean active = lt_jobs_get_count (self->jobs, LT_FILTER_ACTIVE) > 0;

  if (!active && haul_timeline_recorder_get_sampling (self->recorder))
    self->stopped = get_time (self);
  else if (active)
    self->stopped = 0;
  haul_timeline_recorder_set_sampling (self->recorder, active);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
lt_timeline_record_dispose (GObject *object)
{
  LtTimelineRecord *self = LT_TIMELINE_RECORD (object);

  g_clear_object (&self->recorder);
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (lt_timeline_record_parent_class)->dispose (object);
}

static void
lt_timeline_record_class_init (LtTimelineRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_timeline_record_dispose;

  signals[CHANGED] = g_signal_new ("changed", LT_TYPE_TIMELINE_RECORD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
lt_timeline_record_init (LtTimelineRecord *self)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (g_get_monotonic_time ());

  self->recorder = haul_timeline_recorder_new (timeline);
  haul_timeline_recorder_set_sampling (self->recorder, FALSE);
}

LtTimelineRecord *
lt_timeline_record_new (LtJobs        *jobs,
                        HaulHeartbeat *heart)
{
  LtTimelineRecord *self;
  GListModel *model;

  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);
  g_return_val_if_fail (HAUL_IS_HEARTBEAT (heart), NULL);

  self = g_object_new (LT_TYPE_TIMELINE_RECORD, NULL);
  self->jobs = g_object_ref (jobs);
  model = lt_jobs_get_model (jobs);
  haul_timeline_recorder_add_heartbeat (self->recorder, heart);
  haul_timeline_recorder_add_cores (self->recorder);
  haul_timeline_recorder_add_pool (self->recorder, lt_jobs_get_pool (jobs));
  g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), self, 0);
  g_signal_connect_object (jobs, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (model, 0, 0, g_list_model_get_n_items (model), self);
  counted_cb (self);
  return self;
}

HaulTimeline *
lt_timeline_record_get_timeline (LtTimelineRecord *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_RECORD (self), NULL);

  return haul_timeline_recorder_get_timeline (self->recorder);
}

gint64
lt_timeline_record_get_now (LtTimelineRecord *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_RECORD (self), 0);

  return lt_timeline_record_get_busy (self) ? get_time (self) : self->stopped;
}

/* A zombie is at the end of its lane, which no job that is active has. */
static gboolean
has_zombie (LtTimelineRecord *self)
{
  GListModel *lanes = G_LIST_MODEL (lt_timeline_record_get_timeline (self));

  for (guint i = 0; i < g_list_model_get_n_items (lanes); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (lanes, i);
      guint n = haul_lane_get_n_spans (lane);
      const HaulSpan *last = n > 0 ? haul_lane_get_span (lane, n - 1) : NULL;

      if (last != NULL && last->kind == HAUL_SPAN_ZOMBIE && last->end < last->start)
        return TRUE;
    }
  return FALSE;
}

gboolean
lt_timeline_record_get_busy (LtTimelineRecord *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_RECORD (self), FALSE);

  return lt_jobs_get_count (self->jobs, LT_FILTER_ACTIVE) > 0 || has_zombie (self);
}

GPtrArray *
lt_timeline_record_dup_jobs (LtTimelineRecord *self)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model;

  g_return_val_if_fail (LT_IS_TIMELINE_RECORD (self), jobs);

  model = lt_jobs_get_model (self->jobs);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      HaulJob *job = g_list_model_get_item (model, i);

      if (haul_job_get_stamp (job, HAUL_STAMP_STARTED) != 0)
        g_ptr_array_add (jobs, job);
      else
        g_object_unref (job);
    }
  return jobs;
}

HaulTimeline *
lt_timeline_record_dup_run (LtTimelineRecord *self,
                            HaulJob          *job)
{
  g_return_val_if_fail (LT_IS_TIMELINE_RECORD (self), NULL);

  return haul_timeline_recorder_dup_run (self->recorder, job);
}

HaulLane *
lt_timeline_record_find_lane (LtTimelineRecord *self,
                              HaulJob          *job)
{
  GListModel *lanes = G_LIST_MODEL (lt_timeline_record_get_timeline (self));
  int pid = haul_job_get_pid (job);

  for (guint i = g_list_model_get_n_items (lanes); i > 0; i--)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (lanes, i - 1);

      if (haul_lane_get_kind (lane) != HAUL_LANE_WORKER || haul_lane_get_pid (lane) != pid)
        continue;
      if (pid != 0 || g_strcmp0 (haul_lane_get_title (lane), haul_job_get_title (job)) == 0)
        return lane;   /* the timeline keeps it */
    }
  return NULL;
}
