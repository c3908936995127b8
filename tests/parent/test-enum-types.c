/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/haul.h"

/* The types of enumerations know all of their values: what C knows of them ends where they do. */

static void
test_values (void)
{
  const struct { GType type; int first, last; const char *first_nick, *last_nick; } rows[] = {
    { HAUL_TYPE_STAMP, 0, HAUL_N_STAMPS - 1, "queued", "joined" },
    { HAUL_TYPE_SHUTDOWN, HAUL_SHUTDOWN_DRAIN, HAUL_SHUTDOWN_TERMINATE, "drain", "terminate" },
    { HAUL_TYPE_FRAME_TYPE, HAUL_FRAME_HELLO, HAUL_FRAME_TILE, "hello", "tile" },
    { HAUL_TYPE_LOG_LEVEL, HAUL_LOG_DEBUG, HAUL_LOG_NOTSET, "debug", "notset" },
    { HAUL_TYPE_PARAM_TYPE, HAUL_PARAM_INT, HAUL_PARAM_COMMAND, "int", "command" },
    { HAUL_TYPE_RESULT_KIND, HAUL_RESULT_TEXT, HAUL_RESULT_IMAGE, "text", "image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GEnumClass) enum_class = g_type_class_ref (rows[i].type);

      g_test_message ("%s", g_type_name (rows[i].type));
      g_assert_cmpint (enum_class->minimum, ==, rows[i].first);
      g_assert_cmpint (enum_class->maximum, ==, rows[i].last);
      g_assert_cmpuint (enum_class->n_values, ==, rows[i].last - rows[i].first + 1);
      g_assert_cmpstr (g_enum_get_value (enum_class, rows[i].first)->value_nick, ==, rows[i].first_nick);
      g_assert_cmpstr (g_enum_get_value (enum_class, rows[i].last)->value_nick, ==, rows[i].last_nick);
    }
}

/* In other cases, the words of the wire. */
static void
test_frame_types (void)
{
  g_autoptr(GEnumClass) enum_class = g_type_class_ref (HAUL_TYPE_FRAME_TYPE);

  for (guint i = 0; i < enum_class->n_values; i++)
    {
      g_autofree char *upper = g_ascii_strup (enum_class->values[i].value_nick, -1);

      g_assert_cmpstr (haul_frame_type_to_string (enum_class->values[i].value), ==, upper);
    }
  g_assert_null (haul_frame_type_to_string (enum_class->maximum + 1));
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/enum-types/values", test_values);
  g_test_add_func ("/enum-types/frame-types", test_frame_types);
  return g_test_run ();
}
