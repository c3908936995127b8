/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-paint.h"

#include <math.h>

/* Texts that are kept laid out; when there are more, all are made anew. */
#define MAX_LAYOUTS 1000

/* Textures are finer than a pixel, for screens that are. */
#define FINENESS 4

struct _LtTimelinePaint
{
  gboolean    dark;
  GdkRGBA     colors[LAB_N_INKS];
  GdkTexture *hatches[LAB_N_INKS];   /* (owned) (nullable): one square each */
  gboolean    has_colors;
  GHashTable *layouts;               /* (owned) text, with "s" or "l" before it, → PangoLayout */
};

LtTimelinePaint *
lt_timeline_paint_new (void)
{
  LtTimelinePaint *self = g_new0 (LtTimelinePaint, 1);

  self->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return self;
}

void
lt_timeline_paint_forget (LtTimelinePaint *self)
{
  for (guint i = 0; i < LAB_N_INKS; i++)
    g_clear_object (&self->hatches[i]);
  g_hash_table_remove_all (self->layouts);
  self->has_colors = FALSE;
}

void
lt_timeline_paint_free (LtTimelinePaint *self)
{
  if (self == NULL)
    return;
  lt_timeline_paint_forget (self);
  g_hash_table_unref (self->layouts);
  g_free (self);
}

double
lt_timeline_paint_get_unit (GtkWidget *widget)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  double resolution = pango_cairo_context_get_resolution (context);

  if (!pango_font_description_get_size_is_absolute (font))
    size *= (resolution > 0 ? resolution : 96) / 72;
  return size > 0 ? size / LAB_TEXT_SIZE : 1;
}

/* Whether there is a line at this point of the square, from 0 to 1 in both directions. */
static gboolean
is_line (LabHatch hatch,
         double   x,
         double   y)
{
  switch (hatch)
    {
    case LAB_HATCH_DOTS:
      return hypot (x - 0.25, y - 0.25) < 0.17 || hypot (x - 0.75, y - 0.75) < 0.17;

    case LAB_HATCH_RISING:
      return fmod (x + y, 1) < 0.25;

    case LAB_HATCH_FALLING:
      return fmod (x - y + 1, 1) < 0.25;

    case LAB_HATCH_UPRIGHT:
      return fmod (x, 0.5) < 0.2;

    case LAB_HATCH_LEVEL:
      return fmod (y, 0.5) < 0.2;

    case LAB_HATCH_NONE:
    case LAB_N_HATCHES:
    default:
      return FALSE;
    }
}

static GdkTexture *
create_hatch (LabInk   ink,
              gboolean dark)
{
  const int size = LAB_HATCH_SIZE * FINENESS;
  guint8 *pixels = g_malloc (4 * size * size);
  g_autoptr(GBytes) bytes = g_bytes_new_take (pixels, 4 * size * size);
  GdkRGBA ground, line;

  (void) gdk_rgba_parse (&ground, lab_ink_get_color (ink, dark));
  (void) gdk_rgba_parse (&line, lab_ink_get_hatch_color (ink, dark));
  for (int i = 0; i < size * size; i++)
    {
      double x = (i % size + 0.5) / size, y = (i / size + 0.5) / size;
      const GdkRGBA *color = is_line (lab_ink_get_hatch (ink), x, y) ? &line : &ground;

      pixels[4 * i] = (guint8) (color->red * 255 + 0.5);
      pixels[4 * i + 1] = (guint8) (color->green * 255 + 0.5);
      pixels[4 * i + 2] = (guint8) (color->blue * 255 + 0.5);
      pixels[4 * i + 3] = 255;
    }
  return gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8A8, bytes, 4 * size);
}

static void
ensure_colors (LtTimelinePaint *self,
               gboolean         dark)
{
  if (self->has_colors && self->dark == dark)
    return;

  for (guint i = 0; i < LAB_N_INKS; i++)
    {
      (void) gdk_rgba_parse (&self->colors[i], lab_ink_get_color (i, dark));
      g_clear_object (&self->hatches[i]);
      if (lab_ink_get_hatch (i) != LAB_HATCH_NONE)
        self->hatches[i] = create_hatch (i, dark);
    }
  self->dark = dark;
  self->has_colors = TRUE;
}

