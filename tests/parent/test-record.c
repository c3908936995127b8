/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/parent/haul-record.h"

static void
test_record (void)
{
  HaulRecord *log = haul_record_new_log (123, HAUL_LOG_WARNING, "Process-1", 42, "domain", "careful");
  HaulRecord *frame = haul_record_new_frame (5000, 2000, HAUL_FRAME_PROGRESS, TRUE, 77, "1 / 2");
  HaulRecord *first = haul_record_new_frame (5000, 0, HAUL_FRAME_HELLO, FALSE, 0, NULL);
  g_autofree char *line = NULL;
  g_autofree char *name = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *text = NULL;
  HaulLogLevel level;
  int pid;

  g_assert_cmpint (haul_record_get_time (log), ==, 123);
  g_assert_cmpint (haul_record_get_level (log), ==, HAUL_LOG_WARNING);
  g_assert_cmpstr (haul_record_get_text (log), ==, "careful");
  g_assert_cmpstr (haul_record_get_process_name (log), ==, "Process-1");
  g_assert_cmpint (haul_record_get_pid (log), ==, 42);
  g_assert_cmpstr (haul_record_get_domain (log), ==, "domain");
  line = haul_record_dup_line (log);
  g_assert_cmpstr (line, ==, "[WARNING/Process-1] careful");
  g_object_get (log, "level", &level, "process-name", &name, "pid", &pid, "domain", &domain, "text", &text, NULL);
  g_assert_cmpint (level, ==, HAUL_LOG_WARNING);
  g_assert_cmpstr (name, ==, "Process-1");
  g_assert_cmpint (pid, ==, 42);
  g_assert_cmpstr (domain, ==, "domain");
  g_assert_cmpstr (text, ==, "careful");

  g_assert_cmpint (haul_record_get_time (frame), ==, 5000);
  g_assert_cmpint (haul_record_get_gap (frame), ==, 3000);
  g_assert_cmpint (haul_record_get_frame (frame), ==, HAUL_FRAME_PROGRESS);
  g_assert_true (haul_record_get_down (frame));
  g_assert_cmpuint (haul_record_get_size (frame), ==, 77);
  g_assert_cmpstr (haul_record_get_text (frame), ==, "1 / 2");
  g_assert_null (haul_record_get_process_name (frame));
  g_assert_null (haul_record_get_domain (frame));
  g_assert_cmpint (haul_record_get_pid (frame), ==, 0);

  g_assert_cmpint (haul_record_get_gap (first), ==, 0);
  g_assert_nonnull (haul_record_get_text (first));

  g_assert_finalize_object (log);
  g_assert_finalize_object (frame);
  g_assert_finalize_object (first);
}

/* Does what a list view does: keeps a copy by the changes that it hears of. */
typedef struct
{
  GListModel *model;
  GPtrArray  *copy;   /* (owned) of HaulRecord */
  guint64     notified;
} Mirror;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Mirror *mirror = user_data;

  if (removed > 0)
    g_ptr_array_remove_range (mirror->copy, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror->copy, position + i, g_list_model_get_item (model, position + i));
  g_assert_cmpuint (mirror->copy->len, ==, g_list_model_get_n_items (model));
}

static void
dropped_cb (HaulRing   *ring,
            GParamSpec *pspec,
            Mirror     *mirror)
{
  g_object_get (ring, "dropped", &mirror->notified, NULL);
}

static void
check_mirror (Mirror *mirror)
{
  g_assert_cmpuint (mirror->copy->len, ==, g_list_model_get_n_items (mirror->model));
  for (guint i = 0; i < mirror->copy->len; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (mirror->model, i);

      g_assert_true (record == g_ptr_array_index (mirror->copy, i));
    }
  g_assert_null (g_list_model_get_item (mirror->model, mirror->copy->len));
}

