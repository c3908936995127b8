/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-format.h"
#include "haul-part.h"
#include "haul-timeline-recorder-private.h"

/* Messages are marked together, once in a while: ten a second would be all that one sees. */
#define MESSAGES_US G_USEC_PER_SEC

/* Follows one job. Its stamps are exact, whenever they are looked at. */

struct _HaulJobTrack
{
  HaulTimelineRecorder *recorder;     /* borrowed */
  HaulJob              *job;          /* (owned) (nullable) NULL when there is nothing more to come */
  gint64                origin;       /* µs */
  HaulLane             *lane;         /* (owned) (nullable) its own, unless workers of a pool run it */
  GPtrArray            *lanes;        /* (owned) of HaulLane: all that it was on */
  GPtrArray            *parts;        /* (owned) of HaulPart: those that are followed */
  GPtrArray            *at_cancel;    /* (owned) of HaulLane: those it was on when it was asked to end */
  HaulJobState          state;        /* when it was looked at last */
  gboolean              told[HAUL_N_STAMPS];
  guint64               n_messages;   /* that were marked */
  gint64                messages_at;  /* µs */
};

static gboolean
runs_in_pool (HaulJobTrack *self)
{
  return g_strcmp0 (haul_job_get_executor_name (self->job), "pool") == 0;
}

static void
note_lane (GPtrArray *lanes,
           HaulLane  *lane)
{
  if (!g_ptr_array_find (lanes, lane, NULL))
    g_ptr_array_add (lanes, g_object_ref (lane));
}

/* TRUE the first time that it has this stamp. */
static gboolean
has_new (HaulJobTrack *self,
         HaulStamp     stamp,
         gint64       *ret_at)
{
  gint64 at = haul_job_get_stamp (self->job, stamp);

  if (at == 0 || self->told[stamp])
    return FALSE;

  self->told[stamp] = TRUE;
  *ret_at = at - self->origin;
  return TRUE;
}

static HaulWorkerTrack *
find_worker (HaulJobTrack *self,
             HaulPart     *part,
             gint64        now)
{
  int pid = haul_part_get_pid (part);

  return pid != 0 ? haul_timeline_recorder_find_worker (self->recorder, pid, now) : NULL;
}

static void
part_changed_cb (HaulPart     *part,
                 GParamSpec   *pspec,
                 HaulJobTrack *self)
{
  gint64 now = g_get_monotonic_time ();
  HaulWorkerTrack *worker = find_worker (self, part, now);
  g_autofree char *text = NULL;

  if (worker == NULL)
    return;
  if (haul_part_get_state (part) != HAUL_PART_RUNNING)
    {
      haul_worker_track_end_part (worker, part, now);
      return;
    }
  note_lane (self->lanes, haul_worker_track_get_lane (worker));
  /* TRANSLATORS: a job, and a part of it: “Calculate Pi: digits 1 to 500” */
  if (self->parts->len > 1)
    text = g_strdup_printf (_("%s: %s"), haul_job_get_title (self->job), haul_part_get_title (part));
  haul_worker_track_begin_part (worker, part, now, text != NULL ? text : haul_job_get_title (self->job));
}

/* A job is divided once, at its start. */
static void
parts_changed_cb (GListModel   *model,
                  guint         position,
                  guint         n_removed,
                  guint         n_added,
                  HaulJobTrack *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      HaulPart *part = g_list_model_get_item (model, position + i);

      g_ptr_array_add (self->parts, part);
      g_signal_connect (part, "notify::state", G_CALLBACK (part_changed_cb), self);
    }
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (model, position + i);

      if (haul_part_get_state (part) == HAUL_PART_RUNNING)
        part_changed_cb (part, NULL, self);
    }
}

