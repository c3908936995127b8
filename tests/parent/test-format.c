/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <signal.h>

#include "haul-test.h"

#include "haul/parent/haul-format.h"

static void
test_duration (void)
{
  static const struct { double seconds; const char *text; } rows[] = {
    { 0, "0 ms" }, { 0.0004, "0 ms" }, { 0.042, "42 ms" }, { 0.26, "0.3 s" }, { 12.4, "12.4 s" },
    { 59.9, "59.9 s" }, { 60, "1 min 0 s" }, { 185, "3 min 5 s" }, { 3599, "59 min 59 s" },
    { 3600, "1 h 0 min" }, { 7380, "2 h 3 min" }, { 90000, "25 h 0 min" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = haul_format_duration (rows[i].seconds);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* No two durations that follow each other read as if time went back, and none has 60 of anything. */
static void
test_duration_edges (void)
{
  for (double seconds = 0; seconds < 8000; seconds += 0.05)
    {
      g_autofree char *text = haul_format_duration (seconds);

      if (g_str_has_prefix (text, "60") || strstr (text, " 60") != NULL)
        g_error ("%.3f s reads ‘%s’", seconds, text);
      if (seconds >= 0.1 && strstr (text, "ms") != NULL)
        g_error ("%.3f s reads ‘%s’", seconds, text);
    }
}

static void
test_left (void)
{
  g_autofree char *unknown = haul_format_left (-1);
  g_autofree char *twelve = haul_format_left (12.2);
  g_autofree char *one = haul_format_left (60 * 60);

  g_assert_null (unknown);
  g_assert_cmpstr (twelve, ==, "about 12 seconds left");
  g_assert_nonnull (one);
  for (double seconds = 0; seconds < 5e6; seconds = seconds * 1.01 + 0.1)
    {
      g_autofree char *text = haul_format_left (seconds);

      g_assert_nonnull (text);
      g_assert_null (strstr (text, " 0 "));
      g_assert_null (strstr (text, " 1 seconds"));
      g_assert_null (strstr (text, " 1 minutes"));
      g_assert_null (strstr (text, " 1 hours"));
    }
}

static void
test_rate (void)
{
  g_autofree char *unknown = haul_format_rate (0, "digits");
  g_autofree char *endless = haul_format_rate (INFINITY, "digits");
  g_autofree char *nothing = haul_format_rate (NAN, "digits");
  g_autofree char *some = haul_format_rate (96, "digits");

  g_assert_null (unknown);
  g_assert_null (endless);
  g_assert_null (nothing);
  g_assert_cmpstr (some, ==, "96 digits/s");
  for (double rate = 1e-9; rate < 1e15; rate *= 1.7)
    {
      g_autofree char *text = haul_format_rate (rate, "digits");

      g_assert_true (g_str_has_suffix (text, " digits/s"));
    }
}

static void
test_count (void)
{
  static const double values[] = { 0, 1, 12, 999, 123456, 1e15 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = haul_format_count (values[i]);
      g_autofree char *plain = g_strdup_printf ("%.0f", values[i]);
      GString *digits = g_string_new (NULL);

      for (const char *p = text; *p != '\0'; p++)
        if (g_ascii_isdigit (*p))
          g_string_append_c (digits, *p);
      g_assert_cmpstr (digits->str, ==, plain);
      g_string_free (digits, TRUE);
    }
}

static void
test_exit (void)
{
  static const struct { int code, signal; const char *text; } rows[] = {
    { 0, 0, "exit 0" }, { 3, 0, "exit 3" }, { 255, 0, "exit 255" },
    { -1, SIGSEGV, "signal 11, SIGSEGV" }, { -1, SIGKILL, "signal 9, SIGKILL" }, { -1, 34, "signal 34" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = haul_format_exit (rows[i].code, rows[i].signal);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
  g_assert_cmpstr (haul_signal_name (SIGTERM), ==, "SIGTERM");
  g_assert_cmpstr (haul_signal_name (SIGABRT), ==, "SIGABRT");
  g_assert_cmpstr (haul_signal_name (SIGSYS), ==, "SIGSYS");
  g_assert_null (haul_signal_name (0));
  g_assert_null (haul_signal_name (-1));
  g_assert_null (haul_signal_name (1000));
}

static void
test_states (void)
{
  for (HaulJobState state = 0; state <= HAUL_JOB_ENDED; state++)
    for (HaulJobVerdict verdict = 0; verdict <= HAUL_VERDICT_INTERRUPTED; verdict++)
      g_assert_cmpstr (haul_format_state (state, verdict), !=, "");
  g_assert_cmpstr (haul_format_state (HAUL_JOB_RUNNING, HAUL_VERDICT_NONE), ==, "Running");
  g_assert_cmpstr (haul_format_state (HAUL_JOB_ENDED, HAUL_VERDICT_DONE), ==, "Done");
  g_assert_cmpstr (haul_format_state (HAUL_JOB_ENDED, HAUL_VERDICT_CRASHED), ==, "Crashed");
  for (HaulStamp stamp = 0; stamp < HAUL_N_STAMPS; stamp++)
    g_assert_cmpstr (haul_format_stamp (stamp), !=, "");
  g_assert_cmpstr (haul_format_stamp (HAUL_STAMP_TERM_SENT), ==, "TERM sent");
}

static void
test_progress (void)
{
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  job = haul_test_job_new ("ok", NULL);
  text = haul_format_progress (job);
  g_assert_true (g_str_has_prefix (text, "0 "));
  haul_test_assert_contains (text, "steps");
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/format/duration", test_duration);
  g_test_add_func ("/parent/format/duration-edges", test_duration_edges);
  g_test_add_func ("/parent/format/left", test_left);
  g_test_add_func ("/parent/format/rate", test_rate);
  g_test_add_func ("/parent/format/count", test_count);
  g_test_add_func ("/parent/format/exit", test_exit);
  g_test_add_func ("/parent/format/states", test_states);
  g_test_add_func ("/parent/format/progress", test_progress);
  return g_test_run ();
}
