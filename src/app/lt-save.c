/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-save.h"

#include <glib/gi18n.h>

#include "lt-file-dialog.h"
#include "lt-job-text.h"

char *
lt_save_describe (GFile        *file,
                  GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  name = g_file_get_basename (file);
  if (g_file_replace_contents_finish (file, result, NULL, &error))
    return g_strdup_printf (_("Saved as “%s”"), name);
  return g_strdup_printf (_("“%s” could not be saved: %s"), name, error->message);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GtkWidget) widget = user_data;
  g_autofree char *text = lt_save_describe (G_FILE (source), result);
  GtkRoot *root = gtk_widget_get_root (widget);

  if (LT_IS_WINDOW (root))
    lt_window_toast (LT_WINDOW (root), text, NULL, NULL);
}

void
lt_save_bytes (GtkWidget *widget,
               GBytes    *bytes,
               GFile     *file)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (bytes != NULL);
  g_return_if_fail (G_IS_FILE (file));

  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       written_cb, g_object_ref (widget));
}

void
lt_save_write (LtWindow *window,
               HaulJob  *job,
               GFile    *file)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_if_fail (LT_IS_WINDOW (window));
  g_return_if_fail (HAUL_IS_JOB (job));
  g_return_if_fail (G_IS_FILE (file));

  bytes = haul_job_dup_result (job);
  lt_save_bytes (GTK_WIDGET (window), bytes, file);
}

static void
chosen_cb (GtkWidget *window,
           GFile     *file,
           gpointer   job)
{
  lt_save_write (LT_WINDOW (window), job, file);
}

void
lt_save_ask (LtWindow *window,
             HaulJob  *job)
{
  GtkFileChooserNative *dialog;
  g_autofree char *name = NULL;

  g_return_if_fail (LT_IS_WINDOW (window));
  g_return_if_fail (HAUL_IS_JOB (job));

  name = lt_job_text_file_name (job);
  dialog = lt_file_dialog_new (GTK_WIDGET (window), GTK_FILE_CHOOSER_ACTION_SAVE, _("Save Result"), _("_Save"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  lt_file_dialog_ask (dialog, GTK_WIDGET (window), chosen_cb, g_object_ref (job), g_object_unref);
}
