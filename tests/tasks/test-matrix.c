/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"
#include "tasks/matrix-product.h"

extern const HaulTask haul_task_matrix;

/* By the definition, in whole numbers. */
static guint64
reference (guint size,
           guint from,
           guint to)
{
  guint64 checksum = 0;

  for (guint i = from; i < to; i++)
    for (guint j = 0; j < size; j++)
      {
        gint64 sum = 0;

        for (guint k = 0; k < size; k++)
          sum += matrix_element (0, i, k) * matrix_element (1, k, j);
        checksum += (guint64) sum * ((guint64) i * size + j + 1);
      }
  return checksum;
}

static void
assert_product (guint size,
                guint from,
                guint to)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autoptr(GError) error = NULL;
  guint64 checksum;

  g_assert_true (matrix_multiply (fake->context, size, from, to, &checksum, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (checksum, ==, reference (size, from, to));
}

/* Around all sizes at which a lane, a tile or a block is full. */
static void
test_product (gconstpointer plain)
{
  static const guint sizes[] = { 63, 64, 65, 127, 128, 129, 255, 256, 257, 300 };

  matrix_set_plain (GPOINTER_TO_INT (plain));
  for (guint size = 1; size <= 34; size++)
    assert_product (size, 0, size);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    assert_product (sizes[i], 0, sizes[i]);
  for (guint from = 0; from < 12; from++)
    for (guint to = from + 1; to <= 12; to++)
      assert_product (12, from, to);
  matrix_set_plain (FALSE);
}

static void
test_elements (void)
{
  guint n[2][16] = { 0 };

  for (guint which = 0; which < 2; which++)
    for (guint i = 0; i < 100; i++)
      for (guint j = 0; j < 100; j++)
        n[which][matrix_element (which, i, j) + 8]++;
  for (guint which = 0; which < 2; which++)
    for (guint i = 0; i < 16; i++)
      g_assert_cmpuint (n[which][i], >, 500);
  /* of 625 */
}

static void
test_task (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *expected = g_strdup_printf ("The product of two 123 × 123 matrices, checked; its checksum is %016" G_GINT64_MODIFIER "x",
                                               reference (123, 0, 123));

  g_assert_true (fake_context_run (fake, &haul_task_matrix, "{'size': <int64 123>}"));
  g_assert_cmpstr (fake->result->str, ==, expected);
  g_assert_cmpfloat (fake->total, ==, 123 * 123 * 123);
  g_assert_cmpfloat (fake->done, ==, fake->total);
}

static void
test_divided (void)
{
  static const guint n_workers[] = { 2, 3, 8, 100 };
  g_autoptr(FakeContext) whole = fake_context_new ();

  g_assert_true (fake_context_run (whole, &haul_task_matrix, "{'size': <int64 333>}"));
  for (guint i = 0; i < G_N_ELEMENTS (n_workers); i++)
    {
      guint n_parts;
      g_autofree char *error = NULL;
      g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_matrix, "{'size': <int64 333>}", n_workers[i], &n_parts, &error);

      g_assert_cmpuint (n_parts, >, 2);
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), whole->result->str, whole->result->len);
    }
}

static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 2);
  g_assert_false (fake_context_run (fake, &haul_task_matrix, "{'size': <int64 3000>}"));
  g_assert_cmpuint (fake->result->len, ==, 0);
}

static void
test_too_large (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) arguments = haul_task_complete (&haul_task_matrix, g_variant_new_parsed ("{'size': <int64 30000>}"), NULL);

  g_assert_cmpuint (haul_task_matrix.estimate_memory (arguments), >, G_GUINT64_CONSTANT (21600000000));
  g_assert_null (haul_task_complete (&haul_task_matrix, g_variant_new_parsed ("{'size': <int64 30001>}"), &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
}

int
main (int    argc,
      char **argv)
{
  alarm (240);
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/matrix/product", GINT_TO_POINTER (FALSE), test_product);
  g_test_add_data_func ("/matrix/product-plain", GINT_TO_POINTER (TRUE), test_product);
  g_test_add_func ("/matrix/elements", test_elements);
  g_test_add_func ("/matrix/task", test_task);
  g_test_add_func ("/matrix/divided", test_divided);
  g_test_add_func ("/matrix/cancel", test_cancel);
  g_test_add_func ("/matrix/too-large", test_too_large);

  return g_test_run ();
}
