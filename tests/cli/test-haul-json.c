/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "cli-run.h"
#include "haul-test.h"

static const char *
text_of (JsonObject *object,
         const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

static JsonObject *
last_of (GPtrArray *objects)
{
  g_assert_cmpuint (objects->len, >, 0);
  return g_ptr_array_index (objects, objects->len - 1);
}

/* What holds for every run: times do not go back, and one last object says how it ended. */
static void
assert_shape (GPtrArray *objects)
{
  double before = 0;

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = g_ptr_array_index (objects, i);
      const char *event = text_of (object, "event");
      gboolean is_last = g_str_equal (event, "result") || g_str_equal (event, "error");

      g_assert_cmpfloat (json_object_get_double_member (object, "time"), >=, before);
      before = json_object_get_double_member (object, "time");
      g_assert_cmpint (json_object_get_int_member (object, "job"), ==, 1);
      g_assert_cmpint (is_last, ==, i == objects->len - 1);
      if (g_str_equal (event, "state"))
        g_assert_true (json_object_has_member (object, "pid"));
      else if (!is_last)
        g_assert_true (g_str_equal (event, "progress") || g_str_equal (event, "log"));
    }
}

static char *
states_of (GPtrArray *objects)
{
  GString *states = g_string_new (NULL);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = g_ptr_array_index (objects, i);

      if (g_str_equal (text_of (object, "event"), "state"))
        g_string_append_printf (states, "%s ", text_of (object, "state"));
    }

  return g_string_free (states, FALSE);
}

static void
test_done (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "pi", "--digits", "20", "--seed=7", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  g_autofree char *states = states_of (objects);
  JsonObject *first = g_ptr_array_index (objects, 0);
  JsonObject *last = last_of (objects);
  JsonObject *stamps = json_object_get_object_member (last, "stamps");

  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->err->str, ==, "");
  assert_shape (objects);
  g_assert_cmpstr (states, ==, "queued starting running finishing ");

  g_assert_cmpstr (text_of (first, "task"), ==, "pi");
  g_assert_cmpstr (text_of (first, "executor"), ==, "process");
  g_assert_cmpstr (text_of (first, "start_method"), ==, "spawn");
  g_assert_cmpint (json_object_get_int_member (first, "seed"), ==, 7);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (first, "arguments"), "digits"), ==, 20);

  g_assert_cmpstr (text_of (last, "event"), ==, "result");
  g_assert_cmpstr (text_of (last, "verdict"), ==, "done");
  g_assert_cmpstr (text_of (last, "kind"), ==, "text");
  g_assert_cmpstr (text_of (last, "text"), ==, "3.14159265358979323846");
  g_assert_cmpint (json_object_get_int_member (last, "size"), ==, 22);
  g_assert_cmpint (json_object_get_int_member (last, "status"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (last, "exit_code"), ==, 0);
  g_assert_true (json_object_get_null_member (last, "signal"));
  g_assert_true (json_object_has_member (stamps, haul_stamp_to_nick (HAUL_STAMP_JOINED)));
}

/* Only where there is a process is there a way in which it came to be. */
static void
test_start_method (void)
{
  g_autoptr(CliRun) forked = cli_run ("run", "sleep", "--seconds=0", "--start-method=forkserver", "--json", NULL);
  g_autoptr(CliRun) thread = cli_run ("run", "sleep", "--seconds=0", "--executor=thread", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (forked);
  g_autoptr(GPtrArray) others = cli_run_parse_json (thread);

  cli_run_assert_status (forked, 0);
  g_assert_cmpstr (text_of (g_ptr_array_index (objects, 0), "start_method"), ==, "forkserver");
  cli_run_assert_status (thread, 0);
  g_assert_false (json_object_has_member (g_ptr_array_index (others, 0), "start_method"));
}

static void
test_progress (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "sleep", "--seconds", "2", "--nice=0", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  double done = -1, seconds = json_object_get_double_member (last_of (objects), "time");
  guint n = 0;

  cli_run_assert_status (run, 0);
  assert_shape (objects);
  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = g_ptr_array_index (objects, i);

      if (!g_str_equal (text_of (object, "event"), "progress"))
        continue;
      n++;
      g_assert_cmpfloat (json_object_get_double_member (object, "done"), >=, done);
      done = json_object_get_double_member (object, "done");
    }

  g_assert_cmpuint (n, >=, 2);   /* one of them before the last */
  g_assert_cmpfloat (n, <=, 10 * seconds + 5);
  g_assert_cmpfloat (done, >, 0.99);
}

static void
test_timed_out (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "sleep", "--seconds=60", "--timeout=0.3", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  g_autofree char *states = states_of (objects);

  cli_run_assert_status (run, 124);
  assert_shape (objects);
  g_assert_cmpstr (states, ==, "queued starting running cancelling ");
  g_assert_cmpstr (text_of (last_of (objects), "event"), ==, "error");
  g_assert_cmpstr (text_of (last_of (objects), "verdict"), ==, "timed-out");
  g_assert_cmpint (json_object_get_int_member (last_of (objects), "status"), ==, 124);
}

