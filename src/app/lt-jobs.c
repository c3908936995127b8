/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"
#include "lt-jobs-find.h"
#include "lt-settings.h"

#define MAX_UNDO 50

/* Between two looks at the time that is left. */
#define TICK_MS 1000

struct _LtJobs
{
  GObject       parent_instance;

  HaulExecutor *executors[LT_N_RUN_IN];   /* (owned) */
  GListStore   *model;                    /* (owned) of HaulJob, newest first */
  GHashTable   *quarters;                 /* (owned) of HaulJob: the last quarter that was announced, plus one */
  LtHistory    *history;                  /* (owned) (nullable) */
  GQueue        removed;                  /* (owned) of HaulJob, newest first: for undo */
  guint         counts[LT_N_FILTERS];
  char         *summary;                  /* (owned) */
  char         *status;                   /* (owned) */
  gboolean      held;
  guint         recount_id;
  guint         tick_id;                  /* only while a job is active */
};

typedef enum
{
  PROP_N_ACTIVE = 1,
  PROP_SUMMARY,
  PROP_STATUS,
  PROP_HELD,
} LtJobsProperty;

static GParamSpec *properties[PROP_HELD + 1];

enum { COUNTED, JOB_ENDED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtJobs, lt_jobs, G_TYPE_OBJECT)

static void
update_summary (LtJobs *self)
{
  g_autofree char *summary = lt_job_text_summary (G_LIST_MODEL (self->model));

  if (g_strcmp0 (summary, self->summary) == 0)
    return;
  g_free (self->summary);
  self->summary = g_steal_pointer (&summary);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static gboolean
tick_cb (gpointer user_data)
{
  update_summary (user_data);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (LtJobs *self)
{
  gboolean wanted = self->counts[LT_FILTER_ACTIVE] > 0;

  if (wanted && self->tick_id == 0)
    {
      self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
      g_source_set_name_by_id (self->tick_id, "[long-tasks] sum up jobs");
    }
  else if (!wanted)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
    }
}

static gboolean
recount_cb (gpointer user_data)
{
  LtJobs *self = user_data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  self->recount_id = 0;
  memset (self->counts, 0, sizeof self->counts);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      for (guint filter = 0; filter < LT_N_FILTERS; filter++)
        self->counts[filter] += lt_jobs_matches (job, filter);
    }
  update_tick (self);
  update_summary (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
  g_signal_emit (self, signals[COUNTED], 0);

  return G_SOURCE_REMOVE;
}

/* However many jobs change in one turn of the main loop, they are counted once. */
static void
queue_recount (LtJobs *self)
{
  if (self->recount_id != 0)
    return;
  self->recount_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, recount_cb, self, NULL);
  g_source_set_name_by_id (self->recount_id, "[long-tasks] count jobs");
}

static void
set_status (LtJobs *self,
            char   *status)
{
  g_free (self->status);
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
announce (LtJobs  *self,
          HaulJob *job,
          guint    quarter)
{
  if (GPOINTER_TO_UINT (g_hash_table_lookup (self->quarters, job)) > quarter)
    return;
  g_hash_table_insert (self->quarters, job, GUINT_TO_POINTER (quarter + 1));
  set_status (self, lt_job_text_announce (job, quarter));
}

static void
fraction_changed_cb (HaulJob    *job,
                     GParamSpec *pspec,
                     LtJobs     *self)
{
  double fraction = haul_job_get_fraction (job);

  if (fraction >= 0.25 && fraction < 1 && haul_job_get_state (job) == HAUL_JOB_RUNNING)
    announce (self, job, (guint) (fraction * 4));
}

static void
state_changed_cb (HaulJob    *job,
                  GParamSpec *pspec,
                  LtJobs     *self)
{
  queue_recount (self);
  if (haul_job_get_state (job) == HAUL_JOB_RUNNING)
    announce (self, job, 0);
}

static void
ended_cb (HaulJob *job,
          LtJobs  *self)
{
  queue_recount (self);
  g_hash_table_remove (self->quarters, job);
  set_status (self, lt_job_text_announce (job, 4));
  g_signal_emit (self, signals[JOB_ENDED], 0, job);
}

static void
lt_jobs_dispose (GObject *object)
{
  LtJobs *self = LT_JOBS (object);

  g_clear_handle_id (&self->recount_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_queue_clear_full (&self->removed, g_object_unref);
  if (self->model != NULL)
    g_list_store_remove_all (self->model);
  g_clear_object (&self->model);
  g_clear_pointer (&self->quarters, g_hash_table_unref);
  g_clear_object (&self->history);
  for (guint i = 0; i < LT_N_RUN_IN; i++)
    g_clear_object (&self->executors[i]);

  G_OBJECT_CLASS (lt_jobs_parent_class)->dispose (object);
}

static void
lt_jobs_finalize (GObject *object)
{
  LtJobs *self = LT_JOBS (object);

  g_free (self->summary);
  g_free (self->status);

  G_OBJECT_CLASS (lt_jobs_parent_class)->finalize (object);
}

static void
lt_jobs_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  LtJobs *self = LT_JOBS (object);

  switch ((LtJobsProperty) prop_id)
    {
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->counts[LT_FILTER_ACTIVE]);
      break;

    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;

    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;

    case PROP_HELD:
      g_value_set_boolean (value, self->held);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* No job starts, wherever it would run. */
static void
set_held (LtJobs   *self,
          gboolean  held)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  if (self->held == held)
    return;

  self->held = held;
  for (guint i = 0; i < LT_N_RUN_IN; i++)
    haul_executor_set_held (self->executors[i], held);
  haul_pool_set_held (lt_jobs_get_pool (self), held);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (haul_job_get_state (job) == HAUL_JOB_QUEUED)
        g_object_notify (G_OBJECT (job), "state");   /* its row says why it waits */
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HELD]);
}

