/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-crash.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/haul.h"
#include "haul/wire/haul-fd-private.h"
#include "lab-child.h"
#include "lab-findings.h"
#include "lab-pool.h"
#include "lab-program.h"
#include "lab-python.h"
#include "lab-run.h"
#include "lab-say.h"

#define N_OTHERS     2
#define N_JOBS       (N_OTHERS + 1)       /* the first one crashes */
#define ITEM         "crash"              /* of what is found */
#define GATHER_US    (3 * G_USEC_PER_SEC) /* until all of them are at work */
#define LAST_US      (12 * G_USEC_PER_SEC) /* nobody waits longer for anything */
#define LIMIT_MS     15000
#define GRACE_MS     500
#define POLL_US      2000

/* Nobody reads what these tasks and their parameters are called. */

/* --- The jobs -------------------------------------------------------------- */

/* Memory that all of them and their program have, whichever process they are in. */
typedef struct
{
  int pids[N_JOBS];   /* atomic: of those who are at work, 0 before */
  int is_over;        /* atomic: it has crashed, and the others may finish */
} Stage;

static const HaulParam part_params[] = {
  { "stage", NULL, NULL, "The file that all of them share", HAUL_PARAM_STRING, .initial_text = "" },
  { "number", NULL, NULL, "Which of them it is; the first one crashes", HAUL_PARAM_INT, 0, N_JOBS - 1, 0 },
  { "alone", NULL, NULL, "Whether the others cannot be at work at the same time", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

static Stage *
map_stage (int      fd,
           GError **error)
{
  Stage *stage = mmap (NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  if (stage != MAP_FAILED)
    return stage;
  (void) haul_throw_errno (error, errno, N_("cannot map shared memory"));
  return NULL;
}

static gboolean
are_all_there (Stage *stage)
{
  for (guint i = 0; i < N_JOBS; i++)
    {
      if (g_atomic_int_get (&stage->pids[i]) == 0)
        return FALSE;
    }
  return TRUE;
}

/* Nothing is ever mapped there. The compiler is not to know that it is written to. */
static volatile gsize nowhere = 8;

static void
crash (Stage    *stage,
       gboolean  alone)
{
  gint64 end = g_get_monotonic_time () + (alone ? 0 : GATHER_US);

  while (!are_all_there (stage) && g_get_monotonic_time () < end)
    g_usleep (POLL_US);
  (void) signal (SIGSEGV, SIG_DFL);
  *(volatile int *) GSIZE_TO_POINTER (nowhere) = 1;
}

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  gint64 number = haul_arguments_get_int (arguments, "number");
  gint64 end = g_get_monotonic_time () + LAST_US;
  haul_autofd int fd = open (haul_arguments_get_string (arguments, "stage"), O_RDWR | O_CLOEXEC);
  Stage *stage = map_stage (fd, error);
  gboolean ok = stage != NULL;

  if (!ok)
    return FALSE;
  g_atomic_int_set (&stage->pids[number], (int) getpid ());
  if (number == 0)
    crash (stage, haul_arguments_get_int (arguments, "alone") != 0);
  while (ok && g_atomic_int_get (&stage->is_over) == 0 && g_get_monotonic_time () < end)
    {
      ok = haul_context_check (context, error);
      g_usleep (POLL_US);
    }
  (void) munmap (stage, sizeof *stage);
  return ok;
}

const HaulTask lab_crash_part = {
  .id = "lab-crash-part",
  .title = "Job That May Crash",
  .summary = "Crash, or wait until another one has",
  .unit = "parts",
  .result = HAUL_RESULT_TEXT,
  .params = part_params,
  .run = run_part,
  .hidden = TRUE,
};

/* --- The program in which they are ----------------------------------------- */

typedef struct
{
  HaulContext  *context;
  const char   *name;             /* of the executor */
  HaulExecutor *executor;         /* (owned) (nullable) */
  HaulJob      *jobs[N_JOBS];     /* (owned) (nullable) */
  Stage        *stage;            /* (nullable) */
  int           fd;               /* of it */
  guint         n_ended;
} Program;

HaulExecutor *
lab_crash_create_executor (const char *name,
                           const char *worker,
                           guint       n_workers)
{
  if (g_str_equal (name, "serial"))
    return haul_serial_executor_new ();
  if (g_str_equal (name, "thread"))
    return haul_thread_executor_new ();
  if (g_str_equal (name, "pool"))
    return haul_pool_executor_new (worker, n_workers);
  return haul_process_executor_new (worker);
}

static void
ended_cb (HaulJob *job,
          Program *self)
{
  self->n_ended++;
  if (job == self->jobs[0])
    g_atomic_int_set (&self->stage->is_over, 1);
}

static gboolean
submit (Program  *self,
        guint     number,
        GError  **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd/%d", (int) getpid (), self->fd);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "stage", "s", path);
  g_variant_dict_insert (&dict, "number", "x", (gint64) number);
  g_variant_dict_insert (&dict, "alone", "x", (gint64) g_str_equal (self->name, "serial"));
  self->jobs[number] = haul_job_new (&lab_crash_part, g_variant_dict_end (&dict), error);
  if (self->jobs[number] == NULL)
    return FALSE;
  haul_job_set_nice (self->jobs[number], 0);
  g_signal_connect (self->jobs[number], "ended", G_CALLBACK (ended_cb), self);
  haul_executor_submit (self->executor, self->jobs[number]);
  return TRUE;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Of those who were at work and those who are there now, one more than there were to be. */
static gboolean
is_replaced (Program *self)
{
  GListModel *workers = haul_pool_get_workers (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (self->executor)));
  g_autoptr(GHashTable) pids = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < N_JOBS; i++)
    g_hash_table_add (pids, GINT_TO_POINTER (g_atomic_int_get (&self->stage->pids[i])));
  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr(HaulPoolWorkerInfo) worker = g_list_model_get_item (workers, i);

      g_hash_table_add (pids, GINT_TO_POINTER (haul_pool_worker_info_get_pid (worker)));
    }
  g_hash_table_remove (pids, GINT_TO_POINTER (0));
  return g_hash_table_size (pids) > N_JOBS;
}

