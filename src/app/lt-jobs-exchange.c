/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs-exchange.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "lt-file-dialog.h"
#include "lt-job-text.h"
#include "lt-jobs-picture.h"
#include "lt-save.h"

/* More is no list that people made. */
#define MAX_BYTES (4 << 20)
#define MAX_JOBS 1000

/* More rows than these are counted, not shown. */
#define MAX_ROWS 50

static void
replay_free (LtReplay *replay)
{
  g_clear_pointer (&replay->arguments, g_variant_unref);
  g_free (replay);
}

GListModel *
lt_jobs_exchange_collect (GListModel *jobs)
{
  GListStore *entries = g_list_store_new (LT_TYPE_HISTORY_ENTRY);
  gint64 offset = g_get_real_time () - g_get_monotonic_time ();

  g_return_val_if_fail (G_IS_LIST_MODEL (jobs), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);
      g_autoptr(LtHistoryEntry) entry = lt_history_entry_new_for_job (job, haul_job_get_stamp (job, HAUL_STAMP_QUEUED) + offset);

      g_list_store_append (entries, entry);
    }
  return G_LIST_MODEL (entries);
}

LtExport
lt_jobs_exchange_format (const char *name)
{
  g_return_val_if_fail (name != NULL, LT_EXPORT_CSV);

  if (g_str_has_suffix (name, ".json"))
    return LT_EXPORT_JSON;
  return g_str_has_suffix (name, ".md") ? LT_EXPORT_MARKDOWN : LT_EXPORT_CSV;
}

char *
lt_jobs_exchange_to_text (GListModel *jobs,
                          const char *name)
{
  g_autoptr(GListModel) entries = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (jobs), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (g_str_has_suffix (name, ".svg"))
    return lt_jobs_picture_to_svg (jobs, gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL);
  entries = lt_jobs_exchange_collect (jobs);
  return lt_history_export (entries, lt_jobs_exchange_format (name));
}

/* Reading. */

static JsonNode *
get_value (JsonObject *object,
           const char *name,
           GType       type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node : NULL;
}

static gboolean
throw_bad (GError    **error,
           guint       number,
           const char *what)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("job %u of the file: %s"), number, what);
  return FALSE;
}

/* As it would be typed, since that is what is checked best. */
static char *
dup_text (JsonNode *node)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE)
    return g_strdup (g_ascii_dtostr (number, sizeof number, json_node_get_double (node)));
  return type == G_TYPE_STRING ? json_node_dup_string (node) : NULL;
}

static GVariant *
parse_arguments (const HaulTask  *task,
                 JsonObject      *object,
                 GError         **error)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    {
      const HaulParam *param = haul_task_find_param (task, name);
      g_autofree char *text = dup_text (node);
      g_autoptr(GVariant) value = NULL;

      if (param == NULL || text == NULL)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("‘%s’ is no parameter with a value"), name);
          return NULL;
        }
      value = haul_param_parse (param, text, error);
      if (value == NULL)
        return NULL;
      g_variant_builder_add (&builder, "{sv}", name, value);
    }
  return haul_task_complete (task, g_variant_builder_end (&builder), error);
}

static void
parse_options (LtJobs       *jobs,
               JsonObject   *object,
               LtJobOptions *options)
{
  JsonNode *executor = get_value (object, "executor", G_TYPE_STRING);
  JsonNode *nice = get_value (object, "nice", G_TYPE_INT64);
  JsonNode *daemon = get_value (object, "daemon", G_TYPE_BOOLEAN);

  *options = (LtJobOptions) LT_JOB_OPTIONS_INIT;
  if (executor != NULL)
    (void) lt_jobs_find_run_in (jobs, json_node_get_string (executor), &options->where);
  if (nice != NULL)
    options->nice = (int) CLAMP (json_node_get_int (nice), -20, 19);
  options->daemon = daemon != NULL && json_node_get_boolean (daemon);
}

static gboolean
parse_job (LtJobs    *jobs,
           JsonNode  *node,
           guint      number,
           LtReplay  *replay,
           GError   **error)
{
  g_autoptr(GError) local = NULL;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *task = object != NULL ? get_value (object, "task", G_TYPE_STRING) : NULL;
  JsonNode *arguments = object != NULL ? json_object_get_member (object, "arguments") : NULL;
  g_autoptr(JsonObject) none = json_object_new ();

  if (task == NULL || (arguments != NULL && !JSON_NODE_HOLDS_OBJECT (arguments)))
    return throw_bad (error, number, _("it does not say which task, with which arguments"));
  replay->task = haul_task_lookup (json_node_get_string (task), &local);
  if (replay->task == NULL)
    return throw_bad (error, number, local->message);
  if (replay->task->hidden)
    return throw_bad (error, number, _("it is only a part of another"));
  replay->arguments = parse_arguments (replay->task, arguments != NULL ? json_node_get_object (arguments) : none, &local);
  if (replay->arguments == NULL)
    return throw_bad (error, number, local->message);
  parse_options (jobs, object, &replay->options);
  return TRUE;
}

GPtrArray *
lt_jobs_exchange_parse (LtJobs      *jobs,
                        const char  *text,
                        gsize        size,
                        GError     **error)
{
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  g_autoptr(GPtrArray) replays = g_ptr_array_new_with_free_func ((GDestroyNotify) replay_free);
  JsonNode *root;
  JsonArray *array;
  guint n;

  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  if (!json_parser_load_from_data (parser, text, (gssize) size, error))
    return NULL;
  root = json_parser_get_root (parser);
  array = root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  n = array != NULL ? json_array_get_length (array) : 0;
  if (n == 0 || n > MAX_JOBS)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("it is no list of 1 to %u jobs"), MAX_JOBS);
      return NULL;
    }
  for (guint i = n; i > 0; i--)   /* the newest is the first there */
    {
      LtReplay *replay = g_new0 (LtReplay, 1);

      g_ptr_array_add (replays, replay);
      if (!parse_job (jobs, json_array_get_element (array, i - 1), i, replay, error))
        return NULL;
    }
  return g_steal_pointer (&replays);
}

