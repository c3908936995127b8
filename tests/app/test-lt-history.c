/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>

#include "catalogue.h"
#include "haul-test.h"
#include "lt-history-export.h"
#include "lt-history-window.h"
#include "lt-test.h"

static char *folder;   /* (owned) of the test that runs */

static char *
begin (void)
{
  g_free (folder);
  folder = g_dir_make_tmp ("lt-history-XXXXXX", NULL);
  g_assert_nonnull (folder);
  return g_build_filename (folder, "sub", "history.db", NULL);
}

static void
end (void)
{
  g_autofree char *sub = g_build_filename (folder, "sub", NULL);
  g_autoptr(GDir) dir = g_dir_open (sub, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (sub, name, NULL);

      (void) g_unlink (path);
    }
  (void) g_rmdir (sub);
  (void) g_rmdir (folder);
}

static guint
count_files (void)
{
  g_autofree char *sub = g_build_filename (folder, "sub", NULL);
  g_autoptr(GDir) dir = g_dir_open (sub, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gboolean
has_items (gpointer data)
{
  return g_list_model_get_n_items (data) > 0;
}

static gboolean
has_message (gpointer data)
{
  return lt_history_get_message (data) != NULL;
}

static LtHistoryEntry *
get_entry (GListModel *model,
           guint       position)
{
  g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (model, position);

  g_assert_nonnull (entry);
  return entry;   /* the model keeps it */
}

static HaulJob *
make_job (const char *arguments)
{
  GVariant *parsed = arguments != NULL ? g_variant_new_parsed (arguments) : NULL;
  g_autoptr(GError) error = NULL;
  HaulJob *job = haul_job_new (haul_task_lookup ("sleep", NULL), parsed, &error);

  g_assert_no_error (error);
  return job;
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

static HaulJob *
run_job (LtHistory  *history,
         const char *arguments,
         gboolean    wait)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (NULL);
  HaulJob *job = make_job (arguments);

  haul_job_set_daemon (job, TRUE);
  haul_executor_submit (executor, job);
  lt_history_follow (history, job);
  if (wait)
    lt_test_run_until (has_ended, job, HAUL_TEST_SOON_MS);
  return job;
}

/* What one run of the app wrote, the next one reads. */
static void
test_kept (void)
{
  g_autofree char *path = begin ();
  g_autoptr(LtHistory) history = lt_history_new (path);
  g_autoptr(HaulJob) job = run_job (history, "{'seconds': <0.2>}", TRUE);
  g_autofree char *about = NULL;
  g_autofree char *caption = NULL;
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = lt_history_get_model (history);
  LtHistoryEntry *entry;

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  g_assert_cmpint (get_entry (model, 0)->verdict, ==, HAUL_VERDICT_DONE);
  g_clear_object (&history);

  history = lt_history_new (path);
  model = lt_history_get_model (history);
  lt_test_run_until (has_items, model, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  entry = get_entry (model, 0);
  g_assert_cmpstr (entry->task, ==, "sleep");
  g_assert_cmpint (entry->verdict, ==, HAUL_VERDICT_DONE);
  g_assert_cmpint (entry->exit_code, ==, 0);
  g_assert_true (entry->daemon);
  g_assert_true (g_variant_equal (entry->arguments, haul_job_get_arguments (job)));
  g_assert_cmpint (entry->elapsed_us, >, 0);
  about = lt_history_entry_format_about (entry);
  haul_test_assert_contains (about, "0.2 seconds");
  caption = lt_history_entry_format_caption (entry);
  haul_test_assert_contains (caption, "Done");
  g_assert_null (lt_history_get_message (history));

  g_ptr_array_add (removed, g_object_ref (entry));
  g_assert_cmpuint (lt_history_remove (history, removed), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  g_clear_object (&history);
  end ();
}

/* It is what it was when there was a SIGKILL. */
static void
test_killed (void)
{
  g_autofree char *path = begin ();
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) writer = NULL;
  g_autoptr(LtHistory) history = NULL;
  g_autoptr(GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  GListModel *model;
  guint n_interrupted = 0;

  writer = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, self, "--write-to", path, NULL);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (writer));
  for (guint i = 0; i < 3; i++)   /* it is in the middle of writing */
    {
      g_free (line);
      line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
      g_assert_nonnull (line);
    }
  g_subprocess_force_exit (writer);
  g_subprocess_wait (writer, NULL, NULL);

  history = lt_history_new (path);
  model = lt_history_get_model (history);
  lt_test_run_until (has_items, model, HAUL_TEST_SOON_MS);
  g_assert_null (lt_history_get_message (history));
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_assert_cmpint (get_entry (model, i)->verdict, !=, HAUL_VERDICT_NONE);
      n_interrupted += get_entry (model, i)->verdict == HAUL_VERDICT_INTERRUPTED;
    }
  g_assert_cmpuint (n_interrupted, >=, 3);
  g_clear_object (&history);
  end ();
}

static void
assert_set_aside (const char *path,
                  const char *words)
{
  g_autoptr(LtHistory) history = lt_history_new (path);
  g_autoptr(HaulJob) job = NULL;

  lt_test_run_until (has_message, history, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (lt_history_get_message (history), words);
  job = run_job (history, "{'seconds': <0.01>}", TRUE);   /* which is remembered */
  lt_history_flush (history);
  g_assert_cmpuint (count_files (), >=, 2);
}

static void
write_file (const char *path,
            const char *contents,
            gsize       size)
{
  g_autofree char *sub = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (sub, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, size, NULL));
}

static void
test_damaged (void)
{
  g_autofree char *path = begin ();
  g_autofree char *contents = NULL;
  gsize size;

  write_file (path, "This is no database, and longer than the header of one would be: "
              "one hundred bytes and some more than that, to be sure of it.", -1);
  assert_set_aside (path, "could not be read");
  end ();

  /* One that was, and has a hole. */
  g_free (path);
  path = begin ();
  {
    g_autoptr(LtHistory) history = lt_history_new (path);

    for (guint i = 0; i < 20; i++)
      {
        g_autoptr(HaulJob) job = make_job (NULL);

        lt_history_follow (history, job);
      }
  }
  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_assert_cmpuint (size, >, 4096);
  memset (contents + 4096, 0xaa, size - 4096);
  write_file (path, contents, size);
  assert_set_aside (path, "could not be read");
  end ();
}

/* Another program has it: that is said, and it stays where it is. */
static void
test_locked (void)
{
  g_autofree char *path = begin ();
  sqlite3 *db = NULL;

  {
    g_autoptr(LtHistory) history = lt_history_new (path);
    g_autoptr(HaulJob) job G_GNUC_UNUSED = run_job (history, "{'seconds': <0.01>}", TRUE);
  }
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  {
    g_autoptr(LtHistory) history = lt_history_new (path);

    lt_test_run_until (has_message, history, HAUL_TEST_SOON_MS);
    haul_test_assert_contains (lt_history_get_message (history), "cannot be written");
  }
  sqlite3_close (db);
  {
    g_autoptr(LtHistory) history = lt_history_new (path);

    lt_test_run_until (has_items, lt_history_get_model (history), HAUL_TEST_SOON_MS);
    g_assert_null (lt_history_get_message (history));
  }
  g_assert_cmpuint (count_files (), ==, 1);
  end ();
}

static void
test_future (void)
{
  g_autofree char *path = begin ();
  g_autofree char *sub = g_path_get_dirname (path);
  sqlite3 *db = NULL;

  g_assert_cmpint (g_mkdir_with_parents (sub, 0700), ==, 0);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "CREATE TABLE jobs (other TEXT); PRAGMA user_version = 99", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  assert_set_aside (path, "later version");
  end ();
}

/* Where it cannot be, all goes on without one. */
static void
test_nowhere (void)
{
  g_autofree char *path = begin ();
  g_autofree char *sub = g_path_get_dirname (path);
  g_autoptr(LtHistory) history = NULL;
  g_autoptr(HaulJob) job = NULL;

  g_assert_true (g_file_set_contents (sub, "a file, and no folder", -1, NULL));
  history = lt_history_new (path);
  job = run_job (history, "{'seconds': <0.2>}", TRUE);
  lt_test_run_until (has_message, history, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (lt_history_get_message (history), "cannot be written");
  g_assert_cmpuint (g_list_model_get_n_items (lt_history_get_model (history)), ==, 1);
  g_clear_object (&history);
  (void) g_unlink (sub);
  (void) g_rmdir (folder);
}

static gboolean
has_two (gpointer data)
{
  return g_list_model_get_n_items (data) == 2;
}

/* What was queued before some time is forgotten, here and on the disk; what is not over stays. */
static void
test_forget (void)
{
  g_autofree char *path = begin ();
  LtHistory *history = lt_history_new (path);
  g_autoptr(HaulJob) runs = run_job (history, "{'seconds': <60.0>}", FALSE);
  g_autoptr(HaulJob) old = run_job (history, "{'seconds': <0.2>}", TRUE);
  g_autoptr(HaulJob) new = run_job (history, "{'seconds': <0.1>}", TRUE);
  GListModel *model = lt_history_get_model (history);
  gint64 key;

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 3);
  g_assert_false (haul_job_is_active (old));
  key = get_entry (model, 0)->key;
  lt_history_forget_before (history, key);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 2);
  g_assert_cmpint (get_entry (model, 0)->key, ==, key);
  g_assert_cmpint (get_entry (model, 1)->verdict, ==, HAUL_VERDICT_NONE);
  haul_job_cancel (runs);
  lt_test_run_until (has_ended, runs, HAUL_TEST_SOON_MS);
  g_clear_object (&history);

  history = lt_history_new (path);
  model = lt_history_get_model (history);
  lt_test_run_until (has_two, model, HAUL_TEST_SOON_MS);
  g_assert_cmpint (get_entry (model, 0)->key, ==, key);
  g_assert_false (haul_job_is_active (new));
  g_clear_object (&history);
  end ();
}

