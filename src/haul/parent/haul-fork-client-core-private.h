/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-fork-client-private.h"
#include "haul/wire/haul-control-private.h"

G_BEGIN_DECLS

/* The inside of a fork server's client, for the files that make it up: haul-fork-client.c asks for
 * workers, haul-fork-client-news.c hears what became of them, and of the server. */

#define HAUL_FORK_MAX_UNANSWERED 16     /* requests on their way: two that only send would block each other */
#define HAUL_FORK_MAX_DEATHS     3      /* of servers within … */
#define HAUL_FORK_DEATHS_US      (30 * G_USEC_PER_SEC)

typedef struct
{
  guint32                 job;
  int                     nice;
  int                     fds[5];      /* (owned) until it is spawned, then -1; the last two are shares and board, or -1 */
  int                     pidfd;       /* (owned) -1 until it is spawned */
  int                     pid;         /* 0 until then */
  int                     wish;        /* a signal for when it is there, or 0 */
  guint                   tries;
  gboolean                asked;       /* a SPAWN is on its way */
  gboolean                hold;
  gboolean                zombie;      /* it has ended, and is held */
  gboolean                unasked;     /* to be collected, and the server could not be told yet */
  HaulForkCollected       collected;   /* (nullable) */
  gpointer                collected_data;
  const HaulForkListener *listener;    /* (nullable) */
  gpointer                user_data;
} HaulForkWorker;

struct _HaulForkClient
{
  grefcount     ref_count;
  char         *worker_path;     /* (owned) */

  GSubprocess  *server;          /* (owned) (nullable) */
  int           control_fd;      /* (owned) -1 without a server */
  GSource      *control_source;  /* (owned) (nullable) */
  GSource      *patience;        /* (owned) (nullable) while an answer is due */
  GSource      *backoff;         /* (owned) (nullable) before the next try */
  guint         backoff_ms;
  GSource      *dropping;        /* (owned) (nullable) when some that wait are not wanted any more */

  GSource      *collecting;      /* (owned) (nullable) when the server could not be asked to collect some */

  GHashTable   *workers;         /* (owned) job → HaulForkWorker (owned) */
  GQueue        waiting;         /* of borrowed HaulForkWorker: not asked for yet */
  guint         n_unanswered;
  gint64        deaths[HAUL_FORK_MAX_DEATHS];   /* µs, when the last servers died */
};

/* Asks for as many workers as may be asked for at once. */
void     haul_fork_client_pump            (HaulForkClient *self);
/* Asks whether the server is there at all, when an end is expected that it has to tell of. */
void     haul_fork_client_ping            (HaulForkClient *self);
/* It has until then from the first request that it does not answer; another one gives it no more. */
void     haul_fork_client_expect_answer   (HaulForkClient *self);
/* The next try, later and later. */
void     haul_fork_client_back_off        (HaulForkClient *self);
void     haul_fork_client_drop_server     (HaulForkClient *self);
gboolean haul_fork_client_dies_too_often  (HaulForkClient *self);
void     haul_fork_client_fail_worker     (HaulForkClient *self,
                                           HaulForkWorker *worker,
                                           const GError   *error);
gboolean haul_fork_client_control_cb      (int             fd,
                                           GIOCondition    condition,
                                           gpointer        user_data);

G_END_DECLS
