/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A main loop beats every 16 ms, as a window that paints does. The same computation is done in it, and in a child
 * while it goes on. What is longer than a beat should be is what somebody at a window waits. */

extern const LabExperiment lab_frozen_window;

#define BEAT_MS   16
#define REST_MS   300    /* before and after, to see how it is without */
#define CLICK_MS  250

typedef enum
{
  PLACE_NONE,
  PLACE_LOOP,
  PLACE_CHILD,
  N_PLACES
} Place;

static const HaulChoice items[] = {
  [PLACE_NONE] = { "none", N_("Nothing to compute") },
  [PLACE_LOOP] = { "loop", N_("In the main loop") },
  [PLACE_CHILD] = { "child", N_("In a process of its own") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "neither", N_("The window stays quick both times") },
  { "loop", N_("It freezes while its own loop computes, and only then") },
  { "both", N_("It freezes both times: the work is the same") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "gap", N_("Longest without an answer"), "ms", 0 },
  { "beats", N_("Beats"), NULL, 0 },
  { "missed", N_("Beats missed"), "%", 100 },
  { NULL }
};

static const HaulParam params[] = {
  { "seconds", N_("Computation"), N_("seconds"), N_("How long there is something to compute"), HAUL_PARAM_DOUBLE, 0.5, 4, 2 },
  { NULL }
};

typedef struct
{
  HaulContext  *context;
  GMainContext *loop;         /* (owned) */
  gint64        last;         /* the last beat */
  gint64        worst;
  guint         n_beats;
  gint64        clicked;      /* when somebody would have clicked last */
} Window;

/* All that a beat comes too late for was not answered meanwhile. */
static gboolean
beat_cb (gpointer data)
{
  Window *self = data;
  gint64 now = g_get_monotonic_time ();

  self->worst = MAX (self->worst, now - self->last);
  self->last = now;
  self->n_beats++;
  while (self->clicked + CLICK_MS * 1000 <= now)
    {
      self->clicked += CLICK_MS * 1000;
      lab_say_mark (self->context, "loop", HAUL_MARK_MESSAGE, lab_say_when (now), _("an answer"));
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
over_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
closed_cb (int          fd,
           GIOCondition condition,
           gpointer     data)
{
  return over_cb (data);
}

static void
attach (Window   *self,
        GSource  *source,
        gboolean *over)
{
  g_source_set_callback (source, over_cb, over, NULL);
  g_source_attach (source, self->loop);
}

/* Lets the loop go round until @over, or somebody wants to stop. */
static gboolean
turn (Window    *self,
      gboolean  *over,
      GError   **error)
{
  while (!*over)
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      g_main_context_iteration (self->loop, TRUE);
    }
  return TRUE;
}

static gboolean
rest (Window  *self,
      guint    ms,
      GError **error)
{
  g_autoptr(GSource) source = g_timeout_source_new (ms);
  gboolean over = FALSE;
  gboolean ok;

  attach (self, source, &over);
  ok = turn (self, &over, error);
  g_source_destroy (source);
  return ok;
}

/* As much as the processor can, for so long by the clock. */
static gboolean
compute (HaulContext *context,
         double       seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < end)
    {
      if (context != NULL && haul_context_is_cancelled (context))
        return FALSE;
      lab_burn (0.001);
    }
  return TRUE;
}

static gboolean
compute_in_loop (Window  *self,
                 double   seconds,
                 GError **error)
{
  lab_say_span (self->context, "loop", HAUL_SPAN_WORKING, lab_say_now ());
  (void) compute (self->context, seconds);
  lab_say_span (self->context, "loop", HAUL_SPAN_WAITING, lab_say_now ());
  return haul_context_check (self->context, error);
}

static gboolean
compute_in_child (Window  *self,
                  double   seconds,
                  GError **error)
{
  g_autoptr(GSource) source = NULL;
  gboolean over = FALSE;
  gboolean ok;
  int fds[2];
  pid_t pid;

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, error))
    return FALSE;

  lab_say_span (self->context, "child 1", HAUL_SPAN_WORKING, lab_say_now ());
  pid = lab_fork ();
  if (pid == 0)
    {
      (void) compute (NULL, seconds);
      lab_child_exit (0);
    }
  close (fds[1]);
  if (pid < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("cannot fork: %s"), g_strerror (errno));
      close (fds[0]);
      return FALSE;
    }

  /* Its end of the pipe is closed with it: the loop is told, and need not look. */
  source = g_unix_fd_source_new (fds[0], G_IO_IN | G_IO_HUP);
  g_source_set_callback (source, G_SOURCE_FUNC (closed_cb), &over, NULL);
  g_source_attach (source, self->loop);
  ok = turn (self, &over, error);
  g_source_destroy (source);
  close (fds[0]);
  lab_child_end (pid);
  lab_say_mark (self->context, "child 1", HAUL_MARK_JOIN, lab_say_now (), "exit 0");
  lab_say_end (self->context, "child 1", lab_say_now ());
  return ok;
}

