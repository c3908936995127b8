/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>

#include "haul-test.h"
#include "haul/wire/haul-error.h"
#include "lab-lesson.h"

static void
test_whole (void)
{
  const char *json =
    "{ \"experiment\": \"lost-updates\", \"title\": \"A Title\", \"parameters\": { \"threads\": 2.0 },"
    "  \"question\": \"Why?\", \"hints\": [ \"One.\", \"Two.\\n\\tThree.\" ] }";
  g_autoptr(GError) error = NULL;
  g_autoptr(LabLesson) lesson = lab_lesson_new_from_data (json, strlen (json), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lab_experiment_get_id (lab_lesson_get_experiment (lesson)), ==, "lost-updates");
  g_assert_cmpstr (lab_lesson_get_title (lesson), ==, "A Title");
  g_assert_cmpstr (lab_lesson_get_question (lesson), ==, "Why?");
  g_assert_cmpuint (g_strv_length ((char **) lab_lesson_get_hints (lesson)), ==, 2);
  g_assert_cmpstr (lab_lesson_get_hints (lesson)[1], ==, "Two.\n\tThree.");
  g_assert_cmpint (haul_arguments_get_int (lab_lesson_get_arguments (lesson), "threads"), ==, 2);
  g_assert_cmpint (haul_arguments_get_int (lab_lesson_get_arguments (lesson), "increments"), ==, 1000000);
}

static void
test_least (void)
{
  const char *json = "{ \"experiment\": \"lost-updates\" }";
  g_autoptr(LabLesson) lesson = lab_lesson_new_from_data (json, strlen (json), NULL);

  g_assert_nonnull (lesson);
  g_assert_cmpstr (lab_lesson_get_title (lesson), ==, "Lost Updates");
  g_assert_cmpstr (lab_lesson_get_question (lesson), ==, lab_lesson_get_experiment (lesson)->question);
  g_assert_null (lab_lesson_get_hints (lesson)[0]);
  g_assert_cmpint (haul_arguments_get_int (lab_lesson_get_arguments (lesson), "threads"), ==, 4);
}

/* What is wrong, and a part of what it says about that. */
static const struct { const char *json; const char *message; } refused[] = {
  { "", "a lesson is an object" },
  { "[]", "a lesson is an object" },
  { "{", "this is not JSON" },
  { "{ \"experiment\": \"lost-updates\", }", "this is not JSON" },
  { "{}", "“experiment” is missing; it is one of: " },
  { "{ \"experiment\": 5 }", "“experiment” has to be a text" },
  { "{ \"experiment\": null }", "“experiment” has to be a text" },
  { "{ \"experiment\": \"lost\" }", "there is no experiment “lost”; there are: " },
  { "{ \"experiment\": \"lost-updates\", \"hint\": [] }", "a lesson has no “hint”; it has: experiment, title" },
  { "{ \"experiment\": \"lost-updates\", \"title\": [] }", "“title” has to be a text" },
  { "{ \"experiment\": \"lost-updates\", \"question\": true }", "“question” has to be a text" },
  { "{ \"experiment\": \"lost-updates\", \"hints\": \"One\" }", "“hints” has to be a list of texts" },
  { "{ \"experiment\": \"lost-updates\", \"hints\": [ 1 ] }", "“hints” has to be a text" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": [] }", "“parameters” has to be an object" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"thread\": 2 } }",
    "lost-updates has no parameter “thread”; it has: threads, increments" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"threads\": \"2\" } }",
    "“threads” has to be a whole number from 1 to 8" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"threads\": 2.5 } }", "“threads” has to be a whole number" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"threads\": [ 2 ] } }", "“threads” has to be a whole number" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"threads\": 1e300 } }", "“threads” has to be a whole number" },
  { "{ \"experiment\": \"lost-updates\", \"parameters\": { \"threads\": 9 } }", "threads" },
  { "\xff\xfe", "is UTF-8 text" },
  { "{ \"experiment\": \"lost-updates\", \"title\": \"\\u001b[2J\" }", "“title” has a control character in it" },
  { "{ \"experiment\": \"lost-updates\", \"question\": \"\\u009b2J\" }", "“question” has a control character in it" },
  { "{ \"experiment\": \"lost-updates\", \"hints\": [ \"One.\", \"\\u0007\" ] }", "“hints” has a control character in it" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (lab_lesson_new_from_data (refused[i].json, strlen (refused[i].json), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
      haul_test_assert_contains (error->message, refused[i].message);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
assert_too_much (const char *json,
                 const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (lab_lesson_new_from_data (json, strlen (json), &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  haul_test_assert_contains (error->message, message);
}

static void
test_bounds (void)
{
  g_autofree char *text = g_strnfill (2001, 'x'), *large = g_strnfill (64 * 1024 + 1, ' ');
  g_autofree char *question = g_strdup_printf ("{ \"experiment\": \"lost-updates\", \"question\": \"%s\" }", text);
  g_autoptr(GString) hints = g_string_new ("{ \"experiment\": \"lost-updates\", \"hints\": [ \"0\"");

  for (guint i = 1; i <= 20; i++)
    g_string_append (hints, ", \"x\"");
  g_string_append (hints, " ] }");

  assert_too_much (question, "“question” is longer than 2000 characters");
  assert_too_much (large, "a lesson has 64 KiB at most");
  assert_too_much (hints->str, "there are more than 20 hints");
}

/* As deep as the parser takes it: it is not followed. */
static void
test_deep (void)
{
  g_autofree char *open = g_strnfill (1000, '['), *close = g_strnfill (1000, ']');
  g_autofree char *json = g_strdup_printf ("{ \"experiment\": \"lost-updates\", \"title\": %s%s }", open, close);

  assert_too_much (json, "“title” has to be a text");
}

/* Those that are installed. */
static void
test_samples (void)
{
  const char *folder = g_getenv ("HAUL_TEST_LESSONS");
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open (folder, 0, &error);
  const char *name = NULL;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr(LabLesson) lesson = NULL;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      lesson = lab_lesson_new_from_file (path, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (lab_lesson_get_title (lesson), !=, "");
      g_assert_nonnull (lab_lesson_get_hints (lesson)[0]);
      n++;
    }
  g_assert_cmpuint (n, >=, 3);
}

static void
test_files (void)
{
  g_autoptr(GError) missing = NULL, folder = NULL, endless = NULL;

  g_assert_null (lab_lesson_new_from_file ("/nowhere/lesson.json", &missing));
  g_assert_error (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (missing->message, "/nowhere/lesson.json: "));
  g_assert_null (lab_lesson_new_from_file ("/", &folder));
  g_assert_nonnull (folder);
  g_assert_null (lab_lesson_new_from_file ("/dev/zero", &endless));
  haul_test_assert_contains (endless->message, "64 KiB at most");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/lesson/whole", test_whole);
  g_test_add_func ("/lab/lesson/least", test_least);
  g_test_add_func ("/lab/lesson/refused", test_refused);
  g_test_add_func ("/lab/lesson/bounds", test_bounds);
  g_test_add_func ("/lab/lesson/deep", test_deep);
  g_test_add_func ("/lab/lesson/samples", test_samples);
  g_test_add_func ("/lab/lesson/files", test_files);

  return g_test_run ();
}
