/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "mandelbrot-picture.h"

#include <math.h>

#include "mandelbrot-count.h"

/* What of the plane is seen at zoom 1, in the shorter direction. */
#define SPAN 2.6

/* Few enough that a picture is not all strips, and enough that many workers end at the same time. */
#define N_STRIPS         128
#define MIN_STRIP_PIXELS 16384

/* A picture that is only looked at for a moment has so many pixels at most in a row, and rows. */
#define SHOWN_SIDE 1024

/* The colour of what never gets out, and how fast those of the rest change. */
#define INSIDE       0
#define COLORS_A_FOLD 40

void
mandelbrot_picture_init (MandelbrotPicture *self,
                         GVariant          *arguments)
{
  self->width = haul_arguments_get_int (arguments, "width");
  self->height = haul_arguments_get_int (arguments, "height");
  self->limit = haul_arguments_get_int (arguments, "iterations");
  self->x = haul_arguments_get_double (arguments, "x");
  self->y = haul_arguments_get_double (arguments, "y");
  self->step = SPAN / haul_arguments_get_double (arguments, "zoom") / MIN (self->width, self->height);

  self->indexes = g_malloc (self->limit + 1);
  for (guint i = 0; i < self->limit; i++)
    self->indexes[i] = 1 + (guint) (COLORS_A_FOLD * log2 (i + 1)) % (PNG_N_COLORS - 1);
  self->indexes[self->limit] = INSIDE;
}

void
mandelbrot_picture_clear (MandelbrotPicture *self)
{
  g_clear_pointer (&self->indexes, g_free);
}

/* Each palette is a circle of a few colours, with all shades between one and the next. */
typedef struct
{
  const char *name;
  guint       n_stops;
  guint8      stops[8][3];
} Palette;

static const Palette palettes[] = {
  { "fire", 6, { { 20, 4, 40 }, { 120, 12, 70 }, { 225, 60, 30 }, { 255, 170, 20 }, { 255, 245, 190 }, { 150, 40, 60 } } },
  { "ocean", 6, { { 2, 12, 46 }, { 8, 60, 120 }, { 20, 140, 180 }, { 170, 230, 225 }, { 250, 250, 240 }, { 40, 110, 170 } } },
  { "rainbow", 6, { { 230, 40, 50 }, { 240, 190, 30 }, { 70, 180, 70 }, { 40, 180, 200 }, { 50, 80, 210 }, { 170, 60, 190 } } },
  { "gray", 2, { { 25, 25, 25 }, { 245, 245, 245 } } },
};

void
mandelbrot_get_colors (const char *palette,
                       guint8      ret_colors[3 * PNG_N_COLORS])
{
  const Palette *found = &palettes[0];

  for (guint i = 0; i < G_N_ELEMENTS (palettes); i++)
    if (g_str_equal (palettes[i].name, palette))
      found = &palettes[i];

  for (guint i = 0; i < PNG_N_COLORS; i++)
    for (guint j = 0; j < 3; j++)
      {
        double at = (double) (i - 1) / (PNG_N_COLORS - 1) * found->n_stops;
        const guint8 *from = found->stops[(guint) at % found->n_stops];
        const guint8 *to = found->stops[((guint) at + 1) % found->n_stops];

        ret_colors[3 * i + j] = i == INSIDE ? 0 : (guint8) (from[j] + (to[j] - from[j]) * (at - floor (at)) + 0.5);
      }
}

guint
mandelbrot_strip_rows (guint width,
                       guint height)
{
  return MIN (MAX ((height + N_STRIPS - 1) / N_STRIPS, (MIN_STRIP_PIXELS + width - 1) / width), height);
}

guint8 *
mandelbrot_picture_draw (MandelbrotPicture *self,
                         HaulContext       *context,
                         guint              from,
                         guint              to,
                         double             done)
{
  guint n_groups = (self->width + MANDELBROT_GROUP - 1) / MANDELBROT_GROUP;
  g_autofree guint8 *pixels = g_malloc ((gsize) (to - from) * self->width);
  g_autofree double *x = g_new (double, n_groups * MANDELBROT_GROUP);
  guint8 *pixel = pixels;

  for (guint i = 0; i < n_groups * MANDELBROT_GROUP; i++)
    x[i] = self->x + (i - (self->width - 1) / 2.0) * self->step;

  for (guint row = from; row < to; row++)
    {
      double y = self->y - (row - (self->height - 1) / 2.0) * self->step;   /* up is up */

      for (guint i = 0; i < self->width; i += MANDELBROT_GROUP)
        {
          guint counts[MANDELBROT_GROUP], n = MIN (MANDELBROT_GROUP, self->width - i);

          mandelbrot_count (MANDELBROT_BEST, x + i, y, self->limit, counts);
          for (guint j = 0; j < n; j++)
            *pixel++ = self->indexes[counts[j]];
          done += n;
          haul_context_progress (context, done);
          if (haul_context_is_cancelled (context))
            return NULL;
        }
    }
  return g_steal_pointer (&pixels);
}

void
mandelbrot_picture_show (MandelbrotPicture *self,
                         HaulContext       *context,
                         const guint8      *colors,
                         const guint8      *pixels,
                         guint              from,
                         guint              to)
{
  guint every = (MAX (self->width, self->height) + SHOWN_SIDE - 1) / SHOWN_SIDE;
  guint width = (self->width + every - 1) / every, first = (from + every - 1) / every, n_rows = 0;
  g_autoptr(GByteArray) shown = g_byte_array_new ();

  for (guint row = first * every; row < to; row += every, n_rows++)
    for (guint column = 0; column < self->width; column += every)
      g_byte_array_append (shown, colors + 3 * pixels[(gsize) (row - from) * self->width + column], 3);
  if (n_rows > 0)
    haul_context_emit_tile (context, width, (self->height + every - 1) / every, 0, first, width, n_rows, shown->data);
}
