/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-proc-private.h"
#include "haul-process-info.h"

G_BEGIN_DECLS

/* The inside of a row, for the files that make it up: haul-process-info.c is what others see,
 * haul-process-update.c brings it up to date,
 * haul-process-control.c does things to the process, and haul-process-words.c has the words. */

struct _HaulProcessInfo
{
  GObject          parent_instance;

  HaulProcSample   sample;        /* the newest */
  HaulProcessKind  kind;
  char            *name;          /* (owned) */
  char             state[2];
  double           cpu;           /* % of one processor */
  float            history[HAUL_PROCESS_HISTORY];   /* a ring */
  guint            n_history;     /* ever */
  double           elapsed;       /* s */
  gboolean         measured;
  gboolean         daemon;
  gboolean         own;           /* is or was in the tree of this program */
  GWeakRef         job;
  gboolean         exit_known;
  int              exit_code;
  int              exit_signal;
  char            *exit_text;     /* (owned) "" for none */

  HaulProcessInfo *parent;        /* (owned) (nullable) */
  guint            depth;
  guint            n_children;
  guint            n_children_counted;   /* while the list counts */
  gint64           added_at;      /* µs of the list's clock; 0 once it is not new any more */
  gint64           ended_at;      /* the same; 0 as long as it lives */
  guint            round;         /* of the list, in which it was seen last */
};

typedef enum
{
  HAUL_PROCESS_INFO_PROP_PID = 1,
  HAUL_PROCESS_INFO_PROP_PARENT_PID,
  HAUL_PROCESS_INFO_PROP_NAME,
  HAUL_PROCESS_INFO_PROP_COMMAND,
  HAUL_PROCESS_INFO_PROP_KIND,
  HAUL_PROCESS_INFO_PROP_STATE,
  HAUL_PROCESS_INFO_PROP_CPU,
  HAUL_PROCESS_INFO_PROP_MEMORY,
  HAUL_PROCESS_INFO_PROP_OWN_MEMORY,
  HAUL_PROCESS_INFO_PROP_MEASURED,
  HAUL_PROCESS_INFO_PROP_N_THREADS,
  HAUL_PROCESS_INFO_PROP_CPU_TIME,
  HAUL_PROCESS_INFO_PROP_NICE,
  HAUL_PROCESS_INFO_PROP_CORE,
  HAUL_PROCESS_INFO_PROP_ELAPSED,
  HAUL_PROCESS_INFO_PROP_DAEMON,
  HAUL_PROCESS_INFO_PROP_IS_NEW,
  HAUL_PROCESS_INFO_PROP_IS_ENDED,
  HAUL_PROCESS_INFO_PROP_EXIT_TEXT,
  HAUL_PROCESS_INFO_PROP_CAN_CONTROL,
  HAUL_PROCESS_INFO_PROP_DEPTH,
  HAUL_PROCESS_INFO_PROP_N_CHILDREN,
  HAUL_PROCESS_INFO_PROP_LAST = HAUL_PROCESS_INFO_PROP_N_CHILDREN
} HaulProcessInfoProperty;

void             haul_process_info_notify      (HaulProcessInfo      *self,
                                                HaulProcessInfoProperty property);

HaulProcessInfo *haul_process_info_new         (const HaulProcSample *sample) G_GNUC_WARN_UNUSED_RESULT;
/* @sample is of the same process. */
void             haul_process_info_update      (HaulProcessInfo      *self,
                                                const HaulProcSample *sample);
void             haul_process_info_end         (HaulProcessInfo      *self,
                                                gint64                now);
/* Asks what this program knows of it, and names it. */
void             haul_process_info_recognize   (HaulProcessInfo      *self);
void             haul_process_info_set_parent  (HaulProcessInfo      *self,
                                                HaulProcessInfo      *parent);
void             haul_process_info_set_place   (HaulProcessInfo      *self,
                                                guint                 depth,
                                                guint                 n_children);
void             haul_process_info_set_new     (HaulProcessInfo      *self,
                                                gint64                added_at);
void             haul_process_info_set_own     (HaulProcessInfo      *self,
                                                gboolean              own);

G_END_DECLS
