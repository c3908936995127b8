/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-pool-private.h"

G_BEGIN_DECLS

/* The batch itself: what haul-batch.c and haul-batch-options.c share. */

typedef struct
{
  GBytes *result;   /* (owned) (nullable) */
  GError *error;    /* (owned) (nullable) */
} HaulOutcome;

struct _HaulBatch
{
  GObject         parent_instance;

  const HaulTask *task;
  HaulBatchInput  input;
  gpointer        input_data;
  GDestroyNotify  input_destroy;

  guint64         size;         /* how many items there are; G_MAXUINT64: only the input knows */

  gboolean        ordered;
  gboolean        keep;
  gboolean        fail_fast;
  guint           retries;
  guint           timeout_ms;
  int             priority;
  guint           chunksize;

  HaulPool       *pool;         /* (owned) from submit to end */
  GQueue          again;        /* (owned) of HaulItem: to be sent before any new one, lowest index first */
  guint64         n_items;      /* asked for */
  gboolean        complete;     /* there are no more */
  gboolean        given_up;     /* nobody wants the rest any more */
  guint64         n_out;        /* with workers */
  double          item_us;      /* about how long one takes; 0: not known yet */
  guint64         n_done;
  guint64         n_failed;
  guint64         next_given;   /* index of the next that is given out, where ordered */
  GHashTable     *outcomes;     /* (owned) index → HaulOutcome: kept, or waiting for their turn */
  GError         *first_error;  /* (owned) (nullable) */
  gboolean        ended;
  GPtrArray      *joiners;      /* (owned) of GTask */
};

G_END_DECLS
