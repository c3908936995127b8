/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-worker.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "haul-context-private.h"
#include "haul-crash-private.h"
#include "haul-current-process-private.h"
#include "haul-fork-server-private.h"
#include "haul-log-private.h"
#include "haul-inputs-private.h"
#include "haul-plan.h"
#include "haul-random-private.h"
#include "haul-settle-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-locale-private.h"
#include "haul/wire/haul-shared-private.h"

/* A worker has one thread. It exchanges HELLO, waits for RUN, runs the task, and exits; in a pool it
 * runs one job after the other. It was exec'd for that, or forked by the fork server, which is this
 * program as well. Three lines see to it that it does not outlive the program that started it: the
 * death signal, the end of its command pipe, and EPIPE when it reports. */

typedef struct
{
  HaulBoard   *board;        /* (nullable) of a worker that runs many jobs */
  guint32      job;
  const HaulTask *task;      /* (nullable) the last that it ran */
  guint32      sequence;     /* of the next frame that we send */
  guint64      written;      /* bytes of frames, ever; on the board may be more, which are written together */

  HaulDecoder  decoder;
  GByteArray  *received;     /* (owned) bytes of commands that no frame was made of yet */
  gsize        used;         /* of them */

  HaulTakenShares shares;    /* the newest set of shared objects */
} Worker;

/* Frames wait for others this long, at most. */
#define UNSENT_MS 2

/* The program that asked for us, or for the fork server that we come from. */
static int program_pid;

/* One read: as much as the program that sends inputs makes the pipe hold. */
#define READ_SIZE (256 * 1024)

/* Set by the signal handler; int, as HaulContext wants it, and lock-free. */
static int cancelled;

/* For the handler of SIGALRM, which sends what waits while a long job runs. */
static Worker *many;                       /* (nullable) the worker, where it runs many jobs */
static volatile sig_atomic_t is_sending;   /* the handler keeps its hands off */
static volatile sig_atomic_t is_late;      /* and leaves it to us to send */
static volatile sig_atomic_t is_timed;     /* it will be called */

/* For that of SIGIO: from its last word on a job until it begins the next, a worker of many hears of the
 * end of its commands by itself, and that is no accident. */
static volatile sig_atomic_t is_idle;
static volatile sig_atomic_t is_over;      /* there was such an end */

static gboolean
has_unsent (Worker *self)
{
  return self->board != NULL && self->board->said > self->written;
}

/* Async-signal-safe. */
static void
flush (Worker *self)
{
  const guint8 *from;
  gsize left;

  while (self->board != NULL && (left = haul_board_peek (self->board, self->written, &from)) > 0)
    {
      ssize_t n = write (HAUL_WORKER_EVENTS_FD, from, left);

      if (n < 0 && errno != EINTR)
        _exit (HAUL_WORKER_EXIT_ORPHAN);   /* nobody is there to be told */
      if (n > 0)
        self->written += n;
    }
}

static void
sigalrm_cb (int signal_number G_GNUC_UNUSED)
{
  int saved = errno;

  is_timed = FALSE;
  is_late = is_sending;
  if (!is_sending)
    flush (many);
  errno = saved;
}

/* While a job runs, nothing but a signal sees to it that what waits is sent. */
static void
send_soon (Worker *self)
{
  static const struct itimerval soon = { .it_value = { .tv_usec = UNSENT_MS * 1000 } };

  if (is_timed || !has_unsent (self))
    return;
  is_timed = TRUE;
  (void) setitimer (ITIMER_REAL, &soon, NULL);
}

static void
write_frame (Worker       *self,
             const guint8 *header,
             const void   *payload,
             gsize         size)
{
  if (!haul_write_all (HAUL_WORKER_EVENTS_FD, header, HAUL_FRAME_HEADER_SIZE, payload, size, NULL))
    _exit (HAUL_WORKER_EXIT_ORPHAN);

  self->written += HAUL_FRAME_HEADER_SIZE + size;
  if (self->board != NULL)
    __atomic_store_n (&self->board->said, self->written, __ATOMIC_RELEASE);
}

