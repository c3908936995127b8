/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* SIGTERM to a child that obeys, to one that ignores it, and to one that is stopped. */

extern const LabExperiment lab_terminate_then_join;

#define PATIENCE_MS 10000
#define STEP_US     (150 * 1000)   /* between two signals, so that they can be told apart */

enum
{
  OBEDIENT,
  STUBBORN,
  STOPPED,
  N_CHILDREN
};

static const HaulChoice items[] = {
  [OBEDIENT] = { "obedient", N_("Child 1, which obeys") },
  [STUBBORN] = { "stubborn", N_("Child 2, which ignores it") },
  [STOPPED] = { "stopped", N_("Child 3, which is stopped") },
  { NULL }
};

static const char * const lanes[] = { "child 1", "child 2", "child 3" };

static const HaulChoice predictions[] = {
  { "none", N_("None: SIGTERM is only a request") },
  { "one", N_("One of them") },
  { "two", N_("Two of them") },
  { "three", N_("All three: nobody is asked") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "ended", N_("Ended After"), "ms", 0 },
  { "signal", N_("By Signal"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "grace", N_("Grace"), N_("milliseconds"), N_("How long SIGTERM is given, before SIGKILL"), HAUL_PARAM_INT, 100, 5000, 800 },
  { NULL }
};

typedef struct
{
  HaulContext *context;
  pid_t        pids[N_CHILDREN];
  double       sent;                /* when SIGTERM was */
  guint        n_joined;
} Stop;

/* All three until they are ended, at rest. */
static void
run_child (guint number,
           int  *n_ready)
{
  if (number == STUBBORN)
    (void) signal (SIGTERM, SIG_IGN);
  g_atomic_int_inc (n_ready);
  for (;;)
    (void) pause ();
}

static gboolean
start (Stop *self)
{
  int *n_ready = lab_share (sizeof *n_ready);
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;

  for (guint i = 0; i < N_CHILDREN; i++)
    {
      lab_say_span (self->context, lanes[i], HAUL_SPAN_STARTING, lab_say_now ());
      self->pids[i] = lab_fork ();
      if (self->pids[i] == 0)
        run_child (i, n_ready);
      if (self->pids[i] < 0)
        return FALSE;
    }
  while (g_atomic_int_get (n_ready) < N_CHILDREN)
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      g_usleep (1000);
    }
  for (guint i = 0; i < N_CHILDREN; i++)
    lab_say_span (self->context, lanes[i], HAUL_SPAN_WORKING, lab_say_now ());

  g_usleep (STEP_US);
  if (kill (self->pids[STOPPED], SIGSTOP) < 0 || !lab_child_await (self->pids[STOPPED], "T", PATIENCE_MS))
    return FALSE;
  lab_say_mark (self->context, lanes[STOPPED], HAUL_MARK_SIGNAL, lab_say_now (), "SIGSTOP");
  lab_say_span (self->context, lanes[STOPPED], HAUL_SPAN_PAUSED, lab_say_now ());
  g_usleep (STEP_US);
  return TRUE;
}

static void
send (Stop       *self,
      guint       number,
      int         signal_number,
      const char *name)
{
  (void) kill (self->pids[number], signal_number);
  lab_say_mark (self->context, lanes[number], HAUL_MARK_SIGNAL, lab_say_now (), name);
}

/* FALSE if it has not ended within that time. */
static gboolean
join (Stop  *self,
      guint  number,
      int    timeout_ms)
{
  int status = 0;
  int ended_by;
  double now;

  if (!lab_child_join (self->pids[number], timeout_ms, &status))
    return FALSE;
  self->pids[number] = 0;
  self->n_joined++;
  now = lab_say_now ();
  ended_by = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  lab_say_mark (self->context, lanes[number], HAUL_MARK_EXIT, now, ended_by == SIGKILL ? "SIGKILL" : "SIGTERM");
  lab_say_mark (self->context, lanes[number], HAUL_MARK_JOIN, now, NULL);
  lab_say_end (self->context, lanes[number], now);
  lab_say_number (self->context, "ended", items[number].id, (now - self->sent) * 1000);
  lab_say_number (self->context, "signal", items[number].id, ended_by);
  return TRUE;
}

/* Whether the kernel keeps SIGTERM for a process that does not run. */
static gboolean
is_pending (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (line = strstr (text, "\nShdPnd:")) == NULL)
    return FALSE;
  return (g_ascii_strtoull (line + strlen ("\nShdPnd:"), NULL, 16) & (1ULL << (SIGTERM - 1))) != 0;
}

