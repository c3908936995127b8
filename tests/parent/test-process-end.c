/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "test-process-util.h"

#include "haul/parent/haul-job-private.h"
#include "haul/sync/haul-value.h"

/* How a process ends: by itself, by each signal, and with a zombie left of it. */

/* T7, T8, T9, T10 */
static void
test_signals (gconstpointer method)
{
  static const struct
  {
    const char *task;
    const char *text;
    gboolean  (*send)(HaulProcess *process, GError **error);
    int         code;
  } rows[] = {
    { "slow", NULL, haul_process_terminate, -15 },
    { "slow", NULL, haul_process_kill, -9 },
    { "ignore-term", "ignoring", haul_process_kill, -9 },
    { "slow", NULL, haul_process_interrupt, -2 },
    { "on-interrupt", "ready", haul_process_interrupt, 7 },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulProcess) process = test_process_run (method, rows[i].task, NULL, rows[i].text);

      g_assert_true (rows[i].send (process, NULL));
      g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STARTED);   /* until it is collected */
      g_assert_true (haul_process_is_alive (process));
      (void) rows[i].send (process, NULL);   /* again: whether it is still there does not matter */
      test_process_assert_ends (process, rows[i].code);

      /* It is over: the number may be anybody's now. */
      g_assert_true (haul_process_terminate (process, NULL));
      g_assert_true (haul_process_kill (process, NULL));
      g_assert_true (haul_process_interrupt (process, NULL));
      g_assert_true (haul_process_suspend (process, NULL));
      g_assert_true (haul_process_resume (process, NULL));
      test_process_assert_code (process, rows[i].code);
    }
  test_process_end (method);
}

/* At once after the start, when a forked one has no number yet. */
static void
test_early_signals (gconstpointer method)
{
  static gboolean (*const sends[]) (HaulProcess * process, GError **error) = {
    haul_process_terminate, haul_process_kill, haul_process_interrupt,
  };
  static const int codes[] = { -15, -9, -2 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (sends); i++)
    {
      g_autoptr(HaulProcess) process = test_process_new (method, "slow", NULL);

      test_process_start (process);
      g_assert_true (sends[i] (process, NULL));
      test_process_assert_ends (process, codes[i]);
    }
  test_process_end (method);
}

static gboolean
is_stopped (gpointer process)
{
  return haul_test_process_state (haul_process_get_pid (process)) == 'T';
}

static gboolean
is_not_stopped (gpointer process)
{
  return !is_stopped (process);
}

static void
test_suspend (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) early = NULL;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  g_assert_true (haul_process_suspend (process, NULL));
  haul_test_run_until (is_stopped, process, HAUL_TEST_SOON_MS);
  haul_test_assert_state (haul_process_get_job (process), HAUL_JOB_PAUSED);
  g_assert_true (haul_process_is_alive (process));
  g_assert_false (test_process_join (process, 0));
  g_assert_true (haul_process_resume (process, NULL));
  haul_test_run_until (is_not_stopped, process, HAUL_TEST_SOON_MS);
  g_assert_true (haul_process_suspend (process, NULL));
  haul_test_run_until (is_stopped, process, HAUL_TEST_SOON_MS);
  g_assert_true (haul_process_terminate (process, NULL));
  test_process_assert_ends (process, -15);

  early = test_process_new (method, "slow", NULL);
  test_process_start (early);
  g_assert_true (haul_process_suspend (early, NULL));
  haul_test_wait_state (haul_process_get_job (early), HAUL_JOB_PAUSED);
  haul_test_run_until (is_stopped, early, HAUL_TEST_SOON_MS);
  g_assert_true (haul_process_kill (early, NULL));
  test_process_assert_ends (early, -9);
  test_process_end (method);
}

/* T11: the way that uses force at last. */
static void
test_ladder (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  HaulJob *job;

  haul_test_begin ();
  process = test_process_run (method, "ignore-term", NULL, "ignoring");
  job = haul_process_get_job (process);
  haul_job_set_grace (job, 50, TRUE);
  haul_job_cancel (job);
  test_process_assert_ends (process, -9);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT), >, 0);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_KILL_SENT), >=, haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT) + 50000);
  test_process_end (method);
}

