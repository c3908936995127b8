/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-child-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul-hub-private.h"
#include "haul-intake-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-worker.h"

/* How the end of a child is put together, in whatever order its parts arrive:
 *
 *  - The child is collected, by GSubprocess or by the fork server, and its status comes to
 *    child_ended(). That, and not the end of its pipes, is its end: a grandchild may hold them
 *    open for as long as it likes.
 *  - All that it wrote before it ended lies in its pipes by then, so child_ended() reads them until
 *    they are empty, and only then tells the job.
 *  - A pipe that ends while the child lives on is no end either, but it will say no more: it is
 *    given LINGER_MS to end as well.
 */

#define LINGER_MS 2000

/* A wish: large results come in fewer, larger pieces. Ordinary users may not have many such. */
#define EVENTS_CAPACITY (1024 * 1024)

/* What the rest of the program keeps: GLib aborts it when there is no fd for its own needs. */
#define RESERVED_FDS 32

struct _HaulChild
{
  const HaulChildListener *listener;
  GObject        *owner;          /* borrowed: it owns this */
  guint32         id;
  int             nice;
  GSubprocess    *subprocess;     /* (owned) (nullable) of an exec'd child */
  GCancellable   *waiting;        /* (owned) (nullable) of the wait for it */
  int             pid;            /* of an exec'd child, and of the group that it leads; or 0 */
  HaulForkClient *client;         /* (owned) (nullable) of a forked one */
  guint32         sequence;       /* of the next frame down */
  gboolean        many;           /* runs many jobs: the next one waits for what it says of this one */

  int             commands_fd;    /* (owned) write end, not blocking */
  GByteArray     *unsent;         /* (owned) what did not fit into the pipe */
  GSource        *unsent_source;  /* (owned) (nullable) */

  int             events_fd;      /* (owned) read end, not blocking */
  HaulFrames      frames;
  HaulWatch      *events_watch;   /* (owned) (nullable) */

  int             log_fd;         /* (owned) read end, not blocking */
  HaulLines       lines;
  HaulWatch      *log_watch;      /* (owned) (nullable) */

  GSource        *linger;         /* (owned) (nullable) */
  GSource        *drain;          /* (owned) (nullable) once it has ended, until all is read */
  guint64         frames_goal;    /* how far to read then */
  guint64         lines_goal;
  int             exit_code;
  int             exit_signal;
  GError         *lost;           /* (owned) (nullable) why nobody knows how it ended */
};

static gboolean
linger_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);
  g_autoptr(GError) error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                                                 _("the worker closed its pipe and did not end"));

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

static HaulWatchResult
events_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner G_GNUC_UNUSED = g_object_ref (self->owner);
  g_autoptr(GError) error = NULL;

  switch (haul_frames_take (&self->frames, self->events_fd, message_sink, self, &error))
    {
    case HAUL_INTAKE_EMPTY:
    case HAUL_INTAKE_SOME:
      return HAUL_WATCH_WAIT;

    case HAUL_INTAKE_MORE:
      return self->many ? HAUL_WATCH_AGAIN : HAUL_WATCH_MORE;

    case HAUL_INTAKE_BAD:
      tell_bad (self, error);
      return HAUL_WATCH_END;

    case HAUL_INTAKE_END:
    default:
      if (self->linger == NULL)
        self->linger = haul_timer_new (LINGER_MS, "[haul] end of a closed worker", linger_cb, self);
      return HAUL_WATCH_END;
    }
}

static HaulWatchResult
log_cb (gpointer user_data)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner G_GNUC_UNUSED = g_object_ref (self->owner);

  switch (haul_lines_take (&self->lines, self->log_fd, line_sink, self))
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
  haul_lines_finish (&self->lines, line_sink, self);
  /* Whoever is killed in the middle of a frame is not to blame for it. */
  if (error != NULL && self->exit_signal == 0 && self->lost == NULL)
    tell_bad (self, error);
  self->listener->ended (owner, self, self->exit_code, self->exit_signal, self->lost);
  return G_SOURCE_REMOVE;
}

/* What is in its pipes now is read, and no more: a grandchild that goes on writing is not listened
 * to for ever. In parts, since after a flood it can be much. */
static void
child_ended (HaulChild *self,
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
  self->drain = haul_idle_new ("[haul] last words of a worker", drain_cb, self);
}

/* Talking to it. */