static gboolean
run_jobs (Program  *self,
          GError  **error)
{
  gint64 end = g_get_monotonic_time () + LAST_US;
  gboolean pooled = g_str_equal (self->name, "pool");
  guint n_finished = 0;

  for (guint i = 0; i < N_JOBS; i++)
    {
      if (!submit (self, i, error))
        return FALSE;
    }
  while (g_get_monotonic_time () < end && (self->n_ended < N_JOBS || (pooled && !is_replaced (self))))
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      g_main_context_iteration (NULL, TRUE);
    }
  for (guint i = 1; i < N_JOBS; i++)
    n_finished += haul_job_get_verdict (self->jobs[i]) == HAUL_VERDICT_DONE;
  lab_say_number (self->context, "crashed", ITEM, haul_job_get_exit_signal (self->jobs[0]) == SIGSEGV);
  lab_say_number (self->context, "finished", ITEM, n_finished);
  lab_say_number (self->context, "replaced", ITEM, pooled && is_replaced (self));
  return TRUE;
}

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
close_program (Program *self)
{
  gboolean over = FALSE;

  haul_executor_shutdown_async (self->executor, HAUL_SHUTDOWN_TERMINATE, NULL, shut_down_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_JOBS; i++)
    {
      if (self->jobs[i] != NULL)
        g_signal_handlers_disconnect_by_data (self->jobs[i], self);
      g_clear_object (&self->jobs[i]);
    }
  g_clear_object (&self->executor);
}

static gboolean
try_executor (HaulContext  *context,
              const char   *name,
              GError      **error)
{
  Program self = { .context = context, .name = name };
  g_autofree char *worker = g_file_read_link ("/proc/self/exe", error);
  haul_autofd int fd = memfd_create ("lab-crash", MFD_CLOEXEC);
  guint wake_id = 0;
  gboolean ok;

  if (worker == NULL)
    return FALSE;
  if (fd < 0 || ftruncate (fd, sizeof *self.stage) < 0)
    return haul_throw_errno (error, errno, N_("cannot map shared memory"));
  self.fd = fd;
  self.stage = map_stage (fd, error);
  if (self.stage == NULL)
    return FALSE;

  wake_id = g_timeout_add (20, wake_cb, NULL);   /* so that it looks at the clock, and at the pool */
  g_source_set_name_by_id (wake_id, "[lab] a look at what crashed");
  self.executor = lab_crash_create_executor (name, worker, N_JOBS);
  haul_executor_set_max_running (self.executor, N_JOBS);
  ok = run_jobs (&self, error);
  close_program (&self);
  g_source_remove (wake_id);
  (void) munmap (self.stage, sizeof *self.stage);
  return ok;
}

/* --- Programs in Python ---------------------------------------------------- */

static const char crashing[] = "import os, sys; sys.stdin.readline(); os.abort()";
static const char waiting[] = "import sys; sys.stdin.readline(); print('finished', flush=True)";

