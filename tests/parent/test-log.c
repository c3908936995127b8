/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-pool-util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "haul/haul.h"

/* What tasks say, and where it arrives. Each test leaves the level as it was at first. */

static HaulJob *
speak (HaulExecutor *executor,
       const char   *mode)
{
  g_autofree char *arguments = g_strdup_printf ("{'mode': <'%s'>}", mode);
  HaulJob *job = haul_test_job_start (executor, "speak", arguments);

  haul_test_wait_ended (job);
  return job;
}

static HaulExecutor *
executor_new (gconstpointer name)
{
  HaulExecutor *executor;

  if (strcmp (name, "forkserver") != 0)
    return haul_test_executor_new_named (name);
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  return executor;
}

static void
end_with_a_normal_job (HaulExecutor **executor)
{
  haul_test_run_normal (*executor);
  g_clear_object (executor);
  haul_test_assert_clean ();
}

/* All lines of a log, as "LEVEL domain: text" and an end of line each. */
static char *
dup_log (GListModel *log)
{
  static const char letters[] = "DIWO";
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *domain = haul_record_get_domain (record);

      g_string_append_printf (all, "%c %s%s%s\n", letters[haul_record_get_level (record)], domain != NULL ? domain : "",
                              domain != NULL ? ": " : "", haul_record_get_text (record));
    }
  return g_string_free (all, FALSE);
}

static void
assert_log (HaulExecutor *executor,
            const char   *mode,
            const char   *expected)
{
  g_autoptr(HaulJob) job = speak (executor, mode);
  g_autofree char *log = dup_log (haul_job_get_log (job));

  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpstr (log, ==, expected);
}

/* At first: all of haul_context_log(), and of g_log() what is not debug or info. */
static void
test_records (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  GListModel *log;
  gboolean has_process;
  g_autofree char *worker = NULL;

  haul_test_begin ();
  executor = executor_new (name);
  assert_log (executor, "context", "D context debug\nI context info\nW context warning\n");

  job = speak (executor, "context");
  log = haul_job_get_log (job);
  has_process = haul_job_get_program (job) != NULL;
  worker = g_strdup_printf ("Worker-%u", haul_job_get_id (job));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *process_name = haul_record_get_process_name (record);

      g_assert_cmpint (haul_record_get_pid (record), ==, has_process ? haul_job_get_pid (job) : (int) getpid ());
      if (strcmp (name, "pool") == 0)
        g_assert_true (g_str_has_prefix (process_name, "PoolWorker-"));
      else
        g_assert_cmpstr (process_name, ==, has_process ? worker : "MainProcess");
    }
  if (has_process)
    assert_log (executor, "glib",
                "I speaker: glib message\nW speaker: glib warning in two lines\nI of nobody\n");
  end_with_a_normal_job (&executor);
}

