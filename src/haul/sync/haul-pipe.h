/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_PIPE (haul_pipe_get_type ())
G_DECLARE_FINAL_TYPE (HaulPipe, haul_pipe, HAUL, PIPE, HaulShareable)

/**
 * HaulPipe:
 *
 * One end of a connection between two processes, that whole messages go through:
 * bytes, from none to haul_pipe_get_max_size(), which arrive as they were sent and
 * in that order. Either both ends send and receive, or one sends and the other
 * receives.
 *
 * An end belongs to one process. One that is given to a job with haul_job_share()
 * is that job's from the moment it starts, and closed here: so whoever has the other
 * end is told when the job's process ends, however it does. What was sent before
 * that still arrives, whatever its size, as long as somebody receives it: a pipe
 * holds little, and who sends more waits. A #HaulQueue holds more.
 *
 * When the other end is gone, receiving fails with %HAUL_ERROR_CLOSED once all was
 * received, and with %HAUL_ERROR_PROTOCOL if it went in the middle of a message.
 * Sending fails with %HAUL_ERROR_CLOSED; no signal is raised.
 *
 * In each direction one caller can use an end at a time: another one gets
 * %HAUL_ERROR_NOT_POSSIBLE, but for asynchronous calls, which wait for their turn.
 * To wait for one of several, use haul_pipe_get_fd() with g_poll(), or receive
 * from each with haul_pipe_receive_async().
 */

/**
 * HAUL_PIPE_DEFAULT_MAX_SIZE:
 *
 * How many bytes a message may have unless haul_pipe_set_max_size() says otherwise.
 */
#define HAUL_PIPE_DEFAULT_MAX_SIZE (64 * 1024 * 1024)

/**
 * haul_pipe_new:
 * @duplex: whether both ends send and receive
 * @ret_first: (out) (transfer full): one end; unless @duplex, the one that receives
 * @ret_second: (out) (transfer full): the other end; unless @duplex, the one that sends
 * @error: return location for an error
 *
 * Makes both ends of a connection.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean   haul_pipe_new            (gboolean              duplex,
                                     HaulPipe            **ret_first,
                                     HaulPipe            **ret_second,
                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_pipe_can_send:
 * @self: an end of a pipe
 *
 * Gets whether this end is one that sends.
 *
 * Returns: %TRUE if haul_pipe_send() is for it
 */
gboolean   haul_pipe_can_send       (HaulPipe             *self);

/**
 * haul_pipe_can_receive:
 * @self: an end of a pipe
 *
 * Gets whether this end is one that receives.
 *
 * Returns: %TRUE if haul_pipe_receive() is for it
 */
gboolean   haul_pipe_can_receive    (HaulPipe             *self);

/**
 * haul_pipe_get_fd:
 * @self: an end of a pipe
 *
 * Gets its file descriptor, to wait with g_poll() or the like until something can be
 * received, or sent. It stays the pipe's: do nothing else with it.
 *
 * Returns: a file descriptor, or -1 when this end is closed
 */
int        haul_pipe_get_fd         (HaulPipe             *self);

/**
 * haul_pipe_is_readable:
 * @self: an end of a pipe
 *
 * Gets whether there is something to receive now: a message, the beginning of one,
 * or the news that the other end is gone.
 *
 * Returns: %TRUE if there is
 */
gboolean   haul_pipe_is_readable    (HaulPipe             *self);

/**
 * haul_pipe_get_max_size:
 * @self: an end of a pipe
 *
 * Gets how many bytes a message may have that this end sends or receives.
 *
 * Returns: a number of bytes
 */
guint64    haul_pipe_get_max_size   (HaulPipe             *self);

/**
 * haul_pipe_set_max_size:
 * @self: an end of a pipe
 * @max_size: a number of bytes
 *
 * Sets how many bytes a message may have that this end sends or receives: 64 MiB at
 * first. The other end, and one that was passed to another process, does not hear
 * of it.
 */
