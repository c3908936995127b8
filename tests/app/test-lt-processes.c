/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "haul/parent/haul-process-list-private.h"
#include "lt-process-cell.h"
#include "lt-processes-view-private.h"
#include "lt-settings.h"
#include "lt-test.h"
#include "lt-test-page.h"
#include "lt-window.h"

/* The page of processes: what it shows of processes that are made up, and of real ones. */

#define SOON 30000
#define SECOND G_USEC_PER_SEC

/* A row of the list, made up: the pid is also its start, in ms. */
static void
add (GArray     *samples,
     int         pid,
     int         parent_pid,
     const char *name,
     char        state,
     double      cpu)
{
  HaulProcSample sample = {
    .pid = pid, .parent_pid = parent_pid, .uid = getuid (), .start = pid * 1000, .state = state, .n_threads = 1,
    .own_memory = -1, .exit_status = -1, .read_at = 1000 * SECOND, .memory = 5000000, .cpu_us = cpu * 10 * SECOND,
  };

  g_strlcpy (sample.name, name, sizeof sample.name);
  g_array_append_val (samples, sample);
}

static GArray *
samples_new (void)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (HaulProcSample));

  add (samples, 10, 1, "first", 'S', 1);
  add (samples, 11, 10, "child", 'R', 50);
  add (samples, 12, 10, "other child", 'Z', 0);
  add (samples, 13, 1, "second", 'T', 20);
  return samples;
}

static char *
rows (GListModel *model)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(HaulProcessInfo) info = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s%d", i > 0 ? " " : "", haul_process_info_get_pid (info));
    }
  return g_string_free (text, FALSE);
}

#define assert_rows(model, expected) G_STMT_START {                   \
    g_autofree char *now_there = rows (G_LIST_MODEL (model));         \
    g_assert_cmpstr (now_there, ==, expected);                        \
  } G_STMT_END

static void
test_query (void)
{
  static const struct { const char *text; const char *expected; } cases[] = {
    { "child", "11 12" }, { "CHILD other", "12" }, { "13", "13" }, { "state:Z", "12" }, { "state:z", "12" }, { "state:stopped", "13" },
    { "state:t", "" }, { "cpu>10", "11 13" }, { "cpu>10 state:R", "11" }, { "cpu<2", "10 12" }, { "pid:10", "10" }, { "parent:10", "11 12" },
    { "memory>4", "10 11 12 13" }, { "mem>6", "" }, { "threads:1 second", "13" }, { "nobody", "" }, { "cpu>", "" }, { "cpu>x", "" },
  };
  g_autoptr(HaulProcessList) list = haul_process_list_new (HAUL_PROCESS_SCOPE_USER);
  g_autoptr(LtProcessModel) model = lt_process_model_new (list);
  g_autoptr(GArray) samples = samples_new ();

  haul_process_list_apply (list, samples, 1000 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      lt_process_model_take_query (model, lt_process_query_new (cases[i].text));
      assert_rows (model, cases[i].expected);
      g_assert_true (lt_process_model_get_flat (model));
    }
  g_assert_null (lt_process_query_new ("  "));
  lt_process_model_take_query (model, NULL);
  assert_rows (model, "10 11 12 13");
  g_assert_false (lt_process_model_get_flat (model));
}

static int
compare_cpu (gconstpointer a,
             gconstpointer b,
             gpointer      data)
{
  return lt_process_column_compare (LT_PROCESS_CPU, (HaulProcessInfo *) a, (HaulProcessInfo *) b);
}

/* Siblings are sorted, the tree stays; closed parts are not shown; and while paused nothing moves. */
static void
test_model (void)
{
  g_autoptr(HaulProcessList) list = haul_process_list_new (HAUL_PROCESS_SCOPE_USER);
  g_autoptr(LtProcessModel) model = lt_process_model_new (list);
  g_autoptr(GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cpu, NULL, NULL));
  g_autoptr(GArray) samples = samples_new ();
  HaulProcessInfo *first;

  haul_process_list_apply (list, samples, 1000 * SECOND);
  assert_rows (model, "10 11 12 13");
  lt_process_model_set_sorter (model, sorter);
  assert_rows (model, "10 12 11 13");
  first = haul_process_list_lookup (list, 10);
  lt_process_model_set_expanded (model, first, FALSE);
  assert_rows (model, "10 13");
  lt_process_model_set_expanded (model, first, TRUE);
  assert_rows (model, "10 12 11 13");

  lt_process_model_set_paused (model, TRUE);
  g_array_index (samples, HaulProcSample, 2).cpu_us += 9 * SECOND;
  add (samples, 14, 10, "new", 'S', 0);
  for (guint i = 0; i < samples->len; i++)
    g_array_index (samples, HaulProcSample, i).read_at += 10 * SECOND;
  haul_process_list_apply (list, samples, 1010 * SECOND);
  assert_rows (model, "10 12 11 14 13");
  g_assert_true (lt_process_model_get_stale (model));
  lt_process_model_set_paused (model, FALSE);
  assert_rows (model, "10 11 14 12 13");
  g_assert_false (lt_process_model_get_stale (model));
}

