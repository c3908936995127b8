/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli-run.h"
#include "haul-cli-progress-line.h"
#include "haul-test.h"

/* `haul map` on a terminal: lines of its workers that are drawn over and over. */

#define CTRL_C "\003"
#define CTRL_Z "\032"

/* What there is to see, of a terminal as high as it needs to be. It knows the few sequences that haul
 * sends, and no other. */
typedef struct
{
  GPtrArray *rows;     /* (owned) of GString */
  guint      row;
  guint      column;   /* in characters: all are one wide here */
} Screen;

static void
screen_free (Screen *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Screen, screen_free)

static void
row_free (gpointer row)
{
  g_string_free (row, TRUE);
}

static GString *
screen_row (Screen *self)
{
  while (self->rows->len <= self->row)
    g_ptr_array_add (self->rows, g_string_new (NULL));
  return self->rows->pdata[self->row];
}

static void
screen_put (Screen     *self,
            const char *character)
{
  GString *row = screen_row (self);
  char *at;

  while (g_utf8_strlen (row->str, -1) <= self->column)
    g_string_append_c (row, ' ');
  at = g_utf8_offset_to_pointer (row->str, self->column);
  g_string_erase (row, at - row->str, g_utf8_next_char (at) - at);
  g_string_insert_len (row, at - row->str, character, g_utf8_next_char (character) - character);
  self->column++;
}

/* Returns what is behind the sequence, or NULL when the end of it is still on its way. */
static const char *
screen_escape (Screen     *self,
               const char *at)
{
  GString *row = screen_row (self);
  char *end;
  long n;

  if (at[1] == ']')
    return (end = strstr (at, "\033\\")) != NULL ? end + 2 : NULL;
  if (at[1] == '\0' || at[2] == '\0')
    return NULL;
  g_assert_cmpint (at[1], ==, '[');
  n = strtol (at + 2, &end, 10);
  switch (*end)
    {
    case '\0':
      return NULL;

    case 'A':
      g_assert_cmpint (n, >, 0);
      g_assert_cmpint (n, <=, self->row);   /* never into what was there before */
      self->row -= n;
      break;

    case 'J':
      g_ptr_array_set_size (self->rows, self->row + 1);
      G_GNUC_FALLTHROUGH;
    case 'K':
      if (g_utf8_strlen (row->str, -1) > self->column)
        g_string_truncate (row, g_utf8_offset_to_pointer (row->str, self->column) - row->str);
      break;

    default:
      g_error ("a sequence that nobody knows: %s", at + 1);
    }
  return end + 1;
}

static Screen *
screen_new (const char *bytes)
{
  Screen *self = g_new0 (Screen, 1);

  self->rows = g_ptr_array_new_with_free_func (row_free);
  while (bytes != NULL && *bytes != '\0' && g_utf8_get_char_validated (bytes, -1) != (gunichar) - 2)
    {
      if (*bytes == '\033')
        {
          bytes = screen_escape (self, bytes);
          continue;
        }
      if (*bytes == '\r')
        self->column = 0;
      else if (*bytes == '\n')
        self->row++;
      else
        screen_put (self, bytes);
      bytes = g_utf8_next_char (bytes);
    }
  return self;
}

static char *
screen_text (CliRun *run)
{
  g_autoptr(Screen) screen = screen_new (run->err->str);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < screen->rows->len; i++)
    g_string_append_printf (text, "%s\n", ((GString *) screen->rows->pdata[i])->str);
  return g_string_free (text, FALSE);
}

typedef struct
{
  CliRun     *run;
  const char *pattern;
} Wanted;

static gboolean
is_seen (gpointer data)
{
  Wanted *wanted = data;
  g_autofree char *text = screen_text (wanted->run);

  return g_regex_match_simple (wanted->pattern, text, G_REGEX_MULTILINE, 0);
}

static void
wait_screen (CliRun     *run,
             const char *pattern)
{
  Wanted wanted = { run, pattern };

  haul_test_run_until (is_seen, &wanted, HAUL_TEST_SOON_MS);
}

static void
assert_screen (CliRun     *run,
               const char *pattern)
{
  g_autofree char *text = screen_text (run);

  if (!g_regex_match_simple (pattern, text, G_REGEX_MULTILINE | G_REGEX_DOTALL, 0))
    g_error ("the terminal shows\n%s", text);
}

