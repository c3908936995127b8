/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-job.h"

HAUL_BEGIN_DECLS

/**
 * HaulProcessInfo:
 *
 * One process of the machine: a row of a #HaulProcessList, which keeps it up to
 * date. It is the same object as long as it is the same process, which is known by
 * its number and the time of its start; a later process with the same number is
 * another one. So who holds a reference, such as a menu, can be sure that a signal
 * goes to that process or to none.
 */
#define HAUL_TYPE_PROCESS_INFO (haul_process_info_get_type ())
G_DECLARE_FINAL_TYPE (HaulProcessInfo, haul_process_info, HAUL, PROCESS_INFO, GObject)

/**
 * HaulProcessKind:
 * @HAUL_PROCESS_OTHER: any process
 * @HAUL_PROCESS_PROGRAM: a program that uses libhaul
 * @HAUL_PROCESS_FORK_SERVER: forks workers
 * @HAUL_PROCESS_WORKER: runs jobs
 *
 * What a process is for libhaul.
 */
#define HAUL_TYPE_PROCESS_KIND (haul_process_kind_get_type ())
typedef enum
{
  HAUL_PROCESS_OTHER,
  HAUL_PROCESS_PROGRAM,
  HAUL_PROCESS_FORK_SERVER,
  HAUL_PROCESS_WORKER,
} HaulProcessKind;

GType            haul_process_kind_get_type           (void);

/**
 * HAUL_PROCESS_HISTORY:
 *
 * How many values haul_process_info_get_history() knows at most.
 */
#define HAUL_PROCESS_HISTORY 60

/**
 * HaulProcessInfo:pid:
 *
 * Its number.
 */

/**
 * HaulProcessInfo:parent-pid:
 *
 * The number of its parent, which has to join it; 0 for none.
 */

/**
 * HaulProcessInfo:name:
 *
 * Its name: for what libhaul started what that is called, such as "PoolWorker-2",
 * the title of a job or "Fork server", translated; else what the kernel calls it.
 */

/**
 * HaulProcessInfo:command:
 *
 * What the kernel calls it: at most 15 characters, which the process can choose.
 */

/**
 * HaulProcessInfo:kind:
 *
 * What it is for libhaul.
 */

/**
 * HaulProcessInfo:state:
 *
 * The letter of its state, as in proc(5): "R", "S", "D", "Z", "T", …; "X" when it
 * has ended and is gone.
 */

/**
 * HaulProcessInfo:cpu:
 *
 * How much it computed since it was looked at last, in percent of one processor;
 * what is new, over its life.
 */

/**
 * HaulProcessInfo:memory:
 *
 * How many bytes of memory it uses: #HaulProcessInfo:own-memory when that is known,
 * else all that is in memory.
 */

/**
 * HaulProcessInfo:own-memory:
 *
 * How many bytes of memory it uses, where a page that four processes share counts
 * as a quarter (PSS); -1 when that was not asked for, or is a secret.
 */

/**
 * HaulProcessInfo:measured:
 *
 * Whether #HaulProcessInfo:own-memory is wanted. It costs more than all the rest, so
 * ask for rows that somebody looks at.
 */

/**
 * HaulProcessInfo:n-threads:
 *
 * How many threads it has.
 */

/**
 * HaulProcessInfo:cpu-time:
 *
 * How long it has computed, on all processors together, in seconds.
 */

/**
 * HaulProcessInfo:nice:
 *
 * Its niceness: -20, the highest priority, to 19, the lowest.
 */

/**
 * HaulProcessInfo:core:
 *
 * Which processor it ran on last.
 */

/**
 * HaulProcessInfo:elapsed:
 *
 * How long ago it started, in seconds; for one that has ended, how long it lived.
 */

/**
 * HaulProcessInfo:daemon:
 *
 * Whether the program that started it does not wait for it at its end; known only of
 * what libhaul started in this program.
 */

/**
 * HaulProcessInfo:is-new:
 *
 * Whether it came into the list less than two seconds ago.
 */

/**
 * HaulProcessInfo:is-ended:
 *
 * Whether it is gone. Its row stays for three seconds.
 */

/**
 * HaulProcessInfo:exit-text:
 *
 * How it ended, as haul_format_exit() says it; "" when it has not, or when nobody
 * can know.
 */

/**
 * HaulProcessInfo:can-control:
 *
 * Whether the functions that signal it and set its priority are allowed: it is part
 * of this program's tree, and not this program.
 */

/**
 * HaulProcessInfo:depth:
 *
 * How many of its ancestors are in the list.
 */

/**
 * HaulProcessInfo:n-children:
 *
 * How many of its children are in the list.
 */

/**
 * haul_process_info_get_pid:
 * @self: a row
 *
 * Gets its number.
 *
 * Returns: its number
 */