static void
test_words (void)
{
  g_autoptr(HaulProcessList) list = haul_process_list_new (HAUL_PROCESS_SCOPE_USER);
  g_autoptr(GArray) samples = samples_new ();
  HaulProcessInfo *child, *zombie;

  haul_process_list_apply (list, samples, 1000 * SECOND);
  child = haul_process_list_lookup (list, 11);
  zombie = haul_process_list_lookup (list, 12);
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      g_autofree char *text = lt_process_column_format (i, child);
      g_autofree char *spoken = lt_process_column_speak (i, child);
      g_autofree char *unknown = lt_process_column_speak (i, zombie);

      g_assert_nonnull (text);
      g_assert_cmpstr (spoken, !=, "");
      g_assert_cmpstr (unknown, !=, "");
      g_assert_cmpint (lt_process_column_compare (i, child, child), ==, 0);
    }

  {
    g_autofree char *cpu = lt_process_column_speak (LT_PROCESS_CPU, child);
    g_autofree char *state = lt_process_column_speak (LT_PROCESS_STATE, zombie);
    g_autofree char *tip = lt_process_column_explain (LT_PROCESS_STATE, zombie);
    g_autofree char *memory = lt_process_column_format (LT_PROCESS_MEMORY, zombie);

    g_assert_cmpstr (cpu, ==, "CPU 50.0 percent");
    g_assert_cmpstr (state, ==, "State Zombie, finished, but its parent has not joined it yet");
    g_assert_cmpstr (tip, ==, "Z Zombie: finished, but its parent has not joined it yet");
    g_assert_cmpstr (memory, ==, "–");
  }
}

/* The real page, with real processes. */

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

static gboolean
has_come (gpointer count)
{
  return *(guint *) count >= 3;
}

static gboolean
tick_cb (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Nobody reads /proc for a page that nobody sees; and what is selected stays so. */
static void
test_hidden (void)
{
  LtTestPage page;
  guint n = 0;
  gboolean over = FALSE;
  g_autoptr(HaulProcessInfo) selected = NULL;

  lt_test_page_init (&page, 960);
  (void) lt_test_page_start_job (&page);
  g_signal_connect_swapped (lt_processes_view_get_list (page.view), "refreshed", G_CALLBACK (count_cb), &n);
  lt_test_page_wait_state (&page, "S");
  selected = g_object_ref (lt_test_page_find (&page));
  lt_processes_view_select (page.view, selected);
  n = 0;
  lt_test_run_until (has_come, &n, SOON);
  g_assert_true (lt_processes_view_get_selected (page.view) == selected);

  g_action_group_activate_action (G_ACTION_GROUP (page.window), "view", g_variant_new_string ("jobs"));
  while (gtk_widget_get_mapped (GTK_WIDGET (page.view)))
    g_main_context_iteration (NULL, TRUE);
  n = 0;
  g_timeout_add (900, tick_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 0);
  g_clear_object (&selected);
  lt_test_page_clear (&page);
}

/* Two rows, of which the first is to stand above the second. */
typedef struct
{
  LtProcessesView *view;
  HaulProcessInfo *first;
  HaulProcessInfo *second;
} Order;

static gboolean
is_in_order (gpointer data)
{
  const Order *order = data;
  LtProcessModel *model = lt_processes_view_get_model (order->view);

  return lt_process_model_find (model, order->first) < lt_process_model_find (model, order->second);
}

/* Without the titles, which take no keys: the largest comes first, and then the other way round. */
static void
test_sort_menu (void)
{
  LtTestPage page;
  Order down, up;

  lt_test_page_init (&page, 360);
  (void) lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  down.second = lt_test_page_find (&page);
  (void) lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  down.first = lt_test_page_find (&page);
  if (haul_process_info_get_pid (down.first) < haul_process_info_get_pid (down.second))
    down = (Order) { NULL, down.second, down.first }
  ;                                                     /* the numbers came round */
  down.view = page.view;
  up = (Order) { page.view, down.second, down.first };

  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.sort", "s", "nothing");
  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.sort", "s", "pid");
  lt_test_run_until (is_in_order, &down, SOON);
  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.sort", "s", "pid");
  lt_test_run_until (is_in_order, &up, SOON);
  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.sort", "s", "name");
  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.sort", "s", "pid");
  lt_test_run_until (is_in_order, &down, SOON);
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (page.view->sort_menu)), ==, LT_PROCESS_N_COLUMNS - 1);
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (page.view->columns_menu)), ==, LT_PROCESS_N_COLUMNS - 1);
  lt_test_page_clear (&page);
}

