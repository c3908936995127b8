/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The plainest pool there is: forked workers, a socket to each, and one message each way for a chunk of items. So
 * what a message costs can be seen, which HaulPool takes pains to save.
 */
typedef struct _LabCrew LabCrew;

#define LAB_CREW_MAX 192

/* An item is so many turns of an empty loop: the same work wherever and whenever it is done. NULL with @error
 * set where there could not be so many. */
LabCrew *lab_crew_new        (guint      n_workers,
                              guint64    turns,
                              GError   **error);
/* Ends them, and waits for that. */
void     lab_crew_free       (LabCrew   *self);

/* Has the first @n_workers do @n_items items, in chunks of so many: who is done is sent the next one. Returns the
 * seconds that it took, or -1 with @error set. @ret_most is how many one of them did. */
double   lab_crew_run        (LabCrew   *self,
                              guint      n_workers,
                              guint64    n_items,
                              guint64    chunk,
                              guint64   *ret_most,
                              GError   **error);

/* How long the first of them was ready, ever, and had no processor, in seconds. */
double   lab_crew_waited     (LabCrew   *self);
/* Before something is measured: on a busy machine, who has just worked is made to wait, and who has rested for a
 * moment is let in for the next millisecond or two. So what is measured should not take longer than that. */
void     lab_crew_rest       (void);
/* The same work, here. */
void     lab_crew_work       (guint64    n_items,
                              guint64    turns);
/* How many turns take a millisecond, at best. */
guint64  lab_crew_calibrate  (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCrew, lab_crew_free)

G_END_DECLS
