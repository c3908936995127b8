/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "test-pool-util.h"

/* A pool that is used by another thread, that sees many failures, whose batches are gone, and whose workers
 * die while it ends. */

static gboolean
has_two (gpointer pool)
{
  return pool_n_pids (pool) == 2;
}

/* T71: workers that fail go on. */
static void
test_failures (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) before = pool_items (20, "pid");
  g_autoptr(Watched) fails = pool_watch (pool_batch ("fail", 20, "{'length': <int64 %d>}"));
  g_autoptr(Watched) after = pool_items (20, "pid");
  g_autoptr(GVariant) first = NULL;
  g_autoptr(GVariant) last = NULL;

  haul_test_begin ();
  pool_submit (pool, before);
  pool_wait (before);
  haul_test_run_until (has_two, pool, HAUL_TEST_SOON_MS);   /* one may have done all before the other had started */
  first = haul_pool_dup_pids (pool);
  pool_submit (pool, fails);
  pool_wait (fails);
  g_assert_cmpuint (haul_batch_get_n_failed (fails->batch), ==, 20);
  g_assert_cmpuint (fails->order->len, ==, 20);
  for (guint64 i = 0; i < 20; i++)
    g_assert_cmpint (pool_text (fails, i)[0], ==, '!');
  pool_submit (pool, after);
  pool_wait (after);
  g_assert_no_error (after->error);
  last = haul_pool_dup_pids (pool);
  g_assert_true (g_variant_equal (first, last));
  for (guint64 i = 0; i < 20; i++)
    g_assert_true (atoi (pool_text (after, i)) == pool_nth_pid (pool, 0) || atoi (pool_text (after, i)) == pool_nth_pid (pool, 1));
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gsize
resident (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;

  (void) malloc_trim (0);
  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fields = g_strsplit (text, " ", 3);
  return strtoul (fields[1], NULL, 10) * sysconf (_SC_PAGESIZE);
}

/* T77: what a batch kept goes with it, and what it did not keep at once; the pool stays. */
static void
test_buffers (void)
{
  enum { ITEMS = 24, SIZE = 4 << 20 };
  g_autofree char *format = g_strdup_printf ("{'size': <int64 %d>, 'piece': <int64 %d>}", SIZE, SIZE);
  HaulPool *pool = pool_new (2);
  gsize before;

  haul_test_begin ();
  pool_normal (pool);
  before = resident ();
  for (guint keep = 0; keep < 2; keep++)
    {
      Watched *watched = pool_watch (pool_batch ("ok", ITEMS, format));
      HaulBatch *batch = g_object_ref (watched->batch);
      gsize during;

      haul_batch_set_keep (batch, keep);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_cmpuint (haul_batch_get_n_done (batch), ==, ITEMS);
      during = resident ();
      pool_watched_free (watched);
      g_assert_finalize_object (batch);
      g_test_message ("keep %u: %.1f MiB more, %.1f after it", keep, ((double) during - before) / (1 << 20),
                      ((double) resident () - before) / (1 << 20));
      if (HAUL_TEST_SANITIZED)
        continue;   /* which keeps what is freed for a while */
      if (keep)
        g_assert_cmpuint (during, >, before + ITEMS / 2 * SIZE);
      else
        g_assert_cmpuint (during, <, before + ITEMS / 2 * SIZE);
      g_assert_cmpuint (resident (), <, before + 4 * SIZE);
    }
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* T100: a worker dies of what it is at when the pool is to end already. */
static void
test_dies_late (gconstpointer how)
{
  HaulPool *pool = pool_new (2);
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "pid", NULL);
  g_autofree char *list = g_strdup_printf ("[{'mode': <'wait'>, 'path': <'%s'>}, {'mode': <'die'>}, {'mode': <'die'>},"
                                           " {'mode': <'die'>}]", path);
  g_autoptr(Watched) watched = pool_list ("item", list);
  int pid;

  haul_test_begin ();
  pool_submit (pool, watched);
  pid = pool_wait_pid (path);
  haul_pool_shutdown (pool, GPOINTER_TO_INT (how));
  g_assert_true (kill (pid, SIGKILL) == 0 || errno == ESRCH);
  pool_wait (watched);
  pool_join (pool);
  g_assert_nonnull (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 0);
  pool_dir_free (dir);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gboolean
has_begun (gpointer job)
{
  return haul_job_get_result_size (job) > 0;
}

/* The same with an executor. */
static void
test_dies_late_executor (gconstpointer how)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (1);
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_run_until (has_begun, job, HAUL_TEST_SOON_MS);   /* or another worker would do it */
  haul_executor_shutdown_async (executor, GPOINTER_TO_INT (how), NULL, NULL, NULL);
  g_assert_true (kill (haul_job_get_pid (job), SIGKILL) == 0 || errno == ESRCH);
  haul_test_wait_ended (job);
  haul_test_shutdown (executor, GPOINTER_TO_INT (how));
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* T64: all that a pool does happens in the main context that it was made in. */
typedef struct
{
  GThread *thread;
  guint    n_items;
  guint    n_joined;
  gboolean ended;
} Elsewhere;

static void
elsewhere_item_cb (HaulBatch *batch,
                   guint64    index,
                   GBytes    *result,
                   GError    *error,
                   Elsewhere *self)
{
  g_assert_no_error (error);
  g_assert_true (g_thread_self () == self->thread);
  g_assert_cmpuint (index, ==, self->n_items);
  self->n_items++;
}

static void
elsewhere_ended_cb (HaulBatch *batch,
                    Elsewhere *self)
{
  g_assert_true (g_thread_self () == self->thread);
  self->ended = TRUE;
}

static void
elsewhere_joined_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Elsewhere *self = user_data;

  g_assert_true (g_thread_self () == self->thread);
  self->n_joined++;
}

