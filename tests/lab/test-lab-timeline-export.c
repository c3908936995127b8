/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <json-glib/json-glib.h>

#include "haul-test.h"

#include "lab-timeline-export.h"

/* Files are read back, and have what the timeline has. */

#define NOW 9000000

static HaulTimeline *
build (void)
{
  HaulTimeline *timeline = haul_timeline_new (0);
  HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_LOOP, "Main loop", 0);

  haul_lane_add_value (lane, 1000, 4.5);
  haul_lane_add_value (lane, 2000, 320);
  lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker, \"one\"\n<two>", 4242);
  haul_lane_begin (lane, HAUL_SPAN_STARTING, 0, NULL);
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 1500, "Count “Primes”, 12 items");
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 4000, "SIGTERM");
  haul_lane_begin (lane, HAUL_SPAN_ZOMBIE, 5000, NULL);
  haul_lane_mark (lane, HAUL_MARK_EXIT, 5000, "exit 0");
  haul_lane_end (lane, 7000);
  haul_lane_mark (lane, HAUL_MARK_JOIN, 7000, NULL);
  lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "other", 4243);
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 3000, "lasts");
  lane = haul_timeline_add_lane (timeline, HAUL_LANE_CORES, "Processors", 0);
  haul_lane_add_value (lane, 1000, 0.5);
  return timeline;
}

/* RFC 4180, as strictly as it can be: a table of rows of fields. */
static GPtrArray *
parse_csv (const char *csv)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  GPtrArray *row = g_ptr_array_new_with_free_func (g_free);
  GString *field = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (const char *p = csv; *p != '\0'; p++)
    {
      if (quoted && *p == '"' && p[1] == '"')
        g_string_append_c (field, *p++);
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && (*p == ',' || (*p == '\r' && p[1] == '\n')))
        {
          g_ptr_array_add (row, g_strdup (field->str));
          g_string_truncate (field, 0);
          if (*p == ',')
            continue;
          g_ptr_array_add (rows, row);
          row = g_ptr_array_new_with_free_func (g_free);
          p++;
        }
      else
        g_string_append_c (field, *p);
    }
  g_assert_false (quoted);
  g_assert_cmpuint (row->len + field->len, ==, 0);
  g_ptr_array_unref (row);
  g_string_free (field, TRUE);
  return rows;
}

static const char *
get_field (GPtrArray *rows,
           guint      row,
           guint      column)
{
  return ((GPtrArray *) rows->pdata[row])->pdata[column];
}

static void
test_csv (void)
{
  g_autoptr(HaulTimeline) timeline = build ();
  const LabTimelineRun run = { timeline, NULL, 0 };
  g_autofree char *csv = lab_timeline_to_csv (&run, 1, NOW);
  g_autoptr(GPtrArray) rows = parse_csv (csv);

  g_assert_cmpuint (rows->len, ==, 1 + 2 + (3 + 3) + 1 + 1);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpuint (((GPtrArray *) rows->pdata[i])->len, ==, 10);
  g_assert_cmpstr (get_field (rows, 0, 9), ==, "text");
  g_assert_cmpstr (get_field (rows, 1, 5), ==, "latency_ms");
  g_assert_cmpstr (get_field (rows, 1, 8), ==, "4.5");
  g_assert_cmpstr (get_field (rows, 4, 2), ==, "worker, \"one\"\n<two>");
  g_assert_cmpstr (get_field (rows, 4, 3), ==, "4242");
  g_assert_cmpstr (get_field (rows, 4, 5), ==, "working");
  g_assert_cmpstr (get_field (rows, 4, 6), ==, "1500");
  g_assert_cmpstr (get_field (rows, 4, 7), ==, "5000");
  g_assert_cmpstr (get_field (rows, 4, 9), ==, "Count “Primes”, 12 items");
  g_assert_cmpstr (get_field (rows, 6, 9), ==, "SIGTERM");
  g_assert_cmpstr (get_field (rows, 9, 7), ==, "9000000");   /* it lasts */
  g_assert_cmpstr (get_field (rows, 10, 8), ==, "0.5");
}

static JsonArray *
parse_trace (JsonParser *parser,
             const char *json)
{
  g_autoptr(GError) error = NULL;
  JsonObject *object;

  g_assert_true (json_parser_load_from_data (parser, json, -1, &error));
  g_assert_no_error (error);
  object = json_node_get_object (json_parser_get_root (parser));
  return json_object_get_array_member (object, "traceEvents");
}

