/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-crash.h"

G_BEGIN_DECLS

/*
 * One task in every way that there is to run it, one after the other, in this program and its children: what each of
 * them costs, and what it spares.
 */
#define LAB_TYPE_COMPARE (lab_compare_get_type ())
G_DECLARE_FINAL_TYPE (LabCompare, lab_compare, LAB, COMPARE, GObject)

typedef enum
{
  LAB_WAY_WINDOW,      /* on the main loop: nothing else happens meanwhile */
  LAB_WAY_THREAD,
  LAB_WAY_PROCESS,
  LAB_WAY_POOL,
  LAB_WAY_PYTHON,      /* the same, written in Python, in a process */
  LAB_N_WAYS
} LabWay;

typedef enum
{
  LAB_WAY_WAITS,       /* its turn has not come */
  LAB_WAY_RUNS,
  LAB_WAY_DONE,
  LAB_WAY_FAILED,
  LAB_WAY_SKIPPED,     /* it cannot be had here */
} LabWayState;

/* Never to be had, as a number: its main loop listens to nobody. */
#define LAB_COMPARE_IMPOSSIBLE (-1.0)

/* What was measured of one way; NAN for what was not. */
typedef struct
{
  LabWayState state;
  double      wall;      /* s, from the wish to the end */
  double      cpu;       /* s of processor time, of all who worked at it */
  double      memory;    /* bytes: the most that a child had, or by how much this program grew */
  double      start;     /* s, from the wish until it worked */
  double      gap;       /* ms, the most by which the main loop was late */
  double      cancel;    /* s, from asking it to stop until it was gone, or LAB_COMPARE_IMPOSSIBLE */
  LabCrash    crash;     /* what was left where such a job crashed, in a program that was there for it */
  char       *message;   /* (nullable) translated: why it failed, or was skipped */
} LabWayResult;

/* A task that is worth it, and how. */
typedef struct
{
  const char *task;        /* id */
  const char *arguments;   /* as of g_variant_parse() */
  const char *python;      /* (nullable) the same as a program */
} LabComparison;

extern const LabComparison lab_comparisons[];   /* ends with a NULL task */

/* Emits "changed" when one of the results has. The tasks have to be registered. @python (nullable): the interpreter. */
LabCompare         *lab_compare_new        (const LabComparison *comparison,
                                            const char          *python) G_GNUC_WARN_UNUSED_RESULT;
const HaulTask     *lab_compare_get_task   (LabCompare          *self);
/* FALSE while it runs. */
gboolean            lab_compare_start      (LabCompare          *self);
/* What runs is stopped, and the rest is not run. */
void                lab_compare_cancel     (LabCompare          *self);
gboolean            lab_compare_is_running (LabCompare          *self);
const LabWayResult *lab_compare_get_result (LabCompare          *self,
                                            LabWay               way);

/* Translated: "In a thread". */
const char         *lab_way_get_title      (LabWay               way);

/* The sheet as Markdown. Returns: (transfer full) */
char               *lab_compare_to_markdown (LabCompare         *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
