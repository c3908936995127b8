/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-process.h"
#include "haul-waitable.h"

G_BEGIN_DECLS

/* The inside of a process, for the files that make it up: haul-process.c is the object, haul-process-options.c
 * what is set of it before its start, haul-process-life.c starts it, signals it and hears of its end, haul-process-join.c
 * and haul-process-sentinel.c tell those who wait for that, and haul-process-children.c knows all of them.
 *
 * A process is one run of a job: the executor starts, signals and collects it as any other. */

struct _HaulProcess
{
  GObject           parent_instance;

  char             *name;           /* (owned) */
  gboolean          daemon;
  gboolean          hold;
  HaulStartMethod   start_method;
  char             *worker_path;    /* (owned) (nullable) */
  int               creator;        /* pid of the program that made it */

  HaulProcessState  state;          /* every change through haul_process_set_state() */
  HaulJob          *job;            /* (owned) (nullable) until it is closed */
  HaulExecutor     *executor;       /* (owned) (nullable) from the start until it is collected */
  gboolean          told_alive;     /* as it was notified last */
  gboolean          suspend;        /* as soon as it runs */
  gboolean          has_exit_code;
  int               exit_code;
  GPtrArray        *joiners;        /* (owned) of GTask */

  int               sentinel_fd;    /* (owned) -1 until somebody asks for it, and so are … */
  int               ended_fd;       /* (owned) readable when the end is known */
  int               pidfd;          /* (owned) */
};

typedef enum
{
  PROP_NAME = 1,
  PROP_DAEMON,
  PROP_STATE,
  PROP_ALIVE,
  PROP_PID,
  PROP_HAS_EXIT_CODE,
  PROP_EXIT_CODE,
} HaulProcessProperty;

void          haul_process_notify           (HaulProcess          *self,
                                             HaulProcessProperty   property);
void          haul_process_emit_ended       (HaulProcess          *self);
void          haul_process_set_state        (HaulProcess          *self,
                                             HaulProcessState      state);

/* FALSE and an error when it was closed, or belongs to another program. */
gboolean      haul_process_check_usable     (HaulProcess          *self,
                                             GError              **error);
/* The same, when it was not started. */
gboolean      haul_process_check_started    (HaulProcess          *self,
                                             GError              **error);

/* It has ended and nobody waits yet: what is left of it is held until then. */
gboolean      haul_process_is_zombie        (HaulProcess          *self);
/* Collects a zombie. */
void          haul_process_collect          (HaulProcess          *self);
void          haul_process_watch_job        (HaulProcess          *self);

void          haul_process_complete_joins   (HaulProcess          *self);
void          haul_process_waitable_init    (HaulWaitableInterface *iface);

/* The pid is known; the end is; there is nobody to tell of it any more. */
void          haul_process_sentinel_pid     (HaulProcess          *self);
void          haul_process_sentinel_end     (HaulProcess          *self);
void          haul_process_sentinel_close   (HaulProcess          *self);

/* The list of those that were started and not collected. */
void          haul_process_adopt            (HaulProcess          *self);
void          haul_process_release          (HaulProcess          *self);
/* haul_process_finish_all() is at work; and is over, if that was the last one. */
gboolean      haul_process_is_finishing     (void);
void          haul_process_complete_finishers (void);
HaulExecutor *haul_process_dup_executor     (HaulStartMethod       start_method,
                                             const char           *worker_path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
