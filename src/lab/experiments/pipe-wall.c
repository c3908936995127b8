/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A child sends its result through a pipe, and the parent first joins it and reads afterwards, or the other way
 * round. A pipe holds 64 KiB. */

extern const LabExperiment lab_pipe_wall;

#define PIECE 4096
#define SLOW_PIECES 20          /* so many are written slowly, so that the pipe is seen to fill */
#define SLOW_MS 10
#define STUCK_US (500 * 1000)   /* full, the child asleep, and nothing moved for so long */
#define PATIENCE_MS 8000

typedef enum
{
  JOIN_FIRST,
  READ_FIRST,
  N_ORDERS
} Order;

static const HaulChoice items[] = {
  [JOIN_FIRST] = { "join-first", N_("Join, then read") },
  [READ_FIRST] = { "read-first", N_("Read, then join") },
  { NULL }
};

static const char * const lanes[] = { "child 1", "child 2" };

static const HaulChoice predictions[] = {
  { "ends", N_("The child exits, and the parent reads all of it") },
  { "lost", N_("The child exits, and the last byte is lost") },
  { "stuck", N_("Both wait, and would do so for ever") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "fill", N_("Most in the Pipe"), N_("bytes"), 65536 },
  { "received", N_("Received"), N_("bytes"), 0 },
  { "stuck", N_("Stuck"), NULL, 1 },
  { "time", N_("Time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "size", N_("Result"), N_("bytes"), N_("How large the result is that the child sends"),
    HAUL_PARAM_INT, 1, 1048576, 65537 },
  { NULL }
};

typedef struct
{
  HaulContext *context;
  Order        order;
  int          fd;              /* where the parent reads */
  pid_t        pid;
  int          capacity;
  int          fill;            /* as it was last seen */
  int          most;            /* that it ever was */
  gint64       moved_at;        /* when it last changed */
  gsize        received;
} Transfer;

static void
run_child (int   fd,
           gsize size)
{
  static const char piece[PIECE];
  gsize written = 0;

  for (guint n = 0; written < size; n++)
    {
      ssize_t done = write (fd, piece, MIN (sizeof piece, size - written));

      if (done < 0 && errno != EINTR)
        lab_child_exit (1);
      written += (gsize) MAX (done, 0);
      if (n < SLOW_PIECES)
        (void) poll (NULL, 0, SLOW_MS);
    }
  lab_child_exit (0);
}

static gboolean
start (Transfer  *self,
       gsize      size,
       GError   **error)
{
  int fds[2];

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, error))
    return FALSE;
  self->capacity = fcntl (fds[0], F_GETPIPE_SZ);
  self->pid = lab_fork ();
  if (self->pid == 0)
    {
      (void) close (fds[0]);
      run_child (fds[1], size);
    }
  (void) close (fds[1]);
  self->fd = fds[0];
  self->moved_at = g_get_monotonic_time ();
  lab_say_span (self->context, lanes[self->order], HAUL_SPAN_WORKING, lab_say_now ());
  lab_say_span (self->context, "parent", self->order == JOIN_FIRST ? HAUL_SPAN_WAITING : HAUL_SPAN_WORKING, lab_say_now ());
  if (self->pid > 0)
    return TRUE;
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The child could not be forked"));
  return FALSE;
}

static void
look (Transfer *self)
{
  int fill = 0;

  if (ioctl (self->fd, FIONREAD, &fill) < 0 || fill == self->fill)
    return;
  self->fill = fill;
  self->moved_at = g_get_monotonic_time ();
  if (fill > self->most)
    {
      self->most = fill;
      lab_say_number (self->context, "fill", items[self->order].id, fill);
    }
}

/* No room for one more piece, and the child sleeps in write(). */
static gboolean
is_stuck (Transfer *self)
{
  return self->fill + PIECE > self->capacity
         && lab_child_state (self->pid) == 'S'
         && g_get_monotonic_time () > self->moved_at + STUCK_US;
}

static void
say_exit (Transfer *self)
{
  double now = lab_say_now ();

  self->pid = 0;
  lab_say_mark (self->context, lanes[self->order], HAUL_MARK_EXIT, now, "exit 0");
  lab_say_mark (self->context, lanes[self->order], HAUL_MARK_JOIN, now, NULL);
  lab_say_end (self->context, lanes[self->order], now);
}

/* As waitpid() without an end would, but for the way out. */
static gboolean
join (Transfer  *self,
      GError   **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;
  int status = 0;

  while (!lab_child_join (self->pid, 0, &status))
    {
      look (self);
      if (self->order == JOIN_FIRST && is_stuck (self))
        {
          lab_say_number (self->context, "stuck", items[self->order].id, 1);
          lab_say_span (self->context, lanes[self->order], HAUL_SPAN_WAITING, lab_say_now () - STUCK_US / 1e6);
          return TRUE;
        }
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The child did not exit, though there was room for what it wrote"));
          return FALSE;
        }
      if (!haul_context_check (self->context, error))
        return FALSE;
      (void) poll (NULL, 0, 2);
    }
  look (self);
  say_exit (self);
  return TRUE;
}

