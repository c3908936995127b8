/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulEstimator:
 *
 * Rate and remaining time from progress: two exponential averages in a row,
 * weighted by time, so that neither a burst nor a pause makes the estimate
 * jump. Pure: it is told the time. Its fields are its own.
 */
typedef struct
{
  gint64 start;        /* µs of the first sample, moved by pauses; 0 for none */
  gint64 last;         /* µs of the newest sample */
  gint64 paused_at;    /* µs, 0 when not paused */
  double first_done;
  double done;
  double total;        /* 0 when unknown */
  double smooth;       /* first average of the rate, not yet normalised */
  double rate;         /* second */
  double shown;        /* seconds left that people saw last; below 0 for none */
  gint64 shown_at;
} HaulEstimator;

void     haul_estimator_init      (HaulEstimator *self);
void     haul_estimator_add       (HaulEstimator *self,
                                   gint64         time,
                                   double         done,
                                   double         total);
void     haul_estimator_pause     (HaulEstimator *self,
                                   gint64         time);
void     haul_estimator_resume    (HaulEstimator *self,
                                   gint64         time);
double   haul_estimator_get_rate  (HaulEstimator *self);
double   haul_estimator_get_left  (HaulEstimator *self,
                                   gint64         now);

HAUL_END_DECLS
