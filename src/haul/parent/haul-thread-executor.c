/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-executor.h"

#include <sys/resource.h>
#include <unistd.h>

#include "haul-job-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-context-private.h"

/* A thread sends the frames that a process would send, through a queue in memory. The queue is
 * bounded, so that a task that talks faster than the main loop listens is slowed, as by a pipe. */

#define QUEUE_MAX   256
#define TURN_FRAMES 32

struct _HaulThreadExecutor
{
  HaulExecutor parent_instance;
};

typedef struct
{
  HaulFrameType  type;
  GBytes        *payload;   /* (owned) */
} Entry;

typedef struct
{
  HaulJob        *job;         /* borrowed: it owns this, main thread only */
  const HaulTask *task;
  GVariant       *arguments;   /* (owned) */
  HaulShares     *shares;      /* (owned) (nullable) */
  int             nice;
  guint64         seed;
  GThread        *thread;      /* (owned) */
  int             cancelled;   /* atomic: set by the main thread, read by the task */

  GMutex          lock;        /* of what follows, shared by the two */
  GCond           room;
  GQueue          entries;     /* (owned) of Entry */
  gboolean        ended;       /* the last entry is in the queue */
  gboolean        ok;
  GSource        *wake;        /* (owned) in the main context */
} Run;

G_DEFINE_FINAL_TYPE (HaulThreadExecutor, haul_thread_executor, HAUL_TYPE_EXECUTOR)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_bytes_unref (entry->payload);
  g_free (entry);
}

/* Only ever after the thread was joined. */
static void
run_free (gpointer data)
{
  Run *run = data;

  haul_source_clear (&run->wake);
  g_queue_clear_full (&run->entries, entry_free);
  g_variant_unref (run->arguments);
  g_clear_pointer (&run->shares, haul_shares_unref);
  g_mutex_clear (&run->lock);
  g_cond_clear (&run->room);
  g_free (run);
}

/* In the thread. */

static void
sink (const HaulMessage *message,
      gpointer           user_data)
{
  Run *run = user_data;
  Entry *entry = g_new0 (Entry, 1);

  entry->type = message->type;
  entry->payload = message->type == HAUL_FRAME_DATA
                   ? g_bytes_new (message->data.bytes, message->data.size)
                   : haul_message_encode (message);

  g_mutex_lock (&run->lock);
  while (run->entries.length >= QUEUE_MAX)
    g_cond_wait (&run->room, &run->lock);
  g_queue_push_tail (&run->entries, entry);
  g_source_set_ready_time (run->wake, 0);
  g_mutex_unlock (&run->lock);
}

static gpointer
thread_main (gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(HaulContext) context = haul_context_new (sink, run, &run->cancelled);
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };
  gboolean ok;

  /* Linux has a nice value for each thread. */
  (void) setpriority (PRIO_PROCESS, gettid (), run->nice);

  haul_context_set_shares (context, run->shares);
  hello.hello.version = HAUL_PROTOCOL_VERSION;
  hello.hello.program = (char *) "thread";
  haul_context_send (context, &hello);
  haul_context_set_seed (context, run->seed);
  ok = haul_task_run (run->task, context, run->arguments);

  g_mutex_lock (&run->lock);
  run->ok = ok;
  run->ended = TRUE;
  g_source_set_ready_time (run->wake, 0);
  g_mutex_unlock (&run->lock);
  return NULL;
}

/* In the main thread. */

static Entry *
pop_entry (Run      *run,
           gboolean *ret_ended)
{
  Entry *entry;

  g_mutex_lock (&run->lock);
  entry = g_queue_pop_head (&run->entries);
  *ret_ended = entry == NULL && run->ended;
  g_cond_signal (&run->room);
  g_mutex_unlock (&run->lock);
  return entry;
}

static void
deliver (HaulJob *job,
         Entry   *entry)
{
  g_auto(HaulMessage) message = { 0 };
  HaulFrame frame = { .type = entry->type };

  frame.payload = g_bytes_get_data (entry->payload, &frame.size);
  if (haul_message_decode (&frame, &message, NULL))   /* we encoded it */
    haul_job_receive (job, &message, HAUL_FRAME_HEADER_SIZE + frame.size);
  entry_free (entry);
}

static gboolean
wake_cb (gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(HaulJob) job = g_object_ref (run->job);
  gboolean ended = FALSE;
  Entry *entry = NULL;

  g_source_set_ready_time (run->wake, -1);
  for (guint i = 0; i < TURN_FRAMES && (entry = pop_entry (run, &ended)) != NULL; i++)
    deliver (job, entry);

  if (ended)
    {
      g_thread_join (g_steal_pointer (&run->thread));
      haul_job_set_exit (job, run->ok ? 0 : 1, 0);
      haul_job_feed (job, HAUL_EVENT_EXITED);   /* frees run */
    }
  else if (entry != NULL)
    {
      g_source_set_ready_time (run->wake, 0);   /* used its share: once more, after others */
    }
  return G_SOURCE_CONTINUE;
}

static void
start (HaulJob *job)
{
  Run *run = g_new0 (Run, 1);
  g_autoptr(GError) error = NULL;

  run->job = job;
  run->task = haul_job_get_task (job);
  run->arguments = g_variant_ref (haul_job_get_arguments (job));
  run->nice = haul_job_get_nice (job);
  run->seed = haul_job_get_run_seed (job);
  if (haul_job_get_shares (job) != NULL)
    run->shares = haul_shares_ref (haul_job_get_shares (job));
  g_mutex_init (&run->lock);
  g_cond_init (&run->room);
  run->wake = haul_wake_new ("[haul] frames of a thread", G_PRIORITY_DEFAULT_IDLE, wake_cb, run);

  run->thread = g_thread_try_new (run->task->id, thread_main, run, &error);
  if (run->thread != NULL)
    {
      haul_job_set_run (job, run, run_free);
      return;
    }

  run_free (run);
  haul_job_take_error (job, g_error_new (HAUL_ERROR, HAUL_ERROR_START, "%s", error->message));
  haul_job_feed (job, HAUL_EVENT_START_FAILED);
}

static void
haul_thread_executor_act (HaulExecutor    *executor,
                          HaulJob         *job,
                          HaulLifeActions  action)
{
  Run *run = haul_job_get_run (job);

  /* There is nothing else that one can do to a thread, and it began to run when it was started. */
  if (action == HAUL_ACTION_START && !haul_job_refuse_in_program (job))
    start (job);
  else if (action == HAUL_ACTION_CANCEL)
    __atomic_store_n (&run->cancelled, 1, __ATOMIC_RELAXED);
}

static void
haul_thread_executor_class_init (HaulThreadExecutorClass *klass)
{
  HaulExecutorClass *executor_class = HAUL_EXECUTOR_CLASS (klass);

  executor_class->name = "thread";
  executor_class->act = haul_thread_executor_act;
}

static void
haul_thread_executor_init (HaulThreadExecutor *self)
{
}

/**
 * haul_thread_executor_new:
 *
 * Makes an executor that runs each job in a thread.
 *
 * Returns: (transfer full): an executor that runs each job in a thread
 */
HaulExecutor *
haul_thread_executor_new (void)
{
  return g_object_new (HAUL_TYPE_THREAD_EXECUTOR, NULL);
}
