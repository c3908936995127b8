/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"
#include "lab-findings.h"

G_BEGIN_DECLS

/* Where an experiment is found in the gallery. */
typedef enum
{
  LAB_GROUP_WINDOW,      /* keeping a window quick */
  LAB_GROUP_MEMORY,      /* what is shared, and what is lost */
  LAB_GROUP_LIFE,        /* how processes start and end */
  LAB_GROUP_SPEED,       /* what makes it faster, and what does not */
  LAB_N_GROUPS
} LabGroup;

/* How its numbers are drawn. The same numbers are always there as a table as well. */
typedef enum
{
  LAB_PICTURE_BARS,      /* a bar for each item */
  LAB_PICTURE_CURVE,     /* items are numbers: the x axis */
  LAB_PICTURE_LANES,     /* what everybody was at, and when */
} LabPictureKind;

/* A number that it finds: one for each item. An array ends with a NULL key. */
typedef struct
{
  const char *key;       /* what the child calls it */
  const char *title;     /* translatable, head of a column: "Total" */
  const char *unit;      /* (nullable) "ms", "s", "%", "MiB", "×", or a translatable plural noun */
  double      most;      /* where a bar of it is full; 0 for the largest one that was found */
} LabMeasure;

typedef struct _LabExperiment LabExperiment;

/*
 * One claim about processes or threads, and what shows whether it holds. Statically allocated.
 *
 * It runs as a task in a process of its own, the sacrificial helper: what it does there may crash, hang
 * or leak, and cannot reach the program that shows it. It says what it finds with lab_say_…(), as soon as
 * it knows. Everything else here is called by the program that shows it.
 */
struct _LabExperiment
{
  HaulTask              task;         /* id: "lab-" and as typed; title in Header Caps; its result is TEXT, it is
                                       * hidden, and wants a process of its own. Its parameters are what people
                                       * may change; a run with none changed answers the question */
  LabGroup              group;
  guint                 seconds;      /* about how long it takes: at most 15 */
  const char           *question;     /* translatable; one or two sentences */
  const HaulChoice     *predictions;  /* what may be thought to come out: two to four */
  const LabMeasure     *measures;
  const HaulChoice     *items;        /* (nullable) titles of its items; others are shown as they are */
  const char           *items_title;  /* (nullable) translatable: what they are: "Workers" */
  LabPictureKind        picture;
  const char           *pictured;     /* (nullable) key of the measure that the picture shows; NULL for lanes */
  gboolean              freezes_window; /* a window that shows it computes for three seconds in its own main loop
                                         * as well, once it has said so */

  /* Which of the predictions came true. NULL, with a translated sentence on why that cannot be said,
   * where this machine, or this run, does not show it. */
  const char         *(*judge)   (LabFindings  *findings,
                                  char        **ret_why_not);

  /* Three translated sentences with the numbers of this run. They must agree with what it judges. */
  char               *(*explain) (LabFindings  *findings);

  const char           *c_code;       /* the heart of it, 6 to 14 lines that are right and could be run */
  const char           *python_code;  /* the same for Python */
  const char           *man;          /* "man 2 wait" */
};

extern const LabExperiment * const lab_experiments[];   /* ends with NULL, in the order of the gallery */

const LabExperiment *lab_experiment_lookup  (const char           *id,
                                             GError              **error);
const char          *lab_experiment_get_id  (const LabExperiment  *self);
const char          *lab_experiment_get_prediction_title (const LabExperiment *self,
                                                          const char          *prediction);
const char          *lab_group_get_title    (LabGroup              group);
const char          *lab_experiment_get_item_title (const LabExperiment *self,
                                                    const char          *item);

G_END_DECLS
