/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A program forks while a thread of it holds a lock now and then. The child has a copy of the lock, but not the
 * thread that would release it. */

extern const LabExperiment lab_fork_with_threads;

#define MAX_FORKS 60
#define STRING_SIZE 200         /* of what the thread looks up: longer takes longer, while it holds the lock */
#define TURN_MS 50
#define AT_REST_MS 150          /* who sleeps that long, waits for the lock */
#define PATIENCE_MS 4000

typedef enum
{
  WHEN_ALONE,
  WHEN_BUSY,
  WHEN_SERVER,
  N_WHENS
} When;

static const HaulChoice items[] = {
  [WHEN_ALONE] = { "alone", N_("No other thread") },
  [WHEN_BUSY] = { "busy", N_("A busy thread") },
  [WHEN_SERVER] = { "server", N_("A busy thread, and a fork server") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "none", N_("None: a child has one thread, and so nobody to wait for") },
  { "some", N_("Some of them") },
  { "all", N_("All of them") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "hung", N_("Hung"), NULL, 0 },
  { "finished", N_("Finished"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "forks", N_("Children"), N_("children"), N_("How many are forked in each case"), HAUL_PARAM_INT, 10, MAX_FORKS, 40 },
  { NULL }
};

/* In memory that the fork server shares. */
typedef struct
{
  int n_hung;
  int go;              /* atomic */
} Served;

typedef struct
{
  int   stop;          /* atomic */
  int   turn;          /* atomic: how often the thread had the lock */
  guint hash;
} Busy;

static gpointer
keep_busy (gpointer data)
{
  Busy *self = data;
  char text[STRING_SIZE + 1];

  memset (text, 'x', STRING_SIZE);
  text[STRING_SIZE] = '\0';
  while (!g_atomic_int_get (&self->stop))
    {
      (void) g_intern_string (text);
      self->hash += g_str_hash (text);   /* and does something else for as long */
      g_atomic_int_inc (&self->turn);
    }
  return NULL;
}

/* The thread has had a turn since the last fork: so each fork meets it somewhere else. */
static void
await_turn (Busy *self,
            int  *last)
{
  gint64 deadline = g_get_monotonic_time () + TURN_MS * 1000;

  while (g_atomic_int_get (&self->turn) == *last && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  *last = g_atomic_int_get (&self->turn);
}

/* What a child needs no other process for: it either runs, or waits for the copy of a lock. Joins who
 * has finished; how many are left when all of those have been asleep for a while. */
static int
count_hung (pid_t *pids,
            int    n_pids)
{
  gint64 now = g_get_monotonic_time ();
  gint64 asleep_since = now;
  gint64 deadline = now + PATIENCE_MS * 1000;
  int n_left = n_pids;

  while (n_left > 0 && now < deadline && now - asleep_since < AT_REST_MS * 1000)
    {
      gboolean all_asleep = TRUE;

      for (int i = 0; i < n_pids; i++)
        {
          int status;

          if (pids[i] > 0 && lab_child_join (pids[i], 0, &status))
            {
              pids[i] = 0;
              n_left--;
            }
          else if (pids[i] > 0 && lab_child_state (pids[i]) != 'S')
            {
              all_asleep = FALSE;
            }
        }
      g_usleep (5000);
      now = g_get_monotonic_time ();
      if (!all_asleep)
        asleep_since = now;
    }
  return n_left;
}

/* @busy: (nullable). How many of them hung, or -1. */
static int
fork_children (int   n_forks,
               Busy *busy)
{
  pid_t pids[MAX_FORKS] = { 0 };
  int n_forked = 0;
  int last = 0;
  int n_hung;

  for (; n_forked < n_forks; n_forked++)
    {
      if (busy != NULL)
        await_turn (busy, &last);
      pids[n_forked] = lab_fork ();
      if (pids[n_forked] == 0)
        {
          (void) g_intern_string ("what a child says");
          lab_child_exit (0);
        }
      if (pids[n_forked] < 0)
        break;
    }
  n_hung = count_hung (pids, n_forked);
  for (int i = 0; i < n_forked; i++)
    lab_child_end (pids[i]);
  return n_forked == n_forks ? n_hung : -1;
}

/* It was forked before there was another thread, and forks when it is asked to. */
static pid_t
start_server (Served *served,
              int     n_forks)
{
  pid_t pid = lab_fork ();

  if (pid != 0)
    return pid;
  while (!g_atomic_int_get (&served->go))
    g_usleep (1000);
  served->n_hung = fork_children (n_forks, NULL);
  lab_child_exit (0);
}

static gboolean
say_count (HaulContext  *context,
           When          when,
           int           n_forks,
           int           n_hung,
           GError      **error)
{
  if (n_hung < 0)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("A child could not be forked"));
      return FALSE;
    }
  lab_say_number (context, "hung", items[when].id, n_hung);
  lab_say_number (context, "finished", items[when].id, n_forks - n_hung);
  haul_context_progress (context, when + 1);
  return haul_context_check (context, error);
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  int n_forks = (int) haul_arguments_get_int (arguments, "forks");
  Served *served = lab_share (sizeof *served);
  Busy busy = { 0 };
  GThread *thread;
  pid_t server;
  int status = 0;
  gboolean ok;

  lab_say_start (context);
  haul_context_set_total (context, N_WHENS);
  if (!say_count (context, WHEN_ALONE, n_forks, fork_children (n_forks, NULL), error))
    return FALSE;

  server = start_server (served, n_forks);
  thread = g_thread_new ("busy", keep_busy, &busy);
  ok = say_count (context, WHEN_BUSY, n_forks, fork_children (n_forks, &busy), error);
  if (ok)
    {
      served->n_hung = -1;
      g_atomic_int_set (&served->go, 1);
      if (server > 0 && lab_child_join (server, 2 * PATIENCE_MS, &status))
        server = 0;
      ok = say_count (context, WHEN_SERVER, n_forks, served->n_hung, error);
    }
  g_atomic_int_set (&busy.stop, 1);
  g_thread_join (thread);
  lab_child_end (server);
  return ok;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double hung = lab_findings_get (findings, "hung", "busy");

  if (lab_findings_get (findings, "hung", "alone") > 0)
    {
      *ret_why_not = g_strdup (_("Children hung without any other thread: something else holds this machine up."));
      return NULL;
    }
  if (hung > 0)
    return lab_findings_get (findings, "finished", "busy") > 0 ? "some" : "all";
  *ret_why_not = g_strdup (_("No fork met the thread while it held the lock: that is chance. Try more of them."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  double hung = lab_findings_get (findings, "hung", "busy");

  /* Translators: numbers of children. */
  return g_strdup_printf (_("Of %.0f children that were forked while a thread looked up strings, %.0f hung, and without that thread "
                            "%.0f. A child has a copy of all locks, but only the thread that called fork(), so that a lock which "
                            "another one held at that moment is never released in it. Of those that a fork server made, a process "
                            "with one thread, %.0f hung: so fork first and start threads later, or call exec() at once."),
                          hung + lab_findings_get (findings, "finished", "busy"), hung,
                          lab_findings_get (findings, "hung", "alone"), lab_findings_get (findings, "hung", "server"));
}

const LabExperiment lab_fork_with_threads = {
  .task = {
    .id = "lab-fork-with-threads",
    .title = N_("Fork With Threads"),
    .summary = N_("Children that hang on a lock which was held when they were forked"),
    .unit = N_("cases"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("A program forks forty children while another thread of it looks up strings, which takes a lock. Each child "
                 "looks up one string and exits. How many of them hang?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "hung",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static void *\n"
    "look_up (void *data)\n"
    "{\n"
    "  for (;;)\n"
    "    g_intern_string (data);         /* takes a lock, and gives it back */\n"
    "}\n"
    "\n"
    "g_thread_new (\"busy\", look_up, \"a long string\");\n"
    "if (fork () == 0)\n"
    "  {\n"
    "    g_intern_string (\"child\");      /* may hang for ever */\n"
    "    _exit (0);\n"
    "  }\n",
  .python_code =
    "import os, threading, time\n"
    "\n"
    "lock = threading.Lock()\n"
    "\n"
    "def hold():\n"
    "    with lock:\n"
    "        time.sleep(1)\n"
    "\n"
    "threading.Thread(target=hold).start()\n"
    "if os.fork() == 0:\n"
    "    ok = lock.acquire(timeout=2)    # False: nobody here releases it\n"
    "    print(ok, flush=True)           # as _exit() flushes nothing\n"
    "    os._exit(0)\n",
  .man = "man 3 pthread_atfork",
};