int              haul_process_info_get_pid            (HaulProcessInfo  *self);

/**
 * haul_process_info_get_group:
 * @self: a row
 *
 * Gets its process group, as of the last look.
 *
 * Returns: the number of the process that the group is named after, which may be gone
 */
int              haul_process_info_get_group          (HaulProcessInfo  *self);

/**
 * haul_process_info_is_there:
 * @self: a row
 *
 * Looks whether the process is there now, and is still the same one. Who reads more of
 * it from `/proc` opens its folder there first, and asks then: what is open stays its own.
 *
 * Returns: whether it is there; a zombie is
 */
gboolean         haul_process_info_is_there           (HaulProcessInfo  *self);

/**
 * haul_process_info_get_start:
 * @self: a row
 *
 * Tells when it was started. With the pid, this is who it is.
 *
 * Returns: when it was started, in µs since the machine was
 */
guint64          haul_process_info_get_start          (HaulProcessInfo  *self);

/**
 * haul_process_info_get_parent_pid:
 * @self: a row
 *
 * Gets #HaulProcessInfo:parent-pid.
 *
 * Returns: the number of its parent; 0 for none
 */
int              haul_process_info_get_parent_pid     (HaulProcessInfo  *self);

/**
 * haul_process_info_get_parent:
 * @self: a row
 *
 * Gets its parent, if that is in the same list.
 *
 * Returns: (transfer none) (nullable): the row of its parent
 */
HaulProcessInfo *haul_process_info_get_parent         (HaulProcessInfo  *self);

/**
 * haul_process_info_get_name:
 * @self: a row
 *
 * Gets #HaulProcessInfo:name.
 *
 * Returns: (transfer none): its name; valid UTF-8 on one line
 */
const char      *haul_process_info_get_name           (HaulProcessInfo  *self);

/**
 * haul_process_info_get_command:
 * @self: a row
 *
 * Gets #HaulProcessInfo:command.
 *
 * Returns: (transfer none): what the kernel calls it, made valid UTF-8 on one line
 */
const char      *haul_process_info_get_command        (HaulProcessInfo  *self);

/**
 * haul_process_info_get_kind:
 * @self: a row
 *
 * Tells what it is for libhaul.
 *
 * Returns: what it is for libhaul
 */
HaulProcessKind  haul_process_info_get_kind           (HaulProcessInfo  *self);

/**
 * haul_process_info_get_state:
 * @self: a row
 *
 * Gets #HaulProcessInfo:state. haul_process_state_word() and
 * haul_process_state_text() have words for it.
 *
 * Returns: (transfer none): a letter, as in proc(5)
 */
const char      *haul_process_info_get_state          (HaulProcessInfo  *self);

/**
 * haul_process_info_get_cpu:
 * @self: a row
 *
 * Gets #HaulProcessInfo:cpu.
 *
 * Returns: percent of one processor
 */
double           haul_process_info_get_cpu            (HaulProcessInfo  *self);

/**
 * haul_process_info_get_history:
 * @self: a row
 * @ret_values: (out caller-allocates) (array length=n_values): what #HaulProcessInfo:cpu
 *   was, the oldest first
 * @n_values: how many of the newest; at most %HAUL_PROCESS_HISTORY are known
 *
 * Copies how much it computed lately, for a graph: one value each time the list was
 * brought up to date.
 *
 * Returns: how many there are in @ret_values
 */
guint            haul_process_info_get_history        (HaulProcessInfo  *self,
                                                       float            *ret_values,
                                                       guint             n_values);

/**
 * haul_process_info_get_memory:
 * @self: a row
 *
 * Gets #HaulProcessInfo:memory.
 *
 * Returns: bytes
 */
guint64          haul_process_info_get_memory         (HaulProcessInfo  *self);

/**
 * haul_process_info_get_own_memory:
 * @self: a row
 *
 * Gets #HaulProcessInfo:own-memory.
 *
 * Returns: bytes, or -1
 */
gint64           haul_process_info_get_own_memory     (HaulProcessInfo  *self);

/**
 * haul_process_info_get_measured:
 * @self: a row
 *
 * Gets #HaulProcessInfo:measured.
 *
 * Returns: whether #HaulProcessInfo:own-memory is wanted
 */
gboolean         haul_process_info_get_measured       (HaulProcessInfo  *self);

/**
 * haul_process_info_set_measured:
 * @self: a row
 * @measured: whether #HaulProcessInfo:own-memory is wanted
 *
 * Sets #HaulProcessInfo:measured. The memory is there when the list is brought up to
 * date next.
 */
void             haul_process_info_set_measured       (HaulProcessInfo  *self,
                                                       gboolean          measured);

/**
 * haul_process_info_get_n_threads:
 * @self: a row
 *
 * Counts its threads.
 *
 * Returns: how many threads it has
 */
