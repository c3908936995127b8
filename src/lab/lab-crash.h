/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-executor.h"

G_BEGIN_DECLS

/*
 * What a crash takes down, tried out: haul-lab-worker plays a program in which three jobs are at work at the same
 * time, and one of them crashes. If that was the end of the program, somebody else is there to tell.
 */

typedef struct
{
  gboolean measured;   /* else the rest says nothing */
  gboolean program;    /* all of it ended */
  guint    n_others;   /* jobs, besides the one that crashed … */
  guint    n_lost;     /* … and those of them that did not finish */
  gboolean replaced;   /* a new worker came for the one that crashed */
} LabCrash;

/* What haul-lab-worker has to know: the program, and its jobs. */
extern const HaulTask lab_crash_task;
extern const HaulTask lab_crash_part;

/* An executor by its name: "serial", "thread", "process" or "pool". @worker: the program of its workers, if it has
 * such; NULL for the usual one. Returns: (transfer full) */
HaulExecutor *lab_crash_create_executor (const char *name,
                                         const char *worker,
                                         guint       n_workers) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _LabCrashRun LabCrashRun;

typedef void (*LabCrashFunc) (const LabCrash *found,
                              gpointer        user_data);

/* Tries it with the jobs in such an executor, or with "python" in programs that @python (nullable) runs. @func is
 * called once, from the main loop, within 15 seconds. */
LabCrashRun *lab_crash_run_new  (const char   *executor,
                                 const char   *python,
                                 LabCrashFunc  func,
                                 gpointer      user_data) G_GNUC_WARN_UNUSED_RESULT;
/* The program ends, if it is still at it, and nobody is told. */
void         lab_crash_run_free (LabCrashRun  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCrashRun, lab_crash_run_free)

G_END_DECLS