/* A level is that of all, and debug of a domain that the environment names comes whatever it is. */
static void
test_levels (gconstpointer name)
{
  static const struct { HaulLogLevel level; const char *context; const char *glib; } rows[] = {
    { HAUL_LOG_DEBUG, "D context debug\nI context info\nW context warning\n",
      "D speaker: glib debug\nI speaker: glib info 1\nI speaker: glib message\n"
      "W speaker: glib warning in two lines\nD other: other debug\nI of nobody\n" },
    { HAUL_LOG_INFO, "I context info\nW context warning\n",
      "I speaker: glib info 1\nI speaker: glib message\nW speaker: glib warning in two lines\nI of nobody\n" },
    { HAUL_LOG_WARNING, "W context warning\n", "W speaker: glib warning in two lines\n" },
    { HAUL_LOG_OUTPUT, "", "" },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = executor_new (name);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint with_glib = 0; with_glib < 2; with_glib++)
      {
        g_autoptr(HaulJob) job = NULL;
        g_autofree char *log = NULL;
        g_autofree char *said = NULL;
        const char *expected = with_glib ? rows[i].glib : rows[i].context;

        haul_log_set_level (rows[i].level);
        g_assert_cmpint (haul_log_get_level (), ==, rows[i].level);
        job = speak (executor, with_glib ? "glib" : "context");
        log = dup_log (haul_job_get_log (job));
        /* What we say ourselves of its life is before and behind. */
        said = g_strjoinv ("", (char *[]) { (char *) "", (char *) expected, NULL });
        haul_test_assert_contains (log, said);
        g_assert_true ((strstr (log, "I haul: ") != NULL) == (rows[i].level <= HAUL_LOG_INFO && strcmp (name, "pool") != 0));
        g_assert_true ((strstr (log, "D haul: ") != NULL) == (rows[i].level == HAUL_LOG_DEBUG && strcmp (name, "pool") != 0));
        g_assert_true ((strstr (log, "debug") != NULL) == (rows[i].level == HAUL_LOG_DEBUG));
        g_assert_true ((strstr (log, "W ") != NULL) == (rows[i].level <= HAUL_LOG_WARNING));
        g_assert_true ((strstr (log, "message") != NULL) == (with_glib && rows[i].level <= HAUL_LOG_INFO));
      }
  haul_log_set_level (HAUL_LOG_NOTSET);
  end_with_a_normal_job (&executor);
}

static void
test_messages_debug (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  g_setenv ("G_MESSAGES_DEBUG", "speaker", TRUE);
  executor = executor_new (name);
  assert_log (executor, "glib",
              "D speaker: glib debug\nI speaker: glib info 1\nI speaker: glib message\n"
              "W speaker: glib warning in two lines\nI of nobody\n");
  haul_log_set_level (HAUL_LOG_WARNING);
  assert_log (executor, "glib",
              "D speaker: glib debug\nI speaker: glib info 1\nW speaker: glib warning in two lines\n");
  haul_log_set_level (HAUL_LOG_NOTSET);
  g_unsetenv ("G_MESSAGES_DEBUG");
  end_with_a_normal_job (&executor);
}

/* Threads and processes that a task starts have no part in its pipe for frames. */
static void
test_others (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  GListModel *log;
  guint n_whole[3] = { 0, };

  haul_test_begin ();
  executor = executor_new (name);
  job = speak (executor, "thread");
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpstr (haul_test_find_log (job, "from a thread"), ==, "speaker: from a thread");
  g_assert_cmpstr (haul_test_find_log (job, "after the thread"), ==, "after the thread");
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), ==, 2);
  g_clear_object (&job);

  job = speak (executor, "fork");
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  log = haul_job_get_log (job);
  for (guint i = 2; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *text = haul_record_get_text (record);

      g_assert_cmpint (haul_record_get_level (record), ==, HAUL_LOG_OUTPUT);
      g_assert_cmpint (text[0], >=, 'a');
      g_assert_cmpint (text[0], <=, 'c');
      g_assert_cmpuint (strlen (text), ==, 1000);
      g_assert_cmpuint (strspn (text, (char[]) { text[0], '\0' }), ==, 1000);
      n_whole[text[0] - 'a']++;
    }
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (n_whole[i], ==, 200);
  g_assert_cmpstr (haul_test_find_log (job, "left"), ==, "left right");
  g_assert_cmpstr (haul_test_find_log (job, "fork"), ==, "speaker: from a fork");
  end_with_a_normal_job (&executor);
}

