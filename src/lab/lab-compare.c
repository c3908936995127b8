/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-compare.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/haul.h"
#include "lab-usage.h"

/* Between two looks at a child. */
#define LOOK_MS      20
/* What runs next has told people so, and has the machine for itself. */
#define PAUSE_MS     300
/* So that the main loop has had a beat that shows how late it was. */
#define SETTLE_MS    200
/* How long it works before it is asked to stop. */
#define CANCEL_MS    50
#define TIMEOUT_MS   (15 * 1000)
#define GRACE_MS     1000

struct _LabCompare
{
  GObject              parent_instance;

  const LabComparison *comparison;   /* static */
  const HaulTask      *task;
  GVariant            *arguments;    /* (owned) */
  char                *python;       /* (owned) (nullable) */

  LabWayResult         results[LAB_N_WAYS];
  guint                way;          /* that it is at, LAB_N_WAYS for none */
  gboolean             running;
  gboolean             cancels;      /* this time it only sees whether it can be stopped */

  HaulExecutor        *executor;     /* (owned) (nullable) of this way */
  HaulJob             *job;          /* (owned) (nullable) */
  GSubprocess         *program;      /* (owned) (nullable) instead of a job */
  HaulHeartbeat       *heart;        /* (owned) (nullable) */
  LabCrashRun         *crash;        /* (owned) (nullable) at the end of a way */
  LabUsage             before;       /* of this program */
  gint64               start_us;
  gint64               asked_us;     /* when it was asked to stop, 0 before */
  guint                look_id;
  guint                step_id;      /* the pause before the next step */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LabCompare, lab_compare, G_TYPE_OBJECT)

const LabComparison lab_comparisons[] = {
  { "primes", "{'to': <int64 6000000000>}", NULL },
  { "pi", "{'digits': <int64 45000>, 'method': <'series'>}",
    "bits = 45000 * 3322 // 1000 + 64\n"
    "total = 0\n"
    "for k in range(bits // 4 + 1):\n"
    "    one = 1 << (bits - 4 * k)\n"
    "    total += 4 * one // (8 * k + 1) - 2 * one // (8 * k + 4) - one // (8 * k + 5) - one // (8 * k + 6)\n" },
  { "fibonacci", "{'n': <int64 30>, 'count': <int64 12>}",
    "def fib(n):\n"
    "    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
    "for _ in range(12):\n"
    "    fib(30)\n" },
  { "sleep", "{'seconds': <2.0>}", "import time\ntime.sleep(2)\n" },
  { NULL }
};

/* As executors are called, or who else runs it. */
static const char * const executors[LAB_N_WAYS] = {
  [LAB_WAY_WINDOW] = "serial",
  [LAB_WAY_THREAD] = "thread",
  [LAB_WAY_PROCESS] = "process",
  [LAB_WAY_POOL] = "pool",
  [LAB_WAY_PYTHON] = "python",
};

static void
next_way (LabCompare *self);

static void
run_way (LabCompare *self);

static LabWayResult *
now (LabCompare *self)
{
  return &self->results[self->way];
}