/* T12 */
static void
test_codes (gconstpointer method)
{
  static const struct { const char *task, *arguments; int code; const char *text; } rows[] = {
    { "ok", NULL, 0, "exitcode=0" },
    { "fail", NULL, 1, "exitcode=1" },
    { "exit", "{'code': <int64 0>}", 0, "exitcode=0" },
    { "exit", "{'code': <int64 8>}", 8, "exitcode=8" },
    { "exit", "{'code': <int64 255>}", 255, "exitcode=255" },
    { "crash", "{'signal': <int64 6>}", -6, "exitcode=-SIGABRT" },
    { "crash", "{'signal': <int64 11>}", -11, "exitcode=-SIGSEGV" },
    { "crash", "{'signal': <int64 9>}", -9, "exitcode=-SIGKILL" },
    { "crash", "{'signal': <int64 15>}", -15, "exitcode=-SIGTERM" },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulProcess) process = test_process_new (method, rows[i].task, rows[i].arguments);
      g_autofree char *text = NULL;
      gboolean has = FALSE;
      int code = 0;

      test_process_start (process);
      test_process_assert_ends (process, rows[i].code);
      text = haul_process_dup_description (process);
      haul_test_assert_contains (text, rows[i].text);
      g_object_get (process, "has-exit-code", &has, "exit-code", &code, NULL);
      g_assert_true (has);
      g_assert_cmpint (code, ==, rows[i].code);
      /* A status of 0 alone is no success: "exit" gave no result. */
      g_assert_cmpint (haul_job_get_error (haul_process_get_job (process)) == NULL, ==, i == 0);
    }
  test_process_end (method);
}

/* T15, T16 */
static void
test_output (gconstpointer method)
{
  g_autoptr(HaulProcess) complaining = NULL;
  g_autoptr(HaulProcess) mute = NULL;
  g_autofree char *result = NULL;
  HaulJob *job;

  haul_test_begin ();
  complaining = test_process_new (method, "complain", NULL);
  haul_process_set_name (complaining, "the one that complains");
  test_process_start (complaining);
  test_process_assert_ends (complaining, 1);
  job = haul_process_get_job (complaining);
  g_assert_cmpstr (haul_job_get_title (job), ==, "the one that complains");
  g_assert_cmpstr (haul_test_find_log (job, "first"), ==, "first line");
  g_assert_cmpstr (haul_test_find_log (job, "second"), ==, "second line");
  g_assert_cmpstr (haul_test_find_log (job, "no end"), ==, "no end");
  g_assert_cmpstr (haul_job_get_error (job)->message, ==, "it gave up");

  mute = test_process_new (method, "without-stdout", NULL);
  test_process_start (mute);
  test_process_assert_ends (mute, 0);
  result = test_process_dup_result (mute);
  g_assert_cmpstr (result, ==, "ok");
  test_process_end (method);
}

static gboolean
has_count (gpointer count)
{
  return *(guint *) count > 0;
}

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

/* T18: the end is heard of on the main loop, whoever brought it about, and not before. */
static void
test_ended (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  gint64 start;
  guint n = 0;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  g_signal_connect_swapped (process, "ended", G_CALLBACK (count_cb), &n);
  g_assert_false (haul_test_run_for (has_count, &n, 100));
  start = g_get_monotonic_time ();
  g_assert_no_errno (kill (haul_process_get_pid (process), SIGKILL));   /* ours, and not collected */
  haul_test_run_until (has_count, &n, HAUL_TEST_SOON_MS);
  g_test_message ("heard after %.1f ms", (g_get_monotonic_time () - start) / 1000.0);
  test_process_assert_code (process, -9);
  test_process_end (method);
}

