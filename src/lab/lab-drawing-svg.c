/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-drawing.h"

/* A drawing as SVG 1.1: what any viewer shows in light colours, and one that knows the wishes of its user in dark
 * ones. */

static const char * const ink_names[LAB_N_INKS] = {
  "text", "dim", "grid", "on-bar", "accent", "good", "bad", "starting", "working", "waiting", "paused", "zombie",
};

static const char * const hatch_paths[LAB_N_HATCHES] = {
  [LAB_HATCH_DOTS] = "M1 1h1.5v1.5h-1.5zM4 4h1.5v1.5h-1.5z",
  [LAB_HATCH_RISING] = "M-1 1l2 -2M0 6l6 -6M5 7l2 -2",
  [LAB_HATCH_FALLING] = "M-1 5l2 2M0 0l6 6M5 -1l2 2",
  [LAB_HATCH_UPRIGHT] = "M1.5 0v6M4.5 0v6",
  [LAB_HATCH_LEVEL] = "M0 1.5h6M0 4.5h6",
};

/* XML has no way to say most control characters, escaped or not. */
static char *
escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if ((guchar) * p < 0x20 || *p == 0x7f)
      *p = ' ';
  return g_markup_escape_text (valid, -1);
}

/* With a point, whatever the language. */
static void
append_number (GString    *svg,
               const char *name,
               double      number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (buffer, sizeof buffer, "%.2f", number);
  g_string_append_printf (svg, " %s=\"%s\"", name, buffer);
}

static const char *
get_sign_color (LabInk   ink,
                gboolean dark)
{
  return lab_ink_get_hatch (ink) != LAB_HATCH_NONE ? lab_ink_get_hatch_color (ink, dark) : lab_ink_get_color (ink, dark);
}

static void
append_colors (GString  *svg,
               gboolean  dark)
{
  g_string_append_printf (svg, "    .paper { fill: %s }\n", dark ? "#1e1e1e" : "#ffffff");
  for (guint ink = 0; ink < LAB_N_INKS; ink++)
    {
      const char *color = lab_ink_get_color (ink, dark);

      g_string_append_printf (svg, "    .%s { fill: %s } .%s-line { stroke: %s } .%s-sign { fill: %s }\n", ink_names[ink],
                              color, ink_names[ink], color, ink_names[ink], get_sign_color (ink, dark));
      if (lab_ink_get_hatch (ink) != LAB_HATCH_NONE)
        g_string_append_printf (svg, "    .%s-hatch { stroke: %s }\n", ink_names[ink],
                                lab_ink_get_hatch_color (ink, dark));
    }
}

/* Colours are attributes as well: not every viewer reads style sheets. */
static void
append_patterns (GString *svg)
{
  for (guint ink = 0; ink < LAB_N_INKS; ink++)
    {
      LabHatch hatch = lab_ink_get_hatch (ink);

      if (hatch == LAB_HATCH_NONE)
        continue;
      g_string_append_printf (svg,
                              "    <pattern id=\"%s\" width=\"%d\" height=\"%d\" patternUnits=\"userSpaceOnUse\">"
                              "<rect class=\"%s\" fill=\"%s\" width=\"%d\" height=\"%d\"/>"
                              "<path class=\"%s-hatch\" stroke=\"%s\" fill=\"none\" d=\"%s\"/></pattern>\n",
                              ink_names[ink], LAB_HATCH_SIZE, LAB_HATCH_SIZE, ink_names[ink],
                              lab_ink_get_color (ink, FALSE), LAB_HATCH_SIZE, LAB_HATCH_SIZE, ink_names[ink],
                              lab_ink_get_hatch_color (ink, FALSE), hatch_paths[hatch]);
    }
}

static void
append_rect (GString        *svg,
             const LabShape *shape)
{
  g_string_append (svg, "  <rect");
  append_number (svg, "x", shape->x);
  append_number (svg, "y", shape->y);
  append_number (svg, "width", MAX (shape->width, 0));
  append_number (svg, "height", MAX (shape->height, 0));
  if (lab_ink_get_hatch (shape->ink) != LAB_HATCH_NONE)
    g_string_append_printf (svg, " fill=\"url(#%s)\"", ink_names[shape->ink]);
  else
    g_string_append_printf (svg, " class=\"%s\" fill=\"%s\"", ink_names[shape->ink],
                            lab_ink_get_color (shape->ink, FALSE));
  if (shape->text != NULL)
    {
      g_autofree char *text = escape (shape->text);

      g_string_append_printf (svg, "><title>%s</title></rect>\n", text);
      return;
    }
  g_string_append (svg, "/>\n");
}