static void
test_clear (void)
{
  g_autofree char *path = begin ();
  g_autoptr(LtHistory) history = lt_history_new (path);
  g_autoptr(HaulJob) over = run_job (history, "{'seconds': <0.2>}", TRUE);
  g_autoptr(HaulJob) runs = run_job (history, "{'seconds': <60.0>}", FALSE);
  GListModel *model = lt_history_get_model (history);

  g_assert_false (haul_job_is_active (over));
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 2);
  lt_history_clear (history);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  g_assert_cmpint (get_entry (model, 0)->verdict, ==, HAUL_VERDICT_NONE);
  haul_job_cancel (runs);
  lt_test_run_until (has_ended, runs, HAUL_TEST_SOON_MS);
  g_assert_cmpint (get_entry (model, 0)->verdict, ==, HAUL_VERDICT_CANCELLED);
  g_clear_object (&history);
  end ();
}

static LtHistoryEntry *
entry_new (const char *title,
           const char *error)
{
  LtHistoryEntry *entry = g_object_new (LT_TYPE_HISTORY_ENTRY, NULL);

  entry->key = G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC;
  entry->task = g_strdup ("sleep");
  entry->title = g_strdup (title);
  entry->arguments = g_variant_ref_sink (g_variant_new_parsed ("{'seconds': <1.5>}"));
  entry->executor = g_strdup ("pool");
  entry->verdict = error != NULL ? HAUL_VERDICT_FAILED : HAUL_VERDICT_DONE;
  entry->elapsed_us = 1500000;
  entry->exit_code = error != NULL ? 3 : 0;
  entry->error = g_strdup (error);
  return entry;
}

