/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-save.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lab-report.h"
#include "lt-file-dialog.h"
#include "lt-save.h"

static void
write_text (GtkWindow *window,
            GFile     *file,
            char      *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

  lt_save_bytes (GTK_WIDGET (window), bytes, file);
}

/* Without a word of its own, when it went well: the report speaks for both. */
static void
picture_written_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(GtkWindow) window = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    return;
  text = g_strdup_printf (_("“%s” could not be saved: %s"), name, error->message);
  if (LT_IS_WINDOW (window))
    lt_window_toast (LT_WINDOW (window), text, NULL, NULL);
}

static GFile *
find_picture (GFile *file)
{
  g_autoptr(GFile) folder = g_file_get_parent (file);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *picture = lab_report_get_picture_path (name);

  return folder != NULL ? g_file_get_child (folder, picture) : NULL;
}

void
lt_lab_save_write (GtkWindow *window,
                   LabRun    *run,
                   GFile     *file)
{
  g_autoptr(LabMachine) machine = lab_machine_new ();
  g_autofree char *name = NULL;
  g_autofree char *picture_name = NULL;
  g_autofree char *svg = NULL;
  g_autoptr(GFile) picture = NULL;
  g_autoptr(GBytes) bytes = NULL;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (LAB_IS_RUN (run));
  g_return_if_fail (G_IS_FILE (file));

  name = g_file_get_basename (file);
  if (g_str_has_suffix (name, ".json"))
    {
      write_text (window, file, lab_report_to_json (run, machine, TRUE));
      return;
    }
  svg = lab_report_to_svg (run);
  picture = svg != NULL ? find_picture (file) : NULL;
  picture_name = picture != NULL ? g_file_get_basename (picture) : NULL;
  write_text (window, file, lab_report_to_markdown (run, machine, picture_name));
  if (picture == NULL)
    return;
  bytes = g_bytes_new (svg, strlen (svg));
  g_file_replace_contents_bytes_async (picture, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       picture_written_cb, g_object_ref (window));
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
