/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include "haul-test.h"

#include "haul/parent/haul-fork-client-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* Whether a worker was exec'd or forked, its job has the same life and the same end. */

/* Whoever ends in time has not waited for this; on a busy machine no shorter time tells that. */
#define HOUR_MS (3600 * 1000)

static HaulExecutor *
executor_new (HaulStartMethod method)
{
  HaulExecutor *executor = haul_test_process_executor_new ();

  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), method);
  return executor;
}

static void
test_property (void)
{
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  HaulStartMethod method;
  guint n_notified = 0;

  g_signal_connect_swapped (executor, "notify::start-method", G_CALLBACK (g_atomic_int_inc), &n_notified);
  g_assert_cmpint (haul_process_executor_get_start_method (HAUL_PROCESS_EXECUTOR (executor)), ==, HAUL_START_SPAWN);
  g_object_set (executor, "start-method", HAUL_START_FORK_SERVER, NULL);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  g_object_get (executor, "start-method", &method, NULL);
  g_assert_cmpint (method, ==, HAUL_START_FORK_SERVER);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (haul_test_count_children (), ==, 0);   /* it starts with the first worker */
  g_assert_finalize_object (g_steal_pointer (&executor));
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

static const char * const same_rows[][2] = {
  { "ok", "{'size': <int64 0>}" }, { "ok", "{'size': <int64 1>}" }, { "ok", "{'size': <int64 65536>}" },
  { "ok", "{'size': <int64 65537>}" }, { "ok", "{'size': <int64 1048576>}" }, { "ok", "{'size': <int64 16777216>}" },
  { "echo", "{'text': <'some words'>, 'choice': <'two'>}" }, { "phases", NULL }, { "log", NULL }, { "print", NULL },
  { "fail", NULL }, { "fail", "{'length': <int64 10000>}" }, { "fail-silently", NULL }, { "fail-cancelled", NULL },
  { "exit", "{'code': <int64 0>}" }, { "exit", "{'code': <int64 0>, 'result': <int64 1>}" },
  { "exit", "{'code': <int64 1>}" }, { "exit", "{'code': <int64 8>, 'result': <int64 1>}" },
  { "exit", "{'code': <int64 78>}" }, { "exit", "{'code': <int64 255>}" },
  { "crash", "{'signal': <int64 11>}" }, { "crash", "{'signal': <int64 6>}" }, { "crash", "{'signal': <int64 9>}" },
  { "crash", "{'signal': <int64 15>}" }, { "crash", "{'signal': <int64 11>, 'result': <int64 1>}" },
  { "grandchild", "{'result': <int64 1>}" }, { "close-pipes", NULL }, { "linger", NULL },
};

/* Without those of a trace: a forked worker has been called by the server. */
static guint
count_log (HaulJob *job)
{
  GListModel *log = haul_job_get_log (job);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      n += strstr (haul_record_get_text (record), " [0x") == NULL && strstr (haul_record_get_text (record), ")[0x") == NULL;
    }
  return n;
}

static char *
describe (HaulJob *job)
{
  g_autoptr(GBytes) result = haul_job_dup_result (job);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, result);
  const GError *error = haul_job_get_error (job);

  return g_strdup_printf ("%s, code %d, signal %d, %" G_GSIZE_FORMAT " bytes %s,%s, error %s %d ‘%s’, %u log lines, done %g",
                          haul_job_verdict_to_nick (haul_job_get_verdict (job)), haul_job_get_exit_code (job),
                          haul_job_get_exit_signal (job), haul_job_get_result_size (job), sum, haul_test_history (job),
                          error ? g_quark_to_string (error->domain) : "none", error ? error->code : 0,
                          error ? error->message : "", count_log (job),
                          haul_job_get_done (job));
}

static void
submit_rows (HaulExecutor *executor,
             GPtrArray    *jobs)
{
  haul_executor_set_max_running (executor, 4);
  for (guint i = 0; i < G_N_ELEMENTS (same_rows); i++)
    g_ptr_array_add (jobs, haul_test_job_start (executor, same_rows[i][0], same_rows[i][1]));
}

