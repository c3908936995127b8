/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-lab-page.h"

G_BEGIN_DECLS

/* The Lab: a gallery of experiments, and the page of the one that is open. */
#define LT_TYPE_LAB_VIEW (lt_lab_view_get_type ())
G_DECLARE_FINAL_TYPE (LtLabView, lt_lab_view, LT, LAB_VIEW, AdwBin)

/* Opens one by its id, NULL if there is none of that name. */
LtLabPage *lt_lab_view_open        (LtLabView   *self,
                                    const char  *id,
                                    GError     **error);   /* (transfer none) */
void       lt_lab_view_open_gallery (LtLabView  *self);
void       lt_lab_view_open_compare (LtLabView  *self);
/* Runs one task in every way; FALSE if that is none that is compared, or one is at it. */
gboolean   lt_lab_view_compare     (LtLabView   *self,
                                    const char  *task);
/* As a command line of "haul lab": "lost-updates --threads 4 --predict less --repeat 5". Nothing is run if any of it
 * is wrong. */
gboolean   lt_lab_view_run         (LtLabView   *self,
                                    const char  *command,
                                    GError     **error);
void       lt_lab_view_open_lesson (LtLabView   *self,
                                    GFile       *file);
void       lt_lab_view_stop        (LtLabView   *self);
void       lt_lab_view_find        (LtLabView   *self);

G_END_DECLS
