/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-child-private.h"
#include "haul-job-private.h"
#include "haul-pool.h"
#include "haul/wire/haul-shared-private.h"

G_BEGIN_DECLS

typedef struct _HaulPoolWorker HaulPoolWorker;

/* One call of the task. With its batch until it is sent, then with its worker. */
typedef struct
{
  HaulBatch  *batch;       /* (owned) (nullable): none for the initializer */
  guint64     index;
  guint32     number;      /* with its worker: in frames and on the board */
  GVariant   *arguments;   /* (owned) */
  guint       tries;       /* that ended with the death of a worker */
  gboolean    late;        /* it took longer than it may, and its worker was ended for that */
  gboolean    with_set;    /* what is shared was passed with it, and may not be taken yet */
  GByteArray *result;      /* (owned) (nullable): none yet */
} HaulItem;

/* What the owner of a part hears of it while a worker is at it, and of its end, which comes last.
 * @error: (nullable): its worker died, and how, or it was given up before; with none, its last
 * message has come. */
typedef struct
{
  void (*begun)(gpointer             owner,
                int                  pid);
  void (*sent)(gpointer             owner,
               HaulFrameType        type,
               gsize                wire_size);
  void (*message)(gpointer             owner,
                  const HaulMessage   *message,
                  gsize                wire_size);
  void (*line)(gpointer             owner,
               const HaulMessage   *log);
  void (*ended)(gpointer             owner,
                const GError        *error,
                int                  code,
                int                  signal);
} HaulPartListener;

/* A batch of one item, whose owner hears more of it. It goes in front of none, but may be submitted
 * to a pool that is closed, as the rest of what was there before. */
HaulBatch  *haul_batch_new_part       (const HaulTask          *task,
                                       GVariant                *arguments,       /* complete */
                                       GPtrArray               *inputs,          /* (nullable) of GBytes */
                                       GVariant                *input_sizes,     /* (nullable) at */
                                       HaulShares              *shares,          /* (nullable) */
                                       const HaulPartListener  *listener,
                                       gpointer                 owner) G_GNUC_WARN_UNUSED_RESULT;
void        haul_batch_set_held       (HaulBatch       *self,
                                       gboolean         held);
gboolean    haul_batch_is_held        (HaulBatch       *self);                /* and no worker is at it */
gboolean    haul_batch_is_part        (HaulBatch       *self);
gboolean    haul_batch_is_given_up    (HaulBatch       *self);                /* nobody wants it */

/* To the worker that is at it: CANCEL if @number is 0, or a signal. FALSE if there is none. */
gboolean    haul_batch_signal         (HaulBatch       *self,
                                       int              number);

/* What the worker of a part tells it. */
void        haul_batch_send_inputs    (HaulBatch       *self,
                                       HaulChild       *child,
                                       guint32          job,
                                       HaulMessage     *run);
void        haul_batch_part_begun     (HaulBatch       *self,
                                       int              pid,
                                       gsize            wire_size);
void        haul_batch_part_said      (HaulBatch          *self,
                                       const HaulMessage  *message,
                                       gsize               wire_size);
void        haul_batch_part_printed   (HaulBatch         *self,
                                       const HaulMessage *log);
void        haul_batch_part_died      (HaulBatch       *self,
                                       HaulItem        *item,                /* (transfer full) */
                                       const GError    *why,
                                       int              code,
                                       int              signal);

HaulItem   *haul_item_new             (HaulBatch       *batch,
                                       guint64          index,
                                       GVariant        *arguments) G_GNUC_WARN_UNUSED_RESULT;
void        haul_item_free            (HaulItem        *item);

/* What the pool does to batches. Each may end the batch. */
void        haul_batch_attach         (HaulBatch       *self,
                                       HaulPool        *pool);
gboolean    haul_batch_is_attached    (HaulBatch       *self);
gboolean    haul_batch_check_new      (HaulBatch       *self,
                                       GError         **error);
int         haul_batch_get_priority   (HaulBatch       *self);
guint       haul_batch_get_chunksize  (HaulBatch       *self);
HaulShares *haul_batch_get_shares     (HaulBatch       *self);                /* (nullable) */
guint       haul_batch_get_timeout    (HaulBatch       *self);
guint64     haul_batch_get_n_queued   (HaulBatch       *self);                /* known, and not sent */
gboolean    haul_batch_is_dry         (HaulBatch       *self);                /* only its input knows whether it is over */
gboolean    haul_batch_may_have_more  (HaulBatch       *self);
void        haul_batch_seed_item      (HaulBatch       *self,
                                       guint64          index,
                                       HaulMessage     *run);