static void
changed (LabCompare *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static double
seconds_since (gint64 since_us)
{
  return (double) (g_get_monotonic_time () - since_us) / G_USEC_PER_SEC;
}

static void
plan (LabCompare  *self,
      guint        ms,
      GSourceFunc  func)
{
  g_assert (self->step_id == 0);
  self->step_id = g_timeout_add (ms, func, self);
  g_source_set_name_by_id (self->step_id, "[lab] next step of a comparison");
}

static void
drop_run (LabCompare *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_handle_id (&self->step_id, g_source_remove);
  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_object (&self->program);
  g_clear_object (&self->heart);
  g_clear_pointer (&self->crash, lab_crash_run_free);
}

static void
fail (LabCompare  *self,
      LabWayState  state,
      const char  *message)
{
  g_free (now (self)->message);
  now (self)->message = g_strdup (message);
  now (self)->state = state;
}

/* What it cost */

/* The most that its children have had so far. Of a program that is no job nobody else limits the time. */
static gboolean
look_cb (gpointer user_data)
{
  LabCompare *self = user_data;
  double memory = 0;

  if (self->program != NULL && seconds_since (self->start_us) > TIMEOUT_MS / 1000.0)
    g_subprocess_force_exit (self->program);

  if (self->program != NULL && g_subprocess_get_identifier (self->program) != NULL)
    memory = lab_usage_peak_memory (atoi (g_subprocess_get_identifier (self->program)));
  else if (self->way == LAB_WAY_PROCESS && self->job != NULL)
    memory = lab_usage_peak_memory (haul_job_get_pid (self->job));
  if (memory > 0 && !self->cancels)
    now (self)->memory = isnan (now (self)->memory) ? memory : MAX (now (self)->memory, memory);
  return G_SOURCE_CONTINUE;
}

static void
add_up_workers (LabCompare *self)
{
  GListModel *workers = haul_pool_get_workers (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (self->executor)));
  double cpu = 0, memory = 0;

  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr(HaulPoolWorkerInfo) worker = g_list_model_get_item (workers, i);
      int pid = haul_pool_worker_info_get_pid (worker);

      cpu += lab_usage_cpu (pid);
      memory += lab_usage_peak_memory (pid);
    }
  now (self)->cpu = cpu;
  now (self)->memory = memory > 0 ? memory : NAN;
}

static void
measure (LabCompare *self)
{
  LabUsage after;

  now (self)->wall = seconds_since (self->start_us);
  if (self->way == LAB_WAY_POOL)
    {
      add_up_workers (self);
      return;
    }
  lab_usage_take (&after);
  if (self->way == LAB_WAY_WINDOW || self->way == LAB_WAY_THREAD)
    {
      now (self)->cpu = after.own_cpu - self->before.own_cpu;
      now (self)->memory = MAX (after.peak_memory - self->before.memory, 0);
    }
  else
    now (self)->cpu = after.children_cpu - self->before.children_cpu;
}

static gboolean
way_over_cb (gpointer user_data)
{
  LabCompare *self = user_data;

  self->step_id = 0;
  if (now (self)->state == LAB_WAY_RUNS)
    now (self)->state = LAB_WAY_DONE;
  next_way (self);
  return G_SOURCE_REMOVE;
}

static void
crashed_cb (const LabCrash *found,
            gpointer        user_data)
{
  LabCompare *self = user_data;

  now (self)->crash = *found;
  plan (self, 0, way_over_cb);
}

/* At last, in another program: this one would be gone. */
static gboolean
crash_cb (gpointer user_data)
{
  LabCompare *self = user_data;

  self->step_id = 0;
  self->crash = lab_crash_run_new (executors[self->way], self->python, crashed_cb, self);
  return G_SOURCE_REMOVE;
}

/* It has been late by now, if it was. */
static gboolean
settled_cb (gpointer user_data)
{
  LabCompare *self = user_data;

  self->step_id = 0;
  now (self)->gap = haul_heartbeat_get_worst (self->heart);
  changed (self);

  if (self->way == LAB_WAY_WINDOW)
    {
      now (self)->cancel = LAB_COMPARE_IMPOSSIBLE;
      plan (self, 0, crash_cb);
      return G_SOURCE_REMOVE;
    }
  self->cancels = TRUE;
  run_way (self);
  return G_SOURCE_REMOVE;
}

/* It has ended: measured, or stopped. */
static void
over (LabCompare   *self,
      const GError *error)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_handle_id (&self->step_id, g_source_remove);
  if (self->cancels)
    {
      /* It may have been faster than who stops it. */
      if (self->asked_us != 0 && error != NULL)
        now (self)->cancel = seconds_since (self->asked_us);
      plan (self, 0, crash_cb);
      return;
    }
  if (error != NULL)
    {
      fail (self, LAB_WAY_FAILED, error->message);
      plan (self, 0, way_over_cb);
      return;
    }
  measure (self);
  changed (self);
  plan (self, SETTLE_MS, settled_cb);
}

