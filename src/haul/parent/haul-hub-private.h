/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One epoll fd in the main loop for the pipes of all children. With one GSource a pipe, 1,000
 * children that report at 10 Hz cost most of a core; with one epoll fd a twentieth.
 *
 * It runs below the priority at which GTK paints, and does a bounded amount of work in each turn
 * of the loop, fairly shared between the pipes: eight children that flood us cannot freeze a
 * window. A pipe that used its whole share rests for a moment, so that the flooder is slowed by
 * its own full pipe and the loop sleeps; or, where somebody waits for what it brings, it comes
 * again in the next turn. */
typedef struct _HaulHub   HaulHub;
typedef struct _HaulWatch HaulWatch;

typedef enum
{
  HAUL_WATCH_WAIT,   /* nothing more to read now */
  HAUL_WATCH_MORE,   /* used its share, has more */
  HAUL_WATCH_AGAIN,  /* the same, and it is not to rest; it may have read all of the pipe */
  HAUL_WATCH_END,    /* end of file, or an error: never call again */
} HaulWatchResult;

typedef HaulWatchResult (*HaulWatchFunc) (gpointer user_data);

/* The hub of the thread-default main context, made on first use, gone with its last watch. */
HaulWatch *haul_hub_watch   (int            fd,
                             HaulWatchFunc  func,
                             gpointer       user_data,
                             GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void       haul_watch_free  (HaulWatch     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulWatch, haul_watch_free)

G_END_DECLS