static void
test_export (void)
{
  g_autoptr(GListStore) model = g_list_store_new (LT_TYPE_HISTORY_ENTRY);
  g_autoptr(LtHistoryEntry) plain = entry_new ("Sleep", NULL);
  g_autoptr(LtHistoryEntry) hard = entry_new ("a \"b\", c|d", "<e>\nf");
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *csv = NULL;
  g_autofree char *json = NULL;
  g_autofree char *markdown = NULL;
  JsonObject *object;

  g_list_store_append (model, plain);
  g_list_store_append (model, hard);

  csv = lt_history_export (G_LIST_MODEL (model), LT_EXPORT_CSV);
  g_assert_true (g_str_has_prefix (csv, "queued,task,title,arguments,"));
  haul_test_assert_contains (csv, "2023-11-14T22:13:20Z,sleep,Sleep,{'seconds': <1.5>},pool,0,no,done,1.500000,0,,0,\r\n");
  haul_test_assert_contains (csv, ",\"a \"\"b\"\", c|d\",");
  haul_test_assert_contains (csv, ",\"<e>\nf\"\r\n");

  markdown = lt_history_export (G_LIST_MODEL (model), LT_EXPORT_MARKDOWN);
  haul_test_assert_contains (markdown, "\n| --- | --- |");
  haul_test_assert_contains (markdown, "a \"b\", c\\|d");
  haul_test_assert_contains (markdown, "| \\<e> f |\n");

  json = lt_history_export (G_LIST_MODEL (model), LT_EXPORT_JSON);
  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (json_parser_get_root (parser))), ==, 2);
  object = json_array_get_object_element (json_node_get_array (json_parser_get_root (parser)), 1);
  g_assert_cmpstr (json_object_get_string_member (object, "title"), ==, "a \"b\", c|d");
  g_assert_cmpint (json_object_get_int_member (object, "exit"), ==, 3);
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (object, "arguments"), "seconds"), ==, 1.5);
}

