/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-timeline-recorder-private.h"

/* Follows the rows of a pool. */

typedef struct
{
  HaulPoolTrack      *track;     /* borrowed */
  HaulPoolWorkerInfo *info;      /* (owned) */
  gint64              seen_at;   /* µs: its process is known later */
} Row;

struct _HaulPoolTrack
{
  HaulTimelineRecorder *recorder;   /* borrowed */
  HaulPool             *pool;       /* (owned) */
  GListModel           *model;      /* (owned) of HaulPoolWorkerInfo */
  GPtrArray            *rows;       /* (owned) of Row: those of the model */
};

static void
row_free (Row *self)
{
  g_signal_handlers_disconnect_by_data (self->info, self);
  g_object_unref (self->info);
  g_free (self);
}

static HaulWorkerTrack *
find_worker (Row *self)
{
  int pid = haul_pool_worker_info_get_pid (self->info);

  return pid != 0 ? haul_timeline_recorder_find_worker (self->track->recorder, pid, self->seen_at) : NULL;
}

static void
row_changed_cb (HaulPoolWorkerInfo *info,
                GParamSpec         *pspec,
                Row                *self)
{
  HaulWorkerTrack *worker = find_worker (self);

  if (worker != NULL)
    haul_worker_track_look (worker, info, g_get_monotonic_time ());
}

static Row *
row_new (HaulPoolTrack      *track,
         HaulPoolWorkerInfo *info)   /* (transfer full) */
{
  Row *self = g_new0 (Row, 1);

  self->track = track;
  self->info = info;
  self->seen_at = g_get_monotonic_time ();
  g_signal_connect (info, "notify", G_CALLBACK (row_changed_cb), self);
  row_changed_cb (info, NULL, self);
  return self;
}

static void
items_changed_cb (GListModel    *model,
                  guint          position,
                  guint          n_removed,
                  guint          n_added,
                  HaulPoolTrack *self)
{
  for (guint i = 0; i < n_removed; i++)
    {
      Row *row = self->rows->pdata[position];

      haul_timeline_recorder_end_worker (self->recorder, haul_pool_worker_info_get_pid (row->info),
                                         g_get_monotonic_time ());
      g_ptr_array_remove_index (self->rows, position);
    }
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (self->rows, position + i, row_new (self, g_list_model_get_item (model, position + i)));
}

static void
suspended_cb (HaulPool      *pool,
              GParamSpec    *pspec,
              HaulPoolTrack *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->rows->len; i++)
    {
      HaulWorkerTrack *worker = find_worker (self->rows->pdata[i]);

      if (worker != NULL)
        haul_worker_track_pause (worker, now, haul_pool_get_suspended (pool));
    }
}

HaulPoolTrack *
haul_pool_track_new (HaulTimelineRecorder *recorder,
                     HaulPool             *pool)
{
  HaulPoolTrack *self = g_new0 (HaulPoolTrack, 1);

  self->recorder = recorder;
  self->pool = g_object_ref (pool);
  self->model = g_object_ref (haul_pool_get_workers (pool));
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  g_signal_connect (self->model, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect (pool, "notify::suspended", G_CALLBACK (suspended_cb), self);
  items_changed_cb (self->model, 0, 0, g_list_model_get_n_items (self->model), self);
  return self;
}

void
haul_pool_track_free (HaulPoolTrack *self)
{
  g_signal_handlers_disconnect_by_data (self->model, self);
  g_signal_handlers_disconnect_by_data (self->pool, self);
  g_ptr_array_unref (self->rows);
  g_object_unref (self->model);
  g_object_unref (self->pool);
  g_free (self);
}
