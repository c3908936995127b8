/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What became of the items of a batch, by index: most of them there, one after the other. Those before
 * the first that is kept take no room. */
typedef struct
{
  GBytes *result;   /* (owned) (nullable) */
  GError *error;    /* (owned) (nullable) */
} HaulOutcome;

typedef struct
{
  GArray  *list;      /* (owned) of HaulOutcome, zero for what is not there */
  guint    n_gone;    /* at its front */
  guint64  first;     /* index of the one behind those */
} HaulOutcomes;

void         haul_outcomes_init   (HaulOutcomes  *self);
void         haul_outcomes_clear  (HaulOutcomes  *self);
HaulOutcome *haul_outcomes_add    (HaulOutcomes  *self,
                                   guint64        index,
                                   GBytes        *result,    /* (nullable) */
                                   const GError  *error);    /* (nullable) */
HaulOutcome *haul_outcomes_lookup (HaulOutcomes  *self,
                                   guint64        index);    /* (nullable): until another is added */
void         haul_outcomes_remove (HaulOutcomes  *self,
                                   guint64        index);

G_END_DECLS
