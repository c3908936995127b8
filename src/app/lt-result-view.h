/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* The result of a job, as far as it has come: its beginning and its end, never all of a long one. */
#define LT_TYPE_RESULT_VIEW (lt_result_view_get_type ())
G_DECLARE_FINAL_TYPE (LtResultView, lt_result_view, LT, RESULT_VIEW, AdwBin)

#define LT_RESULT_HEAD 2000
#define LT_RESULT_TAIL 200

void    lt_result_view_set_job (LtResultView *self,
                                HaulJob      *job);
/* What is shown of a text result: all of a short one, else head, count of what is left out, tail. */
char   *lt_result_view_preview (HaulJob      *job) G_GNUC_WARN_UNUSED_RESULT;

/* How many characters the longest cell of each column of a table has: guint. */
GArray *lt_result_view_measure (const char   *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