/* Until the child has closed its end. */
static gboolean
drain (Transfer  *self,
       GError   **error)
{
  char bytes[65536];
  ssize_t n;

  lab_say_span (self->context, "parent", HAUL_SPAN_WORKING, lab_say_now ());
  look (self);
  while ((n = read (self->fd, bytes, sizeof bytes)) != 0)
    {
      if (n < 0 && errno != EINTR)
        break;
      self->received += (gsize) MAX (n, 0);
      look (self);
      if (!haul_context_check (self->context, error))
        return FALSE;
    }
  lab_say_mark (self->context, "parent", HAUL_MARK_MESSAGE, lab_say_now (), NULL);
  return TRUE;
}

static gboolean
transfer (Transfer  *self,
          gsize      size,
          GError   **error)
{
  const char *item = items[self->order].id;
  double begun = lab_say_now ();
  gboolean ok = start (self, size, error);

  lab_say_number (self->context, "fill", item, 0);
  lab_say_number (self->context, "stuck", item, 0);
  if (self->order == JOIN_FIRST)
    ok = ok && join (self, error);
  ok = ok && drain (self, error);
  if (self->pid > 0)
    ok = ok && join (self, error);

  lab_say_end (self->context, "parent", lab_say_now ());
  lab_say_number (self->context, "received", item, (double) self->received);
  lab_say_number (self->context, "time", item, (lab_say_now () - begun) * 1000);
  lab_say_number (self->context, "capacity", item, self->capacity);
  lab_child_end (self->pid);
  if (self->fd >= 0)
    (void) close (self->fd);
  return ok;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  gsize size = (gsize) haul_arguments_get_int (arguments, "size");

  lab_say_start (context);
  haul_context_set_total (context, N_ORDERS);
  for (guint order = 0; order < N_ORDERS; order++)
    {
      Transfer self = { .context = context, .order = order, .fd = -1 };

      if (!transfer (&self, size, error))
        return FALSE;
      haul_context_progress (context, order + 1);
    }
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  if (lab_findings_get (findings, "stuck", "join-first") > 0)
    return "stuck";
  if (lab_findings_get (findings, "received", "join-first") < lab_findings_get (findings, "received", "read-first"))
    return "lost";
  if (lab_findings_get (findings, "received", "join-first") > 0)
    return "ends";
  *ret_why_not = g_strdup (_("Nothing arrived."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *capacity = haul_format_count (lab_findings_get (findings, "capacity", "join-first"));
  g_autofree char *fill = haul_format_count (lab_findings_get (findings, "fill", "join-first"));
  g_autofree char *size = haul_format_count (lab_findings_get (findings, "received", "read-first"));

  if (lab_findings_get (findings, "stuck", "join-first") > 0)
    return g_strdup_printf (_("The pipe took %s bytes of %s and was full, so that the child waited for room in it, and the parent for "
                              "the child to exit. Neither would ever have gone on, had the pipe not been read after all. With "
                              "the reading first, whatever the size, the child always found room, and all was over after %.0f ms."),
                            fill, size, lab_findings_get (findings, "time", "read-first"));
  return g_strdup_printf (ngettext ("The result has %s byte and a pipe holds %s, so that the child could write all of it and exit, though "
                                    "nobody read. To join first and read afterwards was a mistake all the same. With one byte more "
                                    "than the pipe holds, both wait for ever.",
                                    "The result has %s bytes and a pipe holds %s, so that the child could write all of it and exit, "
                                    "though nobody read. To join first and read afterwards was a mistake all the same. With one "
                                    "byte more than the pipe holds, both wait for ever.",
                                    (gulong) lab_findings_get (findings, "received", "read-first")),
                          size, capacity);
}

const LabExperiment lab_pipe_wall = {
  .task = {
    .id = "lab-pipe-wall",
    .title = N_("The 64 KiB Wall"),
    .summary = N_("A parent that joins its child before it reads the result"),
    .unit = N_("orders"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_MEMORY,
  .seconds = 2,
  .question = N_("A pipe holds 65,536 bytes. A child writes a result of 65,537 bytes to it and exits; its parent first joins the "
                 "child, and then reads. What happens?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "pipe (fds);\n"
    "if (fork () == 0)\n"
    "  {\n"
    "    write (fds[1], bytes, 65537);   /* waits for room when 65,536 are in */\n"
    "    _exit (0);\n"
    "  }\n"
    "close (fds[1]);\n"
    "wait (NULL);                        /* waits for the child: for ever */\n"
    "while (read (fds[0], bytes, sizeof bytes) > 0)\n"
    "  ;                                 /* right: this first, then wait() */\n",
  .python_code =
    "from multiprocessing import Process, Queue\n"
    "\n"
    "def work(queue):\n"
    "    queue.put('x' * 100_000)\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    queue = Queue()\n"
    "    child = Process(target=work, args=(queue,))\n"
    "    child.start()\n"
    "    child.join()                    # waits for ever\n"
    "    text = queue.get()              # right: this first, then join()\n",
  .man = "man 7 pipe",
};
