/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-save.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lab-report.h"
#include "lt-file-dialog.h"
#include "lt-save.h"

/* More files of one name than that, and something is wrong. */
#define MOST_PICTURES 100

/* A report and the picture beside it. Nobody was asked about the picture, so that it takes a name that is free. */
typedef struct
{
  GtkWindow *window;    /* (owned) */
  LabRun    *run;       /* (owned) */
  GFile     *report;    /* (owned) */
  GFile     *picture;   /* (owned) (nullable) that is tried */
  guint      n_tried;
  GBytes    *svg;       /* (owned) (nullable) while it is written */
} Save;

static void
save_free (Save *self)
{
  g_clear_object (&self->window);
  g_clear_object (&self->run);
  g_clear_object (&self->report);
  g_clear_object (&self->picture);
  g_clear_pointer (&self->svg, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Save, save_free)

static void
try_picture (Save *self);

static void
write_text (GtkWindow *window,
            GFile     *file,
            char      *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

  lt_save_bytes (GTK_WIDGET (window), bytes, file);
}

/* With the name of its picture, or NULL where there is none. */
static void
write_report (Save       *self,
              const char *picture)
{
  g_autoptr(LabMachine) machine = lab_machine_new ();

  write_text (self->window, self->report, lab_report_to_markdown (self->run, machine, picture));
}

static void
complain (Save         *self,
          const GError *error)
{
  g_autofree char *name = g_file_get_basename (self->picture);
  g_autofree char *text = g_strdup_printf (_("“%s” could not be saved: %s"), name, error->message);

  if (LT_IS_WINDOW (self->window))
    lt_window_toast (LT_WINDOW (self->window), text, NULL, NULL);
}

/* Without a word of its own, when it went well: the report speaks for both. */
static void
picture_written_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(Save) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    complain (self, error);
  g_output_stream_close_async (G_OUTPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static void
picture_created_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(Save) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFileOutputStream) stream = g_file_create_finish (G_FILE (source), result, &error);
  g_autofree char *name = g_file_get_basename (self->picture);
  char *svg;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS) && self->n_tried < MOST_PICTURES)
    {
      try_picture (g_steal_pointer (&self));
      return;
    }
  write_report (self, stream != NULL ? name : NULL);
  if (stream == NULL)
    {
      complain (self, error);
      return;
    }
  svg = lab_report_to_svg (self->run);
  self->svg = g_bytes_new_take (svg, strlen (svg));
  g_output_stream_write_all_async (G_OUTPUT_STREAM (stream), g_bytes_get_data (self->svg, NULL), g_bytes_get_size (self->svg),
                                   G_PRIORITY_DEFAULT, NULL, picture_written_cb, self);
  (void) g_steal_pointer (&self);   /* it lasts until that is done */
}

/* "found.svg", "found-2.svg", … */
static GFile *
name_picture (GFile *report,
              guint  number)
{
  g_autoptr(GFile) folder = g_file_get_parent (report);
  g_autofree char *name = g_file_get_basename (report);
  g_autofree char *picture = lab_report_get_picture_path (name);
  g_autofree char *numbered = NULL;

  if (folder == NULL)
    return NULL;
  if (number == 1)
    return g_file_get_child (folder, picture);
  numbered = g_strdup_printf ("%.*s-%u.svg", (int) (strlen (picture) - strlen (".svg")), picture, number);
  return g_file_get_child (folder, numbered);
}

static void
try_picture (Save *self)
{
  g_clear_object (&self->picture);
  self->picture = name_picture (self->report, ++self->n_tried);
  if (self->picture == NULL)
    {
      write_report (self, NULL);
      save_free (self);
      return;
    }
  g_file_create_async (self->picture, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT, NULL, picture_created_cb, self);
}

void
lt_lab_save_write (GtkWindow *window,
                   LabRun    *run,
                   GFile     *file)
{
  g_autoptr(LabMachine) machine = NULL;
  g_autofree char *name = NULL;
  Save *self;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (LAB_IS_RUN (run));
  g_return_if_fail (G_IS_FILE (file));

  name = g_file_get_basename (file);
  if (g_str_has_suffix (name, ".json"))
    {
      machine = lab_machine_new ();
      write_text (window, file, lab_report_to_json (run, machine, TRUE));
      return;
    }
  self = g_new0 (Save, 1);
  self->window = g_object_ref (window);
  self->run = g_object_ref (run);
  self->report = g_object_ref (file);
  try_picture (self);
}

static void
chosen_cb (GtkWidget *window,
           GFile     *file,
           gpointer   run)
{
  lt_lab_save_write (GTK_WINDOW (window), run, file);
}

static void
add_filter (GtkFileChooser *dialog,
            const char     *name,
            const char     *suffix)
{
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, suffix);
  gtk_file_chooser_add_filter (dialog, filter);
}

void
lt_lab_save_ask (GtkWindow *window,
                 LabRun    *run)
{
  GtkFileChooserNative *dialog;
  g_autofree char *name = NULL;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (LAB_IS_RUN (run));

  name = g_strconcat (lab_experiment_get_id (lab_run_get_experiment (run)), ".md", NULL);
  dialog = lt_file_dialog_new (GTK_WIDGET (window), GTK_FILE_CHOOSER_ACTION_SAVE, _("Save Report"), _("_Save"));
  add_filter (GTK_FILE_CHOOSER (dialog), _("Markdown, with the picture beside it"), "md");
  add_filter (GTK_FILE_CHOOSER (dialog), _("JSON"), "json");
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  lt_file_dialog_ask (dialog, GTK_WIDGET (window), chosen_cb, g_object_ref (run), g_object_unref);
}