/* T24: the fifth child has as many files as the first. */
static void
test_files (gconstpointer method)
{
  HaulProcess *processes[5];
  guint counts[5] = { 0 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      processes[i] = test_process_new (method, "status", NULL);
      test_process_start (processes[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_auto(GStrv) lines = NULL;
      g_autofree char *text = NULL;

      test_process_assert_ends (processes[i], 0);
      text = test_process_dup_result (processes[i]);
      lines = g_strsplit (text, "\n", 0);
      for (guint j = 0; lines[j] != NULL; j++)
        counts[i] += g_str_has_prefix (lines[j], "fd ");
      g_assert_cmpuint (counts[i], ==, 5);   /* 0, 1, 2, and the two pipes */
      g_object_unref (processes[i]);
    }
  test_process_end (method);
}

/* T30. A forked worker ends by _exit(), so that nothing runs which was meant for the server. */
static void
test_exit_handlers (gconstpointer method)
{
  gboolean forked = GPOINTER_TO_INT (method) == HAUL_START_FORK_SERVER;
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "trace", NULL);
  g_autofree char *normal = g_strdup_printf ("{'path': <'%s'>}", path);
  g_autofree char *waiting = g_strdup_printf ("{'path': <'%s'>, 'wait': <int64 1>}", path);
  g_autoptr(HaulProcess) killed = NULL;
  g_autoptr(HaulProcess) process = NULL;

  haul_test_begin ();
  killed = test_process_run (method, "at-exit", waiting, "ready");
  g_assert_true (haul_process_kill (killed, NULL));
  test_process_assert_ends (killed, -9);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  process = test_process_new (method, "at-exit", normal);
  test_process_start (process);
  test_process_assert_ends (process, 0);
  g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, !forked);
  if (!forked)
    g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (dir));
  test_process_end (method);
}

/* Zombies on purpose. */

static gboolean
is_zombie (gpointer process)
{
  return haul_process_get_exit_code (process, NULL) && haul_test_process_state (haul_process_get_pid (process)) == 'Z';
}

static void
test_hold (void)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_FORK_SERVER);
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) killed = NULL;
  g_autoptr(HaulProcess) joined = NULL;
  g_autoptr(GPtrArray) list = NULL;
  guint n_ended = 0;
  int pid;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (process, TRUE, NULL));
  g_signal_connect_swapped (process, "ended", G_CALLBACK (count_cb), &n_ended);
  test_process_start (process);
  haul_test_run_until (is_zombie, process, HAUL_TEST_SOON_MS);
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STARTED);
  g_assert_false (haul_process_is_alive (process));
  test_process_assert_code (process, 0);
  g_assert_false (haul_process_close (process, NULL));
  g_assert_true (haul_process_kill (process, NULL));   /* which changes nothing: it is dead */
  list = haul_process_active_children ();
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (n_ended, ==, 0);
  pid = haul_process_get_pid (process);
  g_assert_true (test_process_join (process, 0));
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STOPPED);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);

  /* Who waits before the end hears of it, and nothing is left. */
  joined = test_process_new (method, "slow", NULL);
  g_assert_true (haul_process_set_hold (joined, TRUE, NULL));
  test_process_start (joined);
  g_assert_false (test_process_join (joined, 10));
  g_assert_true (haul_process_terminate (joined, NULL));
  test_process_assert_ends (joined, -15);

  /* One that nobody joins is collected at the end of the program. */
  killed = test_process_new (method, "slow", NULL);
  g_assert_true (haul_process_set_hold (killed, TRUE, NULL));
  test_process_start (killed);
  g_assert_true (haul_process_kill (killed, NULL));
  haul_test_run_until (is_zombie, killed, HAUL_TEST_SOON_MS);
  test_process_assert_code (killed, -9);
  test_process_end (method);
  g_assert_cmpint (haul_process_get_state (killed), ==, HAUL_PROCESS_STOPPED);
}

/* GSubprocess collects at once. */
static void
test_hold_refused (void)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_SPAWN);
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (process, TRUE, NULL));
  g_assert_false (haul_process_start (process, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_INITIAL);
  g_assert_true (haul_process_set_hold (process, FALSE, NULL));
  test_process_start (process);
  test_process_assert_ends (process, 0);
  test_process_end (method);
}

