/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-drawing.h"

#include <string.h>

struct _LabDrawing
{
  double        width;
  double        height;
  GArray       *shapes;   /* (owned) of LabShape */
  GStringChunk *texts;    /* (owned) each kept once */
};

/* Bars and marks stand out from both backgrounds by 3 to 1 at least, with their hatches, and texts by 4.5 to 1. */
static const struct
{
  const char *light;
  const char *dark;
  LabHatch    hatch;
  const char *light_hatch;
  const char *dark_hatch;
} inks[LAB_N_INKS] = {
  [LAB_INK_TEXT] = { "#1e1e1e", "#ffffff", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_DIM] = { "#5e5c64", "#c0bfbc", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_GRID] = { "#deddda", "#3d3846", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_ON_BAR] = { "#ffffff", "#ffffff", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_ACCENT] = { "#1c71d8", "#1c71d8", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_GOOD] = { "#8ff0a4", "#1b5e3b", LAB_HATCH_RISING, "#1b7a4b", "#57e389" },
  [LAB_INK_BAD] = { "#c01c28", "#ff7b63", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_STARTING] = { "#ebeaed", "#2a272f", LAB_HATCH_DOTS, "#5e5c64", "#c0bfbc" },
  [LAB_INK_WORKING] = { "#1c71d8", "#1c71d8", LAB_HATCH_NONE, NULL, NULL },
  [LAB_INK_WAITING] = { "#dbe8f8", "#1d2b3d", LAB_HATCH_RISING, "#5b7fae", "#6f9fd8" },
  [LAB_INK_PAUSED] = { "#f9e9a0", "#4a3d05", LAB_HATCH_UPRIGHT, "#8f6a00", "#e5a50a" },
  [LAB_INK_ZOMBIE] = { "#fbdcd9", "#47191d", LAB_HATCH_LEVEL, "#a51d2d", "#ff7b63" },
};

LabDrawing *
lab_drawing_new (double width,
                 double height)
{
  LabDrawing *self = g_new0 (LabDrawing, 1);

  self->width = width;
  self->height = height;
  self->shapes = g_array_new (FALSE, FALSE, sizeof (LabShape));
  self->texts = g_string_chunk_new (256);
  return self;
}

void
lab_drawing_free (LabDrawing *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->shapes);
  g_string_chunk_free (self->texts);
  g_free (self);
}

void
lab_drawing_add (LabDrawing     *self,
                 const LabShape *shape)
{
  LabShape copy = *shape;

  g_return_if_fail (shape->ink < LAB_N_INKS);

  if (copy.text != NULL)
    copy.text = g_string_chunk_insert_const (self->texts, copy.text);
  g_array_append_val (self->shapes, copy);
}

void
lab_drawing_add_text (LabDrawing *self,
                      LabInk      ink,
                      double      x,
                      double      y,
                      double      align,
                      gboolean    small,
                      const char *text)
{
  const LabShape shape = { LAB_SHAPE_TEXT, ink, x, y, 0, 0, align, small, text };

  lab_drawing_add (self, &shape);
}

void
lab_drawing_add_rect (LabDrawing *self,
                      LabInk      ink,
                      double      x,
                      double      y,
                      double      width,
                      double      height,
                      const char *text)
{
  const LabShape shape = { LAB_SHAPE_RECT, ink, x, y, width, height, 0, FALSE, text };

  lab_drawing_add (self, &shape);
}

void
lab_drawing_add_line (LabDrawing *self,
                      LabInk      ink,
                      double      x,
                      double      y,
                      double      width,
                      double      height)
{
  const LabShape shape = { LAB_SHAPE_LINE, ink, x, y, width, height, 0, FALSE, NULL };

  lab_drawing_add (self, &shape);
}

guint
lab_drawing_get_n (const LabDrawing *self)
{
  return self->shapes->len;
}

const LabShape *
lab_drawing_get (const LabDrawing *self,
                 guint             index)
{
  g_return_val_if_fail (index < self->shapes->len, NULL);

  return &g_array_index (self->shapes, LabShape, index);
}

void
lab_drawing_truncate (LabDrawing *self,
                      guint       n)
{
  g_return_if_fail (n <= self->shapes->len);

  g_array_set_size (self->shapes, n);
}

double
lab_drawing_get_width (const LabDrawing *self)
{
  return self->width;
}

double
lab_drawing_get_height (const LabDrawing *self)
{
  return self->height;
}

void
lab_drawing_set_height (LabDrawing *self,
                        double      height)
{
  self->height = height;
}

const char *
lab_ink_get_color (LabInk   ink,
                   gboolean dark)
{
  return dark ? inks[ink].dark : inks[ink].light;
}

LabHatch
lab_ink_get_hatch (LabInk ink)
{
  return inks[ink].hatch;
}

const char *
lab_ink_get_hatch_color (LabInk   ink,
                         gboolean dark)
{
  return dark ? inks[ink].dark_hatch : inks[ink].light_hatch;
}

/* In parts of the size of the text, and rather too wide than too narrow: which font it will be is not known. */
static double
guess_letter (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  if (g_unichar_iswide (c))
    return 1;
  if (c > 0x7f)
    return g_unichar_isspace (c) ? 0.3 : 0.6;
  if (c == ' ' || strchr (".,:;'|!ijl", (int) c) != NULL)
    return 0.3;
  if (strchr ("frtI()[]-/", (int) c) != NULL)
    return 0.42;
  if (strchr ("mwMW@%", (int) c) != NULL)
    return 0.93;
  return g_ascii_isupper (c) ? 0.7 : 0.6;
}

double
lab_text_guess_width (const char *text,
                      gboolean    small)
{
  double width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += guess_letter (g_utf8_get_char (p));
  return width * (small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE);
}

char **
lab_text_wrap (const char *text,
               gboolean    small,
               double      width)
{
  g_auto(GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr(GStrvBuilder) lines = g_strv_builder_new ();
  g_autoptr(GString) line = g_string_new (words[0]);

  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    {
      gsize before = line->len;

      g_string_append_printf (line, " %s", words[i]);
      if (lab_text_guess_width (line->str, small) <= width)
        continue;
      g_string_truncate (line, before);
      g_strv_builder_add (lines, line->str);
      g_string_assign (line, words[i]);
    }
  g_strv_builder_add (lines, line->str);
  return g_strv_builder_end (lines);
}

double
lab_drawing_add_lines (LabDrawing *self,
                       LabInk      ink,
                       double      x,
                       double      y,
                       double      align,
                       gboolean    small,
                       double      width,
                       const char *text)
{
  g_auto(GStrv) lines = lab_text_wrap (text, small, width);
  double height = small ? LAB_SMALL_LINE : LAB_LINE;

  for (guint i = 0; lines[i] != NULL; i++)
    lab_drawing_add_text (self, ink, x, y + i * height, align, small, lines[i]);
  return (g_strv_length (lines) - 1) * height;
}
