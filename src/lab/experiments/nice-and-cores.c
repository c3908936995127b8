/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "haul/wire/haul-fd-private.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* Two children compute without end, one of them nice: first on one processor, then each on one of its own. Their
 * processor time tells who got how much, whatever else the machine does. */

extern const LabExperiment lab_nice_and_cores;

#define ENOUGH_S     1.2      /* of processor time for both: then the shares are known */
#define MOST_US      (6 * G_USEC_PER_SEC)
#define APART_US     (G_USEC_PER_SEC * 3 / 2)
#define LOOK_US      (50 * 1000)

/* In percent of what both got. */
#define NO_SHARE     0.02
#define EQUAL_SHARE  40.0

typedef enum
{
  PLACE_SAME,
  PLACE_OWN,
  N_PLACES
} Place;

enum { HOG_PLAIN, HOG_NICE, N_HOGS };

static const HaulChoice items[] = {
  { "same-plain", N_("Same processor, not nice") },
  { "same-nice", N_("Same processor, nice") },
  { "own-plain", N_("A processor each, not nice") },
  { "own-nice", N_("A processor each, nice") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "half", N_("Half of the time, as the other one") },
  { "less", N_("A small part of it") },
  { "nothing", N_("Nothing, until the other one is done") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "processor", N_("Of a processor"), "%", 100 },
  { "share", N_("Of what both got"), "%", 100 },
  { "time", N_("Processor time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "nice", N_("Nice value"), NULL, N_("How nice the nice one is"), HAUL_PARAM_INT, 1, 19, 19 },
  { NULL }
};

typedef struct
{
  pid_t     pid;
  clockid_t clock;    /* of its processor time */
  double    before;
  double    seconds;
} Hog;

static void
G_GNUC_NORETURN
be_a_hog (int cpu,
          int nice_value)
{
  cpu_set_t one;

  CPU_ZERO (&one);
  CPU_SET (cpu, &one);
  if (sched_setaffinity (0, sizeof one, &one) < 0 || setpriority (PRIO_PROCESS, 0, nice_value) < 0)
    lab_child_exit (1);
  for (;;)
    lab_burn (1);
}

static double
get_seconds (const Hog *hog)
{
  struct timespec used = { 0 };

  if (clock_gettime (hog->clock, &used) < 0)
    return 0;
  return (double) used.tv_sec + (double) used.tv_nsec / 1e9;
}

static gboolean
start_hog (Hog     *hog,
           int      cpu,
           int      nice_value,
           GError **error)
{
  hog->pid = lab_fork ();
  if (hog->pid == 0)
    be_a_hog (cpu, nice_value);
  if (hog->pid < 0)
    return haul_throw_errno (error, errno, "cannot fork");

  errno = clock_getcpuclockid (hog->pid, &hog->clock);
  if (errno != 0)
    return haul_throw_errno (error, errno, "cannot look at the time of a child");
  return TRUE;
}

/* Both have come to where they are going to stay. */
static gboolean
await_hog (const Hog *hog,
           int        cpu,
           int        nice_value)
{
  gint64 deadline = g_get_monotonic_time () + G_USEC_PER_SEC;

  for (;;)
    {
      cpu_set_t set;
      gboolean there = sched_getaffinity (hog->pid, sizeof set, &set) == 0 && CPU_COUNT (&set) == 1
                       && CPU_ISSET (cpu, &set) && getpriority (PRIO_PROCESS, (id_t) hog->pid) == nice_value;

      if (there || g_get_monotonic_time () > deadline || lab_child_state (hog->pid) == 'Z')
        return there;
      g_usleep (500);
    }
}

/* Until @enough seconds were used, or for @most_us. */
static gboolean
watch (HaulContext  *context,
       Hog          *hogs,
       double        enough,
       gint64        most_us,
       double       *ret_seconds,
       GError      **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 now = start;
  double used = 0;

  for (guint i = 0; i < N_HOGS; i++)
    hogs[i].before = get_seconds (&hogs[i]);
  while (now - start < most_us && used < enough)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      g_usleep (LOOK_US);
      used = 0;
      for (guint i = 0; i < N_HOGS; i++)
        {
          hogs[i].seconds = get_seconds (&hogs[i]) - hogs[i].before;
          used += hogs[i].seconds;
        }
      now = g_get_monotonic_time ();
    }
  *ret_seconds = (double) (now - start) / G_USEC_PER_SEC;
  return TRUE;
}

static void
say (HaulContext *context,
     Place        place,
     const Hog   *hogs,
     double       seconds)
{
  double both = hogs[HOG_PLAIN].seconds + hogs[HOG_NICE].seconds;

  for (guint i = 0; i < N_HOGS; i++)
    {
      const char *item = items[place * N_HOGS + i].id;

      lab_say_number (context, "processor", item, 100 * hogs[i].seconds / seconds);
      if (both > 0)
        lab_say_number (context, "share", item, 100 * hogs[i].seconds / both);
      lab_say_number (context, "time", item, hogs[i].seconds * 1000);
    }
}

static gboolean
run_place (HaulContext  *context,
           Place         place,
           const int     cpus[N_HOGS],
           const int     nices[N_HOGS],
           GError      **error)
{
  Hog hogs[N_HOGS] = { 0 };
  gboolean ok = TRUE;
  double seconds = 0;

  for (guint i = 0; i < N_HOGS && ok; i++)
    ok = start_hog (&hogs[i], cpus[i], nices[i], error);
  for (guint i = 0; i < N_HOGS && ok; i++)
    {
      ok = await_hog (&hogs[i], cpus[i], nices[i]);
      if (!ok)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "a child could not be put on its processor");
    }
  ok = ok && watch (context, hogs, place == PLACE_SAME ? ENOUGH_S : HUGE_VAL, place == PLACE_SAME ? MOST_US : APART_US,
                    &seconds, error);
  for (guint i = 0; i < N_HOGS; i++)
    lab_child_end (hogs[i].pid);
  if (ok)
    say (context, place, hogs, seconds);
  return ok;
}