static void
fill (guint max_items,
      gsize max_bytes,
      guint n,
      gsize size)
{
  HaulRing *ring = haul_ring_new (max_items, max_bytes);
  Mirror mirror = { G_LIST_MODEL (ring), g_ptr_array_new_with_free_func (g_object_unref), 0 };

  g_signal_connect (ring, "items-changed", G_CALLBACK (items_changed_cb), &mirror);
  g_signal_connect (ring, "notify::dropped", G_CALLBACK (dropped_cb), &mirror);
  g_assert_true (g_list_model_get_item_type (mirror.model) == HAUL_TYPE_RECORD);
  g_assert_cmpuint (haul_ring_get_dropped (ring), ==, 0);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulRecord) newest = NULL;
      g_autofree char *text = g_strdup_printf ("%0*u", (int) size, i);

      haul_ring_take (ring, haul_record_new_log (i, HAUL_LOG_INFO, NULL, 0, NULL, text));
      newest = g_list_model_get_item (mirror.model, g_list_model_get_n_items (mirror.model) - 1);
      g_assert_cmpstr (haul_record_get_text (newest), ==, text);
      g_assert_cmpuint (g_list_model_get_n_items (mirror.model), <=, max_items);
      g_assert_cmpuint (g_list_model_get_n_items (mirror.model) + haul_ring_get_dropped (ring), ==, i + 1);
      g_assert_true (g_list_model_get_n_items (mirror.model) * size <= max_bytes || g_list_model_get_n_items (mirror.model) == 1);
      if (n <= 300 || i % 100 == 0)
        check_mirror (&mirror);
    }
  check_mirror (&mirror);
  g_assert_cmpuint (mirror.notified, ==, haul_ring_get_dropped (ring));
  g_ptr_array_unref (mirror.copy);
  g_assert_finalize_object (ring);
}

static void
test_ring (void)
{
  fill (10, 1 << 20, 5, 4);
  fill (10, 1 << 20, 10, 4);
  fill (10, 1 << 20, 25, 4);
  fill (1, 1 << 20, 5, 4);
  fill (1000, 100, 50, 10);      /* bytes are the limit */
  fill (1000, 100, 5, 500);      /* each larger than all may be: the newest stays */
  fill (2000, 1 << 20, 5000, 8);
}

/* Reading in any order gives the same as reading in order. */
static void
test_random_access (void)
{
  HaulRing *ring = haul_ring_new (500, 1 << 20);
  gint64 oldest = 0;

  for (guint i = 0; i < 3000; i++)
    {
      haul_ring_take (ring, haul_record_new_log (i, HAUL_LOG_INFO, NULL, 0, NULL, "x"));
      oldest = MAX (0, (gint64) i - 499);
      for (guint n = 0; n < 5; n++)
        {
          guint position = g_test_rand_int_range (0, g_list_model_get_n_items (G_LIST_MODEL (ring)));
          g_autoptr(HaulRecord) record = g_list_model_get_item (G_LIST_MODEL (ring), position);

          g_assert_cmpint (haul_record_get_time (record), ==, oldest + position);
        }
    }
  g_assert_finalize_object (ring);
}

/* A smaller bound lets the oldest go at once, and says so. */
static void
test_bound (void)
{
  HaulRing *ring = haul_ring_new (100, 1 << 20);
  Mirror mirror = { G_LIST_MODEL (ring), g_ptr_array_new_with_free_func (g_object_unref), 0 };

  g_signal_connect (ring, "items-changed", G_CALLBACK (items_changed_cb), &mirror);
  g_signal_connect (ring, "notify::dropped", G_CALLBACK (dropped_cb), &mirror);
  for (guint i = 0; i < 50; i++)
    haul_ring_take (ring, haul_record_new_log (i, HAUL_LOG_INFO, NULL, 0, NULL, "x"));
  haul_ring_set_max_items (ring, 50);
  g_assert_cmpuint (haul_ring_get_dropped (ring), ==, 0);
  haul_ring_set_max_items (ring, 7);
  g_assert_cmpuint (haul_ring_get_dropped (ring), ==, 43);
  g_assert_cmpuint (mirror.notified, ==, 43);
  g_assert_cmpuint (g_list_model_get_n_items (mirror.model), ==, 7);
  check_mirror (&mirror);
  haul_ring_set_max_items (ring, 8);
  for (guint i = 0; i < 3; i++)
    haul_ring_take (ring, haul_record_new_log (i, HAUL_LOG_INFO, NULL, 0, NULL, "x"));
  g_assert_cmpuint (g_list_model_get_n_items (mirror.model), ==, 8);
  check_mirror (&mirror);
  g_ptr_array_unref (mirror.copy);
  g_assert_finalize_object (ring);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/record/record", test_record);
  g_test_add_func ("/parent/record/ring", test_ring);
  g_test_add_func ("/parent/record/random-access", test_random_access);
  g_test_add_func ("/parent/record/bound", test_bound);
  return g_test_run ();
}