guint            haul_process_info_get_n_threads      (HaulProcessInfo  *self);

/**
 * haul_process_info_get_cpu_time:
 * @self: a row
 *
 * Gets #HaulProcessInfo:cpu-time.
 *
 * Returns: seconds
 */
double           haul_process_info_get_cpu_time       (HaulProcessInfo  *self);

/**
 * haul_process_info_get_nice:
 * @self: a row
 *
 * Gets #HaulProcessInfo:nice.
 *
 * Returns: its niceness
 */
int              haul_process_info_get_nice           (HaulProcessInfo  *self);

/**
 * haul_process_info_get_core:
 * @self: a row
 *
 * Gets #HaulProcessInfo:core.
 *
 * Returns: which processor it ran on last
 */
int              haul_process_info_get_core           (HaulProcessInfo  *self);

/**
 * haul_process_info_get_elapsed:
 * @self: a row
 *
 * Gets #HaulProcessInfo:elapsed.
 *
 * Returns: seconds
 */
double           haul_process_info_get_elapsed        (HaulProcessInfo  *self);

/**
 * haul_process_info_get_daemon:
 * @self: a row
 *
 * Gets #HaulProcessInfo:daemon.
 *
 * Returns: whether it is known to be a daemon
 */
gboolean         haul_process_info_get_daemon         (HaulProcessInfo  *self);

/**
 * haul_process_info_get_is_new:
 * @self: a row
 *
 * Gets #HaulProcessInfo:is-new.
 *
 * Returns: whether it came into the list less than two seconds ago
 */
gboolean         haul_process_info_get_is_new         (HaulProcessInfo  *self);

/**
 * haul_process_info_get_is_ended:
 * @self: a row
 *
 * Gets #HaulProcessInfo:is-ended.
 *
 * Returns: whether it is gone
 */
gboolean         haul_process_info_get_is_ended       (HaulProcessInfo  *self);

/**
 * haul_process_info_get_exit:
 * @self: a row
 * @ret_code: (out) (optional): its exit status; -1 when a signal ended it
 * @ret_signal: (out) (optional): the signal that ended it; 0 for none
 *
 * Tells how it ended. Of what this program started that is known for all that were
 * collected, of others as long as they are zombies.
 *
 * Returns: whether it has ended, and it is known how
 */
gboolean         haul_process_info_get_exit           (HaulProcessInfo  *self,
                                                       int              *ret_code,
                                                       int              *ret_signal);

/**
 * haul_process_info_get_exit_text:
 * @self: a row
 *
 * Gets #HaulProcessInfo:exit-text.
 *
 * Returns: (transfer none): how it ended, translated; "" when it has not, or when nobody can know
 */
const char      *haul_process_info_get_exit_text      (HaulProcessInfo  *self);

/**
 * haul_process_info_get_can_control:
 * @self: a row
 *
 * Gets #HaulProcessInfo:can-control.
 *
 * Returns: whether it may be signalled from here
 */
gboolean         haul_process_info_get_can_control    (HaulProcessInfo  *self);

/**
 * haul_process_info_get_depth:
 * @self: a row
 *
 * Gets #HaulProcessInfo:depth.
 *
 * Returns: how many of its ancestors are in the list
 */
guint            haul_process_info_get_depth          (HaulProcessInfo  *self);

/**
 * haul_process_info_get_n_children:
 * @self: a row
 *
 * Gets #HaulProcessInfo:n-children.
 *
 * Returns: how many of its children are in the list
 */
guint            haul_process_info_get_n_children     (HaulProcessInfo  *self);

/**
 * haul_process_info_dup_job:
 * @self: a row
 *
 * Gets the job that it was started for in this program, as long as there is that job.
 *
 * Returns: (transfer full) (nullable): the job
 */
HaulJob         *haul_process_info_dup_job            (HaulProcessInfo  *self) G_GNUC_WARN_UNUSED_RESULT;

/* To exactly this process, or to none. */
gboolean         haul_process_info_signal             (HaulProcessInfo  *self,
                                                       int               number,
                                                       GError          **error);
gboolean         haul_process_info_set_nice           (HaulProcessInfo  *self,
                                                       int               nice,
                                                       GError          **error);
guint           *haul_process_info_dup_cpus           (HaulProcessInfo  *self,
                                                       gsize            *ret_n_cpus,
                                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean         haul_process_info_set_cpus           (HaulProcessInfo  *self,
                                                       const guint      *cpus,
                                                       gsize             n_cpus,
                                                       GError          **error);

/* Words. */
const char      *haul_process_state_word              (const char       *state);
const char      *haul_process_state_text              (const char       *state);
const int       *haul_signals_list                    (void);
const char      *haul_signal_meaning                  (int               signal);

HAUL_END_DECLS
