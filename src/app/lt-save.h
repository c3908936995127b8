/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-window.h"

G_BEGIN_DECLS

/* Asks where to, and writes the whole result of @job there without holding up the window. */
void lt_save_ask   (LtWindow *window,
                    HaulJob  *job);
void lt_save_write (LtWindow *window,
                    HaulJob  *job,
                    GFile    *file);

/* Any other file, without holding up anybody; says in a toast of the window of @widget how it went. */
void lt_save_bytes (GtkWidget *widget,
                    GBytes    *bytes,
                    GFile     *file);

/* The same for who has somewhere else to say it: translated, of what g_file_replace_contents_bytes_async() gave. */
char *lt_save_describe (GFile        *file,
                        GAsyncResult *result) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
