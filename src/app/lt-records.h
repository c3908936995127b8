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
/* Which process said it, where it is not the job's only one; then there is something to show. */
char       *lt_record_format_who   (GtkListItem *item,
                                    HaulRecord  *record);
char       *lt_record_format_pid   (GtkListItem *item,
                                    HaulRecord  *record);
gboolean    lt_record_has_who      (GtkListItem *item,
                                    HaulRecord  *record);

/* Whether @needle, which is case-folded, is in its text, or for a frame in its type, or in who said it. */
gboolean    lt_record_matches      (HaulRecord  *record,
                                    const char  *needle);

/* One job's records are shown at a time. Times are told from @origin, in µs: when it was queued. */
void        lt_records_set_job     (guint        id,
                                    gint64       origin);

G_END_DECLS
