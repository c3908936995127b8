/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-process-info.h"

HAUL_BEGIN_DECLS

/**
 * HaulProcessList:
 *
 * Processes of this machine, as a list model of #HaulProcessInfo, brought up to date
 * at an interval. A row is the same object as long as it is the same process, and its
 * properties change in place. Rows stand in the order in which the processes were
 * started, as far as they were seen to; haul_process_list_dup_tree() puts them in
 * another one.
 *
 * It reads /proc in a thread, so the main loop waits for nothing, and it reads
 * nothing before haul_process_list_start().
 */
#define HAUL_TYPE_PROCESS_LIST (haul_process_list_get_type ())
G_DECLARE_FINAL_TYPE (HaulProcessList, haul_process_list, HAUL, PROCESS_LIST, GObject)

/**
 * HaulProcessScope:
 * @HAUL_PROCESS_SCOPE_OWN: this program, what it started, what that started, and so on
 * @HAUL_PROCESS_SCOPE_HAUL: the same of all programs of this user that run long tasks,
 *   without this program
 * @HAUL_PROCESS_SCOPE_USER: all processes of this user
 *
 * Which processes a list has.
 */
#define HAUL_TYPE_PROCESS_SCOPE (haul_process_scope_get_type ())
typedef enum
{
  HAUL_PROCESS_SCOPE_OWN,
  HAUL_PROCESS_SCOPE_HAUL,
  HAUL_PROCESS_SCOPE_USER,
} HaulProcessScope;

GType             haul_process_scope_get_type        (void);

/**
 * HAUL_PROCESS_MIN_INTERVAL:
 *
 * The shortest #HaulProcessList:interval, in ms.
 */
#define HAUL_PROCESS_MIN_INTERVAL 250

/**
 * HAUL_PROCESS_MAX_INTERVAL:
 *
 * The longest #HaulProcessList:interval, in ms.
 */
#define HAUL_PROCESS_MAX_INTERVAL 5000

/**
 * HaulProcessList:scope:
 *
 * Which processes it has. Another scope empties the list, until it is brought up to
 * date.
 */

/**
 * HaulProcessList:interval:
 *
 * How long it waits between two looks, in ms: %HAUL_PROCESS_MIN_INTERVAL to
 * %HAUL_PROCESS_MAX_INTERVAL.
 */

/**
 * HaulProcessList:frozen:
 *
 * Whether it stays as it is, for who wants to read.
 */

/**
 * HaulProcessList:cpu:
 *
 * How much all of them compute, in percent of one processor.
 */

/**
 * HaulProcessList:memory:
 *
 * How many bytes of memory they use together; what several share counts more than
 * once unless #HaulProcessInfo:own-memory is known.
 */

/**
 * HaulProcessList:error:
 *
 * Why the last look failed; %NULL when it did not. The rows are as they were before.
 * There is no other way to look at processes than /proc, so where that is missing, or
 * is that of another PID namespace, this says so, of %G_IO_ERROR.
 */

/**
 * haul_process_list_new:
 * @scope: which processes
 *
 * Makes a list, which is empty yet.
 *
 * Returns: (transfer full): a list
 */
HaulProcessList  *haul_process_list_new              (HaulProcessScope      scope) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_process_list_get_scope:
 * @self: a list
 *
 * Gets #HaulProcessList:scope.
 *
 * Returns: which processes it has
 */
HaulProcessScope  haul_process_list_get_scope        (HaulProcessList      *self);

/**
 * haul_process_list_set_scope:
 * @self: a list
 * @scope: which processes
 *
 * Sets #HaulProcessList:scope.
 */
void              haul_process_list_set_scope        (HaulProcessList      *self,
                                                      HaulProcessScope      scope);

/**
 * haul_process_list_get_interval:
 * @self: a list
 *
 * Gets #HaulProcessList:interval.
 *
 * Returns: ms
 */
guint             haul_process_list_get_interval     (HaulProcessList      *self);

