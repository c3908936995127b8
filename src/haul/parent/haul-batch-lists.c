/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-private.h"

/* Batches of arguments that are there already: in one list, or in one for each parameter. */

static HaulBatch *
batch_new (const HaulTask *task,
           HaulBatchInput  input,
           GVariant       *data,    /* (transfer floating) */
           guint64         size)
{
  HaulBatch *self = haul_batch_new (task, input, g_variant_ref_sink (data), (GDestroyNotify) g_variant_unref);

  self->repeatable = TRUE;
  self->size = size;
  return self;
}

static GVariant *
list_input (guint64  index,
            gpointer user_data)
{
  GVariant *list = user_data;

  return index < g_variant_n_children (list) ? g_variant_get_child_value (list, index) : NULL;
}

HaulBatch *
haul_batch_new_for_list (const HaulTask *task,
                         GVariant       *arguments)
{
  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("aa{sv}")), NULL);

  return batch_new (task, list_input, arguments, g_variant_n_children (arguments));
}

/* The same for each item: no parameter takes an array. */
static gboolean
is_list (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY);
}

/* The shortest of all lists decides; 0 without any. */
static guint64
count_items (GVariant *lists)
{
  GVariantIter iter;
  GVariant *value;
  guint64 n = G_MAXUINT64;

  g_variant_iter_init (&iter, lists);
  while (g_variant_iter_loop (&iter, "{&sv}", NULL, &value))
    if (is_list (value))
      n = MIN (n, g_variant_n_children (value));
  return n != G_MAXUINT64 ? n : 0;
}

static GVariant *
nth_value (GVariant *list,
           guint64   index)
{
  g_autoptr(GVariant) child = g_variant_get_child_value (list, index);

  if (g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT))
    return g_variant_get_variant (child);
  return g_steal_pointer (&child);
}

static GVariant *
lists_input (guint64  index,
             gpointer user_data)
{
  GVariant *lists = user_data;
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const char *name;
  GVariant *value;
  GVariantIter iter;

  if (index >= count_items (lists))
    {
      g_variant_builder_clear (&builder);
      return NULL;
    }

  g_variant_iter_init (&iter, lists);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) nth = is_list (value) ? nth_value (value, index) : g_variant_ref (value);

      g_variant_builder_add (&builder, "{sv}", name, nth);
    }
  return g_variant_builder_end (&builder);
}

HaulBatch *
haul_batch_new_for_lists (const HaulTask *task,
                          GVariant       *lists)
{
  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (lists, G_VARIANT_TYPE_VARDICT), NULL);

  return batch_new (task, lists_input, lists, count_items (lists));
}
