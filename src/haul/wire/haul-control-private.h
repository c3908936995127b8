/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a program and its fork server say to each other, over a SEQPACKET socket: one message, one
 * struct of a fixed size, in the byte order of the machine that both are on. */

#define HAUL_CONTROL_FD      3
#define HAUL_CONTROL_MAGIC   0x31434c48u   /* "HLC1" */
#define HAUL_CONTROL_VERSION 2
#define HAUL_CONTROL_MAX_FDS 5

typedef enum
{
  /* From the server. */
  HAUL_CONTROL_HELLO = 1,   /* first; a: its pid */
  HAUL_CONTROL_SPAWNED,     /* a: pid, c: start time as in /proc; with a pidfd. It waits for HELLO */
  HAUL_CONTROL_EXITED,      /* a: exit code or -1, b: signal or 0, c: peak memory in KiB */
  HAUL_CONTROL_JOINED,      /* a held zombie is gone */
  HAUL_CONTROL_PONG,
  HAUL_CONTROL_ERROR,       /* a: errno, b: type of the request */

  /* To the server. */
  HAUL_CONTROL_SPAWN,       /* a: nice value, b: HaulSpawnFlags; with commands, events and log fd */
  HAUL_CONTROL_SIGNAL,      /* a: signal, to the whole group; SIGTERM brings SIGCONT */
  HAUL_CONTROL_JOIN,        /* collect a zombie that was held */
  HAUL_CONTROL_PING,
  HAUL_CONTROL_SPAWN_SHARING,  /* as SPAWN, with a socket as well, on which it finds what is shared with it */
  HAUL_CONTROL_SPAWN_MANY,     /* as that, with a board as well: it runs one job after the other */
} HaulControlType;

typedef enum
{
  HAUL_SPAWN_HOLD = 1 << 0,   /* leave it a zombie until JOIN; EUSERS where there are eight of them */
} HaulSpawnFlags;

typedef struct
{
  guint32 magic;
  guint16 version;
  guint16 type;      /* HaulControlType */
  guint32 serial;    /* of a request; its reply has the same */
  guint32 job;
  gint32  a;
  gint32  b;
  guint64 c;
} HaulControl;

G_STATIC_ASSERT (sizeof (HaulControl) == 32);

typedef enum
{
  HAUL_CONTROL_READ,    /* a message */
  HAUL_CONTROL_AGAIN,   /* nothing is there now */
  HAUL_CONTROL_END,     /* the other end is gone */
  HAUL_CONTROL_BAD,     /* what came makes no sense; its fds are closed */
} HaulControlResult;

/* How many fds a message of this type has to bring; -1 for an unknown type. */
int               haul_control_n_fds   (guint16            type);

/* Neither blocks. An error of sending is an errno, 0 for none. */
int               haul_control_send    (int                fd,
                                        HaulControl       *message,
                                        const int         *fds);
HaulControlResult haul_control_receive (int                fd,
                                        HaulControl       *ret_message,
                                        int                ret_fds[HAUL_CONTROL_MAX_FDS]);

G_END_DECLS
