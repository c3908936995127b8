/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Asking for a file. The dialog goes with who asks: nobody would be there for the answer. */

typedef void (*LtFileChosen) (GtkWidget *owner,
                              GFile     *file,
                              gpointer   user_data);

/* A modal dialog of the window of @owner. */
GtkFileChooserNative *lt_file_dialog_new (GtkWidget            *owner,
                                          GtkFileChooserAction  action,
                                          const char           *title,
                                          const char           *accept_label) G_GNUC_WARN_UNUSED_RESULT;
/* Shows @dialog, and calls @chosen if a file was. Frees @user_data with @destroy either way. */
void                  lt_file_dialog_ask (GtkFileChooserNative *dialog,      /* (transfer full) */
                                          GtkWidget            *owner,
                                          LtFileChosen          chosen,
                                          gpointer              user_data,
                                          GDestroyNotify        destroy);    /* (nullable) */

G_END_DECLS
