/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-timeline.h"

G_BEGIN_DECLS

#define LAB_TYPE_FINDINGS (lab_findings_get_type ())
G_DECLARE_FINAL_TYPE (LabFindings, lab_findings, LAB, FINDINGS, GObject)

/*
 * What one experiment found, in one run or in several: numbers by key and item, texts by key, and a timeline of the
 * last run. Emits "changed", many changes of one turn of the main loop as one. Bounded: 64 keys, 4,096 items.
 */

LabFindings   *lab_findings_new          (void) G_GNUC_WARN_UNUSED_RESULT;

/* Another run begins: what it finds is one more sample. */
void           lab_findings_begin_run    (LabFindings  *self);
/* The run that began last was not whole: what it found does not count. */
void           lab_findings_drop_run     (LabFindings  *self);
guint          lab_findings_get_n_runs   (LabFindings  *self);

/* Takes the next bytes of what the experiment says; FALSE if they make no sense. */
gboolean       lab_findings_take         (LabFindings  *self,
                                          const char   *bytes,
                                          gsize         size,
                                          GError      **error);

/* Median of all runs; NAN if there is none. */
double         lab_findings_get          (LabFindings  *self,
                                          const char   *key,
                                          const char   *item);
/* The same, with the least and the greatest. */
guint          lab_findings_get_spread   (LabFindings  *self,
                                          const char   *key,
                                          const char   *item,
                                          double       *ret_least,
                                          double       *ret_greatest);
const char    *lab_findings_get_text     (LabFindings  *self,
                                          const char   *key);

/* All items, in the order in which they were said first. */
guint          lab_findings_get_n_items  (LabFindings  *self);
const char    *lab_findings_get_item     (LabFindings  *self,
                                          guint         index);
/* Of the last run; empty before it starts. Each run has another one. */
HaulTimeline  *lab_findings_get_timeline (LabFindings  *self);

/* What the last run was given. */
void           lab_findings_set_arguments (LabFindings *self,
                                           GVariant    *arguments);
GVariant      *lab_findings_get_arguments (LabFindings *self);

G_END_DECLS
