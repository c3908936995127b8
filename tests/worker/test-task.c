/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-memory-private.h"
#include "haul/worker/haul-task.h"
#include "test-tasks.h"

static const HaulParam params[] = {
  { "digits", "Digits", "digits", "How many", HAUL_PARAM_INT, 1, 1e9, 100 },
  { "seconds", "Seconds", "seconds", "How long", HAUL_PARAM_DOUBLE, 0, 100, 1.5 },
  { "text", "Text", NULL, "What", HAUL_PARAM_STRING, .initial_text = "hello" },
  { NULL }
};

static guint64 needed;

static guint64
estimate (GVariant *arguments)
{
  return needed;
}

static gboolean
check (GVariant  *arguments,
       GError   **error)
{
  if (haul_arguments_get_int (arguments, "digits") != 13)
    return TRUE;
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, "13 brings bad luck");
  return FALSE;
}

static const HaulTask task = { .id = "task", .title = "Task", .params = params, .check = check, .estimate_memory = estimate };

static void
test_registry (void)
{
  g_autoptr(GError) error = NULL;
  guint n = 0;

  g_assert_null (haul_tasks_list ()[0]);
  g_assert_null (haul_task_lookup ("ok", &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK);
  g_clear_error (&error);

  haul_tasks_register (haul_test_good_tasks);
  for (; haul_tasks_list ()[n] != NULL; n++)
    g_assert_true (haul_task_lookup (haul_test_good_tasks[n]->id, NULL) == haul_test_good_tasks[n]);
  g_assert_cmpuint (n, >, 5);
  /* What is hidden is found and not listed. */
  g_assert_true (haul_test_good_tasks[n]->hidden);
  g_assert_true (haul_task_lookup (haul_test_good_tasks[n]->id, NULL) == haul_test_good_tasks[n]);
  g_assert_null (haul_task_lookup ("nonsense", &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK);
  haul_test_assert_contains (error->message, "nonsense");
  g_clear_error (&error);
  g_assert_null (haul_task_lookup ("", &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK);
}

/* A name for what only the worker has. In this program it fails, and says so. */
static void
test_intern (void)
{
  const HaulTask *known, *foreign;
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = g_strdup ("elsewhere");

  haul_tasks_register (haul_test_good_tasks);
  known = haul_test_good_tasks[0];
  g_assert_true (haul_task_intern (known->id) == known);

  foreign = haul_task_intern (id);
  id[0] = 'E';
  g_assert_cmpstr (foreign->id, ==, "elsewhere");
  g_assert_true (haul_task_intern ("elsewhere") == foreign);
  g_assert_true (haul_task_intern ("elsewhere too") != foreign);
  g_assert_null (haul_task_lookup ("elsewhere", NULL));

  arguments = haul_task_complete (foreign, g_variant_new_parsed ("{'any': <true>}"), &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (arguments, G_VARIANT_TYPE_VARDICT));
  g_assert_cmpuint (g_variant_n_children (arguments), ==, 1);

  g_assert_false (foreign->run (NULL, arguments, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK);
}

static void
test_boxed (void)
{
  g_auto(GValue) value = G_VALUE_INIT;
  g_auto(GValue) copy = G_VALUE_INIT;

  g_value_init (&value, HAUL_TYPE_TASK);
  g_value_init (&copy, HAUL_TYPE_TASK);
  g_value_set_boxed (&value, &task);
  g_value_copy (&value, &copy);
  g_assert_true (g_value_get_boxed (&copy) == &task);
}

static void
test_find_param (void)
{
  g_assert_true (haul_task_find_param (&task, "digits") == &params[0]);
  g_assert_true (haul_task_find_param (&task, "text") == &params[2]);
  g_assert_null (haul_task_find_param (&task, "Digits"));
  g_assert_null (haul_task_find_param (&task, ""));
}

static void
test_complete (void)
{
  static const struct { const char *given, *complete, *problem; } rows[] = {
    { NULL, "{'digits': <int64 100>, 'seconds': <1.5>, 'text': <'hello'>}", NULL },
    { "@a{sv} {}", "{'digits': <int64 100>, 'seconds': <1.5>, 'text': <'hello'>}", NULL },
    { "{'digits': <int64 7>}", "{'digits': <int64 7>, 'seconds': <1.5>, 'text': <'hello'>}", NULL },
    { "{'text': <''>, 'seconds': <0.0>}", "{'digits': <int64 100>, 'seconds': <0.0>, 'text': <''>}", NULL },
    { "{'digits': <int64 0>}", NULL, "digits" },
    { "{'digits': <int64 -9223372036854775808>}", NULL, "digits" },
    { "{'digits': <int64 9223372036854775807>}", NULL, "digits" },
    { "{'digits': <7>}", NULL, "digits" },                  /* an int32 */
    { "{'digits': <'7'>}", NULL, "digits" },
    { "{'digits': <@ay []>}", NULL, "digits" },
    { "{'seconds': <int64 1>}", NULL, "seconds" },
    { "{'text': <5.0>}", NULL, "text" },
    { "{'nonsense': <5.0>}", NULL, "nonsense" },
    { "{'digits': <int64 13>}", NULL, "bad luck" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) complete = NULL;
      g_autoptr(GVariant) given = NULL;

      g_test_message ("row %u", i);
      if (rows[i].given != NULL)
        given = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].given, NULL, NULL, NULL);
      complete = haul_task_complete (&task, given, &error);
      if (rows[i].complete == NULL)
        {
          g_assert_null (complete);
          g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
          haul_test_assert_contains (error->message, rows[i].problem);
        }
      else
        {
          g_autoptr(GVariant) due = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].complete, NULL, NULL, NULL);

          g_assert_no_error (error);
          g_assert_false (g_variant_is_floating (complete));
          for (const HaulParam *param = params; param->name != NULL; param++)
            {
              g_autoptr(GVariant) a = g_variant_lookup_value (due, param->name, NULL);
              g_autoptr(GVariant) b = g_variant_lookup_value (complete, param->name, NULL);

              g_assert_true (g_variant_equal (a, b));
            }
          g_assert_cmpuint (g_variant_n_children (complete), ==, 3);
        }
    }
}

