/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Programs that run below the real worker. */

#include "config.h"

#include <stdio.h>

#include "haul-test.h"
#include "haul/wire/haul-error.h"

extern const HaulTask haul_task_command;

static HaulExecutor *
make_executor (const char *name)
{
  if (g_str_equal (name, "serial"))
    return haul_serial_executor_new ();
  if (g_str_equal (name, "thread"))
    return haul_thread_executor_new ();
  if (g_str_equal (name, "pool"))
    return haul_pool_executor_new (g_getenv ("HAUL_TEST_WORKER"), 1);
  return haul_process_executor_new (g_getenv ("HAUL_TEST_WORKER"));
}

static HaulJob *
start (HaulExecutor *executor,
       const char   *command)
{
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'command': <%s>}", command));
  g_autofree char *text = g_variant_print (arguments, TRUE);
  HaulJob *job = haul_test_job_new_for_task (&haul_task_command, text);

  haul_test_submit (executor, job);
  return job;
}

static HaulJob *
run (HaulExecutor *executor,
     const char   *command)
{
  HaulJob *job = start (executor, command);

  haul_test_wait_ended (job);
  return job;
}

/* All there is of what it printed. */
static char *
output_of (HaulJob *job)
{
  GListModel *log = haul_job_get_log (job);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      if (haul_record_get_level (record) == HAUL_LOG_OUTPUT)
        g_string_append_printf (text, "%s|", haul_record_get_text (record));
    }
  return g_string_free (text, FALSE);
}

static void
test_output (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *output = NULL;

  haul_test_begin ();
  executor = make_executor (user_data);
  job = run (executor, "sh -c 'echo out; echo err >&2; printf %s last' ");
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  output = output_of (job);
  g_assert_cmpstr (output, ==, "out|err|last|");
  g_assert_nonnull (haul_test_find_log (job, "sh -c 'echo out; echo err >&2; printf %s last'"));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Each argument arrives as it was, and no shell looks at them. */
static void
test_arguments (gconstpointer user_data)
{
  static const char * const words[] = { "a b", "", "$HOME", "*", "`ls`", "'", "\"", "\\", ";", "#", "~", "ü", "-n", "--" };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GString) command = g_string_new ("printf '[%s]\\n'");
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autofree char *output = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *quoted = g_shell_quote (words[i]);

      g_string_append_printf (command, " %s", quoted);
      g_string_append_printf (expected, "[%s]|", words[i]);
    }
  haul_test_begin ();
  executor = make_executor (user_data);
  job = run (executor, command->str);
  output = output_of (job);
  g_assert_cmpstr (output, ==, expected->str);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_ends (gconstpointer user_data)
{
  static const struct { const char *command, *error; } ends[] = {
    { "false", "status 1" },
    { "sh -c 'exit 42'", "status 42" },
    { "sh -c 'kill -SEGV $$'", "signal" },
    { "/nonexistent/program", "/nonexistent/program" },
    { "/etc/passwd", "/etc/passwd" },                            /* not a program, and no shell guesses */
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = make_executor (user_data);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr(HaulJob) job = run (executor, ends[i].command);

      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      haul_test_assert_contains (haul_job_get_error (job)->message, ends[i].error);
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Nothing of ours is in it: nothing to read, no pipe of the protocol, no signal that is blocked or ignored. */
static void
test_surroundings (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *output = NULL;

  haul_test_begin ();
  executor = make_executor (user_data);
  job = run (executor, "sh -c 'readlink /proc/self/fd/0; cat; ls /proc/self/fd | wc -l; grep -E \"^Sig(Blk|Ign)\" /proc/self/status'");
  output = output_of (job);
  /* ls itself opens one more; and what libc starts ignores the two signals that are libc's own. */
  g_assert_true (g_str_has_prefix (output, "/dev/null|4|SigBlk: 0000000000000000|SigIgn: 0000000"));
  g_assert_true (g_str_has_suffix (output, "00000000|") || g_str_has_suffix (output, "180000000|"));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
is_at_half (gpointer data)
{
  return haul_job_get_fraction (data) >= 0.5 || !haul_job_is_active (data);
}

static void
test_progress (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = make_executor (user_data);
  job = start (executor, "sh -c 'echo 10%; printf \"\\033]9;4;1;50\\a\"; sleep 1000'");
  haul_test_run_until (is_at_half, job, HAUL_TEST_SOON_MS);
  g_assert_cmpfloat (haul_job_get_fraction (job), ==, 0.5);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* All that it started ends with it: what is in its group, what has left it, and what does not listen. */
static void
test_cancel (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  const char *line;
  int pids[3];

  haul_test_begin ();
  executor = make_executor (user_data);
  job = start (executor, "sh -c 'sleep 1000 & a=$!; setsid sleep 1000 & b=$!; (trap \"\" TERM; exec sleep 1000) & echo p\"\"ids $a $b $!; wait'");   /* so that it differs from what is run */
  line = haul_test_wait_log (job, "pids ");
  g_assert_cmpint (sscanf (line, "pids %d %d %d", &pids[0], &pids[1], &pids[2]), ==, 3);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_test_message ("%.1f ms from cancel to the end",
                  (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT)) / 1e3);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
    haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

/* What it leaves behind when it ends well does not go on, and holds nobody up. */
static void
test_left_behind (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *output = NULL;
  int pids[2];

  haul_test_begin ();
  executor = make_executor (user_data);
  job = run (executor, "sh -c 'sleep 1000 & a=$!; setsid sleep 1000 & echo $a $!'");
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  output = output_of (job);
  g_assert_cmpint (sscanf (output, "%d %d", &pids[0], &pids[1]), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
    haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* In a program that has other things to do, it is refused. */
static void
test_refused (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = make_executor (user_data);
  job = run (executor, "true");
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "process");
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_bad_arguments (void)
{
  static const char * const bad[] = { "{}", "{'command': <''>}", "{'command': <'  '>}", "{'command': <'echo \"'>}", "{'command': <'# a'>}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, bad[i], NULL, NULL, NULL));

      g_assert_null (haul_task_complete (&haul_task_command, arguments, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; GTestDataFunc func; } tests[] = {
    { "output", test_output },
    { "arguments", test_arguments },
    { "ends", test_ends },
    { "surroundings", test_surroundings },
    { "progress", test_progress },
    { "cancel", test_cancel },
    { "left-behind", test_left_behind },
  };

  haul_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *process = g_strdup_printf ("/command/process/%s", tests[i].name);
      g_autofree char *pool = g_strdup_printf ("/command/pool/%s", tests[i].name);

      g_test_add_data_func (process, "process", tests[i].func);
      g_test_add_data_func (pool, "pool", tests[i].func);
    }
  g_test_add_data_func ("/command/thread/refused", "thread", test_refused);
  g_test_add_data_func ("/command/serial/refused", "serial", test_refused);
  g_test_add_func ("/command/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