/* The first two where we may run; how many there are. */
static guint
find_cpus (int cpus[N_HOGS])
{
  cpu_set_t mine;
  guint n = 0;

  if (sched_getaffinity (0, sizeof mine, &mine) < 0)
    return 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && n < N_HOGS; cpu++)
    {
      if (CPU_ISSET (cpu, &mine))
        cpus[n++] = cpu;
    }
  return n;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  int own = getpriority (PRIO_PROCESS, 0);
  int nices[N_HOGS] = { own, (int) haul_arguments_get_int (arguments, "nice") };
  int cpus[N_HOGS] = { 0 };
  guint n_cpus = find_cpus (cpus);
  int same[N_HOGS] = { cpus[0], cpus[0] };

  lab_say_start (context);
  haul_context_set_total (context, N_PLACES);
  if (own >= nices[HOG_NICE] || n_cpus == 0)
    {
      lab_say_text (context, "missing", n_cpus == 0 ? "processor" : "nice");
      return TRUE;
    }

  if (!run_place (context, PLACE_SAME, same, nices, error))
    return FALSE;
  haul_context_progress (context, 1);
  return n_cpus < N_HOGS || run_place (context, PLACE_OWN, cpus, nices, error);
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  const char *missing = lab_findings_get_text (findings, "missing");
  double share = lab_findings_get (findings, "share", "same-nice");

  if (missing != NULL && strcmp (missing, "nice") == 0)
    *ret_why_not = g_strdup (_("This program is as nice itself, and may not make a child less nice than that."));
  else if (missing != NULL || isnan (share))
    *ret_why_not = g_strdup (_("The processors of this machine could not be told apart."));
  else if (share >= EQUAL_SHARE)
    return "half";
  else if (share > NO_SHARE)
    return "less";
  else if (lab_findings_get (findings, "time", "same-plain") < ENOUGH_S * 900)
    *ret_why_not = g_strdup (_("Others left so little of that processor that a small part of it cannot be seen. Try again when "
                               "this machine has less to do."));
  else
    return "nothing";
  return NULL;
}

static char *
explain_apart (LabFindings *findings)
{
  double nice_one = lab_findings_get (findings, "processor", "own-nice");
  double plain = lab_findings_get (findings, "processor", "own-plain");

  if (isnan (nice_one))
    return g_strdup (_("With a second processor, which is missing here, both would get all of one."));
  if (nice_one > plain * 0.8)
    /* Translators: two percentages. */
    return g_strdup_printf (_("On a processor each they got %.0f %% and %.0f %%: nobody has to be nice where nobody else wants "
                              "to go."), plain, nice_one);
  /* Translators: two percentages. */
  return g_strdup_printf (_("On a processor each they got %.0f %% and %.0f %%: other programs wanted these processors as well, and "
                            "came before the nice one."), plain, nice_one);
}

static char *
explain (LabFindings *findings)
{
  double share = lab_findings_get (findings, "share", "same-nice");
  g_autofree char *apart = NULL;

  if (isnan (share))
    return g_strdup (_("A nice value says how much less a process wants of a processor that others want as well: from 0 to 19, "
                       "and each step is worth about a fifth less."));
  apart = explain_apart (findings);
  /* Translators: a nice value, two percentages, a factor; the last is a sentence of its own. */
  return g_strdup_printf (_("On one processor the child with nice %d got %.1f %% of the time and the other one %.1f %%, which is "
                            "%.1f times as much, because each step of nice is worth about a fifth less. %s That is why Long Tasks "
                            "runs its jobs with nice 19, and its window stays quick."),
                          (int) haul_arguments_get_int (lab_findings_get_arguments (findings), "nice"), share, 100 - share,
                          (100 - share) / MAX (share, 0.01), apart);
}

const LabExperiment lab_nice_and_cores = {
  .task = {
    .id = "lab-nice-and-cores",
    .title = N_("Nice and Cores"),
    .summary = N_("Two that compute, one of them nice: on one processor, and on two"),
    .unit = N_("places"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 3,
  .question = N_("Two processes compute without end on the same processor, and one of them has nice 19, the lowest priority. How "
                 "much of the time does that one get?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "processor",
  .judge = judge,
  .explain = explain,
  .c_code =
    "cpu_set_t one;\n"
    "\n"
    "CPU_ZERO (&one);\n"
    "CPU_SET (0, &one);\n"
    "sched_setaffinity (0, sizeof one, &one);    /* only on processor 0 */\n"
    "setpriority (PRIO_PROCESS, 0, 19);          /* and behind all others there */\n"
    "for (;;)\n"
    "  ;\n",
  .python_code =
    "import os\n"
    "from multiprocessing import Process\n"
    "\n"
    "def hog(nice):\n"
    "    os.sched_setaffinity(0, {0})    # only on processor 0\n"
    "    os.nice(nice)                   # and behind those that are less nice\n"
    "    while True:\n"
    "        pass\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    for nice in (0, 19):\n"
    "        Process(target=hog, args=(nice,), daemon=True).start()\n"
    "    input('Look at top, then press Enter')\n",
  .man = "man 7 sched",
};