static void
look_at_pause (HaulJobTrack *self,
               gint64        now)
{
  gboolean paused = haul_job_get_state (self->job) == HAUL_JOB_PAUSED;

  if (paused == (self->state == HAUL_JOB_PAUSED))
    return;
  for (guint i = 0; i < self->parts->len; i++)
    {
      HaulPart *part = self->parts->pdata[i];
      HaulWorkerTrack *worker = haul_part_get_state (part) == HAUL_PART_RUNNING ? find_worker (self, part, now) : NULL;

      if (worker != NULL)
        haul_worker_track_pause (worker, now, paused);
    }
  if (self->lane == NULL || haul_job_get_stamp (self->job, HAUL_STAMP_EXITED) != 0)
    return;
  haul_lane_begin (self->lane, paused ? HAUL_SPAN_PAUSED : HAUL_SPAN_WORKING, now - self->origin,
                   haul_job_get_title (self->job));
  haul_lane_mark (self->lane, HAUL_MARK_SIGNAL, now - self->origin, haul_signal_name (paused ? SIGSTOP : SIGCONT));
}

/* What it is asked by, and sent, on its own lane, or those of its workers. */
static void
look_at_end (HaulJobTrack *self,
             gint64        now)
{
  static const struct { HaulStamp stamp; HaulMarkKind kind; int signal; } marks[] = {
    { HAUL_STAMP_CANCEL_SENT, HAUL_MARK_MESSAGE, 0 },
    { HAUL_STAMP_TERM_SENT, HAUL_MARK_SIGNAL, SIGTERM },
    { HAUL_STAMP_KILL_SENT, HAUL_MARK_SIGNAL, SIGKILL },
  };

  if (haul_job_get_state (self->job) == HAUL_JOB_CANCELLING && self->state != HAUL_JOB_CANCELLING)
    for (guint i = 0; i < self->parts->len; i++)
      {
        HaulPart *part = self->parts->pdata[i];
        HaulWorkerTrack *worker = haul_part_get_state (part) == HAUL_PART_RUNNING ? find_worker (self, part, now) : NULL;

        if (worker != NULL)
          note_lane (self->at_cancel, haul_worker_track_get_lane (worker));
      }
  if (self->lane != NULL)
    note_lane (self->at_cancel, self->lane);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      gint64 at;

      if (!has_new (self, marks[i].stamp, &at))
        continue;
      for (guint j = 0; j < self->at_cancel->len; j++)
        haul_lane_mark (self->at_cancel->pdata[j], marks[i].kind, at,
                        marks[i].signal != 0 ? haul_signal_name (marks[i].signal) : "CANCEL");
    }
}

static void
look_at_messages (HaulJobTrack *self,
                  gint64        now)
{
  guint n = haul_job_get_n_messages (self->job) - self->n_messages;
  gboolean over = haul_job_get_stamp (self->job, HAUL_STAMP_EXITED) != 0;
  gint64 news_time = haul_job_get_news_time (self->job);
  g_autofree char *text = NULL;

  if (n == 0 || news_time == 0 || (!over && now - self->messages_at < MESSAGES_US))
    return;

  text = g_strdup_printf (ngettext ("%u message", "%u messages", n), n);
  haul_lane_mark (self->lane, HAUL_MARK_MESSAGE, news_time - self->origin, text);
  self->n_messages += n;
  self->messages_at = now;
}