double      haul_batch_get_item_us    (HaulBatch       *self);                /* 0: not known yet */
void        haul_batch_note_item_us   (HaulBatch       *self,
                                       double           us);
HaulItem   *haul_batch_next_item      (HaulBatch       *self);                /* (transfer full) (nullable) */
void        haul_batch_take_back      (HaulBatch       *self,
                                       HaulItem        *item);                /* it was never begun */
gboolean    haul_batch_may_retry      (HaulBatch       *self,
                                       HaulItem        *item);
void        haul_batch_item_ended     (HaulBatch       *self,
                                       HaulItem        *item,                 /* (transfer full) */
                                       const GError    *error);               /* (nullable) */
void        haul_batch_fail           (HaulBatch       *self,
                                       const GError    *error);
void        haul_batch_cancel_queued  (HaulBatch       *self,
                                       const GError    *error);

/* One process of the pool, and what it was sent and has not answered: it works in that order. */
struct _HaulPoolWorker
{
  HaulPool   *pool;         /* borrowed */
  char       *name;         /* (owned) */
  GObject    *owner;        /* (owned) what the child calls its owner */
  HaulChild  *child;        /* (owned) */
  HaulBoard  *board;        /* (owned) mapped, shared with the process */
  int         pid;
  GQueue      sent;         /* (owned) of HaulItem */
  guint       n_sets;       /* of shared objects that were passed with some of these */
  guint32     last_number;  /* that was given to an item: 1, 2, 3, … */
  guint       n_sent;       /* ever, without the initializer */
  gint64      head_since;   /* µs, when the first one became the first */
  gboolean    ready;        /* it said HELLO */
  gboolean    fit;          /* and its initializer, if there is one, went well */
  gboolean    slow;         /* the first one takes so long that nothing is sent behind it */
  gboolean    filling;      /* is sent items until it has enough */
  gboolean    retiring;     /* gets nothing more */
  gboolean    stopped;      /* we ended it */
  gboolean    ending;       /* and will by force if need be */
  gboolean    paused;       /* SIGSTOP is ours */
  gboolean    lost;         /* it died with the fork server */
  int         exit_code;    /* once it has ended */
  int         exit_signal;
  GError     *wrong;        /* (owned) (nullable) what it did wrong, so that we ended it */
  GSource    *kill;         /* (owned) (nullable) SIGKILL after SIGTERM */

  HaulPoolWorkerInfo *info; /* (owned) (nullable) its row, if somebody watches */
};

void            haul_pool_worker_info_update (HaulPoolWorkerInfo *self,
                                              HaulPoolWorker     *worker);

HaulPoolWorker *haul_pool_worker_new      (HaulPool        *pool,
                                           const char      *worker_path,
                                           HaulForkClient  *client,
                                           int              nice,
                                           GError         **error) G_GNUC_WARN_UNUSED_RESULT;
void            haul_pool_worker_free     (HaulPoolWorker  *self);
gboolean        haul_pool_worker_has_room (HaulPoolWorker  *self,
                                           HaulBatch       *batch);
/* What is shared with an item goes to the worker ahead of it: whether there is room for that; its serial
 * number for RUN, 0 for nothing; and the end of the item when that fails. */
gboolean        haul_pool_worker_may_pass (HaulPoolWorker  *self,
                                           HaulBatch       *batch);
gboolean        haul_pool_worker_pass_shares (HaulPoolWorker  *self,
                                              HaulItem        *item,
                                              guint32         *ret_serial,
                                              GError         **error);
void            haul_pool_worker_refuse   (HaulPoolWorker  *self,
                                           HaulItem        *item,          /* (transfer full) */
                                           const GError    *error);
void            haul_pool_worker_send     (HaulPoolWorker  *self,
                                           HaulItem        *item,          /* (transfer full) */
                                           const HaulTask  *task);
/* Takes the items back that it did not begin: it never will. */
void            haul_pool_worker_withdraw (HaulPoolWorker  *self,
                                           GQueue          *items);        /* of HaulItem (transfer full) */
