/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* How the parts of a job and the workers of a pool are put into words. The second half are closures
 * of the cells in ui/cells, which are looked up by name and need lt_pool_text_ensure() to be linked. */

/* How many of the parts of a job are in each state. */
typedef struct
{
  guint n;
  guint n_in[HAUL_PART_CANCELLED + 1];
} LtPartCount;

void        lt_pool_text_count       (GListModel          *parts,
                                      LtPartCount         *ret_count);
char       *lt_pool_text_short       (const LtPartCount   *count) G_GNUC_WARN_UNUSED_RESULT;   /* "6 of 16 parts" */
char       *lt_pool_text_long        (const LtPartCount   *count) G_GNUC_WARN_UNUSED_RESULT;   /* "6 of 16 parts done, 2 running" */
char       *lt_pool_text_part        (HaulPart            *part) G_GNUC_WARN_UNUSED_RESULT;

void        lt_pool_text_ensure      (void);

char       *lt_part_format_icon      (GtkListItem         *item,
                                      HaulPartState        state);
char       *lt_part_format_state     (GtkListItem         *item,
                                      HaulPartState        state);
char       *lt_part_format_progress  (GtkListItem         *item,
                                      HaulPartState        state,
                                      double               fraction);
char       *lt_pool_format_pid       (GtkListItem         *item,
                                      int                  pid);
char       *lt_worker_format_state   (GtkListItem         *item,
                                      HaulPoolWorkerState  state);
char       *lt_worker_format_what    (GtkListItem         *item,
                                      const char          *what);
char       *lt_worker_format_count   (GtkListItem         *item,
                                      guint64              count);

G_END_DECLS