static gboolean
write_unsent_cb (int          fd,
                 GIOCondition condition,
                 gpointer     user_data)
{
  HaulChild *self = user_data;
  ssize_t n = write (fd, self->unsent->data, self->unsent->len);

  if (n > 0)
    g_byte_array_remove_range (self->unsent, 0, n);
  if (self->unsent->len > 0 && (n >= 0 || errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;

  /* All is written, or the child is gone: that it tells by itself. */
  g_byte_array_set_size (self->unsent, 0);
  g_clear_pointer (&self->unsent_source, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* A child that does not read must not block us: what its pipe cannot hold waits here. */
static void
wait_for_room (HaulChild *self)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();

  self->unsent_source = g_unix_fd_source_new (self->commands_fd, G_IO_OUT);
  g_source_set_static_name (self->unsent_source, "[haul] room in a command pipe");
  g_source_set_callback (self->unsent_source, G_SOURCE_FUNC (write_unsent_cb), self, NULL);
  g_source_attach (self->unsent_source, context);
}

/* haul_child_queue:
 * @job: what the frame is about
 *
 * Adds a frame to what is sent with the next haul_child_flush(): many small ones in one write.
 */
void
haul_child_queue (HaulChild         *self,
                  guint32            job,
                  const HaulMessage *message)
{
  g_autoptr(GBytes) body = haul_message_encode (message);
  HaulFrame frame = { .type = message->type, .job = job, .sequence = self->sequence++ };
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  frame.payload = g_bytes_get_data (body, &frame.size);
  haul_frame_encode_header (&frame, header);
  g_byte_array_append (self->unsent, header, sizeof header);
  if (frame.size > 0)
    g_byte_array_append (self->unsent, frame.payload, frame.size);
  if (self->listener->sent != NULL)
    self->listener->sent (self->owner, self, message->type, sizeof header + frame.size);
}

void
haul_child_flush (HaulChild *self)
{
  ssize_t n;

  if (self->unsent->len == 0 || self->unsent_source != NULL || self->commands_fd < 0)
    return;

  n = write (self->commands_fd, self->unsent->data, self->unsent->len);
  if (n > 0)
    g_byte_array_remove_range (self->unsent, 0, n);
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    g_byte_array_set_size (self->unsent, 0);   /* it is gone, and tells so by itself */
  if (self->unsent->len > 0)
    wait_for_room (self);
}

/* A worker that runs many jobs ends when there are no more. */
void
haul_child_close_commands (HaulChild *self)
{
  haul_source_clear (&self->unsent_source);
  haul_clear_fd (&self->commands_fd);
}

/* With this it begins. */
static void
greet (HaulChild *self)
{
  HaulMessage message = { .type = HAUL_FRAME_HELLO };

  message.hello.version = HAUL_PROTOCOL_VERSION;
  message.hello.program = (char *) (g_get_prgname () != NULL ? g_get_prgname () : "libhaul");
  haul_child_queue (self, self->id, &message);
  haul_child_flush (self);
}

/* Starting. */

typedef struct
{
  int commands[2];
  int events[2];
  int log[2];
} Pipes;

static void
pipes_clear (Pipes *self)
{
  for (guint i = 0; i < 2; i++)
    {
      haul_clear_fd (&self->commands[i]);
      haul_clear_fd (&self->events[i]);
      haul_clear_fd (&self->log[i]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipes, pipes_clear)

static gboolean
check_reserve (const Pipes  *pipes,
               GError      **error)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && (rlim_t) pipes->log[1] + RESERVED_FDS < limit.rlim_cur)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
                       _("too many open files: run fewer jobs at once"));
  return FALSE;
}

static gboolean
pipes_open (Pipes   *self,
            GError **error)
{
  return haul_pipe_new (self->commands, 0, error)
         && haul_pipe_new (self->events, EVENTS_CAPACITY, error)
         && haul_pipe_new (self->log, 0, error)
         && check_reserve (self, error)
         && haul_fd_set_blocking (self->commands[1], FALSE, error)
         && haul_fd_set_blocking (self->events[0], FALSE, error)
         && haul_fd_set_blocking (self->log[0], FALSE, error);
}

/* An exec'd child. */

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GSubprocess *subprocess = G_SUBPROCESS (source);
  HaulChild *self = user_data;

  if (!g_subprocess_wait_finish (subprocess, result, NULL))
    return;   /* self is gone */

  /* What it started and left behind. As long as one is left the number is its group's; when none is,
   * it is nobody's yet: the kernel hands out all others before it comes round again. */
  if (self->pid > 1)
    (void) kill (-self->pid, SIGKILL);

  if (g_subprocess_get_if_exited (subprocess))
    child_ended (self, g_subprocess_get_exit_status (subprocess), 0);
  else
    child_ended (self, -1, g_subprocess_get_term_sig (subprocess));
}

/* INHERIT_FDS and no child setup: then GLib starts the child without copying our page tables, so
 * that the size of this program does not matter. All our own fds close themselves on exec. */
static gboolean
exec_child (HaulChild   *self,
            const char  *worker_path,
            Pipes       *pipes,
            GError     **error)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_INHERIT_FDS);
  g_autofree char *parent = g_strdup_printf ("--parent-pid=%d", (int) getpid ());
  g_autofree char *nice_value = g_strdup_printf ("--nice=%d", self->nice);
  const char *argv[] = { worker_path, "--run", parent, nice_value, NULL };
  const char *identifier;
  int log_fd = fcntl (pipes->log[1], F_DUPFD_CLOEXEC, 3);

  if (log_fd < 0)
    return haul_throw_errno (error, errno, "cannot copy a pipe");

  g_subprocess_launcher_take_stdout_fd (launcher, log_fd);
  g_subprocess_launcher_take_stderr_fd (launcher, g_steal_fd (&pipes->log[1]));
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&pipes->commands[0]), HAUL_WORKER_COMMANDS_FD);
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&pipes->events[1]), HAUL_WORKER_EVENTS_FD);
  self->subprocess = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (self->subprocess == NULL)
    return FALSE;

  identifier = g_subprocess_get_identifier (self->subprocess);   /* NULL: it has ended already */
  self->pid = identifier != NULL ? atoi (identifier) : 0;
  self->waiting = g_cancellable_new ();
  g_subprocess_wait_async (self->subprocess, self->waiting, waited_cb, self);
  self->listener->started (self->owner, self, self->pid);
  greet (self);
  return TRUE;
}