/* All at the same time: every line is whole, and each thread's are in order. */
static void
test_crowd (gconstpointer name)
{
  static const char * const starts[] = { "task ", "speaker: left ", "speaker: right " };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  GListModel *log;
  guint next[G_N_ELEMENTS (starts)] = { 0, };

  haul_test_begin ();
  executor = executor_new (name);
  job = speak (executor, "crowd");
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  log = haul_job_get_log (job);
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      guint who = 0;

      while (who < G_N_ELEMENTS (starts) && !g_str_has_prefix (haul_record_get_text (record), starts[who]))
        who++;
      g_assert_cmpuint (who, <, G_N_ELEMENTS (starts));
      g_assert_cmpint (haul_record_get_level (record), ==, who == 0 ? HAUL_LOG_INFO : HAUL_LOG_OUTPUT);
      g_assert_cmpstr (haul_record_get_domain (record), ==, who == 0 ? "speaker" : NULL);
      g_assert_cmpint (atoi (haul_record_get_text (record) + strlen (starts[who])), ==, next[who]++);
    }
  for (guint who = 0; who < G_N_ELEMENTS (starts); who++)
    g_assert_cmpuint (next[who], ==, 200);
  end_with_a_normal_job (&executor);
}

static void
test_long (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint n_long = 0;

  haul_test_begin ();
  executor = executor_new (name);
  job = speak (executor, "long");
  for (guint i = 0; i < g_list_model_get_n_items (haul_job_get_log (job)); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (haul_job_get_log (job), i);

      n_long += strlen (haul_record_get_text (record)) == HAUL_MAX_TEXT;
    }
  g_assert_cmpuint (n_long, ==, 4);
  g_assert_cmpstr (haul_test_find_log (job, "end"), ==, "end");
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), ==, 5);
  end_with_a_normal_job (&executor);
}

/* Each kind of line is in its order, and none is missing, though the worker is killed. */
static void
assert_last_words (GListModel *log)
{
  static const char * const kinds[] = { "said", "glib", "printed" };
  guint next[G_N_ELEMENTS (kinds)] = { 0, };
  gboolean has_end = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *text = haul_record_get_text (record);

      has_end |= strcmp (text, "no end") == 0;
      for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
        {
          g_autofree char *expected = g_strdup_printf ("%s %u", kinds[kind], next[kind]);

          next[kind] += strcmp (text, expected) == 0;
        }
    }
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    g_assert_cmpuint (next[kind], ==, 100);
  g_assert_true (has_end);
}

static void
test_killed (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = executor_new (name);
  job = speak (executor, "die");
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  assert_last_words (haul_job_get_log (job));
  end_with_a_normal_job (&executor);
}

static void
test_fatal (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  const char *line;

  haul_test_begin ();
  executor = executor_new (name);
  job = speak (executor, "fatal");
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  line = haul_test_find_log (job, "the very end");
  haul_test_assert_contains (line, "speaker");
  end_with_a_normal_job (&executor);
}

/* What a part of a program writes to standard error, while it is in between. */
static int
capture (int *ret_memory)
{
  int kept = dup (STDERR_FILENO);

  *ret_memory = memfd_create ("stderr", MFD_CLOEXEC);
  g_assert_no_errno (kept);
  g_assert_no_errno (*ret_memory);
  g_assert_no_errno (dup2 (*ret_memory, STDERR_FILENO));
  return kept;
}

static char *
release (int kept,
         int memory)
{
  off_t size = lseek (memory, 0, SEEK_END);
  char *text = g_malloc0 (size + 1);

  g_assert_no_errno (dup2 (kept, STDERR_FILENO));
  close (kept);
  g_assert_cmpint (pread (memory, text, size, 0), ==, size);
  close (memory);
  return text;
}

static gboolean
has_stopped (gpointer process)
{
  return haul_process_get_state (process) == HAUL_PROCESS_STOPPED;
}

static HaulProcess *
process_run (const char   *name,
             const char   *mode,
             GListModel  **ret_log)
{
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'mode': <%s>}", mode));
  g_autoptr(GError) error = NULL;
  HaulProcess *process = haul_process_new (haul_test_task ("speak"), arguments, &error);

  g_assert_no_error (error);
  haul_process_set_name (process, name);
  g_assert_true (haul_process_set_worker_path (process, g_getenv ("HAUL_TEST_CHILD"), NULL));
  haul_job_set_nice (haul_process_get_job (process), 0);
  g_assert_true (haul_process_start (process, &error));
  haul_test_run_until (has_stopped, process, HAUL_TEST_SOON_MS);
  *ret_log = haul_job_get_log (haul_process_get_job (process));
  return process;
}

