/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-worker.h"

/* Nothing here lives for longer than this, should the test that started it have failed. */
#define LIFE_S 30

static void
wait_for_the_end (void)
{
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    g_usleep (10000);
}

static gboolean
run_spin (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  haul_context_log (context, HAUL_LOG_INFO, "spinning");
  while (g_get_monotonic_time () < end)
    ;
  return TRUE;
}

static gboolean
run_ignore_term (HaulContext  *context,
                 GVariant     *arguments,
                 GError      **error)
{
  signal (SIGTERM, SIG_IGN);
  haul_context_log (context, HAUL_LOG_INFO, "ignoring SIGTERM");
  wait_for_the_end ();
  return TRUE;
}

/* Crashes on SIGTERM, rather than to end by it. */
static void
crash_cb (int signum)
{
  signal (SIGSEGV, SIG_DFL);
  raise (SIGSEGV);
}

static gboolean
run_crash_on_term (HaulContext  *context,
                   GVariant     *arguments,
                   GError      **error)
{
  signal (SIGTERM, crash_cb);
  haul_context_log (context, HAUL_LOG_INFO, "waiting for SIGTERM");
  wait_for_the_end ();
  return TRUE;
}

static gboolean
run_stop_self (HaulContext  *context,
               GVariant     *arguments,
               GError      **error)
{
  haul_context_log (context, HAUL_LOG_INFO, "stopping");
  raise (SIGSTOP);
  haul_context_emit (context, "went on", 7);
  return TRUE;
}

static void
send_result (HaulContext *context)
{
  HaulMessage message = { .type = HAUL_FRAME_RESULT };

  message.result.size = haul_context_get_emitted (context);
  haul_context_send (context, &message);
}

/* Leaves without a word, before or after its result. */
static gboolean
run_exit (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  haul_context_set_total (context, 100);
  haul_context_progress (context, 42);
  haul_context_flush (context);
  haul_context_log (context, HAUL_LOG_INFO, "last words");
  haul_context_emit (context, "partial", 7);
  if (haul_arguments_get_int (arguments, "result"))
    send_result (context);
  _exit (haul_arguments_get_int (arguments, "code"));
}

