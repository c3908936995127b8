/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "pi-meter.h"
#include "pi-number.h"

G_BEGIN_DECLS

/* Bits of π that each term of the series adds: log2 (640320³ / 1728). */
#define PI_BITS_PER_TERM 47.1104131382158

/* Ranges of fewer terms are not searched for common factors, which would cost more than it saves;
 * measured. */
#define PI_REDUCE_MIN 256

/*
 * A stretch of the series, terms a … b-1: P, Q and T as in pi-sum.c, with
 *   Q = q · 2^q_twos,  T = t · 2^t_twos.
 * Two neighbours merge into one, so ranges can be summed in any order and by anyone.
 */
typedef struct
{
  guint64  a;
  guint64  b;
  mpz_t    p;
  mpz_t    q;
  mpz_t    t;
  gint64   q_twos;
  gint64   t_twos;
  guint32 *p_powers;   /* (owned) (nullable): how often each odd prime divides p, at least */
  guint32 *q_powers;   /* (owned) (nullable): the same for q */
  gsize    n_powers;   /* how many primes, from 3 on, these two know of */
} PiRange;

/* What is the same for all ranges of one calculation. Not changed by them. */
typedef struct
{
  guint64  n_terms;
  double   precision;   /* bits wanted of T / Q */
  guint32 *primes;      /* (owned) odd primes */
  gsize    n_primes;
} PiSeries;

PiSeries pi_series_plan     (guint64         n_terms,
                             double          precision) G_GNUC_WARN_UNUSED_RESULT;
void     pi_series_clear    (PiSeries       *self);

PiRange  pi_range           (guint64         a,
                             guint64         b) G_GNUC_WARN_UNUSED_RESULT;
void     pi_range_clear     (PiRange        *self);

double   pi_merge_work      (double          length);
double   pi_sum_work        (guint64         n_terms);
gboolean pi_sum_range       (const PiSeries *series,
                             PiRange        *range,
                             PiMeter        *meter);
gboolean pi_range_merge     (const PiSeries *series,
                             PiRange        *left,
                             PiRange        *right,
                             PiMeter        *meter);

/* pi-factors.c */
guint32 *pi_primes_new      (guint64         limit,
                             gsize          *ret_length);
void     pi_range_count     (const PiSeries *series,
                             PiRange        *range,
                             gsize           n_powers);
gboolean pi_range_reduce    (const PiSeries *series,
                             PiRange        *left,
                             PiRange        *right,
                             PiMeter        *meter);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PiRange, pi_range_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PiSeries, pi_series_clear)

G_END_DECLS