/* Asking. */

static void
start_all (LtWindow  *window,
           LtJobs    *jobs,
           GPtrArray *replays)
{
  for (guint i = 0; i < replays->len; i++)
    {
      LtReplay *replay = replays->pdata[i];
      g_autoptr(GError) error = NULL;

      if (lt_jobs_start (jobs, replay->task, replay->arguments, &replay->options, &error) == NULL)
        lt_window_toast (window, error->message, NULL, NULL);
    }
}

static void
agreed_cb (AdwMessageDialog *dialog,
           const char       *response,
           LtWindow         *window)
{
  if (g_str_equal (response, "start"))
    start_all (window, g_object_get_data (G_OBJECT (dialog), "jobs"), g_object_get_data (G_OBJECT (dialog), "replays"));
}

/* What each would do, in words. */
static GtkWidget *
create_list (GPtrArray *replays)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < MIN (replays->len, MAX_ROWS + 1); i++)
    {
      LtReplay *replay = replays->pdata[i];
      g_autofree char *arguments = lt_job_text_arguments (replay->task, replay->arguments);
      guint n_more = replays->len - MAX_ROWS;
      g_autofree char *more = g_strdup_printf (ngettext ("And %u more", "And %u more", n_more), n_more);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), i < MAX_ROWS ? _(replay->task->title) : more);
      if (i < MAX_ROWS)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (row), arguments);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 300);
  return scrolled;
}

static void
ask (LtWindow  *window,
     LtJobs    *jobs,
     GPtrArray *replays)   /* (transfer full) */
{
  g_autofree char *title = g_strdup_printf (ngettext ("Start %u Job?", "Start %u Jobs?", replays->len), replays->len);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (window), title,
                                              _("A job may run any command: start only what you trust."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "start", _("_Start"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "start", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), create_list (replays));
  g_object_set_data_full (G_OBJECT (dialog), "jobs", g_object_ref (jobs), g_object_unref);
  g_object_set_data_full (G_OBJECT (dialog), "replays", replays, (GDestroyNotify) g_ptr_array_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (agreed_cb), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

typedef struct
{
  LtWindow *window;   /* (owned) */
  LtJobs   *jobs;     /* (owned) */
} Import;

static void
import_free (Import *self)
{
  g_object_unref (self->window);
  g_object_unref (self->jobs);
  g_free (self);
}

static gboolean
read_more_cb (const char *contents,
              goffset     size,
              gpointer    user_data)
{
  return size <= MAX_BYTES;
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Import *import = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) replays = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (g_file_load_partial_contents_finish (G_FILE (source), result, &text, &size, NULL, &error))
    replays = lt_jobs_exchange_parse (import->jobs, text, size, &error);
  if (replays != NULL)
    {
      ask (import->window, import->jobs, g_steal_pointer (&replays));
    }
  else
    {
      message = g_strdup_printf (_("“%s” cannot be imported: %s"), name, error->message);
      lt_window_toast (import->window, message, NULL, NULL);
    }
  import_free (import);
}

void
lt_jobs_exchange_propose (LtWindow *window,
                          LtJobs   *jobs,
                          GFile    *file)
{
  Import *import = g_new0 (Import, 1);

  import->window = g_object_ref (window);
  import->jobs = g_object_ref (jobs);
  g_file_load_partial_contents_async (file, NULL, read_more_cb, loaded_cb, import);
}

/* Choosing a file. */

static void
import_chosen_cb (GtkWidget *window,
                  GFile     *file,
                  gpointer   jobs)
{
  lt_jobs_exchange_propose (LT_WINDOW (window), jobs, file);
}

static void
export_chosen_cb (GtkWidget *window,
                  GFile     *file,
                  gpointer   jobs)
{
  g_autofree char *name = g_file_get_basename (file);
  char *text = lt_jobs_exchange_to_text (jobs, name);
  g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

  lt_save_bytes (window, bytes, file);
}

void
lt_jobs_exchange_export (LtWindow   *window,
                         GListModel *jobs)
{
  GtkFileChooserNative *dialog;

  g_return_if_fail (LT_IS_WINDOW (window));
  g_return_if_fail (G_IS_LIST_MODEL (jobs));

  dialog = lt_file_dialog_new (GTK_WIDGET (window), GTK_FILE_CHOOSER_ACTION_SAVE, _("Export Jobs (.json, .csv, .md or .svg)"), _("_Save"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), "long-tasks.json");
  lt_file_dialog_ask (dialog, GTK_WIDGET (window), export_chosen_cb, g_object_ref (jobs), g_object_unref);
}

void
lt_jobs_exchange_import (LtWindow *window,
                         LtJobs   *jobs)
{
  GtkFileChooserNative *dialog;

  g_return_if_fail (LT_IS_WINDOW (window));
  g_return_if_fail (LT_IS_JOBS (jobs));

  dialog = lt_file_dialog_new (GTK_WIDGET (window), GTK_FILE_CHOOSER_ACTION_OPEN, _("Import Jobs (.json)"), _("_Open"));
  lt_file_dialog_ask (dialog, GTK_WIDGET (window), import_chosen_cb, g_object_ref (jobs), g_object_unref);
}
