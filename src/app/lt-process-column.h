/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* What the columns of the process list are: their words, and the words for what is in them. */

typedef enum
{
  LT_PROCESS_NAME,
  LT_PROCESS_PID,
  LT_PROCESS_PARENT,
  LT_PROCESS_STATE,
  LT_PROCESS_CPU,
  LT_PROCESS_HISTORY,
  LT_PROCESS_MEMORY,
  LT_PROCESS_THREADS,
  LT_PROCESS_CPU_TIME,
  LT_PROCESS_NICE,
  LT_PROCESS_CORE,
  LT_PROCESS_ELAPSED,
  LT_PROCESS_DAEMON,
  LT_PROCESS_EXIT,
  LT_PROCESS_N_COLUMNS,

  /* Where there is no room for columns: the numbers that count, in one line. */
  LT_PROCESS_FIGURES = LT_PROCESS_N_COLUMNS,
  LT_PROCESS_N_CELLS
} LtProcessColumn;

typedef struct
{
  const char *id;         /* for settings and actions */
  const char *title;      /* translatable */
  const char *property;   /* of HaulProcessInfo: what its text depends on */
  guint       width;      /* characters of the longest usual text, so that nothing jumps */
  gboolean    is_number;
  gboolean    shown;      /* if nobody chose */
} LtProcessColumnInfo;

const LtProcessColumnInfo *lt_process_column_get     (LtProcessColumn   column);

/* What people chose: percent of what, and how memory is counted. To be called when they choose. */
void                       lt_process_columns_load_settings (void);
gboolean                   lt_process_columns_want_pss      (void);
double                     lt_process_columns_scale_cpu     (double            cpu);

/* What stands in the cell; "" for nothing. */
char                      *lt_process_column_format  (LtProcessColumn   column,
                                                      HaulProcessInfo  *info) G_GNUC_WARN_UNUSED_RESULT;
/* What a screen reader says of it: with the name of the column. */
char                      *lt_process_column_speak   (LtProcessColumn   column,
                                                      HaulProcessInfo  *info) G_GNUC_WARN_UNUSED_RESULT;
/* What more there is to know, for a tooltip; or NULL. */
char                      *lt_process_column_explain (LtProcessColumn   column,
                                                      HaulProcessInfo  *info) G_GNUC_WARN_UNUSED_RESULT;
int                        lt_process_column_compare (LtProcessColumn   column,
                                                      HaulProcessInfo  *a,
                                                      HaulProcessInfo  *b);

/* All that is known of a row, as a line of text. */
char                      *lt_process_describe       (HaulProcessInfo  *info) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
