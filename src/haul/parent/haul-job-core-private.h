/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-estimator.h"
#include "haul-job-private.h"
#include "haul-waitable.h"

G_BEGIN_DECLS

/* The inside of a job, for the files that make it up: haul-job.c is the object that others see,
 * haul-job-options.c is what people set of it, haul-job-life.c moves it through its life,
 * haul-job-news.c takes in what its worker says, and haul-job-join.c tells those who wait for its end. */

struct _HaulJob
{
  GObject         parent_instance;

  const HaulTask *task;
  GVariant       *arguments;      /* (owned) complete */
  guint           id;
  char           *title;          /* (owned) */
  int             nice;
  guint           timeout_ms;
  guint64         seed;

  HaulLife        life;           /* every change through haul_job_feed() */
  GArray         *pending;        /* (owned) of HaulLifeEvent, not stepped through yet */
  gboolean        performing;     /* in the middle of a step */
  gint64          stamps[HAUL_N_STAMPS];
  HaulExecutor   *executor;       /* (owned) from submit to end */
  const char     *executor_name;  /* static, kept after the end */
  gboolean        can_pause;      /* of the executor, likewise */
  gboolean        can_force;
  gpointer        run;            /* (owned) the executor's record of the worker */
  GDestroyNotify  run_destroy;
  GSource        *ladder;         /* (owned) (nullable) HAUL_EVENT_TIMER */
  gint64          ladder_due;     /* µs */
  GSource        *timeout;        /* (owned) (nullable) HAUL_EVENT_TIME_OUT */
  gint64          timeout_due;    /* µs */

  HaulShares     *shares;         /* (owned) (nullable) what the task is given */
  char           *program;        /* (owned) (nullable) */
  char           *process_name;   /* (owned) (nullable) of the HaulProcess that it is */
  char           *worker_name;    /* (owned) (nullable) what its worker is told that it is called */
  gboolean        daemon;         /* … and is */
  gboolean        hold;           /* a zombie is to be left of it */
  HaulProcessExecutor *holder;    /* (owned) (nullable) while there is one */
  gboolean        collecting;     /* that was asked for */
  GSource        *held_limit;     /* (owned) (nullable) until it is, though nobody asked */
  int             pid;
  char           *task_error;     /* (owned) (nullable) what the task said */
  GError         *error;          /* (owned) (nullable) */
  GPtrArray      *joiners;        /* (owned) of GTask */

  double          done;
  double          total;
  char           *phase;          /* (owned) (nullable) */
  HaulEstimator   estimator;
  HaulPieces      result;
  guint8         *picture;        /* (owned) (nullable) what tiles have shown */
  guint           picture_width;
  guint           picture_height;
  guint           n_tiles;
  gint64          news_time;
  gint64          notified_at;
  GSource        *notify_later;   /* (owned) (nullable) */

  GListStore     *parts;          /* (owned) (nullable) of HaulPart */
  HaulRing       *log;            /* (owned) */
  HaulRing       *messages;       /* (owned) */
  guint64         n_messages;
  gint64          message_time[2];   /* of the newest, up and down */
};

typedef enum
{
  PROP_TITLE = 1,
  PROP_STATE,
  PROP_VERDICT,
  PROP_DONE,
  PROP_TOTAL,
  PROP_FRACTION,
  PROP_PHASE,
  PROP_PID,
  PROP_RESULT_SIZE,
  PROP_CAN_PAUSE,
  PROP_OVERDUE,
  PROP_STUCK,
  PROP_ERROR,
  PROP_DAEMON,
  PROP_HELD,
  PROP_NICE,
} HaulJobProperty;

void     haul_job_notify          (HaulJob          *self,
                                   HaulJobProperty   property);
void     haul_job_notify_progress (HaulJob          *self);
gboolean haul_job_take_tile       (HaulJob           *self,
                                   const HaulMessage *message);
void     haul_job_emit_ended      (HaulJob          *self);
gboolean haul_job_note_held       (HaulJob          *self,
                                   HaulExecutor     *executor);
void     haul_job_forget_held     (HaulJob          *self);
void     haul_job_complete_joins  (HaulJob          *self);
void     haul_job_waitable_init   (HaulWaitableInterface *iface);

G_END_DECLS
