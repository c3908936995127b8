/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* Several processes write lines to one pipe, each line with one write(). Up to PIPE_BUF bytes that is one step; what
 * is longer may be divided, and then others come between. */

extern const LabExperiment lab_torn_lines;

#define N_WRITERS 4
#define MOST_LINE 32768
#define READ_SIZE 4096          /* as with stdio */
#define FILL_MS 1000
#define PATIENCE_US (8 * G_USEC_PER_SEC)

/* Any length can be asked for; these are those of the question. */
static const HaulChoice items[] = {
  { "4096", N_("4,096 bytes") },
  { "6000", N_("6,000 bytes") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "none", N_("None: one write() is one step") },
  { "few", N_("A few: at most one in ten") },
  { "many", N_("Many: more than one in ten") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "torn", N_("Torn"), "%", 100 },
  { "whole", N_("Arrived Whole"), N_("lines"), 0 },
  { "sent", N_("Sent"), N_("lines"), 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "size", N_("Length"), N_("bytes"), N_("How long a line is, with its end"), HAUL_PARAM_INT, 2, MOST_LINE, 6000 },
  { "lines", N_("Lines"), N_("lines"), N_("How many each of the four processes writes"), HAUL_PARAM_INT, 10, 1000, 200 },
  { NULL }
};

typedef struct
{
  gsize  size;          /* of a line */
  guint  n_lines;       /* of each writer */
  pid_t  pids[N_WRITERS];
  int    fds[2];
} Log;

/* What has arrived. */
typedef struct
{
  gsize    size;
  gsize    length;      /* of the line so far */
  char     letter;      /* of its first byte */
  gboolean torn;
  guint    n_whole;
} Reader;

static void
run_writer (Log   *self,
            guint  number)
{
  char line[MOST_LINE];

  memset (line, 'A' + (int) number, self->size);
  line[self->size - 1] = '\n';
  for (guint i = 0; i < self->n_lines; i++)
    {
      if (write (self->fds[1], line, self->size) != (ssize_t) self->size)
        lab_child_exit (1);
    }
  lab_child_exit (0);
}

/* Reading starts when the pipe is full and all of them wait: so they do meet, on any machine. */
static void
await_full (Log *self)
{
  for (guint i = 0; i < N_WRITERS; i++)
    (void) lab_child_await (self->pids[i], "SZ", FILL_MS);
}

static void
take (Reader     *self,
      const char *bytes,
      gsize       n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    {
      if (bytes[i] == '\n')
        {
          self->n_whole += !self->torn && self->length == self->size - 1;
          self->length = 0;
          self->torn = FALSE;
          continue;
        }
      if (self->length == 0)
        self->letter = bytes[i];
      self->torn |= bytes[i] != self->letter;
      self->length++;
    }
}

