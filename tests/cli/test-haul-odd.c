/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <time.h>
#include <unistd.h>

#include "cli-run.h"
#include "haul-test.h"

/* `haul`, and its workers, where clocks jump, people speak other languages, or somebody's environment is odd. */

#define PI_20 "3.14159265358979323846\n"

/* No test here takes as long, and all jumps are longer. */
#define JUMP_S 40000.0

static JsonObject *
last_of (GPtrArray *objects)
{
  g_assert_cmpuint (objects->len, >, 0);
  return objects->pdata[objects->len - 1];
}

/* One run, in each way, and one pool. @says_nothing is whether nothing may be on standard error. */
static void
assert_works (gboolean says_nothing)
{
  g_autoptr(CliRun) spawned = cli_run ("run", "pi", "--digits=20", "--quiet", NULL);
  g_autoptr(CliRun) forked = cli_run ("run", "pi", "--digits=20", "--quiet", "--start-method=forkserver", NULL);
  g_autoptr(CliRun) mapped = cli_run ("map", "pi", "--over=digits=1..4", "--quiet", NULL);

  cli_run_assert_status (spawned, 0);
  g_assert_cmpstr (spawned->out->str, ==, PI_20);
  cli_run_assert_status (forked, 0);
  g_assert_cmpstr (forked->out->str, ==, PI_20);
  cli_run_assert_status (mapped, 0);
  g_assert_cmpstr (mapped->out->str, ==, "3.1\n3.14\n3.141\n3.1415\n");
  if (!says_nothing)
    return;
  g_assert_cmpstr (spawned->err->str, ==, "");
  g_assert_cmpstr (forked->err->str, ==, "");
  g_assert_cmpstr (mapped->err->str, ==, "");
}

static gboolean
is_duration (double seconds)
{
  return seconds >= 0 && seconds < JUMP_S;
}

/* Of a run that took @at_least: nothing goes back, is below 0, or has a jump in it. */
static void
assert_times (CliRun *run,
              double  at_least)
{
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  JsonObject *stamps;
  double before = 0;
  g_autoptr(GList) names = NULL;

  for (guint i = 0; i < objects->len; i++)
    {
      double now = json_object_get_double_member (objects->pdata[i], "time");

      g_assert_cmpfloat (now, >=, before);
      g_assert_true (is_duration (now));
      before = now;
    }
  g_assert_cmpfloat (json_object_get_double_member (last_of (objects), "elapsed"), >=, at_least);
  g_assert_true (is_duration (json_object_get_double_member (last_of (objects), "elapsed")));

  if (!json_object_has_member (last_of (objects), "stamps"))
    return;
  stamps = json_object_get_object_member (last_of (objects), "stamps");
  names = json_object_get_members (stamps);
  g_assert_nonnull (names);
  for (GList *each = names; each != NULL; each = each->next)
    if (!json_object_get_null_member (stamps, each->data))
      g_assert_true (is_duration (json_object_get_double_member (stamps, each->data)));
}

/* How far the clock in @object is from the real one, in seconds. */
static double
clock_error (JsonObject *object)
{
  g_autoptr(GDateTime) real = g_date_time_new_now_utc ();
  g_autoptr(GDateTime) said = g_date_time_new_from_iso8601 (json_object_get_string_member (object, "clock"), NULL);

  g_assert_nonnull (said);
  return ABS (g_date_time_difference (said, real)) / (double) G_TIME_SPAN_SECOND;
}

static gboolean
preload (const char *what)
{
  g_autofree char *library = g_strconcat ("LD_PRELOAD=", g_getenv ("HAUL_TEST_PRELOAD"), NULL);
  g_autofree char *odd = g_strconcat ("HAUL_TEST_ODD=", what, NULL);

  if (HAUL_TEST_SANITIZED)
    {
      g_test_skip ("a sanitizer wants to be loaded before all others");
      return FALSE;
    }
  cli_run_set_env (library);
  cli_run_set_env (odd);
  return TRUE;
}

static void
test_clock (void)
{
  g_autoptr(CliRun) run = NULL, forked = NULL, map = NULL, slow = NULL;
  g_autoptr(GPtrArray) objects = NULL;

  if (!preload ("clock"))
    return;
  run = cli_run ("run", "sleep", "--seconds=0.3", "--json", NULL);
  forked = cli_run ("run", "sleep", "--seconds=0.3", "--start-method=forkserver", "--json", NULL);
  map = cli_run ("map", "sleep", "--over=seconds=0..0.3:0.1", "--json", NULL);
  slow = cli_run ("run", "sleep", "--seconds=600", "--timeout=0.3", "--json", NULL);
  cli_run_set_env (NULL);

  objects = cli_run_parse_json (run);
  g_assert_cmpfloat (clock_error (last_of (objects)), >, JUMP_S);   /* it did jump */
  cli_run_assert_status (run, 0);
  assert_times (run, 0.3);
  cli_run_assert_status (forked, 0);
  assert_times (forked, 0.3);
  cli_run_assert_status (map, 0);
  assert_times (map, 0.3);
  cli_run_assert_status (slow, 124);
  assert_times (slow, 0.3);
}

