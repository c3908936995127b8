/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* For the examples of what processes wait with: jobs that run at the same time, each in a process of its
 * own, and that are given the same objects. */

typedef struct
{
  const char    *name;
  HaulShareable *shareable;   /* (unowned) */
} Shared;

/* The parameters of all their tasks: “number”, from 0, is which of the jobs it is. */
extern const HaulParam together_params[];

/* Runs @task @n times, in processes of the program @worker, and prints what becomes of each, in order.
 * @shared ends with a name that is NULL. */
void together_run (const char     *worker,
                   const HaulTask *task,
                   guint           n,
                   const Shared   *shared);

/* Gives a text as the result of a job, or a piece of it. */
void together_say (HaulContext    *context,
                   const char     *text);

G_END_DECLS
