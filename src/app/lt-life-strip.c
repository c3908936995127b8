/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-life-strip.h"

#include <glib/gi18n.h>

#define DOT        10
#define COLUMN_GAP 8
#define LINE_GAP   4

typedef struct
{
  HaulStamp    stamp;
  gint64       time;      /* µs, 0: not yet */
  PangoLayout *word;      /* (owned) */
  PangoLayout *when;      /* (owned) */
  int          width;
} Step;

struct _LtLifeStrip
{
  GtkWidget  parent_instance;

  HaulJob   *job;         /* (owned) (nullable) */
  GArray    *steps;       /* (owned) of Step */
  int        row_height;
  char      *text;        /* (owned) what the steps say now */
};

G_DEFINE_FINAL_TYPE (LtLifeStrip, lt_life_strip, GTK_TYPE_WIDGET)

/* The steps that every job goes through are always there; the ways out only when they were taken. */
static gboolean
is_shown (HaulJob   *job,
          HaulStamp  stamp)
{
  gboolean taken = haul_job_get_stamp (job, stamp) > 0;

  switch (stamp)
    {
    case HAUL_STAMP_CANCEL_SENT:
      return taken && haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT) == 0;

    case HAUL_STAMP_TERM_SENT:
    case HAUL_STAMP_KILL_SENT:
      return taken;

    case HAUL_STAMP_QUEUED:
    case HAUL_STAMP_STARTED:
    case HAUL_STAMP_RUNNING:
    case HAUL_STAMP_EXITED:
    case HAUL_STAMP_JOINED:
    case HAUL_N_STAMPS:
    default:
      return TRUE;
    }
}

static char *
format_time (HaulJob   *job,
             HaulStamp  stamp)
{
  gint64 queued = haul_job_get_stamp (job, HAUL_STAMP_QUEUED);
  gint64 time = haul_job_get_stamp (job, stamp);

  if (time == 0 || queued == 0)
    return g_strdup ("");
  return haul_format_duration ((time - queued) / (double) G_USEC_PER_SEC);
}

char *
lt_life_strip_describe (HaulJob *job)
{
  GString *text;

  if (job == NULL)
    return NULL;

  text = g_string_new (NULL);
  for (HaulStamp stamp = 0; stamp < HAUL_N_STAMPS; stamp++)
    {
      g_autofree char *when = format_time (job, stamp);

      if (haul_job_get_stamp (job, stamp) == 0 || !is_shown (job, stamp))
        continue;
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", haul_format_stamp (stamp), when);
    }
  return g_string_free (text, FALSE);
}

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_clear_object (&step->word);
  g_clear_object (&step->when);
}

static void
add_step (LtLifeStrip *self,
          HaulStamp    stamp)
{
  g_autofree char *when = format_time (self->job, stamp);
  Step step = { .stamp = stamp, .time = haul_job_get_stamp (self->job, stamp) };
  int word_width;
  int when_width;
  int word_height;
  int when_height;

  step.word = gtk_widget_create_pango_layout (GTK_WIDGET (self), haul_format_stamp (stamp));
  step.when = gtk_widget_create_pango_layout (GTK_WIDGET (self), when);
  pango_layout_get_pixel_size (step.word, &word_width, &word_height);
  pango_layout_get_pixel_size (step.when, &when_width, &when_height);
  step.width = MAX (word_width, when_width);
  self->row_height = MAX (self->row_height, MAX (word_height, when_height));
  g_array_append_val (self->steps, step);
}

static void
build (LtLifeStrip *self)
{
  if (self->steps->len > 0 || self->job == NULL)
    return;

  self->row_height = 0;
  for (HaulStamp stamp = 0; stamp < HAUL_N_STAMPS; stamp++)
    if (is_shown (self->job, stamp))
      add_step (self, stamp);
}

static int
line_width (LtLifeStrip *self)
{
  int width = 0;

  for (guint i = 0; i < self->steps->len; i++)
    width += g_array_index (self->steps, Step, i).width + COLUMN_GAP;
  return width;
}