static void
append_line (GString        *svg,
             const LabShape *shape)
{
  g_string_append (svg, "  <line");
  append_number (svg, "x1", shape->x);
  append_number (svg, "y1", shape->y);
  append_number (svg, "x2", shape->x + shape->width);
  append_number (svg, "y2", shape->y + shape->height);
  g_string_append_printf (svg, " class=\"%s-line\" stroke=\"%s\" stroke-width=\"%s\"/>\n", ink_names[shape->ink],
                          lab_ink_get_color (shape->ink, FALSE), shape->ink == LAB_INK_GRID ? "1" : "1.5");
}

static void
append_text (GString        *svg,
             const LabShape *shape)
{
  g_autofree char *text = escape (shape->text);

  g_string_append (svg, "  <text");
  append_number (svg, "x", shape->x);
  append_number (svg, "y", shape->y);
  append_number (svg, "font-size", shape->small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE);
  g_string_append_printf (svg, " class=\"%s\" fill=\"%s\" text-anchor=\"%s\">%s</text>\n",
                          ink_names[shape->ink], lab_ink_get_color (shape->ink, FALSE),
                          shape->align <= 0 ? "start" : shape->align >= 1 ? "end" : "middle", text);
}

static void
append_disc (GString        *svg,
             const LabShape *shape)
{
  g_string_append (svg, "  <circle");
  append_number (svg, "cx", shape->x);
  append_number (svg, "cy", shape->y);
  append_number (svg, "r", shape->width / 2);
  g_string_append_printf (svg, " class=\"%s\" fill=\"%s\"/>\n", ink_names[shape->ink],
                          lab_ink_get_color (shape->ink, FALSE));
}

/* Of one colour, and of the stronger one where an ink has two: a sign is too small for a hatch. */
static void
append_path (GString        *svg,
             const LabShape *shape)
{
  g_autofree char *data = escape (shape->text);
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE], scale[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (x, sizeof x, "%.2f", shape->x);
  g_ascii_formatd (y, sizeof y, "%.2f", shape->y);
  g_ascii_formatd (scale, sizeof scale, "%.3f", shape->width / 16);
  g_string_append_printf (svg, "  <path class=\"%s-sign\" fill=\"%s\" fill-rule=\"evenodd\" "
                          "transform=\"translate(%s %s) scale(%s)\" d=\"%s\"/>\n",
                          ink_names[shape->ink], get_sign_color (shape->ink, FALSE), x, y, scale, data);
}

static void
append_shape (GString        *svg,
              const LabShape *shape)
{
  switch (shape->kind)
    {
    case LAB_SHAPE_RECT:
      append_rect (svg, shape);
      break;

    case LAB_SHAPE_LINE:
      append_line (svg, shape);
      break;

    case LAB_SHAPE_TEXT:
      if (shape->text != NULL)
        append_text (svg, shape);
      break;

    case LAB_SHAPE_DISC:
      append_disc (svg, shape);
      break;

    case LAB_SHAPE_PATH:
      if (shape->text != NULL)
        append_path (svg, shape);
      break;

    default:
      g_assert_not_reached ();
    }
}

char *
lab_drawing_to_svg (const LabDrawing *self,
                    const char       *title,
                    const char       *description)
{
  GString *svg = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_autofree char *clean_title = escape (title);
  g_autofree char *clean_description = escape (description);
  int width = (int) (lab_drawing_get_width (self) + 0.5), height = (int) (lab_drawing_get_height (self) + 0.5);

  g_string_append_printf (svg,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                          "role=\"img\" aria-labelledby=\"title description\" "
                          "font-family=\"Cantarell, 'Noto Sans', sans-serif\">\n"
                          "  <title id=\"title\">%s</title>\n  <desc id=\"description\">%s</desc>\n  <style>\n",
                          width, height, width, height, clean_title, clean_description);
  append_colors (svg, FALSE);
  g_string_append (svg, "    @media (prefers-color-scheme: dark) {\n");
  append_colors (svg, TRUE);
  g_string_append (svg, "    }\n  </style>\n  <defs>\n");
  append_patterns (svg);
  g_string_append (svg, "  </defs>\n");
  g_string_append_printf (svg, "  <rect class=\"paper\" fill=\"#ffffff\" width=\"%d\" height=\"%d\"/>\n", width, height);
  for (guint i = 0; i < lab_drawing_get_n (self); i++)
    append_shape (svg, lab_drawing_get (self, i));
  g_string_append (svg, "</svg>\n");
  return g_string_free (svg, FALSE);
}
