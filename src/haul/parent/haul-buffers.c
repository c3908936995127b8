/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-buffers-private.h"

#include "haul/wire/haul-frame.h"

/* As many as may wait for the first that is still missing, when results are given out in order. */
#define MAX_SPARES 32
#define MAX_KEPT   (1024 * 1024)

static GByteArray *spares[MAX_SPARES];   /* (owned) empty ones, with room */
static guint n_spares;
G_LOCK_DEFINE_STATIC (spares);

static GByteArray *
take_spare (void)
{
  GByteArray *spare = NULL;

  G_LOCK (spares);
  if (n_spares > 0)
    spare = g_steal_pointer (&spares[--n_spares]);
  G_UNLOCK (spares);
  return spare;
}

/* When the last reference to bytes is gone, in whatever thread. */
static void
keep_spare (gpointer data)
{
  GByteArray *array = data;

  g_byte_array_set_size (array, 0);
  G_LOCK (spares);
  if (n_spares < MAX_SPARES)
    spares[n_spares++] = g_steal_pointer (&array);
  G_UNLOCK (spares);
  g_clear_pointer (&array, g_byte_array_unref);
}

void
haul_buffers_drop (void)
{
  GByteArray *spare;

  while ((spare = take_spare ()) != NULL)
    g_byte_array_unref (spare);
}

GByteArray *
haul_buffer_new (gsize size)
{
  GByteArray *spare;

  if (size < HAUL_FRAME_MAX_DATA)
    return g_byte_array_new ();

  spare = take_spare ();
  return spare != NULL ? spare : g_byte_array_sized_new (MAX_KEPT);
}

GBytes *
haul_buffer_to_bytes (GByteArray *self)
{
  if (self->len < HAUL_FRAME_MAX_DATA || self->len > MAX_KEPT)
    return g_byte_array_free_to_bytes (self);
  return g_bytes_new_with_free_func (self->data, self->len, keep_spare, self);
}