/* The server dies with a zombie that it holds, which init collects. */
static void
test_hold_lost (void)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_FORK_SERVER);
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) waiting = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;
  g_autofree char *path = NULL;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (process, TRUE, NULL));
  test_process_start (process);
  haul_test_run_until (is_zombie, process, HAUL_TEST_SOON_MS);
  waiting = test_process_run (method, "slow", NULL, NULL);

  /* The parent of the zombie is the server. */
  path = g_strdup_printf ("/proc/%d/stat", haul_process_get_pid (process));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  fields = g_strsplit (strrchr (text, ')') + 2, " ", 0);
  g_assert_no_errno (kill ((pid_t) g_ascii_strtoll (fields[1], NULL, 10), SIGKILL));
  g_assert_true (test_process_join (waiting, -1));
  g_assert_false (haul_process_get_exit_code (waiting, NULL));   /* nobody knows how */
  g_assert_error (haul_job_get_error (haul_process_get_job (waiting)), HAUL_ERROR, HAUL_ERROR_ENDED);
  test_process_assert_ends (process, 0);
  test_process_end (method);
}

static gboolean
has_pid (gpointer process)
{
  return haul_process_get_pid (process) > 0;
}

static gboolean
is_readable (gpointer fd)
{
  struct pollfd sentinel = { .fd = GPOINTER_TO_INT (fd), .events = POLLIN };

  return poll (&sentinel, 1, 0) == 1 && (sentinel.revents & POLLIN) != 0;
}

/* T18: quiet while it is alive, and readable at its end, without a main loop and whatever ended it. */
static void
test_sentinel (gconstpointer method)
{
  static const struct { const char *task, *arguments; int code; } rows[] = {
    { "ok", NULL, 0 }, { "fail", NULL, 1 }, { "exit", "{'code': <int64 7>}", 7 }, { "slow", NULL, -9 },
  };
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulProcess) process = test_process_new (method, rows[i].task, rows[i].arguments);
      int fd;

      g_assert_cmpint (haul_process_get_sentinel (process, &error), ==, -1);
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      g_clear_error (&error);
      test_process_start (process);
      fd = haul_process_get_sentinel (process, &error);
      g_assert_no_error (error);
      g_assert_cmpint (haul_process_get_sentinel (process, &error), ==, fd);
      if (rows[i].code == -9)
        {
          g_assert_false (test_process_join (process, 20));
          g_assert_false (is_readable (GINT_TO_POINTER (fd)));
          haul_test_run_until (has_pid, process, HAUL_TEST_SOON_MS);
          g_assert_no_errno (kill (haul_process_get_pid (process), SIGKILL));
          haul_test_poll_until (is_readable, GINT_TO_POINTER (fd), HAUL_TEST_SOON_MS);   /* no main loop */
          g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STARTED);
        }
      haul_test_run_until (is_readable, GINT_TO_POINTER (fd), HAUL_TEST_SOON_MS);
      test_process_assert_ends (process, rows[i].code);
      g_assert_true (is_readable (GINT_TO_POINTER (fd)));
      g_assert_true (haul_process_close (process, NULL));
      g_assert_cmpint (haul_process_get_sentinel (process, &error), ==, -1);
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      g_clear_error (&error);
    }
  test_process_end (method);
}

/* There is no process, or there was: the kernel has nothing to tell. */
static void
test_sentinel_late (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) nothing = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  test_process_start (process);
  test_process_assert_ends (process, 0);
  g_assert_true (is_readable (GINT_TO_POINTER (haul_process_get_sentinel (process, &error))));
  g_assert_no_error (error);
  nothing = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_worker_path (nothing, "/nonexistent", NULL));
  g_assert_false (haul_process_start (nothing, &error));
  g_clear_error (&error);
  g_assert_true (is_readable (GINT_TO_POINTER (haul_process_get_sentinel (nothing, &error))));
  g_assert_no_error (error);
  g_clear_object (&process);   /* and its files with it */
  g_clear_object (&nothing);
  test_process_end (method);
}