static gboolean
wait_grace (Stop    *self,
            guint    grace_ms,
            GError **error)
{
  double end = self->sent + grace_ms / 1000.0;

  while (lab_say_now () < end)
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      for (guint i = 0; i < N_CHILDREN; i++)
        {
          if (self->pids[i] > 0)
            (void) join (self, i, 0);
        }
      g_usleep (1000);
    }
  lab_say_number (self->context, "count", items[OBEDIENT].id, self->n_joined);
  lab_say_number (self->context, "pending", "stopped", is_pending (self->pids[STOPPED]));
  return TRUE;
}

/* To those that are still there. */
static void
stop_for_good (Stop *self)
{
  if (self->pids[STOPPED] > 0)
    {
      send (self, STOPPED, SIGCONT, "SIGCONT");
      if (join (self, STOPPED, PATIENCE_MS))
        haul_context_progress (self->context, 2);
      g_usleep (STEP_US);
    }
  for (guint i = 0; i < N_CHILDREN; i++)
    {
      if (self->pids[i] > 0)
        {
          send (self, i, SIGKILL, "SIGKILL");
          (void) join (self, i, PATIENCE_MS);
        }
    }
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  Stop self = { .context = context };
  gboolean ok;

  lab_say_start (context);
  haul_context_set_total (context, 3);
  ok = start (&self);
  if (ok)
    {
      self.sent = lab_say_now ();
      for (guint i = 0; i < N_CHILDREN; i++)
        send (&self, i, SIGTERM, "SIGTERM");
      ok = wait_grace (&self, (guint) haul_arguments_get_int (arguments, "grace"), error);
      haul_context_progress (context, 1);
    }
  else
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The children did not start as they should"));
    }
  if (ok)
    stop_for_good (&self);
  for (guint i = 0; i < N_CHILDREN; i++)
    lab_child_end (self.pids[i]);
  return ok;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double count = lab_findings_get (findings, "count", "obedient");

  if (count >= 0 && count <= N_CHILDREN)
    return predictions[(guint) count].id;
  *ret_why_not = g_strdup (_("It ended before the grace time was over."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *stopped =
    lab_findings_get (findings, "pending", "stopped") > 0
    ? g_strdup_printf (_("For the stopped one SIGTERM was pending, and it acted as soon as SIGCONT let the child run, %.0f ms "
                         "after it was sent."),
                       lab_findings_get (findings, "ended", "stopped"))
    : g_strdup_printf (_("The stopped one ended %.0f ms after SIGTERM was sent."), lab_findings_get (findings, "ended", "stopped"));

  return g_strdup_printf (_("The child that obeys ended %.1f ms after SIGTERM. %s The one that ignores it had to be killed with "
                            "signal %.0f, SIGKILL, which can be neither ignored nor held up, and was joined after %.0f ms."),
                          lab_findings_get (findings, "ended", "obedient"), stopped,
                          lab_findings_get (findings, "signal", "stubborn"),
                          lab_findings_get (findings, "ended", "stubborn"));
}

const LabExperiment lab_terminate_then_join = {
  .task = {
    .id = "lab-terminate-then-join",
    .title = N_("Terminate, Then Join"),
    .summary = N_("SIGTERM to a child that obeys, one that ignores it, and one that is stopped"),
    .unit = N_("steps"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("SIGTERM is sent to three children: one obeys, one ignores the signal, one was stopped before. How many "
                 "have ended when the grace time is over?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "kill (pid, SIGTERM);                /* a request */\n"
    "kill (pid, SIGCONT);                /* so that a stopped child hears it */\n"
    "for (int ms = 0; ms < 800; ms++)\n"
    "  {\n"
    "    if (waitpid (pid, &status, WNOHANG) == pid)\n"
    "      return;                       /* it ended, and is joined */\n"
    "    usleep (1000);\n"
    "  }\n"
    "kill (pid, SIGKILL);                /* no request */\n"
    "waitpid (pid, &status, 0);\n",
  .python_code =
    "import os, signal, time\n"
    "from multiprocessing import Process\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    child = Process(target=time.sleep, args=(60,))\n"
    "    child.start()\n"
    "    child.terminate()                   # SIGTERM: a request\n"
    "    os.kill(child.pid, signal.SIGCONT)  # so that a stopped child hears it\n"
    "    child.join(0.8)                     # the grace time\n"
    "    if child.is_alive():\n"
    "        child.kill()                    # SIGKILL: no request\n"
    "        child.join()\n"
    "    print(child.exitcode)               # -15, or -9\n",
  .man = "man 7 signal",
};