static void
test_search (void)
{
  static const char * const found[] = { "sleep", "done", "2023", NULL };
  static const char * const missing[] = { "sleep", "failed", NULL };
  g_autoptr(LtHistoryEntry) entry = entry_new ("Sleep", NULL);

  g_assert_true (lt_history_entry_matches (entry, found));
  g_assert_false (lt_history_entry_matches (entry, missing));
  g_assert_true (lt_history_entry_matches (entry, NULL));
}

/* What differs is told from what does not. */
static void
test_compare (void)
{
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  GtkGrid *grid;
  GtkWidget *label;

  g_ptr_array_add (entries, entry_new ("Sleep", NULL));
  g_ptr_array_add (entries, entry_new ("Sleep", "it failed"));
  grid = g_object_ref_sink (GTK_GRID (lt_history_compare_new (entries)));
  for (int row = 0; (label = gtk_grid_get_child_at (grid, 0, row)) != NULL; row++)
    {
      const char *name = gtk_label_get_label (GTK_LABEL (label));
      GtkWidget *left = gtk_grid_get_child_at (grid, 1, row);
      GtkWidget *right = gtk_grid_get_child_at (grid, 2, row);
      gboolean differs = g_strcmp0 (gtk_label_get_label (GTK_LABEL (left)), gtk_label_get_label (GTK_LABEL (right))) != 0;

      g_assert_cmpint (gtk_widget_has_css_class (left, "heading"), ==, differs);
      if (g_str_equal (name, "Reason"))
        g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (right)), ==, "it failed");
      if (g_str_equal (name, "Outcome") || g_str_equal (name, "Exit Status") || g_str_equal (name, "Reason"))
        g_assert_true (differs);
      else
        g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (left)), ==, gtk_label_get_label (GTK_LABEL (right)));
    }
  g_object_unref (grid);
}

/* For test_killed(): jobs that begin, and never end. */
static int
write_until_killed (const char *path)
{
  g_autoptr(LtHistory) history = lt_history_new (path);

  haul_tasks_register (haul_catalogue);
  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr(HaulJob) job = make_job (NULL);

      lt_history_follow (history, job);
      lt_history_flush (history);
      g_print ("%u\n", i);
    }
  return 1;
}

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--write-to"))
    return write_until_killed (argv[2]);
  lt_test_init (&argc, &argv);

  g_test_add_func ("/app/history/kept", test_kept);
  g_test_add_func ("/app/history/killed", test_killed);
  g_test_add_func ("/app/history/damaged", test_damaged);
  g_test_add_func ("/app/history/locked", test_locked);
  g_test_add_func ("/app/history/future", test_future);
  g_test_add_func ("/app/history/nowhere", test_nowhere);
  g_test_add_func ("/app/history/clear", test_clear);
  g_test_add_func ("/app/history/forget", test_forget);
  g_test_add_func ("/app/history/export", test_export);
  g_test_add_func ("/app/history/search", test_search);
  g_test_add_func ("/app/history/compare", test_compare);

  return g_test_run ();
}