/* As Python's log_to_stderr(). */
static void
test_to_stderr (void)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autofree char *text = NULL;
  g_autofree char *quiet = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *loud = NULL;
  GListModel *log;
  int memory, kept;

  haul_test_begin ();
  kept = capture (&memory);
  haul_log_to_stderr (HAUL_LOG_DEBUG);
  process = process_run ("Process-7", "context", &log);
  text = release (kept, memory);
  g_assert_cmpint (haul_log_get_level (), ==, HAUL_LOG_DEBUG);
  expected = g_strdup_printf ("[INFO/Process-7] started, process %d\n"
                              "[DEBUG/Process-7] running the task “speak”\n"
                              "[DEBUG/Process-7] context debug\n"
                              "[INFO/Process-7] context info\n"
                              "[WARNING/Process-7] context warning\n"
                              "[INFO/Process-7] exiting with exit code 0\n", haul_process_get_pid (process));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (g_list_model_get_n_items (log), ==, 6);
  g_clear_object (&process);

  /* More comes home than is printed. */
  kept = capture (&memory);
  haul_log_to_stderr (HAUL_LOG_WARNING);
  process = process_run ("Process-8", "die", &log);
  loud = release (kept, memory);
  g_assert_cmpint (haul_log_get_level (), ==, HAUL_LOG_DEBUG);
  assert_last_words (log);
  haul_test_assert_contains (loud, "[OUTPUT/Process-8] printed 99\n[OUTPUT/Process-8] no end\n");
  g_assert_null (strstr (loud, "INFO"));
  g_clear_object (&process);

  kept = capture (&memory);
  haul_log_to_stderr (HAUL_LOG_NOTSET);
  haul_log_set_level (HAUL_LOG_NOTSET);
  process = process_run ("Process-9", "context", &log);
  quiet = release (kept, memory);
  g_assert_cmpstr (quiet, ==, "");
  haul_test_assert_clean ();
}

/* What the grandchild says has its own name, the level of us all, and comes to us in one piece. */
static void
test_nested (void)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autofree char *text = NULL;
  g_autofree char *lines = NULL;
  GListModel *log;
  int memory, kept;

  haul_test_begin ();
  kept = capture (&memory);
  haul_log_to_stderr (HAUL_LOG_DEBUG);
  process = process_run ("Process-1", "nested", &log);
  text = release (kept, memory);
  haul_log_to_stderr (HAUL_LOG_NOTSET);
  haul_log_set_level (HAUL_LOG_NOTSET);

  haul_test_assert_verdict (haul_process_get_job (process), HAUL_VERDICT_DONE);
  haul_test_assert_contains (text, "[INFO/Process-1] started, process ");
  haul_test_assert_contains (text, "[INFO/Process-1:1] started, process ");
  haul_test_assert_contains (text, "[DEBUG/Process-1:1] running the task “speak”\n[DEBUG/Process-1:1] glib debug\n"
                             "[INFO/Process-1:1] glib info 1\n[INFO/Process-1:1] glib message\n");
  haul_test_assert_contains (text, "[INFO/Process-1:1] exiting with exit code 0\n");
  g_assert_true (g_str_has_suffix (text, "[INFO/Process-1] exiting with exit code 0\n"));
  lines = dup_log (log);
  haul_test_assert_contains (lines, "W speaker: glib warning in two lines\n");
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      gboolean is_child = strcmp (haul_record_get_process_name (record), "Process-1:1") == 0;

      g_assert_cmpint (haul_record_get_pid (record), >, 1);
      g_assert_true ((haul_record_get_pid (record) == haul_process_get_pid (process)) != is_child);
    }
  haul_test_assert_clean ();
}

