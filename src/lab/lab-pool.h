/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-pool.h"

G_BEGIN_DECLS

/* A pool in an experiment: its workers are the program of the experiment, and all they do is take some time. */

/* What they run; its result says who it was, and when. */
extern const HaulTask lab_pool_part;

typedef struct
{
  int    pid;
  gint64 start;    /* of g_get_monotonic_time() */
  gint64 end;
  double ms;       /* as it was told */
} LabSpell;

/* As nice as this process, and with all of its workers there; NULL with @error set where that cannot be. */
HaulPool *lab_pool_new        (guint         n_workers,
                               HaulContext  *context,
                               GError      **error);
/* Ends it, and waits until no worker is left. */
void      lab_pool_end        (HaulPool     *pool);

/* Arguments of a part: it works, or sleeps, for so long. */
GVariant *lab_pool_arguments  (gboolean      works,
                               double        ms);
gboolean  lab_pool_read_spell (GBytes       *result,
                               LabSpell     *ret_spell);

/* Lets the main loop go round until @over; FALSE if somebody wants it to stop before. */
gboolean  lab_pool_turn       (HaulContext  *context,
                               gboolean     *over,
                               GError      **error);
/* Submits it, and waits for its end, as map() of other pools does; FALSE if it failed. */
gboolean  lab_pool_map        (HaulPool     *pool,
                               HaulBatch    *batch,
                               HaulContext  *context,
                               GError      **error);

/* Which of its workers that is, from 1: they are counted as they turn up. */
guint     lab_pool_number     (GArray       *pids,
                               int           pid);

G_END_DECLS
