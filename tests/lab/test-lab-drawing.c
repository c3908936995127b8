/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "lab-drawing.h"

/* What a document has, read by GLib's own parser: of SVG it knows nothing, but what is no XML it refuses. */
typedef struct
{
  guint    n_elements;
  guint    n_rects;
  GString *texts;   /* (owned) all of them, and those of titles */
} Document;

static void
start_cb (GMarkupParseContext  *context,
          const char           *name,
          const char          **attributes,
          const char          **values,
          gpointer              user_data,
          GError              **error)
{
  Document *document = user_data;

  document->n_elements++;
  document->n_rects += g_str_equal (name, "rect");
  for (guint i = 0; attributes[i] != NULL; i++)
    if (g_strv_contains ((const char * const[]) { "x", "y", "width", "height", "x1", "x2", "cx", "r", NULL },
                         attributes[i]))
      {
        char *end;

        (void) g_ascii_strtod (values[i], &end);
        g_assert_cmpstr (end, ==, "");
      }
}

static void
text_cb (GMarkupParseContext  *context,
         const char           *text,
         gsize                 size,
         gpointer              user_data,
         GError              **error)
{
  const char *element = g_markup_parse_context_get_element (context);

  if (!g_str_equal (element, "style"))
    g_string_append_len (((Document *) user_data)->texts, text, size);
}

static char *
parse (const char *svg,
       guint      *ret_n_rects)
{
  const GMarkupParser parser = { start_cb, NULL, text_cb, NULL, NULL };
  Document document = { 0, 0, g_string_new (NULL) };
  g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &document, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_markup_parse_context_parse (context, svg, -1, &error));
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  g_assert_no_error (error);
  *ret_n_rects = document.n_rects;
  return g_string_free (document.texts, FALSE);
}

static void
test_svg (void)
{
  g_autoptr(LabDrawing) drawing = lab_drawing_new (400.4, 100);
  const LabShape disc = { LAB_SHAPE_DISC, LAB_INK_BAD, 10, 10, 6, 0, 0, FALSE, NULL };
  const LabShape sign = { LAB_SHAPE_PATH, LAB_INK_PAUSED, 10, 20, 8, 0, 0, FALSE, "M1 1h14v14z" };
  g_autofree char *svg = NULL;
  g_autofree char *texts = NULL;
  guint n_rects;

  lab_drawing_add_rect (drawing, LAB_INK_WORKING, 0.5, 1.25, 100, 20, "a < b & “c”");
  lab_drawing_add_rect (drawing, LAB_INK_WAITING, 100, 1, -5, 20, NULL);
  lab_drawing_add_line (drawing, LAB_INK_GRID, 0, 0, 10, 100);
  lab_drawing_add_text (drawing, LAB_INK_TEXT, 5, 50, 0.5, FALSE, "]]> <script>alert(1)</script>\x01\x1b[m");
  lab_drawing_add_text (drawing, LAB_INK_DIM, 5, 50, 1, TRUE, "broken \xff\xfe");
  lab_drawing_add (drawing, &disc);
  lab_drawing_add (drawing, &sign);
  g_assert_cmpuint (lab_drawing_get_n (drawing), ==, 7);
  g_assert_cmpstr (lab_drawing_get (drawing, 0)->text, ==, "a < b & “c”");

  svg = lab_drawing_to_svg (drawing, "Title & more", "What \"it\" shows");
  texts = parse (svg, &n_rects);
  haul_test_assert_contains (texts, "Title & more");
  haul_test_assert_contains (texts, "What \"it\" shows");
  haul_test_assert_contains (texts, "a < b & “c”");
  haul_test_assert_contains (texts, "]]> <script>alert(1)</script>  [m");
  haul_test_assert_contains (texts, "broken ");
  g_assert_null (strstr (svg, "<script"));
  g_assert_cmpuint (n_rects, >=, 2 + 1);
  haul_test_assert_contains (svg, "x=\"0.50\" y=\"1.25\" width=\"100.00\"");
  haul_test_assert_contains (svg, "url(#waiting)");
  haul_test_assert_contains (svg, "transform=\"translate(10.00 20.00) scale(0.500)\" d=\"M1 1h14v14z\"");
  haul_test_assert_contains (svg, "prefers-color-scheme: dark");
}

/* Where colour does not tell two kinds of bars apart, the hatch does. */
static void
test_inks (void)
{
  static const LabInk bars[] = { LAB_INK_STARTING, LAB_INK_WORKING, LAB_INK_WAITING, LAB_INK_PAUSED, LAB_INK_ZOMBIE };

  for (guint i = 0; i < G_N_ELEMENTS (bars); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (lab_ink_get_hatch (bars[i]), !=, lab_ink_get_hatch (bars[j]));
  for (LabInk ink = 0; ink < LAB_N_INKS; ink++)
    {
      g_assert_cmpuint (strlen (lab_ink_get_color (ink, FALSE)), ==, 7);
      g_assert_cmpuint (strlen (lab_ink_get_color (ink, TRUE)), ==, 7);
      if (lab_ink_get_hatch (ink) != LAB_HATCH_NONE)
        g_assert_cmpstr (lab_ink_get_hatch_color (ink, FALSE), !=, lab_ink_get_color (ink, FALSE));
    }
}

static void
test_width (void)
{
  g_assert_cmpfloat (lab_text_guess_width ("", FALSE), ==, 0);
  g_assert_cmpfloat (lab_text_guess_width ("iiii", FALSE), >, lab_text_guess_width ("iiii", TRUE));
  g_assert_cmpfloat (lab_text_guess_width ("時間", FALSE), >, lab_text_guess_width ("ab", FALSE));
}

int
main (int   argc,
      char *argv[])
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab-drawing/svg", test_svg);
  g_test_add_func ("/lab-drawing/inks", test_inks);
  g_test_add_func ("/lab-drawing/width", test_width);

  return g_test_run ();
}
