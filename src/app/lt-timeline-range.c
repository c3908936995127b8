/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-canvas-private.h"

/* What part of the time a canvas shows. */

/* Before people zoom it shows all there is, and then so much of the newest. */
#define SHOWN_AT_FIRST (60 * (gint64) G_USEC_PER_SEC)
#define SHOWN_AT_LEAST (2 * (gint64) G_USEC_PER_SEC)

/* No further in: a µs for each pixel. */
#define MIN_US_PER_UNIT 1.0

/* Time */

gint64
lt_timeline_canvas_find_end (LtTimelineCanvas *self)
{
  gint64 end = self->live ? self->now : 0;

  for (guint i = 0; i < self->n_runs; i++)
    end = MAX (end, MAX (self->runs[i].end, haul_timeline_get_end (self->runs[i].timeline)));
  return MAX (end, 1000);
}

/* Before the first worker there is nothing to see. */
static gint64
find_start (LtTimelineCanvas *self)
{
  GListModel *lanes = self->n_runs > 0 ? G_LIST_MODEL (self->runs[0].timeline) : NULL;
  gint64 start = G_MAXINT64;

  if (!self->live || lanes == NULL)
    return 0;
  for (guint i = 0; i < g_list_model_get_n_items (lanes); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (lanes, i);

      if (haul_lane_get_kind (lane) == HAUL_LANE_WORKER && haul_lane_get_n_spans (lane) > 0)
        start = MIN (start, haul_lane_get_span (lane, 0)->start);
    }
  return start != G_MAXINT64 ? MAX (0, start) : 0;
}

static double
get_plot_width (LtTimelineCanvas *self)
{
  return MAX (10, gtk_widget_get_width (GTK_WIDGET (self)) / self->unit - self->label_width - LAB_TIMELINE_MARGIN);
}

/* µs for a unit, as people chose or as it is before they have. */
double
lt_timeline_canvas_get_us_per_unit (LtTimelineCanvas *self)
{
  double width = get_plot_width (self);
  gint64 end = lt_timeline_canvas_find_end (self) - self->start;

  if (self->us_per_unit > 0)
    return self->us_per_unit;
  if (!self->live || self->fits)
    return end * 1.02 / width;
  return CLAMP (end * 1.02, SHOWN_AT_LEAST, SHOWN_AT_FIRST) / width;
}

void
lt_timeline_canvas_get_scale (LtTimelineCanvas *self,
                              LabTimelineScale *scale)
{
  double us_per_unit = lt_timeline_canvas_get_us_per_unit (self);

  *scale = (LabTimelineScale) {
    .from = self->from,
    .to = self->from + MAX (1, (gint64) (us_per_unit * get_plot_width (self))),
    .now = self->now,
    .width = gtk_widget_get_width (GTK_WIDGET (self)) / self->unit,
    .label_width = self->label_width,
    .rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL,
  };
}

/* Rows */

/* Of a run that grows only what there is to see: after an hour that is not a hundred empty rows. */
static gboolean
is_seen (HaulLane *lane,
         gint64    from,
         gint64    to)
{
  guint first = lab_lane_find_span (lane, from);

  if (haul_lane_get_kind (lane) != HAUL_LANE_WORKER)
    return TRUE;
  return first < haul_lane_get_n_spans (lane) && haul_lane_get_span (lane, first)->start <= to;
}

static void
update_rows (LtTimelineCanvas *self)
{
  LabTimelineScale scale;

  g_clear_pointer (&self->rows, g_array_unref);
  self->rows = lab_timeline_rows_new (self->runs, self->n_runs);
  self->label_width = MIN (lab_timeline_guess_labels (self->rows),
                           gtk_widget_get_width (GTK_WIDGET (self)) / self->unit / 3);
  if (!self->live)
    return;
  lt_timeline_canvas_get_scale (self, &scale);
  for (guint i = self->rows->len; i > 0; i--)
    {
      HaulLane *lane = g_array_index (self->rows, LabTimelineRow, i - 1).lane;

      if (lane != NULL && !is_seen (lane, scale.from, scale.to))
        g_array_remove_index (self->rows, i - 1);
    }
}

