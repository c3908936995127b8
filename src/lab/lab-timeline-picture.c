/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "lab-timeline-picture.h"

/* A main loop that is this late has a full bar, and one that people notice another colour. */
#define LOOP_FULL_MS 50.0
#define LOOP_BAD_MS  50.0

/* A value holds until the next, but not for longer than this: then nobody measured. */
#define HOLD_US G_USEC_PER_SEC

#define MARK_SIZE 7.0

#define LEAST_WITH_GAP 4.0

/* Of what names the lanes, where a third of the picture is too little for it. */
#define LEAST_LABEL 110.0

/* Between texts and the edge of the picture. */
#define EDGE 12.0

/* Where one row is drawn, and how coarsely. */
typedef struct
{
  LabDrawing             *drawing;
  const LabTimelineScale *scale;
  double                  y;
  double                  least;     /* bars that are narrower than this are drawn together */
  guint                   n_spans;
  guint                   n_drawn;
} Canvas;

/* Neighbours that are drawn as one: what it is that takes most of the time. */
typedef struct
{
  double          x;
  double          end;
  guint           n;
  gint64          us[HAUL_N_SPAN_KINDS];
  const HaulSpan *only;
} Heap;

static double
clamp_x (Canvas *canvas,
         gint64  at)
{
  return lab_timeline_get_x (canvas->scale, CLAMP (at, canvas->scale->from, canvas->scale->to));
}

static void
draw_bar (Canvas     *canvas,
          LabInk      ink,
          double      x,
          double      end,
          const char *text)
{
  double width = MAX (1, end - x);

  /* So that neighbours are told apart. */
  if (width >= LEAST_WITH_GAP)
    width -= LAB_TIMELINE_GAP;
  lab_drawing_add_rect (canvas->drawing, ink, x, canvas->y + LAB_TIMELINE_BAR_TOP, width, LAB_TIMELINE_BAR_HEIGHT, text);
}

static void
flush_heap (Canvas *canvas,
            Heap   *heap)
{
  HaulSpanKind most = 0;

  for (HaulSpanKind kind = 0; kind < HAUL_N_SPAN_KINDS; kind++)
    if (heap->us[kind] > heap->us[most])
      most = kind;
  if (heap->n == 1)
    canvas->n_drawn++;
  if (heap->n > 0)
    draw_bar (canvas, lab_span_kind_get_ink (most), heap->x, heap->end, heap->n == 1 ? heap->only->text : NULL);
  *heap = (Heap) { 0 };
}

static void
add_to_heap (Canvas         *canvas,
             Heap           *heap,
             const HaulSpan *span,
             double          x,
             double          end)
{
  if (heap->n > 0 && (x - heap->end >= canvas->least || end - heap->x > 2 * canvas->least))
    flush_heap (canvas, heap);
  if (heap->n == 0)
    heap->x = x;
  heap->end = MAX (end, x + 0.5);
  heap->only = span;
  heap->us[span->kind] += lab_span_get_end (span, canvas->scale->now) - span->start + 1;
  heap->n++;
}

/* In the bar there is room for what is not what the row is called. */
static void
draw_bar_text (Canvas         *canvas,
               HaulLane       *lane,
               const HaulSpan *span,
               double          x,
               double          end)
{
  const LabShape shape = {
    LAB_SHAPE_TEXT, LAB_INK_ON_BAR, x + 5, canvas->y + LAB_TIMELINE_BAR_TOP + 13, end - x - 10, 0, 0, TRUE, span->text
  };

  if (span->kind != HAUL_SPAN_WORKING || span->text == NULL || g_strcmp0 (span->text, haul_lane_get_title (lane)) == 0)
    return;
  if (lab_text_guess_width (span->text, TRUE) + 10 <= end - x)
    lab_drawing_add (canvas->drawing, &shape);
}

static void
draw_spans (Canvas   *canvas,
            HaulLane *lane)
{
  Heap heap = { 0 };

  for (guint i = lab_lane_find_span (lane, canvas->scale->from); i < haul_lane_get_n_spans (lane); i++)
    {
      const HaulSpan *span = haul_lane_get_span (lane, i);
      double x, end;

      if (span->start > canvas->scale->to)
        break;
      canvas->n_spans++;
      x = clamp_x (canvas, span->start);
      end = clamp_x (canvas, lab_span_get_end (span, canvas->scale->now));
      if (end - x < canvas->least)
        {
          add_to_heap (canvas, &heap, span, x, end);
          continue;
        }
      flush_heap (canvas, &heap);
      canvas->n_drawn++;
      draw_bar (canvas, lab_span_kind_get_ink (span->kind), x, end, span->text);
      draw_bar_text (canvas, lane, span, x, end);
    }
  flush_heap (canvas, &heap);
}

