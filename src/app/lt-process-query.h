/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* What people look for: words that all have to fit. “state:Z”, “pid:42”, “cpu>10”, “memory<5”, which is in
 * MB, “nice>0”, “threads>1”; or a part of the name, or the whole number of the process. */
typedef struct _LtProcessQuery LtProcessQuery;

LtProcessQuery *lt_process_query_new     (const char            *text) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable): nothing is looked for */
void            lt_process_query_free    (LtProcessQuery        *self);
gboolean        lt_process_query_matches (const LtProcessQuery  *self,
                                          HaulProcessInfo       *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LtProcessQuery, lt_process_query_free)

G_END_DECLS
