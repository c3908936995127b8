/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* From one wait to the next, however many there are; a whole program has meson's time limit. */
#define WATCHDOG_S 50

static guint n_fds_before;

/* The program is about to abort, so it does not matter that most of what the dump calls is not
 * meant for signal handlers. If the dump itself hangs, the second alarm ends it. */
static void
watchdog_cb (int signum)
{
  signal (SIGALRM, SIG_DFL);
  alarm (5);
  g_printerr ("watchdog: nothing was waited for in %d s, or a wait does not end\n", WATCHDOG_S);
  haul_test_dump ();
  abort ();
}

static void
true_exited_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  gboolean *exited = user_data;

  *exited = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* GLib's own worker thread opens fds on first use, which are not leaks. */
static void
warm_up (void)
{
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GError) error = NULL;
  gboolean exited = FALSE;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "/bin/true", NULL);
  g_assert_no_error (error);
  g_subprocess_wait_async (subprocess, NULL, true_exited_cb, &exited);
  haul_test_run_until (is_true, &exited, HAUL_TEST_SOON_MS);
}

/* What our launcher ignores, as a shell does for what it runs in the background, our children would
 * ignore as well. */
static void
reset_signals (void)
{
  static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCHLD };
  sigset_t none;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

void
haul_test_follow_parent (void)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () == 1)
    _exit (127);
}

void
haul_test_init (int    *argc,
                char ***argv)
{
  setlocale (LC_ALL, "");
  reset_signals ();
  g_unsetenv ("HAUL_WORKER");
  signal (SIGPIPE, SIG_IGN);
  signal (SIGALRM, watchdog_cb);
  alarm (WATCHDOG_S);
  g_test_init (argc, argv, NULL);
}

void
haul_test_keep_alive (void)
{
  alarm (WATCHDOG_S);
}

void
haul_test_begin (void)
{
  static gboolean warm;

  if (!warm)
    warm_up ();
  warm = TRUE;
  alarm (WATCHDOG_S);
  haul_test_jobs_begin ();
  n_fds_before = haul_test_count_fds ();
}

static gboolean
nothing_left (gpointer data)
{
  return haul_test_count_children () == 0 && haul_test_count_fds () <= n_fds_before;
}