static void
draw_cross (Canvas *canvas,
            double  x)
{
  double top = canvas->y + 5;

  lab_drawing_add_line (canvas->drawing, LAB_INK_BAD, x - MARK_SIZE / 2, top, MARK_SIZE, MARK_SIZE);
  lab_drawing_add_line (canvas->drawing, LAB_INK_BAD, x - MARK_SIZE / 2, top + MARK_SIZE, MARK_SIZE, -MARK_SIZE);
}

static void
draw_mark (Canvas         *canvas,
           const HaulMark *mark,
           double          x)
{
  const LabShape disc = { LAB_SHAPE_DISC, LAB_INK_DIM, x, canvas->y + 9, 4, 0, 0, FALSE, NULL };
  double bottom = LAB_TIMELINE_BAR_TOP + LAB_TIMELINE_BAR_HEIGHT + 2;

  switch (mark->kind)
    {
    case HAUL_MARK_SIGNAL:
      draw_cross (canvas, x);
      lab_drawing_add_line (canvas->drawing, LAB_INK_BAD, x, canvas->y + 12, 0, bottom - 12);
      break;

    case HAUL_MARK_EXIT:
    case HAUL_MARK_JOIN:
      lab_drawing_add_line (canvas->drawing, LAB_INK_TEXT, x, canvas->y + 4, 0, bottom - 4);
      break;

    case HAUL_MARK_MESSAGE:
    case HAUL_N_MARK_KINDS:
    default:
      lab_drawing_add (canvas->drawing, &disc);
    }
}

/* Where the next mark is that is more than a dot. */
static double
find_next_mark (Canvas   *canvas,
                HaulLane *lane,
                guint     i)
{
  while (++i < haul_lane_get_n_marks (lane))
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      if (mark->at > canvas->scale->to)
        break;
      if (mark->kind != HAUL_MARK_MESSAGE)
        return clamp_x (canvas, mark->at);
    }
  return G_MAXDOUBLE;
}

/* Beside the mark, on the side where there is room; nowhere if there is none. */
static void
draw_mark_text (Canvas         *canvas,
                const HaulMark *mark,
                double          x,
                double          next,    /* mark, which would cross it out */
                double         *taken)   /* to where there is no room */
{
  const char *text = mark->text != NULL ? mark->text : lab_mark_kind_get_title (mark->kind);
  double width = lab_text_guess_width (text, TRUE) + 3;
  double right = canvas->scale->rtl ? canvas->scale->width - canvas->scale->label_width : canvas->scale->width;
  double start = mark->kind == HAUL_MARK_SIGNAL ? x + MARK_SIZE : x + 3;

  if (start + width > right || (next > start && next - MARK_SIZE / 2 < start + width))
    start = x - width - MARK_SIZE;
  if (start < *taken)
    return;
  lab_drawing_add_text (canvas->drawing, mark->kind == HAUL_MARK_SIGNAL ? LAB_INK_BAD : LAB_INK_DIM, start, canvas->y + 12,
                        0, TRUE, text);
  *taken = MAX (*taken, start + width);
}

static void
draw_marks (Canvas   *canvas,
            HaulLane *lane)
{
  double last[HAUL_N_MARK_KINDS] = { -100, -100, -100, -100 };
  double taken = clamp_x (canvas, canvas->scale->from);

  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);
      double x;

      if (mark->at < canvas->scale->from)
        continue;
      if (mark->at > canvas->scale->to)
        break;
      x = clamp_x (canvas, mark->at);
      if (x - last[mark->kind] < MAX (4, canvas->least))
        continue;
      last[mark->kind] = x;
      if (mark->kind == HAUL_MARK_MESSAGE && x < taken)
        continue;   /* it would lie under a word */
      draw_mark (canvas, mark, x);
      if (mark->kind != HAUL_MARK_MESSAGE)
        draw_mark_text (canvas, mark, x, find_next_mark (canvas, lane, i), &taken);
      if (mark->kind != HAUL_MARK_MESSAGE)
        taken = MAX (taken, x + MARK_SIZE / 2);
    }
}

