/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab-experiment.h"
#include "lab-program.h"
#include "lab-say.h"

/* A label is changed 20,000 times by a thread that is not the toolkit's. The program that does it is one of GTK,
 * which nothing here may be: lt-lab-gtk-helper, as often as it takes to see what may happen. */

extern const LabExperiment lab_widgets_from_a_thread;

#define HELPER          "lt-lab-gtk-helper"
#define UPDATES         "20000"
#define EXIT_NO_DISPLAY 3
#define LIMIT_US        (4 * G_USEC_PER_SEC)    /* of one program */
#define ALL_LIMIT_US    (9 * G_USEC_PER_SEC)    /* no more are started */

typedef enum
{
  WAY_THREAD,
  WAY_LOOP,
  N_WAYS
} Way;

/* What it calls them as well. */
static const HaulChoice items[] = {
  [WAY_THREAD] = { "thread", N_("By the thread itself") },
  [WAY_LOOP] = { "loop", N_("Through the main loop") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "works", N_("It works: memory is shared, and a label is memory") },
  { "refused", N_("GTK refuses it, with an error that the thread is told") },
  { "breaks", N_("It goes wrong: warnings, or a crash") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "broken", N_("Went wrong"), "%", 100 },
  { "runs", N_("Programs"), NULL, 0 },
  { "crashed", N_("Crashed"), NULL, 0 },
  { "warned", N_("Warned"), NULL, 0 },
  { "time", N_("Time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "runs", N_("Programs"), N_("programs"), N_("How often each is tried"), HAUL_PARAM_INT, 1, 10, 5 },
  { NULL }
};

typedef struct
{
  guint    n_runs;
  guint    n_crashed;    /* or never ended */
  guint    n_warned;     /* and came through */
  double   ms;           /* of those that came through */
} Tally;

/* $LT_LAB_GTK_HELPER, or where it is installed, which is where this program is. */
static char *
find_helper (void)
{
  const char *path = g_getenv ("LT_LAB_GTK_HELPER");

  return path != NULL ? g_strdup (path) : g_build_filename (HAUL_LIBEXECDIR, HELPER, NULL);
}

/* FALSE where there is no display; otherwise it went well or badly, and was counted. */
static gboolean
run_helper (HaulContext  *context,
            const char   *path,
            Way           way,
            Tally        *tally,
            gboolean     *ret_display,
            GError      **error)
{
  const char *argv[] = { path, items[way].id, UPDATES, NULL };
  gint64 start = g_get_monotonic_time ();
  gint64 deadline = start + LIMIT_US;
  gboolean done = FALSE;
  gboolean warned = FALSE;
  gboolean in_time, whole;
  char *line = NULL;
  int output = -1;
  int status = 0;
  pid_t pid = lab_program_start (argv, NULL, &output, error);

  if (pid < 0)
    return FALSE;
  while ((line = lab_program_read (output, deadline)) != NULL)
    {
      done = done || g_str_has_prefix (line, "done ");
      if (g_str_has_prefix (line, "complaint ") && !warned)
        {
          warned = TRUE;
          lab_say_text (context, "warning", line + strlen ("complaint "));
        }
      g_free (line);
    }
  close (output);
  in_time = lab_program_finish (pid, deadline, &status);

  *ret_display = !(in_time && WIFEXITED (status) && WEXITSTATUS (status) == EXIT_NO_DISPLAY);
  if (!*ret_display)
    return TRUE;
  tally->n_runs++;
  whole = in_time && done && WIFEXITED (status) && WEXITSTATUS (status) == 0;
  if (!whole)
    tally->n_crashed++;
  else if (warned)
    tally->n_warned++;
  if (whole)
    tally->ms += (double) (g_get_monotonic_time () - start) / 1000;
  if (WIFSIGNALED (status) && in_time)
    lab_say_text (context, "signal", g_strsignal (WTERMSIG (status)));
  return TRUE;
}

static void
say (HaulContext *context,
     Way          way,
     const Tally *tally)
{
  const char *item = items[way].id;
  guint n_broken = tally->n_crashed + tally->n_warned;

  lab_say_number (context, "runs", item, tally->n_runs);
  lab_say_number (context, "crashed", item, tally->n_crashed);
  lab_say_number (context, "warned", item, tally->n_warned);
  lab_say_number (context, "broken", item, 100.0 * n_broken / tally->n_runs);
  if (tally->n_runs > tally->n_crashed)
    lab_say_number (context, "time", item, tally->ms / (tally->n_runs - tally->n_crashed));
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n_runs = (guint) haul_arguments_get_int (arguments, "runs");
  gint64 last_start = g_get_monotonic_time () + ALL_LIMIT_US;
  g_autofree char *path = find_helper ();
  Tally tallies[N_WAYS] = { 0 };

  lab_say_start (context);
  haul_context_set_total (context, 2.0 * n_runs);
  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    {
      lab_say_text (context, "missing", "program");
      return TRUE;
    }

  for (guint i = 0; i < 2 * n_runs && g_get_monotonic_time () < last_start; i++)
    {
      Way way = i % N_WAYS;
      gboolean display = FALSE;

      if (!haul_context_check (context, error) || !run_helper (context, path, way, &tallies[way], &display, error))
        return FALSE;
      if (!display)
        {
          lab_say_text (context, "missing", "display");
          return TRUE;
        }
      say (context, way, &tallies[way]);
      haul_context_progress (context, i + 1);
    }
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  const char *missing = lab_findings_get_text (findings, "missing");
  double thread = lab_findings_get (findings, "broken", "thread");
  double loop = lab_findings_get (findings, "broken", "loop");

  if (missing != NULL && strcmp (missing, "display") == 0)
    *ret_why_not = g_strdup (_("There is no display here, so that no window could be opened."));
  else if (missing != NULL)
    *ret_why_not = g_strdup (_("The program that opens the window was not found: it comes with the app."));
  else if (loop > 0)
    *ret_why_not = g_strdup (_("Something went wrong here even through the main loop, so that it is not the thread alone."));
  else if (!(thread > 0))
    *ret_why_not = g_strdup (_("Nothing went wrong this time, and nothing promises that it will not the next. That is what "
                               "makes it hard to find. Run it again."));
  else
    return "breaks";
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  const char *warning = lab_findings_get_text (findings, "warning");
  double n_runs = lab_findings_get (findings, "runs", "thread");

  if (isnan (n_runs) || isnan (lab_findings_get (findings, "runs", "loop")))
    return g_strdup (_("GTK belongs to one thread, that of the main loop, and has no locks: a second thread changes a label "
                       "while the first is painting it. What may happen has to be seen on a display."));

  /* Translators: how many programs, how many of them crashed, how many warned; the last is a warning of GTK,
   * which is English, or a dash. */
  return g_strdup_printf (_("GTK belongs to one thread and has no locks, so that a label was changed while it was being painted, "
                            "and of %.0f programs %.0f crashed and %.0f warned (“%s”). Through g_idle_add() the same "
                            "20,000 changes were made by the main loop, between two frames, and %.0f of %.0f programs came "
                            "through without a warning. A thread computes, and sends what it has found to the main loop."),
                          n_runs, lab_findings_get (findings, "crashed", "thread"),
                          lab_findings_get (findings, "warned", "thread"), warning != NULL ? warning : "–",
                          lab_findings_get (findings, "runs", "loop") * (1 - lab_findings_get (findings, "broken", "loop") / 100),
                          lab_findings_get (findings, "runs", "loop"));
}

const LabExperiment lab_widgets_from_a_thread = {
  .task = {
    .id = "lab-widgets-from-a-thread",
    .title = N_("Widgets From a Thread"),
    .summary = N_("A label that another thread changes, itself or through the main loop"),
    .unit = N_("programs"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_WINDOW,
  .seconds = 6,
  .question = N_("A thread counts to 20,000 and writes each number into a label of a small window, which you will see. "
                 "The window belongs to the main loop, in another thread. What happens?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "broken",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static gboolean\n"
    "show_cb (gpointer text)                 /* in the thread of the main loop */\n"
    "{\n"
    "  gtk_label_set_text (label, text);\n"
    "  return G_SOURCE_REMOVE;\n"
    "}\n"
    "\n"
    "static gpointer\n"
    "count (gpointer data)                   /* in a thread of its own */\n"
    "{\n"
    "  for (int i = 0; i < 20000; i++)       /* and never gtk_label_set_text () here */\n"
    "    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_cb, g_strdup_printf (\"%d\", i), g_free);\n"
    "  return NULL;\n"
    "}\n",
  .python_code =
    "from gi.repository import GLib\n"
    "import threading\n"
    "\n"
    "def show(text):                 # in the thread of the main loop\n"
    "    label.set_text(text)\n"
    "    return GLib.SOURCE_REMOVE\n"
    "\n"
    "def count():                    # in a thread of its own\n"
    "    for i in range(20_000):     # and never label.set_text() here\n"
    "        GLib.idle_add(show, str(i))\n"
    "\n"
    "threading.Thread(target=count, daemon=True).start()\n",
  .man = "man 7 pthreads",
};
