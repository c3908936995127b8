/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* GMP asks this program for memory, so it knows of every big number: a wish to stop can be made to
 * come between any two of them, and none may be left. */

#include "config.h"

#include <gmp.h>
#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "tasks/pi-methods.h"

/* How many more blocks may be asked for after the wish to stop: those of one short stretch. */
#define MAX_AFTER 300

typedef gboolean (*Method) (HaulContext  *context,
                            guint64       digits,
                            guint         sure_bits,
                            GError      **error);

static gint64 n_live;
static guint  n_asked;
static guint  cancel_at;      /* 0 for never */
static int   *cancelled;

static void
note_asked (void)
{
  n_asked++;
  if (cancel_at > 0 && n_asked == cancel_at)
    *cancelled = 1;
}

static void *
ask (size_t size)
{
  note_asked ();
  n_live++;
  return g_malloc (size);
}

static void *
ask_again (void   *block,
           size_t  old_size,
           size_t  size)
{
  note_asked ();
  return g_realloc (block, size);
}

static void
give_back (void   *block,
           size_t  size)
{
  n_live--;
  g_free (block);
}

static guint
count_asked (Method  run,
             guint64 digits)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  n_asked = 0;
  cancel_at = 0;
  g_assert_true (run (fake->context, digits, PI_SURE_BITS, NULL));
  g_assert_cmpint (n_live, ==, 0);
  return n_asked;
}

/* At each of some hundred places, from the first number to the last. */
static void
cancel_everywhere (Method  run,
                   guint64 digits)
{
  guint all = count_asked (run, digits);
  guint step = MAX (all / 400, 1);

  g_assert_cmpuint (all, >, 0);
  for (guint at = 1; at <= all; at += step)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(GError) error = NULL;

      n_asked = 0;
      cancel_at = at;
      cancelled = &fake->cancelled;
      g_assert_false (run (fake->context, digits, PI_SURE_BITS, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (n_live, ==, 0);
      g_assert_cmpuint (n_asked - at, <=, MAX_AFTER);
    }
}

static void
test_chudnovsky (void)
{
  cancel_everywhere (pi_chudnovsky, 100);
  cancel_everywhere (pi_chudnovsky, 1000);
  cancel_everywhere (pi_chudnovsky, 30000);
}

/* The series makes all its numbers at the beginning, so the wish comes with its messages, too. */
static void
test_series (void)
{
  cancel_everywhere (pi_series, 5000);

  cancel_at = 0;
  for (guint after = 1; after <= 6; after++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(GError) error = NULL;

      fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, after);
      g_assert_false (pi_series (fake->context, 500000, PI_SURE_BITS, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (n_live, ==, 0);
      g_assert_cmpuint (fake->n_progress, ==, after);
      g_assert_cmpuint (fake->result->len, ==, 0);
    }
}

/* While the digits are written: those that are out are right, and there are no more. */
static void
test_while_writing (void)
{
  g_autoptr(FakeContext) whole = fake_context_new ();
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (pi_chudnovsky (whole->context, 300000, PI_SURE_BITS, NULL));
  cancel_at = 0;
  fake_context_cancel_on (fake, HAUL_FRAME_DATA, 1);
  g_assert_false (pi_chudnovsky (fake->context, 300000, PI_SURE_BITS, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_assert_cmpint (n_live, ==, 0);
  g_assert_cmpuint (fake->result->len, >, 0);
  g_assert_cmpuint (fake->result->len, <, whole->result->len / 2);
  g_assert_cmpint (memcmp (fake->result->str, whole->result->str, fake->result->len), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  alarm (300);
  mp_set_memory_functions (ask, ask_again, give_back);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pi-cancel/chudnovsky", test_chudnovsky);
  g_test_add_func ("/pi-cancel/series", test_series);
  g_test_add_func ("/pi-cancel/while-writing", test_while_writing);

  return g_test_run ();
}
