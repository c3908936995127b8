/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-outcomes-private.h"
#include "haul-pool-private.h"

G_BEGIN_DECLS

/* The batch itself: what the files share that make it up. */

/* Those who call haul_batch_next_async(). */
typedef struct _HaulBatchTaker HaulBatchTaker;

/* The rows of haul_batch_get_items(). */
G_DECLARE_FINAL_TYPE (HaulBatchItems, haul_batch_items, HAUL, BATCH_ITEMS, GObject)

struct _HaulBatch
{
  GObject         parent_instance;

  const HaulTask *task;
  HaulBatchInput  input;
  gpointer        input_data;
  GDestroyNotify  input_destroy;

  gboolean        repeatable;   /* the input may be asked for the same again, and gives the same */
  guint64         size;         /* how many items there are; G_MAXUINT64: only the input knows */

  HaulShares     *shares;       /* (owned) (nullable) what each item is given */

  gboolean        ordered;
  gboolean        keep;
  gboolean        fail_fast;
  guint           retries;
  guint           timeout_ms;
  int             priority;
  guint           chunksize;
  guint64         seed;         /* of a part: of its run */
  guint64         first_stream; /* of seed: item 0 gets it */
  gboolean        is_seeded;    /* by somebody */

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
  guint64         out_of_turn;  /* index of the one that failed fast before its turn; G_MAXUINT64 for none */
  HaulOutcomes    outcomes;     /* (owned) kept, or waiting for their turn */
  GError         *first_error;  /* (owned) (nullable) */
  GError         *whole_error;  /* (owned) (nullable) why it was ended before its time */
  gboolean        ended;
  GPtrArray      *joiners;      /* (owned) of GTask */
  HaulBatchTaker *taker;        /* (owned) (nullable) when somebody asks for one after the other */
  HaulBatchItems *items;        /* (borrowed) (nullable) while somebody looks; it holds us */

  /* Of a part of a job. */
  const HaulPartListener *listener;   /* (nullable) */
  gpointer        listener_data;
  GPtrArray      *inputs;       /* (owned) (nullable) of GBytes */
  GVariant       *input_sizes;  /* (owned) (nullable) how many of these bytes are whose */
  gboolean        held;         /* nothing of it is begun for now */
  int             exit_code;    /* of the worker that died of it */
  int             exit_signal;
};

void           haul_batch_end_if_over      (HaulBatch           *self);

void           haul_batch_taker_free       (HaulBatchTaker      *self);
void           haul_batch_taker_give       (HaulBatchTaker      *self,
                                            guint64              index,
                                            GBytes              *result,    /* (nullable) */
                                            const GError        *error);    /* (nullable) */
void           haul_batch_taker_end        (HaulBatch           *self);
/* Whether one more may be done before the next is taken. */
gboolean       haul_batch_taker_has_room   (HaulBatch           *self);

/* Somebody may see that something is different. */
void           haul_batch_items_touch     (HaulBatchItems      *self);
void           haul_batch_items_ended     (HaulBatchItems      *self,
                                           guint64              index,
                                           gboolean             done);
HaulBatch     *haul_batch_items_get_batch (HaulBatchItems      *self);
void           haul_batch_items_forget    (HaulBatchItems      *self,
                                           guint64              index);

HaulBatchItem *haul_batch_item_new        (HaulBatchItems      *items,
                                           guint64              index,
                                           HaulBatchItemState   state) G_GNUC_WARN_UNUSED_RESULT;
void           haul_batch_item_set_state  (HaulBatchItem       *self,
                                           HaulBatchItemState   state);

static inline void
haul_batch_touch (HaulBatch *self)
{
  if (self->items != NULL)
    haul_batch_items_touch (self->items);
}

G_END_DECLS
