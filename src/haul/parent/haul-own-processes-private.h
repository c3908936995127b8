/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-job.h"
#include "haul-process-info.h"

G_BEGIN_DECLS

/* What this program knows of the processes that it started, for who shows them: their names, and how
 * they ended. From any thread. */

typedef struct
{
  HaulProcessKind  kind;
  char            *name;        /* (owned) (nullable) */
  gboolean         daemon;
  GWeakRef         job;
  gint64           added_at;    /* µs of haul_proc_now() */
  gint64           ended_at;    /* the same; 0 as long as it lives */
  gboolean         exit_known;
  int              exit_code;   /* -1 when a signal ended it */
  int              exit_signal;
} HaulOwnProcess;

void            haul_own_process_add    (int               pid,
                                         HaulProcessKind   kind,
                                         const char       *name,
                                         gboolean          daemon,
                                         HaulJob          *job);
/* @code -1 and @signal 0: nobody knows how. */
void            haul_own_process_ended  (int               pid,
                                         int               code,
                                         int               signal);
/* The one with that number that was there at the time @start, or NULL. */
HaulOwnProcess *haul_own_process_lookup (int               pid,
                                         gint64            start) G_GNUC_WARN_UNUSED_RESULT;
void            haul_own_process_free   (HaulOwnProcess   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulOwnProcess, haul_own_process_free)

G_END_DECLS
