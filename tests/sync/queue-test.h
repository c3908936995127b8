/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "queue-child.h"

G_BEGIN_DECLS

QueueBoard  *queue_board_new  (int         *ret_fd) G_GNUC_WARN_UNUSED_RESULT;
void         queue_board_free (QueueBoard  *board,
                               int          fd);
/* Starts a child with the board and the queue. */
GSubprocess *queue_start      (HaulQueue   *queue,
                               int          board_fd,
                               const char  *mode,
                               guint        producer,
                               guint        n_items) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes that the memory takes now. */
guint64      queue_memory     (int          fd);

G_END_DECLS
