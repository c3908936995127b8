/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"
#include "lab-experiment.h"
#include "lt-drawing.h"
#include "lt-test.h"

/* Each shape in each ink, and some that are nowhere. */
static LabDrawing *
lay_out_cb (double   width,
            gpointer user_data)
{
  LabDrawing *drawing = lab_drawing_new (width, 100);
  double *laid_out = user_data;

  *laid_out = width;
  for (guint kind = LAB_SHAPE_RECT; kind <= LAB_SHAPE_PATH; kind++)
    for (guint ink = 0; ink < LAB_N_INKS; ink++)
      {
        const LabShape shape = { kind, ink, 10 + 20 * ink, 10 + 20 * kind, 15, 10, 0.5, ink % 2, "a text" };
        const LabShape nowhere = { kind, ink, NAN, INFINITY, 15, NAN, 0.5, FALSE, "nowhere" };

        lab_drawing_add (drawing, &shape);
        lab_drawing_add (drawing, &nowhere);
      }
  return drawing;
}

static gboolean
is_laid_out (gpointer data)
{
  return gtk_widget_get_width (data) > 0 && gtk_widget_get_height (data) > 0;
}

static void
test_shapes (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *drawing = lt_drawing_new ();
  g_autoptr(GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;
  const LabShape *shape;
  double laid_out = 0, x = 15, y = 15;

  lt_drawing_set_layout (LT_DRAWING (drawing), lay_out_cb, &laid_out, NULL);
  lt_drawing_set_description (LT_DRAWING (drawing), "All shapes", "Forty of them");
  gtk_window_set_default_size (GTK_WINDOW (window), 500, 300);
  gtk_window_set_child (GTK_WINDOW (window), drawing);
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (is_laid_out, drawing, HAUL_TEST_SOON_MS);
  g_assert_cmpfloat (laid_out, >=, LT_DRAWING_MIN_WIDTH);

  GTK_WIDGET_GET_CLASS (drawing)->snapshot (drawing, snapshot);
  node = gtk_snapshot_to_node (snapshot);
  g_assert_nonnull (node);

  shape = lt_drawing_pick (LT_DRAWING (drawing), x, y);
  g_assert_nonnull (shape);
  g_assert_cmpint (shape->kind, ==, LAB_SHAPE_RECT);
  g_assert_null (lt_drawing_pick (LT_DRAWING (drawing), 2, 2));
  lt_drawing_to_units (LT_DRAWING (drawing), &x, &y);
  g_assert_cmpfloat (x, >=, 10);

  /* From right to left it is at the other side. */
  gtk_widget_set_direction (drawing, GTK_TEXT_DIR_RTL);
  g_assert_null (lt_drawing_pick (LT_DRAWING (drawing), 15, 15));
  g_assert_nonnull (lt_drawing_pick (LT_DRAWING (drawing), gtk_widget_get_width (drawing) - 15, 15));

  lt_drawing_refresh (LT_DRAWING (drawing));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
destroy_cb (gpointer data)
{
  *(guint *) data += 1;
}

/* Who lays it out is let go of. */
static void
test_release (void)
{
  guint n = 0;
  GtkWidget *drawing = g_object_ref_sink (lt_drawing_new ());

  lt_drawing_set_layout (LT_DRAWING (drawing), NULL, &n, destroy_cb);
  lt_drawing_set_layout (LT_DRAWING (drawing), NULL, &n, destroy_cb);
  g_assert_cmpuint (n, ==, 1);
  g_assert_finalize_object (drawing);
  g_assert_cmpuint (n, ==, 2);
}

/* Where pictures are laid out nobody knows the font: it must not be wider than was thought. */
static void
assert_guessed (PangoLayout *layout,
                const char  *text,
                gboolean     small)
{
  double size = small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE;
  PangoFontDescription *font = pango_font_description_from_string ("Sans");
  int width = 0;

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  /* Pictures leave more than that between texts. */
  if (width > 1.05 * lab_text_guess_width (text, small) + 4)
    g_error ("“%s” has %d pixels, and not %g", text, width, lab_text_guess_width (text, small));
}

static void
test_guess (void)
{
  g_autoptr(GtkWidget) label = g_object_ref_sink (gtk_label_new (NULL));
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (label, NULL);
  static const char * const others[] = { "1,048,576 KiB", "00:00.0–12:34.5", "10 000 %", "Warteschlange", "العملية الابنة", "待ち行列" };

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      assert_guessed (layout, (*experiment)->task.title, FALSE);
      for (const HaulChoice *item = (*experiment)->items; item != NULL && item->id != NULL; item++)
        assert_guessed (layout, item->title, FALSE);
      for (const LabMeasure *measure = (*experiment)->measures; measure->key != NULL; measure++)
        assert_guessed (layout, measure->title, TRUE);
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    assert_guessed (layout, others[i], FALSE);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/drawing/shapes", test_shapes);
  g_test_add_func ("/app/drawing/release", test_release);
  g_test_add_func ("/app/drawing/guess", test_guess);
  return g_test_run ();
}
