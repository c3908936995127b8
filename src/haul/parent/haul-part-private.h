/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-part.h"

G_BEGIN_DECLS

/* What the run of a divided job does to its parts. */

HaulPart *haul_part_new          (const char     *title) G_GNUC_WARN_UNUSED_RESULT;
void      haul_part_set_state    (HaulPart       *self,
                                  HaulPartState   state);
void      haul_part_set_pid      (HaulPart       *self,
                                  int             pid);
void      haul_part_set_fraction (HaulPart       *self,
                                  double          fraction);

G_END_DECLS
