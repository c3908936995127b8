/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* Closures of the cells in ui/cells: what a line of the log or a frame says in each column. They
 * are looked up by name, and need lt_records_ensure() to be linked. */

void        lt_records_ensure      (void);

char       *lt_record_format_time  (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_gap   (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_size  (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_type  (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_way   (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_text  (GtkListItem *item,
                                    HaulRecord  *record);

/* Whether @needle, which is case-folded, is in its text, or for a frame in its type. */
gboolean    lt_record_matches      (HaulRecord  *record,
                                    const char  *needle);

/* Times are told from here, in µs: when the job was queued. One job's records are shown at a time. */
void        lt_records_set_origin  (gint64       origin);

G_END_DECLS
