/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test.h"

/* It has a display where tests/app runs it, and none otherwise. */
static gboolean
has_display (void)
{
  return g_getenv ("LT_LAB_GTK_HELPER") != NULL && (g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL);
}

static void
test_breaks (void)
{
  g_autoptr(LabRun) run = NULL;

  if (!has_display ())
    {
      g_test_skip ("there is no display");
      return;
    }
  lab_test_begin ();
  run = lab_test_run ("widgets-from-a-thread", "{'runs': <int64 4>}", 1);
  if (lab_test_outcome_or_why (run, "breaks"))
    {
      g_assert_cmpfloat (lab_test_get (run, "broken", "thread"), >, 0);
      g_assert_cmpfloat (lab_test_get (run, "broken", "loop"), ==, 0);
    }
  g_clear_object (&run);
  lab_test_end ();
}

/* Without a display, or without the program, it claims nothing and says why. */
static void
test_without (gconstpointer data)
{
  const char *helper = data;
  g_autofree char *given = g_strdup (g_getenv ("LT_LAB_GTK_HELPER"));
  g_autofree char *display = g_strdup (g_getenv ("DISPLAY"));
  g_autofree char *wayland = g_strdup (g_getenv ("WAYLAND_DISPLAY"));
  g_autoptr(LabRun) run = NULL;

  if (helper == NULL && given == NULL)
    {
      g_test_skip ("the program that opens the window is not built");
      return;
    }
  lab_test_begin ();
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  if (helper != NULL)
    g_setenv ("LT_LAB_GTK_HELPER", helper, TRUE);

  run = lab_test_run ("widgets-from-a-thread", NULL, 1);
  g_assert_null (lab_run_get_outcome (run));
  haul_test_assert_contains (lab_run_get_message (run), helper != NULL ? "was not found" : "no display");
  g_clear_object (&run);

  if (given != NULL)
    g_setenv ("LT_LAB_GTK_HELPER", given, TRUE);
  else
    g_unsetenv ("LT_LAB_GTK_HELPER");
  if (display != NULL)
    g_setenv ("DISPLAY", display, TRUE);
  if (wayland != NULL)
    g_setenv ("WAYLAND_DISPLAY", wayland, TRUE);
  lab_test_end ();
}

static void
test_cancel (void)
{
  if (!has_display ())
    {
      g_test_skip ("there is no display");
      return;
    }
  lab_test_begin ();
  lab_test_cancel ("widgets-from-a-thread", "{'runs': <int64 10>}", 0);
  lab_test_cancel ("widgets-from-a-thread", "{'runs': <int64 10>}", 300);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/widgets-from-a-thread/breaks", test_breaks);
  g_test_add_data_func ("/lab/widgets-from-a-thread/no-display", NULL, test_without);
  g_test_add_data_func ("/lab/widgets-from-a-thread/no-program", "/there/is/none", test_without);
  g_test_add_func ("/lab/widgets-from-a-thread/cancel", test_cancel);

  return g_test_run ();
}
