/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "lt-process-cell.h"
#include "lt-processes-view-private.h"
#include "lt-test.h"
#include "lt-window.h"

/* The page of processes with a thousand live ones, which scrolls, sorts and finds as with ten. What that costs
 * is what bench-window measures. */

#define SOON  60000
#define N     1000
#define N_ALL (N + 2)   /* with the crowd's parent, and this program */

typedef struct
{
  LtJobs          *jobs;
  LtWindow        *window;
  LtProcessesView *view;
  GListModel      *model;
  GSubprocess     *crowd;
  guint            wanted;    /* rows */
} Page;

static gboolean
has_wanted (gpointer data)
{
  Page *self = data;

  return g_list_model_get_n_items (self->model) == self->wanted
         && g_list_model_get_n_items (G_LIST_MODEL (self->view->selection)) == self->wanted;
}

static void
wait_rows (Page  *self,
           guint  n)
{
  self->wanted = n;
  lt_test_run_until (has_wanted, self, SOON);
}

static void
page_init (Page *self)
{
  g_autoptr(GError) error = NULL;
  char ready[6];

  self->crowd = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                  g_getenv ("HAUL_TEST_CROWD"), G_STRINGIFY (N), "5", NULL);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (self->crowd), ready, sizeof ready, NULL, NULL), >, 0);

  self->jobs = lt_jobs_new ();
  self->window = lt_window_new (NULL, self->jobs);
  self->view = lt_window_get_processes_view (self->window);
  self->model = G_LIST_MODEL (lt_processes_view_get_model (self->view));
  gtk_window_set_default_size (GTK_WINDOW (self->window), 960, 640);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "view", g_variant_new_string ("processes"));
  gtk_window_present (GTK_WINDOW (self->window));
  wait_rows (self, N_ALL);
}

static void
page_clear (Page *self)
{
  g_autoptr(GError) error = NULL;

  gtk_window_destroy (GTK_WINDOW (self->window));
  lt_test_stop (self->jobs);
  g_object_unref (self->jobs);
  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (self->crowd), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (self->crowd, NULL, &error));
  g_assert_no_error (error);
  g_object_unref (self->crowd);
}

static HaulProcessInfo *
row_at (Page  *self,
        guint  position)
{
  g_autoptr(HaulProcessInfo) info = g_list_model_get_item (self->model, position);

  return info;   /* the list has it */
}

static gboolean
refreshed (gpointer count)
{
  return *(guint *) count >= 2;
}

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

static void
wait_refreshed (Page *self)
{
  guint count = 0;
  gulong id = g_signal_connect_swapped (self->view->list, "refreshed", G_CALLBACK (count_cb), &count);

  lt_test_run_until (refreshed, &count, SOON);
  g_signal_handler_disconnect (self->view->list, id);
}

static gboolean
is_laid_out (gpointer data)
{
  Page *self = data;

  return gtk_adjustment_get_upper (gtk_scrolled_window_get_vadjustment (self->view->scroller))
         >= N_ALL *lt_process_layout_get_height (self->view->layout);
}

static gboolean
has_row (gpointer data)
{
  Page *self = data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->view->scroller);
  guint position = (guint) (gtk_adjustment_get_value (adjustment) * N_ALL / gtk_adjustment_get_upper (adjustment));

  return lt_process_layout_is_in_sight (self->view->layout, position)
         && lt_process_layout_find_row (self->view->layout, position) != NULL;
}

/* Wherever one scrolls there are rows, only those in sight have cells, and it stays there. */
static void
test_scroll (void)
{
  Page page;
  GtkAdjustment *adjustment;
  double most;

  page_init (&page);
  adjustment = gtk_scrolled_window_get_vadjustment (page.view->scroller);
  lt_test_run_until (is_laid_out, &page, SOON);
  most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  g_assert_cmpuint (lt_test_count (GTK_WIDGET (page.view), LT_TYPE_PROCESS_CELL), <, 60 * LT_PROCESS_N_CELLS);
  for (guint i = 1; i <= 4; i++)
    {
      gtk_adjustment_set_value (adjustment, most * i / 4);
      lt_test_run_until (has_row, &page, SOON);
    }
  wait_refreshed (&page);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, most);
  page_clear (&page);
}

/* Siblings stand in the order that was chosen, and what is selected stays so wherever it goes. */
static void
test_sort (void)
{
  Page page;
  HaulProcessInfo *selected;

  page_init (&page);
  selected = row_at (&page, 500);
  lt_processes_view_select (page.view, selected);
  gtk_column_view_sort_by_column (page.view->view, page.view->columns[LT_PROCESS_PID], GTK_SORT_DESCENDING);
  for (guint i = 3; i < N_ALL; i++)
    g_assert_cmpint (haul_process_info_get_pid (row_at (&page, i)), <, haul_process_info_get_pid (row_at (&page, i - 1)));
  g_assert_true (lt_processes_view_get_selected (page.view) == selected);
  g_assert_true (row_at (&page, gtk_single_selection_get_selected (page.view->selection)) == selected);
  wait_refreshed (&page);
  g_assert_true (row_at (&page, gtk_single_selection_get_selected (page.view->selection)) == selected);
  page_clear (&page);
}

/* Few fit, and then all do again; and what is selected comes back. */
static void
test_filter (void)
{
  Page page;
  HaulProcessInfo *selected;

  page_init (&page);
  selected = row_at (&page, N_ALL - 1);
  lt_processes_view_select (page.view, selected);
  lt_processes_view_search (page.view, "sleeper 99");
  wait_rows (&page, 19);   /* 99, 199 … 899, 990 … 999 */
  g_assert_true (lt_processes_view_get_selected (page.view) == selected);
  lt_processes_view_search (page.view, "busy");
  wait_rows (&page, 5);
  g_assert_null (lt_processes_view_get_selected (page.view));
  lt_processes_view_search (page.view, "");
  wait_rows (&page, N_ALL);
  page_clear (&page);
}

static gboolean
has_ended (gpointer data)
{
  Page *self = data;
  guint n_ended = 0, n_new = 0;

  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    {
      n_ended += haul_process_info_get_is_ended (row_at (self, i));
      n_new += haul_process_info_get_is_new (row_at (self, i));
    }
  return n_ended >= 20 && n_new >= 20;
}

/* Some end and some begin: both can be seen for a while, and then there are as many as before. */
static void
test_change (void)
{
  Page page;

  page_init (&page);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (page.crowd), "....................", 20, NULL, NULL, NULL));
  lt_test_run_until (has_ended, &page, SOON);
  wait_rows (&page, N_ALL);
  page_clear (&page);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/crowd/scroll", test_scroll);
  g_test_add_func ("/app/crowd/sort", test_sort);
  g_test_add_func ("/app/crowd/filter", test_filter);
  g_test_add_func ("/app/crowd/change", test_change);
  return g_test_run ();
}