/* Its own lane: a process that has exited is a zombie until it is joined, however briefly. */
static void
look_at_lane (HaulJobTrack *self,
              gint64        now)
{
  const char *title = haul_job_get_title (self->job);
  gboolean has_process = haul_job_get_pid (self->job) != 0;
  g_autofree char *text = NULL;
  gint64 at;

  if (has_new (self, HAUL_STAMP_STARTED, &at))
    {
      self->lane = g_object_ref (haul_timeline_recorder_add_lane (self->recorder, HAUL_LANE_WORKER, title,
                                                                  haul_job_get_pid (self->job)));
      note_lane (self->lanes, self->lane);
      haul_lane_begin (self->lane, HAUL_SPAN_STARTING, at, title);
      self->messages_at = now;
    }
  if (self->lane == NULL)
    return;
  haul_lane_set_pid (self->lane, haul_job_get_pid (self->job));
  if (has_new (self, HAUL_STAMP_RUNNING, &at))
    haul_lane_begin (self->lane, HAUL_SPAN_WORKING, at, title);
  look_at_pause (self, now);
  look_at_end (self, now);
  look_at_messages (self, now);
  if (haul_job_is_active (self->job))
    return;   /* what is stamped may not be told yet */
  if (has_new (self, HAUL_STAMP_EXITED, &at))
    {
      haul_lane_end (self->lane, at);
      text = haul_format_exit (haul_job_get_exit_code (self->job), haul_job_get_exit_signal (self->job));
      if (has_process)
        haul_lane_mark (self->lane, HAUL_MARK_EXIT, at, text);
      if (has_process)
        haul_lane_begin (self->lane, HAUL_SPAN_ZOMBIE, at, title);
    }
  if (has_new (self, HAUL_STAMP_JOINED, &at))
    {
      haul_lane_end (self->lane, at);
      haul_lane_mark (self->lane, HAUL_MARK_JOIN, at, NULL);
    }
}

static void
unfollow (HaulJobTrack *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    g_signal_handlers_disconnect_by_data (self->parts->pdata[i], self);
  g_ptr_array_set_size (self->parts, 0);
  if (self->job == NULL)
    return;
  g_signal_handlers_disconnect_by_data (haul_job_get_parts (self->job), self);
  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
}

gboolean
haul_job_track_look (HaulJobTrack *self,
                     gint64        now)
{
  if (self->job == NULL)
    return FALSE;

  if (haul_job_get_executor_name (self->job) == NULL)
    return TRUE;   /* nobody has it yet */
  if (runs_in_pool (self))
    {
      look_at_pause (self, now);
      look_at_end (self, now);
    }
  else
    {
      look_at_lane (self, now);
    }
  self->state = haul_job_get_state (self->job);
  if (haul_job_is_active (self->job) || haul_job_get_held (self->job))
    return TRUE;

  unfollow (self);
  return FALSE;
}

static void
job_changed_cb (HaulJob      *job,
                GParamSpec   *pspec,
                HaulJobTrack *self)
{
  (void) haul_job_track_look (self, g_get_monotonic_time ());
}

static void
job_ended_cb (HaulJob      *job,
              HaulJobTrack *self)
{
  (void) haul_job_track_look (self, g_get_monotonic_time ());
}

HaulJobTrack *
haul_job_track_new (HaulTimelineRecorder *recorder,
                    HaulJob              *job)
{
  HaulJobTrack *self = g_new0 (HaulJobTrack, 1);
  GListModel *parts = haul_job_get_parts (job);

  self->recorder = recorder;
  self->job = g_object_ref (job);
  self->origin = haul_timeline_get_origin (haul_timeline_recorder_get_timeline (recorder));
  self->lanes = g_ptr_array_new_with_free_func (g_object_unref);
  self->parts = g_ptr_array_new_with_free_func (g_object_unref);
  self->at_cancel = g_ptr_array_new_with_free_func (g_object_unref);
  self->state = HAUL_JOB_QUEUED;
  g_signal_connect (job, "notify::state", G_CALLBACK (job_changed_cb), self);
  g_signal_connect (job, "notify::pid", G_CALLBACK (job_changed_cb), self);
  g_signal_connect (job, "notify::held", G_CALLBACK (job_changed_cb), self);
  g_signal_connect (job, "ended", G_CALLBACK (job_ended_cb), self);
  g_signal_connect (parts, "items-changed", G_CALLBACK (parts_changed_cb), self);
  parts_changed_cb (parts, 0, 0, g_list_model_get_n_items (parts), self);
  (void) haul_job_track_look (self, g_get_monotonic_time ());
  return self;
}

void
haul_job_track_free (HaulJobTrack *self)
{
  unfollow (self);
  g_clear_object (&self->lane);
  g_ptr_array_unref (self->lanes);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->at_cancel);
  g_free (self);
}

GPtrArray *
haul_job_track_get_lanes (HaulJobTrack *self)
{
  return self->lanes;
}
