/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-test.h"

#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-message.h"

G_BEGIN_DECLS

/* A program that has a fork server, without libhaul's parent side: what it sends and hears is seen
 * message by message. No wait is without an end. */

typedef struct
{
  int      control;     /* (owned) */
  int      pid;         /* a child of ours, collected by fork_server_clear() */
  char    *mark;        /* (owned) in the environment of all that comes of it */
  guint32  n_jobs;
  guint32  serial;      /* of the last request */
} ForkServer;

typedef struct
{
  guint32  job;
  int      pid;
  int      pidfd;       /* (owned) */
  int      commands;    /* (owned) write end */
  int      events;      /* (owned) read end */
  int      log;         /* (owned) read end */
  guint64  start_time;

  gboolean ended;
  int      code;
  int      signal;
  guint64  peak_kib;

  GByteArray *heard;    /* (owned) what was read of events */
} ForkWorker;

/* A test after which nothing may be left: not even what it holds in its own variables. */
void         fork_test_add           (const char          *path,
                                      GTestFunc            function);

/* What to do in the server before it is exec'd; async-signal-safe. Both may be NULL. */
void         fork_server_start       (ForkServer          *self,
                                      GSpawnChildSetupFunc setup,
                                      gpointer             data);
/* Closes the socket and waits for its end, and for the end of all that came of it. */
void         fork_server_clear       (ForkServer          *self);

/* Requests. Each wait fails after HAUL_TEST_SOON_MS. */
void         fork_server_send        (ForkServer          *self,
                                      HaulControl          message,
                                      const int           *fds);
HaulControl  fork_server_hear        (ForkServer          *self,
                                      HaulControlType      type,
                                      int                 *ret_fd);
void         fork_server_signal      (ForkServer          *self,
                                      ForkWorker          *worker,
                                      int                  number);
void         fork_server_assert_alive (ForkServer         *self);
void         fork_server_assert_error (ForkServer         *self,
                                       HaulControl         request,
                                       int                 errsv);

/* With a job number of its own. _ask() only asks for it; _spawn() hears of it too. */
void         fork_worker_ask         (ForkWorker          *self,
                                      ForkServer          *server,
                                      int                  nice_value,
                                      int                  flags);
void         fork_worker_take        (ForkWorker          *self,
                                      const HaulControl   *spawned,
                                      int                  pidfd);
void         fork_worker_spawn       (ForkWorker          *self,
                                      ForkServer          *server);
/* One that runs many jobs. */
void         fork_worker_spawn_many  (ForkWorker          *self,
                                      ForkServer          *server);
/* HELLO, and RUN: frames 0 and 1. */
void         fork_worker_run         (ForkWorker          *self,
                                      const char          *task,
                                      const char          *arguments);
void         fork_worker_command     (ForkWorker          *self,
                                      const HaulMessage   *message,
                                      guint32              sequence);
/* Until it has ended; nothing else may be due. */
void         fork_worker_wait        (ForkWorker          *self,
                                      ForkServer          *server);
/* Until its events have a log line or data with @text. */
void         fork_worker_wait_text   (ForkWorker          *self,
                                      const char          *text);
void         fork_worker_wait_frame  (ForkWorker          *self,
                                      HaulFrameType        type);
/* All that it sends until the end of its pipe, as text: data and log lines. */
char        *fork_worker_read        (ForkWorker          *self) G_GNUC_WARN_UNUSED_RESULT;
void         fork_worker_clear       (ForkWorker          *self);

/* Of /proc. */
guint        fork_count_threads      (int                  pid);
guint        fork_count_fds          (int                  pid);
gint64       fork_resident_kib       (int                  pid);
guint64      fork_start_time         (int                  pid);
/* Those with the mark of this server that are alive, itself not counted. */
guint        fork_count_family       (ForkServer          *self);
/* Until there are none; how long it took. Fails after HAUL_TEST_SOON_MS. */
double       fork_wait_family_gone   (ForkServer          *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ForkServer, fork_server_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ForkWorker, fork_worker_clear)

G_END_DECLS
