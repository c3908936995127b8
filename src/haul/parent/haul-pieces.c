/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-private.h"

#include <string.h>

void
haul_pieces_init (HaulPieces *self)
{
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->size = 0;
}

void
haul_pieces_clear (HaulPieces *self)
{
  g_clear_pointer (&self->pieces, g_ptr_array_unref);
  g_clear_pointer (&self->starts, g_array_unref);
  self->size = 0;
}

void
haul_pieces_append (HaulPieces   *self,
                    const guint8 *bytes,
                    gsize         size)
{
  if (size == 0)
    return;

  g_array_append_val (self->starts, self->size);
  g_ptr_array_add (self->pieces, g_bytes_new (bytes, size));
  self->size += size;
}

/* The piece that holds the byte at @offset. */
static guint
find_piece (HaulPieces *self,
            gsize       offset)
{
  guint low = 0, high = self->starts->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->starts, gsize, middle) <= offset)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* Copies what there is of @size bytes from @offset; returns how many. */
gsize
haul_pieces_peek (HaulPieces *self,
                  gsize       offset,
                  void       *buffer,
                  gsize       size)
{
  gsize copied = 0;

  if (offset >= self->size)
    return 0;

  size = MIN (size, self->size - offset);
  for (guint i = find_piece (self, offset); copied < size; i++)
    {
      gsize length, skip = offset + copied - g_array_index (self->starts, gsize, i);
      const guint8 *bytes = g_bytes_get_data (self->pieces->pdata[i], &length);
      gsize n = MIN (length - skip, size - copied);

      memcpy ((guint8 *) buffer + copied, bytes + skip, n);
      copied += n;
    }
  return copied;
}

/* All of it in one piece, which replaces the many. */
GBytes *
haul_pieces_join (HaulPieces *self)
{
  guint8 *whole;
  gsize size = self->size;

  if (self->pieces->len == 1)
    return g_bytes_ref (self->pieces->pdata[0]);
  if (size == 0)
    return g_bytes_new_static ("", 0);

  whole = g_malloc (size);
  (void) haul_pieces_peek (self, 0, whole, size);
  haul_pieces_clear (self);
  haul_pieces_init (self);
  g_array_append_val (self->starts, self->size);
  g_ptr_array_add (self->pieces, g_bytes_new_take (whole, size));
  self->size = size;
  return g_bytes_ref (self->pieces->pdata[0]);
}
