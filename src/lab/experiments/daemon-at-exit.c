/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A program with four children quits. What becomes of them is its own rule for the first two, and the kernel's for
 * the others. */

extern const LabExperiment lab_daemon_at_exit;

#define BEFORE_QUIT_S 0.3
#define ON_ITS_OWN_MS 300     /* how long the one that lives on is watched */
#define LONGEST_S 15
#define PATIENCE_MS 10000

enum
{
  DAEMON,       /* ended when the program quits */
  NORMAL,       /* waited for when it quits */
  LOOSE,        /* let go of */
  BOUND,        /* let go of as well, but to be killed when its parent ends */
  N_CHILDREN
};

static const HaulChoice items[] = {
  [DAEMON] = { "daemon", N_("Child 1, a daemon") },
  [NORMAL] = { "normal", N_("Child 2, a normal one") },
  [LOOSE] = { "loose", N_("Child 3, let go of") },
  [BOUND] = { "bound", N_("Child 4, bound to its parent") },
  [N_CHILDREN] = { "program", N_("The program") },
  { NULL }
};

static const char * const lanes[] = { "child 1", "child 2", "child 3", "child 4", "parent" };

static const HaulChoice predictions[] = {
  { "nobody", N_("Nobody: they end with the program") },
  { "daemon", N_("The daemon: that is what the word says") },
  { "loose", N_("The child that it let go of") },
  { "all", N_("All of them") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "left", N_("Outlived the Program"), NULL, 1 },
  { "ended", N_("Ended After"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "work", N_("Work"), N_("milliseconds"), N_("What the normal child has still to do when the program quits"),
    HAUL_PARAM_INT, 0, 5000, 700 },
  { NULL }
};

/* What they tell each other, in shared memory. Times are those of lab_say_now(). */
typedef struct
{
  pid_t  pids[N_CHILDREN];
  double ended[N_CHILDREN];    /* as the program saw it */
  double quit;
  int    n_ready;              /* atomic */
  int    n_ended;              /* atomic */
} Shared;

typedef struct
{
  HaulContext *context;
  Shared      *shared;
  guint        work_ms;
  int          lifeline[2];    /* its end tells who lives on that it is time to go */
  pid_t        program;
} Quit;

static void
work_for (double seconds)
{
  (void) poll (NULL, 0, (int) (seconds * 1000));
}

/* Nobody kills it, so it looks after itself. */
static void
live_on (Quit *self)
{
  struct pollfd lifeline = { .fd = self->lifeline[0], .events = POLLIN };

  (void) prctl (PR_SET_PDEATHSIG, 0);
  g_atomic_int_inc (&self->shared->n_ready);
  (void) poll (&lifeline, 1, LONGEST_S * 1000);
}

static void
run_child (Quit  *self,
           guint  number)
{
  if (number == LOOSE)
    {
      live_on (self);
      lab_child_exit (0);
    }
  g_atomic_int_inc (&self->shared->n_ready);
  while (number != NORMAL || self->shared->quit == 0)
    work_for (0.002);
  work_for (self->work_ms / 1000.0);
  lab_child_exit (0);
}

static void
await_child (Quit  *self,
             guint  number)
{
  (void) waitpid (self->shared->pids[number], NULL, 0);
  self->shared->ended[number] = lab_say_now ();
  g_atomic_int_inc (&self->shared->n_ended);
}

/* The program that quits. */
static void
run_program (Quit *self)
{
  (void) close (self->lifeline[1]);
  for (guint i = 0; i < N_CHILDREN; i++)
    {
      pid_t pid = lab_fork ();

      if (pid == 0)
        run_child (self, i);
      if (pid < 0)
        lab_child_exit (1);
      self->shared->pids[i] = pid;
    }
  while (g_atomic_int_get (&self->shared->n_ready) < N_CHILDREN)
    work_for (0.001);
  work_for (BEFORE_QUIT_S);

  self->shared->quit = lab_say_now ();
  (void) kill (self->shared->pids[DAEMON], SIGTERM);
  await_child (self, DAEMON);
  await_child (self, NORMAL);
  lab_child_exit (0);
}

static gboolean
has_ended (Quit *self)
{
  return self->program <= 0 || lab_child_state (self->program) == 'Z';
}

static gboolean
wait_for (Quit       *self,
          const int  *number,
          int         least,
          GError    **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;

  while (g_atomic_int_get (number) < least)
    {
      gboolean over = has_ended (self) || g_get_monotonic_time () > deadline;

      if (!haul_context_check (self->context, error))
        return FALSE;
      /* It may have counted on just before it ended. */
      if (over && g_atomic_int_get (number) < least)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The program did not quit as it should"));
          return FALSE;
        }
      work_for (0.001);
    }
  return TRUE;
}

