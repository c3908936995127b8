/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands between the tabs of a line that an experiment said. Nothing of it is trusted. */

#define LAB_FIELD_MAX_NAME 128   /* bytes */

/* At most @n_most of them, without what does something to a terminal; NULL if it is not UTF-8. */
char    **lab_field_split          (const char *line,
                                    gsize       size,
                                    guint       n_most) G_GNUC_WARN_UNUSED_RESULT;
/* A key, an item, a lane. */
gboolean  lab_field_is_name        (const char *text);
gboolean  lab_field_read_number    (const char *text,
                                    double     *ret_value);
/* 0 for what is none, and for NULL. */
guint     lab_field_read_count     (const char *text);
/* From 0 to @n_kinds - 1. */
gboolean  lab_field_read_kind      (const char *text,
                                    guint       n_kinds,
                                    guint      *ret_kind);
/* Seconds since the start; a day is more than any run has. */
gboolean  lab_field_read_time      (const char *text,
                                    gint64     *ret_us);
/* What the child calls a lane, in the words of people: "child 1" is “Child 1”. */
char     *lab_field_describe_lane  (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
