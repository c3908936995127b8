/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a program and its children have used, as the kernel counts it. */
typedef struct
{
  double own_cpu;        /* s, of all threads */
  double children_cpu;   /* s, of those that were joined */
  double memory;         /* bytes that are resident */
  double peak_memory;    /* the most there have been, since lab_usage_reset_peak() */
} LabUsage;

void   lab_usage_take        (LabUsage *ret_usage);
void   lab_usage_reset_peak  (void);

/* Of another process; 0 once it is gone. */
double lab_usage_cpu         (int       pid);
double lab_usage_peak_memory (int       pid);

/* Between fork and exec: the child ends with this program. */
void   lab_usage_child_setup (gpointer  user_data);

G_END_DECLS