static void
say_end (Quit         *self,
         guint         number,
         HaulMarkKind  mark,
         const char   *text,
         double        at)
{
  lab_say_mark (self->context, lanes[number], mark, at, text);
  lab_say_end (self->context, lanes[number], at);
  lab_say_number (self->context, "ended", items[number].id, (at - self->shared->quit) * 1000);
}

/* The parent that /proc tells of. */
static void
say_new_parent (Quit *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) self->shared->pids[LOOSE]);
  g_autofree char *text = NULL;
  const char *line;

  if (g_file_get_contents (path, &text, NULL, NULL) && (line = strstr (text, "\nPPid:")) != NULL)
    lab_say_number (self->context, "parent", "loose", (double) g_ascii_strtoll (line + strlen ("\nPPid:"), NULL, 10));
}

/* While the program quits. */
static gboolean
watch_program (Quit    *self,
               GError **error)
{
  Shared *shared = self->shared;
  int status = 0;

  if (!wait_for (self, &shared->n_ready, N_CHILDREN, error))
    return FALSE;
  lab_say_span (self->context, lanes[N_CHILDREN], HAUL_SPAN_WORKING, lab_say_now ());
  for (guint i = 0; i < N_CHILDREN; i++)
    lab_say_span (self->context, lanes[i], HAUL_SPAN_WORKING, lab_say_now ());

  if (!wait_for (self, &shared->n_ended, 1, error))
    return FALSE;
  lab_say_span (self->context, lanes[N_CHILDREN], HAUL_SPAN_WAITING, shared->quit);
  lab_say_mark (self->context, lanes[DAEMON], HAUL_MARK_SIGNAL, shared->quit, "SIGTERM");
  say_end (self, DAEMON, HAUL_MARK_JOIN, NULL, shared->ended[DAEMON]);
  if (!wait_for (self, &shared->n_ended, 2, error))
    return FALSE;
  say_end (self, NORMAL, HAUL_MARK_JOIN, NULL, shared->ended[NORMAL]);
  haul_context_progress (self->context, 1);

  if (!lab_child_join (self->program, PATIENCE_MS, &status))
    return wait_for (self, &shared->n_ended, G_MAXINT, error);
  say_end (self, N_CHILDREN, HAUL_MARK_EXIT, "exit 0", lab_say_now ());
  haul_context_progress (self->context, 2);
  self->program = 0;
  return TRUE;
}

/* Afterwards: both that it let go of have become our children, as we asked for orphans. */
static gboolean
watch_orphans (Quit    *self,
               GError **error)
{
  Shared *shared = self->shared;
  gint64 end = g_get_monotonic_time () + ON_ITS_OWN_MS * 1000;
  int status = 0;

  if (lab_child_join (shared->pids[BOUND], PATIENCE_MS, &status))
    say_end (self, BOUND, HAUL_MARK_SIGNAL, "SIGKILL", lab_say_now ());
  lab_say_number (self->context, "left", "bound", !WIFSIGNALED (status));
  for (guint i = 0; i < BOUND; i++)
    lab_say_number (self->context, "left", items[i].id, lab_child_state (shared->pids[i]) != 0);
  say_new_parent (self);

  while (g_get_monotonic_time () < end)
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      work_for (0.01);
    }
  return TRUE;
}

