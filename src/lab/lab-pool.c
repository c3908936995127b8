/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-pool.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"

static const HaulParam params[] = {
  { "works", NULL, NULL, N_("Whether it works, or sleeps"), HAUL_PARAM_INT, 0, 1, 0 },
  { "ms", NULL, NULL, N_("How long it takes, in milliseconds"), HAUL_PARAM_DOUBLE, 0, 10000, 0 },
  { NULL }
};

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double ms = haul_arguments_get_double (arguments, "ms");
  LabSpell spell = { .pid = getpid (), .start = g_get_monotonic_time (), .ms = ms };

  if (haul_arguments_get_int (arguments, "works") != 0)
    lab_burn (ms / 1000);
  else
    g_usleep ((gulong) (ms * 1000));
  spell.end = g_get_monotonic_time ();
  haul_context_emit (context, &spell, sizeof spell);
  return TRUE;
}

const HaulTask lab_pool_part = {
  .id = "lab-part",
  .title = N_("Part of an Experiment"),
  .summary = N_("Take some time"),
  .unit = N_("parts"),
  .result = HAUL_RESULT_TABLE,
  .params = params,
  .run = run,
  .own_process = TRUE,
  .hidden = TRUE,
};

GVariant *
lab_pool_arguments (gboolean works,
                    double   ms)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "works", "x", (gint64) works);
  g_variant_dict_insert (&dict, "ms", "d", ms);
  return g_variant_dict_end (&dict);
}

gboolean
lab_pool_read_spell (GBytes   *result,
                     LabSpell *ret_spell)
{
  gsize size = 0;
  const void *bytes = result != NULL ? g_bytes_get_data (result, &size) : NULL;

  if (size != sizeof *ret_spell)
    return FALSE;
  memcpy (ret_spell, bytes, size);
  return TRUE;
}

gboolean
lab_pool_turn (HaulContext  *context,
               gboolean     *over,
               GError      **error)
{
  while (!*over)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      g_main_context_iteration (NULL, TRUE);
    }
  return TRUE;
}

static void
over_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  *(gboolean *) data = TRUE;
}

/* It has to last until the loop has told of its end, even where nobody waits for that any more. */
static void
let_end (HaulBatch *batch,
         gboolean  *over)
{
  haul_batch_cancel (batch);
  while (!*over)
    g_main_context_iteration (NULL, TRUE);
}

gboolean
lab_pool_map (HaulPool     *pool,
              HaulBatch    *batch,
              HaulContext  *context,
              GError      **error)
{
  gboolean over = FALSE;

  if (!haul_pool_submit (pool, batch, error))
    return FALSE;
  haul_batch_join_async (batch, -1, NULL, over_cb, &over);
  if (!lab_pool_turn (context, &over, error))
    {
      let_end (batch, &over);
      return FALSE;
    }
  if (haul_batch_get_n_failed (batch) > 0)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("A worker of the pool failed"));
      return FALSE;
    }
  return TRUE;
}

/* Each of them has to have something to do before it is sure to be there. */
static gboolean
warm_up (HaulPool     *pool,
         guint         n_workers,
         HaulContext  *context,
         GError      **error)
{
  GVariantBuilder builder;
  g_autoptr(HaulBatch) batch = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < 2 * n_workers; i++)
    g_variant_builder_add_value (&builder, lab_pool_arguments (FALSE, 20));
  batch = haul_batch_new_for_list (&lab_pool_part, g_variant_builder_end (&builder));
  return lab_pool_map (pool, batch, context, error);
}

HaulPool *
lab_pool_new (guint         n_workers,
              HaulContext  *context,
              GError      **error)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", error);
  g_autoptr(HaulPool) pool = NULL;

  if (path == NULL)
    return NULL;
  pool = haul_pool_new (path, n_workers);
  haul_pool_set_nice (pool, getpriority (PRIO_PROCESS, 0));
  if (!warm_up (pool, n_workers, context, error))
    {
      lab_pool_end (pool);
      return NULL;
    }
  return g_steal_pointer (&pool);
}

void
lab_pool_end (HaulPool *pool)
{
  gboolean over = FALSE;

  haul_pool_terminate (pool);
  haul_pool_join_async (pool, over_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

guint
lab_pool_number (GArray *pids,
                 int     pid)
{
  for (guint i = 0; i < pids->len; i++)
    {
      if (g_array_index (pids, int, i) == pid)
        return i + 1;
    }
  g_array_append_val (pids, pid);
  return pids->len;
}
