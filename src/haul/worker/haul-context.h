/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../sync/haul-shareable.h"
#include "../wire/haul-decls.h"
#include "../wire/haul-message.h"
#include "haul-random.h"

HAUL_BEGIN_DECLS

/**
 * HaulContext:
 *
 * What a task knows of the world while it runs: where its progress, its log
 * and its result go, and whether somebody wants it to stop.
 *
 * A task never learns where it runs: the main loop, a thread or a process.
 * A context belongs to the one thread that runs the task.
 */
typedef struct _HaulContext HaulContext;

/**
 * HaulContextSink:
 * @message: what the task says
 * @user_data: for this function
 *
 * Takes one message, in the thread of the task, and copies what it keeps.
 */
typedef void (*HaulContextSink) (const HaulMessage *message,
                                 gpointer           user_data);

HaulContext *haul_context_new            (HaulContextSink     sink,
                                          gpointer            user_data,
                                          const int          *cancelled) G_GNUC_WARN_UNUSED_RESULT;
void         haul_context_free           (HaulContext        *self);

void         haul_context_set_total      (HaulContext        *self,
                                          double              total);
void         haul_context_set_phase      (HaulContext        *self,
                                          const char         *phase);
void         haul_context_emit           (HaulContext        *self,
                                          const void         *bytes,
                                          gsize               size);
void         haul_context_emit_tile      (HaulContext        *self,
                                          guint               all_width,
                                          guint               all_height,
                                          guint               x,
                                          guint               y,
                                          guint               width,
                                          guint               height,
                                          const guint8       *pixels);
void         haul_context_log            (HaulContext        *self,
                                          HaulLogLevel        level,
                                          const char         *format,
                                          ...) G_GNUC_PRINTF (3, 4);
gboolean     haul_context_check          (HaulContext        *self,
                                          GError            **error);

guint        haul_context_get_n_inputs   (HaulContext        *self);
GBytes      *haul_context_get_input      (HaulContext        *self,
                                          guint               index);

HaulRandom  *haul_context_get_random     (HaulContext        *self);
guint64      haul_context_get_seed       (HaulContext        *self);
HaulShareable *haul_context_get_shared   (HaulContext        *self,
                                          const char         *name,
                                          GType               type,
                                          GError            **error);

void         haul_context_set_inputs     (HaulContext        *self,
                                          GPtrArray          *inputs);
void         haul_context_set_seed       (HaulContext        *self,
                                          guint64             seed);
void         haul_context_flush          (HaulContext        *self);
guint64      haul_context_get_emitted    (HaulContext        *self);
void         haul_context_send           (HaulContext        *self,
                                          const HaulMessage  *message);

/**
 * HaulContextHot: (skip)
 *
 * What the inline functions below look at. Not for anybody else.
 */
typedef struct
{
  double     said;        /* the newest progress: a store, so that the last one is never lost */
  double     next;        /* below this, that store and one comparison are all it costs */
  const int *cancelled;   /* not 0 once somebody asked us to stop */
} HaulContextHot;

void         haul_context_progress_slow  (HaulContext        *self,
                                          double              done);

/**
 * haul_context_progress:
 * @self: the context
 * @done: how much of the total is done, in the task's own unit
 *
 * Says how far the task is. Call it as often as you like: nearly always it
 * costs a store and a comparison. What is sent never goes backwards.
 */
static inline void
haul_context_progress (HaulContext *self,
                       double       done)
{
  HaulContextHot *hot = (HaulContextHot *) self;

  hot->said = done;
  if (G_UNLIKELY (done >= hot->next))
    haul_context_progress_slow (self, done);
}

/**
 * haul_context_is_cancelled:
 * @self: the context
 *
 * Costs one load from memory.
 *
 * Returns: whether the task should return soon
 */
static inline gboolean
haul_context_is_cancelled (HaulContext *self)
{
  return __atomic_load_n (((HaulContextHot *) self)->cancelled, __ATOMIC_RELAXED) != 0;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulContext, haul_context_free)

HAUL_END_DECLS
