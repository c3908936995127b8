/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-timeline-export.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define PICTURE_WIDTH 960

/* Of lanes without a process. */
#define NO_PID 1

static const char *
get_title (const LabTimelineRun *run)
{
  return run->title != NULL ? run->title : "";
}

/* CSV */

static void
append_field (GString    *csv,
              const char *field)
{
  g_autoptr(GString) quoted = NULL;

  g_string_append_c (csv, ',');
  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (csv, field);
      return;
    }
  quoted = g_string_new (field);
  g_string_replace (quoted, "\"", "\"\"", 0);
  g_string_append_printf (csv, "\"%s\"", quoted->str);
}

/* What all lines begin with. */
static void
begin_line (GString              *csv,
            const LabTimelineRow *row,
            const LabTimelineRun *run,
            const char           *type,
            const char           *kind)
{
  g_autofree char *pid = g_strdup_printf ("%d", haul_lane_get_pid (row->lane));

  g_string_append_printf (csv, "%u", row->run + 1);
  append_field (csv, get_title (run));
  append_field (csv, haul_lane_get_title (row->lane));
  append_field (csv, pid);
  append_field (csv, type);
  append_field (csv, kind);
}

static void
append_lane (GString              *csv,
             const LabTimelineRow *row,
             const LabTimelineRun *run,
             gint64                now)
{
  gboolean is_loop = haul_lane_get_kind (row->lane) == HAUL_LANE_LOOP;

  for (guint i = 0; i < haul_lane_get_n_spans (row->lane); i++)
    {
      const HaulSpan *span = haul_lane_get_span (row->lane, i);

      begin_line (csv, row, run, "span", haul_span_kind_to_nick (span->kind));
      g_string_append_printf (csv, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",", span->start, lab_span_get_end (span, now));
      append_field (csv, span->text != NULL ? span->text : "");
      g_string_append (csv, "\r\n");
    }
  for (guint i = 0; i < haul_lane_get_n_marks (row->lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (row->lane, i);

      begin_line (csv, row, run, "mark", haul_mark_kind_to_nick (mark->kind));
      g_string_append_printf (csv, ",%" G_GINT64_FORMAT ",,", mark->at);
      append_field (csv, mark->text != NULL ? mark->text : "");
      g_string_append (csv, "\r\n");
    }
  for (guint i = 0; i < haul_lane_get_n_values (row->lane); i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      gint64 at;

      (void) g_ascii_formatd (number, sizeof number, "%.6g", haul_lane_get_value (row->lane, i, &at));
      begin_line (csv, row, run, "value", is_loop ? "latency_ms" : "busy");
      g_string_append_printf (csv, ",%" G_GINT64_FORMAT ",,%s,\r\n", at, number);
    }
}

char *
lab_timeline_to_csv (const LabTimelineRun *runs,
                     guint                 n_runs,
                     gint64                now)
{
  g_autoptr(GArray) rows = lab_timeline_rows_new (runs, n_runs);
  GString *csv = g_string_new ("run,run_title,lane,pid,type,kind,start_us,end_us,value,text\r\n");

  for (guint i = 0; i < rows->len; i++)
    {
      const LabTimelineRow *row = &g_array_index (rows, LabTimelineRow, i);

      if (row->lane != NULL)
        append_lane (csv, row, &runs[row->run], now);
    }
  return g_string_free (csv, FALSE);
}

/* The Trace Event Format */

typedef struct
{
  JsonBuilder *builder;
  gint64       pid;
  gint64       tid;    /* its number in the file: two processes may have had one pid */
  gint64       now;
} Track;

static void
add_string (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder,
         const char  *name,
         gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/* Up to what only some events have. */
static void
begin_event (Track      *track,
             const char *phase,
             const char *name)
{
  json_builder_begin_object (track->builder);
  add_string (track->builder, "ph", phase);
  add_string (track->builder, "name", name);
  add_int (track->builder, "pid", track->pid);
  add_int (track->builder, "tid", track->tid);
}

static void
add_metadata (Track      *track,
              const char *what,
              const char *name)
{
  begin_event (track, "M", what);
  json_builder_set_member_name (track->builder, "args");
  json_builder_begin_object (track->builder);
  add_string (track->builder, "name", name);
  json_builder_end_object (track->builder);
  json_builder_end_object (track->builder);
}

static void
add_sort_index (Track      *track,
                const char *what)
{
  begin_event (track, "M", what);
  json_builder_set_member_name (track->builder, "args");
  json_builder_begin_object (track->builder);
  add_int (track->builder, "sort_index", track->tid);
  json_builder_end_object (track->builder);
  json_builder_end_object (track->builder);
}

static void
add_args (Track      *track,
          const char *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (track->builder, "args");
  json_builder_begin_object (track->builder);
  add_string (track->builder, "text", text);
  json_builder_end_object (track->builder);
}

static void
add_spans (Track    *track,
           HaulLane *lane)
{
  for (guint i = 0; i < haul_lane_get_n_spans (lane); i++)
    {
      const HaulSpan *span = haul_lane_get_span (lane, i);

      begin_event (track, "X", span->kind == HAUL_SPAN_WORKING && span->text != NULL ? span->text
                                                                                     : haul_span_kind_to_nick (span->kind));
      add_string (track->builder, "cat", haul_span_kind_to_nick (span->kind));
      add_int (track->builder, "ts", span->start);
      add_int (track->builder, "dur", lab_span_get_end (span, track->now) - span->start);
      add_args (track, span->text);
      json_builder_end_object (track->builder);
    }
}

static void
add_marks (Track    *track,
           HaulLane *lane)
{
  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      begin_event (track, "i", mark->text != NULL ? mark->text : haul_mark_kind_to_nick (mark->kind));
      add_string (track->builder, "cat", haul_mark_kind_to_nick (mark->kind));
      add_int (track->builder, "ts", mark->at);
      add_string (track->builder, "s", "t");
      json_builder_end_object (track->builder);
    }
}

static void
add_values (Track    *track,
            HaulLane *lane)
{
  const char *name = haul_lane_get_kind (lane) == HAUL_LANE_LOOP ? "latency_ms" : "busy";

  for (guint i = 0; i < haul_lane_get_n_values (lane); i++)
    {
      gint64 at;
      double value = haul_lane_get_value (lane, i, &at);

      if (!isfinite (value))
        continue;   /* JSON has no word for it */
      begin_event (track, "C", haul_lane_get_title (lane));
      add_int (track->builder, "ts", at);
      json_builder_set_member_name (track->builder, "args");
      json_builder_begin_object (track->builder);
      json_builder_set_member_name (track->builder, name);
      json_builder_add_double_value (track->builder, value);
      json_builder_end_object (track->builder);
      json_builder_end_object (track->builder);
    }
}

static void
add_lane (JsonBuilder          *builder,
          const LabTimelineRow *row,
          const LabTimelineRun *run,
          guint                 number,
          gint64                now)
{
  int pid = haul_lane_get_pid (row->lane);
  Track track = { builder, pid != 0 ? pid : NO_PID + (int) row->run, number, now };
  g_autofree char *name = NULL;

  if (run->title != NULL)
    name = g_strdup_printf ("%s: %s", run->title, haul_lane_get_title (row->lane));
  else
    name = g_strdup (haul_lane_get_title (row->lane));
  add_metadata (&track, "process_name", pid != 0 ? name : "Long Tasks");
  add_sort_index (&track, "process_sort_index");
  add_metadata (&track, "thread_name", name);
  add_sort_index (&track, "thread_sort_index");
  add_spans (&track, row->lane);
  add_marks (&track, row->lane);
  add_values (&track, row->lane);
}

char *
lab_timeline_to_trace (const LabTimelineRun *runs,
                       guint                 n_runs,
                       gint64                now)
{
  g_autoptr(GArray) rows = lab_timeline_rows_new (runs, n_runs);
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "displayTimeUnit", "ms");
  json_builder_set_member_name (builder, "traceEvents");
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++)
    {
      const LabTimelineRow *row = &g_array_index (rows, LabTimelineRow, i);

      if (row->lane != NULL)
        add_lane (builder, row, &runs[row->run], i + 1, now);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
lab_timeline_to_svg (const LabTimelineRun *runs,
                     guint                 n_runs,
                     gint64                now)
{
  const LabTimelineScale scale = { .now = now, .width = PICTURE_WIDTH };
  g_autoptr(LabDrawing) drawing = lab_timeline_picture_new (runs, n_runs, &scale, NULL);
  g_autofree char *description = lab_timeline_describe (runs, n_runs);

  return lab_drawing_to_svg (drawing, _("Timeline"), description);
}
