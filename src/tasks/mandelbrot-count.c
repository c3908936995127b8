/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "mandelbrot-count.h"

#include <string.h>

/* So many steps are made before a look at whether all points are out. */
#define STRIDE 8u

/* SSE2, NEON, or whatever there is. */
#define KERNEL  portable
#define TARGET
#define LANES   2
#define VECTORS 4
#include "mandelbrot-kernel.h"

#if defined (__x86_64__)
/* Without FMA, which rounds once where the others round twice. */
#define KERNEL  avx2
#define TARGET  __attribute__ ((target ("avx2")))
#define LANES   4
#define VECTORS 4
#include "mandelbrot-kernel.h"
#endif

gboolean
mandelbrot_has_kernel (MandelbrotKernel kernel)
{
#if defined (__x86_64__)
  if (kernel == MANDELBROT_AVX2)
    return __builtin_cpu_supports ("avx2");
#endif
  return kernel != MANDELBROT_AVX2;
}

void
mandelbrot_count (MandelbrotKernel  kernel,
                  const double     *x,
                  double            y,
                  guint             limit,
                  guint            *ret_counts)
{
#if defined (__x86_64__)
  if (kernel != MANDELBROT_PORTABLE && mandelbrot_has_kernel (MANDELBROT_AVX2))
    {
      count_avx2 (x, y, limit, ret_counts);
      return;
    }
#endif
  count_portable (x, y, limit, ret_counts);
}
