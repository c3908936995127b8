/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul/worker/haul-number.h"
#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A thread and a child process each add 1 to the same variable: the child to a copy of it, which is made
 * when it writes. */

extern const LabExperiment lab_separate_memory;

#define MIB (1024.0 * 1024.0)
#define PATIENCE_MS 10000

static const HaulChoice items[] = {
  { "start", N_("Parent, at first") },
  { "thread", N_("Parent, after the thread") },
  { "forked", N_("Child, just forked") },
  { "child", N_("Child, after it wrote") },
  { "after", N_("Parent, after the child") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "none", N_("0: both count on their own") },
  { "thread", N_("1: only what the thread did") },
  { "both", N_("2: what both did") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "value", N_("x"), NULL, 0 },
  { "own", N_("Memory of Its Own"), "MiB", 0 },
  { "faults", N_("Pages Copied"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "memory", N_("Memory"), N_("MiB"), N_("How much memory the child writes to, besides x"), HAUL_PARAM_INT, 1, 256, 16 },
  { NULL }
};

static volatile int x;

/* What the child saw. */
typedef struct
{
  int         values[2];      /* just forked, after it wrote */
  double      own[2];         /* MiB; below 0 where the kernel does not tell */
  double      faults;
  const void *address;
} Seen;

static gpointer
add_in_thread (gpointer data G_GNUC_UNUSED)
{
  x = x + 1;
  return NULL;
}

/* MiB that only this process has, and has written to. */
static double
get_own_memory (void)
{
  char line[128];
  double kib = -1024;
  FILE *file = fopen ("/proc/self/smaps_rollup", "re");

  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    (void) sscanf (line, "Private_Dirty: %lf", &kib);
  if (file != NULL)
    fclose (file);
  return kib / 1024;
}

static double
count_faults (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_minflt;
}

static void
run_child (Seen     *seen,
           volatile guint8 *memory,
           gsize     size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  double before;

  seen->values[0] = x;
  seen->own[0] = get_own_memory ();
  before = count_faults ();

  x = x + 1;
  for (gsize i = 0; i < size; i += page)
    memory[i] = 2;

  seen->faults = count_faults () - before;
  seen->own[1] = get_own_memory ();
  seen->values[1] = x;
  seen->address = (const void *) &x;
}

/* As most programs have it: in pages of 4 KiB, and not in huge ones. */
static guint8 *
map_memory (gsize    size,
            GError **error)
{
  guint8 *memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("There is no memory: %s"), g_strerror (errno));
      return NULL;
    }
  (void) madvise (memory, size, MADV_NOHUGEPAGE);
  memset (memory, 1, size);
  return memory;
}

static void
say_seen (HaulContext *context,
          const Seen  *seen)
{
  g_autofree char *address = g_strdup_printf ("%p", (const void *) &x);
  g_autofree char *child_address = g_strdup_printf ("%p", seen->address);

  lab_say_number (context, "value", "forked", seen->values[0]);
  lab_say_number (context, "value", "child", seen->values[1]);
  if (seen->own[0] >= 0 && seen->own[1] >= 0)
    {
      lab_say_number (context, "own", "forked", seen->own[0]);
      lab_say_number (context, "own", "child", seen->own[1]);
    }
  lab_say_number (context, "faults", "child", seen->faults);
  lab_say_text (context, "address", address);
  lab_say_text (context, "child-address", child_address);
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  gsize size = (gsize) haul_arguments_get_int (arguments, "memory") * 1024 * 1024;
  Seen *seen = lab_share (sizeof *seen);
  guint8 *memory = map_memory (size, error);
  int status = -1;
  pid_t pid;

  if (memory == NULL)
    return FALSE;
  lab_say_start (context);
  haul_context_set_total (context, 2);
  lab_say_number (context, "value", "start", x);

  g_thread_join (g_thread_new ("adder", add_in_thread, NULL));
  lab_say_number (context, "value", "thread", x);
  haul_context_progress (context, 1);

  pid = lab_fork ();
  if (pid == 0)
    {
      run_child (seen, memory, size);
      lab_child_exit (0);
    }
  if (pid < 0 || !lab_child_join (pid, PATIENCE_MS, &status) || status != 0)
    {
      lab_child_end (pid);
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The child did not end as it should"));
      return FALSE;
    }

  say_seen (context, seen);
  lab_say_number (context, "value", "after", x);
  haul_context_progress (context, 2);
  (void) munmap (memory, size);
  return TRUE;
}

static guint64
estimate_memory (GVariant *arguments)
{
  return 2 * 1024 * 1024 * (guint64) haul_arguments_get_int (arguments, "memory");
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double after = lab_findings_get (findings, "value", "after");

  if (after == 1 && lab_findings_get (findings, "value", "child") == 2)
    return "thread";
  if (after == 2)
    return "both";
  if (after == 0)
    return "none";
  *ret_why_not = g_strdup (_("The child did not say what it saw."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *pages = haul_format_count (lab_findings_get (findings, "faults", "child"));
  double own = lab_findings_get (findings, "own", "child");

  /* Translators: the first is an address like “0x5581”. */
  g_autofree char *text =
    g_strdup_printf (_("The thread and the child both wrote to x at the address %s, and the child saw %.0f, but the parent "
                       "still has %.0f. A thread works in the memory of its process, and a child in a copy, which is made page by "
                       "page when somebody writes: %s pages here."),
                     lab_findings_get_text (findings, "address"),
                     lab_findings_get (findings, "value", "child"), lab_findings_get (findings, "value", "after"), pages);
  g_autofree char *more = NULL;

  if (own >= 0)
    more = g_strdup_printf (_("Just forked, the child had %.1f MiB of its own, and after it wrote %.1f MiB."),
                            lab_findings_get (findings, "own", "forked"), own);
  else
    more = g_strdup (_("What processes are to share, they have to ask for."));
  return g_strjoin (" ", text, more, NULL);
}

const LabExperiment lab_separate_memory = {
  .task = {
    .id = "lab-separate-memory",
    .title = N_("Separate Memory"),
    .summary = N_("A thread and a child process add 1 to the same variable"),
    .unit = N_("steps"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .estimate_memory = estimate_memory,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_MEMORY,
  .seconds = 1,
  .question = N_("A variable x is 0. A thread adds 1 to it, and then a child process does. What is x in the parent "
                 "after that?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "value",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static int x = 0;\n"
    "\n"
    "int\n"
    "main (void)\n"
    "{\n"
    "  if (fork () == 0)\n"
    "    {\n"
    "      x = x + 1;                    /* writes to a copy */\n"
    "      _exit (0);\n"
    "    }\n"
    "  wait (NULL);\n"
    "  printf (\"%d\\n\", x);              /* 0 */\n"
    "}\n",
  .python_code =
    "from multiprocessing import Process\n"
    "from threading import Thread\n"
    "\n"
    "x = 0\n"
    "\n"
    "def add():\n"
    "    global x\n"
    "    x = x + 1\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    for kind in Thread, Process:\n"
    "        worker = kind(target=add)\n"
    "        worker.start(); worker.join()\n"
    "        print(x)                    # 1, and 1 again\n",
  .man = "man 2 fork",
};
