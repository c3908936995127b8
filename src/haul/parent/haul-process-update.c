/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-info-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul-format.h"
#include "haul-own-processes-private.h"
#include "haul/worker/haul-task.h"

/* Bringing a row up to date. Each property notifies only when it is another one. */

#define notify(self, name) haul_process_info_notify ((self), HAUL_PROCESS_INFO_PROP_ ## name)

#define SET(field, value, name) G_STMT_START {   \
    if (self->field != (value))                  \
      {                                          \
        self->field = (value);                   \
        notify (self, name);                     \
      }                                          \
  } G_STMT_END

static void
set_cpu (HaulProcessInfo *self,
         double           cpu)
{
  self->history[self->n_history % HAUL_PROCESS_HISTORY] = cpu;
  self->n_history++;
  SET (cpu, cpu, CPU);
}

/* What is seen for the first time has no time before: over its whole life, then. */
static void
start_cpu (HaulProcessInfo *self)
{
  gint64 lived = self->sample.read_at - (gint64) self->sample.start;

  self->elapsed = MAX (lived, 0) / (double) G_USEC_PER_SEC;
  self->cpu = lived > 0 ? MIN (100.0 * self->sample.cpu_us / lived, 100.0 * MAX (self->sample.n_threads, 1)) : 0;
  self->history[0] = self->cpu;
  self->n_history = 1;
}

HaulProcessInfo *
haul_process_info_new (const HaulProcSample *sample)
{
  HaulProcessInfo *self = g_object_new (HAUL_TYPE_PROCESS_INFO, NULL);

  self->sample = *sample;
  self->state[0] = sample->state;
  self->name = g_strdup (sample->name);
  start_cpu (self);
  return self;
}

static void
set_state (HaulProcessInfo *self,
           char             state)
{
  if (self->state[0] == state)
    return;
  self->state[0] = state;
  notify (self, STATE);
}

static void
set_exit (HaulProcessInfo *self,
          int              code,
          int              signal)
{
  g_autofree char *text = haul_format_exit (code, signal);

  self->exit_known = TRUE;
  self->exit_code = code;
  self->exit_signal = signal;
  if (g_str_equal (self->exit_text, text))
    return;
  g_free (self->exit_text);
  self->exit_text = g_steal_pointer (&text);
  notify (self, EXIT_TEXT);
}

/* The kernel tells how a zombie ended. */
static void
read_exit (HaulProcessInfo *self)
{
  int status = self->sample.exit_status;

  if (self->state[0] != 'Z' || status < 0)
    return;
  if (WIFSIGNALED (status))
    set_exit (self, -1, WTERMSIG (status));
  else
    set_exit (self, WEXITSTATUS (status), 0);
}

static void
set_name (HaulProcessInfo *self,
          const char      *name)
{
  if (g_strcmp0 (self->name, name) == 0)
    return;
  g_free (self->name);
  self->name = g_strdup (name);
  notify (self, NAME);
}

void
haul_process_info_update (HaulProcessInfo      *self,
                          const HaulProcSample *sample)
{
  HaulProcSample old = self->sample;
  gint64 time = sample->read_at - old.read_at;
  guint64 old_memory = haul_process_info_get_memory (self);

  self->sample = *sample;
  if (sample->own_memory < 0 && self->measured)
    self->sample.own_memory = old.own_memory;   /* not asked for yet when this was read */
  set_state (self, sample->state);
  if (time > 0)
    set_cpu (self, 100.0 * (sample->cpu_us > old.cpu_us ? sample->cpu_us - old.cpu_us : 0) / time);
  SET (elapsed, MAX (sample->read_at - (gint64) sample->start, 0) / (double) G_USEC_PER_SEC, ELAPSED);
  if (sample->parent_pid != old.parent_pid)
    notify (self, PARENT_PID);
  if (strcmp (sample->name, old.name) != 0)
    notify (self, COMMAND);
  if (self->sample.own_memory != old.own_memory)
    notify (self, OWN_MEMORY);
  if (haul_process_info_get_memory (self) != old_memory)
    notify (self, MEMORY);
  if (sample->n_threads != old.n_threads)
    notify (self, N_THREADS);
  if (sample->cpu_us != old.cpu_us)
    notify (self, CPU_TIME);
  if (sample->nice != old.nice)
    notify (self, NICE);
  if (sample->core != old.core)
    notify (self, CORE);
}

void
haul_process_info_end (HaulProcessInfo *self,
                       gint64           now)
{
  self->ended_at = MAX (now, 1);
  set_state (self, 'X');
  set_cpu (self, 0);
  notify (self, IS_ENDED);
  notify (self, CAN_CONTROL);
}

