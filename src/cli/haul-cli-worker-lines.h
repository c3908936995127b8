/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-pool.h"

G_BEGIN_DECLS

/* What lines about workers are made with. */
typedef struct
{
  const char *param;      /* whose value tells one item from the others */
  gint64      now;        /* µs, monotonic */
  guint       width;      /* columns there are */
  guint       max_lines;
  gboolean    ascii;      /* the terminal shows nothing else */
} HaulWorkerLines;

/* A line for each #HaulPoolWorkerInfo: its pid, what it is at and for how long, and how many items it has
 * done. Each ends in "\n". Those that there is no room for are counted in the last line. */
char *haul_worker_lines (const HaulWorkerLines *self,
                         GListModel            *workers) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