/* The items of a batch have no job: what their workers say is in the log of the pool. */
static void
test_pool (void)
{
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(Watched) spoken = NULL;
  g_autoptr(Watched) dead = NULL;
  g_autofree char *text = NULL;
  g_autofree char *first_started = NULL;
  GListModel *log;
  int first;

  haul_test_begin ();
  haul_log_set_level (HAUL_LOG_INFO);
  pool = pool_new (1);
  log = haul_pool_get_log (pool);
  spoken = pool_list ("speak", "[{'mode': <'glib'>}, {'mode': <'thread'>}]");
  pool_submit (pool, spoken);
  pool_wait (spoken);
  g_assert_cmpuint (haul_batch_get_n_done (spoken->batch), ==, 2);
  first = pool_nth_pid (pool, 0);
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      g_assert_cmpint (haul_record_get_pid (record), ==, first);
      g_assert_true (g_str_has_prefix (haul_record_get_process_name (record), "PoolWorker-"));
    }

  dead = pool_list ("speak", "[{'mode': <'die'>}]");
  pool_submit (pool, dead);
  pool_wait (dead);
  assert_last_words (log);
  pool_normal (pool);
  haul_pool_close (pool);
  pool_join (pool);

  text = dup_log (log);
  first_started = g_strdup_printf ("I haul: started, process %d\n"
                                   "I speaker: glib info 1\n"
                                   "I speaker: glib message\n", first);
  haul_test_assert_contains (text, first_started);
  haul_test_assert_contains (text, "O speaker: from a thread\n");
  haul_test_assert_contains (text, "I speaker: after the thread\n");
  haul_test_assert_contains (text, "I haul: ended by signal 9, SIGKILL\n");
  haul_test_assert_contains (text, "I haul: exiting with exit code 0\n");
  haul_log_set_level (HAUL_LOG_NOTSET);
  g_clear_pointer (&spoken, pool_watched_free);
  g_clear_pointer (&dead, pool_watched_free);
  g_assert_finalize_object (g_steal_pointer (&pool));
  haul_test_assert_clean ();
}

/* As many lines as one likes to keep, and how many had to go. */
static void
test_limit (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("log", "{'lines': <int64 300>}");
  haul_job_set_log_limit (job, 20);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), ==, 20);
  g_assert_cmpuint (haul_ring_get_dropped (HAUL_RING (haul_job_get_log (job))), ==, 281);
  g_assert_nonnull (haul_test_find_log (job, "line 299"));
  g_assert_null (haul_test_find_log (job, "line 280"));
  end_with_a_normal_job (&executor);
}

static const char * const processes[] = { "process", "forkserver", "pool" };

static void
add_for_processes (const char    *path,
                   GTestDataFunc  func)
{
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autofree char *whole = g_strdup_printf ("%s/%s", path, processes[i]);

      g_test_add_data_func (whole, processes[i], func);
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_data_func ("/parent/log/records/serial", "serial", test_records);
  g_test_add_data_func ("/parent/log/records/thread", "thread", test_records);
  add_for_processes ("/parent/log/records", test_records);
  add_for_processes ("/parent/log/levels", test_levels);
  add_for_processes ("/parent/log/messages-debug", test_messages_debug);
  add_for_processes ("/parent/log/others", test_others);
  add_for_processes ("/parent/log/crowd", test_crowd);
  add_for_processes ("/parent/log/long", test_long);
  add_for_processes ("/parent/log/killed", test_killed);
  add_for_processes ("/parent/log/fatal", test_fatal);
  g_test_add_func ("/parent/log/to-stderr", test_to_stderr);
  g_test_add_func ("/parent/log/nested", test_nested);
  g_test_add_func ("/parent/log/pool", test_pool);
  g_test_add_func ("/parent/log/limit", test_limit);
  return g_test_run ();
}