static gint64
boot_seconds (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_BOOTTIME, &now), ==, 0);
  return now.tv_sec;
}

static gboolean
is_later (gpointer since)
{
  return boot_seconds () > *(gint64 *) since;
}

/* Runs a shell's command where the clocks are @offset seconds ahead. */
static CliRun *
run_elsewhen (gint64      offset,
              const char *command)
{
  g_autofree char *line = NULL;

  line = g_strdup_printf ("exec unshare %s --time --fork --kill-child --boottime=%" G_GINT64_FORMAT
                          " --monotonic=%" G_GINT64_FORMAT " %s",
                          geteuid () != 0 ? "--user --map-root-user" : "", offset, offset, command);
  return cli_run_shell (line);
}

static void
assert_elapsed (CliRun *ps,
                int     pid)
{
  g_autoptr(GPtrArray) rows = NULL;
  gboolean found = FALSE;

  cli_run_assert_status (ps, 0);
  rows = cli_run_parse_json (ps);
  for (guint i = 0; i < rows->len; i++)
    {
      double elapsed = json_object_get_double_member (rows->pdata[i], "elapsed_seconds");

      g_assert_cmpfloat (elapsed, >=, 0);
      g_assert_cmpfloat (json_object_get_double_member (rows->pdata[i], "cpu_percent"), >=, 0);
      if (json_object_get_int_member (rows->pdata[i], "pid") != pid)
        continue;
      g_assert_cmpfloat (elapsed, <, JUMP_S);
      found = TRUE;
    }
  g_assert_true (found);
}

/* In a time namespace, into one, and out of one: in the last of them the machine was booted after the worker. */
static void
test_time_namespace (void)
{
  static const gint64 ahead = 1000000;
  g_autoptr(CliRun) can = run_elsewhen (ahead, "true");
  g_autoptr(CliRun) run = NULL, here = NULL, there = NULL, outside = NULL, inside = NULL, before = NULL;
  gint64 started;
  int here_pid, there_pid;

  cli_run_join (can);
  if (can->status != 0)
    {
      g_test_skip ("no time namespace can be made here");
      return;
    }
  run = run_elsewhen (ahead, "$HAUL run sleep --seconds=0.3 --json");
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  assert_times (run, 0.3);

  here = cli_run_start ("run", "sleep", "--seconds=600", "--json", NULL);
  here_pid = cli_run_wait_worker (here);
  there = run_elsewhen (ahead, "$HAUL run sleep --seconds=600 --json");
  there_pid = cli_run_wait_worker (there);

  outside = cli_run ("ps", "--json", NULL);
  assert_elapsed (outside, there_pid);
  if (geteuid () != 0)
    {
      g_test_message ("skipped: who is not root sees nothing from inside");
      return;
    }

  inside = run_elsewhen (ahead, "$HAUL ps --json");
  cli_run_join (inside);
  assert_elapsed (inside, here_pid);

  started = boot_seconds ();
  haul_test_poll_until (is_later, &started, HAUL_TEST_SOON_MS);
  before = run_elsewhen (-started, "$HAUL ps --json");
  cli_run_join (before);
  assert_elapsed (before, here_pid);
}

/* A locale that is not installed, but whose sources are, is made in @folder. */
static gboolean
have_locale (const char *folder,
             const char *name)
{
  g_autofree char *source = g_strndup (name, strcspn (name, "."));
  g_autofree char *target = g_build_filename (folder, name, NULL);
  const char *argv[] = { "localedef", "-i", source, "-f", "UTF-8", target, NULL };
  int status = -1;

  if (g_str_has_prefix (name, "C") || g_str_equal (name, "POSIX"))
    return TRUE;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, &status, NULL))
    return FALSE;
  return g_file_test (target, G_FILE_TEST_IS_DIR);   /* its status may say no more than that there were warnings */
}

/* What a program can read is the same in all of them, whatever people read. */
static void
assert_language (void)
{
  g_autoptr(CliRun) json = cli_run ("run", "sleep", "--seconds=0.25", "--json", NULL);
  g_autoptr(CliRun) map = cli_run ("map", "sleep", "--over=seconds=0..0.3:0.15", "--json", NULL);
  g_autoptr(CliRun) ps = cli_run ("ps", "--all", "--json", NULL);
  g_autoptr(CliRun) bad = cli_run ("run", "sleep", "--seconds=0,25", NULL);
  g_autoptr(GPtrArray) objects = NULL, items = NULL;
  double sum = 0;

  assert_works (TRUE);
  cli_run_assert_status (json, 0);
  assert_times (json, 0.25);
  objects = cli_run_parse_json (json);
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (objects->pdata[0], "arguments"), "seconds"),
                     ==, 0.25);
  g_assert_cmpstr (json_object_get_string_member (last_of (objects), "verdict"), ==, "done");

  cli_run_assert_status (map, 0);
  assert_times (map, 0.3);
  items = cli_run_parse_json (map);
  for (guint i = 0; i < items->len; i++)
    if (g_strcmp0 (json_object_get_string_member (items->pdata[i], "event"), "item") == 0)
      sum += json_object_get_double_member (json_object_get_object_member (items->pdata[i], "arguments"), "seconds");
  g_assert_cmpfloat_with_epsilon (sum, 0.45, 1e-9);

  cli_run_assert_status (ps, 0);
  if (ps->out->len > 0)
    g_ptr_array_unref (cli_run_parse_json (ps));
  cli_run_assert_status (bad, 2);   /* the comma is none, also where people write it */
}