/* A worker of many small jobs sends what it has to say of several in one write. Until then it is on the
 * board, where the program finds it if we are killed. */
static void
send_frame (Worker          *self,
            const HaulFrame *frame)
{
  guint8 header[HAUL_FRAME_HEADER_SIZE];
  gsize size = HAUL_FRAME_HEADER_SIZE + frame->size;

  haul_frame_encode_header (frame, header);
  is_sending = TRUE;
  if (many == NULL || frame->type == HAUL_FRAME_PROGRESS || self->board->said - self->written + size > HAUL_BOARD_RING)
    {
      flush (self);
      write_frame (self, header, frame->payload, frame->size);
    }
  else
    {
      haul_board_say (self->board, header, sizeof header);
      haul_board_say (self->board, frame->payload, frame->size);
      if (frame->type != HAUL_FRAME_RESULT && frame->type != HAUL_FRAME_ERROR)
        send_soon (self);   /* after these comes the next job, or nothing to do */
    }
  is_sending = FALSE;
  if (!is_late)
    return;

  /* The handler came meanwhile. It looks at is_sending first, so there was no moment in which it went unheard. */
  is_late = FALSE;
  is_sending = TRUE;
  flush (self);
  is_sending = FALSE;
}

static void
send_message (const HaulMessage *message,
              gpointer           user_data)
{
  Worker *self = user_data;
  g_autoptr(GBytes) body = NULL;
  guint8 small[8];
  HaulFrame frame = { .type = message->type, .job = self->job, .sequence = self->sequence++ };

  if (many != NULL && (message->type == HAUL_FRAME_RESULT || message->type == HAUL_FRAME_ERROR))
    {
      (void) fflush (stdout);   /* so that what it printed is there before its end */
      is_idle = TRUE;
    }

  if (message->type == HAUL_FRAME_DATA)
    {
      frame.payload = message->data.bytes;
      frame.size = message->data.size;
    }
  else if ((frame.size = haul_message_encode_into (message, small, sizeof small)) > 0)
    {
      frame.payload = small;
    }
  else
    {
      body = haul_message_encode (message);
      frame.payload = g_bytes_get_data (body, &frame.size);
    }
  send_frame (self, &frame);
}

static void
send_hello (Worker *self)
{
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };

  hello.hello.version = HAUL_PROTOCOL_VERSION;
  hello.hello.program = (char *) g_get_prgname ();
  send_message (&hello, self);
}

/* Reads on, once all that was read before is used up. The pipe blocks, and there is nothing else to
 * do meanwhile, so this is when everybody hears of what was done. */
static gboolean
read_more (Worker  *self,
           GError **error)
{
  GByteArray *received = self->received;
  guint before;
  ssize_t n;

  is_sending = TRUE;
  flush (self);
  is_sending = FALSE;
  g_byte_array_remove_range (received, 0, self->used);
  self->used = 0;

  before = received->len;
  g_byte_array_set_size (received, before + READ_SIZE);
  n = read (HAUL_WORKER_COMMANDS_FD, received->data + before, READ_SIZE);
  g_byte_array_set_size (received, before + MAX (n, 0));
  if (n == 0)
    _exit (self->board != NULL ? 0 : HAUL_WORKER_EXIT_ORPHAN);   /* no more jobs; or nobody is there */
  if (n < 0 && errno != EINTR)
    return haul_throw_errno (error, errno, N_("cannot read commands"));
  return TRUE;
}

/* Waits for the next command. */
static gboolean
receive (Worker       *self,
         HaulMessage  *ret_message,
         GError      **error)
{
  for (;;)
    {
      HaulFrame frame;
      gsize used;
      HaulDecoded decoded = haul_decoder_next (&self->decoder, self->received->data + self->used,
                                               self->received->len - self->used, &frame, &used, error);

      if (decoded == HAUL_DECODED_ERROR || (decoded == HAUL_DECODED_MORE && !read_more (self, error)))
        return FALSE;
      if (decoded == HAUL_DECODED_MORE)
        continue;

      self->job = frame.job;
      self->used += used;
      if (haul_frame_type_to_string (frame.type) != NULL)
        return haul_message_decode (&frame, ret_message, error);
    }
}

