/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-file-dialog.h"

#include <glib/gi18n.h>

#define KEY "lt-question"

typedef struct
{
  GtkWidget      *owner;       /* (unowned) the dialog goes with it */
  LtFileChosen    chosen;
  gpointer        user_data;
  GDestroyNotify  destroy;     /* (nullable) */
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static void
owner_gone_cb (GtkNativeDialog *dialog)
{
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
response_cb (GtkNativeDialog *dialog,
             int              response)
{
  Question *question = g_object_get_data (G_OBJECT (dialog), KEY);
  g_autoptr(GFile) file = NULL;

  g_signal_handlers_disconnect_by_func (question->owner, owner_gone_cb, dialog);
  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL)
    question->chosen (question->owner, file, question->user_data);
  g_object_unref (dialog);
}

GtkFileChooserNative *
lt_file_dialog_new (GtkWidget            *owner,
                    GtkFileChooserAction  action,
                    const char           *title,
                    const char           *accept_label)
{
  GtkRoot *root;
  GtkFileChooserNative *dialog;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);

  root = gtk_widget_get_root (owner);
  dialog = gtk_file_chooser_native_new (title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, action,
                                        accept_label, _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  return dialog;
}

void
lt_file_dialog_ask (GtkFileChooserNative *dialog,
                    GtkWidget            *owner,
                    LtFileChosen          chosen,
                    gpointer              user_data,
                    GDestroyNotify        destroy)
{
  Question *question;

  g_return_if_fail (GTK_IS_FILE_CHOOSER_NATIVE (dialog));
  g_return_if_fail (GTK_IS_WIDGET (owner));

  question = g_new0 (Question, 1);
  question->owner = owner;
  question->chosen = chosen;
  question->user_data = user_data;
  question->destroy = destroy;
  g_object_set_data_full (G_OBJECT (dialog), KEY, question, question_free);
  /* Not "destroy": the dialog may keep its window from that. */
  g_signal_connect_object (owner, "unrealize", G_CALLBACK (owner_gone_cb), dialog, G_CONNECT_SWAPPED);
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
