/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-batch.h"

G_BEGIN_DECLS

/**
 * HaulPool:
 *
 * A fixed number of worker processes, forked from a fork server, that run the
 * items of #HaulBatches. A worker that dies is replaced, and takes with it
 * only what it had begun. Nobody shares a queue or a lock: which worker has
 * what is known here, so that a dead one can hold up nobody.
 */
#define HAUL_TYPE_POOL (haul_pool_get_type ())
G_DECLARE_FINAL_TYPE (HaulPool, haul_pool, HAUL, POOL, GObject)

/**
 * HaulPoolState:
 * @HAUL_POOL_RUNNING: takes batches
 * @HAUL_POOL_CLOSED: takes no more, and ends with the last
 * @HAUL_POOL_TERMINATED: everything was cancelled
 * @HAUL_POOL_BROKEN: its workers die as soon as they start
 *
 * Where a pool is in its life.
 */
#define HAUL_TYPE_POOL_STATE (haul_pool_state_get_type ())
typedef enum
{
  HAUL_POOL_RUNNING,
  HAUL_POOL_CLOSED,
  HAUL_POOL_TERMINATED,
  HAUL_POOL_BROKEN,
} HaulPoolState;

GType         haul_pool_state_get_type     (void);

/* @worker_path NULL: as for haul_process_executor_new(); @n_workers 0: as many as processors. */
HaulPool     *haul_pool_new                (const char           *worker_path,
                                            guint                 n_workers) G_GNUC_WARN_UNUSED_RESULT;

/* For workers that start from now on. */
void          haul_pool_set_nice           (HaulPool             *self,
                                            int                   nice);         /* 19 */
void          haul_pool_set_initializer    (HaulPool             *self,
                                            const HaulTask       *task,
                                            GVariant             *arguments);    /* run once in each worker, first */
void          haul_pool_set_max_tasks      (HaulPool             *self,
                                            guint                 max_tasks);    /* 0: a worker is never replaced */
void          haul_pool_set_max_memory     (HaulPool             *self,
                                            guint64               max_bytes);    /* 0: likewise; checked after items */

guint         haul_pool_get_n_workers      (HaulPool             *self);
void          haul_pool_set_n_workers      (HaulPool             *self,
                                            guint                 n_workers);
guint         haul_pool_get_n_busy         (HaulPool             *self);
HaulPoolState haul_pool_get_state          (HaulPool             *self);
GVariant     *haul_pool_dup_pids           (HaulPool             *self);         /* ai */

gboolean      haul_pool_submit             (HaulPool             *self,
                                            HaulBatch            *batch,
                                            GError              **error);

/* One item, with its result. */
void          haul_pool_apply_async        (HaulPool             *self,
                                            const HaulTask       *task,
                                            GVariant             *arguments,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GBytes       *haul_pool_apply_finish       (HaulPool             *self,
                                            GAsyncResult         *result,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void          haul_pool_close              (HaulPool             *self);
void          haul_pool_terminate          (HaulPool             *self);

/* After one of these two: completes when no worker is left. */
void          haul_pool_join_async         (HaulPool             *self,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean      haul_pool_join_finish        (HaulPool             *self,
                                            GAsyncResult         *result,
                                            GError              **error);

G_END_DECLS
