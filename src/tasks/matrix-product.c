/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "matrix-product.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"

/* A block of A, ROWS × DEPTH, stays in the second cache, a strip of B, DEPTH × LANE, in the first, and
 * a tile of C, HEIGHT × LANE, in registers. */
#define HEIGHT 4
#define LANE   8
#define DEPTH  256
#define ROWS   128

typedef double Vector __attribute__ ((vector_size (4 * sizeof (double)), aligned (8), may_alias));

typedef struct
{
  guint   size;
  guint   n_rows;     /* of A and C: from .. to, filled up to HEIGHT */
  guint   n_strips;   /* of B and C: columns, filled up to LANE */
  double *a;          /* (owned) rows one after the other */
  double *b;          /* (owned) strips one after the other, each of size rows of LANE */
  double *c;          /* (owned) strips, each of n_rows rows of LANE */
} Product;

static gboolean plain;

static void
product_clear (Product *self)
{
  g_free (self->a);
  g_free (self->b);
  g_free (self->c);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Product, product_clear)

static inline guint64
mix (guint64 x)
{
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

int
matrix_element (guint which,
                guint row,
                guint column)
{
  return (int) (mix (((guint64) which << 62) + ((guint64) row << 31) + column + 1) >> 60) - 8;
}

/* C += A·B, in one tile: HEIGHT rows, LANE columns, @depth products. Compiled once for each kind of
 * processor; the numbers are whole, so all of them get the same. */
static inline __attribute__ ((always_inline)) void
multiply_tile (const double *a,
               gsize         a_stride,
               const double *b,
               double       *c,
               guint         depth)
{
  Vector sums[HEIGHT][2];

  for (guint i = 0; i < HEIGHT; i++)
    for (guint j = 0; j < 2; j++)
      sums[i][j] = *(const Vector *) (c + i * LANE + 4 * j);

  for (guint k = 0; k < depth; k++)
    {
      Vector left = *(const Vector *) (b + k * LANE), right = *(const Vector *) (b + k * LANE + 4);

      for (guint i = 0; i < HEIGHT; i++)
        {
          double factor = a[i * a_stride + k];

          sums[i][0] += left * factor;
          sums[i][1] += right * factor;
        }
    }

  for (guint i = 0; i < HEIGHT; i++)
    for (guint j = 0; j < 2; j++)
      *(Vector *) (c + i * LANE + 4 * j) = sums[i][j];
}

static void
multiply_tile_plain (const double *a,
                     gsize         a_stride,
                     const double *b,
                     double       *c,
                     guint         depth)
{
  multiply_tile (a, a_stride, b, c, depth);
}

#if defined (__x86_64__)
__attribute__ ((target ("avx2,fma"))) static void
multiply_tile_avx2 (const double *a,
                    gsize         a_stride,
                    const double *b,
                    double       *c,
                    guint         depth)
{
  multiply_tile (a, a_stride, b, c, depth);
}

#endif

typedef void (*TileFunc) (const double *a,
                          gsize         a_stride,
                          const double *b,
                          double       *c,
                          guint         depth);

void
matrix_set_plain (gboolean value)
{
  plain = value;
}

static TileFunc
choose_tile (void)
{
#if defined (__x86_64__)
  if (!plain && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return multiply_tile_avx2;
#endif
  return multiply_tile_plain;
}

static double *
new_zeros (gsize    n,
           GError **error)
{
  double *numbers = g_try_new0 (double, n);

  if (numbers == NULL)
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("there is not enough memory for so large a matrix"));
  return numbers;
}

static gboolean
fill (Product      *self,
      HaulContext  *context,
      guint         from,
      guint         to,
      GError      **error)
{
  self->a = new_zeros ((gsize) self->n_rows * self->size, error);
  self->b = self->a != NULL ? new_zeros ((gsize) self->n_strips * LANE * self->size, error) : NULL;
  self->c = self->b != NULL ? new_zeros ((gsize) self->n_rows * self->n_strips * LANE, error) : NULL;
  if (self->c == NULL)
    return FALSE;

  for (guint row = from; row < to; row++)
    {
      for (guint column = 0; column < self->size; column++)
        self->a[(gsize) (row - from) * self->size + column] = matrix_element (0, row, column);
      if (!haul_context_check (context, error))
        return FALSE;
    }

  for (guint row = 0; row < self->size; row++)
    {
      for (guint column = 0; column < self->size; column++)
        self->b[((gsize) (column / LANE) * self->size + row) * LANE + column % LANE] = matrix_element (1, row, column);
      if (!haul_context_check (context, error))
        return FALSE;
    }
  return TRUE;
}

/* Rows @first to @last of C, from DEPTH columns of A and rows of B, beginning at @at. */
static void
multiply_strip (Product  *self,
                TileFunc  multiply,
                guint     strip,
                guint     first,
                guint     last,
                guint     at)
{
  const double *b = self->b + ((gsize) strip * self->size + at) * LANE;
  double *c = self->c + (gsize) strip * self->n_rows * LANE;

  for (guint row = first; row < last; row += HEIGHT)
    multiply (self->a + (gsize) row * self->size + at, self->size, b, c + (gsize) row * LANE, MIN (DEPTH, self->size - at));
}

static gboolean
multiply_all (Product      *self,
              HaulContext  *context,
              double        total,
              GError      **error)
{
  TileFunc multiply = choose_tile ();
  double done = 0, all = (double) self->n_rows * self->n_strips * self->size;

  for (guint row = 0; row < self->n_rows; row += ROWS)
    for (guint at = 0; at < self->size; at += DEPTH)
      for (guint strip = 0; strip < self->n_strips; strip++)
        {
          guint last = MIN (row + ROWS, self->n_rows);

          multiply_strip (self, multiply, strip, row, last, at);
          done += (double) (last - row) * MIN (DEPTH, self->size - at);
          haul_context_progress (context, done / all * total);
          if (haul_context_is_cancelled (context))
            return haul_context_check (context, error);
        }
  return TRUE;
}

/* C·r = A·(B·r), for a vector of random numbers, is hardly ever so when C is not A·B, and costs
 * little. No number in it is above 2^53. */
static gboolean
verify (Product  *self,
        guint     n_rows,
        GError  **error)
{
  g_autofree double *r = g_new0 (double, self->n_strips * LANE);
  g_autofree double *br = g_new0 (double, self->size);

  for (guint i = 0; i < self->size; i++)
    r[i] = mix (i + 12345) >> 48;
  for (guint strip = 0; strip < self->n_strips; strip++)
    for (guint k = 0; k < self->size; k++)
      for (guint j = 0; j < LANE; j++)
        br[k] += self->b[((gsize) strip * self->size + k) * LANE + j] * r[strip * LANE + j];

  for (guint row = 0; row < n_rows; row++)
    {
      double left = 0, right = 0;

      for (guint strip = 0; strip < self->n_strips; strip++)
        for (guint j = 0; j < LANE; j++)
          left += self->c[((gsize) strip * self->n_rows + row) * LANE + j] * r[strip * LANE + j];
      for (guint k = 0; k < self->size; k++)
        right += self->a[(gsize) row * self->size + k] * br[k];
      if (left != right)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("the product is wrong: this machine makes mistakes"));
          return FALSE;
        }
    }
  return TRUE;
}

static guint64
add_up (Product *self,
        guint    from,
        guint    to)
{
  guint64 sum = 0;

  for (guint strip = 0; strip < self->n_strips; strip++)
    for (guint row = from; row < to; row++)
      for (guint j = 0; j < LANE; j++)
        {
          guint64 place = (guint64) row * self->size + strip * LANE + j + 1;

          sum += (guint64) (gint64) self->c[((gsize) strip * self->n_rows + row - from) * LANE + j] * place;
        }
  return sum;
}

gboolean
matrix_multiply (HaulContext  *context,
                 guint         size,
                 guint         from,
                 guint         to,
                 guint64      *ret_checksum,
                 GError      **error)
{
  g_auto(Product) self = { .size = size };
  double total = (double) (to - from) * size * size;

  self.n_rows = (to - from + HEIGHT - 1) / HEIGHT * HEIGHT;
  self.n_strips = (size + LANE - 1) / LANE;
  haul_context_set_total (context, total);
  haul_context_progress (context, 0);
  if (!fill (&self, context, from, to, error) || !multiply_all (&self, context, total, error)
      || !verify (&self, to - from, error))
    return FALSE;
  haul_context_progress (context, total);
  *ret_checksum = add_up (&self, from, to);
  return TRUE;
}