void            haul_pool_worker_retire   (HaulPoolWorker  *self);
void            haul_pool_worker_stop     (HaulPoolWorker  *self);
void            haul_pool_worker_signal   (HaulPoolWorker  *self,
                                           int              number);       /* 0: CANCEL */

/* What its workers tell the pool. The last two free the worker. */
void            haul_pool_worker_ready    (HaulPool        *self,
                                           HaulPoolWorker  *worker);
void            haul_pool_worker_answered (HaulPool        *self,
                                           HaulPoolWorker  *worker);
void            haul_pool_worker_unfit    (HaulPool        *self,
                                           HaulPoolWorker  *worker,
                                           const char      *problem);      /* of its initializer */
void            haul_pool_worker_failed   (HaulPool        *self,
                                           HaulPoolWorker  *worker,
                                           const GError    *error);
void            haul_pool_worker_ended    (HaulPool        *self,
                                           HaulPoolWorker  *worker,
                                           GError          *why);          /* (transfer full) */

/* What a batch tells its pool. */
void            haul_pool_batch_ended     (HaulPool        *self,
                                           HaulBatch       *batch);
void            haul_pool_drop_items      (HaulPool        *self,
                                           HaulBatch       *batch);
gboolean        haul_pool_signal          (HaulPool        *self,
                                           HaulBatch       *batch,
                                           int              number);

/* The pool itself: what haul-pool.c and haul-pool-dispatch.c share. */
struct _HaulPool
{
  GObject         parent_instance;

  char           *worker_path;     /* (owned) */
  HaulForkClient *client;          /* (owned) */
  HaulPoolState   state;
  guint           n_workers;       /* wanted */
  int             nice;
  const HaulTask *init_task;       /* (nullable) */
  GVariant       *init_arguments;  /* (owned) (nullable) */
  HaulShares     *init_shares;     /* (owned) (nullable) */
  guint           max_tasks;
  guint64         max_memory;
  HaulPoolRecovery recovery;

  GPtrArray      *workers;         /* (owned) of HaulPoolWorker */
  GPtrArray      *batches;         /* (owned) of HaulBatch: by priority, then first come first served */
  guint           n_unfit;         /* workers in a row that were never of use */
  guint           n_deaths;        /* of others, since … */
  gint64          deaths_since;    /* µs; both start again when an item is done */
  gboolean        has_new;         /* batches that were not looked at yet */
  gboolean        held;            /* nothing is sent */
  gint64          suspended_at;    /* µs; 0: it is not suspended */
  gboolean        starved;         /* a batch had items, but would not give them yet */
  GSource        *pump;            /* (owned) (nullable) holds a reference to the pool */
  void          (*pumped)(gpointer owner);  /* (nullable) there may be room now */
  gpointer        pumped_owner;
  GSource        *tick;            /* (owned) (nullable) while something may take too long */
  gsize           max_inputs;      /* bytes that one part may be given */
  guint           n_silent;        /* ticks since a worker came to be, or said HELLO */
  guint           max_silent;      /* then those that did not are given up */
  GPtrArray      *joiners;         /* (owned) of GTask */
  HaulRing       *log;             /* (owned) */

  GListStore     *infos;           /* (owned) (nullable) of HaulPoolWorkerInfo, once somebody asked */
  guint           told_n_busy;
  guint64         told_n_queued;
  gint64          told_at;         /* µs */
  GSource        *tell;            /* (owned) (nullable) while something may be untold */
};

void            haul_pool_set_state       (HaulPool        *self,
                                           HaulPoolState    state);
void            haul_pool_plan_pump       (HaulPool        *self);
gboolean        haul_pool_has_room        (HaulPool        *self);   /* for a batch that could begin now */
void            haul_pool_watch_time      (HaulPool        *self);
void            haul_pool_cancel_queued   (HaulPool        *self);
void            haul_pool_plan_tell       (HaulPool        *self);
void            haul_pool_fail_all        (HaulPool        *self,
                                           const GError    *error);

/* Whether nothing is sent. */
static inline gboolean
haul_pool_rests (HaulPool *self)
{
  return self->held || self->suspended_at != 0;
}

/* After anything that can be seen of a worker or the queue: cheap enough for each item. */
static inline void
haul_pool_touch (HaulPool *self)
{
  if (self->tell == NULL)
    haul_pool_plan_tell (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulPoolWorker, haul_pool_worker_free)

G_END_DECLS
