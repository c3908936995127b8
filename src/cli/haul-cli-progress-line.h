/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a line of progress says. Borrowed strings, UTF-8, NULL for nothing to say. */
typedef struct
{
  const char *title;      /* "Calculate Pi" */
  double      fraction;   /* below 0: unknown */
  const char *progress;   /* "1,860 of 3,000 digits" */
  const char *rate;       /* "96 digits/s" */
  const char *left;       /* "about 12 seconds left" */
  const char *parts;      /* "2 of 5 parts done, 2 running" */
  const char *phase;
  const char *status;     /* "Canceling…", in the place of rate and rest */
  gboolean    ascii;      /* the terminal shows nothing else */
} HaulProgressLine;

char  *haul_progress_line  (const HaulProgressLine *self,
                            guint                   width) G_GNUC_WARN_UNUSED_RESULT;

/* Columns that @text takes on a terminal. */
guint  haul_text_columns   (const char             *text);

/* Cuts @line in place so that it takes @width columns at most, without cutting a character. */
void   haul_text_cut       (GString                *line,
                            guint                   width);

G_END_DECLS
