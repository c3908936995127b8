/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "cli-run.h"
#include "haul-test.h"
#include "lab-experiment.h"

/* Each experiment, ended at some moment of it: whatever it had started goes with it. */

#define LATEST_MS 400

static gboolean
never (gpointer data)
{
  return FALSE;
}

static gboolean
is_gone (gpointer data)
{
  return haul_test_count_marked (data, 0) == 0;
}

/* Runs it over and over, and ends the program by @signum when its helper is there and a while is over. One that cannot
 * show anything here, such as a window without a display, may have been run a hundred times by then. */
static void
end_by (const LabExperiment *experiment,
        int                  signum,
        int                  status)
{
  g_autofree char *mark = g_strdup_printf ("HAUL_TEST_LAB_END=%d.%s", (int) getpid (), lab_experiment_get_id (experiment));
  int wait_ms = g_test_rand_int_range (0, LATEST_MS);
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env (mark);
  run = cli_run_start ("lab", lab_experiment_get_id (experiment), "--repeat", "100", NULL);
  cli_run_set_env (NULL);
  while (!run->exited && haul_test_count_marked (mark, 0) < 2)
    {
      haul_test_keep_alive ();
      g_main_context_iteration (NULL, FALSE);
    }
  (void) haul_test_run_for (never, NULL, (guint) wait_ms);

  g_test_message ("%s, signal %d after %d ms", lab_experiment_get_id (experiment), signum, wait_ms);
  if (!run->exited)
    cli_run_signal (run, signum);
  cli_run_join (run);
  if (run->status == 0)
    g_test_message ("a hundred runs of it were over before");
  else
    cli_run_assert_status (run, status);
  haul_test_poll_until (is_gone, mark, HAUL_TEST_SOON_MS);
}

static void
test_interrupted (gconstpointer data)
{
  end_by (data, SIGINT, 130);
}

static void
test_killed (gconstpointer data)
{
  end_by (data, SIGKILL, 128 + SIGKILL);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      g_autofree char *interrupted = g_strconcat ("/cli/lab/interrupted/", lab_experiment_get_id (*experiment), NULL);
      g_autofree char *killed = g_strconcat ("/cli/lab/killed/", lab_experiment_get_id (*experiment), NULL);

      g_test_add_data_func (interrupted, *experiment, test_interrupted);
      g_test_add_data_func (killed, *experiment, test_killed);
    }
  return g_test_run ();
}
