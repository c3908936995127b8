/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-pipe.h"
#include "haul-shareable-private.h"

G_BEGIN_DECLS

/* Before each message stands how many bytes it has, little-endian. */
#define HAUL_PIPE_HEADER_SIZE 8

typedef enum
{
  HAUL_PIPE_RECEIVE,
  HAUL_PIPE_SEND,
  HAUL_PIPE_N_DIRECTIONS,
} HaulPipeDirection;

/* A message on its way. */
typedef struct
{
  guint8  header[HAUL_PIPE_HEADER_SIZE];
  GBytes *message;    /* (owned) (nullable) one to send */
  guint8 *bytes;      /* (owned) (nullable) of one that is received, when its size is known */
  guint64 size;
  guint64 n_moved;    /* with its header */
} HaulPipeMessage;

struct _HaulPipe
{
  HaulShareable    parent_instance;

  guint64          max_size;
  gboolean         can[HAUL_PIPE_N_DIRECTIONS];
  gboolean         is_socket;
  gint             is_used[HAUL_PIPE_N_DIRECTIONS];     /* atomic: somebody does */
  gint             is_broken[HAUL_PIPE_N_DIRECTIONS];   /* atomic: a message was not moved to its end */
  HaulPipeMessage  received;                            /* what has come of the next one */
  GSource         *loops[HAUL_PIPE_N_DIRECTIONS];       /* (unowned) (nullable) what waits in a main loop */
};

typedef enum
{
  HAUL_PIPE_DID,
  HAUL_PIPE_MORE,     /* there may be more to do at once */
  HAUL_PIPE_WAIT,     /* until the fd is ready */
  HAUL_PIPE_FAILED,
} HaulPipeStep;

/* FALSE when it cannot be used in this direction, by this caller. */
gboolean      haul_pipe_begin         (HaulPipe          *self,
                                       HaulPipeDirection  direction,
                                       GError           **error);
void          haul_pipe_end           (HaulPipe          *self,
                                       HaulPipeDirection  direction);

gboolean      haul_pipe_message_init  (HaulPipe          *self,
                                       HaulPipeMessage   *message,
                                       GBytes            *bytes,
                                       GError           **error);
void          haul_pipe_message_clear (HaulPipeMessage   *message);

/* Moves at most @budget bytes. */
HaulPipeStep  haul_pipe_push          (HaulPipe          *self,
                                       HaulPipeMessage   *message,
                                       gsize              budget,
                                       GError           **error);
HaulPipeStep  haul_pipe_pull          (HaulPipe          *self,
                                       gsize              budget,
                                       GError           **error);
/* What was pulled, whole. */
GBytes       *haul_pipe_take_received (HaulPipe          *self) G_GNUC_WARN_UNUSED_RESULT;
/* A message that was begun will not be sent. */
void          haul_pipe_break_sending (HaulPipe          *self);

/* Whatever waits in the loops fails. */
void          haul_pipe_loops_close   (HaulPipe          *self);

G_END_DECLS