/* Of the worker that is at @value. */
static int
find_pid (CliRun     *run,
          const char *value)
{
  g_autofree char *text = screen_text (run);
  g_autofree char *pattern = g_strdup_printf ("^ *([0-9]+)  seconds=%s ", value);
  g_autoptr(GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  g_autofree char *pid = NULL;

  g_assert_true (g_regex_match (regex, text, 0, &match));
  pid = g_match_info_fetch (match, 1);
  return atoi (pid);
}

static void
test_lines (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=0.1,60,61.5", "--workers=2", NULL);

  wait_screen (run, "^ *[0-9]+  seconds=60 · .* s · [01] done\n"
               " *[0-9]+  seconds=61.5 · .* s · [01] done\n"
               "Sleep \\[.*\\]  33% · 1 of 3.*\n\\z|"
               "^ *[0-9]+  seconds=61.5 · .* s · [01] done\n"
               " *[0-9]+  seconds=60 · .* s · [01] done\n"
               "Sleep \\[.*\\]  33% · 1 of 3.*\n\\z");
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  assert_screen (run, "\\Ahaul: canceling; [^\n]*\nhaul: sleep: canceled\n");
  g_assert_null (strstr (run->out->str, "\033"));
}

/* Results go to the same terminal, and stay there; of the lines nothing does. */
static void
test_shared (void)
{
  g_autoptr(CliRun) run = cli_run_shell_on_terminal (100, "exec \"$HAUL\" map sleep --workers=3 "
                                                     "--over seconds=0.4,0.1,0.2,0.3,0.5,0.2,0.4,0.1 >&2");

  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str, " done\r\n");   /* of a worker: there were lines */
  assert_screen (run, "\\ASlept for 0.4 s\nSlept for 0.1 s\nSlept for 0.2 s\nSlept for 0.3 s\nSlept for 0.5 s\n"
                 "Slept for 0.2 s\nSlept for 0.4 s\nSlept for 0.1 s\nhaul: sleep: 8 done in [^\n]*\n");
}

/* So does what is said about those that fail, in between. */
static void
test_failures (void)
{
  g_autoptr(CliRun) run = cli_run_shell_on_terminal (100, "exec \"$HAUL\" map sleep --workers=2 --nice=0 --task-timeout 2 "
                                                     "--over seconds=0.1,60,0.2,61,0.1 >&2");

  cli_run_join (run);
  cli_run_assert_status (run, 1);
  assert_screen (run, "\\ASlept for 0.1 s\nhaul: sleep: seconds=60: [^\n]*\nSlept for 0.2 s\n"
                 "haul: sleep: seconds=61: [^\n]*\nSlept for 0.1 s\nhaul: sleep: 3 done and 2 failed in [^\n]*\n");
}

/* As many lines as fit, and how many there are besides. */
static void
test_folded (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=60..75", "--workers=12", NULL);

  wait_screen (run, "\\A( *[0-9]+  seconds=[^\n]*\n){7} *…  and 5 more\nSleep [^\n]*\n\\z");
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  assert_screen (run, "\\Ahaul: canceling; [^\n]*\nhaul: sleep: canceled\n");
}

