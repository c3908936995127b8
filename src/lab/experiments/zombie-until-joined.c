/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* Children exit, and their parent takes its time to join them. */

extern const LabExperiment lab_zombie_until_joined;

#define MAX_CHILDREN 8
#define WORK_S 0.2           /* of the first; each of the others works that much longer */
#define STATUS 7             /* with which the first exits */
#define PATIENCE_MS 10000

static const HaulChoice items[] = {
  { "working", N_("While it works") },
  { "exited", N_("Exited") },
  { "signalled", N_("After SIGKILL") },
  { "joined", N_("Joined") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "gone", N_("No: it was gone when it exited") },
  { "killed", N_("No: the signal removes what was left of it") },
  { "stays", N_("Yes, until its parent joins it") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "listed", N_("In the List of Processes"), NULL, 1 },
  { "memory", N_("Memory"), "MiB", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "children", N_("Children"), N_("children"), N_("How many exit one after the other"), HAUL_PARAM_INT, 1, MAX_CHILDREN, 3 },
  { "wait", N_("Wait"), N_("seconds"), N_("How long the parent takes before it joins them"), HAUL_PARAM_DOUBLE, 0, 5, 0.6 },
  { NULL }
};

typedef struct
{
  pid_t pid;
  char  lane[16];
} Child;

/* MiB, of /proc: 0 for a process that has none. */
static double
get_memory (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) pid);
  g_autofree char *text = NULL;
  long pages = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL) || sscanf (text, "%*d %ld", &pages) != 1)
    return 0;
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / (1024 * 1024);
}

/* What anybody may see of the process, from outside. */
static void
say_seen (HaulContext *context,
          const char  *item,
          pid_t        pid)
{
  char state[] = { lab_child_state (pid), '\0' };
  g_autofree char *key = g_strdup_printf ("state-%s", item);

  lab_say_number (context, "listed", item, *state != '\0');
  lab_say_number (context, "memory", item, get_memory (pid));
  lab_say_text (context, key, *state != '\0' ? state : "-");
}

static void
start (HaulContext *context,
       Child       *children,
       guint        n_children)
{
  for (guint i = 0; i < n_children; i++)
    {
      Child *child = &children[i];

      g_snprintf (child->lane, sizeof child->lane, "child %u", i + 1);
      child->pid = lab_fork ();
      if (child->pid == 0)
        {
          while (lab_say_now () < WORK_S * (i + 1))
            lab_burn (0.002);
          lab_child_exit (i == 0 ? STATUS : 0);
        }
      lab_say_span (context, child->lane, HAUL_SPAN_WORKING, lab_say_now ());
    }
}

/* Until all of them have exited, and whoever has is a zombie. */
static gboolean
await_zombies (HaulContext *context,
               const Child *children,
               guint        n_children)
{
  for (guint i = 0; i < n_children; i++)
    {
      if (children[i].pid < 0 || !lab_child_await (children[i].pid, "Z", PATIENCE_MS))
        return FALSE;
      lab_say_mark (context, children[i].lane, HAUL_MARK_EXIT, lab_say_now (), i == 0 ? "exit 7" : "exit 0");
      lab_say_span (context, children[i].lane, HAUL_SPAN_ZOMBIE, lab_say_now ());
    }
  return TRUE;
}

static gboolean
wait_before_join (HaulContext  *context,
                  double        seconds,
                  GError      **error)
{
  double end = lab_say_now () + seconds;

  while (lab_say_now () < end)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      g_usleep (10000);
    }
  return TRUE;
}

static gboolean
fail (GError **error)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The children did not exit as they should"));
  return FALSE;
}

static gboolean
watch (HaulContext  *context,
       Child        *children,
       guint         n_children,
       double        wait,
       GError      **error)
{
  pid_t first = children[0].pid;
  int status = 0;

  if (!await_zombies (context, children, n_children))
    return fail (error);
  say_seen (context, "exited", first);
  haul_context_progress (context, 1);

  lab_say_number (context, "refused", "signalled", kill (first, SIGKILL));
  lab_say_mark (context, children[0].lane, HAUL_MARK_SIGNAL, lab_say_now (), "SIGKILL");
  if (!wait_before_join (context, wait, error))
    return FALSE;
  say_seen (context, "signalled", first);
  haul_context_progress (context, 2);

  for (guint i = 0; i < n_children; i++)
    {
      if (!lab_child_join (children[i].pid, PATIENCE_MS, &status))
        return fail (error);
      children[i].pid = 0;
      lab_say_mark (context, children[i].lane, HAUL_MARK_JOIN, lab_say_now (), NULL);
      lab_say_end (context, children[i].lane, lab_say_now ());
      if (i == 0)
        lab_say_number (context, "status", "joined", WIFEXITED (status) ? WEXITSTATUS (status) : -1);
    }
  say_seen (context, "joined", first);
  haul_context_progress (context, 3);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n_children = (guint) haul_arguments_get_int (arguments, "children");
  Child children[MAX_CHILDREN] = { 0 };
  gboolean ok;

  lab_say_start (context);
  haul_context_set_total (context, 3);
  start (context, children, n_children);
  say_seen (context, "working", children[0].pid);
  ok = watch (context, children, n_children, haul_arguments_get_double (arguments, "wait"), error);
  for (guint i = 0; i < n_children && !ok; i++)
    lab_child_end (children[i].pid);
  return ok;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  if (lab_findings_get (findings, "listed", "exited") == 0)
    return "gone";
  if (lab_findings_get (findings, "listed", "signalled") == 0)
    return "killed";
  if (lab_findings_get (findings, "listed", "joined") == 0)
    return "stays";
  *ret_why_not = g_strdup (_("The child was still there after it was joined: another process has its number now."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  /* Translators: “Z” is what the system calls the state; the first number is of MiB, the second an exit status. */
  return g_strdup_printf (_("The child had %.1f MiB while it worked and none once it had exited, but an entry in the state “%s”, zombie, "
                            "is kept for its parent, with its number and its exit status. SIGKILL was accepted and did nothing, "
                            "because nothing is left to kill. When the parent joined it, it got the exit "
                            "status %.0f, and the zombie was gone."),
                          lab_findings_get (findings, "memory", "working"),
                          lab_findings_get_text (findings, "state-signalled"),
                          lab_findings_get (findings, "status", "joined"));
}

const LabExperiment lab_zombie_until_joined = {
  .task = {
    .id = "lab-zombie-until-joined",
    .title = N_("Zombie Until Joined"),
    .summary = N_("Children exit, and their parent joins them later"),
    .unit = N_("steps"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("A child has exited, and its parent does something else. Somebody sends SIGKILL to the child. Is it still "
                 "in the list of processes?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "pid_t pid = fork ();\n"
    "int status;\n"
    "\n"
    "if (pid == 0)\n"
    "  _exit (7);\n"
    "sleep (1);                          /* a zombie now: state Z in ps */\n"
    "kill (pid, SIGKILL);                /* 0: accepted, and without effect */\n"
    "waitpid (pid, &status, 0);          /* joined: now it is gone */\n"
    "printf (\"%d\\n\", WEXITSTATUS (status));   /* 7 */\n",
  .python_code =
    "import sys, time\n"
    "from multiprocessing import Process\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    child = Process(target=sys.exit, args=(7,))\n"
    "    child.start()\n"
    "    time.sleep(1)                   # a zombie now: state Z in ps\n"
    "    child.join()                    # now it is gone\n"
    "    print(child.exitcode)           # 7\n",
  .man = "man 2 waitpid",
};
