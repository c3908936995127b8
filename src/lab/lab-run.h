/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-executor.h"
#include "lab-experiment.h"

G_BEGIN_DECLS

#define LAB_TYPE_RUN (lab_run_get_type ())
G_DECLARE_FINAL_TYPE (LabRun, lab_run, LAB, RUN, GObject)

/* What stands on the page of an experiment, whoever shows it: predict, run, reveal. */
typedef enum
{
  LAB_RUN_ASKING,      /* wants a prediction, or that it is skipped */
  LAB_RUN_READY,       /* may be started */
  LAB_RUN_RUNNING,
  LAB_RUN_REVEALED,    /* has an outcome, or says why it has none; may be started again */
} LabRunState;

/*
 * Properties: "state", "prediction" (an id, NULL where none was made), "outcome" (an id; NULL before, and where it
 * could not be said), "message" (translated: why it could not, or what went wrong), "fraction" (of all runs),
 * "findings" (others when an argument changes; the same ones get the runs after that as further samples).
 *
 * The job runs in haul-lab-worker, within 15 s, and within bounds of memory and processor time. Cancelling drops what
 * the unfinished run had found; it goes back to READY, or to REVEALED where there are whole runs. A run that is running
 * keeps itself alive: who is done with it cancels it.
 */

/* How often one can be run in a row. */
#define LAB_RUN_MAX_TIMES 100

/* The program that runs experiments: $HAUL_LAB_WORKER, or the one that was installed. Returns: (transfer full) */
char                *lab_run_find_worker     (void) G_GNUC_WARN_UNUSED_RESULT;

LabRun              *lab_run_new             (const LabExperiment  *experiment) G_GNUC_WARN_UNUSED_RESULT;
const LabExperiment *lab_run_get_experiment  (LabRun               *self);
LabRunState          lab_run_get_state       (LabRun               *self);

/* What is asked: that of the experiment, or (nullable) of a lesson. */
const char          *lab_run_get_question    (LabRun               *self);
void                 lab_run_set_question    (LabRun               *self,
                                              const char           *question);

void                 lab_run_predict         (LabRun               *self,
                                              const char           *prediction);
void                 lab_run_skip            (LabRun               *self);
const char          *lab_run_get_prediction  (LabRun               *self);

/* Checked and completed; an error names the parameter and what it takes. May be done in READY and REVEALED. */
gboolean             lab_run_set_arguments   (LabRun               *self,
                                              GVariant             *arguments,
                                              GError              **error);
GVariant            *lab_run_get_arguments   (LabRun               *self);

/* After how many seconds a run is stopped, from 1 to 15, which is what it is unless it is set. */
void                 lab_run_set_time_limit  (LabRun               *self,
                                              guint                 seconds);

/* Runs it @n_times, one after the other. FALSE where it asks for a prediction, or runs. */
gboolean             lab_run_start           (LabRun               *self,
                                              guint                 n_times);
void                 lab_run_cancel          (LabRun               *self);

const char          *lab_run_get_outcome     (LabRun               *self);
const char          *lab_run_get_message     (LabRun               *self);
const GError        *lab_run_get_error       (LabRun               *self);   /* (nullable) of the job that ran last */
LabFindings         *lab_run_get_findings    (LabRun               *self);
LabFindings         *lab_run_get_earlier     (LabRun               *self);   /* (nullable) before the last change of an argument */
HaulJob             *lab_run_get_job         (LabRun               *self);   /* (nullable) the one that runs, or ran last */
double               lab_run_get_fraction    (LabRun               *self);

G_END_DECLS
