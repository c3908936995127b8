/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Our end of a fork server: asks it for workers, and tells each one's listener what became of it.
 * The server is started with the first worker, and again with the first after it died. It is never
 * waited for: a server that does not answer is killed, and its workers with it. */
typedef struct _HaulForkClient HaulForkClient;

/* Called in the main context of the client. Of exited, failed and lost exactly one comes, last. */
typedef struct
{
  void (*spawned)(gpointer      user_data,
                  int           pid);
  void (*exited)(gpointer      user_data,
                 int           code,         /* -1 when a signal ended it */
                 int           signal);      /* 0 when it exited */
  void (*failed)(gpointer      user_data,    /* it was never started */
                 const GError *error);
  void (*lost)(gpointer      user_data,      /* it is dead, and nobody knows how it ended */
               const GError *error);
} HaulForkListener;

HaulForkClient *haul_fork_client_new    (const char             *worker_path) G_GNUC_WARN_UNUSED_RESULT;
HaulForkClient *haul_fork_client_ref    (HaulForkClient         *self);
void            haul_fork_client_unref  (HaulForkClient         *self);

/* A zombie that was held is gone. */
typedef void (*HaulForkCollected) (gpointer user_data);

/* @hold: a zombie is left of it until haul_fork_client_collect(). @fds: commands, events
 * and log end of the worker, its socket for what is shared or -1, and its board or -1; copied. A worker with a
 * board, which has that socket, too, runs many jobs. Answers later, to @listener. */
gboolean        haul_fork_client_spawn  (HaulForkClient         *self,
                                         guint32                 job,
                                         int                     nice,
                                         gboolean                hold,
                                         const int               fds[5],
                                         const HaulForkListener *listener,
                                         gpointer                user_data,
                                         GError                **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether there is a zombie of the worker; and collects it: FALSE when there is none. */
gboolean        haul_fork_client_holds   (HaulForkClient         *self,
                                          guint32                 job);
gboolean        haul_fork_client_collect (HaulForkClient         *self,
                                          guint32                 job,
                                          HaulForkCollected       collected,
                                          gpointer                user_data);

/* To the group of the worker; SIGINT, SIGTERM and SIGKILL wait for one that is not there yet. */
void            haul_fork_client_signal (HaulForkClient         *self,
                                         guint32                 job,
                                         int                     number);

/* Whether its process has ended, whatever the server says of that; which is then asked whether it is
 * there at all. */
gboolean        haul_fork_client_has_exited (HaulForkClient     *self,
                                             guint32             job);

/* The listener hears no more. */
void            haul_fork_client_forget (HaulForkClient         *self,
                                         guint32                 job);

/* 0 while there is none. For tests. */
int             haul_fork_client_get_server_pid (HaulForkClient *self);

G_END_DECLS