static void
test_languages (void)
{
  static const struct { const char *locale, *language; } rows[] = {
    { "C", "C" }, { "C.UTF-8", "de" }, { "C.UTF-8", "ar" }, { "POSIX", "tr" },
    { "tr_TR.UTF-8", "tr" }, { "de_DE.UTF-8", "de" }, { "ar_EG.UTF-8", "ar" },
  };
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("haul-locales-XXXXXX", &error);
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", folder);
  g_autoptr(CliRun) removed = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *locale = g_strconcat ("LC_ALL=", rows[i].locale, NULL);
      g_autofree char *language = g_strconcat ("LANGUAGE=", rows[i].language, NULL);
      g_autofree char *path = g_strconcat ("LOCPATH=", folder, NULL);
      g_autofree char *texts = g_strconcat ("TEXTDOMAINDIR=", g_getenv ("HAUL_TEST_TEXTS"), NULL);

      if (!have_locale (folder, rows[i].locale))
        {
          g_test_message ("skipped: the locale %s cannot be made here", rows[i].locale);
          continue;
        }
      if (!g_str_has_prefix (rows[i].locale, "C"))
        cli_run_set_env (path);
      cli_run_set_env (texts);
      cli_run_set_env (locale);
      cli_run_set_env (language);
      assert_language ();
      cli_run_set_env (NULL);
      g_test_message ("%s with %s", locale, language);
    }
  removed = cli_run_shell (remove);
  cli_run_join (removed);
  cli_run_assert_status (removed, 0);
}

static void
test_environment (void)
{
  static const struct { const char *first, *second; gboolean is_silent; } rows[] = {
    { "G_DEBUG=fatal-warnings,gc-friendly", "G_ENABLE_DIAGNOSTIC=1", TRUE },
    { "MALLOC_PERTURB_=165", "MALLOC_ARENA_MAX=1", TRUE },
    { "MALLOC_CHECK_=3", "GLIBC_TUNABLES=glibc.malloc.perturb=90:glibc.malloc.tcache_count=0", TRUE },
    { "G_SLICE=debug-blocks", "G_RANDOM_VERSION=2.0", TRUE },
    { "G_SLICE=always-malloc", "LD_BIND_NOW=1", TRUE },
    { "G_MESSAGES_DEBUG=all", "MALLOC_TRIM_THRESHOLD_=0", FALSE },
    { "GTK_DEBUG=interactive", "GTK_MODULES=nonsense", TRUE },
    { "GTK_THEME=nonsense", "GDK_BACKEND=nonsense", TRUE },
    { "GTK_PATH=/nowhere", "GIO_MODULE_DIR=/nowhere", TRUE },
    { "GSETTINGS_SCHEMA_DIR=/nowhere", "XDG_DATA_DIRS=/nowhere", TRUE },
    { "HOME", "PATH", TRUE },
    { "TZ=:/nowhere", "LANG=xx_YY.nonsense", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s and %s", rows[i].first, rows[i].second);
      cli_run_set_env (rows[i].first);
      cli_run_set_env (rows[i].second);
      assert_works (rows[i].is_silent);
      cli_run_set_env (NULL);
    }
}

/* A library that others want in every program: one that is not there, one that does nothing, and one that
 * starts a thread, with which no program may fork workers. */
static void
test_preload (void)
{
  g_autoptr(CliRun) spawned = NULL, forked = NULL;

  if (!preload ("nothing"))
    return;
  assert_works (TRUE);
  cli_run_set_env (NULL);

  cli_run_set_env ("LD_PRELOAD=/nowhere/nothing.so");   /* who loads programs says so, in each */
  assert_works (FALSE);
  cli_run_set_env (NULL);

  g_assert_true (preload ("thread"));
  spawned = cli_run ("run", "pi", "--digits=20", "--quiet", NULL);
  forked = cli_run ("run", "pi", "--digits=20", "--quiet", "--start-method=forkserver", NULL);
  cli_run_set_env (NULL);
  cli_run_assert_status (spawned, 0);
  g_assert_cmpstr (spawned->out->str, ==, PI_20);
  cli_run_assert_status (forked, 1);
  g_assert_cmpstr (forked->out->str, ==, "");
  haul_test_assert_contains (forked->err->str, "cannot be a fork server here");   /* says the server, as often as it is tried */
  haul_test_assert_contains (forked->err->str, "haul: pi: the fork server");
  assert_works (TRUE);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/odd/clock", test_clock);
  g_test_add_func ("/cli/odd/time-namespace", test_time_namespace);
  g_test_add_func ("/cli/odd/languages", test_languages);
  g_test_add_func ("/cli/odd/environment", test_environment);
  g_test_add_func ("/cli/odd/preload", test_preload);

  return g_test_run ();
}
