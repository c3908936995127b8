/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-plan.h"

G_BEGIN_DECLS

/* A context that writes down what a task says, and checks the rules that hold for all tasks. */
typedef struct
{
  HaulContext   *context;      /* (owned) */
  GString       *result;       /* (owned) */
  GString       *log;          /* (owned) a line for each */
  GPtrArray     *phases;       /* (owned) (element-type utf8) */
  double         done;         /* the last progress */
  double         total;
  guint          n_tiles;
  guint          n_progress;
  guint          n_between;    /* progress that is neither nothing nor all */
  HaulFrameType  last;
  char          *error;        /* (owned) (nullable): what the task ended with */
  int            cancelled;

  HaulFrameType  cancel_on;    /* sets the flag when such a message comes … */
  guint          cancel_after; /* … for the so-manieth time, 0 for never */
} FakeContext;

FakeContext *fake_context_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void         fake_context_free      (FakeContext    *self);
void         fake_context_cancel_on (FakeContext    *self,
                                     HaulFrameType   type,
                                     guint           after);

/* Completes @arguments, which are GVariant text, and runs the task with them. */
gboolean     fake_context_run       (FakeContext    *self,
                                     const HaulTask *task,
                                     const char     *arguments);

/* Divides the task for so many workers, and runs its parts one after the other, in this process. The
 * result of the last; NULL, and the error, if one fails. With n_parts 0 if it was not divided. */
GBytes      *fake_context_run_divided (const HaulTask *task,
                                       const char     *arguments,
                                       guint           n_workers,
                                       guint          *ret_n_parts,
                                       char          **ret_error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeContext, fake_context_free)

G_END_DECLS