static int
column_width (LtLifeStrip *self)
{
  int width = 0;

  for (guint i = 0; i < self->steps->len; i++)
    width = MAX (width, g_array_index (self->steps, Step, i).width);
  return DOT + COLUMN_GAP + width * 2 + COLUMN_GAP;
}

static GtkSizeRequestMode
lt_life_strip_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lt_life_strip_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  LtLifeStrip *self = LT_LIFE_STRIP (widget);
  int in_line;
  int in_column;

  build (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN (line_width (self), column_width (self));
      *natural = line_width (self);
      return;
    }

  in_line = DOT + LINE_GAP + 2 * self->row_height;
  in_column = (int) self->steps->len * (self->row_height + LINE_GAP);
  if (for_size < 0)
    *minimum = *natural = in_line;
  else
    *minimum = *natural = for_size >= line_width (self) ? in_line : in_column;
}

static void
draw_dot (GtkSnapshot   *snapshot,
          float          x,
          float          y,
          const GdkRGBA *color,
          gboolean       filled)
{
  GskRoundedRect rect;
  float border[4] = { 2, 2, 2, 2 };
  GdkRGBA colors[4] = { *color, *color, *color, *color };

  gsk_rounded_rect_init_from_rect (&rect, &GRAPHENE_RECT_INIT (x, y, DOT, DOT), DOT / 2.0f);
  if (!filled)
    {
      gtk_snapshot_append_border (snapshot, &rect, border, colors);
      return;
    }
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_snapshot_append_color (snapshot, color, &rect.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
draw_text (GtkSnapshot   *snapshot,
           PangoLayout   *layout,
           float          x,
           float          y,
           const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (roundf (x), y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

typedef struct
{
  GdkRGBA reached;
  GdkRGBA waiting;
  GdkRGBA text;
  GdkRGBA dim;
} Colors;

static void
get_colors (GtkWidget *widget,
            Colors    *colors)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  gtk_style_context_get_color (context, &colors->text);
  colors->dim = colors->text;
  colors->dim.alpha *= 0.55f;
  colors->waiting = colors->text;
  colors->waiting.alpha *= 0.25f;
  colors->reached = colors->text;
  (void) gtk_style_context_lookup_color (context, "accent_color", &colors->reached);
}

/* The way to the next step: thick where the job really works. */
static float
way_width (Step *step)
{
  return step->stamp == HAUL_STAMP_RUNNING && step->time > 0 ? 4 : 2;
}

static void
draw_line (LtLifeStrip *self,
           GtkSnapshot *snapshot,
           Colors      *colors)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  float spare = MAX (0, width - line_width (self)) / (float) self->steps->len;
  float start = 0;
  float last_center = 0;
  float last_way = 0;

  for (guint i = 0; i < self->steps->len; i++)
    {
      Step *step = &g_array_index (self->steps, Step, i);
      const GdkRGBA *color = step->time > 0 ? &colors->reached : &colors->waiting;
      float column = step->width + COLUMN_GAP + spare;
      float center = start + column / 2;
      float shown = rtl ? width - center : center;
      int word_width;
      int when_width;

      pango_layout_get_pixel_size (step->word, &word_width, NULL);
      pango_layout_get_pixel_size (step->when, &when_width, NULL);
      if (i > 0)
        {
          float from = last_center + DOT / 2.0f + 2;
          float length = center - DOT / 2.0f - 2 - from;

          gtk_snapshot_append_color (snapshot, color,
                                     &GRAPHENE_RECT_INIT (rtl ? width - from - length : from, (DOT - last_way) / 2,
                                                          MAX (length, 0), last_way));
        }
      draw_dot (snapshot, shown - DOT / 2.0f, 0, color, step->time > 0);
      draw_text (snapshot, step->word, shown - word_width / 2.0f, DOT + LINE_GAP,
                 step->time > 0 ? &colors->text : &colors->dim);
      draw_text (snapshot, step->when, shown - when_width / 2.0f, DOT + LINE_GAP + self->row_height, &colors->dim);
      start += column;
      last_center = center;
      last_way = way_width (step);
    }
}

static void
draw_column (LtLifeStrip *self,
             GtkSnapshot *snapshot,
             Colors      *colors)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  float height = self->row_height + LINE_GAP;

  for (guint i = 0; i < self->steps->len; i++)
    {
      Step *step = &g_array_index (self->steps, Step, i);
      const GdkRGBA *color = step->time > 0 ? &colors->reached : &colors->waiting;
      float top = i * height;
      float dot = top + (self->row_height - DOT) / 2.0f;
      int word_width;
      int when_width;

      pango_layout_get_pixel_size (step->word, &word_width, NULL);
      pango_layout_get_pixel_size (step->when, &when_width, NULL);
      if (i > 0)
        {
          float way = way_width (step - 1);

          gtk_snapshot_append_color (snapshot, color,
                                     &GRAPHENE_RECT_INIT (rtl ? width - (DOT + way) / 2 : (DOT - way) / 2,
                                                          dot - height + DOT + 2, way, height - DOT - 4));
        }
      draw_dot (snapshot, rtl ? width - DOT : 0, dot, color, step->time > 0);
      draw_text (snapshot, step->word, rtl ? width - DOT - COLUMN_GAP - word_width : DOT + COLUMN_GAP, top,
                 step->time > 0 ? &colors->text : &colors->dim);
      draw_text (snapshot, step->when, rtl ? 0 : width - when_width, top, &colors->dim);
    }
}

static void
lt_life_strip_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  LtLifeStrip *self = LT_LIFE_STRIP (widget);
  Colors colors;

  build (self);
  if (self->steps->len == 0)
    return;

  get_colors (widget, &colors);
  if (gtk_widget_get_width (widget) >= line_width (self))
    draw_line (self, snapshot, &colors);
  else
    draw_column (self, snapshot, &colors);
}