void
haul_test_assert_clean (void)
{
  haul_test_jobs_assert ();
  /* GLib frees a subprocess and its pidfd in its worker thread, a moment after we hear of it. */
  haul_test_run_until (nothing_left, NULL, HAUL_TEST_SOON_MS);
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
haul_test_run_for (HaulTestPredicate predicate,
                   gpointer          data,
                   guint             ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  guint id;
  gboolean holds;

  /* So that predicates about the world outside are looked at too. After all else: where a look takes
   * longer than 2 ms, nothing else would ever have its turn. */
  id = g_timeout_add_full (G_PRIORITY_LOW, 2, wake_cb, NULL, NULL);
  alarm (ms / 1000 + WATCHDOG_S);
  while (!(holds = predicate (data)) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  alarm (WATCHDOG_S);
  g_source_remove (id);
  return holds;
}

void
haul_test_run_until (HaulTestPredicate predicate,
                     gpointer          data,
                     guint             ms)
{
  if (haul_test_run_for (predicate, data, ms))
    return;
  haul_test_dump ();
  g_error ("waited %u ms in vain", ms);
}

void
haul_test_poll_until (HaulTestPredicate predicate,
                      gpointer          data,
                      guint             ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;

  alarm (ms / 1000 + WATCHDOG_S);
  while (!predicate (data))
    {
      if (g_get_monotonic_time () >= end)
        {
          haul_test_dump ();
          g_error ("waited %u ms in vain", ms);
        }
      g_usleep (1000);
    }
  alarm (WATCHDOG_S);
}

/* The fields of /proc/PID/stat that follow the name, or NULL. The name may hold anything, so they
 * begin after its last parenthesis: [0] state, [1] parent, [2] group, … [16] nice. */
static char **
read_stat (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  end = strrchr (text, ')');
  return end != NULL ? g_strsplit (end + 2, " ", 0) : NULL;
}

char
haul_test_process_state (int pid)
{
  g_auto(GStrv) fields = read_stat (pid);

  return fields != NULL ? fields[0][0] : 0;
}

int
haul_test_process_group (int pid)
{
  g_auto(GStrv) fields = read_stat (pid);

  return fields != NULL ? atoi (fields[2]) : 0;
}

int
haul_test_process_nice (int pid)
{
  g_auto(GStrv) fields = read_stat (pid);

  g_assert_nonnull (fields);
  return atoi (fields[16]);
}

double
haul_test_cpu_wait (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;

  if (!g_file_get_contents ("/proc/thread-self/schedstat", &text, NULL, NULL))
    return 0;   /* a kernel that does not count it */
  fields = g_strsplit (text, " ", 3);
  return g_ascii_strtoull (fields[1], NULL, 10) / 1e6;
}

gboolean
haul_test_process_gone (gpointer pid)
{
  g_auto(GStrv) fields = read_stat (GPOINTER_TO_INT (pid));

  return fields == NULL || fields[0][0] == 'X' ||
         (fields[0][0] == 'Z' && atoi (fields[1]) != (int) getpid ());
}

static guint
each_child (gboolean print)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_auto(GStrv) fields = NULL;
      g_autofree char *path = NULL;
      g_autofree char *wchan = NULL;

      if (!g_ascii_isdigit (name[0]) || (fields = read_stat (atoi (name))) == NULL ||
          atoi (fields[1]) != (int) getpid ())
        continue;
      n++;
      if (!print)
        continue;
      path = g_strdup_printf ("/proc/%s/wchan", name);
      (void) g_file_get_contents (path, &wchan, NULL, NULL);   /* often forbidden */
      g_printerr ("child %s: state %s, group %s, waits in %s\n", name, fields[0], fields[2], wchan ? wchan : "?");
    }
  return n;
}

guint
haul_test_count_children (void)
{
  return each_child (FALSE);
}

guint
haul_test_count_marked (const char *mark,
                        int         except)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "environ", NULL);
      g_autofree char *text = NULL;
      gsize size = 0;

      if (!g_ascii_isdigit (name[0]) || atoi (name) == except || !g_file_get_contents (path, &text, &size, NULL))
        continue;
      n += memmem (text, size, mark, strlen (mark) + 1) != NULL;   /* a zombie has none */
    }
  return n;
}

static guint
each_fd (gboolean print)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = NULL;

      n++;
      if (print && (target = g_file_read_link (path, NULL)) != NULL)
        g_printerr ("fd %s: %s\n", name, target);
    }
  return n;
}

guint
haul_test_count_fds (void)
{
  return each_fd (FALSE);
}

GSubprocess *
haul_test_hold (int pid)
{
  const char *path = g_getenv ("HAUL_TEST_TRACER");
  g_autofree char *number = g_strdup_printf ("%d", pid);
  g_autoptr(GSubprocess) holder = NULL;
  g_autoptr(GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  g_autoptr(GError) error = NULL;

  if (path == NULL)
    g_error ("HAUL_TEST_TRACER must be the path of test-tracer");
  holder = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, path, number, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (holder));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  if (g_str_equal (line, "traced"))
    return g_steal_pointer (&holder);

  g_test_skip (line);
  g_assert_true (g_subprocess_wait (holder, NULL, NULL));
  return NULL;
}

void
haul_test_let_go (GSubprocess *holder)
{
  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (holder), NULL, NULL));
  g_assert_true (g_subprocess_wait (holder, NULL, NULL));
  g_object_unref (holder);
}

void
haul_test_dump (void)
{
  haul_test_jobs_dump ();
  (void) each_child (TRUE);   /* how many does not matter here */
  g_printerr ("%u fds before the test, now:\n", n_fds_before);
  (void) each_fd (TRUE);
}
