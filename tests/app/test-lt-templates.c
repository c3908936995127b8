/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-countdown.h"
#include "lt-drawing.h"
#include "lt-facts-view.h"
#include "lt-heartbeat.h"
#include "lt-hint-bar.h"
#include "lt-job-details.h"
#include "lt-job-row.h"
#include "lt-jobs-view.h"
#include "lt-lab-card.h"
#include "lt-lab-code.h"
#include "lt-lab-compare.h"
#include "lt-lab-gallery.h"
#include "lt-lab-page.h"
#include "lt-lab-params.h"
#include "lt-lab-picture.h"
#include "lt-lab-view.h"
#include "lt-lab-why.h"
#include "lt-life-strip.h"
#include "lt-parts-view.h"
#include "lt-pool-text.h"
#include "lt-pool-view.h"
#include "lt-process-graph.h"
#include "lt-processes-view.h"
#include "lt-record-view.h"
#include "lt-result-view.h"
#include "lt-speedup.h"
#include "lt-strip.h"
#include "lt-test.h"
#include "lt-tiles.h"
#include "lt-window.h"

/* Every template can be made and is gone again afterwards: nothing in it holds on to it. */
static void
test_widgets (void)
{
  const GType types[] = {
    LT_TYPE_COUNTDOWN, LT_TYPE_DRAWING, LT_TYPE_FACTS_VIEW, LT_TYPE_HEARTBEAT, LT_TYPE_HINT_BAR, LT_TYPE_JOB_DETAILS, LT_TYPE_JOB_ROW, LT_TYPE_JOBS_VIEW,
    LT_TYPE_LAB_CARD, LT_TYPE_LAB_CODE, LT_TYPE_LAB_COMPARE, LT_TYPE_LAB_GALLERY, LT_TYPE_LAB_PAGE, LT_TYPE_LAB_PARAMS,
    LT_TYPE_LAB_PICTURE, LT_TYPE_LAB_VIEW, LT_TYPE_LAB_WHY,
    LT_TYPE_LIFE_STRIP, LT_TYPE_PARTS_VIEW, LT_TYPE_POOL_VIEW, LT_TYPE_PROCESS_GRAPH, LT_TYPE_PROCESSES_VIEW, LT_TYPE_RECORD_VIEW, LT_TYPE_RESULT_VIEW, LT_TYPE_SPEEDUP, LT_TYPE_STRIP, LT_TYPE_TILES,
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GtkWidget *widget = g_object_ref_sink (g_object_new (types[i], NULL));

      g_test_message ("%s", g_type_name (types[i]));
      g_assert_finalize_object (widget);
    }
}

/* The first group that the window shows, in the order in which people see them. */
static GtkWidget *
find_group (GtkWidget *widget)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkShortcutsGroup"))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *group = find_group (child);

      if (group != NULL)
        return group;
    }
  return NULL;
}

static void
check_shortcuts (GtkWidget *window)
{
  g_autofree char *title = NULL;
  GtkWidget *group = find_group (window);

  g_assert_nonnull (group);
  g_object_get (group, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "General");
}

static void
test_windows (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window = lt_window_new (NULL, jobs);
  GtkBuilder *builder = gtk_builder_new_from_resource ("/io/github/longtasks/LongTasks/gtk/help-overlay.ui");

  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "help_overlay")));
  check_shortcuts (GTK_WIDGET (gtk_builder_get_object (builder, "help_overlay")));
  gtk_window_destroy (GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay")));
  g_object_unref (builder);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Something to be shown in the cell @name. */
static GObject *
create_item (const char *name)
{
  if (g_str_has_prefix (name, "part-"))
    return g_object_new (HAUL_TYPE_PART, NULL);
  if (g_str_has_prefix (name, "worker-"))
    return g_object_new (HAUL_TYPE_POOL_WORKER_INFO, NULL);
  if (g_str_equal (name, "job.ui"))
    return G_OBJECT (haul_job_new (haul_task_lookup ("sleep", NULL), NULL, NULL));
  return G_OBJECT (haul_record_new_log (1, HAUL_LOG_INFO, "Worker-1", 42, NULL, "text"));
}

/* Each cell, with the names of its closures. */
static void
test_cells (void)
{
  g_auto(GStrv) cells = g_resources_enumerate_children ("/io/github/longtasks/LongTasks/ui/cells", 0, NULL);

  g_assert_nonnull (cells);
  lt_pool_text_ensure ();
  for (guint i = 0; cells[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/io/github/longtasks/LongTasks/ui/cells/", cells[i], NULL);
      GListStore *store = g_list_store_new (G_TYPE_OBJECT);
      g_autoptr(GObject) item = create_item (cells[i]);
      GtkListItemFactory *factory = gtk_builder_list_item_factory_new_from_resource (NULL, path);
      GtkWidget *list;
      GtkWidget *window = gtk_window_new ();

      g_test_message ("%s", cells[i]);
      g_list_store_append (store, item);
      list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (store))), factory);
      gtk_window_set_child (GTK_WINDOW (window), list);
      gtk_widget_realize (list);
      g_assert_nonnull (gtk_widget_get_first_child (list));
      g_assert_nonnull (gtk_widget_get_first_child (gtk_widget_get_first_child (list)));
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

/* Every icon that a job can have is in the resources or the theme. */
static void
test_icons (void)
{
  static const char * const names[] = {
    "job-queued", "job-starting", "job-running", "job-paused", "job-stalled", "job-canceling", "job-done", "job-failed",
    "job-crashed", "job-canceled", "job-timed-out", "job-interrupted", "job-force", "ui-frozen",
  };
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat (names[i], "-symbolic", NULL);

      g_assert_true (gtk_icon_theme_has_icon (theme, name));
    }
  g_assert_true (gtk_icon_theme_has_icon (theme, LT_APP_ID));
}

static int
natural_width (GtkWidget *widget)
{
  int width;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  return width;
}

static gboolean
is_frozen (gpointer widget)
{
  return gtk_widget_has_css_class (widget, "frozen");
}

/* What the header bar has beside the heartbeat does not move when the numbers change, nor by a freeze. */
static void
test_heartbeat_width (void)
{
  GtkWidget *heartbeat = g_object_ref_sink (g_object_new (LT_TYPE_HEARTBEAT, NULL));
  int before = natural_width (heartbeat);

  g_usleep (600 * 1000);   /* the freeze */
  lt_test_run_until (is_frozen, heartbeat, 10000);
  g_assert_cmpint (natural_width (heartbeat), ==, before);
  g_object_unref (heartbeat);
}

static void
test_right_to_left (void)
{
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  test_widgets ();
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/templates/heartbeat-width", test_heartbeat_width);
  g_test_add_func ("/app/templates/widgets", test_widgets);
  g_test_add_func ("/app/templates/windows", test_windows);
  g_test_add_func ("/app/templates/cells", test_cells);
  g_test_add_func ("/app/templates/icons", test_icons);
  g_test_add_func ("/app/templates/right-to-left", test_right_to_left);
  return g_test_run ();
}
