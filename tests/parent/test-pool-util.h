/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-test.h"

#include "haul/parent/haul-pool.h"
#include "haul/wire/haul-error.h"
#include "test-tasks.h"

G_BEGIN_DECLS

/* A batch that is watched: each item is heard of at most once and none after the end, which comes
 * once. All that its items gave is kept as text: the result, or "!" and the error. */
typedef struct
{
  HaulBatch   *batch;    /* (owned) */
  gboolean     ordered;
  GHashTable  *texts;    /* (owned) index → text */
  GArray      *order;    /* (owned) of guint64: as they came */
  guint        n_ended;
  gboolean     joined;
  GError      *error;    /* (owned) (nullable) of the join */
} Watched;

Watched    *pool_watch           (HaulBatch       *batch);               /* (transfer full) */
void        pool_watched_free    (Watched         *self);
void        pool_submit          (HaulPool        *pool,
                                  Watched         *watched);
gboolean    pool_has_ended       (gpointer         watched);
void        pool_wait            (Watched         *watched);
/* "" for an item that was never heard of. */
const char *pool_text            (Watched         *watched,
                                  guint64          index);
guint       pool_count           (Watched         *watched,
                                  const char      *text);                /* items whose text contains it */

HaulPool   *pool_new             (guint            n_workers) G_GNUC_WARN_UNUSED_RESULT;
int         pool_server_pid      (HaulPool        *pool);
int         pool_nth_pid         (HaulPool        *pool,
                                  guint            n);
guint       pool_n_pids          (HaulPool        *pool);
gboolean    pool_is_idle         (gpointer         pool);                /* and has a worker */
/* Ends with "one normal batch succeeds", and then it goes, with nothing left behind. */
void        pool_normal          (HaulPool        *pool);
void        pool_join            (HaulPool        *pool);

/* Batches of @n items of one task: with @format for the arguments, whose one conversion is the index. */
HaulBatch  *pool_batch           (const char      *task,
                                  guint64          n,
                                  const char      *format) G_GNUC_WARN_UNUSED_RESULT;
/* Of the task "item" with this mode. */
Watched    *pool_items           (guint64          n,
                                  const char      *mode) G_GNUC_WARN_UNUSED_RESULT;
/* Of one list, "[{…}, {…}]". */
Watched    *pool_list            (const char      *task,
                                  const char      *arguments) G_GNUC_WARN_UNUSED_RESULT;

/* A directory for what tasks write down, and the pid that one wrote there, once it has. */
char       *pool_dir_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void        pool_dir_free        (char            *dir);
int         pool_wait_pid        (const char      *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watched, pool_watched_free)

G_END_DECLS