static gpointer
elsewhere_thread (gpointer user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  Elsewhere self = { .thread = g_thread_self () };
  guint n_turns = 0;

  g_main_context_push_thread_default (context);
  pool = pool_new (2);
  batch = pool_batch ("item", 200, "{'number': <int64 %d>, 'mode': <'square'>}");
  g_signal_connect (batch, "item", G_CALLBACK (elsewhere_item_cb), &self);
  g_signal_connect (batch, "ended", G_CALLBACK (elsewhere_ended_cb), &self);
  haul_batch_join_async (batch, -1, NULL, elsewhere_joined_cb, &self);
  g_assert_true (haul_pool_submit (pool, batch, NULL));
  while (!self.ended || self.n_joined < 1)
    n_turns += g_main_context_iteration (context, TRUE);
  haul_pool_close (pool);
  haul_pool_join_async (pool, elsewhere_joined_cb, &self);
  while (self.n_joined < 2)
    n_turns += g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (self.n_items, ==, 200);
  g_clear_object (&batch);
  g_clear_object (&pool);
  while (g_main_context_iteration (context, FALSE))
    n_turns++;
  g_main_context_pop_thread_default (context);
  return GUINT_TO_POINTER (n_turns);
}

static gboolean
never_cb (gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_elsewhere (void)
{
  GThread *thread;
  guint idle_id;

  haul_test_begin ();
  idle_id = g_idle_add (never_cb, NULL);   /* nobody runs the default context meanwhile */
  thread = g_thread_new ("pool", elsewhere_thread, NULL);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), >, 0);
  g_source_remove (idle_id);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; HaulShutdown how; } ways[] = {
    { "drain", HAUL_SHUTDOWN_DRAIN },
    { "cancel-queued", HAUL_SHUTDOWN_CANCEL_QUEUED },
    { "terminate", HAUL_SHUTDOWN_TERMINATE },
  };

  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool/failures", test_failures);
  g_test_add_func ("/pool/buffers", test_buffers);
  g_test_add_func ("/pool/elsewhere", test_elsewhere);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *pool = g_strconcat ("/pool/dies-late/pool/", ways[i].name, NULL);
      g_autofree char *executor = g_strconcat ("/pool/dies-late/executor/", ways[i].name, NULL);

      g_test_add_data_func (pool, GINT_TO_POINTER (ways[i].how), test_dies_late);
      g_test_add_data_func (executor, GINT_TO_POINTER (ways[i].how), test_dies_late_executor);
    }
  return g_test_run ();
}