/* Waits for the next RUN, and for the bytes of its inputs, which come before it. */
static gboolean
receive_run (Worker       *self,
             HaulMessage  *ret_run,
             GByteArray  **ret_bytes,   /* (nullable) */
             GError      **error)
{
  g_autoptr(GByteArray) bytes = NULL;

  for (;;)
    {
      g_auto(HaulMessage) message = { 0 };

      if (!receive (self, &message, error))
        return FALSE;
      if (message.type == HAUL_FRAME_RUN)
        {
          *ret_bytes = g_steal_pointer (&bytes);
          *ret_run = message;
          message = (HaulMessage) { 0 };
          return TRUE;
        }
      if (message.type == HAUL_FRAME_CANCEL && self->board != NULL)
        continue;   /* of a job that has ended */
      if (message.type != HAUL_FRAME_DATA || message.data.size + (bytes != NULL ? bytes->len : 0) > HAUL_PLAN_MAX_INPUTS)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "a RUN was due");
          return FALSE;
        }
      if (bytes == NULL)
        bytes = g_byte_array_new ();
      g_byte_array_append (bytes, message.data.bytes, message.data.size);
    }
}

/* Async-signal-safe. */
static gboolean
is_to_stop (Worker *self)
{
  return __atomic_load_n (&self->board->cancel, __ATOMIC_ACQUIRE) == haul_board_begun (self->board);
}

/* Async-signal-safe. A task that computes hears CANCEL, and the end of its parent, without ever
 * making a system call. POLLHUP is looked at first: behind unread frames a read would not show it. */
static void
sigio_cb (int signal_number G_GNUC_UNUSED)
{
  int saved = errno;
  struct pollfd commands = { .fd = HAUL_WORKER_COMMANDS_FD, .events = POLLIN };

  if (poll (&commands, 1, 0) == 1)
    {
      if ((commands.revents & (POLLHUP | POLLERR)) != 0)
        {
          if (!is_idle)
            _exit (HAUL_WORKER_EXIT_ORPHAN);
          is_over = TRUE;   /* what is still in the pipe may be nothing that it has to do */
        }
      /* After the RUN of one job nothing but CANCEL comes; of many, the board says whether it is meant. */
      else if (many == NULL || is_to_stop (many))
        __atomic_store_n (&cancelled, 1, __ATOMIC_RELAXED);
    }
  errno = saved;
}

static gboolean
listen_for_cancel (GError **error)
{
  struct sigaction action = { .sa_handler = sigio_cb, .sa_flags = SA_RESTART };
  int flags = fcntl (HAUL_WORKER_COMMANDS_FD, F_GETFL);

  if (sigaction (SIGIO, &action, NULL) < 0
      || fcntl (HAUL_WORKER_COMMANDS_FD, F_SETOWN, getpid ()) < 0
      || fcntl (HAUL_WORKER_COMMANDS_FD, F_SETFL, flags | O_ASYNC) < 0)
    return haul_throw_errno (error, errno, N_("cannot listen for a cancel"));

  sigio_cb (SIGIO);   /* the frame, or the end, may have come before we listened */
  return TRUE;
}

static int
complain (const GError *error,
          const char   *otherwise)
{
  g_printerr ("%s: %s\n", g_get_prgname (), error != NULL ? error->message : otherwise);
  return HAUL_WORKER_EXIT_USAGE;
}

/* Until the program has heard of us, we do nothing that it would have to know of. */
static int
shake_hands (Worker *self,
             int     nice_value)
{
  g_auto(HaulMessage) hello = { 0 };
  g_autoptr(GError) error = NULL;

  if (!receive (self, &hello, &error))
    return complain (error, NULL);

  /* Not before: on a full machine the program would give us up while we wait for our turn. Fails
   * only when it would raise us above what we were given. */
  (void) setpriority (PRIO_PROCESS, 0, nice_value);

  send_hello (self);
  haul_worker_step_forward ();   /* while the program makes up its RUN */
  if (hello.type != HAUL_FRAME_HELLO || hello.hello.version != HAUL_PROTOCOL_VERSION)
    return complain (NULL, "the program that started me speaks another version of the protocol");
  haul_current_process_set_parent_name (hello.hello.program);
  return 0;
}