/* However narrow: each line fits. */
static void
test_narrow (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (24, "map", "sleep", "--over", "seconds=60,61", "--workers=2", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  wait_screen (run, "seconds=6[01].*\n.*seconds=6[01].*\n.*%");
  text = screen_text (run);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpuint (haul_text_columns (lines[i]), <, 24);
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
}

/* On one that leaves lines alone when the window becomes narrower. */
static void
test_resize (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env ("XTERM_VERSION=XTerm(379)");
  run = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=60,61", "--workers=2", NULL);
  cli_run_set_env (NULL);
  wait_screen (run, "^ *[0-9]+  seconds=6[01] · .*done\n *[0-9]+  seconds=6[01] · .*done\nSleep \\[");
  cli_run_resize (run, 20);
  wait_screen (run, "\\A *[0-9]+  seconds=6[01]\n *[0-9]+  seconds=6[01]\n.*%[^\n]*\n\\z");
  cli_run_resize (run, 100);
  wait_screen (run, "\\A *[0-9]+  seconds=6[01] · .*done\n *[0-9]+  seconds=6[01] · .*done\nSleep \\[.*\n\\z");
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
}

static gboolean
goes_up_far (gpointer run)
{
  return g_regex_match_simple ("\033\\[([3-9]|[1-9][0-9])A", ((CliRun *) run)->err->str, 0, 0);
}

/* On one that puts the rest of them into rows of their own, there are more rows to clear. */
static void
test_rewrapped (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=60,61", "--workers=2", NULL);

  wait_screen (run, "^ *[0-9]+  seconds=6[01] · .*done\n *[0-9]+  seconds=6[01] · .*done\nSleep \\[");
  g_assert_false (goes_up_far (run));
  cli_run_resize (run, 20);
  haul_test_run_until (goes_up_far, run, HAUL_TEST_SOON_MS);
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
}

static void
test_crash (gconstpointer data)
{
  int signum = GPOINTER_TO_INT (data);
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "map", "sleep", "--over", "seconds=60,61", "--workers=2", NULL);

  wait_screen (run, "seconds=6[01] .*\n.*seconds=6[01] .*\nSleep");
  cli_run_signal (run, signum);
  cli_run_join (run);
  cli_run_assert_status (run, 128 + signum);
  assert_screen (run, "\\A\n?\\z");
}

static gboolean
is_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 'T';
}

static gboolean
is_not_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) != 'T';
}

/* Ctrl+Z lets go of the terminal and stops the workers; fg goes on with both. */
static void
test_stop (void)
{
  g_autoptr(CliRun) run = NULL;
  int first, second;

  run = cli_run_shell_on_terminal (100, "set -m; \"$HAUL\" map sleep --over seconds=8,8.5 --workers 2; "
                                   "echo stopped with $? >&2; read line; fg >/dev/null; echo ended with $? >&2");
  wait_screen (run, "seconds=8[.5]* .*\n.*seconds=8[.5]* .*\nSleep");
  first = find_pid (run, "8");
  second = find_pid (run, "8.5");
  cli_run_type (run, CTRL_Z);
  cli_run_wait_for (run, run->err, "stopped with 148");
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (first), HAUL_TEST_SOON_MS);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (second), HAUL_TEST_SOON_MS);
  assert_screen (run, "\\A(\\^Z)?(\n.*)?stopped with 148\n\\z");

  cli_run_type (run, "\n");
  haul_test_poll_until (is_not_stopped, GINT_TO_POINTER (first), HAUL_TEST_SOON_MS);
  haul_test_poll_until (is_not_stopped, GINT_TO_POINTER (second), HAUL_TEST_SOON_MS);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str, "ended with 0");
  assert_screen (run, "haul: sleep: 2 done in [^\n]*\nended with 0\n\\z");
  g_assert_cmpstr (run->out->str, ==, "Slept for 8 s\nSlept for 8.5 s\n");
}

/* Nothing of it goes elsewhere. */
static void
test_elsewhere (void)
{
  g_autoptr(CliRun) run = cli_run ("map", "sleep", "--over", "seconds=0.5,0.6", "--workers=2", NULL);

  cli_run_assert_status (run, 0);
  g_assert_null (strchr (run->err->str, '\033'));
  g_assert_null (strstr (run->err->str, "seconds="));
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("TERM", "xterm-256color", TRUE);
  g_unsetenv ("XTERM_VERSION");
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/map-terminal/lines", test_lines);
  g_test_add_func ("/cli/map-terminal/shared", test_shared);
  g_test_add_func ("/cli/map-terminal/failures", test_failures);
  g_test_add_func ("/cli/map-terminal/folded", test_folded);
  g_test_add_func ("/cli/map-terminal/narrow", test_narrow);
  g_test_add_func ("/cli/map-terminal/resize", test_resize);
  g_test_add_func ("/cli/map-terminal/rewrapped", test_rewrapped);
  g_test_add_data_func ("/cli/map-terminal/crash/segv", GINT_TO_POINTER (SIGSEGV), test_crash);
  g_test_add_data_func ("/cli/map-terminal/crash/quit", GINT_TO_POINTER (SIGQUIT), test_crash);
  g_test_add_func ("/cli/map-terminal/stop", test_stop);
  g_test_add_func ("/cli/map-terminal/elsewhere", test_elsewhere);
  return g_test_run ();
}