static gboolean
is_compact (gpointer view)
{
  return lt_processes_view_get_compact (view);
}

static guint
count_titles (GtkWidget *widget)
{
  guint n = g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkColumnViewTitle") && gtk_widget_get_mapped (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_titles (child);
  return n;
}

static gboolean
shows_one (gpointer view)
{
  return g_list_model_get_n_items (G_LIST_MODEL (lt_processes_view_get_model (view))) == 1;
}

/* There is no room for columns, so each row has two lines; what can be done with it is the same. */
static void
test_narrow (void)
{
  LtTestPage page;
  int minimum;
  g_autofree char *figures = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *pid = NULL;

  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":close", NULL);
  lt_test_page_init (&page, 360);
  lt_test_run_until (is_compact, page.view, SOON);
  g_assert_cmpuint (count_titles (GTK_WIDGET (page.view)), ==, 0);
  gtk_widget_measure (GTK_WIDGET (page.window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);

  (void) lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  pid = g_strdup_printf ("%d", page.pid);
  figures = lt_process_column_format (LT_PROCESS_FIGURES, lt_test_page_find (&page));
  spoken = lt_process_column_speak (LT_PROCESS_FIGURES, lt_test_page_find (&page));
  g_assert_true (g_str_has_suffix (figures, pid));
  g_assert_true (g_str_has_prefix (spoken, "CPU "));
  g_assert_cmpuint (lt_test_count (GTK_WIDGET (page.view), LT_TYPE_PROCESS_CELL), >=, 2 * 4);
  lt_processes_view_select (page.view, lt_test_page_find (&page));
  g_assert_nonnull (lt_processes_view_popup_menu (page.view));
  lt_processes_view_search (page.view, pid);
  lt_test_run_until (shows_one, page.view, SOON);
  g_assert_true (lt_processes_view_get_selected (page.view) == lt_test_page_find (&page));
  lt_test_page_clear (&page);
  gtk_settings_reset_property (gtk_settings_get_default (), "gtk-decoration-layout");
}

/* A thousand rows that change all the time: only those in sight are drawn, and none takes long. */
static void
test_many (void)
{
  LtTestPage page;
  g_autoptr(GArray) samples = g_array_new (FALSE, FALSE, sizeof (HaulProcSample));
  HaulProcessList *list;
  gint64 start;

  for (int i = 0; i < 1000; i++)
    add (samples, 1000 + i, i % 10 == 0 ? 1 : 1000 + i / 10 * 10, "made up", 'R', i % 100);
  lt_test_page_init (&page, 960);
  list = lt_processes_view_get_list (page.view);
  haul_process_list_set_frozen (list, TRUE);
  haul_process_list_set_scope (list, HAUL_PROCESS_SCOPE_USER);
  haul_process_list_apply (list, samples, 1000 * SECOND);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  start = g_get_monotonic_time ();
  for (guint n = 0; n < 20; n++)
    {
      for (guint i = 0; i < samples->len; i++)
        {
          g_array_index (samples, HaulProcSample, i).read_at += SECOND;
          g_array_index (samples, HaulProcSample, i).cpu_us += g_test_rand_int_range (0, SECOND);
        }
      haul_process_list_apply (list, samples, 1000 * SECOND + n * SECOND);
    }
  g_test_message ("%.2f ms for each look at 1,000 rows", (g_get_monotonic_time () - start) / 20 / 1000.0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lt_processes_view_get_model (page.view))), ==, 1000);
  g_assert_cmpuint (lt_test_count (GTK_WIDGET (page.view), LT_TYPE_PROCESS_CELL), <, 14 * 300);
  lt_test_page_clear (&page);
}

