/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/parent/haul-heartbeat.h"

typedef struct
{
  HaulHeartbeat *heartbeat;
  guint          n_beats;
  guint          wanted;
  guint          n_notified;
} Beats;

static void
beat_cb (HaulHeartbeat *heartbeat,
         gpointer       user_data)
{
  Beats *beats = user_data;

  beats->n_beats++;
}

static void
latency_cb (HaulHeartbeat *heartbeat,
            GParamSpec    *pspec,
            gpointer       user_data)
{
  Beats *beats = user_data;
  double latency;

  beats->n_notified++;
  g_object_get (heartbeat, "latency", &latency, NULL);
  g_assert_cmpfloat (latency, >=, 0);
}

static gboolean
has_beaten (gpointer data)
{
  Beats *beats = data;

  return beats->n_beats >= beats->wanted;
}

static void
beats_init (Beats *beats)
{
  *beats = (Beats) { haul_heartbeat_new (), 0, 0, 0 };
  g_signal_connect (beats->heartbeat, "beat", G_CALLBACK (beat_cb), beats);
  g_signal_connect (beats->heartbeat, "notify::latency", G_CALLBACK (latency_cb), beats);
}

static void
run_beats (Beats *beats,
           guint  n)
{
  beats->wanted = beats->n_beats + n;
  haul_test_run_until (has_beaten, beats, HAUL_TEST_SOON_MS);
}

/* Twenty in a second, as it says; an idle loop on a busy machine may be somewhat late. */
static void
test_idle (void)
{
  Beats beats;
  double cpu_wait;
  gint64 start;

  haul_test_begin ();
  cpu_wait = haul_test_cpu_wait ();
  beats_init (&beats);
  start = g_get_monotonic_time ();
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), ==, 0);
  g_assert_cmpfloat (haul_heartbeat_get_latency (beats.heartbeat), ==, 0);
  run_beats (&beats, 10);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 10 * 50 * 1000 - 5000);
  g_test_message ("worst %.3f ms", haul_heartbeat_get_worst (beats.heartbeat));
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), <, 150 + haul_test_cpu_wait () - cpu_wait);
  g_assert_finalize_object (beats.heartbeat);
  haul_test_assert_clean ();
}

static void
test_blocked (void)
{
  Beats beats;
  float newest[4];
  gint64 start;

  haul_test_begin ();
  beats_init (&beats);
  run_beats (&beats, 2);
  beats.n_notified = 0;
  /* This is what it is to find; a busy machine may have been late before. */
  g_usleep ((gulong) ((200 + haul_heartbeat_get_latency (beats.heartbeat)) * 1000));
  run_beats (&beats, 1);

  g_assert_cmpfloat (haul_heartbeat_get_latency (beats.heartbeat), >=, 149);
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), >=, 149);
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), <, 5000);
  g_assert_cmpuint (beats.n_notified, ==, 1);
  haul_heartbeat_get_beats (beats.heartbeat, newest, 4);
  g_assert_cmpfloat (newest[3], >=, 149);
  g_assert_cmpfloat (newest[0], ==, 0);   /* there were three in all */

  /* The beats that were missed do not come all at once. */
  start = g_get_monotonic_time ();
  run_beats (&beats, 1);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 40 * 1000);
  haul_heartbeat_get_beats (beats.heartbeat, newest, 4);
  g_assert_cmpfloat (newest[2], >=, 149);

  haul_heartbeat_reset (beats.heartbeat);
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), ==, 0);
  g_assert_finalize_object (beats.heartbeat);
  haul_test_assert_clean ();
}

/* A second later it is forgotten; the worst is not. */
static void
test_forgets (void)
{
  Beats beats;
  float newest[20];
  float worst = 0;

  haul_test_begin ();
  beats_init (&beats);
  g_usleep (300 * 1000);
  run_beats (&beats, 1);
  g_assert_cmpfloat (haul_heartbeat_get_latency (beats.heartbeat), >=, 249);
  run_beats (&beats, 21);
  haul_heartbeat_get_beats (beats.heartbeat, newest, 20);
  for (guint i = 0; i < G_N_ELEMENTS (newest); i++)
    worst = MAX (worst, newest[i]);
  g_assert_cmpfloat (haul_heartbeat_get_latency (beats.heartbeat), ==, worst);
  g_assert_cmpfloat (haul_heartbeat_get_worst (beats.heartbeat), >=, 249);
  g_assert_finalize_object (beats.heartbeat);
  haul_test_assert_clean ();
}

static void
test_more_than_kept (void)
{
  Beats beats;
  float all[2 * HAUL_HEARTBEAT_N_BEATS];

  haul_test_begin ();
  beats_init (&beats);
  memset (all, 0xff, sizeof all);
  run_beats (&beats, 3);
  haul_heartbeat_get_beats (beats.heartbeat, all, G_N_ELEMENTS (all));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_assert_true (all[i] >= 0 && all[i] < 5000);
  g_assert_finalize_object (beats.heartbeat);
  haul_test_assert_clean ();
}

static void
drop_cb (HaulHeartbeat *heartbeat,
         gpointer       user_data)
{
  HaulHeartbeat **owned = user_data;

  g_clear_object (owned);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* Its owner lets it go in its own signal. */
static void
test_dropped_in_callback (void)
{
  HaulHeartbeat *heartbeat = haul_heartbeat_new ();

  haul_test_begin ();
  g_signal_connect (heartbeat, "beat", G_CALLBACK (drop_cb), &heartbeat);
  haul_test_run_until (is_gone, &heartbeat, HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/heartbeat/idle", test_idle);
  g_test_add_func ("/parent/heartbeat/blocked", test_blocked);
  g_test_add_func ("/parent/heartbeat/forgets", test_forgets);
  g_test_add_func ("/parent/heartbeat/more-than-kept", test_more_than_kept);
  g_test_add_func ("/parent/heartbeat/dropped-in-callback", test_dropped_in_callback);
  return g_test_run ();
}
