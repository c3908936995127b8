/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-child-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul-child-core-private.h"
#include "haul-oom-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-current-process.h"

/* How the end of a child is put together, in whatever order its parts arrive:
 *
 *  - The child is collected, by GSubprocess or by the fork server, and its status comes to
 *    haul_child_ended(). That, and not the end of its pipes, is its end: a grandchild may hold them
 *    open for as long as it likes.
 *  - All that it wrote before it ended lies in its pipes by then, so haul_child_ended() reads them
 *    until they are empty, and only then tells the job.
 *  - A pipe that ends while the child lives on is no end either, but it will say no more: it is
 *    given LINGER_MS to end as well.
 */

#define LINGER_MS 2000

/* A wish, of a pipe that inputs go down. */
#define COMMANDS_CAPACITY (256 * 1024)

/* A child that is dead and not collected yet; or is, and we have not heard of it. */
static gboolean
has_exited (HaulChild *self)
{
  siginfo_t info = { 0 };

  if (self->client != NULL)
    return haul_fork_client_has_exited (self->client, self->id);
  return self->subprocess != NULL && (waitid (P_PID, self->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0);
}

/* What it said last is read when the program has nothing better to do, or after this time. */
#define LATE_MS 100

static gboolean
linger_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);
  g_autoptr(GError) error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                                                 _("the worker closed its pipe and did not end"));

  /* It did end, and somebody is late: the thread of GLib that collects it had no CPU, or the fork server
   * hangs, or this thread was busy with other things. */
  if (has_exited (self))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->linger, g_source_unref);
  self->listener->bad (owner, self, error);
  return G_SOURCE_REMOVE;
}

static gboolean
message_sink (const HaulFrame    *frame,
              const HaulMessage  *message,
              gpointer            user_data,
              GError            **error)
{
  HaulChild *self = user_data;

  return self->listener->message (self->owner, self, frame, message, error);
}

static void
line_sink (const char *text,
           gpointer    user_data)
{
  HaulChild *self = user_data;

  self->listener->line (self->owner, self, text);
}

static void
tell_bad (HaulChild    *self,
          const GError *what)
{
  g_autoptr(GError) error = g_error_new (HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                                         _("the worker sent what makes no sense: %s"), what->message);

  self->listener->bad (self->owner, self, error);
}

static void plan_drain (HaulChild *self);

/* Whoever hears of what comes may run the loop, and in that it may end: but what came first is told first,
 * and it stays there until then. */
static void
end_taking (HaulChild *self)
{
  self->taking = FALSE;
  if (self->drain_due)
    plan_drain (self);
}

HaulWatchResult
haul_child_events_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner G_GNUC_UNUSED = g_object_ref (self->owner);
  g_autoptr(GError) error = NULL;
  HaulIntake state;

  self->taking = TRUE;
  state = haul_frames_take (&self->frames, self->events_fd, message_sink, self, &error);
  if (state == HAUL_INTAKE_BAD)
    tell_bad (self, error);
  end_taking (self);
  switch (state)
    {
    case HAUL_INTAKE_EMPTY:
    case HAUL_INTAKE_SOME:
      return HAUL_WATCH_WAIT;

    case HAUL_INTAKE_MORE:
      return self->many ? HAUL_WATCH_AGAIN : HAUL_WATCH_MORE;

    case HAUL_INTAKE_BAD:
      return HAUL_WATCH_END;

    case HAUL_INTAKE_END:
    default:
      if (self->linger == NULL)
        self->linger = haul_timer_new (LINGER_MS, "[haul] end of a closed worker", linger_cb, self);
      return HAUL_WATCH_END;
    }
}

HaulWatchResult
haul_child_log_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner G_GNUC_UNUSED = g_object_ref (self->owner);
  HaulIntake state;

  self->taking = TRUE;
  state = haul_lines_take (&self->lines, self->log_fd, line_sink, self);
  end_taking (self);
  switch (state)
    {
    case HAUL_INTAKE_EMPTY:
    case HAUL_INTAKE_SOME:
      return HAUL_WATCH_WAIT;

    case HAUL_INTAKE_MORE:
      return HAUL_WATCH_MORE;

    case HAUL_INTAKE_BAD:
    case HAUL_INTAKE_END:
    default:
      return HAUL_WATCH_END;
    }
}

void
haul_child_set_board (HaulChild       *self,
                      const HaulBoard *board)
{
  self->board = board;
}

