/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "haul/worker/haul-number.h"
#include "haul/worker/haul-plan.h"
#include "mandelbrot-picture.h"

/* A smaller picture is there before a second worker has begun. */
#define DIVIDE_MIN_PIXELS 65536

extern const HaulTask haul_task_mandelbrot;
extern const HaulTask haul_task_mandelbrot_part;

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_auto(MandelbrotPicture) picture = { 0 };
  guint8 colors[3 * PNG_N_COLORS];
  PngWriter writer;
  guint rows;

  mandelbrot_picture_init (&picture, arguments);
  mandelbrot_get_colors (haul_arguments_get_string (arguments, "palette"), colors);
  rows = mandelbrot_strip_rows (picture.width, picture.height);
  haul_context_set_total (context, (double) picture.width * picture.height);
  haul_context_progress (context, 0);

  png_writer_begin (&writer, context, picture.width, picture.height, colors);
  for (guint row = 0; row < picture.height; row += rows)
    {
      guint n_rows = MIN (rows, picture.height - row);
      g_autofree guint8 *pixels = mandelbrot_picture_draw (&picture, context, row, row + n_rows, (double) row * picture.width);
      g_autoptr(GByteArray) strip = NULL;

      if (pixels == NULL)
        return haul_context_check (context, error);
      mandelbrot_picture_show (&picture, context, colors, pixels, row, row + n_rows);
      strip = png_strip_new (pixels, picture.width, n_rows);
      if (!png_writer_add (&writer, strip->data, strip->len, n_rows, error))
        return FALSE;
    }
  png_writer_end (&writer);
  return TRUE;
}

/* In a pool, the last part is given all strips; alone, one strip is there at a time. */
static guint64
estimate_memory (GVariant *arguments)
{
  guint64 width = haul_arguments_get_int (arguments, "width");
  guint64 height = haul_arguments_get_int (arguments, "height");

  return 8 * 1024 * 1024 + width * height / 2 + haul_arguments_get_int (arguments, "iterations");
}

/* A part gives its strip; the last part, with inputs, makes the file of them. */

static gboolean
run_strip (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  g_auto(MandelbrotPicture) picture = { 0 };
  g_autoptr(GByteArray) strip = NULL;
  g_autofree guint8 *pixels = NULL;
  guint8 colors[3 * PNG_N_COLORS];
  guint from, to;

  mandelbrot_picture_init (&picture, arguments);
  to = CLAMP (haul_arguments_get_int (arguments, "to"), 1, picture.height);
  from = MIN (haul_arguments_get_int (arguments, "from"), to - 1);
  haul_context_set_total (context, (double) picture.width * (to - from));
  haul_context_progress (context, 0);
  pixels = mandelbrot_picture_draw (&picture, context, from, to, 0);
  if (pixels == NULL)
    return haul_context_check (context, error);

  mandelbrot_get_colors (haul_arguments_get_string (arguments, "palette"), colors);
  mandelbrot_picture_show (&picture, context, colors, pixels, from, to);
  strip = png_strip_new (pixels, picture.width, to - from);
  haul_context_emit (context, strip->data, strip->len);
  return TRUE;
}

static gboolean
run_join (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  guint width = haul_arguments_get_int (arguments, "width");
  guint height = haul_arguments_get_int (arguments, "height");
  guint rows = mandelbrot_strip_rows (width, height);
  guint8 colors[3 * PNG_N_COLORS];
  PngWriter writer;

  mandelbrot_get_colors (haul_arguments_get_string (arguments, "palette"), colors);
  png_writer_begin (&writer, context, width, height, colors);
  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      const guint8 *strip = g_bytes_get_data (haul_context_get_input (context, i), &size);

      if (!png_writer_add (&writer, strip, size, MIN (rows, height - MIN (i * rows, height)), error))
        return FALSE;
    }
  png_writer_end (&writer);
  return TRUE;
}

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  return haul_context_get_n_inputs (context) > 0 ? run_join (context, arguments, error) : run_strip (context, arguments, error);
}

static guint
add_part (HaulPlan    *plan,
          const char  *title,
          GVariant    *arguments,
          guint        from,
          guint        to,
          const guint *inputs,
          guint        n_inputs)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (arguments);

  g_variant_dict_insert (&dict, "from", "x", (gint64) from);
  g_variant_dict_insert (&dict, "to", "x", (gint64) to);
  return haul_plan_add (plan, &haul_task_mandelbrot_part, title, g_variant_dict_end (&dict),
                        n_inputs > 0 ? 0.5 : to - from, inputs, n_inputs);
}

