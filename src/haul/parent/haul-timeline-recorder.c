/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "haul-own-processes-private.h"
#include "haul-proc-private.h"
#include "haul-source-private.h"
#include "haul-timeline-private.h"
#include "haul-timeline-recorder-private.h"

/* Values, and what nobody is told of, are looked at this often, while there is something to look at. */
#define LOOK_MS 250

/* A main loop that was later than this is written down at once, for its time to be exact. */
#define LATE_MS 50

typedef struct
{
  GWeakRef      job;
  HaulJobTrack *track;   /* (owned) */
} Run;

struct _HaulTimelineRecorder
{
  GObject        parent_instance;

  HaulTimeline  *timeline;     /* (owned) */
  GHashTable    *runs;         /* (owned) number of a job → Run */
  guint          sweep_at;     /* so many, and those whose job is gone go */
  GPtrArray     *followed;     /* (owned) of borrowed HaulJobTrack: those that something may come of */
  GHashTable    *workers;      /* (owned) pid → HaulWorkerTrack */
  GPtrArray     *pools;        /* (owned) of HaulPoolTrack */
  HaulHeartbeat *heartbeat;    /* (owned) (nullable) */
  HaulLane      *loop;         /* (owned) (nullable) */
  double         worst;        /* ms, since something was written down */
  gint64         worst_at;     /* µs */
  HaulCores     *cores;        /* (owned) (nullable) */
  HaulLane      *cores_lane;   /* (owned) (nullable) */
  gboolean       sampling;
  GSource       *look;         /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HaulTimelineRecorder, haul_timeline_recorder, G_TYPE_OBJECT)

static void
run_free (Run *self)
{
  g_weak_ref_clear (&self->job);
  haul_job_track_free (self->track);
  g_free (self);
}

static gint64
get_time (HaulTimelineRecorder *self)
{
  return g_get_monotonic_time () - haul_timeline_get_origin (self->timeline);
}

static void plan_look (HaulTimelineRecorder *self);

static gboolean
look_cb (gpointer user_data)
{
  HaulTimelineRecorder *self = user_data;
  double busy;

  g_clear_pointer (&self->look, g_source_unref);
  for (guint i = self->followed->len; i > 0; i--)
    if (!haul_job_track_look (self->followed->pdata[i - 1], g_get_monotonic_time ()))
      g_ptr_array_remove_index_fast (self->followed, i - 1);
  if (self->sampling && self->cores != NULL)
    {
      busy = haul_cores_poll (self->cores);
      if (busy >= 0)
        haul_lane_add_value (self->cores_lane, get_time (self), busy);
    }
  plan_look (self);
  return G_SOURCE_REMOVE;
}

static void
plan_look (HaulTimelineRecorder *self)
{
  gboolean wanted = self->followed->len > 0 || (self->sampling && self->cores != NULL);

  if (!wanted)
    haul_source_clear (&self->look);
  else if (self->look == NULL)
    self->look = haul_timer_new (LOOK_MS, "[haul] look at what is recorded", look_cb, self);
}

static void
beat_cb (HaulHeartbeat        *heartbeat,
         HaulTimelineRecorder *self)
{
  gint64 now = g_get_monotonic_time ();
  float late;

  haul_heartbeat_get_beats (heartbeat, &late, 1);
  self->worst = MAX (self->worst, late);
  if (late < LATE_MS && now - self->worst_at < LOOK_MS * 1000)
    return;

  haul_lane_add_value (self->loop, now - haul_timeline_get_origin (self->timeline), self->worst);
  self->worst = 0;
  self->worst_at = now;
}