/* Row 59: the ninth is told what to do, and the first eight are none the worse. With something that is shared
 * with the ninth, for which the server is asked in another way. */
static void
test_hold_ninth (gconstpointer sharing)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_FORK_SERVER);
  g_autoptr(HaulValue) value = haul_value_new_raw ("x", NULL);
  HaulProcess *held[8];
  g_autoptr(HaulProcess) ninth = NULL;
  g_autoptr(HaulProcess) tenth = NULL;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      held[i] = test_process_new (method, "ok", NULL);
      g_assert_true (haul_process_set_hold (held[i], TRUE, NULL));
      test_process_start (held[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    haul_test_run_until (is_zombie, held[i], HAUL_TEST_SOON_MS);
  ninth = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (ninth, TRUE, NULL));
  if (sharing != NULL)
    haul_job_share (haul_process_get_job (ninth), "value", HAUL_SHAREABLE (value));
  test_process_start (ninth);
  g_assert_true (test_process_join (ninth, -1));
  g_assert_false (haul_process_get_exit_code (ninth, NULL));
  g_assert_error (haul_job_get_error (haul_process_get_job (ninth)), HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  haul_test_assert_contains (haul_job_get_error (haul_process_get_job (ninth))->message, "join one that has ended");

  test_process_assert_ends (held[0], 0);
  tenth = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (tenth, TRUE, NULL));
  test_process_start (tenth);
  haul_test_run_until (is_zombie, tenth, HAUL_TEST_SOON_MS);
  test_process_end (method);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      g_assert_cmpint (haul_process_get_state (held[i]), ==, HAUL_PROCESS_STOPPED);
      g_object_unref (held[i]);
    }
}

static gboolean
is_collected (gpointer process)
{
  return haul_process_get_state (process) == HAUL_PROCESS_STOPPED;
}

/* Nobody joins it: time does. */
static void
test_hold_limit (void)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_FORK_SERVER);
  g_autoptr(HaulProcess) process = NULL;
  gint64 begin;

  haul_test_begin ();
  haul_job_set_held_limit (300);
  process = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_set_hold (process, TRUE, NULL));
  test_process_start (process);
  haul_test_run_until (is_zombie, process, HAUL_TEST_SOON_MS);
  begin = haul_job_get_stamp (haul_process_get_job (process), HAUL_STAMP_EXITED);
  haul_test_run_until (is_collected, process, HAUL_TEST_SOON_MS);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 300 * 1000);
  test_process_assert_code (process, 0);
  haul_job_set_held_limit (0);
  test_process_end (method);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  test_process_add ("/parent/process/signals", test_signals);
  test_process_add ("/parent/process/early-signals", test_early_signals);
  test_process_add ("/parent/process/suspend", test_suspend);
  test_process_add ("/parent/process/ladder", test_ladder);
  test_process_add ("/parent/process/codes", test_codes);
  test_process_add ("/parent/process/output", test_output);
  test_process_add ("/parent/process/ended", test_ended);
  test_process_add ("/parent/process/files", test_files);
  test_process_add ("/parent/process/exit-handlers", test_exit_handlers);
  g_test_add_func ("/parent/process/hold", test_hold);
  test_process_add ("/parent/process/sentinel", test_sentinel);
  test_process_add ("/parent/process/sentinel-late", test_sentinel_late);
  g_test_add_data_func ("/parent/process/hold-ninth", NULL, test_hold_ninth);
  g_test_add_data_func ("/parent/process/hold-ninth/sharing", "", test_hold_ninth);
  g_test_add_func ("/parent/process/hold-limit", test_hold_limit);
  g_test_add_func ("/parent/process/hold-refused", test_hold_refused);
  g_test_add_func ("/parent/process/hold-lost", test_hold_lost);
  return g_test_run ();
}