static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint width = haul_arguments_get_int (arguments, "width");
  guint height = haul_arguments_get_int (arguments, "height");
  guint rows = mandelbrot_strip_rows (width, height);
  guint n_strips = (height + rows - 1) / rows;
  g_autofree guint *strips = g_new0 (guint, n_strips);
  HaulPlan *plan;

  if (n_workers < 2 || (guint64) width * height < DIVIDE_MIN_PIXELS)
    return NULL;

  plan = haul_plan_new ();
  for (guint i = 0; i < n_strips; i++)
    {
      guint from = i * rows, to = MIN (from + rows, height);
      g_autofree char *first = haul_format_count (from + 1);
      g_autofree char *last = haul_format_count (to);
      g_autofree char *title = g_strdup_printf (_("Drawing rows %s to %s"), first, last);

      strips[i] = add_part (plan, title, arguments, from, to, NULL, 0);
    }
  add_part (plan, _("Putting the picture together"), arguments, 0, height, strips, n_strips);
  haul_plan_set_total (plan, (double) width * height);
  return plan;
}

/* Those of a part; those of the task begin after the first two. */
static const HaulParam params[] = {
  { .name = "from", .title = "From", .help = "First row", .max = MANDELBROT_MAX_SIDE },
  { .name = "to", .title = "To", .help = "Where to stop", .max = MANDELBROT_MAX_SIDE, .initial = 1 },
  {
    .name = "width",
    .title = N_("Width"),
    .unit = N_("pixels"),
    .help = N_("How many pixels a row has"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MANDELBROT_MAX_SIDE,
    .initial = 1600,
  },
  {
    .name = "height",
    .title = N_("Height"),
    .unit = N_("pixels"),
    .help = N_("How many rows it has"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MANDELBROT_MAX_SIDE,
    .initial = 1200,
  },
  {
    .name = "iterations",
    .title = N_("Iterations"),
    .help = N_("How long to wait for a point to get out; the deeper, the more it takes"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MANDELBROT_MAX_ITERATIONS,
    .initial = 1000,
  },
  {
    .name = "x",
    .title = N_("Middle, Across"),
    .help = N_("The real part of the point in the middle"),
    .type = HAUL_PARAM_DOUBLE,
    .min = -10,
    .max = 10,
    .initial = -0.65,
  },
  {
    .name = "y",
    .title = N_("Middle, Up"),
    .help = N_("The imaginary part of the point in the middle"),
    .type = HAUL_PARAM_DOUBLE,
    .min = -10,
    .max = 10,
    .initial = 0,
  },
  {
    .name = "zoom",
    .title = N_("Zoom"),
    .help = N_("How many times larger than the whole"),
    .type = HAUL_PARAM_DOUBLE,
    .min = 0.1,
    .max = MANDELBROT_MAX_ZOOM,
    .initial = 1,
  },
  {
    .name = "palette",
    .title = N_("Colors"),
    .help = N_("What it is colored in"),
    .type = HAUL_PARAM_CHOICE,
    .initial_text = "fire",
    .choices = (const HaulChoice[]) {
      { "fire", N_("Fire") },
      { "ocean", N_("Ocean") },
      { "rainbow", N_("Rainbow") },
      { "gray", N_("Gray") },
      { NULL },
    },
  },
  { NULL },
};

const HaulTask haul_task_mandelbrot = {
  .id = "mandelbrot",
  .title = N_("Mandelbrot Set"),
  .summary = N_("Draw the Mandelbrot set, or a small part of it"),
  .unit = N_("pixels"),
  .result = HAUL_RESULT_IMAGE,
  .params = params + 2,
  .run = run,
  .estimate_memory = estimate_memory,
  .divide = divide,
};

const HaulTask haul_task_mandelbrot_part = {
  .id = "mandelbrot-part",
  .title = N_("Part of Mandelbrot Set"),
  .summary = "Draw some rows, or put the picture together",
  .unit = "pixels",
  .result = HAUL_RESULT_IMAGE,
  .params = params,
  .run = run_part,
  .hidden = TRUE,
};