static void
haul_timeline_recorder_dispose (GObject *object)
{
  HaulTimelineRecorder *self = HAUL_TIMELINE_RECORDER (object);

  haul_source_clear (&self->look);
  if (self->heartbeat != NULL)
    g_signal_handlers_disconnect_by_data (self->heartbeat, self);
  g_clear_object (&self->heartbeat);
  g_ptr_array_set_size (self->followed, 0);
  g_ptr_array_set_size (self->pools, 0);
  g_hash_table_remove_all (self->runs);
  g_hash_table_remove_all (self->workers);
  g_clear_pointer (&self->cores, haul_cores_free);

  G_OBJECT_CLASS (haul_timeline_recorder_parent_class)->dispose (object);
}

static void
haul_timeline_recorder_finalize (GObject *object)
{
  HaulTimelineRecorder *self = HAUL_TIMELINE_RECORDER (object);

  g_ptr_array_unref (self->followed);
  g_ptr_array_unref (self->pools);
  g_hash_table_unref (self->runs);
  g_hash_table_unref (self->workers);
  g_clear_object (&self->loop);
  g_clear_object (&self->cores_lane);
  g_clear_object (&self->timeline);

  G_OBJECT_CLASS (haul_timeline_recorder_parent_class)->finalize (object);
}

static void
haul_timeline_recorder_class_init (HaulTimelineRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = haul_timeline_recorder_dispose;
  G_OBJECT_CLASS (klass)->finalize = haul_timeline_recorder_finalize;
}

static void
haul_timeline_recorder_init (HaulTimelineRecorder *self)
{
  self->runs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) run_free);
  self->workers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) haul_worker_track_free);
  self->followed = g_ptr_array_new ();
  self->pools = g_ptr_array_new_with_free_func ((GDestroyNotify) haul_pool_track_free);
  self->sampling = TRUE;
  self->sweep_at = 64;
}

/**
 * haul_timeline_recorder_new:
 * @timeline: where it writes things down
 *
 * Makes a recorder that follows nothing yet.
 *
 * Returns: (transfer full): the recorder
 */
HaulTimelineRecorder *
haul_timeline_recorder_new (HaulTimeline *timeline)
{
  HaulTimelineRecorder *self;

  g_return_val_if_fail (HAUL_IS_TIMELINE (timeline), NULL);

  self = g_object_new (HAUL_TYPE_TIMELINE_RECORDER, NULL);
  self->timeline = g_object_ref (timeline);
  return self;
}

/**
 * haul_timeline_recorder_get_timeline:
 * @self: a recorder
 *
 * Gets where it writes things down.
 *
 * Returns: (transfer none): the timeline
 */
HaulTimeline *
haul_timeline_recorder_get_timeline (HaulTimelineRecorder *self)
{
  g_return_val_if_fail (HAUL_IS_TIMELINE_RECORDER (self), NULL);

  return self->timeline;
}

HaulLane *
haul_timeline_recorder_add_lane (HaulTimelineRecorder *self,
                                 HaulLaneKind          kind,
                                 const char           *title,
                                 int                   pid)
{
  return haul_timeline_add_lane (self->timeline, kind, title, pid);
}

/* It is called what the list of processes and the logs call it. */
HaulWorkerTrack *
haul_timeline_recorder_find_worker (HaulTimelineRecorder *self,
                                    int                   pid,
                                    gint64                at)
{
  HaulWorkerTrack *worker = g_hash_table_lookup (self->workers, GINT_TO_POINTER (pid));
  g_autoptr(HaulOwnProcess) process = NULL;
  HaulLane *lane;

  if (worker != NULL)
    return worker;

  process = haul_own_process_lookup (pid, 0);
  lane = haul_timeline_add_lane (self->timeline, HAUL_LANE_WORKER,
                                 process != NULL && process->name != NULL ? process->name : _("Worker"), pid);
  worker = haul_worker_track_new (lane, haul_timeline_get_origin (self->timeline), at);
  g_hash_table_insert (self->workers, GINT_TO_POINTER (pid), worker);
  return worker;
}

