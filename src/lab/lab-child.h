/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <sched.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Children of an experiment, which runs in a process of its own and may do what a program should not: fork while
 * it has threads. They are killed when that process ends, and end with lab_child_exit(). */

/* As fork(): 0 in the child, -1 with errno set. At most 256 of one experiment. The child has no handler of any
 * signal, and is killed when the thread ends that forked it. */
pid_t    lab_fork        (void);

/* Ends a child at once: nothing of what its parent has in memory is flushed or freed. */
void     lab_child_exit  (int         status) G_GNUC_NORETURN;

/* The letter of its state in /proc: 'R', 'Z', …; 0 if it is gone. */
char     lab_child_state (pid_t       pid);

/* Waits until its state is one of @letters, "" for gone; FALSE when @timeout_ms are over. */
gboolean lab_child_await (pid_t       pid,
                          const char *letters,
                          int         timeout_ms);

/* Collects it, as soon as it has exited, with its status as of waitpid(); FALSE when @timeout_ms are over. */
gboolean lab_child_join  (pid_t       pid,
                          int         timeout_ms,
                          int        *ret_status);

/* Kills it, whatever it is at, and collects it. */
void     lab_child_end   (pid_t       pid);

/* Zeroed memory that those who are forked after this share with each other; it lasts as long as the process. */
gpointer lab_share       (gsize       size) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps it on one processor: the n-th of @among, from 0, and then from the beginning again. On a busy machine the
 * kernel would often have two workers take turns on one. 0 is this thread. Without effect where that is forbidden. */
void     lab_child_pin   (pid_t            pid,
                          const cpu_set_t *among,
                          guint            n);

/* The seconds that its first thread was ready, ever, and had no processor; 0 where the kernel does not tell. While
 * nobody else of the experiment works, that is what other programs took. */
double   lab_child_waited (pid_t           pid);

/* Burns the processor for so long, by the time of this thread. */
void     lab_burn        (double      seconds);

G_END_DECLS
