/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-run.h"

G_BEGIN_DECLS

/* Asks where to, and writes a report of what @run found: Markdown with its picture beside it, or JSON, by the name of the
 * file. A picture that is there is never replaced: this one gets another name then. */
void lt_lab_save_ask   (GtkWindow *window,
                        LabRun    *run);
void lt_lab_save_write (GtkWindow *window,
                        LabRun    *run,
                        GFile     *file);

G_END_DECLS
