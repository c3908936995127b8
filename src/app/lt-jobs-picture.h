/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* The most jobs that one picture shows; it says so when there are more. */
#define LT_JOBS_PICTURE_MAX 200

/* The list of jobs as it is seen, a document of its own in SVG: the shape and the words of each state, bars, and
 * for those who do not see it the same as text. @rtl mirrors it. */
char *lt_jobs_picture_to_svg (GListModel *jobs,
                              gboolean    rtl) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
