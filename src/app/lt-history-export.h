/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-history-entry.h"

G_BEGIN_DECLS

typedef enum
{
  LT_EXPORT_CSV,        /* RFC 4180, a line of names first */
  LT_EXPORT_JSON,       /* an array of objects */
  LT_EXPORT_MARKDOWN,   /* a table */
  LT_N_EXPORTS
} LtExport;

/* Of a model of LtHistoryEntry. Names and words are the same in every language, times are in UTC. */
char       *lt_history_export        (GListModel *entries,
                                      LtExport    format) G_GNUC_WARN_UNUSED_RESULT;
const char *lt_history_export_ending (LtExport    format);   /* "csv" */

G_END_DECLS