void
haul_timeline_recorder_end_worker (HaulTimelineRecorder *self,
                                   int                   pid,
                                   gint64                at)
{
  HaulWorkerTrack *worker = g_hash_table_lookup (self->workers, GINT_TO_POINTER (pid));

  if (worker == NULL)
    return;
  haul_worker_track_end (worker, at);
  g_hash_table_remove (self->workers, GINT_TO_POINTER (pid));
}

/* What has ended may still be followed, until the next look, which must not find what is freed here. */
static gboolean
forget_gone (gpointer number,
             gpointer value,
             gpointer user_data)
{
  HaulTimelineRecorder *self = user_data;
  Run *run = value;
  g_autoptr(HaulJob) job = g_weak_ref_get (&run->job);

  if (job == NULL)
    (void) g_ptr_array_remove_fast (self->followed, run->track);
  return job == NULL;
}

/* Whose job nobody has any more, nobody can ask for. */
static void
sweep (HaulTimelineRecorder *self)
{
  if (g_hash_table_size (self->runs) < self->sweep_at)
    return;
  (void) g_hash_table_foreach_remove (self->runs, forget_gone, self);
  self->sweep_at = MAX (64, 2 * g_hash_table_size (self->runs));
}

/**
 * haul_timeline_recorder_add_job:
 * @self: a recorder
 * @job: a job, best before it is submitted
 *
 * Follows a job to its end. It does so once, however often it is called.
 */