/* The column that is not drawn yet: as long as the next is as high it grows. */
typedef struct
{
  LabInk ink;
  double x;
  double end;
  double height;
} Column;

static void
flush_column (Canvas *canvas,
              Column *column)
{
  double bottom = canvas->y + LAB_TIMELINE_BAR_TOP + LAB_TIMELINE_BAR_HEIGHT;

  if (column->end > column->x)
    lab_drawing_add_rect (canvas->drawing, column->ink, column->x, bottom - column->height,
                          MAX (1, column->end - column->x), column->height, NULL);
  column->x = column->end;
  column->height = 0;
}

static void
add_to_column (Canvas *canvas,
               Column *column,
               LabInk  ink,
               double  x,
               double  end,
               double  height)
{
  double step = MAX (2, canvas->least);

  if (column->end > column->x && end - column->x <= step)   /* within one: the highest counts */
    {
      column->height = MAX (column->height, height);
      column->ink = ink == LAB_INK_BAD ? ink : column->ink;
      column->end = end;
      return;
    }
  if (column->ink != ink || fabs (column->height - height) >= 0.5 || x > column->end + 0.5)
    {
      flush_column (canvas, column);
      *column = (Column) { ink, MAX (x, column->end), end, height };
    }
  column->end = end;
}

static void
draw_values (Canvas   *canvas,
             HaulLane *lane)
{
  gboolean is_loop = haul_lane_get_kind (lane) == HAUL_LANE_LOOP;
  Column column = { LAB_INK_DIM, clamp_x (canvas, canvas->scale->from), 0, 0 };
  gint64 before = 0;

  for (guint i = 0; i < haul_lane_get_n_values (lane); i++)
    {
      gint64 at;
      double value = haul_lane_get_value (lane, i, &at);
      /* What a value says is of the time before it. */
      gint64 start = MAX (before, at - HOLD_US);
      double part = is_loop ? value / LOOP_FULL_MS : value;
      gboolean bad = is_loop && value >= LOOP_BAD_MS;

      before = at;
      if (bad)
        start = MAX (0, at - (gint64) (value * 1000));
      if (at < canvas->scale->from)
        continue;
      if (start > canvas->scale->to)
        break;
      add_to_column (canvas, &column, bad ? LAB_INK_BAD : is_loop ? LAB_INK_DIM : LAB_INK_WORKING, clamp_x (canvas, start),
                     clamp_x (canvas, at), MAX (1, round (MIN (part, 1) * LAB_TIMELINE_BAR_HEIGHT)));
    }
  flush_column (canvas, &column);
}

/* What the second line of a label says. */
static char *
get_subtitle (Canvas   *canvas,
              HaulLane *lane)
{
  guint n = haul_lane_get_n_values (lane);

  switch (haul_lane_get_kind (lane))
    {
    case HAUL_LANE_LOOP:
      return n > 0 ? g_strdup_printf (_("%.0f ms"), haul_lane_get_value (lane, n - 1, NULL)) : NULL;

    case HAUL_LANE_CORES:
      return n > 0 ? g_strdup_printf (_("%.0f %%"), 100 * haul_lane_get_value (lane, n - 1, NULL)) : NULL;

    case HAUL_LANE_WORKER:
    default:
      return haul_lane_get_pid (lane) != 0 ? g_strdup_printf (_("pid %d"), haul_lane_get_pid (lane)) : NULL;
    }
}

/* Letters go where there is no room for them. */
static char *
shorten (const char *text,
         gboolean    small,
         double      width)
{
  GString *part = g_string_new (text);

  while (part->len > 0 && lab_text_guess_width (part->str, small) > width)
    {
      g_string_truncate (part, g_utf8_find_prev_char (part->str, part->str + part->len) - part->str);
      if (lab_text_guess_width (part->str, small) + 7 <= width)
        {
          g_string_append (part, "…");
          break;
        }
    }
  return g_string_free (part, FALSE);
}

