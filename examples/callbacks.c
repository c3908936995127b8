/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Single calls in a pool, each with a callback for its result or its error:
 * callbacks WORKER LIMIT…
 *
 * Prints how many primes there are up to each LIMIT, or why that cannot be said. */

#include "config.h"

#include "primes.h"

#include <locale.h>
#include <stdlib.h>

#include "haul/haul.h"

typedef struct
{
  GMainLoop *loop;
  guint      n_left;
} Example;

typedef struct
{
  Example    *example;
  const char *limit;
} Call;

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Example *example = user_data;

  (void) haul_pool_join_finish (HAUL_POOL (source), result, NULL);   /* fails only for a pool that was not closed */
  g_main_loop_quit (example->loop);
}

/* Runs on the main loop, like everything here: no lock is needed. */
static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HaulPool *pool = HAUL_POOL (source);
  g_autofree Call *call = user_data;
  Example *example = call->example;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = haul_pool_apply_finish (pool, result, &error);

  if (bytes != NULL)
    g_print ("%s: %.*s", call->limit, (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
  else
    g_print ("%s: %s\n", call->limit, error->message);

  /* After the last, the pool takes no more; its workers end, and that is waited for. */
  if (--example->n_left == 0)
    {
      haul_pool_close (pool);
      haul_pool_join_async (pool, joined_cb, example);
    }
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulPool) pool = NULL;
  Example example = { .loop = loop };

  setlocale (LC_ALL, "");   /* errors are in words for people */
  if (argc < 3)
    {
      g_printerr ("Usage: %s WORKER LIMIT…\n", argv[0]);
      return 2;
    }

  haul_tasks_register (tasks);
  pool = haul_pool_new (argv[1], 0);

  for (int i = 2; i < argc; i++)
    {
      GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);
      Call *call = g_new (Call, 1);

      *call = (Call) { .example = &example, .limit = argv[i] };
      g_variant_dict_insert (&arguments, "limit", "x", (gint64) atoll (argv[i]));
      haul_pool_apply_async (pool, &haul_task_primes, g_variant_dict_end (&arguments), NULL, applied_cb, call);
      example.n_left++;
    }
  g_main_loop_run (loop);
  return 0;
}
