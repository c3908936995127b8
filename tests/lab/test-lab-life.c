/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "lab-test.h"

/* How processes start and end: the direction of each effect, not its size; and that nobody is left, also where
 * somebody ends it in the middle. */

static char mark[64];

static gboolean
is_nobody_left (gpointer data G_GNUC_UNUSED)
{
  return haul_test_count_marked (mark, getpid ()) == 0;
}

static void
end (LabRun **run)
{
  g_clear_object (run);
  haul_test_poll_until (is_nobody_left, NULL, HAUL_TEST_SOON_MS);
  lab_test_end ();
}

static void
test_zombie (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("zombie-until-joined", NULL, 1);
  lab_test_assert_outcome (run, "stays");
  g_assert_cmpfloat (lab_test_get (run, "memory", "working"), >, 0);
  g_assert_cmpfloat (lab_test_get (run, "memory", "exited"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "refused", "signalled"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "status", "joined"), ==, 7);
  g_assert_cmpstr (lab_findings_get_text (lab_run_get_findings (run), "state-signalled"), ==, "Z");
  end (&run);
}

static void
test_terminate (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  /* Long enough for who obeys, however busy the machine. */
  run = lab_test_run ("terminate-then-join", "{'grace': <int64 3000>}", 1);
  lab_test_assert_outcome (run, "one");
  g_assert_cmpfloat (lab_test_get (run, "signal", "obedient"), ==, 15);
  g_assert_cmpfloat (lab_test_get (run, "signal", "stopped"), ==, 15);
  g_assert_cmpfloat (lab_test_get (run, "signal", "stubborn"), ==, 9);
  g_assert_cmpfloat (lab_test_get (run, "pending", "stopped"), ==, 1);
  end (&run);
}

static void
test_daemon (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("daemon-at-exit", NULL, 1);
  lab_test_assert_outcome (run, "loose");
  g_assert_cmpfloat (lab_test_get (run, "left", "bound"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "ended", "daemon"), <, lab_test_get (run, "ended", "normal"));
  g_assert_cmpfloat (lab_test_get (run, "ended", "normal"), <=, lab_test_get (run, "ended", "program"));
  end (&run);
}

static void
test_crash (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("crash-isolation", NULL, 1);
  lab_test_assert_outcome (run, "processes");
  g_assert_cmpfloat (lab_test_get (run, "finished", "threads"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "finished", "processes"), ==, 3);
  end (&run);
}

static void
test_start_methods (void)
{
  static const char * const methods[] = { "thread", "server", "fork", "spawn" };
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("fork-spawn-forkserver", "{'starts': <int64 5>}", 1);
  /* How long a child waits for a processor is the machine's. */
  if (g_strcmp0 (lab_test_explained (run), "fork") == 0)
    {
      g_assert_cmpfloat (lab_test_get (run, "large", "fork"), >, lab_test_get (run, "small", "fork"));
      g_assert_cmpfloat (lab_test_get (run, "large", "fork"), >, lab_test_get (run, "large", "server"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_assert_cmpfloat (lab_test_get (run, "small", methods[i]), >, 0);
      g_assert_cmpfloat (lab_test_get (run, "large", methods[i]), >, 0);
    }
  g_assert_cmpfloat (lab_test_get (run, "memory", "fork"), >, 0);
  g_clear_object (&run);

  run = lab_test_run ("fork-spawn-forkserver", "{'memory': <int64 0>, 'starts': <int64 3>}", 1);
  lab_test_assert_outcome (run, "none");
  end (&run);
}

static void
test_fork_with_threads (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("fork-with-threads", NULL, 1);
  /* Whether a fork meets the lock is chance. */
  if (lab_test_outcome_or_why (run, "some"))
    {
      g_assert_cmpfloat (lab_test_get (run, "hung", "alone"), ==, 0);
      g_assert_cmpfloat (lab_test_get (run, "hung", "server"), ==, 0);
    }
  end (&run);
}

/* How to be in the middle of each for long, and how many processes there are then: zombies do not count. */
static const struct { const char *id, *arguments; guint n_processes; } cancelled[] = {
  { "zombie-until-joined", "{'wait': <5.0>}", 1 },
  { "terminate-then-join", "{'grace': <int64 5000>}", 3 },
  { "daemon-at-exit", "{'work': <int64 5000>}", 6 },
  { "crash-isolation", "{'work': <int64 5000>}", 4 },
};

typedef struct
{
  LabRun *run;
  guint   n_processes;
} Middle;

static gboolean
is_in_the_middle (gpointer data)
{
  Middle *self = data;

  return lab_run_get_state (self->run) != LAB_RUN_RUNNING
         || (haul_job_get_state (lab_run_get_job (self->run)) == HAUL_JOB_RUNNING
             && haul_test_count_marked (mark, getpid ()) >= self->n_processes);
}

/* Cancelled in the middle, with orphans, children that ignore SIGTERM and stopped ones: all of them go. */
static void
test_cancel (gconstpointer data)
{
  guint number = GPOINTER_TO_UINT (data);
  g_autoptr(LabRun) run = lab_run_new (lab_experiment_lookup (cancelled[number].id, NULL));
  Middle middle = { run, cancelled[number].n_processes };
  g_autoptr(GVariant) arguments = g_variant_parse (G_VARIANT_TYPE_VARDICT, cancelled[number].arguments, NULL, NULL, NULL);

  lab_test_begin ();
  g_assert_true (lab_run_set_arguments (run, arguments, NULL));
  lab_run_skip (run);
  g_assert_true (lab_run_start (run, 1));
  haul_test_run_until (is_in_the_middle, &middle, HAUL_TEST_SOON_MS);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_RUNNING);
  lab_run_cancel (run);
  lab_test_wait (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  end (&run);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  /* All that experiments start inherits it. */
  g_snprintf (mark, sizeof mark, "LAB_TEST_MARK=%d", (int) getpid ());
  (void) g_setenv ("LAB_TEST_MARK", strchr (mark, '=') + 1, TRUE);

  g_test_add_func ("/lab/zombie-until-joined", test_zombie);
  g_test_add_func ("/lab/terminate-then-join", test_terminate);
  g_test_add_func ("/lab/daemon-at-exit", test_daemon);
  g_test_add_func ("/lab/crash-isolation", test_crash);
  g_test_add_func ("/lab/fork-spawn-forkserver", test_start_methods);
  g_test_add_func ("/lab/fork-with-threads", test_fork_with_threads);
  for (guint i = 0; i < G_N_ELEMENTS (cancelled); i++)
    {
      g_autofree char *path = g_strconcat ("/lab/cancel/", cancelled[i].id, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cancel);
    }

  return g_test_run ();
}
