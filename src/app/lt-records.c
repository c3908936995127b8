/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-records.h"

#include <glib/gi18n.h>

static gint64 time_origin;
static guint own_id;

void
lt_records_set_job (guint  id,
                    gint64 origin)
{
  own_id = id;
  time_origin = origin;
}

char *
lt_record_format_time (GtkListItem *item,
                       HaulRecord  *record)
{
  if (record == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%.3f", MAX (haul_record_get_time (record) - time_origin, 0) / (double) G_USEC_PER_SEC);
}

char *
lt_record_format_gap (GtkListItem *item,
                      HaulRecord  *record)
{
  if (record == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%.1f", haul_record_get_gap (record) / 1000.0);
}

char *
lt_record_format_size (GtkListItem *item,
                       HaulRecord  *record)
{
  if (record == NULL)
    return g_strdup ("");
  return haul_format_count (haul_record_get_size (record));
}

char *
lt_record_format_type (GtkListItem *item,
                       HaulRecord  *record)
{
  return g_strdup (record != NULL ? haul_frame_type_to_string (haul_record_get_frame (record)) : "");
}

/* An arrow for the eye and a word for the ear. */
char *
lt_record_format_way (GtkListItem *item,
                      HaulRecord  *record)
{
  if (record == NULL)
    return g_strdup ("");
  /* Translators: whether a message went to the worker or came from it */
  return g_strdup (haul_record_get_down (record) ? _("↓ to") : _("↑ from"));
}

char *
lt_record_format_text (GtkListItem *item,
                       HaulRecord  *record)
{
  const char *text = record != NULL ? haul_record_get_text (record) : NULL;

  return g_strdup (text != NULL ? text : "");
}

/* The worker of one job, and this program, need no name. */
static const char *
find_who (HaulRecord *record)
{
  const char *name = record != NULL ? haul_record_get_process_name (record) : NULL;
  g_autofree char *own = g_strdup_printf ("Worker-%u", own_id);

  return g_strcmp0 (name, own) != 0 && g_strcmp0 (name, "MainProcess") != 0 ? name : NULL;
}

char *
lt_record_format_who (GtkListItem *item,
                      HaulRecord  *record)
{
  const char *who = find_who (record);

  return g_strdup (who != NULL ? who : "");
}

char *
lt_record_format_pid (GtkListItem *item,
                      HaulRecord  *record)
{
  return find_who (record) != NULL ? g_strdup_printf (_("Process %d"), haul_record_get_pid (record)) : NULL;
}

gboolean
lt_record_has_who (GtkListItem *item,
                   HaulRecord  *record)
{
  return find_who (record) != NULL;
}

gboolean
lt_record_matches (HaulRecord *record,
                   const char *needle)
{
  const char *text = haul_record_get_text (record);
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
  const char *who = find_who (record);
  g_autofree char *name = who != NULL ? g_utf8_casefold (who, -1) : NULL;
  g_autofree char *type = NULL;

  if ((folded != NULL && strstr (folded, needle) != NULL) || (name != NULL && strstr (name, needle) != NULL))
    return TRUE;
  if (haul_record_get_size (record) == 0)
    return FALSE;
  type = g_utf8_casefold (haul_frame_type_to_string (haul_record_get_frame (record)), -1);
  return strstr (type, needle) != NULL;
}

void
lt_records_ensure (void)
{
  static const gpointer closures[] = {
    lt_record_format_time, lt_record_format_gap, lt_record_format_size,
    lt_record_format_type, lt_record_format_way, lt_record_format_text,
    lt_record_format_who, lt_record_format_pid, lt_record_has_who,
  };

  g_assert (closures[0] != NULL);
}