static gboolean
run_place (Window  *self,
           Place    place,
           double   seconds,
           GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean ok;
  double due;

  self->last = start;
  self->clicked = start;
  self->worst = 0;
  self->n_beats = 0;
  switch (place)
    {
    case PLACE_LOOP:
      ok = compute_in_loop (self, seconds, error);
      break;

    case PLACE_CHILD:
      ok = compute_in_child (self, seconds, error);
      break;

    case PLACE_NONE:
    case N_PLACES:
    default:
      ok = TRUE;
      break;
    }
  if (!ok || !rest (self, REST_MS, error))
    return FALSE;

  due = (double) (g_get_monotonic_time () - start) / (BEAT_MS * 1000.0);
  lab_say_number (self->context, "gap", items[place].id, (double) self->worst / 1000);
  lab_say_number (self->context, "beats", items[place].id, self->n_beats);
  lab_say_number (self->context, "missed", items[place].id, MAX (0, 100 * (1 - self->n_beats / due)));
  haul_context_progress (self->context, place + 1);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double seconds = haul_arguments_get_double (arguments, "seconds");
  g_autoptr(GMainContext) loop = g_main_context_new ();
  g_autoptr(GSource) beat = g_timeout_source_new (BEAT_MS);
  Window self = { .context = context, .loop = loop };
  gboolean ok = TRUE;

  lab_say_start (context);
  haul_context_set_total (context, N_PLACES);
  g_source_set_callback (beat, beat_cb, &self, NULL);
  g_source_attach (beat, loop);

  lab_say_span (context, "loop", HAUL_SPAN_WAITING, lab_say_now ());
  for (Place place = PLACE_NONE; place < N_PLACES && ok; place++)
    ok = run_place (&self, place, seconds, error);
  lab_say_end (context, "loop", lab_say_now ());
  g_source_destroy (beat);
  return ok;
}

/* Whether it stood still for most of the time that there was something to compute. */
static gboolean
is_frozen (LabFindings *findings,
           Place        place)
{
  double seconds = haul_arguments_get_double (lab_findings_get_arguments (findings), "seconds");

  return lab_findings_get (findings, "gap", items[place].id) > 500 * seconds;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  if (is_frozen (findings, PLACE_LOOP))
    return is_frozen (findings, PLACE_CHILD) ? "both" : "loop";
  if (!is_frozen (findings, PLACE_CHILD))
    return "neither";
  *ret_why_not = g_strdup (_("Only the loop that had nothing to compute stood still: this machine had no time for it. "
                             "Try again when it has less to do."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  double in_loop = lab_findings_get (findings, "gap", "loop") / 1000;
  double in_child = lab_findings_get (findings, "gap", "child");
  double at_rest = lab_findings_get (findings, "gap", "none");

  /* Translators: the first is a time in seconds, the other two are in milliseconds. */
  return g_strdup_printf (_("While the main loop computed, a click had no answer for %.1f s, because a loop does one thing "
                            "after the other, and painting and clicks come after the computation. While a child computed, "
                            "the longest wait was %.0f ms, and with nothing to compute %.0f ms. Whatever takes long "
                            "belongs somewhere else, and the loop is only told when it is done."),
                          in_loop, in_child, at_rest);
}

const LabExperiment lab_frozen_window = {
  .task = {
    .id = "lab-frozen-window",
    .title = N_("Frozen Window"),
    .summary = N_("The same computation in a main loop, and in a process of its own"),
    .unit = N_("places"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_WINDOW,
  .seconds = 5,
  .question = N_("A program computes for two seconds: once in the main loop that also paints its window and answers "
                 "clicks, once in a child process. What becomes of the window?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .freezes_window = TRUE,
  .judge = judge,
  .explain = explain,
  .c_code =
    "static void\n"
    "clicked_cb (GtkButton *button)\n"
    "{\n"
    "  compute ();             /* the window is frozen until it returns */\n"
    "}\n"
    "\n"
    "static void\n"
    "better_clicked_cb (GtkButton *button)\n"
    "{\n"
    "  GSubprocess *child = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, \"./compute\", NULL);\n"
    "\n"
    "  g_subprocess_wait_async (child, NULL, ended_cb, button);   /* returns at once */\n"
    "  g_object_unref (child);\n"
    "}\n",
  .python_code =
    "def clicked(button):\n"
    "    compute()                   # the window is frozen until it returns\n"
    "\n"
    "def better_clicked(button):\n"
    "    child = Process(target=compute)\n"
    "    child.start()               # returns at once\n"
    "    GLib.timeout_add(100, look, child)\n"
    "\n"
    "def look(child):\n"
    "    return child.is_alive()     # True: look again\n",
  .man = "man 2 poll",
};