/* Running it */

static gboolean
ask_cb (gpointer user_data)
{
  LabCompare *self = user_data;

  self->step_id = 0;
  self->asked_us = g_get_monotonic_time ();
  if (self->program != NULL)
    g_subprocess_send_signal (self->program, SIGTERM);
  else
    haul_job_cancel (self->job);
  return G_SOURCE_REMOVE;
}

static void
working (LabCompare *self)
{
  if (self->cancels && self->step_id == 0 && self->asked_us == 0)
    plan (self, CANCEL_MS, ask_cb);
  else if (!self->cancels && isnan (now (self)->start))
    now (self)->start = seconds_since (self->start_us);
}

static void
job_state_cb (LabCompare *self)
{
  if (haul_job_get_state (self->job) == HAUL_JOB_RUNNING)
    working (self);
}

static void
job_ended_cb (LabCompare *self)
{
  g_signal_handlers_disconnect_by_data (self->job, self);
  over (self, haul_job_get_error (self->job));
}

static void
program_ended_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(LabCompare) self = user_data;
  g_autoptr(GError) error = NULL;

  (void) g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, &error);
  if (error != NULL && !self->cancels && seconds_since (self->start_us) > TIMEOUT_MS / 1000.0)
    {
      g_clear_error (&error);
      g_set_error_literal (&error, HAUL_ERROR, HAUL_ERROR_TIMED_OUT, _("it was not done in time, and was stopped"));
    }
  if (self->program == G_SUBPROCESS (source))
    over (self, error);
}

static void
run_program (LabCompare *self)
{
  const char * const argv[] = { self->python != NULL ? self->python : "python3", "-c", self->comparison->python, NULL };
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT
                                                                       | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                                                       | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr(GError) error = NULL;

  if (self->comparison->python == NULL)
    {
      fail (self, LAB_WAY_SKIPPED, _("this task is not written in Python here"));
      plan (self, 0, way_over_cb);
      return;
    }
  g_subprocess_launcher_set_child_setup (launcher, lab_usage_child_setup, NULL, NULL);
  self->program = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (self->program == NULL)
    {
      fail (self, LAB_WAY_SKIPPED, error->message);
      plan (self, 0, way_over_cb);
      return;
    }
  g_subprocess_wait_check_async (self->program, NULL, program_ended_cb, g_object_ref (self));
  working (self);
}

static void
run_job (LabCompare *self)
{
  if (self->executor == NULL)
    self->executor = lab_crash_create_executor (executors[self->way], NULL, 0);
  self->job = haul_job_new (self->task, self->arguments, NULL);
  haul_job_set_nice (self->job, 0);
  haul_job_set_timeout (self->job, TIMEOUT_MS);
  haul_job_set_grace (self->job, GRACE_MS, TRUE);
  g_signal_connect_swapped (self->job, "notify::state", G_CALLBACK (job_state_cb), self);
  g_signal_connect_swapped (self->job, "ended", G_CALLBACK (job_ended_cb), self);
  haul_executor_submit (self->executor, self->job);
}

static void
run_way (LabCompare *self)
{
  g_autoptr(LabCompare) keep G_GNUC_UNUSED = g_object_ref (self);

  drop_run (self);
  self->asked_us = 0;
  self->heart = haul_heartbeat_new ();
  self->look_id = g_timeout_add (LOOK_MS, look_cb, self);
  g_source_set_name_by_id (self->look_id, "[lab] memory of a child");
  lab_usage_take (&self->before);
  lab_usage_reset_peak ();
  self->start_us = g_get_monotonic_time ();
  if (self->way == LAB_WAY_PYTHON)
    run_program (self);
  else
    run_job (self);
}

