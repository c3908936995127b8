/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A picture as a list of shapes that knows no toolkit: the window draws it with render nodes, and reports and exports
 * write it as SVG. So both show the same. Charts and timelines are laid out once, into one of these.
 */

/* What a shape means; its colour, and its hatch where colour is not seen, come from that. */
typedef enum
{
  LAB_INK_TEXT,
  LAB_INK_DIM,         /* axes, labels that stand back */
  LAB_INK_GRID,        /* lines behind everything */
  LAB_INK_ON_BAR,      /* text on a rect of LAB_INK_WORKING or LAB_INK_ACCENT */
  LAB_INK_ACCENT,
  LAB_INK_GOOD,
  LAB_INK_BAD,
  LAB_INK_STARTING,
  LAB_INK_WORKING,
  LAB_INK_WAITING,
  LAB_INK_PAUSED,
  LAB_INK_ZOMBIE,
  LAB_N_INKS
} LabInk;

/* What lies over the colour of a rect. */
typedef enum
{
  LAB_HATCH_NONE,
  LAB_HATCH_DOTS,
  LAB_HATCH_RISING,      /* lines from the lower left */
  LAB_HATCH_FALLING,
  LAB_HATCH_UPRIGHT,
  LAB_HATCH_LEVEL,
  LAB_N_HATCHES
} LabHatch;

/* A hatch is a square of this many pixels that is repeated from the corner of the picture. */
#define LAB_HATCH_SIZE 6

typedef enum
{
  LAB_SHAPE_RECT,
  LAB_SHAPE_LINE,      /* from x, y to x + width, y + height */
  LAB_SHAPE_TEXT,      /* x, y is the baseline's start, middle or end, as align says; not wider than width, if that is
                        * not 0 */
  LAB_SHAPE_DISC,      /* a mark: its centre and, in width, its diameter */
  LAB_SHAPE_PATH,      /* an outline that is filled, in a square of width; its text is the "d" of an SVG path in a square
                        * of 16. In SVG alone: GTK 4.8 has no paths */
} LabShapeKind;

typedef struct
{
  LabShapeKind kind;
  LabInk       ink;
  double       x;
  double       y;
  double       width;
  double       height;
  double       align;    /* of a text: 0, 0.5, 1 */
  gboolean     small;    /* of a text */
  const char  *text;     /* (nullable) owned by the drawing; of a rect: what it is, for those who point at it */
} LabShape;

/* How high texts are, in units that are pixels where text has its usual size: 11 and 9 points. */
#define LAB_TEXT_SIZE       (11 * 96 / 72.0)
#define LAB_SMALL_TEXT_SIZE (9 * 96 / 72.0)
/* From one line to the next. */
#define LAB_LINE            19.0
#define LAB_SMALL_LINE      16.0

typedef struct _LabDrawing LabDrawing;

LabDrawing     *lab_drawing_new      (double            width,
                                      double            height) G_GNUC_WARN_UNUSED_RESULT;
void            lab_drawing_free     (LabDrawing       *self);
/* The text is copied. */
void            lab_drawing_add      (LabDrawing       *self,
                                      const LabShape   *shape);
void            lab_drawing_add_text (LabDrawing       *self,
                                      LabInk            ink,
                                      double            x,
                                      double            y,
                                      double            align,
                                      gboolean          small,
                                      const char       *text);
/* Where it does not fit into @width, on several lines, of which the first is at @y. Returns how much lower the last is. */
double          lab_drawing_add_lines (LabDrawing      *self,
                                       LabInk            ink,
                                       double            x,
                                       double            y,
                                       double            align,
                                       gboolean          small,
                                       double            width,
                                       const char       *text);
void            lab_drawing_add_rect (LabDrawing       *self,
                                      LabInk            ink,
                                      double            x,
                                      double            y,
                                      double            width,
                                      double            height,
                                      const char       *text);    /* (nullable) */
void            lab_drawing_add_line (LabDrawing       *self,
                                      LabInk            ink,
                                      double            x,
                                      double            y,
                                      double            width,
                                      double            height);
guint           lab_drawing_get_n    (const LabDrawing *self);
const LabShape *lab_drawing_get      (const LabDrawing *self,
                                      guint             index);
void            lab_drawing_truncate (LabDrawing       *self,
                                      guint             n);         /* shapes that stay */
double          lab_drawing_get_width  (const LabDrawing *self);
double          lab_drawing_get_height (const LabDrawing *self);
void            lab_drawing_set_height (LabDrawing       *self,
                                        double            height);

/* "#rrggbb", and the hatch, whose lines are of the second colour. */
const char     *lab_ink_get_color       (LabInk    ink,
                                         gboolean  dark);
LabHatch        lab_ink_get_hatch       (LabInk    ink);
const char     *lab_ink_get_hatch_color (LabInk    ink,
                                         gboolean  dark);

/* About how wide a text is, for who lays it out without a toolkit; and its lines, broken at spaces, of which one is
 * only wider than @width if it is one word. Returns: (transfer full) */
double          lab_text_guess_width    (const char *text,
                                         gboolean    small);
char          **lab_text_wrap           (const char *text,
                                         gboolean    small,
                                         double      width) G_GNUC_WARN_UNUSED_RESULT;

/* A document that stands alone, with a title and a description for those who do not see it. Returns: (transfer full) */
char           *lab_drawing_to_svg   (const LabDrawing *self,
                                      const char       *title,
                                      const char       *description);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabDrawing, lab_drawing_free)

G_END_DECLS
