/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-estimator.h"

#include <math.h>

/* A sample this old weighs a tenth. */
#define MEMORY_S 15.0

/* Samples closer than this are one. */
#define MIN_GAP_US (100 * 1000)

/* Nothing is said before this much has passed or is done: early guesses are what people remember. */
#define QUIET_S        8.0
#define QUIET_FRACTION 0.05

/* How quickly what people see follows a new estimate. */
#define FOLLOW_S 3.0

/* The double exponential average is that of the indicatif crate's estimator, described there:
 * the average of the average removes most of the noise that one average lets through, and both
 * are divided by the weight that they have seen so far, so that an early estimate is not low. */

/**
 * haul_estimator_init:
 * @self: (out caller-allocates): an estimator
 *
 * Makes an estimator that knows nothing yet.
 */
void
haul_estimator_init (HaulEstimator *self)
{
  *self = (HaulEstimator) { .shown = -1 };
}

static double
weight_after (double seconds)
{
  return pow (0.1, seconds / MEMORY_S);
}

/**
 * haul_estimator_add:
 * @self: an estimator
 * @time: now, in µs of g_get_monotonic_time()
 * @done: how much is done by now
 * @total: how much there is to do, in the same unit; 0 for unknown
 *
 * Tells how far it is. What comes within a tenth of a second, or in a pause, is left out.
 */
void
haul_estimator_add (HaulEstimator *self,
                    gint64         time,
                    double         done,
                    double         total)
{
  double gap, sample, weight, age;

  self->total = total;
  if (self->start == 0)
    {
      self->start = self->last = time;
      self->first_done = self->done = done;
      return;
    }
  if (time - self->last < MIN_GAP_US || self->paused_at != 0)
    return;

  gap = (time - self->last) / 1e6;
  age = (time - self->start) / 1e6;
  sample = MAX (done - self->done, 0) / gap;
  weight = weight_after (gap);

  self->smooth = self->smooth * weight + sample * (1 - weight);
  self->rate = self->rate * weight + self->smooth / (1 - weight_after (age)) * (1 - weight);
  self->done = MAX (done, self->done);
  self->last = time;
}

/**
 * haul_estimator_pause:
 * @self: an estimator
 * @time: now, in µs of g_get_monotonic_time()
 *
 * Stops the clock.
 */
void
haul_estimator_pause (HaulEstimator *self,
                      gint64         time)
{
  if (self->paused_at == 0)
    self->paused_at = time;
}

/**
 * haul_estimator_resume:
 * @self: an estimator
 * @time: now, in µs of g_get_monotonic_time()
 *
 * Lets the clock go on. It stood still meanwhile: every time that is kept moves on.
 */
void
haul_estimator_resume (HaulEstimator *self,
                       gint64         time)
{
  gint64 pause = time - self->paused_at;

  if (self->paused_at == 0)
    return;
  self->paused_at = 0;
  if (self->start == 0)
    return;
  self->start += pause;
  self->last += pause;
  if (self->shown >= 0)
    self->shown_at += pause;
}

/**
 * haul_estimator_get_rate:
 * @self: an estimator
 *
 * Tells how fast it goes, smoothed.
 *
 * Returns: units a second; 0 while unknown
 */
double
haul_estimator_get_rate (HaulEstimator *self)
{
  double age = (self->last - self->start) / 1e6;

  return age > 0 ? self->rate / (1 - weight_after (age)) : 0;
}

/**
 * haul_estimator_get_left:
 * @self: an estimator
 * @now: in µs of g_get_monotonic_time()
 *
 * Guesses how long it will take. What it gave before counts down, and moves
 * slowly to what is true now, so that people can read it.
 *
 * Returns: seconds; below 0 while nothing honest can be said
 */
double
haul_estimator_get_left (HaulEstimator *self,
                         gint64         now)
{
  double rate = haul_estimator_get_rate (self);
  double left, age, passed;

  if (self->paused_at != 0)
    now = self->paused_at;
  age = (now - self->start) / 1e6;
  if (self->total <= 0 || rate <= 0 || (age < QUIET_S && self->done < self->total * QUIET_FRACTION))
    return -1;

  left = MAX ((self->total - self->done) / rate - (now - self->last) / 1e6, 0);
  if (self->shown < 0)
    {
      self->shown = left;
      self->shown_at = now;
    }

  passed = MAX (now - self->shown_at, 0) / 1e6;
  self->shown = MAX (self->shown - passed, 0);
  self->shown += (left - self->shown) * (1 - exp (-passed / FOLLOW_S));
  self->shown_at = MAX (now, self->shown_at);
  return self->shown;
}