/* What RUN says of the process that it comes to. */
static void
tell_process (const HaulMessage *run)
{
  haul_current_process_set (run->run.name, run->run.daemon);
  haul_log_set_level (run->run.level);
}

static gboolean
run_task (Worker      *self,
          HaulMessage *run,
          GPtrArray   *inputs)
{
  g_autoptr(HaulContext) context = NULL;
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GError) error = NULL;
  const HaulTask *task = haul_task_lookup (run->run.task, &error);
  HaulShares *shares;
  gboolean ok;

  if (task != NULL && haul_taken_shares_update (&self->shares, HAUL_WORKER_SHARES_FD, run->run.shares, &error))
    arguments = haul_task_complete (task, run->run.arguments, &error);
  if (arguments == NULL)
    {
      g_autofree char *text = haul_text_clean (error->message, -1);
      HaulMessage message = { .type = HAUL_FRAME_ERROR };

      if (self->shares.set != NULL)
        haul_shares_attend (self->shares.set, FALSE);   /* who has just taken it attends */
      message.error.text = text;
      send_message (&message, self);
      return FALSE;
    }

  if (self->task == NULL || run->run.seeds_process)
    haul_random_seed_process (run->run.seed);
  if (task != self->task)
    (void) prctl (PR_SET_NAME, task->id);   /* what ps shows */
  self->task = task;
  context = haul_context_new (send_message, self, &cancelled);
  haul_context_set_inputs (context, inputs);
  haul_context_set_seed (context, run->run.seed);
  shares = run->run.shares != 0 ? self->shares.set : NULL;
  haul_context_set_shares (context, shares);
  if (shares != NULL)
    haul_shares_attend (shares, TRUE);
  haul_log_begin (context);
  ok = haul_task_run (task, context, arguments);
  haul_log_end ();
  if (shares != NULL)
    haul_shares_attend (shares, FALSE);
  return ok;
}

static int
run_one (Worker *self)
{
  g_auto(HaulMessage) run = { 0 };
  g_autoptr(GByteArray) bytes = NULL;
  g_autoptr(GPtrArray) inputs = NULL;
  g_autoptr(GError) error = NULL;

  if (!receive_run (self, &run, &bytes, &error) || !listen_for_cancel (&error))
    return complain (error, NULL);
  tell_process (&run);
  inputs = haul_inputs_cut (g_steal_pointer (&bytes), run.run.inputs, &error);
  if (inputs == NULL)
    return complain (error, NULL);
  if (self->received->len > self->used)
    __atomic_store_n (&cancelled, 1, __ATOMIC_RELAXED);   /* it came along with RUN, so no signal will */

  return run_task (self, &run, inputs) ? 0 : 1;
}

/* Until there are no more: read_more() ends us then. */
static int
run_many (Worker *self)
{
  g_autoptr(GError) error = NULL;

  struct sigaction action = { .sa_handler = sigalrm_cb, .sa_flags = SA_RESTART };

  many = self;
  is_idle = TRUE;
  if (!listen_for_cancel (&error) || sigaction (SIGALRM, &action, NULL) < 0)
    return complain (error, "cannot listen for a signal");

  for (;;)
    {
      g_auto(HaulMessage) run = { 0 };
      g_autoptr(GByteArray) bytes = NULL;
      g_autoptr(GPtrArray) inputs = NULL;

      if (!receive_run (self, &run, &bytes, &error))
        return complain (error, NULL);

      tell_process (&run);
      if (!haul_board_begin (self->board, self->job))
        continue;   /* somebody else does it */
      inputs = haul_inputs_cut (g_steal_pointer (&bytes), run.run.inputs, &error);
      if (inputs == NULL)
        return complain (error, NULL);   /* it was begun: so nobody else tries */
      is_idle = FALSE;
      if (is_over)
        _exit (HAUL_WORKER_EXIT_ORPHAN);
      __atomic_store_n (&cancelled, 0, __ATOMIC_RELAXED);
      if (is_to_stop (self))
        __atomic_store_n (&cancelled, 1, __ATOMIC_RELAXED);
      send_soon (self);
      (void) run_task (self, &run, inputs);
    }
}

