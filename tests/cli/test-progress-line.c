/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "haul-cli-progress-line.h"
#include "haul-test.h"

static const HaulProgressLine half = {
  .title = "Calculate Pi",
  .fraction = 0.5,
  .progress = "500 of 1,000 digits",
  .rate = "96 digits/s",
  .left = "about 5 seconds left",
  .phase = "dividing",
};

static void
test_wide (void)
{
  g_autofree char *line = haul_progress_line (&half, 140);

  g_assert_cmpstr (line, ==,
                   "Calculate Pi [███████████▌           ]  50%"
                   " · 500 of 1,000 digits · 96 digits/s · about 5 seconds left · dividing");
}

/* Parts are told where there is room for more than what matters. */
static void
test_parts (void)
{
  HaulProgressLine content = half;
  g_autofree char *wide = NULL;
  g_autofree char *narrow = NULL;
  g_autofree char *ending = NULL;

  content.parts = "2 of 5 parts done, 2 running";
  wide = haul_progress_line (&content, 160);
  g_assert_cmpstr (wide, ==,
                   "Calculate Pi [█████████████             ]  50% · 500 of 1,000 digits · 96 digits/s"
                   " · about 5 seconds left · 2 of 5 parts done, 2 running · dividing");
  narrow = haul_progress_line (&content, 80);
  g_assert_null (strstr (narrow, "parts"));
  content.status = "Canceling…";
  ending = haul_progress_line (&content, 160);
  g_assert_null (strstr (ending, "parts"));
}

static void
test_ascii (void)
{
  HaulProgressLine content = half;
  g_autofree char *line = NULL;

  content.ascii = TRUE;
  line = haul_progress_line (&content, 140);
  g_assert_true (g_str_is_ascii (line));
  haul_test_assert_contains (line, "[###########            ]  50%, 500 of 1,000 digits, 96");
}

static void
test_narrow (void)
{
  g_autofree char *eighty = haul_progress_line (&half, 80);
  g_autofree char *forty = haul_progress_line (&half, 40);
  g_autofree char *ten = haul_progress_line (&half, 10);
  g_autofree char *two = haul_progress_line (&half, 2);
  g_autofree char *none = haul_progress_line (&half, 0);

  g_assert_cmpstr (eighty, ==, "Calculate Pi [██████▌      ]  50% · 500 of 1,000 digits · about 5 seconds left");
  g_assert_cmpstr (forty, ==, "[████    ]  50% · about 5 seconds left");
  g_assert_cmpstr (ten, ==, " 50%");
  g_assert_cmpstr (two, ==, " 5");
  g_assert_cmpstr (none, ==, "");
}

/* At every width, for every kind of content: never wider than asked, always valid. */
static void
test_width (void)
{
  HaulProgressLine contents[] = {
    half,
    { .title = "円周率を計算", .fraction = 0.33, .progress = "五百", .left = "あと五秒" },
    { .title = "e\xcc\x81te\xcc\x81", .fraction = -1, .progress = "17", .rate = "3/s" },
    { .title = "", .fraction = 1.0, .progress = "", .status = "Canceling…" },
    { .fraction = 7.5 },
    { .fraction = -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      for (guint width = 0; width <= 200; width++)
        {
          g_autofree char *line = haul_progress_line (&contents[i], width);

          g_assert_true (g_utf8_validate (line, -1, NULL));
          g_assert_cmpuint (haul_text_columns (line), <=, width);
        }
    }
}

static void
test_fractions (void)
{
  HaulProgressLine content = { .fraction = 0 };

  for (guint i = 0; i <= 1000; i++)
    {
      g_autofree char *line = NULL;
      g_autofree char *percent = NULL;

      content.fraction = i / 1000.0;
      line = haul_progress_line (&content, 60);
      percent = g_strdup_printf ("%3u%%", (guint) (content.fraction * 100));
      g_assert_cmpuint (haul_text_columns (line), ==, 10 + 2 + 1 + 4);
      g_assert_true (g_str_has_suffix (line, percent));
    }
}

static void
test_unknown (void)
{
  HaulProgressLine content = { .title = "Sleep", .fraction = -1, .progress = "7 s", .rate = "1 s/s" };
  g_autofree char *line = haul_progress_line (&content, 60);

  g_assert_cmpstr (line, ==, "Sleep · 7 s · 1 s/s");
}

static void
test_status (void)
{
  HaulProgressLine content = half;
  g_autofree char *line = NULL;

  content.status = "Canceling…";
  line = haul_progress_line (&content, 100);
  haul_test_assert_contains (line, "50% · Canceling… · 500 of");
  g_assert_null (strstr (line, "seconds left"));
  g_assert_null (strstr (line, "digits/s"));
}

static void
test_columns (void)
{
  g_assert_cmpuint (haul_text_columns (""), ==, 0);
  g_assert_cmpuint (haul_text_columns ("abc"), ==, 3);
  g_assert_cmpuint (haul_text_columns ("円周"), ==, 4);
  g_assert_cmpuint (haul_text_columns ("e\xcc\x81"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/progress-line/wide", test_wide);
  g_test_add_func ("/cli/progress-line/parts", test_parts);
  g_test_add_func ("/cli/progress-line/ascii", test_ascii);
  g_test_add_func ("/cli/progress-line/narrow", test_narrow);
  g_test_add_func ("/cli/progress-line/width", test_width);
  g_test_add_func ("/cli/progress-line/fractions", test_fractions);
  g_test_add_func ("/cli/progress-line/unknown", test_unknown);
  g_test_add_func ("/cli/progress-line/status", test_status);
  g_test_add_func ("/cli/progress-line/columns", test_columns);

  return g_test_run ();
}
