/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-inputs-private.h"

#include "haul/wire/haul-error.h"

GPtrArray *
haul_inputs_cut (GByteArray  *bytes,
                 GVariant    *sizes,
                 GError     **error)
{
  g_autoptr(GBytes) all = bytes != NULL ? g_byte_array_free_to_bytes (bytes) : g_bytes_new_static (NULL, 0);
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize left = g_bytes_get_size (all);

  for (gsize i = 0; i < g_variant_n_children (sizes); i++)
    {
      guint64 size;

      g_variant_get_child (sizes, i, "t", &size);
      if (size > left)
        break;
      g_ptr_array_add (inputs, g_bytes_new_from_bytes (all, g_bytes_get_size (all) - left, size));
      left -= size;
    }
  if (left == 0 && inputs->len == g_variant_n_children (sizes))
    return g_steal_pointer (&inputs);

  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "a RUN with inputs of another size than their bytes");
  return NULL;
}