void       haul_pipe_set_max_size   (HaulPipe             *self,
                                     guint64               max_size);

/**
 * haul_pipe_send:
 * @self: an end of a pipe
 * @message: what to send, which may be empty
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sends a message. It may be called from any thread, but not from one that runs a
 * main loop: see haul_pipe_send_async().
 *
 * It fails with %HAUL_ERROR_CLOSED when this end or the other one is closed, with
 * %HAUL_ERROR_TOO_LARGE when the message has more bytes than it may, and with
 * %HAUL_ERROR_NOT_POSSIBLE when this end only receives, or is just sending. When the
 * time is over, or it is cancelled, in the middle of a message, this end can send no
 * more, and the other one is told that the message was truncated.
 *
 * Returns: %TRUE once the other end can receive it, %FALSE with @error set if it cannot
 */
gboolean   haul_pipe_send           (HaulPipe             *self,
                                     GBytes               *message,
                                     int                   timeout_ms,
                                     GCancellable         *cancellable,
                                     GError              **error);

/**
 * haul_pipe_receive:
 * @self: an end of a pipe
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Receives the next message. It may be called from any thread, but not from one that
 * runs a main loop: see haul_pipe_receive_async().
 *
 * It fails with %HAUL_ERROR_CLOSED when this end is closed, or the other one is and
 * nothing is left, with %HAUL_ERROR_PROTOCOL when the other end went in the middle of
 * a message, with %HAUL_ERROR_TOO_LARGE when a message has more bytes than it may,
 * after which nothing can be received any more, and with %HAUL_ERROR_NOT_POSSIBLE
 * when this end only sends, or is just receiving. When the time is over, or it is
 * cancelled, nothing is lost: the next call goes on with what has come until then.
 *
 * Returns: (transfer full): the message, or %NULL with @error set
 */
GBytes    *haul_pipe_receive        (HaulPipe             *self,
                                     int                   timeout_ms,
                                     GCancellable         *cancellable,
                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_pipe_close:
 * @self: an end of a pipe
 *
 * Closes this end. Closing it again does nothing. Asynchronous calls that wait fail
 * with %HAUL_ERROR_CLOSED; it must not be called while another thread is in a call
 * that waits.
 */
void       haul_pipe_close          (HaulPipe             *self);

/**
 * haul_pipe_send_async:
 * @self: an end of a pipe
 * @message: what to send, which may be empty
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): what to call when it is done
 * @user_data: passed to @callback
 *
 * Sends a message, as haul_pipe_send(), without ever blocking. Several are sent one
 * after the other. What waits for one end at a time belongs to one main context, the
 * thread-default one of who called first.
 */
void       haul_pipe_send_async     (HaulPipe             *self,
                                     GBytes               *message,
                                     int                   timeout_ms,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);

/**
 * haul_pipe_send_finish:
 * @self: an end of a pipe
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what haul_pipe_send_async() began. It fails as haul_pipe_send() does.
 *
 * Returns: %TRUE once the other end can receive it, %FALSE with @error set if it cannot
 */
gboolean   haul_pipe_send_finish    (HaulPipe             *self,
                                     GAsyncResult         *result,
                                     GError              **error);

/**
 * haul_pipe_receive_async:
 * @self: an end of a pipe
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): what to call when it is done
 * @user_data: passed to @callback
 *
 * Receives the next message, as haul_pipe_receive(), without ever blocking; see
 * haul_pipe_send_async().
 */
void       haul_pipe_receive_async  (HaulPipe             *self,
                                     int                   timeout_ms,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);

/**
 * haul_pipe_receive_finish:
 * @self: an end of a pipe
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what haul_pipe_receive_async() began. It fails as haul_pipe_receive() does.
 *
 * Returns: (transfer full): the message, or %NULL with @error set
 */
GBytes    *haul_pipe_receive_finish (HaulPipe             *self,
                                     GAsyncResult         *result,
                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

HAUL_END_DECLS
