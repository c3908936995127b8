/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-process-info-private.h"
#include "haul-process-list.h"

G_BEGIN_DECLS

/* The inside of a list, for the files that make it up, and for tests: haul-process-list.c is the rows,
 * haul-process-scope.c chooses them, and haul-process-sampler.c reads /proc for them, when it is time. */

/* How long a row is new, and how long it stays after the end. */
#define HAUL_PROCESS_NEW_US   (2 * G_USEC_PER_SEC)
#define HAUL_PROCESS_ENDED_US (3 * G_USEC_PER_SEC)

struct _HaulProcessList
{
  GObject           parent_instance;

  HaulProcessScope  scope;
  guint             interval_ms;
  gboolean          frozen;
  gboolean          active;        /* between start and stop */
  gboolean          filled;        /* once: what comes later is new */
  guint             round;
  double            cpu;
  guint64           memory;

  GPtrArray        *rows;          /* (owned) of HaulProcessInfo */
  GHashTable       *living;        /* (owned) pid → HaulProcessInfo (borrowed from rows) */
  GHashTable       *foreign;       /* (owned) set of process groups that have others in them as well */

  char             *root;          /* (owned) "/proc", or another one in tests */
  GError           *error;         /* (owned) (nullable) why that could not be read */
  char             *worker_path;   /* (owned) */
  gboolean          reading;       /* a thread is at it */
  GPtrArray        *waiting;       /* (owned) of GTask: refreshes that were asked for */
  GSource          *tick;          /* (owned) (nullable) the next look */
  GSource          *expiry;        /* (owned) (nullable) when a row is not new any more, or goes */
};

/* Takes in what was read at the time @now, of haul_proc_now(). */
void      haul_process_list_apply     (HaulProcessList   *self,
                                       GArray            *samples,
                                       gint64             now);
/* Takes marks and rows away whose time is over. Returns when the next ones are due; 0 for never. */
gint64    haul_process_list_expire    (HaulProcessList   *self,
                                       gint64             now);
void      haul_process_list_clear     (HaulProcessList   *self);
/* What came of the last look, apart from rows. */
void      haul_process_list_take_error (HaulProcessList  *self,
                                        GError           *error);
/* Where it looks from the next time on, in the place of /proc: for tests. */
void      haul_process_list_set_root  (HaulProcessList   *self,
                                       const char        *root);

/* Which of @samples are in the scope: a byte for each, TRUE or FALSE. */
guint8   *haul_process_scope_select   (HaulProcessList   *self,
                                       GArray            *samples) G_GNUC_WARN_UNUSED_RESULT;

/* Sets the timers anew, after something that they depend on has changed. */
void      haul_process_list_plan      (HaulProcessList   *self,
                                       gboolean           at_once);
void      haul_process_list_plan_expiry (HaulProcessList *self,
                                         gint64           due,
                                         gint64           now);

G_END_DECLS
