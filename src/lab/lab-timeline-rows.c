/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "lab-timeline-picture.h"

/* What a timeline has, in rows; and where its times are. */

#define MIN_TICK_WIDTH 72.0

static void
row_clear (gpointer row)
{
  g_clear_object (&((LabTimelineRow *) row)->lane);
}

static void
add_lanes (GArray       *rows,
           guint         run,
           HaulTimeline *timeline,
           HaulLaneKind  kind)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);
      LabTimelineRow row = { run, lane };

      if (haul_lane_get_kind (lane) != kind)
        continue;
      (void) g_object_ref (lane);
      g_array_append_val (rows, row);
    }
}

GArray *
lab_timeline_rows_new (const LabTimelineRun *runs,
                       guint                 n_runs)
{
  static const HaulLaneKind kinds[] = { HAUL_LANE_LOOP, HAUL_LANE_WORKER, HAUL_LANE_CORES };
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (LabTimelineRow));

  g_array_set_clear_func (rows, row_clear);
  for (guint i = 0; i < n_runs; i++)
    {
      LabTimelineRow heading = { i, NULL };

      if (runs[i].title != NULL)
        g_array_append_val (rows, heading);
      for (guint j = 0; j < G_N_ELEMENTS (kinds); j++)
        add_lanes (rows, i, runs[i].timeline, kinds[j]);
    }
  return rows;
}

double
lab_timeline_guess_labels (GArray *rows)
{
  double width = 60;

  for (guint i = 0; i < rows->len; i++)
    {
      HaulLane *lane = g_array_index (rows, LabTimelineRow, i).lane;

      if (lane != NULL)
        width = MAX (width, lab_text_guess_width (haul_lane_get_title (lane), FALSE) + 26);
    }
  return MIN (width, 170);
}

static double
get_left (const LabTimelineScale *scale)
{
  return scale->rtl ? LAB_TIMELINE_MARGIN : scale->label_width;
}

static double
get_pixels (const LabTimelineScale *scale)
{
  return MAX (1, scale->width - scale->label_width - LAB_TIMELINE_MARGIN);
}

double
lab_timeline_get_x (const LabTimelineScale *scale,
                    gint64                  at)
{
  return get_left (scale) + (at - scale->from) * get_pixels (scale) / MAX (1, scale->to - scale->from);
}

gint64
lab_timeline_get_time (const LabTimelineScale *scale,
                       double                  x)
{
  return scale->from + (gint64) ((x - get_left (scale)) * (scale->to - scale->from) / get_pixels (scale));
}

/* 1, 2 or 5 of something; of minutes and hours what they are divided by. */
gint64
lab_timeline_get_step (const LabTimelineScale *scale)
{
  static const gint64 seconds[] = { 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400 };
  double least = (scale->to - scale->from) * MIN_TICK_WIDTH / get_pixels (scale);

  for (gint64 unit = 10; unit <= 10 * G_USEC_PER_SEC; unit *= 10)
    for (guint i = 0; i < 3; i++)
      {
        gint64 step = unit * (i == 0 ? 1 : i == 1 ? 2 : 5);

        if (step >= least && step <= 30 * G_USEC_PER_SEC)
          return step;
      }
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    if (seconds[i] * G_USEC_PER_SEC >= least)
      return seconds[i] * G_USEC_PER_SEC;
  return (gint64) ceil (least / (86400.0 * G_USEC_PER_SEC)) * 86400 * G_USEC_PER_SEC;
}

gint64
lab_span_get_end (const HaulSpan *span,
                  gint64          now)
{
  return span->end >= span->start ? span->end : MAX (now, span->start);
}

guint
lab_lane_find_span (HaulLane *lane,
                    gint64    at)
{
  guint low = 0, high = haul_lane_get_n_spans (lane);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (lab_span_get_end (haul_lane_get_span (lane, middle), G_MAXINT64) > at)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}
