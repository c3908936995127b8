/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-view.h"

#include <glib/gi18n.h>

#include "haul/haul.h"
#include "lab-lesson.h"
#include "lt-file-dialog.h"
#include "lt-lab-compare.h"
#include "lt-lab-gallery.h"
#include "lt-lab-save.h"
#include "lt-window.h"

/* What a line of words asks for. */
typedef struct
{
  const LabExperiment *experiment;
  GVariant            *arguments;    /* (owned) complete */
  const char          *prediction;   /* (nullable) an id of the experiment */
  guint                n_times;
} Command;

static void
command_clear (Command *self)
{
  g_clear_pointer (&self->arguments, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Command, command_clear)

struct _LtLabView
{
  AdwBin        parent_instance;

  GtkStack     *stack;
  LtLabGallery *gallery;
  GtkLabel     *title;
  AdwBin       *holder;

  GtkWidget    *compare;  /* (owned) (nullable) until it is opened */
  Command       waiting;  /* has arguments while the page that shows is told to stop: it runs after that */
  GHashTable   *pages;    /* (owned) of LtLabPage, (owned), by the ids of their experiments: what was found stays */
};

G_DEFINE_FINAL_TYPE (LtLabView, lt_lab_view, ADW_TYPE_BIN)

static void
tell (LtLabView  *self,
      const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (LT_IS_WINDOW (root))
    lt_window_toast (LT_WINDOW (root), text, NULL, NULL);
}

static LtLabPage *
get_page (LtLabView *self)
{
  GtkWidget *child = adw_bin_get_child (self->holder);

  return LT_IS_LAB_PAGE (child) ? LT_LAB_PAGE (child) : NULL;
}

static void waiting_cb (LtLabView *self);

static void
drop_waiting (LtLabView *self)
{
  if (self->waiting.arguments == NULL)
    return;
  g_signal_handlers_disconnect_by_func (lt_lab_page_get_run (get_page (self)), waiting_cb, self);
  command_clear (&self->waiting);
}

/* What nobody watches any more is not worth the processors. */
static void
leave_page (LtLabView *self)
{
  LtLabPage *page = get_page (self);

  drop_waiting (self);
  if (page != NULL)
    lt_lab_page_stop (page);
  else if (self->compare != NULL)
    lt_lab_compare_stop (LT_LAB_COMPARE (self->compare));
}

static void
open_cb (LtLabView  *self,
         const char *id)
{
  g_autoptr(GError) error = NULL;

  if (*id == '\0')
    lt_lab_view_open_compare (self);
  else if (lt_lab_view_open (self, id, &error) == NULL)
    tell (self, error->message);
}

static void
save_cb (LtLabView *self,
         LtLabPage *page)
{
  lt_lab_save_ask (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), lt_lab_page_get_run (page));
}

static LtLabPage *
ensure_page (LtLabView           *self,
             const LabExperiment *experiment)
{
  const char *id = lab_experiment_get_id (experiment);
  GtkWidget *page = g_hash_table_lookup (self->pages, id);

  if (page != NULL)
    return LT_LAB_PAGE (page);
  page = lt_lab_page_new (experiment);
  g_signal_connect_object (page, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "save", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->pages, g_strdup (id), g_object_ref_sink (page));
  return LT_LAB_PAGE (page);
}

static void
show_child (LtLabView  *self,
            GtkWidget  *child,
            const char *title)
{
  if (adw_bin_get_child (self->holder) != child)
    {
      leave_page (self);
      adw_bin_set_child (self->holder, child);
    }
  gtk_label_set_label (self->title, title);
  gtk_stack_set_visible_child_name (self->stack, "page");
  gtk_widget_grab_focus (child);
}

static void
back_clicked_cb (LtLabView *self)
{
  lt_lab_view_open_gallery (self);
}

static void
back_action_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lt_lab_view_open_gallery (LT_LAB_VIEW (widget));
}

/* Lessons */

static void
show_lesson (LtLabView *self,
             LabLesson *lesson)
{
  const LabExperiment *experiment = lab_lesson_get_experiment (lesson);
  GtkWidget *page = lt_lab_page_new (experiment);   /* nothing is found on it yet */
  g_autofree char *hints = g_strjoinv ("\n", (char **) lab_lesson_get_hints (lesson));
  g_autoptr(GError) error = NULL;

  g_signal_connect_object (page, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "save", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  lt_lab_page_set_lesson (LT_LAB_PAGE (page), lab_lesson_get_question (lesson), hints);
  if (!lt_lab_page_set_arguments (LT_LAB_PAGE (page), lab_lesson_get_arguments (lesson), &error))
    tell (self, error->message);
  show_child (self, page, lab_lesson_get_title (lesson));
}

static void
lesson_loaded_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(LtLabView) self = user_data;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *contents = NULL;
  g_autoptr(LabLesson) lesson = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (g_file_load_contents_finish (G_FILE (source), result, &contents, &size, NULL, &error))
    lesson = lab_lesson_new_from_data (contents, size, &error);
  if (lesson != NULL)
    {
      show_lesson (self, lesson);
      return;
    }
  text = g_strdup_printf (_("“%s” is no lesson: %s"), name, error->message);
  tell (self, text);
}

