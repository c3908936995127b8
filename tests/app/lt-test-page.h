/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-processes-view-private.h"
#include "lt-window.h"

G_BEGIN_DECLS

/* The real page of processes, with real processes. */
typedef struct
{
  LtJobs          *jobs;
  LtWindow        *window;
  LtProcessesView *view;
  int              pid;     /* of the job that was started last */
  const char      *state;   /* that is waited for */
} LtTestPage;

void             lt_test_page_init       (LtTestPage  *self,
                                          int          width);
void             lt_test_page_clear      (LtTestPage  *self);
HaulProcessInfo *lt_test_page_find       (LtTestPage  *self);
/* Until that process is in that state. */
void             lt_test_page_wait_state (LtTestPage  *self,
                                          const char  *state);
/* One that sleeps, once it runs. (transfer none) */
HaulJob         *lt_test_page_start_job  (LtTestPage  *self);

G_END_DECLS