static gboolean
read_all (HaulContext  *context,
          Log          *self,
          Reader       *reader,
          GError      **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;
  char bytes[READ_SIZE];
  ssize_t n;

  while ((n = read (self->fds[0], bytes, sizeof bytes)) != 0)
    {
      if (n > 0)
        take (reader, bytes, (gsize) n);
      if (!haul_context_check (context, error))
        return FALSE;
      if ((n < 0 && errno != EINTR) || g_get_monotonic_time () > deadline)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The lines did not arrive in time"));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
run_size (HaulContext  *context,
          gsize         size,
          guint         n_lines,
          GError      **error)
{
  Log self = { .size = size, .n_lines = n_lines };
  Reader reader = { .size = size };
  g_autofree char *item = g_strdup_printf ("%" G_GSIZE_FORMAT, size);
  guint n_sent = N_WRITERS * n_lines;
  gboolean ok = TRUE;

  if (!g_unix_open_pipe (self.fds, FD_CLOEXEC, error))
    return FALSE;
  for (guint i = 0; i < N_WRITERS; i++)
    {
      self.pids[i] = lab_fork ();
      if (self.pids[i] == 0)
        run_writer (&self, i);
      ok = ok && self.pids[i] > 0;
    }
  (void) close (self.fds[1]);
  if (ok)
    await_full (&self);
  else
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("A child could not be forked"));
  ok = ok && read_all (context, &self, &reader, error);

  (void) close (self.fds[0]);
  for (guint i = 0; i < N_WRITERS; i++)
    lab_child_end (self.pids[i]);
  if (ok)
    {
      lab_say_number (context, "sent", item, n_sent);
      lab_say_number (context, "whole", item, reader.n_whole);
      lab_say_number (context, "torn", item, 100.0 * (n_sent - reader.n_whole) / n_sent);
    }
  return ok;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  gsize size = (gsize) haul_arguments_get_int (arguments, "size");
  guint n_lines = (guint) haul_arguments_get_int (arguments, "lines");
  g_autofree char *item = g_strdup_printf ("%" G_GSIZE_FORMAT, size);

  lab_say_start (context);
  lab_say_text (context, "size", item);
  haul_context_set_total (context, 2);
  if (!run_size (context, PIPE_BUF, n_lines, error))
    return FALSE;
  haul_context_progress (context, 1);
  if (size != PIPE_BUF && !run_size (context, size, n_lines, error))
    return FALSE;
  haul_context_progress (context, 2);
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  const char *size = lab_findings_get_text (findings, "size");
  double torn = size != NULL ? lab_findings_get (findings, "torn", size) : -1;

  if (torn == 0)
    return "none";
  if (torn > 0)
    return torn <= 10 ? "few" : "many";
  *ret_why_not = g_strdup (_("No lines were counted."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  const char *size = lab_findings_get_text (findings, "size");
  g_autofree char *step = haul_format_count (PIPE_BUF);
  g_autofree char *length = haul_format_count (g_ascii_strtod (size, NULL));

  if (g_ascii_strtod (size, NULL) == PIPE_BUF)
    return g_strdup_printf (_("Of the lines of %s bytes %.0f %% arrived torn. So many (PIPE_BUF) the kernel takes in one step, and "
                              "what is longer goes in as there is room, with the turns of others in between. Try one byte more."),
                            step, lab_findings_get (findings, "torn", size));

  /* Translators: the first is a length in bytes, as is the third; the second and the fourth are percentages. */
  return g_strdup_printf (_("Of the lines of %s bytes %.0f %% arrived torn, and of those of %s bytes %.0f %%. The kernel takes up to "
                            "%s bytes (PIPE_BUF) in one step, and what is longer goes in as there is room, with the turns of others "
                            "in between. So give each process a pipe of its own, or let one process write for all."),
                          step, lab_findings_get (findings, "torn", "4096"), length, lab_findings_get (findings, "torn", size),
                          step);
}

const LabExperiment lab_torn_lines = {
  .task = {
    .id = "lab-torn-lines",
    .title = N_("Torn Lines"),
    .summary = N_("Four processes write lines to one pipe"),
    .unit = N_("lengths"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_MEMORY,
  .seconds = 1,
  .question = N_("Four processes write to one pipe: lines of 6,000 bytes, each with one call of write(). How many lines are torn "
                 "when they arrive, with pieces of others in them?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "torn",
  .judge = judge,
  .explain = explain,
  .c_code =
    "char line[6000];\n"
    "\n"
    "memset (line, 'A' + number, sizeof line);\n"
    "line[sizeof line - 1] = '\\n';\n"
    "for (int i = 0; i < 200; i++)\n"
    "  write (fd, line, sizeof line);    /* torn, if others write to fd as well */\n"
    "\n"
    "/* Up to PIPE_BUF bytes, 4,096 here, a write() is one step. */\n",
  .python_code =
    "import os\n"
    "\n"
    "def write(fd, number):\n"
    "    line = bytes([65 + number]) * 5999 + b'\\n'\n"
    "    for _ in range(200):\n"
    "        os.write(fd, line)          # torn, if others write to fd as well\n"
    "\n"
    "# A Queue writes with a lock, and so can be used by many:\n"
    "#     queue.put(line)\n",
  .man = "man 7 pipe",
};