/* All is read: FALSE while there is more. */
static gboolean
drain_a_part (HaulChild  *self,
              GError    **error)
{
  if (self->lines.n_read < self->lines_goal
      && haul_lines_take (&self->lines, self->log_fd, line_sink, self) != HAUL_INTAKE_EMPTY
      && self->lines.n_read < self->lines_goal)
    return FALSE;

  switch (haul_frames_drain (&self->frames, self->events_fd, self->frames_goal, message_sink, self, error))
    {
    case HAUL_INTAKE_EMPTY:
      if (self->board != NULL && haul_frames_take_kept (&self->frames, self->board))
        return FALSE;
      (void) haul_frames_finish (&self->frames, error);
      return TRUE;

    case HAUL_INTAKE_BAD:
      return TRUE;

    case HAUL_INTAKE_SOME:
    case HAUL_INTAKE_MORE:
    case HAUL_INTAKE_END:
    default:
      return FALSE;
    }
}

static gboolean
drain_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);
  g_autoptr(GError) error = NULL;

  if (!drain_a_part (self, &error))
    return G_SOURCE_CONTINUE;

  haul_source_clear (&self->drain);
  haul_source_clear (&self->linger);
  haul_lines_finish (&self->lines, line_sink, self);
  /* Whoever is killed in the middle of a frame is not to blame for it. */
  if (error != NULL && self->exit_signal == 0 && self->lost == NULL)
    tell_bad (self, error);
  self->listener->ended (owner, self, self->exit_code, self->exit_signal, self->lost);
  return G_SOURCE_REMOVE;
}

/* What a worker of many jobs had printed before it said what was read last. */
void
haul_child_take_lines (HaulChild *self)
{
  guint64 goal = self->lines.n_read + haul_bytes_waiting (self->log_fd);

  while (self->lines.n_read < goal)
    {
      HaulIntake state = haul_lines_take (&self->lines, self->log_fd, line_sink, self);

      if (state == HAUL_INTAKE_EMPTY || state == HAUL_INTAKE_END)
        break;
    }
  haul_lines_finish (&self->lines, line_sink, self);
}

/* A program that is never idle would otherwise never hear of the end. */
static gboolean
late_cb (gpointer user_data)
{
  HaulChild *self = user_data;

  g_clear_pointer (&self->linger, g_source_unref);
  g_source_set_priority (self->drain, G_PRIORITY_DEFAULT);
  return G_SOURCE_REMOVE;
}

static void
plan_drain (HaulChild *self)
{
  self->drain_due = FALSE;
  self->drain = haul_idle_new ("[haul] last words of a worker", drain_cb, self);
  self->linger = haul_timer_new (LATE_MS, "[haul] last words of a worker are late", late_cb, self);
}

/* What is in its pipes now is read, and no more: a grandchild that goes on writing is not listened
 * to for ever. In parts, since after a flood it can be much. */
void
haul_child_ended (HaulChild *self,
                  int        code,
                  int        signal)
{
  self->exit_code = code;
  self->exit_signal = signal;
  g_clear_pointer (&self->events_watch, haul_watch_free);
  g_clear_pointer (&self->log_watch, haul_watch_free);
  haul_source_clear (&self->linger);

  self->frames_goal = self->frames.n_read + haul_bytes_waiting (self->events_fd);
  self->lines_goal = self->lines.n_read + haul_bytes_waiting (self->log_fd);
  self->drain_due = self->taking;
  if (!self->taking)
    plan_drain (self);
}

/* Talking to it. */

