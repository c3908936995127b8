/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Random numbers that can be had again: random WORKER SEED WORKERS.
 *
 * Throws three dice for each item of a batch, and prints them. Each item has a stream of its own, so
 * with one seed they fall the same way however many workers there are. It is its own worker: WORKER is
 * the path of this very program. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "haul/haul.h"

static gboolean
dice_run (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulRandom *random = haul_context_get_random (context);

  for (guint i = 0; i < 3; i++)
    {
      char pips = '1' + haul_random_next_below (random, 6);

      haul_context_emit (context, &pips, 1);
    }
  return TRUE;
}

static const HaulTask dice_task = {
  .id = "dice", .title = "Dice", .summary = "Throws three dice", .unit = "dice", .run = dice_run,
};

static GVariant *
input (guint64  index,
       gpointer user_data)
{
  return index < 8 ? g_variant_new ("a{sv}", NULL) : NULL;
}

static void
item_cb (HaulBatch    *batch,
         guint64       index,
         GBytes       *result,
         const GError *error)
{
  gsize size;
  const char *dice;

  if (error != NULL)
    return;
  dice = g_bytes_get_data (result, &size);
  g_print ("%.*s\n", (int) size, dice);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!haul_batch_join_finish (HAUL_BATCH (source), result, &error))
    g_printerr ("%s\n", error->message);
  g_main_loop_quit (user_data);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &dice_task, NULL };
  g_autoptr(GMainLoop) loop = NULL;
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(GError) error = NULL;

  if (argc != 4 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* a pool has started us */

  haul_tasks_register (tasks);
  loop = g_main_loop_new (NULL, FALSE);
  pool = haul_pool_new (argv[1], MAX (atoi (argv[3]), 1));
  batch = haul_batch_new (&dice_task, input, NULL, NULL);
  haul_batch_set_seed (batch, g_ascii_strtoull (argv[2], NULL, 10), 0);
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), NULL);

  if (!haul_pool_submit (pool, batch, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  haul_batch_join_async (batch, -1, NULL, joined_cb, loop);
  g_main_loop_run (loop);
  return haul_batch_get_n_done (batch) == 8 ? 0 : 1;
}