void
haul_timeline_recorder_add_job (HaulTimelineRecorder *self,
                                HaulJob              *job)
{
  Run *run;

  g_return_if_fail (HAUL_IS_TIMELINE_RECORDER (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  if (haul_timeline_recorder_has_job (self, job))
    return;

  sweep (self);
  run = g_new0 (Run, 1);
  g_weak_ref_init (&run->job, job);
  run->track = haul_job_track_new (self, job);
  g_hash_table_insert (self->runs, GUINT_TO_POINTER (haul_job_get_id (job)), run);
  g_ptr_array_add (self->followed, run->track);
  plan_look (self);
}

/**
 * haul_timeline_recorder_has_job:
 * @self: a recorder
 * @job: a job
 *
 * Tells whether it follows a job, or has followed it.
 *
 * Returns: whether haul_timeline_recorder_dup_run() knows it
 */
gboolean
haul_timeline_recorder_has_job (HaulTimelineRecorder *self,
                                HaulJob              *job)
{
  g_return_val_if_fail (HAUL_IS_TIMELINE_RECORDER (self), FALSE);
  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  return g_hash_table_contains (self->runs, GUINT_TO_POINTER (haul_job_get_id (job)));
}

/**
 * haul_timeline_recorder_add_pool:
 * @self: a recorder
 * @pool: a pool
 *
 * Follows the workers of a pool, each with a lane of its own.
 */
void
haul_timeline_recorder_add_pool (HaulTimelineRecorder *self,
                                 HaulPool             *pool)
{
  g_return_if_fail (HAUL_IS_TIMELINE_RECORDER (self));
  g_return_if_fail (HAUL_IS_POOL (pool));

  g_ptr_array_add (self->pools, haul_pool_track_new (self, pool));
}

static void
update_beating (HaulTimelineRecorder *self)
{
  if (self->heartbeat == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->heartbeat, beat_cb, self);
  if (self->sampling)
    g_signal_connect (self->heartbeat, "beat", G_CALLBACK (beat_cb), self);
}

/**
 * haul_timeline_recorder_add_heartbeat:
 * @self: a recorder that follows no heartbeat
 * @heartbeat: what measures a main loop
 *
 * Follows a main loop, in a lane whose values are its latencies: four times a second the worst,
 * and one of 50 ms or more at once.
 */
void
haul_timeline_recorder_add_heartbeat (HaulTimelineRecorder *self,
                                      HaulHeartbeat        *heartbeat)
{
  g_return_if_fail (HAUL_IS_TIMELINE_RECORDER (self));
  g_return_if_fail (HAUL_IS_HEARTBEAT (heartbeat));
  g_return_if_fail (self->heartbeat == NULL);

  self->heartbeat = g_object_ref (heartbeat);
  self->loop = g_object_ref (haul_timeline_add_lane (self->timeline, HAUL_LANE_LOOP, _("Main loop"), 0));
  update_beating (self);
}

/**
 * haul_timeline_recorder_add_cores:
 * @self: a recorder
 *
 * Follows the processors of the machine, in a lane whose values are how busy all of them
 * were since the value before, four times a second.
 */
void
haul_timeline_recorder_add_cores (HaulTimelineRecorder *self)
{
  g_return_if_fail (HAUL_IS_TIMELINE_RECORDER (self));

  if (self->cores != NULL)
    return;

  self->cores = haul_cores_new ();
  self->cores_lane = g_object_ref (haul_timeline_add_lane (self->timeline, HAUL_LANE_CORES, _("Processors"), 0));
  plan_look (self);
}

/**
 * haul_timeline_recorder_get_sampling:
 * @self: a recorder
 *
 * Gets what haul_timeline_recorder_set_sampling() set.
 *
 * Returns: whether it takes values of the main loop and the processors
 */
gboolean
haul_timeline_recorder_get_sampling (HaulTimelineRecorder *self)
{
  g_return_val_if_fail (HAUL_IS_TIMELINE_RECORDER (self), FALSE);

  return self->sampling;
}

/**
 * haul_timeline_recorder_set_sampling:
 * @self: a recorder
 * @sampling: whether it takes values
 *
 * Sets whether it takes values of the main loop and the processors: the only thing that costs
 * something when nothing happens. %TRUE if it is not called.
 */
void
haul_timeline_recorder_set_sampling (HaulTimelineRecorder *self,
                                     gboolean              sampling)
{
  g_return_if_fail (HAUL_IS_TIMELINE_RECORDER (self));

  if (self->sampling == !!sampling)
    return;

  self->sampling = !!sampling;
  self->worst = 0;
  update_beating (self);
  plan_look (self);
}

static void
add_part_of (HaulTimeline *run,
             HaulLane     *lane,
             gint64        from,
             gint64        to)
{
  if (lane != NULL)
    haul_timeline_add_copy (run, lane, from, to, -from);
}

/**
 * haul_timeline_recorder_dup_run:
 * @self: a recorder
 * @job: a job that it follows, or has followed
 *
 * Gives what one job was: its lane, or those of the workers that had parts of it, with the main
 * loop and the processors, from its start to its end, or as far as it is. What workers of a pool did of
 * others at that time is there, too.
 *
 * Returns: (transfer full): a timeline that does not change, whose origin is the start of the job;
 *   without lanes if the job has not started, or nobody recorded it
 */
HaulTimeline *
haul_timeline_recorder_dup_run (HaulTimelineRecorder *self,
                                HaulJob              *job)
{
  HaulTimeline *timeline;
  GPtrArray *lanes;
  gint64 start, end, origin;
  Run *run;

  g_return_val_if_fail (HAUL_IS_TIMELINE_RECORDER (self), NULL);
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  start = haul_job_get_stamp (job, HAUL_STAMP_STARTED);
  end = haul_job_get_stamp (job, HAUL_STAMP_JOINED);
  timeline = haul_timeline_new (start);
  run = g_hash_table_lookup (self->runs, GUINT_TO_POINTER (haul_job_get_id (job)));
  if (start == 0 || run == NULL)
    return timeline;

  origin = haul_timeline_get_origin (self->timeline);
  start -= origin;
  end = (end != 0 ? end : g_get_monotonic_time ()) - origin;
  lanes = haul_job_track_get_lanes (run->track);
  add_part_of (timeline, self->loop, start, end);
  for (guint i = 0; i < lanes->len; i++)
    add_part_of (timeline, lanes->pdata[i], start, end);
  add_part_of (timeline, self->cores_lane, start, end);
  return timeline;
}