static gboolean
try_pythons (HaulContext  *context,
             const char   *given,
             GError      **error)
{
  g_autofree char *path = lab_python_find (*given != '\0' ? given : LAB_PYTHON);
  gint64 end = g_get_monotonic_time () + LAST_US;
  int inputs[N_JOBS], outputs[N_JOBS], statuses[N_JOBS] = { 0 };
  pid_t pids[N_JOBS] = { 0 };
  guint n_started = 0, n_finished = 0;

  for (; path != NULL && n_started < N_JOBS; n_started++)
    {
      const char * const argv[] = { path, "-c", n_started == 0 ? crashing : waiting, NULL };

      pids[n_started] = lab_program_start (argv, &inputs[n_started], &outputs[n_started], error);
      if (pids[n_started] < 0)
        break;
    }
  /* One after the other: the first has crashed when the others may finish. */
  for (guint i = 0; i < n_started; i++)
    {
      g_autofree char *line = NULL;

      if (write (inputs[i], "\n", 1) == 1)
        line = lab_program_read (outputs[i], end);
      (void) lab_program_finish (pids[i], end, &statuses[i]);
      n_finished += i > 0 && g_strcmp0 (line, "finished") == 0;
      close (inputs[i]);
      close (outputs[i]);
    }
  if (n_started < N_JOBS)
    return path == NULL ? haul_throw_errno (error, ENOENT, "python3") : FALSE;
  lab_say_number (context, "crashed", ITEM, WIFSIGNALED (statuses[0]) && WTERMSIG (statuses[0]) == SIGABRT);
  lab_say_number (context, "finished", ITEM, n_finished);
  lab_say_number (context, "replaced", ITEM, 0);
  return TRUE;
}

/* --- All of it, in a process of its own ------------------------------------ */

static const HaulParam params[] = {
  { "executor", NULL, NULL, "The executor whose jobs they are", HAUL_PARAM_STRING, .initial_text = "process" },
  { "python", NULL, NULL, "The interpreter", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  const char *name = haul_arguments_get_string (arguments, "executor");

  lab_say_start (context);
  if (g_str_equal (name, "python"))
    return try_pythons (context, haul_arguments_get_string (arguments, "python"), error);
  return try_executor (context, name, error);
}

const HaulTask lab_crash_task = {
  .id = "lab-crash",
  .title = "What a Crash Takes Down",
  .summary = "Let one of three jobs crash, and see what is left",
  .unit = "steps",
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run,
  .own_process = TRUE,
  .hidden = TRUE,
};

/* --- Who looks at it ------------------------------------------------------- */

struct _LabCrashRun
{
  HaulExecutor *executor;   /* (owned) */
  HaulJob      *job;        /* (owned) */
  LabCrashFunc  func;
  gpointer      user_data;
};

static void
read_findings (HaulJob  *job,
               LabCrash *found)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autoptr(GBytes) result = haul_job_dup_result (job);
  gsize size = 0;
  const char *bytes = result != NULL ? g_bytes_get_data (result, &size) : NULL;

  lab_findings_begin_run (findings);
  if (size == 0 || !lab_findings_take (findings, bytes, size, NULL))
    return;
  found->measured = lab_findings_get (findings, "crashed", ITEM) == 1;
  if (found->measured)
    found->n_lost = N_OTHERS - (guint) CLAMP (lab_findings_get (findings, "finished", ITEM), 0, N_OTHERS);
  found->replaced = lab_findings_get (findings, "replaced", ITEM) == 1;
}

static void
program_ended_cb (HaulJob     *job,
                  LabCrashRun *self)
{
  LabCrash found = { .n_others = N_OTHERS };

  g_signal_handlers_disconnect_by_data (job, self);
  if (haul_job_get_exit_signal (job) == SIGSEGV)
    {
      found.measured = found.program = TRUE;
      found.n_lost = N_OTHERS;
    }
  else if (haul_job_get_error (job) == NULL)
    {
      read_findings (job, &found);
    }
  self->func (&found, self->user_data);
}

LabCrashRun *
lab_crash_run_new (const char   *executor,
                   const char   *python,
                   LabCrashFunc  func,
                   gpointer      user_data)
{
  LabCrashRun *self = g_new0 (LabCrashRun, 1);
  g_autofree char *worker = lab_run_find_worker ();
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "executor", "s", executor);
  g_variant_dict_insert (&dict, "python", "s", python != NULL ? python : "");
  self->func = func;
  self->user_data = user_data;
  self->executor = haul_process_executor_new (worker);
  self->job = haul_job_new (&lab_crash_task, g_variant_dict_end (&dict), NULL);
  g_assert (self->job != NULL);
  haul_job_set_nice (self->job, 0);
  haul_job_set_timeout (self->job, LIMIT_MS);
  haul_job_set_grace (self->job, GRACE_MS, TRUE);
  g_signal_connect (self->job, "ended", G_CALLBACK (program_ended_cb), self);
  haul_executor_submit (self->executor, self->job);
  return self;
}

void
lab_crash_run_free (LabCrashRun *self)
{
  g_signal_handlers_disconnect_by_data (self->job, self);
  haul_job_cancel (self->job);
  g_clear_object (&self->job);
  g_clear_object (&self->executor);
  g_free (self);
}
