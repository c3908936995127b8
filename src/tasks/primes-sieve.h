/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

/* What the primes task and its parts share: counting in a range, with progress in numbers, and
 * looking for the last prime of it. Ranges have both ends in them. */
gboolean primes_count (HaulContext  *context,
                       guint64       from,
                       guint64       to,
                       guint64      *ret_count,
                       GError      **error);

/* 0 where there is none. */
gboolean primes_last  (guint64       from,
                       guint64       to,
                       guint64      *ret_last,
                       GError      **error);

G_END_DECLS
