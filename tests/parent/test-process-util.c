/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-process-util.h"

const char * const test_process_methods[2] = { "spawn", "forkserver" };

void
test_process_add (const char    *path,
                  GTestDataFunc  func)
{
  for (guint i = 0; i < G_N_ELEMENTS (test_process_methods); i++)
    {
      g_autofree char *whole = g_strdup_printf ("%s/%s", path, test_process_methods[i]);

      g_test_add_data_func (whole, GINT_TO_POINTER (i), func);
    }
}

HaulProcess *
test_process_new (gconstpointer  method,
                  const char    *task,
                  const char    *arguments)
{
  g_autoptr(GVariant) variant = NULL;
  g_autoptr(GError) error = NULL;
  HaulProcess *process;

  if (arguments != NULL)
    {
      variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  process = haul_process_new (haul_test_task (task), variant, &error);
  g_assert_no_error (error);
  haul_job_set_nice (haul_process_get_job (process), 0);
  g_assert_true (haul_process_set_worker_path (process, g_getenv ("HAUL_TEST_CHILD"), &error));
  g_assert_true (haul_process_set_start_method (process, GPOINTER_TO_INT (method), &error));
  g_assert_no_error (error);
  return process;
}

void
test_process_start (HaulProcess *process)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_process_start (process, &error));
  g_assert_no_error (error);
}

typedef struct
{
  HaulProcess *process;
  const char  *text;
} Wanted;

static gboolean
is_running (gpointer data)
{
  Wanted *wanted = data;
  HaulJob *job = haul_process_get_job (wanted->process);

  g_assert_true (haul_job_is_active (job));
  return haul_job_get_state (job) == HAUL_JOB_RUNNING
         && (wanted->text == NULL || haul_test_find_log (job, wanted->text) != NULL);
}

HaulProcess *
test_process_run (gconstpointer  method,
                  const char    *task,
                  const char    *arguments,
                  const char    *text)
{
  HaulProcess *process = test_process_new (method, task, arguments);
  Wanted wanted = { process, text };

  test_process_start (process);
  haul_test_run_until (is_running, &wanted, HAUL_TEST_SOON_MS);
  return process;
}

typedef struct
{
  gboolean answered;
  gboolean ended;
} Join;

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Join *join = user_data;
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_process_join_finish (HAUL_PROCESS (source), result, &join->ended, &error));
  g_assert_no_error (error);
  join->answered = TRUE;
}

static gboolean
is_answered (gpointer data)
{
  return ((Join *) data)->answered;
}

gboolean
test_process_join (HaulProcess *process,
                   int          timeout_ms)
{
  Join join = { FALSE, FALSE };

  haul_process_join_async (process, timeout_ms, NULL, joined_cb, &join);
  haul_test_run_until (is_answered, &join, HAUL_TEST_SOON_MS);
  return join.ended;
}

void
test_process_assert_code (HaulProcess *process,
                          int          code)
{
  int got = 1000;

  if (!haul_process_get_exit_code (process, &got) || got != code)
    {
      const GError *error = haul_job_get_error (haul_process_get_job (process));
      g_autofree char *text = haul_process_dup_description (process);

      g_error ("%s: wanted %d, got %d; %s", text, code, got, error != NULL ? error->message : "no error");
    }
}

void
test_process_assert_ends (HaulProcess *process,
                          int          code)
{
  g_assert_true (test_process_join (process, -1));
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STOPPED);
  g_assert_false (haul_process_is_alive (process));
  test_process_assert_code (process, code);
}

char *
test_process_dup_result (HaulProcess *process)
{
  return haul_test_result_text (haul_process_get_job (process));
}

void
test_process_end (gconstpointer method)
{
  g_autoptr(HaulProcess) process = test_process_new (method, "ok", NULL);
  g_autoptr(GPtrArray) children = NULL;
  g_autoptr(GError) error = NULL;

  test_process_start (process);
  test_process_assert_ends (process, 0);
  haul_test_assert_verdict (haul_process_get_job (process), HAUL_VERDICT_DONE);
  g_assert_finalize_object (g_steal_pointer (&process));

  g_assert_true (haul_process_finish_all (NULL, &error));
  g_assert_no_error (error);
  children = haul_process_active_children ();
  g_assert_cmpuint (children->len, ==, 0);
  haul_test_assert_clean ();
}
