/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HAUL_ERROR:
 *
 * The domain of #HaulError.
 */
#define HAUL_ERROR (haul_error_quark ())

/**
 * HaulError:
 * @HAUL_ERROR_PROTOCOL: the bytes from the other end of a pipe make no sense
 * @HAUL_ERROR_VERSION: the other end speaks another version of the protocol
 * @HAUL_ERROR_UNKNOWN_TASK: no task has this name
 * @HAUL_ERROR_BAD_ARGUMENT: an argument is unknown, missing, malformed or out of range
 * @HAUL_ERROR_TOO_LARGE: the job would need more memory than there is
 * @HAUL_ERROR_START: the worker could not be started, or did not answer
 * @HAUL_ERROR_ENDED: the worker ended without giving a result
 * @HAUL_ERROR_TASK: the task itself failed
 * @HAUL_ERROR_TIMED_OUT: the job took longer than it was allowed to
 * @HAUL_ERROR_NOT_POSSIBLE: not possible in this state, or not with this executor
 * @HAUL_ERROR_OWNER_DIED: whoever held a lock or the like was killed: what it guards may be half done
 * @HAUL_ERROR_BROKEN: a barrier was aborted, or somebody that it counts on died
 * @HAUL_ERROR_CLOSED: a queue or a pipe was closed
 * @HAUL_ERROR_MEMORY: the kernel killed the worker, whose control group is out of memory
 *
 * Errors of libhaul's own. Failed system calls come in %G_IO_ERROR instead,
 * and so does a cancelled operation (%G_IO_ERROR_CANCELLED).
 */
typedef enum
{
  HAUL_ERROR_PROTOCOL,
  HAUL_ERROR_VERSION,
  HAUL_ERROR_UNKNOWN_TASK,
  HAUL_ERROR_BAD_ARGUMENT,
  HAUL_ERROR_TOO_LARGE,
  HAUL_ERROR_START,
  HAUL_ERROR_ENDED,
  HAUL_ERROR_TASK,
  HAUL_ERROR_TIMED_OUT,
  HAUL_ERROR_NOT_POSSIBLE,
  HAUL_ERROR_OWNER_DIED,
  HAUL_ERROR_BROKEN,
  HAUL_ERROR_CLOSED,
  HAUL_ERROR_MEMORY,
} HaulError;

/**
 * haul_error_quark:
 *
 * Gets the domain of the errors of this library.
 *
 * Returns: the domain of #HaulError
 */
GQuark haul_error_quark (void);

HAUL_END_DECLS