/* The only event of a phase with this name. */
static JsonObject *
find_event (JsonArray  *events,
            const char *phase,
            const char *name)
{
  JsonObject *found = NULL;

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);

      if (!g_str_equal (json_object_get_string_member (event, "ph"), phase)
          || !g_str_equal (json_object_get_string_member (event, "name"), name))
        continue;
      g_assert_null (found);
      found = event;
    }
  g_assert_nonnull (found);
  return found;
}

/* What any reader of the format wants of each event. */
static void
assert_well_formed (JsonArray *events)
{
  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);
      const char *phase = json_object_get_string_member (event, "ph");

      g_assert_cmpint (json_object_get_int_member (event, "pid"), >, 0);
      g_assert_cmpint (json_object_get_int_member (event, "tid"), >, 0);
      g_assert_nonnull (json_object_get_string_member (event, "name"));
      if (!g_str_equal (phase, "M"))
        g_assert_cmpint (json_object_get_int_member (event, "ts"), >=, 0);
      if (g_str_equal (phase, "X"))
        g_assert_cmpint (json_object_get_int_member (event, "dur"), >=, 0);
      else if (g_str_equal (phase, "i"))
        g_assert_cmpstr (json_object_get_string_member (event, "s"), ==, "t");
      else
        g_assert_true (json_object_has_member (event, "args"));
    }
}

static void
test_trace (void)
{
  g_autoptr(HaulTimeline) timeline = build ();
  const LabTimelineRun run = { timeline, NULL, 0 };
  g_autofree char *json = lab_timeline_to_trace (&run, 1, NOW);
  g_autoptr(JsonParser) parser = json_parser_new ();
  JsonArray *events = parse_trace (parser, json);
  JsonObject *event;
  guint n_spans = 0;

  assert_well_formed (events);

  /* Of each span where it begins and how long it lasts, on a thread that is called like its lane. */
  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      event = json_array_get_object_element (events, i);
      n_spans += g_str_equal (json_object_get_string_member (event, "ph"), "X");
    }
  g_assert_cmpuint (n_spans, ==, 4);
  event = find_event (events, "X", "Count “Primes”, 12 items");
  g_assert_cmpint (json_object_get_int_member (event, "ts"), ==, 1500);
  g_assert_cmpint (json_object_get_int_member (event, "dur"), ==, 3500);
  g_assert_cmpint (json_object_get_int_member (event, "pid"), ==, 4242);
  g_assert_cmpstr (json_object_get_string_member (event, "cat"), ==, "working");
  event = find_event (events, "X", "zombie");
  g_assert_cmpint (json_object_get_int_member (event, "ts") + json_object_get_int_member (event, "dur"), ==, 7000);
  event = find_event (events, "X", "lasts");
  g_assert_cmpint (json_object_get_int_member (event, "ts") + json_object_get_int_member (event, "dur"), ==, NOW);
  event = find_event (events, "i", "SIGTERM");
  g_assert_cmpint (json_object_get_int_member (event, "ts"), ==, 4000);
  event = find_event (events, "C", "Processors");
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (event, "args"), "busy"), ==, 0.5);
}

/* Two runs have no thread in common, even where they had the same process. */
static void
test_two (void)
{
  g_autoptr(HaulTimeline) timeline = build ();
  const LabTimelineRun runs[] = { { timeline, "first", 9000 }, { timeline, "second", 4000 } };
  g_autofree char *json = lab_timeline_to_trace (runs, 2, NOW);
  g_autofree char *csv = lab_timeline_to_csv (runs, 2, NOW);
  g_autofree char *svg = lab_timeline_to_svg (runs, 2, NOW);
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GHashTable) names = g_hash_table_new (NULL, NULL);
  g_autoptr(GPtrArray) rows = parse_csv (csv);
  JsonArray *events = parse_trace (parser, json);

  assert_well_formed (events);
  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);

      if (g_str_equal (json_object_get_string_member (event, "name"), "thread_name"))
        g_assert_true (g_hash_table_add (names, GINT_TO_POINTER ((int) json_object_get_int_member (event, "tid"))));
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, 8);
  g_assert_cmpstr (get_field (rows, rows->len - 1, 1), ==, "second");
  haul_test_assert_contains (svg, "<title id=\"title\">Timeline</title>");
  haul_test_assert_contains (svg, "second: 2 workers in ");
}

int
main (int   argc,
      char *argv[])
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab-timeline-export/csv", test_csv);
  g_test_add_func ("/lab-timeline-export/trace", test_trace);
  g_test_add_func ("/lab-timeline-export/two", test_two);

  return g_test_run ();
}
