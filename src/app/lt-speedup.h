/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"
#include "lab-findings.h"

G_BEGIN_DECLS

/* Runs of the same task on the same arguments, by how many workers had a part in it. */
typedef struct
{
  guint  n_workers;
  double seconds;
} LtSpeedupRun;

/* Of @jobs, those that were done and are the same as @job but for their workers. Returns: (transfer full) of LtSpeedupRun */
GArray      *lt_speedup_find_runs (GPtrArray          *jobs,
                                   HaulJob            *job) G_GNUC_WARN_UNUSED_RESULT;
/* How many times as fast as one worker the others were, as the experiment “How Many Workers” would have found it. NULL
 * where there is nothing to compare: it takes a run of one worker, and another of more. Returns: (transfer full) */
LabFindings *lt_speedup_new_findings (GArray          *runs) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable) */

/**
 * LtSpeedup:
 *
 * What more workers were good for: the speed-ups that were measured, as a curve beside the ideal and Amdahl’s law, and
 * as a table.
 */
#define LT_TYPE_SPEEDUP (lt_speedup_get_type ())
G_DECLARE_FINAL_TYPE (LtSpeedup, lt_speedup, LT, SPEEDUP, AdwBin)

void         lt_speedup_set_findings (LtSpeedup       *self,
                                      const char      *title,
                                      LabFindings     *findings);

G_END_DECLS