static void
end_all (Quit *self)
{
  int status = 0;

  lab_child_end (self->program);
  (void) close (self->lifeline[1]);
  (void) close (self->lifeline[0]);
  if (self->shared->pids[LOOSE] > 0 && lab_child_join (self->shared->pids[LOOSE], PATIENCE_MS, &status))
    say_end (self, LOOSE, HAUL_MARK_EXIT, "exit 0", lab_say_now ());
  /* Whoever else is left was killed with the program, and comes to us. */
  while (waitpid (-1, NULL, 0) > 0)
    ;
  haul_context_progress (self->context, 3);
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  Quit self = { .context = context, .shared = lab_share (sizeof (Shared)) };
  gboolean ok;

  self.work_ms = (guint) haul_arguments_get_int (arguments, "work");
  if (!g_unix_open_pipe (self.lifeline, FD_CLOEXEC, error))
    return FALSE;
  (void) prctl (PR_SET_CHILD_SUBREAPER, 1);
  lab_say_start (context);
  haul_context_set_total (context, 3);

  self.program = lab_fork ();
  if (self.program == 0)
    run_program (&self);
  ok = watch_program (&self, error) && watch_orphans (&self, error);
  end_all (&self);
  return ok;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  gboolean daemon = lab_findings_get (findings, "left", "daemon") > 0;
  gboolean normal = lab_findings_get (findings, "left", "normal") > 0;
  gboolean loose = lab_findings_get (findings, "left", "loose") > 0;

  if (loose && !daemon && !normal)
    return "loose";
  if (!loose && !daemon && !normal)
    return "nobody";
  if (daemon && !loose && !normal)
    return "daemon";
  if (daemon && loose && normal)
    return "all";
  *ret_why_not = g_strdup (_("What was left is none of these."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  /* Translators: the third is the number of a process. */
  return g_strdup_printf (_("When the program quit, it ended its daemon, which took %.1f ms, and waited %.0f ms for its normal child, "
                            "for that is what “daemon” means here. The child that it had let go of lived on as an orphan, and its "
                            "parent is now process %.0f, an ancestor that takes orphans in. The fourth had asked the kernel to be "
                            "killed when its parent ends, and was gone %.2f ms after it."),
                          lab_findings_get (findings, "ended", "daemon"), lab_findings_get (findings, "ended", "normal"),
                          lab_findings_get (findings, "parent", "loose"),
                          MAX (lab_findings_get (findings, "ended", "bound") - lab_findings_get (findings, "ended", "program"), 0));
}

const LabExperiment lab_daemon_at_exit = {
  .task = {
    .id = "lab-daemon-at-exit",
    .title = N_("Daemon at Exit"),
    .summary = N_("A program quits while four children of it work"),
    .unit = N_("steps"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("A program quits while a daemon, a normal child, and a child that it has let go of are still at work. Who is "
                 "there after the program has ended?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "HaulProcess *beat = haul_process_new (task, arguments, &error);\n"
    "HaulProcess *save = haul_process_new (task, arguments, &error);\n"
    "\n"
    "haul_process_set_daemon (beat, TRUE, &error);\n"
    "haul_process_start (beat, &error);\n"
    "haul_process_start (save, &error);\n"
    "haul_process_finish_all (NULL, &error);   /* ends beat, waits for save */\n"
    "\n"
    "/* In a child of fork(), so that it does not outlive its parent: */\n"
    "prctl (PR_SET_PDEATHSIG, SIGKILL);\n",
  .python_code =
    "from multiprocessing import Process\n"
    "import time\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    beat = Process(target=time.sleep, args=(60,), daemon=True)\n"
    "    save = Process(target=time.sleep, args=(1,))\n"
    "    beat.start()\n"
    "    save.start()\n"
    "    # ends after 1 s: beat is terminated, save is joined\n",
  .man = "man 2 prctl",
};