static void
draw_label (Canvas   *canvas,
            HaulLane *lane)
{
  double width = canvas->scale->label_width - 20;
  gboolean small = lab_text_guess_width (haul_lane_get_title (lane), FALSE) > width;
  g_autofree char *title = shorten (haul_lane_get_title (lane), small, width);
  g_autofree char *subtitle = get_subtitle (canvas, lane);
  double x = canvas->scale->rtl ? canvas->scale->width - EDGE : EDGE;
  double align = canvas->scale->rtl ? 1 : 0;

  lab_drawing_add_text (canvas->drawing, LAB_INK_TEXT, x, canvas->y + 18, align, small, title);
  if (subtitle != NULL)
    lab_drawing_add_text (canvas->drawing, LAB_INK_DIM, x, canvas->y + 34, align, TRUE, subtitle);
}

/* The one that was over sooner shows by how much. */
static void
draw_heading (Canvas               *canvas,
              const LabTimelineRun *runs,
              guint                 n_runs,
              guint                 run)
{
  g_autofree char *saved = lab_timeline_format_saved (runs, n_runs);
  double right = canvas->scale->rtl ? canvas->scale->width - EDGE : EDGE;
  gint64 other;
  double x, end;

  lab_drawing_add_text (canvas->drawing, LAB_INK_TEXT, right, canvas->y + 17, canvas->scale->rtl ? 1 : 0, FALSE,
                        runs[run].title);
  lab_drawing_add_line (canvas->drawing, LAB_INK_GRID, 0, canvas->y + 1, canvas->scale->width, 0);
  if (saved == NULL || runs[run].end >= runs[1 - run].end)
    return;
  other = runs[1 - run].end;
  x = clamp_x (canvas, runs[run].end);
  end = clamp_x (canvas, other);
  lab_drawing_add_rect (canvas->drawing, LAB_INK_GOOD, x, canvas->y + 22, MAX (1, end - x), 14, saved);
  lab_drawing_add_text (canvas->drawing, LAB_INK_TEXT, x - 6, canvas->y + 34, 1, FALSE, saved);
}

static void
draw_row (Canvas               *canvas,
          const LabTimelineRun *runs,
          guint                 n_runs,
          const LabTimelineRow *row)
{
  if (row->lane == NULL)
    {
      draw_heading (canvas, runs, n_runs, row->run);
      return;
    }
  draw_label (canvas, row->lane);
  if (haul_lane_get_kind (row->lane) != HAUL_LANE_WORKER)
    {
      draw_values (canvas, row->lane);
      return;
    }
  draw_spans (canvas, row->lane);
  draw_marks (canvas, row->lane);
}

void
lab_timeline_add_rows (LabDrawing             *drawing,
                       const LabTimelineScale *scale,
                       const LabTimelineRun   *runs,
                       guint                   n_runs,
                       GArray                 *rows,
                       guint                   first,
                       guint                   n_rows,
                       double                  y,
                       LabTimelineShown       *shown)
{
  guint n_before = lab_drawing_get_n (drawing);
  guint most = n_before + (scale->max_shapes != 0 ? scale->max_shapes : LAB_TIMELINE_MAX_SHAPES);
  Canvas canvas = { drawing, scale, 0, 1.5, 0, 0 };

  n_rows = MIN (n_rows, rows->len - MIN (first, rows->len));
  for (;; canvas.least *= 1.5)
    {
      canvas.n_spans = canvas.n_drawn = 0;
      for (guint i = 0; i < n_rows && lab_drawing_get_n (drawing) <= most; i++)
        {
          canvas.y = y + i * LAB_TIMELINE_ROW_HEIGHT;
          draw_row (&canvas, runs, n_runs, &g_array_index (rows, LabTimelineRow, first + i));
        }
      if (lab_drawing_get_n (drawing) <= most || canvas.least > scale->width)
        break;
      lab_drawing_truncate (drawing, n_before);
    }
  if (shown == NULL)
    return;
  shown->n_spans = canvas.n_spans;
  shown->n_drawn = canvas.n_drawn;
  shown->n_dropped = 0;
  for (guint i = 0; i < n_runs; i++)
    shown->n_dropped += haul_timeline_get_dropped (runs[i].timeline);
}