static PangoLayout *
find_layout (LtTimelinePaint *self,
             GtkWidget       *widget,
             const LabShape  *shape,
             double           unit)
{
  g_autofree char *key = g_strconcat (shape->small ? "s" : "l", shape->text, NULL);
  PangoLayout *layout = g_hash_table_lookup (self->layouts, key);
  PangoFontDescription *font;

  if (layout != NULL)
    return layout;

  if (g_hash_table_size (self->layouts) >= MAX_LAYOUTS)
    g_hash_table_remove_all (self->layouts);
  layout = gtk_widget_create_pango_layout (widget, shape->text);
  font = pango_font_description_copy (pango_context_get_font_description (pango_layout_get_context (layout)));
  pango_font_description_set_absolute_size (font, (shape->small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE) * unit * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  g_hash_table_insert (self->layouts, g_steal_pointer (&key), layout);
  return layout;
}

/* In a bar it is cut where the bar ends. */
static void
draw_text (LtTimelinePaint *self,
           GtkWidget       *widget,
           GtkSnapshot     *snapshot,
           const LabShape  *shape,
           double           unit)
{
  PangoLayout *layout = find_layout (self, widget, shape, unit);
  int width, height;
  float x, y;

  pango_layout_get_pixel_size (layout, &width, &height);
  if (shape->width > 0 && width > shape->width * unit)
    return;
  x = (float) round (shape->x * unit - shape->align * width);
  y = (float) round (shape->y * unit - pango_layout_get_baseline (layout) / (double) PANGO_SCALE);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, &self->colors[shape->ink]);
  gtk_snapshot_restore (snapshot);
}

static void
draw_rect (LtTimelinePaint *self,
           GtkSnapshot     *snapshot,
           const LabShape  *shape,
           double           unit)
{
  /* Whole pixels: half ones look dirty. */
  float x = (float) round (shape->x * unit), y = (float) round (shape->y * unit);
  float end = (float) round ((shape->x + shape->width) * unit), bottom = (float) round ((shape->y + shape->height) * unit);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (x, y, MAX (1, end - x), MAX (1, bottom - y));

  if (self->hatches[shape->ink] == NULL || bounds.size.width < 3)
    {
      gtk_snapshot_append_color (snapshot, &self->colors[shape->ink], &bounds);
      return;
    }
  gtk_snapshot_push_repeat (snapshot, &bounds, &GRAPHENE_RECT_INIT (0, 0, LAB_HATCH_SIZE, LAB_HATCH_SIZE));
  gtk_snapshot_append_texture (snapshot, self->hatches[shape->ink],
                               &GRAPHENE_RECT_INIT (0, 0, LAB_HATCH_SIZE, LAB_HATCH_SIZE));
  gtk_snapshot_pop (snapshot);
}

/* A rectangle that is turned, as GTK 4.8 has no paths. */
static void
draw_line (LtTimelinePaint *self,
           GtkSnapshot     *snapshot,
           const LabShape  *shape,
           double           unit)
{
  float thickness = shape->ink == LAB_INK_GRID ? 1 : 2;
  float length = (float) (hypot (shape->width, shape->height) * unit);
  float x = (float) (shape->x * unit), y = (float) (shape->y * unit);

  if (shape->width == 0 || shape->height == 0)
    {
      x = (float) round (x - (shape->width == 0 ? thickness / 2 : 0));
      y = (float) round (y - (shape->height == 0 ? thickness / 2 : 0));
      gtk_snapshot_append_color (snapshot, &self->colors[shape->ink],
                                 &GRAPHENE_RECT_INIT (x, y, shape->width == 0 ? thickness : length,
                                                      shape->height == 0 ? thickness : length));
      return;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_rotate (snapshot, (float) (atan2 (shape->height, shape->width) * 180 / G_PI));
  gtk_snapshot_append_color (snapshot, &self->colors[shape->ink], &GRAPHENE_RECT_INIT (0, -thickness / 2, length, thickness));
  gtk_snapshot_restore (snapshot);
}

static void
draw_disc (LtTimelinePaint *self,
           GtkSnapshot     *snapshot,
           const LabShape  *shape,
           double           unit)
{
  float size = (float) (shape->width * unit);
  GskRoundedRect rect;

  gsk_rounded_rect_init_from_rect (&rect, &GRAPHENE_RECT_INIT ((float) (shape->x * unit) - size / 2,
                                                               (float) (shape->y * unit) - size / 2, size, size), size / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_snapshot_append_color (snapshot, &self->colors[shape->ink], &rect.bounds);
  gtk_snapshot_pop (snapshot);
}

void
lt_timeline_paint_draw (LtTimelinePaint  *self,
                        GtkWidget        *widget,
                        GtkSnapshot      *snapshot,
                        const LabDrawing *drawing,
                        gboolean          dark)
{
  double unit = lt_timeline_paint_get_unit (widget);

  ensure_colors (self, dark);
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);

      if (shape->kind == LAB_SHAPE_RECT)
        draw_rect (self, snapshot, shape, unit);
      else if (shape->kind == LAB_SHAPE_LINE)
        draw_line (self, snapshot, shape, unit);
      else if (shape->kind == LAB_SHAPE_DISC)
        draw_disc (self, snapshot, shape, unit);
      else if (shape->kind == LAB_SHAPE_TEXT && shape->text != NULL)
        draw_text (self, widget, snapshot, shape, unit);
    }
}