static gboolean
room_cb (int          fd,
         GIOCondition condition,
         gpointer     user_data)
{
  HaulChild *self = user_data;

  if (haul_outbox_write (&self->outbox, fd) && !haul_outbox_is_empty (&self->outbox))
    return G_SOURCE_CONTINUE;

  /* All is written, or the child is gone: that it tells by itself. */
  haul_outbox_clear (&self->outbox);
  g_clear_pointer (&self->room, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* A child that does not read must not block us: what its pipe cannot hold waits here. */
static void
wait_for_room (HaulChild *self)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();

  self->room = g_unix_fd_source_new (self->commands_fd, G_IO_OUT);
  g_source_set_static_name (self->room, "[haul] room in a command pipe");
  g_source_set_callback (self->room, G_SOURCE_FUNC (room_cb), self, NULL);
  g_source_attach (self->room, context);
}

/* haul_child_queue:
 * @job: what the frame is about
 *
 * Adds a frame to what is sent with the next haul_child_flush(): many small ones in one write.
 */
gsize
haul_child_queue (HaulChild         *self,
                  guint32            job,
                  const HaulMessage *message)
{
  gsize wire_size = haul_outbox_add (&self->outbox, job, message);

  if (self->listener->sent != NULL)
    self->listener->sent (self->owner, self, message->type, wire_size);
  return wire_size;
}

/* The same for bytes, as DATA, which are not copied. */
gsize
haul_child_queue_data (HaulChild *self,
                       guint32    job,
                       GBytes    *bytes)
{
  (void) fcntl (self->commands_fd, F_SETPIPE_SZ, COMMANDS_CAPACITY);
  return haul_outbox_add_data (&self->outbox, job, bytes);
}

void
haul_child_flush (HaulChild *self)
{
  if (haul_outbox_is_empty (&self->outbox) || self->room != NULL || self->commands_fd < 0)
    return;

  if (!haul_outbox_write (&self->outbox, self->commands_fd))
    haul_outbox_clear (&self->outbox);   /* it is gone, and tells so by itself */
  if (!haul_outbox_is_empty (&self->outbox))
    wait_for_room (self);
}

/* A worker that runs many jobs ends when there are no more. */
void
haul_child_close_commands (HaulChild *self)
{
  haul_source_clear (&self->room);
  haul_clear_fd (&self->commands_fd);
}

/* With this it begins. */
void
haul_child_greet (HaulChild *self)
{
  HaulMessage message = { .type = HAUL_FRAME_HELLO };

  message.hello.version = HAUL_PROTOCOL_VERSION;
  message.hello.program = (char *) haul_current_process_get_name ();
  haul_child_queue (self, self->id, &message);
  haul_child_flush (self);
}

HaulChild *
haul_child_new (const HaulChildListener *listener,
                GObject                 *owner,
                guint32                  id,
                int                      nice)
{
  HaulChild *self = g_new0 (HaulChild, 1);

  self->listener = listener;
  self->owner = owner;
  self->id = id;
  self->nice = nice;
  self->commands_fd = self->events_fd = self->log_fd = self->shares_fd = -1;
  haul_outbox_init (&self->outbox);
  haul_frames_init (&self->frames);
  haul_lines_init (&self->lines);
  return self;
}

void
haul_child_free (HaulChild *self)
{
  g_clear_pointer (&self->events_watch, haul_watch_free);
  g_clear_pointer (&self->log_watch, haul_watch_free);
  haul_source_clear (&self->room);
  haul_source_clear (&self->linger);
  haul_source_clear (&self->drain);
  haul_frames_clear (&self->frames);
  haul_lines_clear (&self->lines);
  haul_outbox_free (&self->outbox);
  haul_clear_fd (&self->commands_fd);
  haul_clear_fd (&self->events_fd);
  haul_clear_fd (&self->log_fd);
  haul_clear_fd (&self->shares_fd);
  g_clear_pointer (&self->shares, haul_shares_unref);
  if (self->waiting != NULL)
    *self->waiting = NULL;
  g_clear_object (&self->subprocess);
  g_clear_error (&self->lost);
  if (self->client != NULL)
    haul_fork_client_forget (self->client, self->id);
  g_clear_pointer (&self->client, haul_fork_client_unref);
  g_free (self);
}

void
haul_child_set_hold (HaulChild *self,
                     gboolean   hold)
{
  self->hold = hold;
}

guint32
haul_child_get_id (HaulChild *self)
{
  return self->id;
}

/* To all that it started as well: it leads a group, as soon as it has settled in. Once GSubprocess
 * has collected it, which it may have done before we hear of it, the number is nobody's. */
void
haul_child_signal (HaulChild *self,
                   int        number)
{
  if (self->client != NULL)
    haul_fork_client_signal (self->client, self->id, number);
  else if (g_subprocess_get_identifier (self->subprocess) != NULL
           && (self->pid <= 1 || kill (-self->pid, number) < 0))
    g_subprocess_send_signal (self->subprocess, number);
}

gboolean
haul_child_renice (HaulChild  *self,
                   int         nice,
                   GError    **error)
{
  gboolean is_there = self->client != NULL || g_subprocess_get_identifier (self->subprocess) != NULL;

  if (!is_there || self->pid <= 1)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("its process has ended"));
      return FALSE;
    }
  if (setpriority (PRIO_PGRP, (id_t) self->pid, nice) == 0)
    return TRUE;

  if (errno == EACCES || errno == EPERM)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                         _("the system lets nobody but root raise the priority of what runs already"));
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("the priority could not be changed: %s"),
                 g_strerror (errno));
  return FALSE;
}

GError *
haul_child_explain_kill (HaulChild *self)
{
  if (self->exit_signal != SIGKILL || !haul_oom_claim (self->oom_before))
    return NULL;

  return g_error_new_literal (HAUL_ERROR, HAUL_ERROR_MEMORY,
                              _("the kernel killed the worker, SIGKILL: its control group has reached its memory limit"));
}
