/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* One task over a range of arguments, in a pool; the results in order: pool-map WORKER N.
 *
 * Prints how many primes there are up to 1,000, 2,000, … N thousand. */

#include "config.h"

#include "primes.h"

#include <stdlib.h>

#include "haul/haul.h"

typedef struct
{
  GMainLoop *loop;
  guint64    n;
  int        status;
} Example;

/* The pool asks for the arguments of item 0, 1, 2, … until there are no more. */
static GVariant *
input (guint64  index,
       gpointer user_data)
{
  Example *example = user_data;
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);

  if (index == example->n)
    return NULL;

  g_variant_dict_insert (&arguments, "limit", "x", (gint64) (index + 1) * 1000);
  return g_variant_dict_end (&arguments);
}

/* Every item has ended. The batch has kept the results: ask for them in any order. */
static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  HaulBatch *batch = HAUL_BATCH (source);
  Example *example = user_data;
  g_autoptr(GError) error = NULL;

  if (haul_batch_join_finish (batch, result, &error))
    for (guint64 i = 0; i < example->n; i++)
      {
        g_autoptr(GBytes) bytes = haul_batch_dup_result (batch, i, NULL);

        g_print ("%" G_GUINT64_FORMAT ": %.*s", (i + 1) * 1000,
                 (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
      }
  else
    {
      g_printerr ("%s\n", error->message);
      example->status = 1;
    }
  g_main_loop_quit (example->loop);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(GError) error = NULL;
  Example example = { .loop = loop };

  if (argc != 3)
    {
      g_printerr ("Usage: %s WORKER N\n", argv[0]);
      return 2;
    }

  haul_tasks_register (tasks);
  example.n = strtoull (argv[2], NULL, 10);

  pool = haul_pool_new (argv[1], 0);   /* as many workers as there are processors */
  batch = haul_batch_new (&haul_task_primes, input, &example, NULL);
  if (!haul_pool_submit (pool, batch, &error))
    g_error ("%s", error->message);
  haul_batch_join_async (batch, -1, NULL, joined_cb, &example);
  g_main_loop_run (loop);

  /* The workers end when nobody holds their pool any more. */
  return example.status;
}