/**
 * haul_process_list_set_interval:
 * @self: a list
 * @interval_ms: ms; what is out of range is brought into it
 *
 * Sets #HaulProcessList:interval.
 */
void              haul_process_list_set_interval     (HaulProcessList      *self,
                                                      guint                 interval_ms);

/**
 * haul_process_list_get_frozen:
 * @self: a list
 *
 * Gets #HaulProcessList:frozen.
 *
 * Returns: whether it stays as it is
 */
gboolean          haul_process_list_get_frozen       (HaulProcessList      *self);

/**
 * haul_process_list_set_frozen:
 * @self: a list
 * @frozen: whether it stays as it is
 *
 * Sets #HaulProcessList:frozen. When it thaws it is brought up to date at once.
 */
void              haul_process_list_set_frozen       (HaulProcessList      *self,
                                                      gboolean              frozen);

/**
 * haul_process_list_get_error:
 * @self: a list
 *
 * Gets #HaulProcessList:error.
 *
 * Returns: (transfer none) (nullable): why the last look failed
 */
const GError     *haul_process_list_get_error        (HaulProcessList      *self);

/**
 * haul_process_list_get_cpu:
 * @self: a list
 *
 * Gets #HaulProcessList:cpu.
 *
 * Returns: percent of one processor
 */
double            haul_process_list_get_cpu          (HaulProcessList      *self);

/**
 * haul_process_list_get_memory:
 * @self: a list
 *
 * Gets #HaulProcessList:memory.
 *
 * Returns: bytes
 */
guint64           haul_process_list_get_memory       (HaulProcessList      *self);

/**
 * haul_process_list_start:
 * @self: a list
 *
 * Brings it up to date now, and then at each interval.
 */
void              haul_process_list_start            (HaulProcessList      *self);

/**
 * haul_process_list_stop:
 * @self: a list
 *
 * Lets it be, for when nobody looks: it reads nothing any more.
 */
void              haul_process_list_stop             (HaulProcessList      *self);

/**
 * haul_process_list_lookup:
 * @self: a list
 * @pid: a number
 *
 * Finds the process that has a number now.
 *
 * Returns: (transfer none) (nullable): its row; %NULL when none has it
 */
HaulProcessInfo  *haul_process_list_lookup           (HaulProcessList      *self,
                                                      int                   pid);

/**
 * haul_process_list_dup_tree:
 * @self: a list
 * @compare: (scope call) (nullable): compares two rows that have the same parent, as
 *   g_ptr_array_sort_with_data() does; %NULL for the order of the list
 * @user_data: for @compare
 *
 * Lists the rows as a tree is read: each process, and below it its children.
 *
 * Returns: (transfer container) (element-type HaulProcessInfo): all rows
 */
GPtrArray        *haul_process_list_dup_tree         (HaulProcessList      *self,
                                                      GCompareDataFunc      compare,
                                                      gpointer              user_data) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_process_list_dup_group:
 * @self: a list
 * @info: one of its rows
 *
 * Lists the living processes that were in the process group of @info when the list
 * was brought up to date last, if all of them may be controlled. Who signals a group
 * signals these, one by one with haul_process_info_signal(): so it reaches those that
 * people saw, and nobody who came into the group later.
 *
 * Returns: (transfer full) (element-type HaulProcessInfo) (nullable): the rows, with
 *   @info among them if it lives; %NULL when the group has this program in it, or
 *   processes that are not in the list
 */
GPtrArray        *haul_process_list_dup_group        (HaulProcessList      *self,
                                                      HaulProcessInfo      *info) G_GNUC_WARN_UNUSED_RESULT;

void              haul_process_list_refresh_async    (HaulProcessList      *self,
                                                      GCancellable         *cancellable,
                                                      GAsyncReadyCallback   callback,
                                                      gpointer              user_data);
gboolean          haul_process_list_refresh_finish   (HaulProcessList      *self,
                                                      GAsyncResult         *result,
                                                      GError              **error);

HAUL_END_DECLS