static gboolean
begin_cb (gpointer user_data)
{
  LabCompare *self = user_data;

  self->step_id = 0;
  self->cancels = FALSE;
  run_way (self);
  return G_SOURCE_REMOVE;
}

static void
next_way (LabCompare *self)
{
  drop_run (self);
  g_clear_object (&self->executor);
  self->way++;
  self->running = self->way < LAB_N_WAYS;
  if (self->running)
    {
      now (self)->state = LAB_WAY_RUNS;
      plan (self, PAUSE_MS, begin_cb);
    }
  changed (self);
}

static void
reset (LabCompare *self)
{
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      LabWayResult *result = &self->results[way];

      g_free (result->message);
      *result = (LabWayResult) { LAB_WAY_WAITS, NAN, NAN, NAN, NAN, NAN, NAN };
    }
}

static void
lab_compare_dispose (GObject *object)
{
  LabCompare *self = LAB_COMPARE (object);

  lab_compare_cancel (self);
  g_clear_object (&self->executor);

  G_OBJECT_CLASS (lab_compare_parent_class)->dispose (object);
}

static void
lab_compare_finalize (GObject *object)
{
  LabCompare *self = LAB_COMPARE (object);

  reset (self);
  g_variant_unref (self->arguments);
  g_free (self->python);

  G_OBJECT_CLASS (lab_compare_parent_class)->finalize (object);
}

static void
lab_compare_class_init (LabCompareClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lab_compare_dispose;
  object_class->finalize = lab_compare_finalize;
  signals[CHANGED] = g_signal_new ("changed", LAB_TYPE_COMPARE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lab_compare_init (LabCompare *self)
{
  self->way = LAB_N_WAYS;
  reset (self);
}

LabCompare *
lab_compare_new (const LabComparison *comparison,
                 const char          *python)
{
  LabCompare *self;
  g_autoptr(GVariant) given = NULL;

  g_return_val_if_fail (comparison != NULL, NULL);

  self = g_object_new (LAB_TYPE_COMPARE, NULL);
  self->comparison = comparison;
  self->task = haul_task_lookup (comparison->task, NULL);
  g_assert (self->task != NULL);
  given = g_variant_parse (G_VARIANT_TYPE_VARDICT, comparison->arguments, NULL, NULL, NULL);
  self->arguments = g_variant_take_ref (haul_task_complete (self->task, given, NULL));
  self->python = python != NULL && *python != '\0' ? g_strdup (python) : NULL;
  return self;
}

const HaulTask *
lab_compare_get_task (LabCompare *self)
{
  g_return_val_if_fail (LAB_IS_COMPARE (self), NULL);

  return self->task;
}

gboolean
lab_compare_start (LabCompare *self)
{
  g_return_val_if_fail (LAB_IS_COMPARE (self), FALSE);

  if (self->running)
    return FALSE;
  reset (self);
  self->way = (guint) - 1;
  next_way (self);
  return TRUE;
}

void
lab_compare_cancel (LabCompare *self)
{
  g_return_if_fail (LAB_IS_COMPARE (self));

  if (!self->running)
    return;
  self->running = FALSE;
  if (self->job != NULL)
    haul_job_cancel (self->job);
  if (self->program != NULL)
    g_subprocess_force_exit (self->program);
  drop_run (self);
  g_clear_object (&self->executor);
  for (LabWay way = self->way; way < LAB_N_WAYS; way++)
    self->results[way].state = LAB_WAY_WAITS;
  self->way = LAB_N_WAYS;
  changed (self);
}

gboolean
lab_compare_is_running (LabCompare *self)
{
  g_return_val_if_fail (LAB_IS_COMPARE (self), FALSE);

  return self->running;
}

const LabWayResult *
lab_compare_get_result (LabCompare *self,
                        LabWay      way)
{
  g_return_val_if_fail (LAB_IS_COMPARE (self), NULL);
  g_return_val_if_fail (way < LAB_N_WAYS, NULL);

  return &self->results[way];
}