/* What another program started is known by its program only. */
static HaulProcessKind
guess_kind (HaulProcessInfo *self)
{
  HaulProcProgram parent = self->parent != NULL ? self->parent->sample.program : HAUL_PROC_OTHER;

  switch (self->sample.program)
    {
    case HAUL_PROC_PROGRAM:
      return HAUL_PROCESS_PROGRAM;

    case HAUL_PROC_WORKER:
      return HAUL_PROCESS_WORKER;

    case HAUL_PROC_FORK_SERVER:
      return parent == HAUL_PROC_FORK_SERVER ? HAUL_PROCESS_WORKER : HAUL_PROCESS_FORK_SERVER;

    case HAUL_PROC_OTHER:
    default:
      return HAUL_PROCESS_OTHER;
    }
}

/* A worker calls itself after its task. */
static const char *
guess_name (HaulProcessInfo *self)
{
  const HaulTask *task;

  switch (self->kind)
    {
    case HAUL_PROCESS_FORK_SERVER:
      return _("Fork server");

    case HAUL_PROCESS_WORKER:
      task = haul_task_lookup (self->sample.name, NULL);
      return task != NULL ? _(task->title) : _("Worker");

    case HAUL_PROCESS_PROGRAM:
      if (self->sample.pid == getpid () && g_get_application_name () != NULL)
        return g_get_application_name ();
      return self->sample.name;

    case HAUL_PROCESS_OTHER:
    default:
      return self->sample.name;
    }
}

void
haul_process_info_recognize (HaulProcessInfo *self)
{
  g_autoptr(HaulOwnProcess) own = haul_own_process_lookup (self->sample.pid, self->sample.start);
  g_autoptr(HaulJob) job = own != NULL ? g_weak_ref_get (&own->job) : NULL;
  HaulProcessKind kind = own != NULL ? own->kind : guess_kind (self);

  if (self->sample.pid == getpid ())
    kind = HAUL_PROCESS_PROGRAM;
  /* A zombie has no program any more; it is what it was. */
  if (kind != HAUL_PROCESS_OTHER || self->state[0] != 'Z')
    SET (kind, kind, KIND);
  g_weak_ref_set (&self->job, job);
  if (self->kind != HAUL_PROCESS_WORKER || self->state[0] != 'Z' || own != NULL)
    set_name (self, own != NULL && own->name != NULL ? own->name : guess_name (self));
  SET (daemon, own != NULL && own->daemon, DAEMON);
  if (own != NULL && own->exit_known)
    set_exit (self, own->exit_code, own->exit_signal);
  else
    read_exit (self);
}

void
haul_process_info_set_parent (HaulProcessInfo *self,
                              HaulProcessInfo *parent)
{
  (void) g_set_object (&self->parent, parent);
}

void
haul_process_info_set_place (HaulProcessInfo *self,
                             guint            depth,
                             guint            n_children)
{
  SET (depth, depth, DEPTH);
  SET (n_children, n_children, N_CHILDREN);
}

void
haul_process_info_set_new (HaulProcessInfo *self,
                           gint64           added_at)
{
  gboolean was_new = self->added_at != 0;

  self->added_at = added_at;
  if (was_new != (added_at != 0))
    notify (self, IS_NEW);
}

void
haul_process_info_set_own (HaulProcessInfo *self,
                           gboolean         own)
{
  SET (own, own, CAN_CONTROL);
}

void
haul_process_info_set_measured (HaulProcessInfo *self,
                                gboolean         measured)
{
  g_return_if_fail (HAUL_IS_PROCESS_INFO (self));

  measured = !!measured;
  if (self->measured == measured)
    return;

  self->measured = measured;
  notify (self, MEASURED);
}

gboolean
haul_process_info_get_exit (HaulProcessInfo *self,
                            int             *ret_code,
                            int             *ret_signal)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  if (!self->exit_known)
    return FALSE;
  if (ret_code != NULL)
    *ret_code = self->exit_code;
  if (ret_signal != NULL)
    *ret_signal = self->exit_signal;
  return TRUE;
}

guint
haul_process_info_get_history (HaulProcessInfo *self,
                               float           *ret_values,
                               guint            n_values)
{
  guint known;

  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);
  g_return_val_if_fail (ret_values != NULL || n_values == 0, 0);

  known = MIN (n_values, MIN (self->n_history, HAUL_PROCESS_HISTORY));
  for (guint i = 0; i < known; i++)
    ret_values[i] = self->history[(self->n_history - known + i) % HAUL_PROCESS_HISTORY];
  return known;
}

HaulJob *
haul_process_info_dup_job (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return g_weak_ref_get (&self->job);
}