void
lt_lab_view_open_lesson (LtLabView *self,
                         GFile     *file)
{
  g_return_if_fail (LT_IS_LAB_VIEW (self));
  g_return_if_fail (G_IS_FILE (file));

  g_file_load_contents_async (file, NULL, lesson_loaded_cb, g_object_ref (self));
}

/* One file that was dragged here. */
static gboolean
drop_cb (LtLabView    *self,
         const GValue *value)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  lt_lab_view_open_lesson (self, files->data);
  return TRUE;
}

static void
lesson_chosen_cb (GtkWidget *widget,
                  GFile     *file,
                  gpointer   user_data)
{
  lt_lab_view_open_lesson (LT_LAB_VIEW (widget), file);
}

static void
open_lesson_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  GtkFileChooserNative *dialog;
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  dialog = lt_file_dialog_new (widget, GTK_FILE_CHOOSER_ACTION_OPEN, _("Open Lesson"), _("_Open"));
  gtk_file_filter_set_name (filter, _("Lessons"));
  gtk_file_filter_add_suffix (filter, "json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  lt_file_dialog_ask (dialog, widget, lesson_chosen_cb, NULL, NULL);
}

static void
lt_lab_view_dispose (GObject *object)
{
  LtLabView *self = LT_LAB_VIEW (object);

  leave_page (self);
  g_hash_table_remove_all (self->pages);
  g_clear_object (&self->compare);

  G_OBJECT_CLASS (lt_lab_view_parent_class)->dispose (object);
}

static void
lt_lab_view_finalize (GObject *object)
{
  g_hash_table_unref (LT_LAB_VIEW (object)->pages);

  G_OBJECT_CLASS (lt_lab_view_parent_class)->finalize (object);
}

static void
lt_lab_view_class_init (LtLabViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_lab_view_dispose;
  object_class->finalize = lt_lab_view_finalize;

  g_type_ensure (LT_TYPE_LAB_GALLERY);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtLabView, gallery);
  gtk_widget_class_bind_template_child (widget_class, LtLabView, title);
  gtk_widget_class_bind_template_child (widget_class, LtLabView, holder);
  gtk_widget_class_bind_template_callback (widget_class, back_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_install_action (widget_class, "lab.open-lesson", NULL, open_lesson_cb);
  gtk_widget_class_install_action (widget_class, "lab.back", NULL, back_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "lab.back", NULL);
}

