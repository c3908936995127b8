/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A list of GTasks that wait for one thing: each with a time limit and a cancellable of its own. It
 * is an array like any other, owns them, and may be dropped with them in it. */

/* The time of one that waited is over: what it is told instead. It is off the list already. */
typedef void (*HaulJoinTimeOut) (GTask *task);

GPtrArray *haul_joiners_new   (void) G_GNUC_WARN_UNUSED_RESULT;

/* @timeout_ms: below 0 for as long as it takes; @time_out may be NULL then. */
void       haul_joiners_add   (GPtrArray       *joiners,
                               GTask           *task,
                               int              timeout_ms,
                               HaulJoinTimeOut  time_out);

/* The one that has waited longest, off the list; NULL when nobody waits. */
GTask     *haul_joiners_steal (GPtrArray       *joiners) G_GNUC_WARN_UNUSED_RESULT;

/* A HaulJoinTimeOut: G_IO_ERROR_TIMED_OUT. */
void       haul_joiners_fail  (GTask           *task);

G_END_DECLS
