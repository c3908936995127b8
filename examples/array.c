/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Numbers that the workers of a pool write to: array WORKER N
 *
 * Prints the squares of 0 to N - 1, and their sum. This program is its own worker, so that WORKER is this
 * program. */

#include "config.h"

#include <stdlib.h>

#include "haul/haul.h"

/* Each item has a number of its own in the array, for which it needs no lock; the sum is everybody's, and is added
 * to in one step. */
static gboolean
square_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  HaulShareable *squares = haul_context_get_shared (context, "squares", HAUL_TYPE_ARRAY, error);
  HaulShareable *sum = haul_context_get_shared (context, "sum", HAUL_TYPE_VALUE, squares != NULL ? error : NULL);
  gint64 number = haul_arguments_get_int (arguments, "number");

  if (squares == NULL || sum == NULL)
    return FALSE;
  haul_array_set_int64 (HAUL_ARRAY (squares), number, number * number);
  (void) haul_value_add_int64 (HAUL_VALUE (sum), number * number);
  return TRUE;
}

static const HaulTask square_task = {
  .id = "square", .title = "Square", .summary = "Squares a number in its place",
  .params = (const HaulParam[]) {
    { "number", "Number", NULL, "Which", HAUL_PARAM_INT, 0, 1000000, 0 },
    { NULL }
  },
  .run = square_run,
};

static GVariant *
input (guint64  index,
       gpointer user_data)
{
  const gsize *n = user_data;

  return index < *n ? g_variant_new_parsed ("{'number': <%x>}", (gint64) index) : NULL;
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
  const HaulTask * const tasks[] = { &square_task, NULL };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(HaulArray) squares = NULL;
  g_autoptr(HaulValue) sum = NULL;
  g_autoptr(GError) error = NULL;
  gsize n;

  if (argc != 3 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* a pool has started us */

  n = CLAMP (atoi (argv[2]), 0, 1000000);
  squares = haul_array_new_raw ("x", n, &error);
  sum = squares != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (sum == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  pool = haul_pool_new (argv[1], 0);
  batch = haul_batch_new (&square_task, input, &n, NULL);
  haul_batch_share (batch, "squares", HAUL_SHAREABLE (squares));
  haul_batch_share (batch, "sum", HAUL_SHAREABLE (sum));
  if (!haul_pool_submit (pool, batch, &error))
    g_error ("%s", error->message);
  haul_batch_join_async (batch, -1, NULL, joined_cb, loop);
  g_main_loop_run (loop);

  for (gsize i = 0; i < n; i++)
    g_print ("%" G_GINT64_FORMAT "\n", haul_array_get_int64 (squares, i));
  g_print ("sum: %" G_GINT64_FORMAT "\n", haul_value_get_int64 (sum));
  return haul_batch_get_n_failed (batch) > 0;
}
