/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * One kernel, included once for each kind of processor, with
 *
 *   KERNEL    its name
 *   TARGET    the attribute that it has
 *   LANES     the numbers in one vector
 *   VECTORS   how many of them take turns: each waits for its own last result most of the time
 */

/* A name with the kernel's behind it. */
#define JOIN(a, b)  a ## _ ## b
#define NAME_OF(a, b) JOIN (a, b)
#define NAME(a)     NAME_OF (a, KERNEL)

typedef double NAME (Numbers) __attribute__ ((vector_size (LANES *sizeof (double))));
typedef gint64 NAME (Counts) __attribute__ ((vector_size (LANES *sizeof (gint64))));

/* For LANES × VECTORS points. One that is out goes on to infinity; that its bits are cleared once and
 * for all makes it so that nothing depends on where. */
TARGET static void
NAME (count_some) (const double *from,
                   double        at,
                   guint         limit,
                   guint        *ret_counts)
{
  NAME (Numbers) cx[VECTORS], x[VECTORS], y[VECTORS], cy = { 0 };
  NAME (Counts) inside[VECTORS], counts[VECTORS], any = { 0 };

  cy += at;
  memcpy (cx, from, sizeof cx);
#pragma GCC unroll 8
  for (guint i = 0; i < VECTORS; i++)
    {
      x[i] = cx[i];
      y[i] = cy;
      counts[i] = any;
      inside[i] = ~any;
    }

  for (guint left = limit; left > 0;)
    {
      gint64 bits = 0;
      guint stride = MIN (left, STRIDE);

      for (guint step = 0; step < stride; step++)
                                                   #pragma GCC unroll 8
        for (guint i = 0; i < VECTORS; i++)
          {
            NAME (Numbers) xx = x[i] * x[i], yy = y[i] * y[i], xy = x[i] * y[i];

            inside[i] &= (NAME (Counts))(xx + yy <= 4.0);
            counts[i] -= inside[i];
            y[i] = xy + xy + cy;
            x[i] = xx - yy + cx[i];
          }

      any ^= any;
#pragma GCC unroll 8
      for (guint i = 0; i < VECTORS; i++)
        any |= inside[i];
#pragma GCC unroll 8
      for (guint i = 0; i < LANES; i++)
        bits |= any[i];
      left = bits != 0 ? left - stride : 0;
    }

#pragma GCC unroll 8
  for (guint i = 0; i < VECTORS; i++)
                                       #pragma GCC unroll 8
    for (guint j = 0; j < LANES; j++)
      ret_counts[i * LANES + j] = counts[i][j];
}

TARGET static void
NAME (count) (const double *x,
              double        y,
              guint         limit,
              guint        *ret_counts)
{
  for (guint i = 0; i < MANDELBROT_GROUP; i += LANES * VECTORS)
    NAME (count_some) (x + i, y, limit, ret_counts + i);
}

#undef JOIN
#undef NAME_OF
#undef NAME
#undef KERNEL
#undef TARGET
#undef LANES
#undef VECTORS