/* A forked child. */

static void
spawned_cb (gpointer user_data,
            int      pid)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);

  self->listener->started (owner, self, pid);
  greet (self);
}

static void
exited_cb (gpointer user_data,
           int      code,
           int      signal)
{
  child_ended (user_data, code, signal);
}

static void
failed_cb (gpointer      user_data,
           const GError *error)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);

  self->listener->failed (owner, self, error);
}

static void
lost_cb (gpointer user_data)
{
  HaulChild *self = user_data;

  self->lost = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_ENDED, _("the fork server died, and its workers with it"));
  child_ended (self, -1, 0);
}

static const HaulForkListener fork_listener = {
  .spawned = spawned_cb,
  .exited = exited_cb,
  .failed = failed_cb,
  .lost = lost_cb,
};

static gboolean
fork_child (HaulChild       *self,
            HaulForkClient  *client,
            Pipes           *pipes,
            int              board_fd,
            GError         **error)
{
  const int fds[] = { pipes->commands[0], pipes->events[1], pipes->log[1], board_fd };

  self->client = haul_fork_client_ref (client);
  return haul_fork_client_spawn (client, self->id, self->nice, fds, &fork_listener, self, error);
}

char *
haul_find_worker (const char *given)
{
  if (given == NULL)
    given = g_getenv ("HAUL_WORKER");
  if (given == NULL || *given == '\0')
    given = HAUL_LIBEXECDIR "/haul-worker";
  return g_strdup (given);
}

guint32
haul_next_id (void)
{
  static guint32 last_id;

  return ++last_id;
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
  self->commands_fd = self->events_fd = self->log_fd = -1;
  self->unsent = g_byte_array_new ();
  haul_frames_init (&self->frames);
  haul_lines_init (&self->lines);
  return self;
}

gboolean
haul_child_start (HaulChild       *self,
                  const char      *worker_path,
                  HaulForkClient  *client,
                  int              board_fd,
                  GError         **error)
{
  g_auto(Pipes) pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 } };

  if (!pipes_open (&pipes, error))
    return FALSE;
  self->commands_fd = g_steal_fd (&pipes.commands[1]);
  self->events_fd = g_steal_fd (&pipes.events[0]);
  self->log_fd = g_steal_fd (&pipes.log[0]);

  self->many = board_fd >= 0;
  self->events_watch = haul_hub_watch (self->events_fd, events_cb, self, error);
  if (self->events_watch == NULL)
    return FALSE;
  self->log_watch = haul_hub_watch (self->log_fd, log_cb, self, error);
  if (self->log_watch == NULL)
    return FALSE;

  if (client != NULL)
    return fork_child (self, client, &pipes, board_fd, error);
  return exec_child (self, worker_path, &pipes, error);
}

void
haul_child_free (HaulChild *self)
{
  g_clear_pointer (&self->events_watch, haul_watch_free);
  g_clear_pointer (&self->log_watch, haul_watch_free);
  haul_source_clear (&self->unsent_source);
  haul_source_clear (&self->linger);
  haul_source_clear (&self->drain);
  haul_frames_clear (&self->frames);
  haul_lines_clear (&self->lines);
  g_clear_pointer (&self->unsent, g_byte_array_unref);
  haul_clear_fd (&self->commands_fd);
  haul_clear_fd (&self->events_fd);
  haul_clear_fd (&self->log_fd);
  if (self->waiting != NULL)
    g_cancellable_cancel (self->waiting);
  g_clear_object (&self->waiting);
  g_clear_object (&self->subprocess);
  g_clear_error (&self->lost);
  if (self->client != NULL)
    haul_fork_client_forget (self->client, self->id);
  g_clear_pointer (&self->client, haul_fork_client_unref);
  g_free (self);
}

guint32
haul_child_get_id (HaulChild *self)
{
  return self->id;
}

/* To all that it started as well: it leads a group, as soon as it has settled in. Where there is no
 * such group, GSubprocess sends none to a process that it has collected. */
void
haul_child_signal (HaulChild *self,
                   int        number)
{
  if (self->client != NULL)
    haul_fork_client_signal (self->client, self->id, number);
  else if (self->pid <= 1 || kill (-self->pid, number) < 0)
    g_subprocess_send_signal (self->subprocess, number);
}
