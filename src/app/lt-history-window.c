/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-history-window.h"

#include <glib/gi18n.h>

#include "lt-file-dialog.h"
#include "lt-history-export.h"
#include "lt-save.h"

/* A screen has room for no more side by side. */
#define MAX_COMPARED 4

struct _LtHistoryWindow
{
  AdwWindow           parent_instance;

  AdwToastOverlay    *toasts;
  GtkToggleButton    *search_button;
  GtkEditable        *search_entry;
  GtkStack           *stack;
  GtkWidget          *list;
  GtkMultiSelection  *selection;
  GtkFilterListModel *filtered;
  GtkWidget          *bar;

  GtkCustomFilter    *filter;    /* (owned) */
  GStrv               words;     /* (owned) (nullable) what is searched for, case-folded */
  LtHistory          *history;   /* (owned) */
  LtJobs             *jobs;      /* (owned) */
  GPtrArray          *removed;   /* (owned) (nullable) of LtHistoryEntry: what was removed last */
  AdwToast           *toast;     /* (owned) (nullable) that offers to undo it */
};

G_DEFINE_FINAL_TYPE (LtHistoryWindow, lt_history_window, ADW_TYPE_WINDOW)

char *
lt_history_cell_icon (GtkListItem    *item,
                      LtHistoryEntry *entry)
{
  return LT_IS_HISTORY_ENTRY (entry) ? g_strdup (lt_history_entry_get_icon (entry)) : NULL;
}

char **
lt_history_cell_style (GtkListItem    *item,
                       LtHistoryEntry *entry)
{
  char *classes[] = { NULL, NULL };

  if (LT_IS_HISTORY_ENTRY (entry))
    classes[0] = (char *) lt_history_entry_get_style (entry);
  return g_strdupv (classes);
}

char *
lt_history_cell_title (GtkListItem    *item,
                       LtHistoryEntry *entry)
{
  g_autofree char *about = NULL;

  if (!LT_IS_HISTORY_ENTRY (entry))
    return NULL;
  about = lt_history_entry_format_about (entry);
  return g_markup_printf_escaped ("<b>%s</b>  <span alpha='55%%'>%s</span>", entry->title, about);
}

char *
lt_history_cell_caption (GtkListItem    *item,
                         LtHistoryEntry *entry)
{
  return LT_IS_HISTORY_ENTRY (entry) ? lt_history_entry_format_caption (entry) : NULL;
}

char *
lt_history_cell_time (GtkListItem    *item,
                      LtHistoryEntry *entry)
{
  return LT_IS_HISTORY_ENTRY (entry) ? lt_history_entry_format_time (entry) : NULL;
}

static AdwToast *
create_toast (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

static void
toast (LtHistoryWindow *self,
       const char      *text)
{
  adw_toast_overlay_add_toast (self->toasts, create_toast (text));
}

static GPtrArray *
collect_selected (LtHistoryWindow *self)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->selection);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    if (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), i))
      g_ptr_array_add (entries, g_list_model_get_item (model, i));
  return entries;
}

static void
update (LtHistoryWindow *self)
{
  g_autoptr(GtkBitset) selected = NULL;
  guint n_shown, n_all;
  guint64 n_selected;

  if (self->history == NULL)
    return;
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  n_selected = gtk_bitset_get_size (selected);
  n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  n_all = g_list_model_get_n_items (lt_history_get_model (self->history));
  gtk_stack_set_visible_child_name (self->stack, n_shown > 0 ? "list" : n_all > 0 ? "none" : "empty");
  gtk_widget_set_visible (self->bar, n_shown > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.run-again", n_selected > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.remove", n_selected > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.compare", n_selected >= 2 && n_selected <= MAX_COMPARED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.export", n_shown > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.clear", n_all > 0);
}

static gboolean
matches (gpointer item,
         gpointer user_data)
{
  LtHistoryWindow *self = user_data;

  return lt_history_entry_matches (item, (const char * const *) self->words);
}

static void
search_changed_cb (LtHistoryWindow *self)
{
  g_autofree char *folded = g_utf8_casefold (gtk_editable_get_text (self->search_entry), -1);

  g_strfreev (self->words);
  self->words = g_strsplit_set (folded, " ", -1);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

/* Runs as it did then, as far as that is possible now. */
static gboolean
run_again (LtHistoryWindow  *self,
           LtHistoryEntry   *entry,
           GError          **error)
{
  LtJobOptions options = LT_JOB_OPTIONS_INIT;
  const HaulTask *task = haul_task_lookup (entry->task, error);

  if (task == NULL)
    return FALSE;
  (void) lt_jobs_find_run_in (self->jobs, entry->executor, &options.where);
  options.nice = entry->nice;
  options.daemon = entry->daemon;
  return lt_jobs_start (self->jobs, task, entry->arguments, &options, error) != NULL;
}

static void
run_again_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);
  g_autoptr(GPtrArray) selected = collect_selected (self);
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = selected->len; i > 0; i--)   /* in the order in which they came */
    {
      g_autoptr(GError) error = NULL;

      if (run_again (self, selected->pdata[i - 1], &error))
        n++;
      else
        toast (self, error->message);
    }
  if (n == 0)
    return;
  text = g_strdup_printf (ngettext ("%u job started", "%u jobs started", n), n);
  toast (self, text);
}

static void
row_activated_cb (LtHistoryWindow *self,
                  guint            position)
{
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  gtk_widget_activate_action (GTK_WIDGET (self), "history.run-again", NULL);
}

/* What can be undone is what the toast says. */
static void
forget_removed (LtHistoryWindow *self)
{
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_clear_object (&self->toast);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.undo-remove", FALSE);
}

