/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "haul-test.h"

#include "haul/parent/haul-buffers-private.h"
#include "haul/wire/haul-frame.h"

#define MIB (1024 * 1024)

/* Bytes of @size, each @byte. */
static GBytes *
make (gsize  size,
      guint8 byte)
{
  GByteArray *array = haul_buffer_new (size);

  g_assert_cmpuint (array->len, ==, 0);
  g_byte_array_set_size (array, size);
  if (size > 0)
    memset (array->data, byte, size);
  return haul_buffer_to_bytes (array);
}

static void
assert_all (GBytes *bytes,
            gsize   size,
            guint8  byte)
{
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (data[i], ==, byte);
}

static void
test_used_again (void)
{
  g_autoptr(GBytes) first = make (MIB, 'a');
  g_autoptr(GBytes) second = make (MIB, 'b');
  gconstpointer memory = g_bytes_get_data (first, NULL);

  g_assert_true (memory != g_bytes_get_data (second, NULL));
  g_clear_pointer (&first, g_bytes_unref);
  first = make (HAUL_FRAME_MAX_DATA, 'c');
  g_assert_true (memory == g_bytes_get_data (first, NULL));
  assert_all (first, HAUL_FRAME_MAX_DATA, 'c');
  assert_all (second, MIB, 'b');
  g_clear_pointer (&first, g_bytes_unref);
  haul_buffers_drop ();   /* what is in use stays as it is */
  assert_all (second, MIB, 'b');
}

static void
test_sizes (void)
{
  const gsize sizes[] = { 0, 1, HAUL_FRAME_MAX_DATA - 1, HAUL_FRAME_MAX_DATA, MIB, MIB + 1, 5 * MIB };

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        g_autoptr(GBytes) bytes = make (sizes[i], 'a' + i);

        assert_all (bytes, sizes[i], 'a' + i);
      }
}

static gpointer
thread_main (gpointer data)
{
  for (guint i = 0; i < 200; i++)
    {
      GBytes *bytes[12];   /* with those of the others, more than are kept */

      for (guint j = 0; j < G_N_ELEMENTS (bytes); j++)
        bytes[j] = make (HAUL_FRAME_MAX_DATA, GPOINTER_TO_UINT (data));
      for (guint j = 0; j < G_N_ELEMENTS (bytes); j++)
        {
          g_assert_cmpuint (((const guint8 *) g_bytes_get_data (bytes[j], NULL))[i], ==, GPOINTER_TO_UINT (data));
          g_bytes_unref (bytes[j]);
        }
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("buffers", thread_main, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/buffers/used-again", test_used_again);
  g_test_add_func ("/parent/buffers/sizes", test_sizes);
  g_test_add_func ("/parent/buffers/threads", test_threads);
  return g_test_run ();
}
