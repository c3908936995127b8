/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <png.h>
#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"
#include "tasks/mandelbrot-count.h"
#include "tasks/mandelbrot-picture.h"

extern const HaulTask haul_task_mandelbrot;

/* By the definition. */
static guint
count (double cx,
       double cy,
       guint  limit)
{
  double x = cx, y = cy;

  for (guint n = 0; n < limit; n++)
    {
      double xx = x * x, yy = y * y, xy = x * y;

      if (!(xx + yy <= 4))
        return n;
      y = xy + xy + cy;
      x = xx - yy + cx;
    }
  return limit;
}

/* Inside, outside, on the edge, far away, and where it takes long; in one group and mixed. */
static void
test_kernel (gconstpointer user_data)
{
  static const double points[][2] = {
    { 0, 0 }, { 2, 0 }, { -2, 0 }, { 0.25, 0 }, { 0.26, 0 }, { -0.75, 0.01 }, { -0.7436438870371587, 0.131825904205312 },
    { 3, 3 }, { 10, -10 }, { -1, 0 }, { -1.75, 1e-9 }, { 1e-300, 1e-300 }, { 0, 1 }, { 0, -1 }, { 0.3, 0.5 }, { -2.0000001, 0 },
  };
  static const guint limits[] = { 1, 2, 7, 8, 9, 100, 1000, 12345 };
  MandelbrotKernel kernel = GPOINTER_TO_INT (user_data);

  if (!mandelbrot_has_kernel (kernel))
    {
      g_test_skip ("this processor has no AVX2");
      return;
    }
  for (guint l = 0; l < G_N_ELEMENTS (limits); l++)
    for (guint row = 0; row < G_N_ELEMENTS (points); row++)
      {
        double x[MANDELBROT_GROUP];
        guint counts[MANDELBROT_GROUP];

        for (guint i = 0; i < MANDELBROT_GROUP; i++)
          x[i] = points[(row + i) % G_N_ELEMENTS (points)][0];
        mandelbrot_count (kernel, x, points[row][1], limits[l], counts);
        for (guint i = 0; i < MANDELBROT_GROUP; i++)
          g_assert_cmpuint (counts[i], ==, count (x[i], points[row][1], limits[l]));
      }
}

/* Read back by libpng, and compared with the definition, pixel by pixel. */
static void
assert_picture (const void *bytes,
                gsize       size,
                const char *arguments)
{
  g_autoptr(GVariant) complete = haul_task_complete (&haul_task_mandelbrot, g_variant_new_parsed (arguments), NULL);
  g_auto(MandelbrotPicture) picture = { 0 };
  png_image image = { .version = PNG_IMAGE_VERSION };
  guint8 colors[3 * PNG_N_COLORS];
  g_autofree guint8 *pixels = NULL;

  mandelbrot_picture_init (&picture, complete);
  mandelbrot_get_colors (haul_arguments_get_string (complete, "palette"), colors);
  g_assert_true (png_image_begin_read_from_memory (&image, bytes, size));
  g_assert_cmpuint (image.width, ==, picture.width);
  g_assert_cmpuint (image.height, ==, picture.height);
  image.format = PNG_FORMAT_RGB;
  pixels = g_malloc (PNG_IMAGE_SIZE (image));
  if (!png_image_finish_read (&image, NULL, pixels, 0, NULL))
    g_error ("libpng: %s", image.message);
  g_assert_cmpuint (image.warning_or_error, ==, 0);

  for (guint row = 0; row < picture.height; row++)
    for (guint column = 0; column < picture.width; column++)
      {
        guint n = count (picture.x + (column - (picture.width - 1) / 2.0) * picture.step,
                         picture.y - (row - (picture.height - 1) / 2.0) * picture.step, picture.limit);

        g_assert_cmpmem (pixels + 3 * ((gsize) row * picture.width + column), 3, colors + 3 * picture.indexes[n], 3);
      }
}

static void
test_picture (void)
{
  static const char * const pictures[] = {
    "{'width': <int64 1>, 'height': <int64 1>}",
    "{'width': <int64 17>, 'height': <int64 1>, 'palette': <'gray'>}",
    "{'width': <int64 1>, 'height': <int64 300>, 'palette': <'ocean'>}",
    "{'width': <int64 301>, 'height': <int64 203>, 'iterations': <int64 1>}",
    "{'width': <int64 640>, 'height': <int64 480>, 'iterations': <int64 300>, 'palette': <'rainbow'>}",
    "{'width': <int64 200>, 'height': <int64 200>, 'x': <-0.743643887037151>, 'y': <0.13182590420533>, 'zoom': <1e6>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();

      g_assert_true (fake_context_run (fake, &haul_task_mandelbrot, pictures[i]));
      g_assert_cmpfloat (fake->done, ==, fake->total);
      g_assert_cmpuint (fake->n_tiles, >, 0);
      assert_picture (fake->result->str, fake->result->len, pictures[i]);
    }
}

static void
test_divided (void)
{
  static const char arguments[] = "{'width': <int64 517>, 'height': <int64 389>, 'iterations': <int64 200>, 'palette': <'ocean'>}";
  static const guint n_workers[] = { 2, 64 };
  g_autoptr(FakeContext) whole = fake_context_new ();

  g_assert_true (fake_context_run (whole, &haul_task_mandelbrot, arguments));
  for (guint i = 0; i < G_N_ELEMENTS (n_workers); i++)
    {
      guint n_parts;
      g_autofree char *error = NULL;
      g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_mandelbrot, arguments, n_workers[i], &n_parts, &error);

      g_assert_cmpuint (n_parts, >, 4);
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), whole->result->str, whole->result->len);
    }
}

static void
test_colors (void)
{
  guint8 fire[3 * PNG_N_COLORS], gray[3 * PNG_N_COLORS];

  mandelbrot_get_colors ("fire", fire);
  mandelbrot_get_colors ("gray", gray);
  g_assert_cmpmem (fire, 3, "\0\0\0", 3);
  g_assert_cmpint (memcmp (fire, gray, sizeof fire), !=, 0);
  for (guint i = 0; i < PNG_N_COLORS; i++)
    g_assert_true (gray[3 * i] == gray[3 * i + 1] && gray[3 * i] == gray[3 * i + 2]);
}

static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 2);
  g_assert_false (fake_context_run (fake, &haul_task_mandelbrot, "{'width': <int64 20000>, 'height': <int64 20000>, 'iterations': <int64 1000000>}"));
}

static void
test_bad_arguments (void)
{
  static const char * const bad[] = {
    "{'width': <int64 0>}", "{'height': <int64 32769>}", "{'iterations': <int64 0>}", "{'zoom': <1e14>}", "{'x': <11.0>}",
    "{'palette': <'pink'>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (haul_task_complete (&haul_task_mandelbrot, g_variant_new_parsed (bad[i]), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

int
main (int    argc,
      char **argv)
{
  alarm (240);
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/mandelbrot/kernel/portable", GINT_TO_POINTER (MANDELBROT_PORTABLE), test_kernel);
  g_test_add_data_func ("/mandelbrot/kernel/avx2", GINT_TO_POINTER (MANDELBROT_AVX2), test_kernel);
  g_test_add_func ("/mandelbrot/picture", test_picture);
  g_test_add_func ("/mandelbrot/divided", test_divided);
  g_test_add_func ("/mandelbrot/colors", test_colors);
  g_test_add_func ("/mandelbrot/cancel", test_cancel);
  g_test_add_func ("/mandelbrot/bad-arguments", test_bad_arguments);

  return g_test_run ();
}
