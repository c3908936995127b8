/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulPart:
 *
 * A part of a job that was divided, as it is now: what a tile in a window shows.
 * Made by a #HaulPoolExecutor; see haul_job_get_parts().
 */
#define HAUL_TYPE_PART (haul_part_get_type ())
G_DECLARE_FINAL_TYPE (HaulPart, haul_part, HAUL, PART, GObject)

/**
 * HaulPartState:
 * @HAUL_PART_WAITING: for the results of other parts, or for a worker
 * @HAUL_PART_RUNNING: a worker is at it
 * @HAUL_PART_DONE: its result is complete
 * @HAUL_PART_FAILED: it failed, or its worker died
 * @HAUL_PART_CANCELLED: nobody waited for it any more
 *
 * Where a part is in its life.
 */
#define HAUL_TYPE_PART_STATE (haul_part_state_get_type ())
typedef enum
{
  HAUL_PART_WAITING,
  HAUL_PART_RUNNING,
  HAUL_PART_DONE,
  HAUL_PART_FAILED,
  HAUL_PART_CANCELLED,
} HaulPartState;

/**
 * HaulPart:title:
 *
 * What people call it.
 */

/**
 * HaulPart:state:
 *
 * Where it is in its life.
 */

/**
 * HaulPart:fraction:
 *
 * How much is done, from 0 to 1. Notified at most ten times a second.
 */

/**
 * HaulPart:pid:
 *
 * The process of the worker that is at it, or was; 0 if there was none.
 */

GType          haul_part_state_get_type (void);
const char    *haul_part_state_to_nick  (HaulPartState  state);

/**
 * haul_part_get_title:
 * @self: a part
 *
 * Gets what people call it.
 *
 * Returns: (transfer none): what people call it
 */
const char    *haul_part_get_title      (HaulPart      *self);

/**
 * haul_part_get_state:
 * @self: a part
 *
 * Gets where it is in its life.
 *
 * Returns: where it is in its life
 */
HaulPartState  haul_part_get_state      (HaulPart      *self);

/**
 * haul_part_get_fraction:
 * @self: a part
 *
 * Gets how much of it is done.
 *
 * Returns: how much is done, from 0 to 1
 */
double         haul_part_get_fraction   (HaulPart      *self);

/**
 * haul_part_get_pid:
 * @self: a part
 *
 * Gets its process.
 *
 * Returns: the process of the worker that is at it, or was; 0 if there was none
 */
int            haul_part_get_pid        (HaulPart      *self);

HAUL_END_DECLS