static void
test_same (void)
{
  g_autoptr(HaulExecutor) spawning = NULL;
  g_autoptr(HaulExecutor) forking = NULL;
  g_autoptr(GPtrArray) spawned = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) forked = g_ptr_array_new_with_free_func (g_object_unref);

  haul_test_begin ();
  spawning = executor_new (HAUL_START_SPAWN);
  forking = executor_new (HAUL_START_FORK_SERVER);
  submit_rows (spawning, spawned);
  submit_rows (forking, forked);
  haul_test_shutdown (spawning, HAUL_SHUTDOWN_DRAIN);
  haul_test_shutdown (forking, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < G_N_ELEMENTS (same_rows); i++)
    {
      g_autofree char *expected = describe (g_ptr_array_index (spawned, i));
      g_autofree char *seen = describe (g_ptr_array_index (forked, i));

      g_test_message ("%s %s: %.200s", same_rows[i][0], same_rows[i][1] ? same_rows[i][1] : "", seen);
      g_assert_cmpstr (seen, ==, expected);
    }
  g_clear_object (&spawning);
  g_clear_object (&forking);
  haul_test_assert_clean ();
}

/* What a forked worker may write, before it goes on or ends. */
static void
test_garbage (void)
{
  static const HaulParam stay_params[] = {
    { "stay", "Stay", NULL, "Whether it goes on", HAUL_PARAM_INT, 0, 1, 0 },
    { NULL }
  };
  static const HaulTask task = { .id = "garbage", .title = "garbage", .summary = "Tests", .unit = "steps", .params = stay_params };
  const char *path = g_getenv ("HAUL_TEST_FORK_CHILD");
  g_autoptr(HaulExecutor) executor = NULL;

  if (path == NULL)
    g_error ("HAUL_TEST_FORK_CHILD must be the path of fork-child");
  haul_test_begin ();
  executor = haul_process_executor_new (path);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'stay': <%x>}", (gint64) i % 2));
      g_autoptr(HaulJob) job = haul_job_new (&task, arguments, NULL);

      haul_executor_submit (executor, job);
      haul_test_run_until (has_ended, job, HAUL_TEST_SOON_MS);
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_PROTOCOL);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_cancel (void)
{
  static const struct { const char *task, *text; int signum; guint grace_ms; } rows[] = {
    { "slow", NULL, 0, HOUR_MS }, { "tidy", NULL, 0, HOUR_MS }, { "spin", "spinning", SIGTERM, HOUR_MS },
    { "ignore-term", "ignoring", SIGKILL, 100 }, { "spin-tidy", "spinning", SIGTERM, HOUR_MS },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (rows[i / 2].task, NULL);

      haul_job_set_grace (job, rows[i / 2].grace_ms, TRUE);
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      if (rows[i / 2].text != NULL)
        (void) haul_test_wait_log (job, rows[i / 2].text);
      if (i % 2)
        haul_job_pause (job);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      if (rows[i / 2].signum != 0)
        g_assert_cmpint (haul_job_get_exit_signal (job), ==, rows[i / 2].signum);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Never started, at whatever moment of the start, and forced. */
static void
test_cancel_early (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(HaulJob) queued = NULL;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  haul_executor_set_max_running (executor, 1);
  first = haul_test_job_start (executor, "slow", NULL);
  queued = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (first, HAUL_JOB_RUNNING);
  haul_job_cancel (queued);
  haul_test_wait_ended (queued);
  g_assert_cmpint (haul_job_get_pid (queued), ==, 0);
  haul_job_force (first);
  haul_test_wait_ended (first);
  haul_test_assert_verdict (first, HAUL_VERDICT_CANCELLED);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (i % 2 ? "slow" : "tidy", NULL);

      haul_job_set_grace (job, HOUR_MS, TRUE);
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_STARTING);
      for (guint turns = 0; turns < i / 8; turns++)
        g_main_context_iteration (NULL, FALSE);
      if (i % 5 == 4)
        haul_job_force (job);
      else
        haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

static gboolean
goes_on (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) != 'T';
}

/* However long that takes, it does not end in the meantime. */
static void
test_pause (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) quick = NULL;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  for (guint i = 0; i < 5; i++)
    {
      haul_job_pause (job);
      haul_test_assert_state (job, HAUL_JOB_PAUSED);
      haul_test_run_until (is_stopped, GINT_TO_POINTER (haul_job_get_pid (job)), HAUL_TEST_SOON_MS);
      haul_job_resume (job);
      haul_test_assert_state (job, HAUL_JOB_RUNNING);
      haul_test_run_until (goes_on, GINT_TO_POINTER (haul_job_get_pid (job)), HAUL_TEST_SOON_MS);
    }
  haul_job_cancel (job);
  haul_test_wait_ended (job);

  quick = haul_test_job_start (executor, "ok", "{'size': <int64 1000000>}");
  haul_test_wait_state (quick, HAUL_JOB_RUNNING);
  haul_job_pause (quick);
  haul_job_resume (quick);
  haul_test_wait_ended (quick);
  haul_test_assert_verdict (quick, HAUL_VERDICT_DONE);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_timeout (void)
{
  static const char * const tasks[] = { "slow", "spin", "ignore-term" };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (tasks[i], NULL);

      haul_job_set_timeout (job, 300);
      haul_job_set_grace (job, 200, TRUE);
      haul_test_submit (executor, job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_TIMED_OUT);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_nice (void)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  for (int nice_value = 5; nice_value <= 19; nice_value += 7)
    {
      g_autoptr(HaulJob) job = haul_test_job_new ("slow", NULL);

      haul_job_set_nice (job, nice_value);
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      g_assert_cmpint (haul_test_process_nice (haul_job_get_pid (job)), ==, nice_value);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* With a sanitizer each takes so long that, with many on a busy machine, the time in which it has to
 * answer is not enough. */
#define N_AT_ONCE (HAUL_TEST_SANITIZED ? 40u : 200u)

/* All of them alive together, each with a result of its own. */
static void
test_many (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  haul_executor_set_max_running (executor, N_AT_ONCE);
  for (guint i = 0; i < N_AT_ONCE; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'number': <int64 %u>}", i);

      g_ptr_array_add (jobs, haul_test_job_start (executor, "echo", arguments));
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *expected = g_strdup_printf ("%u|text|one", i);
      g_autofree char *text = haul_test_result_text (job);

      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      g_assert_cmpstr (text, ==, expected);
    }
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
only_the_server (gpointer n_fds)
{
  return haul_test_count_children () == 1 && haul_test_count_fds () <= GPOINTER_TO_UINT (n_fds);
}

/* In a row, and a hundred at once: nothing stays but the server. */
static void
test_cancel_many (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) first = NULL;
  guint n_fds;

  haul_test_begin ();
  executor = executor_new (HAUL_START_FORK_SERVER);
  haul_executor_set_max_running (executor, 100);
  first = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (first);
  n_fds = haul_test_count_fds ();
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, i % 2 ? "slow" : "spin", NULL);

      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (haul_job_get_pid (job)), HAUL_TEST_SOON_MS);
    }
  haul_test_run_until (only_the_server, GUINT_TO_POINTER (n_fds), HAUL_TEST_SOON_MS);

  for (guint i = 0; i < 100; i++)
    g_object_unref (haul_test_job_start (executor, "slow", NULL));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  haul_test_run_until (only_the_server, GUINT_TO_POINTER (n_fds), HAUL_TEST_SOON_MS);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Back and forth between the ways to start, in one executor. */
