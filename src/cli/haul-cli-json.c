/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-json.h"

#include <string.h>

void
haul_cli_json_add_text (JsonBuilder *builder,
                        const char  *name,
                        const char  *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

void
haul_cli_json_add_int (JsonBuilder *builder,
                       const char  *name,
                       gint64       number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

void
haul_cli_json_add_double (JsonBuilder *builder,
                          const char  *name,
                          double       number,
                          gboolean     known)
{
  json_builder_set_member_name (builder, name);
  if (known)
    json_builder_add_double_value (builder, number);
  else
    json_builder_add_null_value (builder);
}

void
haul_cli_json_add_clock (JsonBuilder *builder)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");

  haul_cli_json_add_text (builder, "clock", text);
}

void
haul_cli_json_add_arguments (JsonBuilder *builder,
                             const char  *name,
                             GVariant    *arguments,
                             const char  *but)
{
  GVariantIter iter;
  GVariant *value = NULL;
  const char *key = NULL;

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, arguments);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (g_strcmp0 (key, but) == 0)
        ;
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        haul_cli_json_add_int (builder, key, g_variant_get_int64 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        haul_cli_json_add_double (builder, key, g_variant_get_double (value), TRUE);
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        haul_cli_json_add_text (builder, key, g_variant_get_string (value, NULL));
      g_variant_unref (value);
    }

  json_builder_end_object (builder);
}

void
haul_cli_json_add_result (JsonBuilder    *builder,
                          const char     *name,
                          HaulResultKind  kind,
                          GBytes         *result)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (result, &size);
  g_autofree char *text = NULL;

  if (kind != HAUL_RESULT_IMAGE && g_utf8_validate_len (data, size, NULL))
    {
      text = g_strndup (data, size);
      haul_cli_json_add_text (builder, name, text);
    }
  else
    {
      text = g_base64_encode ((const guchar *) data, size);
      haul_cli_json_add_text (builder, "base64", text);
    }
}

void
haul_cli_json_finish (JsonBuilder   *builder,
                      HaulCliWriter *writer)
{
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;
  g_autofree char *line = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  line = g_strconcat (json, "\n", NULL);
  haul_cli_writer_add (writer, line);
  g_object_unref (builder);
}

void
haul_cli_json_add_record (JsonBuilder *builder,
                          HaulRecord  *record)
{
  static const char * const levels[] = { "debug", "info", "warning", "output" };
  HaulLogLevel level = haul_record_get_level (record);
  g_autofree char *text = haul_text_clean (haul_record_get_text (record), -1);

  haul_cli_json_add_text (builder, "level", level < G_N_ELEMENTS (levels) ? levels[level] : NULL);
  haul_cli_json_add_text (builder, "text", text);
  haul_cli_json_add_text (builder, "process", haul_record_get_process_name (record));
  haul_cli_json_add_int (builder, "pid", haul_record_get_pid (record));
  haul_cli_json_add_text (builder, "domain", haul_record_get_domain (record));
}
