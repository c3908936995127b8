/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-file-field.h"

#include <glib/gi18n.h>

#include "lt-file-dialog.h"

char *
lt_file_field_dup_text (GFile *file)
{
  const char *path;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  path = g_file_peek_path (file);
  return g_strdup (path != NULL && g_utf8_validate (path, -1, NULL) ? path : "");
}

static void
take_file (AdwEntryRow *row,
           GFile       *file)
{
  g_autofree char *text = lt_file_field_dup_text (file);

  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static void
chosen_cb (GtkWidget *row,
           GFile     *file,
           gpointer   user_data)
{
  take_file (ADW_ENTRY_ROW (row), file);
}

static void
ask (AdwEntryRow          *row,
     GtkFileChooserAction  action,
     const char           *title)
{
  const char *typed = gtk_editable_get_text (GTK_EDITABLE (row));
  GtkFileChooserNative *dialog = lt_file_dialog_new (GTK_WIDGET (row), action, title, _("_Choose"));

  if (*typed != '\0')
    {
      g_autoptr(GFile) file = g_file_new_for_path (typed);

      (void) gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), file, NULL);   /* or it opens where it likes */
    }
  lt_file_dialog_ask (dialog, GTK_WIDGET (row), chosen_cb, NULL, NULL);
}

static void
file_clicked_cb (AdwEntryRow *row)
{
  ask (row, GTK_FILE_CHOOSER_ACTION_OPEN, _("Choose a File"));
}

static void
folder_clicked_cb (AdwEntryRow *row)
{
  ask (row, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("Choose a Folder"));
}

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         AdwEntryRow   *row)
{
  take_file (row, g_value_get_object (value));
  return TRUE;
}

static void
add_button (AdwEntryRow *row,
            const char  *icon,
            const char  *label,
            GCallback    clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (button, "clicked", clicked, row, G_CONNECT_SWAPPED);
  adw_entry_row_add_suffix (row, button);
}

void
lt_file_field_equip (AdwEntryRow *row)
{
  GtkDropTarget *target;

  g_return_if_fail (ADW_IS_ENTRY_ROW (row));

  add_button (row, "text-x-generic-symbolic", _("Choose a File"), G_CALLBACK (file_clicked_cb));
  add_button (row, "folder-symbolic", _("Choose a Folder"), G_CALLBACK (folder_clicked_cb));

  target = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);
  /* Before the entry inside, which takes files as text. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), row, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (target));
}