void
lab_timeline_add_axis (LabDrawing             *drawing,
                       const LabTimelineScale *scale,
                       double                  y)
{
  gint64 step = lab_timeline_get_step (scale);
  gint64 first = (scale->from + step - 1) / step * step;

  if (scale->from < 0)
    first = 0;
  for (gint64 at = first; at <= scale->to; at += step)
    {
      double x = lab_timeline_get_x (scale, at);
      g_autofree char *text = lab_timeline_format_time (at, step);
      double half = lab_text_guess_width (text, TRUE) / 2;

      lab_drawing_add_line (drawing, LAB_INK_GRID, x, y + LAB_TIMELINE_AXIS_HEIGHT - 6,
                            0, lab_drawing_get_height (drawing) - y - LAB_TIMELINE_AXIS_HEIGHT + 6);
      lab_drawing_add_text (drawing, LAB_INK_DIM, CLAMP (x, half, scale->width - half), y + 13, 0.5, TRUE, text);
    }
}

double
lab_timeline_add_legend (LabDrawing *drawing,
                         double      x,
                         double      y,
                         double      width,
                         gboolean    rtl)
{
  double left = x, top = y;

  for (guint i = 0; i < HAUL_N_SPAN_KINDS + 2; i++)
    {
      gboolean is_mark = i >= HAUL_N_SPAN_KINDS;
      HaulMarkKind mark = i == HAUL_N_SPAN_KINDS ? HAUL_MARK_SIGNAL : HAUL_MARK_MESSAGE;
      const char *title = is_mark ? lab_mark_kind_get_title (mark) : lab_span_kind_get_title (i);
      double needed = 24 + lab_text_guess_width (title, TRUE) + 16;
      const HaulMark sample = { mark, 0, NULL };
      Canvas canvas = { drawing, NULL, top - 4, 1, 0, 0 };
      double middle;

      if (x > left && x + needed > left + width)
        {
          x = left;
          top += 18;
          canvas.y = top - 4;
        }
      middle = rtl ? left + width - (x - left) - 9 : x + 9;
      if (!is_mark)
        lab_drawing_add_rect (drawing, lab_span_kind_get_ink (i), middle - 9, top, 18, 11, title);
      else if (mark == HAUL_MARK_SIGNAL)
        draw_cross (&canvas, middle);
      else
        draw_mark (&canvas, &sample, middle);
      top += lab_drawing_add_lines (drawing, LAB_INK_DIM, rtl ? middle - 15 : middle + 15, top + 9, rtl ? 1 : 0, TRUE,
                                    left + width - x - 24, title);
      x += needed;
    }
  return top + 18 - y;
}

static gint64
find_end (const LabTimelineRun *runs,
          guint                 n_runs,
          gint64                now)
{
  gint64 end = now;

  for (guint i = 0; i < n_runs; i++)
    end = MAX (end, MAX (runs[i].end, haul_timeline_get_end (runs[i].timeline)));
  return MAX (end, 1000);
}

LabDrawing *
lab_timeline_picture_new (const LabTimelineRun   *runs,
                          guint                   n_runs,
                          const LabTimelineScale *scale,
                          LabTimelineShown       *shown)
{
  g_autoptr(GArray) rows = lab_timeline_rows_new (runs, n_runs);
  LabTimelineShown counts = { 0 };
  LabTimelineScale own = *scale;
  double body = LAB_TIMELINE_AXIS_HEIGHT + rows->len * LAB_TIMELINE_ROW_HEIGHT;
  g_autofree char *note = NULL;
  LabDrawing *drawing;
  double height;

  if (own.from == own.to)
    own.to = own.from + find_end (runs, n_runs, own.now) * 1.02;
  if (own.label_width <= 0)
    own.label_width = MIN (lab_timeline_guess_labels (rows), MAX (own.width / 3, LEAST_LABEL));
  drawing = lab_drawing_new (own.width, body);
  lab_timeline_add_axis (drawing, &own, 0);
  lab_timeline_add_rows (drawing, &own, runs, n_runs, rows, 0, rows->len, LAB_TIMELINE_AXIS_HEIGHT, &counts);
  height = body + 10;
  height += lab_timeline_add_legend (drawing, EDGE, height, own.width - 2 * EDGE, own.rtl);
  note = lab_timeline_format_shown (&counts);
  if (note != NULL)
    {
      lab_drawing_add_text (drawing, LAB_INK_DIM, EDGE, height + 10, 0, TRUE, note);
      height += 16;
    }
  lab_drawing_set_height (drawing, height + 4);
  if (shown != NULL)
    *shown = counts;
  return drawing;
}
