/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "cli-run.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "haul-test.h"

static GPtrArray *environment;   /* (owned) (element-type utf8) */

void
cli_run_set_env (const char *assignment)
{
  if (environment == NULL)
    environment = g_ptr_array_new_with_free_func (g_free);
  if (assignment == NULL)
    g_ptr_array_set_size (environment, 0);
  else
    g_ptr_array_add (environment, g_strdup (assignment));
}

static void
read_more (CliRun       *self,
           GInputStream *stream);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  CliRun *self = user_data;
  GInputStream *stream = G_INPUT_STREAM (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (stream, result, &error);
  gboolean is_out;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* How a terminal says that nobody is at its other end any more. */
  if (self->terminal < 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
    g_assert_no_error (error);

  is_out = stream == g_subprocess_get_stdout_pipe (self->process);
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      if (is_out)
        self->out_ended = TRUE;
      else
        self->err_ended = TRUE;
      return;
    }

  g_string_append_len (is_out ? self->out : self->err, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  read_more (self, stream);
}

static void
read_more (CliRun       *self,
           GInputStream *stream)
{
  g_input_stream_read_bytes_async (stream, 65536, G_PRIORITY_DEFAULT, self->reading, read_cb, self);
}

static void
exited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  CliRun *self = user_data;
  GSubprocess *process = G_SUBPROCESS (source);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_subprocess_wait_finish (process, result, &error));
  g_assert_no_error (error);
  self->exited = TRUE;
  if (g_subprocess_get_if_signaled (process))
    self->status = 128 + g_subprocess_get_term_sig (process);
  else
    self->status = g_subprocess_get_exit_status (process);
}

/* Run between fork() and exec(): async-signal-safe calls only. A group of its own lets it be
 * stopped: whether it may depends on who else is there. */
static void
own_group (gpointer user_data)
{
  (void) setpgid (0, 0);
}

static void
own_terminal (gpointer user_data)
{
  if (setsid () < 0 || ioctl (STDIN_FILENO, TIOCSCTTY, 0) < 0)
    _exit (127);
}

static GSubprocessLauncher *
make_launcher (void)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);

  g_subprocess_launcher_setenv (launcher, "HAUL_WORKER", g_getenv ("HAUL_TEST_WORKER"), TRUE);
  g_subprocess_launcher_setenv (launcher, "HAUL", g_getenv ("HAUL_TEST_HAUL"), TRUE);
  for (guint i = 0; environment != NULL && i < environment->len; i++)
    {
      g_auto(GStrv) parts = g_strsplit (environment->pdata[i], "=", 2);

      if (parts[1] != NULL)
        g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
      else
        g_subprocess_launcher_unsetenv (launcher, parts[0]);
    }

  return launcher;
}

/* With @columns, its standard input and error are a terminal that wide. */
static CliRun *
start (const char * const *argv,
       guint               columns)
{
  CliRun *self = g_new0 (CliRun, 1);
  g_autoptr(GSubprocessLauncher) launcher = make_launcher ();
  g_autoptr(GInputStream) err = NULL;
  g_autoptr(GError) error = NULL;
  const char *identifier = NULL;
  int other = -1;

  self->terminal = -1;
  if (columns > 0)
    {
      struct winsize size = { .ws_row = 24, .ws_col = (unsigned short) columns };

      g_assert_cmpint (openpty (&self->terminal, &other, NULL, NULL, &size), ==, 0);
      g_assert_cmpint (fcntl (self->terminal, F_SETFD, FD_CLOEXEC), ==, 0);
      g_subprocess_launcher_take_stdin_fd (launcher, fcntl (other, F_DUPFD_CLOEXEC, 3));
      g_subprocess_launcher_take_stderr_fd (launcher, other);
      g_subprocess_launcher_set_child_setup (launcher, own_terminal, NULL, NULL);
    }
  else
    {
      g_subprocess_launcher_set_flags (launcher, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
      g_subprocess_launcher_set_child_setup (launcher, own_group, NULL, NULL);
    }

  self->process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_clear_object (&launcher);   /* closes our copies of the terminal */
  identifier = g_subprocess_get_identifier (self->process);   /* NULL when it has ended already */
  self->pid = identifier != NULL ? atoi (identifier) : 0;
  self->out = g_string_new (NULL);
  self->err = g_string_new (NULL);
  self->reading = g_cancellable_new ();

  if (columns > 0)
    err = g_unix_input_stream_new (self->terminal, FALSE);
  else
    err = g_object_ref (g_subprocess_get_stderr_pipe (self->process));
  g_subprocess_wait_async (self->process, NULL, exited_cb, self);
  read_more (self, g_subprocess_get_stdout_pipe (self->process));
  read_more (self, err);
  return self;
}

static CliRun *
start_list (guint       columns,
            const char *first,
            va_list     args)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) g_getenv ("HAUL_TEST_HAUL"));
  for (const char *arg = first; arg != NULL; arg = va_arg (args, const char *))
    g_ptr_array_add (argv, (gpointer) arg);
  g_ptr_array_add (argv, NULL);
  return start ((const char * const *) argv->pdata, columns);
}

