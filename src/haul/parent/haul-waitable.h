/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulWaitable:
 *
 * Something that ends, so that one can wait for several of them: a #HaulJob, a
 * #HaulProcess, a #HaulBatch, or one #HaulBatchItem of it. They may be mixed.
 */
#define HAUL_TYPE_WAITABLE (haul_waitable_get_type ())
G_DECLARE_INTERFACE (HaulWaitable, haul_waitable, HAUL, WAITABLE, GObject)

/**
 * HaulWaitableInterface:
 * @signal: what it emits when it has ended, and perhaps at other times
 * @is_active: whether there is something left to wait for
 * @has_failed: of one that has ended: whether that was an error; to be canceled is none
 *
 * What makes one that can be waited for. Only libhaul has any.
 */
struct _HaulWaitableInterface
{
  GTypeInterface  parent_iface;

  const char     *signal;
  gboolean      (*is_active)  (HaulWaitable *self);
  gboolean      (*has_failed) (HaulWaitable *self);
};

/**
 * HaulWaitFor:
 * @HAUL_WAIT_FOR_FIRST: one of them has ended
 * @HAUL_WAIT_FOR_FIRST_ERROR: one of them has failed, or all have ended; that somebody
 *   canceled one is no failure
 * @HAUL_WAIT_FOR_ALL: all of them have ended
 *
 * What haul_wait_async() waits for.
 */
#define HAUL_TYPE_WAIT_FOR (haul_wait_for_get_type ())
typedef enum
{
  HAUL_WAIT_FOR_FIRST,
  HAUL_WAIT_FOR_FIRST_ERROR,
  HAUL_WAIT_FOR_ALL,
} HaulWaitFor;

GType    haul_wait_for_get_type (void);

void     haul_wait_async        (GPtrArray            *waitables,
                                 HaulWaitFor           what,
                                 int                   timeout_ms,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
gboolean haul_wait_finish       (GAsyncResult         *result,
                                 GPtrArray           **ret_ended,
                                 GPtrArray           **ret_active,
                                 GError              **error);

HAUL_END_DECLS
