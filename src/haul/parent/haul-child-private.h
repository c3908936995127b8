/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-fork-client-private.h"
#include "haul-job-private.h"

G_BEGIN_DECLS

/* One worker, exec'd or forked, and its three pipes: commands down, events up, and the log pipe on which its
 * standard output and error arrive. What it sends goes to its job; so does its end, once it is
 * collected and all that it sent was read. */
typedef struct _HaulChild HaulChild;

HaulChild *haul_child_new         (HaulJob         *job) G_GNUC_WARN_UNUSED_RESULT;
void       haul_child_free        (HaulChild       *self);

/* With @client the worker is forked, and may fail later on; without, it is exec'd. */
gboolean   haul_child_start       (HaulChild       *self,
                                   const char      *worker_path,
                                   HaulForkClient  *client,
                                   GError         **error) G_GNUC_WARN_UNUSED_RESULT;

void       haul_child_send_run    (HaulChild       *self);
void       haul_child_send_cancel (HaulChild       *self);
void       haul_child_signal      (HaulChild       *self,
                                   int              number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulChild, haul_child_free)

G_END_DECLS