CliRun *
cli_run_start (const char *first,
               ...)
{
  CliRun *self = NULL;
  va_list args;

  va_start (args, first);
  self = start_list (0, first, args);
  va_end (args);
  return self;
}

CliRun *
cli_run_start_on_terminal (guint       columns,
                           const char *first,
                           ...)
{
  CliRun *self = NULL;
  va_list args;

  va_start (args, first);
  self = start_list (columns, first, args);
  va_end (args);
  return self;
}

CliRun *
cli_run_shell (const char *command)
{
  const char *argv[] = { "/bin/sh", "-c", command, NULL };

  return start (argv, 0);
}

CliRun *
cli_run_shell_on_terminal (guint       columns,
                           const char *command)
{
  const char *argv[] = { "/bin/bash", "-c", command, NULL };

  return start (argv, columns);
}

CliRun *
cli_run (const char *first,
         ...)
{
  CliRun *self = NULL;
  va_list args;

  va_start (args, first);
  self = start_list (0, first, args);
  va_end (args);
  cli_run_join (self);
  return self;
}

static gboolean
has_ended (gpointer data)
{
  CliRun *self = data;

  return self->exited && self->out_ended && self->err_ended;
}

void
cli_run_join (CliRun *self)
{
  if (haul_test_run_for (has_ended, self, HAUL_TEST_SOON_MS * 2))
    return;

  g_subprocess_force_exit (self->process);
  g_error ("haul, process %d, does not end; standard output: %s; standard error: %s",
           self->pid, self->out->str, self->err->str);
}

void
cli_run_free (CliRun *self)
{
  if (!self->exited)
    {
      g_subprocess_force_exit (self->process);
      cli_run_join (self);
    }
  g_cancellable_cancel (self->reading);
  /* Cancelled reads end in the main context, and look at us for the last time. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (self->terminal >= 0)
    close (self->terminal);
  g_clear_object (&self->reading);
  g_clear_object (&self->process);
  g_string_free (self->out, TRUE);
  g_string_free (self->err, TRUE);
  g_free (self);
}

void
cli_run_signal (CliRun *self,
                int     signum)
{
  g_subprocess_send_signal (self->process, signum);
}

void
cli_run_type (CliRun     *self,
              const char *keys)
{
  g_assert_cmpint (write (self->terminal, keys, strlen (keys)), ==, (gssize) strlen (keys));
}

void
cli_run_resize (CliRun *self,
                guint   columns)
{
  struct winsize size = { .ws_row = 24, .ws_col = (unsigned short) columns };

  g_assert_cmpint (ioctl (self->terminal, TIOCSWINSZ, &size), ==, 0);
}

typedef struct
{
  CliRun     *run;
  GString    *stream;
  const char *text;
} Wanted;

static gboolean
has_text (gpointer data)
{
  Wanted *wanted = data;

  return strstr (wanted->stream->str, wanted->text) != NULL || has_ended (wanted->run);
}

void
cli_run_wait_for (CliRun     *self,
                  GString    *stream,
                  const char *text)
{
  Wanted wanted = { self, stream, text };

  if (!haul_test_run_for (has_text, &wanted, HAUL_TEST_SOON_MS) || strstr (stream->str, text) == NULL)
    g_error ("‘%s’ does not come; standard output: %s; standard error: %s", text, self->out->str, self->err->str);
}

int
cli_run_wait_worker (CliRun *self)
{
  const char *state = NULL;
  const char *pid = NULL;

  cli_run_wait_for (self, self->out, "\"state\":\"running\"");
  state = strstr (self->out->str, "\"state\":\"running\"");
  pid = strstr (state, "\"pid\":");
  g_assert_nonnull (pid);
  g_assert_cmpint (atoi (pid + strlen ("\"pid\":")), >, 1);
  return atoi (pid + strlen ("\"pid\":"));
}

GPtrArray *
cli_run_parse_json (CliRun *self)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_auto(GStrv) lines = g_strsplit (self->out->str, "\n", -1);

  g_assert_cmpuint (strlen (self->out->str), ==, self->out->len);
  g_assert_true (g_str_has_suffix (self->out->str, "\n"));
  for (guint i = 0; lines[i + 1] != NULL; i++)
    {
      g_autoptr(JsonNode) node = NULL;
      g_autoptr(GError) error = NULL;

      node = json_from_string (lines[i], &error);
      g_assert_no_error (error);
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
      g_ptr_array_add (objects, json_node_dup_object (node));
    }

  return objects;
}

void
cli_run_assert_refused (CliRun     *self,
                        int         status,
                        const char *part)
{
  cli_run_assert_status (self, status);
  g_assert_cmpstr (self->out->str, ==, "");
  g_assert_true (g_str_has_prefix (self->err->str, "haul: "));
  g_assert_true (strchr (self->err->str, '\n') == self->err->str + self->err->len - 1);
  haul_test_assert_contains (self->err->str, part);
}