static void
test_switch (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  haul_test_begin ();
  executor = executor_new (HAUL_START_SPAWN);
  haul_executor_set_max_running (executor, 10);
  for (guint i = 0; i < 40; i++)
    {
      HaulJob *job = haul_test_job_start (executor, i % 4 ? "ok" : "slow", i % 4 ? "{'size': <int64 100000>}" : "{'seconds': <0.05>}");

      g_ptr_array_add (jobs, job);
      haul_test_wait_state (job, HAUL_JOB_STARTING);
      haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), i % 2 ? HAUL_START_SPAWN : HAUL_START_FORK_SERVER);
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < jobs->len; i++)
    haul_test_assert_verdict (HAUL_JOB (g_ptr_array_index (jobs, i)), HAUL_VERDICT_DONE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* The client by itself: a listener that asks for another worker at once, when it hears that its own is
 * lost, while others are asked for and others wait. */

#define N_STARTED 4
#define N_WAITING 36   /* more than are asked for at once */
#define N_WORKERS (2 * N_STARTED + N_WAITING)

typedef struct
{
  HaulForkClient *client;      /* (owned) */
  int             fds[5];      /* (owned) of all workers alike: they wait for a HELLO that never comes */
  guint           n_asked;
  guint           n_spawned[N_WORKERS];
  guint           n_lost;
  guint           n_failed;
} Crowd;

typedef struct
{
  Crowd *crowd;
  guint  number;
} Member;

static void member_ask (Crowd *crowd);

static void
member_spawned (gpointer user_data,
                int      pid)
{
  Member *member = user_data;

  member->crowd->n_spawned[member->number]++;
}

static void
member_exited (gpointer user_data,
               int      code,
               int      signum)
{
  g_error ("nobody ended it");
}

static void
member_failed (gpointer      user_data,
               const GError *error)
{
  Member *member = user_data;

  g_test_message ("%u: %s", member->number, error->message);
  member->crowd->n_failed++;
}

static void
member_lost (gpointer      user_data,
             const GError *error)
{
  Member *member = user_data;

  member->crowd->n_lost++;
  member_ask (member->crowd);
}

static void
member_ask (Crowd *crowd)
{
  static const HaulForkListener listener = { member_spawned, member_exited, member_failed, member_lost };
  static Member members[N_WORKERS];
  guint number = crowd->n_asked++;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (number, <, N_WORKERS);
  members[number] = (Member) { crowd, number };
  g_assert_true (haul_fork_client_spawn (crowd->client, number + 1, 19, FALSE, crowd->fds, &listener, &members[number], &error));
  g_assert_no_error (error);
}

static gboolean
all_asked (gpointer data)
{
  return ((Crowd *) data)->n_asked == N_WORKERS;
}

static gboolean
all_spawned (gpointer data)
{
  Crowd *crowd = data;
  guint n = crowd->n_failed;

  for (guint i = 0; i < crowd->n_asked; i++)
    n += crowd->n_spawned[i] > 0;
  return n >= crowd->n_asked;
}

static void
test_listener (void)
{
  Crowd crowd = { .fds = { -1, -1, -1, -1, -1 } };
  int commands[2];

  haul_test_begin ();
  g_assert_true (haul_open_pipe (commands, 0, NULL));
  crowd.fds[0] = commands[0];
  crowd.fds[1] = crowd.fds[2] = commands[1];
  crowd.client = haul_fork_client_new (g_getenv ("HAUL_TEST_CHILD"));
  while (crowd.n_asked < N_STARTED)
    member_ask (&crowd);
  haul_test_run_until (all_spawned, &crowd, HAUL_TEST_SOON_MS);

  g_assert_cmpint (kill (haul_fork_client_get_server_pid (crowd.client), SIGSTOP), ==, 0);
  while (crowd.n_asked < N_STARTED + N_WAITING)
    member_ask (&crowd);
  g_assert_cmpint (kill (haul_fork_client_get_server_pid (crowd.client), SIGKILL), ==, 0);
  haul_test_run_until (all_asked, &crowd, HAUL_TEST_SOON_MS);
  haul_test_run_until (all_spawned, &crowd, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (crowd.n_lost, ==, N_STARTED);
  g_assert_cmpuint (crowd.n_asked, ==, N_WORKERS);
  g_assert_cmpuint (crowd.n_failed, ==, 0);
  for (guint i = 0; i < N_WORKERS; i++)
    g_assert_cmpuint (crowd.n_spawned[i], ==, 1);

  haul_fork_client_unref (crowd.client);
  haul_clear_fd (&commands[0]);
  haul_clear_fd (&commands[1]);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/fork-client/property", test_property);
  g_test_add_func ("/parent/fork-client/same", test_same);
  g_test_add_func ("/parent/fork-client/garbage", test_garbage);
  g_test_add_func ("/parent/fork-client/cancel", test_cancel);
  g_test_add_func ("/parent/fork-client/cancel-early", test_cancel_early);
  g_test_add_func ("/parent/fork-client/pause", test_pause);
  g_test_add_func ("/parent/fork-client/timeout", test_timeout);
  g_test_add_func ("/parent/fork-client/nice", test_nice);
  g_test_add_func ("/parent/fork-client/many", test_many);
  g_test_add_func ("/parent/fork-client/cancel-many", test_cancel_many);
  g_test_add_func ("/parent/fork-client/switch", test_switch);
  g_test_add_func ("/parent/fork-client/listener", test_listener);
  return g_test_run ();
}
