/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/* Pixels are counted in groups of so many at a time. */
#define MANDELBROT_GROUP 16

/* How a group is counted: portable C, which the compiler makes SSE2 or NEON of, or AVX2. They do the
 * same operations on the same numbers in the same order, so that their pixels are the same. */
typedef enum
{
  MANDELBROT_BEST,
  MANDELBROT_PORTABLE,
  MANDELBROT_AVX2,
} MandelbrotKernel;

gboolean mandelbrot_has_kernel (MandelbrotKernel  kernel);

/* For each of MANDELBROT_GROUP points, how many of z₁, z₂, …, up to @limit, have come before one with
 * |z|² > 4, where z₀ = 0 and zₙ₊₁ = zₙ² + c, and c = x[i] + y·i. */
void     mandelbrot_count      (MandelbrotKernel  kernel,
                                const double     *x,
                                double            y,
                                guint             limit,
                                guint            *ret_counts);

G_END_DECLS