static int
serve (HaulBoard *board,
       int        nice_value)
{
  Worker self = { .board = board, .received = g_byte_array_new () };
  int status;

  haul_current_process_set_parent (program_pid, HAUL_WORKER_COMMANDS_FD);
  haul_decoder_init (&self.decoder);
  status = shake_hands (&self, nice_value);
  if (status == 0)
    status = board != NULL ? run_many (&self) : run_one (&self);
  flush (&self);
  g_byte_array_unref (self.received);
  g_clear_pointer (&self.shares.set, haul_shares_unref);
  return status;
}

/* In a child of the fork server, which ends with what we return and without atexit handlers. */
static int
serve_forked (int      nice_value,
              gboolean runs_many)
{
  HaulBoard *board = NULL;
  int status;

  haul_worker_limit ();
  haul_crash_report ();
  if (runs_many && (board = haul_shared_map (HAUL_WORKER_BOARD_FD, sizeof *board, NULL)) == NULL)
    return HAUL_WORKER_EXIT_USAGE;
  status = serve (board, nice_value);
  (void) fflush (NULL);
  return status;
}

static gboolean
is_open (int fd)
{
  return fcntl (fd, F_GETFD) >= 0;
}

/**
 * haul_worker_main: (skip)
 * @argc: of main()
 * @argv: of main()
 * @tasks: (array zero-terminated=1): the tasks that this worker can run
 *
 * The whole main() of a worker program: what a #HaulProcessExecutor starts. It
 * calls g_log_set_writer_func(), which can be done once: a worker program does not.
 * It also calls setlocale(), for `LC_CTYPE` and `LC_MESSAGES`: tasks speak the user's
 * language.
 *
 * Returns: the exit status
 */
int
haul_worker_main (int                     argc,
                  char                  **argv,
                  const HaulTask * const *tasks)
{
  gboolean run = FALSE, fork_server = FALSE, shares = FALSE;
  int parent_pid = 0;
  int nice_value = 0;
  const GOptionEntry entries[] = {
    { "run", 0, 0, G_OPTION_ARG_NONE, &run, NULL, NULL },
    { "fork-server", 0, 0, G_OPTION_ARG_NONE, &fork_server, NULL, NULL },
    { "parent-pid", 0, 0, G_OPTION_ARG_INT, &parent_pid, NULL, NULL },
    { "nice", 0, 0, G_OPTION_ARG_INT, &nice_value, NULL, NULL },
    { "shares", 0, 0, G_OPTION_ARG_NONE, &shares, NULL, NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GOptionContext) options = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;

  haul_locale_set ();
  g_option_context_set_help_enabled (options, FALSE);
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || run == fork_server || !is_open (HAUL_WORKER_COMMANDS_FD)
      || (run && (parent_pid <= 0 || !is_open (HAUL_WORKER_EVENTS_FD))))
    {
      g_printerr (_("%s is started by programs that use libhaul. To run a task, use “haul run”.\n"), argv[0]);
      return HAUL_WORKER_EXIT_USAGE;
    }

  haul_log_install ();
  haul_tasks_register (tasks);
  program_pid = fork_server ? (int) getppid () : parent_pid;
  if (fork_server)
    {
      haul_crash_prepare ();
      return haul_fork_server_run (serve_forked);
    }

  haul_worker_settle_in (parent_pid, shares);
  haul_worker_limit ();
  haul_crash_prepare ();
  haul_crash_report ();
  return serve (NULL, nice_value);
}