static void
test_crashed (void)
{
  static const struct { int number; const char *name; } signals[] = {
    { SIGKILL, "SIGKILL" }, { SIGSEGV, "SIGSEGV" }, { SIGABRT, "SIGABRT" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "60", "--json", NULL);
      g_autoptr(GPtrArray) objects = NULL;
      int worker = cli_run_wait_worker (run);

      g_assert_cmpint (kill (worker, signals[i].number), ==, 0);
      cli_run_join (run);
      objects = cli_run_parse_json (run);

      cli_run_assert_status (run, 128 + signals[i].number);
      assert_shape (objects);
      g_assert_cmpstr (text_of (last_of (objects), "event"), ==, "error");
      g_assert_cmpstr (text_of (last_of (objects), "verdict"), ==, "crashed");
      g_assert_cmpstr (text_of (last_of (objects), "signal_name"), ==, signals[i].name);
      g_assert_cmpint (json_object_get_int_member (last_of (objects), "signal"), ==, signals[i].number);
      g_assert_true (json_object_get_null_member (last_of (objects), "exit_code"));
      haul_test_assert_contains (text_of (last_of (objects), "message"), signals[i].name);
      haul_test_assert_contains (run->err->str, signals[i].name);
      haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (worker), HAUL_TEST_SOON_MS);
    }
}

static void
test_no_helper (void)
{
  g_autoptr(CliRun) run = NULL;
  g_autoptr(GPtrArray) objects = NULL;

  cli_run_set_env ("HAUL_WORKER=/nonexistent");
  run = cli_run ("run", "pi", "--json", NULL);
  cli_run_set_env (NULL);
  objects = cli_run_parse_json (run);

  cli_run_assert_status (run, 1);
  assert_shape (objects);
  g_assert_cmpstr (text_of (last_of (objects), "verdict"), ==, "failed");
  haul_test_assert_contains (text_of (last_of (objects), "message"), "/nonexistent");
}

/* Each executor tells the same story; only those with a process have a pid. */
static void
test_executors (void)
{
  static const char * const names[] = { "thread", "serial" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(CliRun) run = cli_run ("run", "pi", "--digits", "20", "--json", "--executor", names[i], NULL);
      g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
      g_autofree char *states = states_of (objects);

      cli_run_assert_status (run, 0);
      assert_shape (objects);
      g_assert_cmpstr (states, ==, "queued starting running finishing ");
      g_assert_cmpstr (text_of (g_ptr_array_index (objects, 0), "executor"), ==, names[i]);
      g_assert_cmpstr (text_of (last_of (objects), "text"), ==, "3.14159265358979323846");
      g_assert_true (json_object_get_null_member (last_of (objects), "pid"));
    }
}

static void
test_tasks (void)
{
  g_autoptr(CliRun) all = cli_run ("tasks", "--json", NULL);
  g_autoptr(CliRun) one = cli_run ("tasks", "pi", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (all);
  g_autoptr(GPtrArray) single = cli_run_parse_json (one);
  JsonArray *params = json_object_get_array_member (last_of (single), "parameters");
  gboolean has_digits = FALSE;

  g_assert_cmpuint (objects->len, >=, 2);
  g_assert_cmpuint (single->len, ==, 1);
  g_assert_cmpstr (text_of (last_of (single), "id"), ==, "pi");
  for (guint i = 0; i < json_array_get_length (params); i++)
    {
      JsonObject *param = json_array_get_object_element (params, i);

      if (!g_str_equal (text_of (param, "name"), "digits"))
        continue;
      has_digits = TRUE;
      g_assert_cmpstr (text_of (param, "type"), ==, "int");
      g_assert_cmpint (json_object_get_int_member (param, "min"), ==, 1);
      g_assert_cmpint (json_object_get_int_member (param, "max"), >, json_object_get_int_member (param, "default"));
      g_assert_cmpstr (text_of (param, "unit"), !=, "");
      g_assert_cmpstr (text_of (param, "help"), !=, "");
    }

  g_assert_true (has_digits);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/json/done", test_done);
  g_test_add_func ("/cli/json/start-method", test_start_method);
  g_test_add_func ("/cli/json/progress", test_progress);
  g_test_add_func ("/cli/json/timed-out", test_timed_out);
  g_test_add_func ("/cli/json/crashed", test_crashed);
  g_test_add_func ("/cli/json/no-helper", test_no_helper);
  g_test_add_func ("/cli/json/executors", test_executors);
  g_test_add_func ("/cli/json/tasks", test_tasks);

  return g_test_run ();
}
