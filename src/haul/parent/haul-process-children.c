/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include <unistd.h>

#include "haul-joiners-private.h"
#include "haul-process-private.h"
#include "haul-source-private.h"

/* How long a daemon has at the end of the program between SIGTERM and SIGKILL. */
#define DAEMON_GRACE_MS 500

/* Of this program, and used by the one thread that uses processes. A copy of the program that
 * somebody forked has copies of it all, and leaves them alone. */
static struct
{
  int         owner;       /* pid */
  GPtrArray  *started;     /* (owned) of HaulProcess, in the order of their starts */
  GHashTable *executors;   /* (owned) start method and worker path → HaulExecutor (owned) */
  GPtrArray  *finishers;   /* (owned) of GTask, complete when none is left that was started */
  GSource    *kill;        /* (owned) (nullable) daemons that did not hear SIGTERM */
} children;

static void
prepare (void)
{
  if (children.owner == getpid ())
    return;

  children.owner = getpid ();
  children.started = g_ptr_array_new_with_free_func (g_object_unref);
  children.executors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  children.finishers = haul_joiners_new ();
  children.kill = NULL;
}

/* One for each way to start a worker: so there is one fork server for all that have the same. */
HaulExecutor *
haul_process_dup_executor (HaulStartMethod  start_method,
                           const char      *worker_path)
{
  g_autofree char *key = g_strdup_printf ("%d %s", start_method, worker_path != NULL ? worker_path : "");
  HaulExecutor *executor;

  prepare ();
  executor = g_hash_table_lookup (children.executors, key);
  if (executor == NULL)
    {
      executor = haul_process_executor_new (worker_path);
      haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), start_method);
      g_hash_table_insert (children.executors, g_steal_pointer (&key), executor);
    }
  return g_object_ref (executor);
}

gboolean
haul_process_is_finishing (void)
{
  prepare ();
  return children.finishers->len > 0;
}

void
haul_process_adopt (HaulProcess *self)
{
  prepare ();
  g_ptr_array_add (children.started, g_object_ref (self));
}

void
haul_process_complete_finishers (void)
{
  GTask *next;

  prepare ();
  if (children.started->len > 0 || children.finishers->len == 0)
    return;

  haul_source_clear (&children.kill);
  g_hash_table_remove_all (children.executors);   /* so the fork server ends */
  while ((next = haul_joiners_steal (children.finishers)) != NULL)
    {
      g_autoptr(GTask) task = next;

      g_task_return_boolean (task, TRUE);
    }
}

void
haul_process_release (HaulProcess *self)
{
  prepare ();
  (void) g_ptr_array_remove (children.started, self);
}

/**
 * haul_process_active_children:
 *
 * The processes that this program has started and that are not collected. The
 * main loop collects them as they end, so nobody has to call this for that.
 *
 * Returns: (transfer container) (element-type HaulProcess): a list of them, in
 *   the order of their starts
 */
GPtrArray *
haul_process_active_children (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  prepare ();
  for (guint i = 0; i < children.started->len; i++)
    g_ptr_array_add (list, g_object_ref (children.started->pdata[i]));
  return list;
}

static gboolean
kill_cb (gpointer user_data)
{
  g_autoptr(GPtrArray) list = haul_process_active_children ();

  g_clear_pointer (&children.kill, g_source_unref);
  for (guint i = list->len; i > 0; i--)
    if (haul_process_get_daemon (list->pdata[i - 1]))
      (void) haul_process_kill (list->pdata[i - 1], NULL);
  /* fails only for one that is closed, so gone */
  return G_SOURCE_REMOVE;
}

/* The newest first: it may need the older ones. */
static void
begin_to_finish (void)
{
  g_autoptr(GPtrArray) list = haul_process_active_children ();

  for (guint i = list->len; i > 0; i--)
    {
      HaulProcess *process = list->pdata[i - 1];

      if (haul_process_is_zombie (process))
        haul_process_collect (process);
      else if (haul_process_get_daemon (process))
        (void) haul_process_terminate (process, NULL);   /* fails only for one that is closed, so gone */
      else
        (void) haul_process_resume (process, NULL);
    }
  if (children.kill == NULL)
    children.kill = haul_timer_new (DAEMON_GRACE_MS, "[haul] daemons at the end", kill_cb, NULL);
}

/**
 * haul_process_finish_all_async:
 * @cancellable: (nullable): stops the waiting, not the processes
 * @callback: (scope async): called when no process is left
 * @user_data: for @callback
 *
 * For the end of main(): sends SIGTERM to every daemon, the newest first, and
 * half a second later SIGKILL to those that are still there; waits for all other
 * processes, however long they take, and lets those go on that are suspended;
 * collects those that are held. No process can be started meanwhile. Then the
 * fork server ends as well.
 *
 * The library does not do this by itself, in a handler of atexit(): that would
 * run a main loop within exit(), after the program has put its things away, and
 * in whatever thread or forked copy of the program calls exit(); and a process
 * that does not end would keep the program from ending, with nobody to say why.
 *
 * A program that ends in any other way, by SIGKILL too, takes all its processes
 * with it, daemons and others.
 */
void
haul_process_finish_all_async (GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  prepare ();
  g_task_set_source_tag (task, haul_process_finish_all_async);
  g_task_set_name (task, "[haul] finish all processes");
  haul_joiners_add (children.finishers, task, -1, NULL);
  begin_to_finish ();
  haul_process_complete_finishers ();
}

/**
 * haul_process_finish_all_finish:
 * @result: of the call
 * @error: set when the waiting was cancelled
 *
 * Ends what haul_process_finish_all_async() began.
 *
 * Returns: %TRUE when no process is left
 */
gboolean
haul_process_finish_all_finish (GAsyncResult  *result,
                                GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GAsyncResult **ret_result = user_data;

  *ret_result = g_object_ref (result);
}

/**
 * haul_process_finish_all:
 * @cancellable: (nullable): stops the waiting, not the processes
 * @error: set when the waiting was cancelled
 *
 * haul_process_finish_all_async(), and runs the main context until it is done:
 * the last thing that main() does before it returns, when its main loop has ended.
 *
 * Returns: %TRUE when no process is left
 */
gboolean
haul_process_finish_all (GCancellable  *cancellable,
                         GError       **error)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr(GAsyncResult) result = NULL;

  haul_process_finish_all_async (cancellable, finished_cb, &result);
  while (result == NULL)
    (void) g_main_context_iteration (context, TRUE);
  return haul_process_finish_all_finish (result, error);
}
