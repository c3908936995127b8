/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test.h"

/* A loop that computes answers nobody; one whose child computes does. */
static void
test_frozen (void)
{
  g_autoptr(LabRun) run = NULL;
  const double seconds = 1;

  lab_test_begin ();
  run = lab_test_run ("frozen-window", "{'seconds': <1.0>}", 1);
  g_assert_cmpfloat (lab_test_get (run, "gap", "loop"), >=, seconds * 1000);
  /* Where nobody gave the second one a processor either, both stood still. */
  if (g_strcmp0 (lab_test_explained (run), "both") != 0)
    {
      lab_test_assert_outcome (run, "loop");
      g_assert_cmpfloat (lab_test_get (run, "beats", "child"), >, lab_test_get (run, "beats", "loop"));
    }
  g_assert_true (lab_run_get_experiment (run)->freezes_window);
  g_clear_object (&run);
  lab_test_end ();
}

static guint
count_spans (HaulLane     *lane,
             HaulSpanKind  kind)
{
  guint n = 0;

  for (guint i = 0; i < haul_lane_get_n_spans (lane); i++)
    n += haul_lane_get_span (lane, i)->kind == kind;
  return n;
}

/* One lane for the loop, which works once, and one for the child. */
static void
test_lanes (void)
{
  g_autoptr(LabRun) run = NULL;
  GListModel *timeline;

  lab_test_begin ();
  run = lab_test_run ("frozen-window", "{'seconds': <0.5>}", 1);
  timeline = G_LIST_MODEL (lab_findings_get_timeline (lab_run_get_findings (run)));
  g_assert_cmpuint (g_list_model_get_n_items (timeline), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (timeline, i);

      g_assert_cmpuint (count_spans (lane, HAUL_SPAN_WORKING), ==, 1);
    }
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_cancel (void)
{
  lab_test_begin ();
  lab_test_cancel ("frozen-window", "{'seconds': <4.0>}", 0);
  lab_test_cancel ("frozen-window", "{'seconds': <0.5>}", 1500);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/frozen-window/frozen", test_frozen);
  g_test_add_func ("/lab/frozen-window/lanes", test_lanes);
  g_test_add_func ("/lab/frozen-window/cancel", test_cancel);

  return g_test_run ();
}