static void
lt_jobs_set_property (GObject      *object,
                      guint         prop_id,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  switch ((LtJobsProperty) prop_id)
    {
    case PROP_HELD:
      set_held (LT_JOBS (object), g_value_get_boolean (value));
      break;

    case PROP_N_ACTIVE:
    case PROP_SUMMARY:
    case PROP_STATUS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_jobs_class_init (LtJobsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lt_jobs_dispose;
  object_class->finalize = lt_jobs_finalize;
  object_class->get_property = lt_jobs_get_property;
  object_class->set_property = lt_jobs_set_property;

  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /* The counts are new, and with them what each filter shows. */
  signals[JOB_ENDED] = g_signal_new ("job-ended", LT_TYPE_JOBS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, HAUL_TYPE_JOB);
  signals[COUNTED] = g_signal_new ("counted", LT_TYPE_JOBS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* What runs already goes on as it is. */
static void
apply_settings (LtJobs *self)
{
  HaulStartMethod method = lt_settings_get_forks () ? HAUL_START_FORK_SERVER : HAUL_START_SPAWN;

  haul_executor_set_max_running (self->executors[LT_RUN_IN_PROCESS], lt_settings_get_jobs ());
  haul_executor_set_max_running (self->executors[LT_RUN_IN_THREAD], lt_settings_get_jobs ());
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (self->executors[LT_RUN_IN_PROCESS]), method);
}

static void
lt_jobs_init (LtJobs *self)
{
  self->model = g_list_store_new (HAUL_TYPE_JOB);
  self->quarters = g_hash_table_new (NULL, NULL);
  self->summary = g_strdup ("");
  self->status = g_strdup ("");
  g_queue_init (&self->removed);
  self->executors[LT_RUN_IN_PROCESS] = haul_process_executor_new (NULL);
  self->executors[LT_RUN_IN_POOL] = haul_pool_executor_new (NULL, lt_settings_get_workers ());
  self->executors[LT_RUN_IN_THREAD] = haul_thread_executor_new ();
  self->executors[LT_RUN_IN_WINDOW] = haul_serial_executor_new ();
  apply_settings (self);
  if (lt_settings_get () != NULL)
    {
      g_signal_connect_object (lt_settings_get (), "changed::jobs-at-once", G_CALLBACK (apply_settings), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (lt_settings_get (), "changed::start-method", G_CALLBACK (apply_settings), self, G_CONNECT_SWAPPED);
    }
}

LtJobs *
lt_jobs_new (void)
{
  return g_object_new (LT_TYPE_JOBS, NULL);
}

void
lt_jobs_set_history (LtJobs    *self,
                     LtHistory *history)
{
  g_return_if_fail (LT_IS_JOBS (self));
  g_return_if_fail (LT_IS_HISTORY (history));

  g_set_object (&self->history, history);
}

GListModel *
lt_jobs_get_model (LtJobs *self)
{
  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  return G_LIST_MODEL (self->model);
}

guint
lt_jobs_get_count (LtJobs   *self,
                   LtFilter  filter)
{
  g_return_val_if_fail (LT_IS_JOBS (self), 0);
  g_return_val_if_fail (filter < LT_N_FILTERS, 0);

  return self->counts[filter];
}

const char *
lt_jobs_get_status (LtJobs *self)
{
  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  return self->status;
}

const char *
lt_jobs_get_summary (LtJobs *self)
{
  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  return self->summary;
}

HaulExecutor *
lt_jobs_get_executor (LtJobs  *self,
                      LtRunIn  where)
{
  g_return_val_if_fail (LT_IS_JOBS (self), NULL);
  g_return_val_if_fail (where < LT_N_RUN_IN, NULL);

  return self->executors[where];
}

/**
 * lt_jobs_find_run_in:
 * @name: (nullable): of an executor, as on the command line: "process", "pool", …
 *
 * Returns: whether there is one, and then it is in @ret_where
 */
gboolean
lt_jobs_find_run_in (LtJobs     *self,
                     const char *name,
                     LtRunIn    *ret_where)
{
  g_return_val_if_fail (LT_IS_JOBS (self), FALSE);

  for (guint i = 0; i < LT_N_RUN_IN; i++)
    if (g_strcmp0 (name, haul_executor_get_name (self->executors[i])) == 0)
      {
        *ret_where = i;
        return TRUE;
      }
  return FALSE;
}

HaulPool *
lt_jobs_get_pool (LtJobs *self)
{
  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  return haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (self->executors[LT_RUN_IN_POOL]));
}

void
lt_jobs_resize_pool (LtJobs *self,
                     guint   n_workers)
{
  g_return_if_fail (LT_IS_JOBS (self));

  n_workers = CLAMP (n_workers, 1, LT_MAX_WORKERS);
  haul_pool_set_n_workers (lt_jobs_get_pool (self), n_workers);
  lt_settings_set_workers (n_workers == haul_usable_cpus () ? 0 : n_workers);
}

static void
add (LtJobs  *self,
     HaulJob *job)
{
  g_signal_connect_object (job, "notify::state", G_CALLBACK (state_changed_cb), self, 0);
  g_signal_connect_object (job, "notify::fraction", G_CALLBACK (fraction_changed_cb), self, 0);
  g_signal_connect_object (job, "notify::daemon", G_CALLBACK (state_changed_cb), self, 0);
  g_signal_connect_object (job, "ended", G_CALLBACK (ended_cb), self, 0);
  g_list_store_insert (self->model, 0, job);
  queue_recount (self);
}

/**
 * lt_jobs_start:
 *
 * Starts @task with @arguments, as haul_task_complete() takes them. The app
 * asks before it forces, so the job never escalates by itself.
 *
 * Returns: (transfer none): the new job, or %NULL with @error set
 */
HaulJob *
lt_jobs_start (LtJobs          *self,
               const HaulTask  *task,
               GVariant        *arguments,
               const LtJobOptions *options,
               GError         **error)
{
  g_autoptr(GVariant) complete = NULL;
  g_autoptr(HaulJob) job = NULL;

  g_return_val_if_fail (LT_IS_JOBS (self), NULL);
  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (options->where < LT_N_RUN_IN, NULL);

  complete = haul_task_complete (task, arguments, error);
  if (complete == NULL || !haul_task_check_memory (task, complete, error))
    return NULL;

  job = haul_job_new (task, complete, error);
  if (job == NULL)
    return NULL;

  haul_job_set_nice (job, options->nice);
  haul_job_set_daemon (job, options->daemon);
  haul_job_set_hold (job, options->hold && options->where == LT_RUN_IN_PROCESS);
  haul_job_set_grace (job, lt_settings_get_grace (), FALSE);
  lt_jobs_note_executor (job, self->executors[options->where]);
  add (self, job);
  haul_executor_submit (self->executors[options->where], job);
  if (self->history != NULL && haul_job_is_active (job))
    lt_history_follow (self->history, job);

  return job;
}

HaulJob *
lt_jobs_start_again (LtJobs   *self,
                     HaulJob  *job,
                     GError  **error)
{
  LtJobOptions options = LT_JOB_OPTIONS_INIT;

  g_return_val_if_fail (LT_IS_JOBS (self), NULL);
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  (void) lt_jobs_find_run_in (self, haul_job_get_executor_name (job), &options.where);   /* or else as any new job */
  options.nice = haul_job_get_nice (job);
  options.daemon = haul_job_get_daemon (job);
  options.hold = haul_job_get_hold (job);
  return lt_jobs_start (self, haul_job_get_task (job), haul_job_get_arguments (job), &options, error);
}

gboolean
lt_jobs_remove (LtJobs  *self,
                HaulJob *job)
{
  guint position;

  g_return_val_if_fail (LT_IS_JOBS (self), FALSE);
  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  if (haul_job_is_active (job) || !g_list_store_find (self->model, job, &position))
    return FALSE;

  g_queue_push_head (&self->removed, g_object_ref (job));
  if (g_queue_get_length (&self->removed) > MAX_UNDO)
    g_object_unref (g_queue_pop_tail (&self->removed));
  g_list_store_remove (self->model, position);
  queue_recount (self);
  return TRUE;
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b,
                      gpointer      user_data)
{
  guint id_a = haul_job_get_id ((HaulJob *) a);
  guint id_b = haul_job_get_id ((HaulJob *) b);

  return (id_a < id_b) - (id_a > id_b);
}

HaulJob *
lt_jobs_undo_remove (LtJobs *self)
{
  g_autoptr(HaulJob) job = NULL;

  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  job = g_queue_pop_head (&self->removed);
  if (job == NULL)
    return NULL;

  g_list_store_insert_sorted (self->model, job, compare_newest_first, NULL);
  queue_recount (self);
  return job;
}
