/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* What a job wrote: its log, or the messages of its pipe. Which of them, the list or table that shows
 * them, and the words for when there are none are properties, set where it is used. It follows the
 * end until somebody scrolls up. */
#define LT_TYPE_RECORD_VIEW (lt_record_view_get_type ())
G_DECLARE_FINAL_TYPE (LtRecordView, lt_record_view, LT, RECORD_VIEW, AdwBin)

void        lt_record_view_set_job     (LtRecordView *self,
                                        HaulJob      *job);
/* Shows only what contains @text, whatever its case; without a @text lets people type it. */
void        lt_record_view_find        (LtRecordView *self,
                                        const char   *text);
const char *lt_record_view_get_summary (LtRecordView *self);

G_END_DECLS
