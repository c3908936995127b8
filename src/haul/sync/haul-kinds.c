/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-array.h"

#include <glib/gi18n-lib.h>
#include "haul-barrier.h"
#include "haul-condition.h"
#include "haul-event.h"
#include "haul-lock.h"
#include "haul-pipe.h"
#include "haul-queue.h"
#include "haul-rlock.h"
#include "haul-semaphore.h"
#include "haul-shareable-private.h"
#include "haul-value.h"

#include "haul/wire/haul-fd-private.h"

/* All that can be passed on to another process: a new class is a line here. */
static GType (*const types[])(void) = {
  haul_array_get_type,
  haul_barrier_get_type,
  haul_condition_get_type,
  haul_event_get_type,
  haul_lock_get_type,
  haul_pipe_get_type,
  haul_queue_get_type,
  haul_rlock_get_type,
  haul_semaphore_get_type,
  haul_value_get_type,
  NULL
};

HaulShareable *
haul_shareable_new_for_fds (const char  *kind,
                            const int   *fds,
                            guint        n_fds,
                            GError     **error)
{
  for (guint i = 0; types[i] != NULL; i++)
    {
      g_autoptr(HaulShareableClass) klass = g_type_class_ref (types[i] ());

      if (g_str_equal (klass->kind, kind))
        {
          g_autoptr(HaulShareable) self = g_object_new (types[i] (), NULL);

          return haul_shareable_adopt (self, fds, n_fds, error) ? g_steal_pointer (&self) : NULL;
        }
    }

  for (guint i = 0; i < n_fds; i++)
    {
      int fd = fds[i];

      haul_clear_fd (&fd);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("nothing of the kind ‘%s’ can be shared"), kind);
  return NULL;
}