void
lt_timeline_canvas_configure (LtTimelineCanvas *self)
{
  double us_per_unit, width, end, height;
  gint64 latest;

  if (self->configuring || self->hadjustment == NULL || self->vadjustment == NULL)
    return;

  self->configuring = TRUE;
  self->start = find_start (self);
  us_per_unit = lt_timeline_canvas_get_us_per_unit (self);
  width = get_plot_width (self);
  end = (lt_timeline_canvas_find_end (self) - self->start) * 1.02;
  latest = self->start + MAX (0, (gint64) (end - width * us_per_unit));
  self->from = self->follow ? latest : CLAMP (self->from, self->start, latest);
  update_rows (self);
  gtk_adjustment_configure (self->hadjustment, (self->from - self->start) / us_per_unit * self->unit, 0,
                            MAX (end / us_per_unit, width) * self->unit, 40, width * 0.9 * self->unit, width * self->unit);
  height = (LAB_TIMELINE_AXIS_HEIGHT + self->rows->len * LAB_TIMELINE_ROW_HEIGHT) * self->unit;
  gtk_adjustment_configure (self->vadjustment, gtk_adjustment_get_value (self->vadjustment), 0,
                            MAX (height, gtk_widget_get_height (GTK_WIDGET (self))),
                            LAB_TIMELINE_ROW_HEIGHT * self->unit, gtk_widget_get_height (GTK_WIDGET (self)) * 0.9,
                            gtk_widget_get_height (GTK_WIDGET (self)));
  self->configuring = FALSE;
}

void
lt_timeline_canvas_refresh (LtTimelineCanvas *self)
{
  lt_timeline_canvas_configure (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Where people go by themselves, it does not go on by itself. */
void
lt_timeline_canvas_show_time (LtTimelineCanvas *self,
                              gint64            from,
                              gint64            to)
{
  LabTimelineScale scale;
  gint64 width;

  lt_timeline_canvas_get_scale (self, &scale);
  width = scale.to - scale.from;
  if (from < scale.to && to > scale.from)
    return;
  lt_timeline_canvas_set_follow (self, FALSE);
  self->from = to <= scale.from ? to - width / 4 : from - width / 4;
  self->from = MAX (0, self->from);
  lt_timeline_canvas_refresh (self);
}

void
lt_timeline_canvas_get_range (LtTimelineCanvas *self,
                              gint64           *ret_from,
                              gint64           *ret_to)
{
  LabTimelineScale scale;

  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));

  lt_timeline_canvas_get_scale (self, &scale);
  *ret_from = scale.from;
  *ret_to = scale.to;
}

gint64
lt_timeline_canvas_get_now (LtTimelineCanvas *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), 0);

  return MAX (self->now, lt_timeline_canvas_find_end (self));
}

void
lt_timeline_canvas_zoom (LtTimelineCanvas *self,
                         double            factor,
                         double            x)
{
  LabTimelineScale scale;
  double us_per_unit, most;
  gint64 at;

  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));
  g_return_if_fail (factor > 0);

  lt_timeline_canvas_get_scale (self, &scale);
  if (x < 0)
    x = lab_timeline_get_x (&scale, (scale.from + scale.to) / 2) * self->unit;
  at = lab_timeline_get_time (&scale, x / self->unit);
  most = (lt_timeline_canvas_find_end (self) - self->start) * 1.02 / get_plot_width (self);
  us_per_unit = MIN (MAX (lt_timeline_canvas_get_us_per_unit (self) / factor, MIN_US_PER_UNIT), MAX (most, MIN_US_PER_UNIT));
  self->us_per_unit = us_per_unit;
  self->from = MAX (0, at - (gint64) ((x / self->unit - lab_timeline_get_x (&scale, scale.from)) * us_per_unit));
  if (self->follow && self->from + us_per_unit * get_plot_width (self) < lt_timeline_canvas_find_end (self))
    lt_timeline_canvas_set_follow (self, factor > 1 && self->live && x < 0);
  lt_timeline_canvas_refresh (self);
}

void
lt_timeline_canvas_fit (LtTimelineCanvas *self)
{
  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));

  self->us_per_unit = 0;
  self->fits = TRUE;
  self->from = 0;
  lt_timeline_canvas_refresh (self);
}

gboolean
lt_timeline_canvas_get_follow (LtTimelineCanvas *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), FALSE);

  return self->follow;
}

void
lt_timeline_canvas_set_follow (LtTimelineCanvas *self,
                               gboolean          follow)
{
  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));

  if (self->follow == !!follow)
    return;

  /* What is not followed keeps its scale. */
  if (!follow && self->us_per_unit <= 0 && self->live)
    self->us_per_unit = lt_timeline_canvas_get_us_per_unit (self);
  self->follow = !!follow;
  lt_timeline_canvas_notify_follow (self);
  lt_timeline_canvas_refresh (self);
}