static void
offer_undo (LtHistoryWindow *self,
            GPtrArray       *entries)
{
  guint n = entries->len;
  g_autofree char *text = g_strdup_printf (ngettext ("%u job removed", "%u jobs removed", n), n);

  forget_removed (self);
  self->removed = g_ptr_array_ref (entries);
  self->toast = create_toast (text);
  adw_toast_set_button_label (self->toast, _("_Undo"));
  adw_toast_set_action_name (self->toast, "history.undo-remove");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.undo-remove", TRUE);
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (self->toast));
}

static void
remove_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);
  g_autoptr(GPtrArray) selected = collect_selected (self);
  guint n_selected = selected->len;

  for (guint i = n_selected; i > 0; i--)
    if (((LtHistoryEntry *) selected->pdata[i - 1])->verdict == HAUL_VERDICT_NONE)
      g_ptr_array_remove_index (selected, i - 1);
  if (selected->len < n_selected)
    toast (self, _("What is not over yet stays"));
  if (lt_history_remove (self->history, selected) > 0)
    offer_undo (self, selected);
  update (self);
}

static void
undo_remove_cb (GtkWidget  *widget,
                const char *action,
                GVariant   *parameter)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);

  if (self->removed == NULL)
    return;
  lt_history_restore (self->history, self->removed);
  forget_removed (self);
  update (self);
}

static void
compare_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);
  g_autoptr(GPtrArray) selected = collect_selected (self);
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *grid = lt_history_compare_new (selected);

  gtk_widget_set_margin_start (grid, 18);
  gtk_widget_set_margin_end (grid, 18);
  gtk_widget_set_margin_top (grid, 12);
  gtk_widget_set_margin_bottom (grid, 18);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), grid);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), _("Compare"));
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(LtHistoryWindow) self = user_data;
  g_autofree char *text = lt_save_describe (G_FILE (source), result);

  toast (self, text);
}

static void
export_chosen_cb (GtkWidget *widget,
                  GFile     *file,
                  gpointer   format)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);
  char *text = lt_history_export (G_LIST_MODEL (self->filtered), GPOINTER_TO_UINT (format));
  g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, written_cb, g_object_ref (self));
}

static void
export_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  LtExport format = MIN (g_variant_get_uint32 (parameter), LT_N_EXPORTS - 1);
  g_autofree char *name = g_strdup_printf ("long-tasks.%s", lt_history_export_ending (format));
  GtkFileChooserNative *dialog = lt_file_dialog_new (widget, GTK_FILE_CHOOSER_ACTION_SAVE, _("Export History"), _("_Save"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  lt_file_dialog_ask (dialog, widget, export_chosen_cb, GUINT_TO_POINTER (format), NULL);
}

static void
clear_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   LtHistory        *history)
{
  if (g_str_equal (response, "clear"))
    lt_history_clear (history);
}

void
lt_history_ask_clear (GtkWindow *parent,
                      LtHistory *history)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, _("Clear History?"),
                                              _("All jobs that have ended are forgotten. That cannot be undone."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "clear", _("C_lear History"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (clear_response_cb), history, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
clear_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *parameter)
{
  lt_history_ask_clear (GTK_WINDOW (widget), LT_HISTORY_WINDOW (widget)->history);
}

static void
search_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (widget);

  gtk_toggle_button_set_active (self->search_button, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
lt_history_window_dispose (GObject *object)
{
  LtHistoryWindow *self = LT_HISTORY_WINDOW (object);

  g_clear_object (&self->filter);
  g_clear_object (&self->history);
  g_clear_object (&self->jobs);
  g_clear_object (&self->toast);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (lt_history_window_parent_class)->dispose (object);
}

static void
lt_history_window_class_init (LtHistoryWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_history_window_dispose;

  gtk_widget_class_install_action (widget_class, "history.run-again", NULL, run_again_cb);
  gtk_widget_class_install_action (widget_class, "history.compare", NULL, compare_cb);
  gtk_widget_class_install_action (widget_class, "history.remove", NULL, remove_cb);
  gtk_widget_class_install_action (widget_class, "history.undo-remove", NULL, undo_remove_cb);
  gtk_widget_class_install_action (widget_class, "history.export", "u", export_cb);
  gtk_widget_class_install_action (widget_class, "history.clear", NULL, clear_cb);
  gtk_widget_class_install_action (widget_class, "history.search", NULL, search_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "history.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "history.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "history.undo-remove", NULL);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-history-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, selection);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, filtered);
  gtk_widget_class_bind_template_child (widget_class, LtHistoryWindow, bar);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
lt_history_window_init (LtHistoryWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->filter = gtk_custom_filter_new (matches, self, NULL);
  gtk_filter_list_model_set_filter (self->filtered, GTK_FILTER (self->filter));
  forget_removed (self);
}

LtHistoryWindow *
lt_history_window_new (GtkWindow *parent,
                       LtHistory *history,
                       LtJobs    *jobs)
{
  LtHistoryWindow *self;

  g_return_val_if_fail (LT_IS_HISTORY (history), NULL);
  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  self = g_object_new (LT_TYPE_HISTORY_WINDOW, "transient-for", parent,
                       "application", parent != NULL ? gtk_window_get_application (parent) : NULL, NULL);
  self->history = g_object_ref (history);
  self->jobs = g_object_ref (jobs);
  gtk_filter_list_model_set_model (self->filtered, lt_history_get_model (history));
  g_signal_connect_object (lt_history_get_model (history), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (history, "cleared", G_CALLBACK (forget_removed), self, G_CONNECT_SWAPPED);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
  return self;
}

GtkSelectionModel *
lt_history_window_get_selection (LtHistoryWindow *self)
{
  g_return_val_if_fail (LT_IS_HISTORY_WINDOW (self), NULL);

  return GTK_SELECTION_MODEL (self->selection);
}