static gboolean
is_old (gpointer view)
{
  const char *label = gtk_button_get_label (((LtProcessesView *) view)->resume);

  return g_str_has_prefix (label, "Frozen, updated ") && !g_str_has_prefix (label, "Frozen, updated 0 s");
}

/* What is frozen says how old it is; and who types in the list looks for something. */
static void
test_frozen (void)
{
  LtTestPage page;

  lt_test_page_init (&page, 960);
  page.pid = getpid ();
  lt_test_page_wait_state (&page, "R");
  g_action_group_activate_action (G_ACTION_GROUP (page.window), "freeze", NULL);
  g_assert_true (haul_process_list_get_frozen (lt_processes_view_get_list (page.view)));
  lt_test_run_until (is_old, page.view, SOON);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (page.view->resume)));
  g_signal_emit_by_name (page.view->resume, "clicked");
  g_assert_false (haul_process_list_get_frozen (lt_processes_view_get_list (page.view)));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (page.view->resume)));

  g_assert_true (lt_processes_view_key_pressed (NULL, GDK_KEY_x, 0, 0, page.view));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (page.view->entry)), ==, "x");
  g_assert_false (lt_processes_view_key_pressed (NULL, GDK_KEY_Down, 0, 0, page.view));
  g_assert_false (lt_processes_view_key_pressed (NULL, GDK_KEY_x, 0, GDK_CONTROL_MASK, page.view));
  lt_test_page_clear (&page);
}

static gboolean
is_troubled (gpointer view)
{
  return gtk_widget_get_mapped (GTK_WIDGET (((LtProcessesView *) view)->trouble));
}

static gboolean
is_well (gpointer view)
{
  return !is_troubled (view);
}

/* What it cannot look at it does not call empty: it says why, and what works. */
static void
test_unreadable (void)
{
  LtTestPage page;

  lt_test_page_init (&page, 360);
  page.pid = getpid ();
  lt_test_page_wait_state (&page, "R");
  haul_process_list_set_root (page.view->list, "/proc/nowhere");
  lt_test_run_until (is_troubled, page.view, SOON);
  g_assert_cmpstr (gtk_label_get_label (page.view->summary), ==, "Processes cannot be listed");
  g_assert_nonnull (strstr (gtk_label_get_label (page.view->trouble_label), "‘/proc/nowhere’"));
  g_assert_nonnull (strstr (gtk_label_get_label (page.view->trouble_label), "Jobs run all the same"));
  (void) lt_test_page_start_job (&page);

  haul_process_list_set_root (page.view->list, "/proc");
  lt_test_run_until (is_well, page.view, SOON);
  lt_test_page_wait_state (&page, "S");
  g_assert_cmpstr (gtk_label_get_label (page.view->summary), !=, "Processes cannot be listed");
  lt_test_page_clear (&page);
}

/* Nothing fits: it says so, and offers the way back. */
static void
test_no_match (void)
{
  LtTestPage page;

  lt_test_page_init (&page, 960);
  page.pid = getpid ();
  lt_test_page_wait_state (&page, "R");
  lt_processes_view_search (page.view, "nobody-is-called-so");
  while (g_list_model_get_n_items (G_LIST_MODEL (lt_processes_view_get_model (page.view))) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.clear-filter", NULL));
  while (g_list_model_get_n_items (G_LIST_MODEL (lt_processes_view_get_model (page.view))) == 0)
    g_main_context_iteration (NULL, TRUE);
  lt_test_page_clear (&page);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/processes/query", test_query);
  g_test_add_func ("/app/processes/model", test_model);
  g_test_add_func ("/app/processes/words", test_words);
  g_test_add_func ("/app/processes/hidden", test_hidden);
  g_test_add_func ("/app/processes/sort-menu", test_sort_menu);
  g_test_add_func ("/app/processes/narrow", test_narrow);
  g_test_add_func ("/app/processes/many", test_many);
  g_test_add_func ("/app/processes/frozen", test_frozen);
  g_test_add_func ("/app/processes/no-match", test_no_match);
  g_test_add_func ("/app/processes/unreadable", test_unreadable);
  return g_test_run ();
}