static const HaulParam exit_params[] = {
  { "code", "Code", NULL, "Its exit code", HAUL_PARAM_INT, 0, 255, 0 },
  { "result", "Result", NULL, "Whether it gives its result before", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

static gboolean
run_crash (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  int number = haul_arguments_get_int (arguments, "signal");

  haul_context_set_total (context, 100);
  haul_context_progress (context, 42);
  haul_context_flush (context);
  haul_context_log (context, HAUL_LOG_INFO, "last words");
  if (haul_arguments_get_int (arguments, "result"))
    send_result (context);
  if (number == SIGABRT)
    abort ();
  signal (number, SIG_DFL);
  raise (number);
  wait_for_the_end ();
  return TRUE;
}

static const HaulParam crash_params[] = {
  { "signal", "Signal", NULL, "Which", HAUL_PARAM_INT, 1, 64, SIGSEGV },
  { "result", "Result", NULL, "Whether it gives its result before", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

static gboolean
run_linger (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  haul_context_emit (context, "whole", 5);
  send_result (context);
  wait_for_the_end ();
  _exit (0);
}

/* Says more than anybody wants to hear, for a while or until it is ended. */
static gboolean
run_flood (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  const char *kind = haul_arguments_get_string (arguments, "kind");
  gint64 end = g_get_monotonic_time () + haul_arguments_get_double (arguments, "seconds") * G_USEC_PER_SEC;
  gint64 n = 0;

  for (; g_get_monotonic_time () < end; n++)
    {
      HaulMessage message = { .type = HAUL_FRAME_PROGRESS };

      message.progress.done = n;
      if (strcmp (kind, "progress") == 0)
        haul_context_send (context, &message);
      else if (strcmp (kind, "log") == 0)
        haul_context_log (context, HAUL_LOG_INFO, "flood %" G_GINT64_FORMAT, n);
      else if (strcmp (kind, "data") == 0)
        haul_context_emit (context, "0123456789abcdef", 16);
      else
        printf ("flood %" G_GINT64_FORMAT "\n", n);
    }
  fflush (stdout);
  haul_context_log (context, HAUL_LOG_INFO, "flooded %" G_GINT64_FORMAT " times", n);
  return TRUE;
}

static const HaulChoice flood_kinds[] = {
  { "progress", "Progress" }, { "log", "Log" }, { "data", "Data" }, { "stdout", "Output" }, { NULL }
};
static const HaulParam flood_params[] = {
  { "kind", "Kind", NULL, "Of what", HAUL_PARAM_CHOICE, .initial_text = "progress", .choices = flood_kinds },
  { "seconds", "Seconds", "seconds", "For how long", HAUL_PARAM_DOUBLE, 0, LIFE_S, 1 },
  { NULL }
};

static gboolean
run_print (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  fputs ("to stdout\n", stdout);
  fputs ("with a DOS end\r\n", stdout);
  fputs ("in two ", stdout);
  fflush (stdout);
  fputs ("pieces\n", stdout);
  fputs ("\n", stdout);
  fputs ("bad \xff bytes, \x1b[1mbold\x1b[0m, \xe2\x80\xaereversed\n", stdout);
  fflush (stdout);
  fputs ("to stderr\n", stderr);
  fputs ("without an end", stderr);
  haul_context_emit (context, "ok", 2);
  return TRUE;
}

static gboolean
run_long_line (HaulContext  *context,
               GVariant     *arguments,
               GError      **error)
{
  gint64 mib = haul_arguments_get_int (arguments, "mib");
  g_autofree char *bytes = g_malloc (1 << 20);

  memset (bytes, 'x', 1 << 20);
  for (gint64 i = 0; i < mib; i++)
    fwrite (bytes, 1, 1 << 20, stdout);
  fputs ("\nafter it\n", stdout);
  fflush (stdout);
  return TRUE;
}

static const HaulParam long_line_params[] = {
  { "mib", "MiB", NULL, "How long", HAUL_PARAM_INT, 0, 64, 64 },
  { NULL }
};

static gboolean
run_close_pipes (HaulContext  *context,
                 GVariant     *arguments,
                 GError      **error)
{
  if (haul_arguments_get_int (arguments, "result"))
    send_result (context);
  close (HAUL_WORKER_EVENTS_FD);
  close (HAUL_WORKER_COMMANDS_FD);
  if (haul_arguments_get_int (arguments, "end"))
    g_usleep (300 * 1000);
  else
    wait_for_the_end ();
  _exit (0);
}

static const HaulParam close_pipes_params[] = {
  { "result", "Result", NULL, "Whether it gives its result before", HAUL_PARAM_INT, 0, 1, 0 },
  { "end", "End", NULL, "Whether it ends a little later", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

static const HaulParam result_params[] = {
  { "result", "Result", NULL, "Whether it gives its result before", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

/* A child of the worker's that keeps its pipes open, for as long as all here lives at most. */
static gboolean
run_grandchild (HaulContext  *context,
                GVariant     *arguments,
                GError      **error)
{
  char * const argv[] = { (char *) "sleep", (char *) G_STRINGIFY (LIFE_S), NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  extern char **environ;
  pid_t pid;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  for (int fd = HAUL_WORKER_COMMANDS_FD; fd <= HAUL_WORKER_EVENTS_FD; fd++)
    posix_spawn_file_actions_adddup2 (&actions, fd, fd);   /* without CLOEXEC */
  if (posix_spawn (&pid, "/bin/sleep", &actions, &attributes, argv, environ) != 0)
    g_error ("no grandchild");
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);

  haul_context_log (context, HAUL_LOG_INFO, "grandchild %d", (int) pid);
  haul_context_emit (context, "ok", 2);
  if (haul_arguments_get_int (arguments, "result"))
    return TRUE;
  wait_for_the_end ();
  return TRUE;
}

static void
copy_lines (GString    *out,
            const char *path,
            const char *prefix)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], prefix))
      g_string_append_printf (out, "%s\n", lines[i]);
}

/* How the worker finds itself. */
static gboolean
run_status (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  g_autoptr(GString) out = g_string_new (NULL);
  struct rlimit core;

  copy_lines (out, "/proc/self/status", "Sig");
  copy_lines (out, "/proc/self/status", "NoNewPrivs");
  copy_lines (out, "/proc/self/status", "Threads");
  g_string_append_printf (out, "pid %d\nparent %d\ngroup %d\nsession %d\nparent-session %d\nnice %d\n",
                          (int) getpid (), (int) getppid (), (int) getpgid (0), (int) getsid (0),
                          (int) getsid (getppid ()), getpriority (PRIO_PROCESS, 0));
  getrlimit (RLIMIT_CORE, &core);
  g_string_append_printf (out, "core %d\n", (int) core.rlim_cur);
  for (int fd = 0; fd < 256; fd++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target != NULL)
        g_string_append_printf (out, "fd %d %s %s\n", fd, (fcntl (fd, F_GETFD) & FD_CLOEXEC) ? "cloexec" : "kept", target);
    }
  haul_context_emit (context, out->str, out->len);
  return TRUE;
}

/* What a pool is tested with. Some of it keeps what it should not: state from one call to the next. */

static void
write_pid (const char *path)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());

  if (!g_file_set_contents (path, text, -1, NULL))
    _exit (90);
}

static void
break_protocol (HaulContext *context,
                const char  *mode)
{
  HaulFrame frame = { .type = HAUL_FRAME_DATA, .job = 9999, .sequence = 1 };
  guint8 bytes[4096];

  if (strcmp (mode, "two-results") == 0)
    {
      send_result (context);
      return;
    }
  memset (bytes, 0xa5, sizeof bytes);
  if (strcmp (mode, "wrong-job") == 0)
    haul_frame_encode_header (&frame, bytes);
  if (write (HAUL_WORKER_EVENTS_FD, bytes, strcmp (mode, "wrong-job") == 0 ? HAUL_FRAME_HEADER_SIZE : sizeof bytes) < 0)
    _exit (91);
  wait_for_the_end ();
}

static gboolean
run_item (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  static guint n_inits;
  static gpointer volatile kept;
  gint64 number = haul_arguments_get_int (arguments, "number");
  const char *mode = haul_arguments_get_string (arguments, "mode");
  const char *path = haul_arguments_get_string (arguments, "path");
  g_autofree char *text = NULL;

  if (strcmp (mode, "square") == 0)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, number * number);
  else if (strcmp (mode, "pid") == 0)
    text = g_strdup_printf ("%d", (int) getpid ());
  else if (strcmp (mode, "init") == 0)
    n_inits++;
  else if (strcmp (mode, "count-inits") == 0)
    text = g_strdup_printf ("%u", n_inits);
  else if (strcmp (mode, "grow") == 0)
    memset (kept = g_malloc (16 << 20), (int) number, 16 << 20);   /* never freed */
  else if (strcmp (mode, "wait") == 0)
    {
      write_pid (path);
      wait_for_the_end ();
    }
  else if (strcmp (mode, "die-once") == 0 && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      write_pid (path);
      raise (SIGKILL);
    }
  else if (strcmp (mode, "die") == 0)
    raise (SIGKILL);
  else if (strcmp (mode, "five-is-bad") == 0 && number == 5)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, "%d is bad", (int) number);
      return FALSE;
    }
  else if (strcmp (mode, "die-once") != 0 && strcmp (mode, "five-is-bad") != 0)
    break_protocol (context, mode);

  if (text == NULL)
    text = g_strdup_printf ("%d", (int) getpid ());
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static const HaulParam item_params[] = {
  { "number", "Number", NULL, "Any", HAUL_PARAM_INT, -1e6, 1e6, 0 },
  { "mode", "Mode", NULL, "What to do", HAUL_PARAM_STRING, .initial_text = "square" },
  { "path", "Path", NULL, "Where it writes its pid", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

static gboolean
run_raw (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  g_assert_not_reached ();   /* test-raw-child does what it says */
}

static const HaulParam raw_params[] = {
  { "mode", "Mode", NULL, "What to do", HAUL_PARAM_STRING, .initial_text = "" },
  { "seed", "Seed", NULL, "For random bytes", HAUL_PARAM_INT, 0, 1000000, 0 },
  { NULL }
};

static const HaulParam no_params[] = { { NULL } };

#define TASK(variable, name, function, parameters, ...)                                              \
  static const HaulTask variable = {                                                                 \
    .id = name, .title = name, .summary = "Tests", .unit = "steps", .params = parameters, .run = function, \
    __VA_ARGS__                                                                                      \
  }

TASK (spin_task, "spin", run_spin, no_params);
TASK (spin_tidy_task, "spin-tidy", run_spin, no_params, .tidy_ms = 200);
TASK (ignore_term_task, "ignore-term", run_ignore_term, no_params);
TASK (crash_on_term_task, "crash-on-term", run_crash_on_term, no_params);
TASK (stop_self_task, "stop-self", run_stop_self, no_params);
TASK (exit_task, "exit", run_exit, exit_params);
TASK (crash_task, "crash", run_crash, crash_params);
TASK (linger_task, "linger", run_linger, no_params);
TASK (flood_task, "flood", run_flood, flood_params);
TASK (print_task, "print", run_print, no_params);
TASK (long_line_task, "long-line", run_long_line, long_line_params);
TASK (close_pipes_task, "close-pipes", run_close_pipes, close_pipes_params);
TASK (grandchild_task, "grandchild", run_grandchild, result_params);
TASK (status_task, "status", run_status, no_params);
TASK (item_task, "item", run_item, item_params);
TASK (raw_task, "raw", run_raw, raw_params);

const HaulTask * const haul_test_bad_tasks[] = {
  &spin_task, &spin_tidy_task, &ignore_term_task, &crash_on_term_task, &stop_self_task, &exit_task, &crash_task,
  &linger_task, &flood_task, &print_task, &long_line_task, &close_pipes_task, &grandchild_task, &status_task,
  &item_task, &raw_task, NULL
};
