/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"
#include "png-strips.h"

G_BEGIN_DECLS

#define MANDELBROT_MAX_SIDE       32768
#define MANDELBROT_MAX_ITERATIONS 1000000

/* Beyond, neighbouring pixels are the same number. */
#define MANDELBROT_MAX_ZOOM 1e13

typedef struct
{
  guint   width;
  guint   height;
  guint   limit;       /* iterations */
  double  x, y;        /* the middle */
  double  step;        /* from pixel to pixel */
  guint8 *indexes;     /* (owned) the colour of each count, up to the limit */
} MandelbrotPicture;

void        mandelbrot_picture_init         (MandelbrotPicture *self,
                                             GVariant          *arguments);
void        mandelbrot_picture_clear        (MandelbrotPicture *self);
void        mandelbrot_get_colors           (const char        *palette,
                                             guint8             ret_colors[3 * PNG_N_COLORS]);

/* The picture is made in strips of so many rows, whoever makes them. */
guint       mandelbrot_strip_rows           (guint              width,
                                             guint              height);

/* Rows @from to @to - 1, one byte a pixel; NULL when it is to stop. Progress goes on from @done, in pixels. */
guint8     *mandelbrot_picture_draw         (MandelbrotPicture *self,
                                             HaulContext       *context,
                                             guint              from,
                                             guint              to,
                                             double             done) G_GNUC_WARN_UNUSED_RESULT;

/* Lets those rows be seen, made so small that all rows can be. */
void        mandelbrot_picture_show         (MandelbrotPicture *self,
                                             HaulContext       *context,
                                             const guint8      *colors,
                                             const guint8      *pixels,
                                             guint              from,
                                             guint              to);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MandelbrotPicture, mandelbrot_picture_clear)

G_END_DECLS