/* Numbers that no text stands for. */
/* What only a program can get wrong. */
static void
test_complete_no_dictionary (void)
{
  static const char * const others[] = { "5", "'text'", "['digits']", "@as []", "@a{ss} {}", "('digits', 5)" };

  g_test_summary ("Arguments of a wrong type are refused");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (haul_task_complete (&task, g_variant_new_parsed (others[i]), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

static void
test_complete_not_finite (void)
{
  const double bad[] = { 1e308 * 10, -1e308 * 10, 0 * (1e308 * 10) };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      /* A floating reference is taken. */
      g_assert_null (haul_task_complete (&task, g_variant_new_parsed ("{'seconds': <%d>}", bad[i]), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

static void
test_memory (void)
{
  g_autoptr(GVariant) arguments = haul_task_complete (&task, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (haul_memory_available (), >, 1 << 20);
  g_assert_cmpuint (haul_memory_available (), <, G_GUINT64_CONSTANT (1) << 50);

  needed = 1024;
  g_assert_true (haul_task_check_memory (&task, arguments, &error));
  g_assert_no_error (error);
  needed = G_MAXUINT64;
  g_assert_false (haul_task_check_memory (&task, arguments, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  g_clear_error (&error);
  needed = G_GUINT64_CONSTANT (1) << 50;
  g_assert_false (haul_task_check_memory (&task, arguments, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  g_assert_true (haul_task_check_memory (haul_test_task ("ok"), arguments, NULL));
}

/* What a run sends. */
typedef struct
{
  GString *order;   /* (owned) one letter for each message */
  guint64  data;
  guint64  result;
  char    *text;    /* (owned) of ERROR */
  gboolean cancelled;
} Heard;

static void
hear_cb (const HaulMessage *message,
         gpointer           user_data)
{
  Heard *heard = user_data;

  g_string_append_c (heard->order, haul_frame_type_to_string (message->type)[0]);
  if (message->type == HAUL_FRAME_DATA)
    heard->data += message->data.size;
  if (message->type == HAUL_FRAME_RESULT)
    heard->result = message->result.size;
  if (message->type == HAUL_FRAME_ERROR)
    {
      g_assert_null (heard->text);
      heard->text = g_strdup (message->error.text);
      heard->cancelled = message->error.cancelled;
    }
}

static void
run (const char *id,
     const char *text,
     int         cancelled,
     char        last,
     Heard      *heard)
{
  const HaulTask *which = haul_test_task (id);
  g_autoptr(GVariant) given = text != NULL ? g_variant_parse (NULL, text, NULL, NULL, NULL) : NULL;
  g_autoptr(GVariant) arguments = haul_task_complete (which, given, NULL);
  g_autoptr(HaulContext) context = NULL;
  gboolean ok;

  *heard = (Heard) { .order = g_string_new (NULL) };
  context = haul_context_new (hear_cb, heard, &cancelled);
  ok = haul_task_run (which, context, arguments);

  /* Exactly one RESULT or ERROR, and nothing after it. */
  g_assert_cmpint (strpbrk (heard->order->str, "RE") - heard->order->str, ==, heard->order->len - 1);
  g_assert_cmpint (heard->order->str[heard->order->len - 1], ==, last);
  g_assert_cmpint (ok, ==, last == 'R');
}

static void
heard_clear (Heard *heard)
{
  g_string_free (heard->order, TRUE);
  g_free (heard->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
write_file (const char *folder,
            const char *name,
            const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* Files as the kernel shows them. */
static void
test_cgroup (void)
{
  static const struct { const char *max, *current, *stat; guint64 left; } rows[] = {
    { "max\n", "5000\n", "anon 5000\n", G_MAXUINT64 },
    { "100000\n", "30000\n", "anon 30000\n", 70000 },
    { "100000\n", "100000\n", "anon 100000\nfile 0\ninactive_anon 100000\nactive_anon 0\ninactive_file 0\nactive_file 0\n", 0 },
    { "100000\n", "200000\n", "anon 200000\n", 0 },
    /* Nearly all of it are files that were read. */
    { "100000\n", "100000\n", "anon 9000\nfile 90000\ninactive_anon 9000\nactive_anon 0\ninactive_file 50000\nactive_file 40000\n", 90000 },
    { "100000\n", "50000\n", "anon 0\ninactive_file 60000\nactive_file 0\n", 100000 },
    { "100000\n", "30000\n", "", 70000 },
  };
  g_autofree char *folder = g_dir_make_tmp ("haul-cgroup-XXXXXX", NULL);

  g_test_summary ("Memory that holds files which were read can be had");

  g_assert_nonnull (folder);
  g_assert_cmpuint (haul_memory_left_in_cgroup (folder), ==, G_MAXUINT64);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      write_file (folder, "memory.max", rows[i].max);
      write_file (folder, "memory.current", rows[i].current);
      write_file (folder, "memory.stat", rows[i].stat);
      g_assert_cmpuint (haul_memory_left_in_cgroup (folder), ==, rows[i].left);
    }

  for (guint i = 0; i < 3; i++)
    {
      static const char * const names[] = { "memory.max", "memory.current", "memory.stat" };
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_run (void)
{
  g_auto(Heard) ok = { 0 };
  g_auto(Heard) empty = { 0 };
  g_auto(Heard) failed = { 0 };
  g_auto(Heard) silent = { 0 };
  g_auto(Heard) stopped = { 0 };
  g_auto(Heard) wordy = { 0 };

  run ("ok", "{'size': <int64 1000000>}", 0, 'R', &ok);
  g_assert_cmpuint (ok.data, ==, 1000000);
  g_assert_cmpuint (ok.result, ==, 1000000);
  haul_test_assert_contains (ok.order->str, "P");

  run ("ok", "{'size': <int64 0>}", 0, 'R', &empty);
  g_assert_cmpuint (empty.result, ==, 0);

  run ("fail", NULL, 0, 'E', &failed);
  g_assert_false (failed.cancelled);
  g_assert_cmpstr (failed.text, ==, "it does not work");

  run ("fail-silently", NULL, 0, 'E', &silent);
  g_assert_false (silent.cancelled);
  g_assert_cmpstr (silent.text, !=, "");

  run ("slow", NULL, 1, 'E', &stopped);
  g_assert_true (stopped.cancelled);

  run ("fail", "{'length': <int64 100000>}", 0, 'E', &wordy);
  g_assert_cmpuint (strlen (wordy.text), <=, HAUL_MAX_TEXT);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/worker/task/registry", test_registry);
  g_test_add_func ("/worker/task/intern", test_intern);
  g_test_add_func ("/worker/task/boxed", test_boxed);
  g_test_add_func ("/worker/task/find-param", test_find_param);
  g_test_add_func ("/worker/task/complete", test_complete);
  g_test_add_func ("/worker/task/complete-no-dictionary", test_complete_no_dictionary);
  g_test_add_func ("/worker/task/complete-not-finite", test_complete_not_finite);
  g_test_add_func ("/worker/task/memory", test_memory);
  g_test_add_func ("/worker/task/cgroup", test_cgroup);
  g_test_add_func ("/worker/task/run", test_run);
  return g_test_run ();
}