static void
lt_lab_view_init (LtLabView *self)
{
  GtkDropTarget *drop;

  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

LtLabPage *
lt_lab_view_open (LtLabView   *self,
                  const char  *id,
                  GError     **error)
{
  const LabExperiment *experiment;
  LtLabPage *page;

  g_return_val_if_fail (LT_IS_LAB_VIEW (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  experiment = lab_experiment_lookup (id, error);
  if (experiment == NULL)
    return NULL;
  page = ensure_page (self, experiment);
  show_child (self, GTK_WIDGET (page), _(experiment->task.title));
  return page;
}

void
lt_lab_view_open_compare (LtLabView *self)
{
  g_return_if_fail (LT_IS_LAB_VIEW (self));

  if (self->compare == NULL)
    self->compare = g_object_ref_sink (lt_lab_compare_new ());
  show_child (self, self->compare, _("Same Task, Every Executor"));
}

gboolean
lt_lab_view_compare (LtLabView  *self,
                     const char *task)
{
  g_return_val_if_fail (LT_IS_LAB_VIEW (self), FALSE);

  lt_lab_view_open_compare (self);
  return lt_lab_compare_start (LT_LAB_COMPARE (self->compare), task);
}

void
lt_lab_view_open_gallery (LtLabView *self)
{
  LtLabPage *page;

  g_return_if_fail (LT_IS_LAB_VIEW (self));

  page = get_page (self);
  leave_page (self);
  lt_lab_gallery_refresh (self->gallery);
  gtk_stack_set_visible_child_name (self->stack, "gallery");
  if (page != NULL)
    lt_lab_gallery_focus (self->gallery, lab_experiment_get_id (lt_lab_page_get_experiment (page)));
  else
    lt_lab_gallery_focus (self->gallery, self->compare != NULL ? "" : NULL);
}

static gboolean
throw_bad (GError     **error,
           const char  *word)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("‘%s’ is no parameter with a value"), word);
  return FALSE;
}

static const char *
find_prediction (const LabExperiment *experiment,
                 const char          *word)
{
  for (const HaulChoice *choice = experiment->predictions; choice != NULL && choice->id != NULL; choice++)
    if (g_str_equal (choice->id, word))
      return choice->id;
  return NULL;
}

static gboolean
take_word (Command          *command,
           GVariantBuilder  *builder,
           const char       *name,
           const char       *value,
           GError          **error)
{
  const HaulParam *param = haul_task_find_param (&command->experiment->task, name + 2);
  g_autoptr(GVariant) parsed = NULL;
  guint64 n = 0;

  if (param != NULL)
    {
      parsed = haul_param_parse (param, value, error);
      if (parsed != NULL)
        g_variant_builder_add (builder, "{sv}", param->name, parsed);
      return parsed != NULL;
    }
  if (g_str_equal (name, "--predict"))
    {
      command->prediction = find_prediction (command->experiment, value);
      return command->prediction != NULL || throw_bad (error, name);
    }
  if (g_str_equal (name, "--repeat") && g_ascii_string_to_unsigned (value, 10, 1, LAB_RUN_MAX_TIMES, &n, NULL))
    {
      command->n_times = (guint) n;
      return TRUE;
    }
  return throw_bad (error, name);
}

/* All of it, or nothing: what comes over the bus is checked before anything happens. */
static gboolean
parse_command (Command  *command,
               char    **words,
               GError  **error)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr(GVariant) typed = NULL;

  command->experiment = lab_experiment_lookup (words[0], error);
  if (command->experiment == NULL)
    return FALSE;
  for (guint i = 1; words[i] != NULL; i += 2)
    {
      if (!g_str_has_prefix (words[i], "--") || words[i + 1] == NULL)
        return throw_bad (error, words[i]);
      if (!take_word (command, &builder, words[i], words[i + 1], error))
        return FALSE;
    }
  typed = g_variant_ref_sink (g_variant_builder_end (&builder));
  command->arguments = haul_task_complete (&command->experiment->task, typed, error);
  if (command->arguments != NULL)
    command->arguments = g_variant_take_ref (command->arguments);
  return command->arguments != NULL;
}

static gboolean
run_command (LtLabPage      *page,
             const Command  *command,
             GError        **error)
{
  if (!lt_lab_page_set_arguments (page, command->arguments, error))
    return FALSE;
  lt_lab_page_predict (page, command->prediction);
  lt_lab_page_start (page, command->n_times);
  return TRUE;
}

static void
waiting_cb (LtLabView *self)
{
  LtLabPage *page = get_page (self);
  g_auto(Command) command = { 0 };
  g_autoptr(GError) error = NULL;

  if (lt_lab_page_is_stopping (page))
    return;
  command = self->waiting;
  command.arguments = g_variant_ref (command.arguments);
  drop_waiting (self);
  if (!run_command (page, &command, &error))
    tell (self, error->message);
}

gboolean
lt_lab_view_run (LtLabView   *self,
                 const char  *text,
                 GError     **error)
{
  g_auto(Command) command = { .n_times = 1 };
  g_auto(GStrv) words = NULL;
  LtLabPage *page;

  g_return_val_if_fail (LT_IS_LAB_VIEW (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (!g_shell_parse_argv (text, NULL, &words, error) || !parse_command (&command, words, error))
    return FALSE;
  page = lt_lab_view_open (self, lab_experiment_get_id (command.experiment), error);
  if (page == NULL)
    return FALSE;
  drop_waiting (self);
  if (!lt_lab_page_is_stopping (page))
    return run_command (page, &command, error);

  /* Its helper may be gone already, while nobody here has heard of that. */
  self->waiting = command;
  command.arguments = NULL;
  g_signal_connect_object (lt_lab_page_get_run (page), "notify::state", G_CALLBACK (waiting_cb), self, G_CONNECT_SWAPPED);
  return TRUE;
}

void
lt_lab_view_stop (LtLabView *self)
{
  g_return_if_fail (LT_IS_LAB_VIEW (self));

  leave_page (self);
}

void
lt_lab_view_find (LtLabView *self)
{
  g_return_if_fail (LT_IS_LAB_VIEW (self));

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "gallery") != 0)
    lt_lab_view_open_gallery (self);
  lt_lab_gallery_find (self->gallery);
}