/* Fonts and directions are in the layouts. */
static void
lt_life_strip_css_changed (GtkWidget         *widget,
                           GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lt_life_strip_parent_class)->css_changed (widget, change);

  g_array_set_size (LT_LIFE_STRIP (widget)->steps, 0);
  gtk_widget_queue_resize (widget);
}

static void
lt_life_strip_dispose (GObject *object)
{
  LtLifeStrip *self = LT_LIFE_STRIP (object);

  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_life_strip_parent_class)->dispose (object);
}

static void
lt_life_strip_finalize (GObject *object)
{
  LtLifeStrip *self = LT_LIFE_STRIP (object);

  g_array_unref (self->steps);
  g_free (self->text);

  G_OBJECT_CLASS (lt_life_strip_parent_class)->finalize (object);
}

static void
lt_life_strip_class_init (LtLifeStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_life_strip_dispose;
  object_class->finalize = lt_life_strip_finalize;
  widget_class->get_request_mode = lt_life_strip_get_request_mode;
  widget_class->measure = lt_life_strip_measure;
  widget_class->snapshot = lt_life_strip_snapshot;
  widget_class->css_changed = lt_life_strip_css_changed;

  gtk_widget_class_set_css_name (widget_class, "lifestrip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lt_life_strip_init (LtLifeStrip *self)
{
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self), "numeric");
}

void
lt_life_strip_set_job (LtLifeStrip *self,
                       HaulJob     *job)
{
  g_return_if_fail (LT_IS_LIFE_STRIP (self));

  if (g_set_object (&self->job, job))
    lt_life_strip_refresh (self);
}

/* Draws anew only when there is something new to say. */
void
lt_life_strip_refresh (LtLifeStrip *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (LT_IS_LIFE_STRIP (self));

  text = lt_life_strip_describe (self->job);
  if (g_strcmp0 (text, self->text) == 0)
    return;

  g_free (self->text);
  self->text = g_steal_pointer (&text);
  g_array_set_size (self->steps, 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->text != NULL ? self->text : "", -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
