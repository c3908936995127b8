/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-test.h"

#include <unistd.h>

#include "catalogue.h"

/* No test program takes longer, however slow the machine. */
#define ALARM_SECONDS 240

void
lt_test_init (int    *argc,
              char ***argv)
{
  alarm (ALARM_SECONDS);
  g_test_init (argc, argv, NULL);
  haul_tasks_register (haul_catalogue);
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/longtasks/LongTasks/icons");
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("waited in vain");
  return G_SOURCE_REMOVE;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
lt_test_run_until (LtTestPredicate predicate,
                   gpointer        data,
                   guint           ms)
{
  guint limit = g_timeout_add (ms, too_late_cb, NULL);
  guint wake = g_timeout_add (10, wake_cb, NULL);

  while (!predicate (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
  g_source_remove (limit);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (lt_jobs_stop_finish (LT_JOBS (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

void
lt_test_stop (LtJobs *jobs)
{
  gboolean stopped = FALSE;

  lt_jobs_stop_async (jobs, 3000, stopped_cb, &stopped);
  lt_test_run_until (is_true, &stopped, 30000);
  for (guint i = 0; i < g_list_model_get_n_items (lt_jobs_get_model (jobs)); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (lt_jobs_get_model (jobs), i);

      g_assert_false (haul_job_is_active (job));
    }
}

guint
lt_test_count (GtkWidget *widget,
               GType      type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (widget), type);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += lt_test_count (child, type);
  return n;
}
