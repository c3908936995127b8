/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* One task over arguments that are made while it goes on; each result as soon as it is there:
 * pool-imap WORKER N.
 *
 * Prints, for each number up to N, how many primes there are up to it, and at the end how many
 * arguments there were at most that were made and not yet answered. */

#include "config.h"

#include "primes.h"

#include <stdlib.h>

#include "haul/haul.h"

typedef struct
{
  GMainLoop *loop;
  guint64    n;
  guint64    n_drawn;
  guint64    n_answered;
  guint64    worst;       /* most that were drawn and not answered */
} Example;

/* Called when a worker has room, and not before: N may be a million, or what a file, or somebody
 * else, has to offer. */
static GVariant *
input (guint64  index,
       gpointer user_data)
{
  Example *example = user_data;
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);

  if (index == example->n)
    return NULL;

  example->n_drawn++;
  example->worst = MAX (example->worst, example->n_drawn - example->n_answered);
  g_variant_dict_insert (&arguments, "limit", "x", (gint64) index + 1);
  return g_variant_dict_end (&arguments);
}

/* Either @result or @error is there. Another item may have been quicker than the one before it. */
static void
item_cb (HaulBatch    *batch,
         guint64       index,
         GBytes       *result,
         const GError *error,
         gpointer      user_data)
{
  Example *example = user_data;

  example->n_answered++;
  if (result != NULL)
    g_print ("%" G_GUINT64_FORMAT ": %.*s", index + 1,
             (int) g_bytes_get_size (result), (const char *) g_bytes_get_data (result, NULL));
  else
    g_printerr ("%" G_GUINT64_FORMAT ": %s\n", index + 1, error->message);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  Example example = { .loop = loop };

  if (argc != 3)
    {
      g_printerr ("Usage: %s WORKER N\n", argv[0]);
      return 2;
    }

  haul_tasks_register (tasks);
  example.n = strtoull (argv[2], NULL, 10);

  pool = haul_pool_new (argv[1], 2);
  batch = haul_batch_new (&haul_task_primes, input, &example, NULL);
  haul_batch_set_ordered (batch, FALSE);   /* as they finish */
  haul_batch_set_keep (batch, FALSE);      /* and then they are gone */
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), &example);
  g_signal_connect_swapped (batch, "ended", G_CALLBACK (g_main_loop_quit), loop);
  (void) haul_pool_submit (pool, batch, NULL);   /* fails only for a pool that was closed */
  g_main_loop_run (loop);

  g_printerr ("%" G_GUINT64_FORMAT "\n", example.worst);
  return haul_batch_get_n_done (batch) == example.n ? 0 : 1;
}
