/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The parts of a divided π, run one after the other in this process. In real workers: tests/cli. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "tasks/pi-methods.h"
#include "tasks/pi-plan.h"

#define MOST_DIGITS 100003

extern const HaulTask haul_task_pi;

static char *expected;   /* "3." and digits, by one worker, which test-pi compares with MPFR's */

/* What the parts of a plan were given, and made. */
typedef struct
{
  HaulPlan  *plan;      /* (owned) */
  GPtrArray *results;   /* (owned) (element-type GBytes) */
} Run;

static void
run_clear (Run *self)
{
  haul_plan_free (self->plan);
  g_ptr_array_unref (self->results);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static GPtrArray *
get_inputs (Run   *self,
            guint  index)
{
  const HaulPlanPart *part = haul_plan_get_part (self->plan, index);
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < part->n_inputs; i++)
    g_ptr_array_add (inputs, g_bytes_ref (self->results->pdata[part->inputs[i]]));
  return inputs;
}

/* Runs one part with these inputs; NULL if it fails. */
static GBytes *
run_part (Run         *self,
          guint        index,
          GPtrArray   *inputs,
          FakeContext *fake)
{
  const HaulPlanPart *part = haul_plan_get_part (self->plan, index);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) complete = haul_task_complete (part->task, part->arguments, &error);

  g_assert_no_error (error);
  haul_context_set_inputs (fake->context, inputs);
  if (!haul_task_run (part->task, fake->context, complete))
    return NULL;
  g_assert_cmpfloat (fake->done, ==, fake->total);
  return g_bytes_new (fake->result->str, fake->result->len);
}

static Run
run_plan (guint64 digits,
          guint   sure_bits,
          guint   n_workers)
{
  Run self = { pi_plan (digits, sure_bits, n_workers), g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };

  for (guint i = 0; i < haul_plan_get_n_parts (self.plan); i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(GPtrArray) inputs = get_inputs (&self, i);
      GBytes *result = run_part (&self, i, inputs, fake);

      if (result == NULL)
        g_error ("%s: %s", haul_plan_get_part (self.plan, i)->title, fake->error);
      g_ptr_array_add (self.results, result);
    }
  return self;
}

static void
assert_digits (Run     *self,
               guint64  digits,
               guint    n_workers)
{
  gsize size;
  const char *text = g_bytes_get_data (self->results->pdata[self->results->len - 1], &size);

  g_assert_cmpuint (size, ==, digits + 2);
  for (gsize i = 0; i < size; i++)
    if (text[i] != expected[i])
      g_error ("%u digits, %u workers: character %u is %c and should be %c",
               (guint) digits, n_workers, (guint) i, text[i], expected[i]);
}

static void
assert_plan (guint64 digits,
             guint   sure_bits,
             guint   n_workers)
{
  g_auto(Run) run = run_plan (digits, sure_bits, n_workers);

  assert_digits (&run, digits, n_workers);
  g_assert_cmpfloat (haul_plan_get_total (run.plan), ==, digits);
}

/* At every small number of digits, where limbs, leaves and stretches begin and end. */
static void
test_small (void)
{
  for (guint n_workers = 1; n_workers <= 8; n_workers++)
    for (guint64 digits = 40; digits < 150; digits++)
      assert_plan (digits, PI_SURE_BITS, n_workers);
}

/* Around sizes at which something begins: another level of the digits, common factors, a power. */
static void
test_around (void)
{
  static const guint64 sizes[] = { 512, 925, 1000, 3622, 4096, 7250, 10000, 65536, 100000 };

  for (guint n_workers = 1; n_workers <= 8; n_workers++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        guint64 around = sizes[i] < 65536 ? 3 : 1;

        for (guint64 digits = sizes[i] - around; digits <= sizes[i] + around; digits++)
          assert_plan (digits, PI_SURE_BITS, n_workers);
      }
}

/* When few ones in a row are doubt enough, there is doubt; the digits are right nevertheless. */
static void
test_doubt (void)
{
  guint n_doubts = 0;

  for (guint sure_bits = 1; sure_bits <= 8; sure_bits++)
    {
      g_auto(Run) run = run_plan (5000, sure_bits, 3);

      assert_digits (&run, 5000, 3);
      for (guint i = 0; i < run.results->len; i++)
        {
          gsize size;
          const char *text = g_bytes_get_data (run.results->pdata[i], &size);

          if (g_str_has_prefix (haul_plan_get_part (run.plan, i)->title, "Writing"))
            n_doubts += text[size - 1] == '?';
        }
    }
  g_assert_cmpuint (n_doubts, >, 0);
}

/* Not where it does not pay, and not for one. */
static void
test_divide (void)
{
  static const struct { const char *arguments; guint n_workers; gboolean divides; } rows[] = {
    { "{'digits': <int64 99999>}", 2, FALSE },
    { "{'digits': <int64 100000>}", 2, TRUE },
    { "{'digits': <int64 100000>}", 1, FALSE },
    { "{'digits': <int64 100000>}", 1000, TRUE },
    { "{'digits': <int64 1000000000>}", 64, TRUE },
    { "{'digits': <int64 1000000001>}", 64, FALSE },
    { "{'digits': <int64 1000000>, 'method': <'series'>}", 2, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GVariant) arguments = haul_task_complete (&haul_task_pi, g_variant_new_parsed (rows[i].arguments), NULL);
      g_autoptr(HaulPlan) plan = haul_task_pi.divide (arguments, rows[i].n_workers);

      g_assert_cmpint (plan != NULL, ==, rows[i].divides);
      for (guint part = 0; plan != NULL && part < haul_plan_get_n_parts (plan); part++)
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(GVariant) complete = haul_task_complete (&haul_task_pi_part, haul_plan_get_part (plan, part)->arguments,
                                                             &error);

          g_assert_no_error (error);
          g_assert_nonnull (complete);
        }
    }
}

typedef GBytes *(*Spoil) (GBytes *bytes, guint n);

static GBytes *
spoil_empty (GBytes *bytes,
             guint   n)
{
  return g_bytes_new (NULL, 0);
}

static GBytes *
spoil_short (GBytes *bytes,
             guint   n)
{
  return g_bytes_new_from_bytes (bytes, 0, g_bytes_get_size (bytes) - 1 - n % (g_bytes_get_size (bytes) - 1));
}

static GBytes *
spoil_noise (GBytes *bytes,
             guint   n)
{
  gsize size = g_bytes_get_size (bytes);
  guint8 *noise = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    noise[i] = g_test_rand_int_range (0, 256);
  return g_bytes_new_take (noise, size);
}

/* One byte, at the beginning or the end, where what is not limbs is. */
static GBytes *
spoil_byte (GBytes *bytes,
            guint   n)
{
  gsize size = g_bytes_get_size (bytes);
  guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  gsize at = n / 2 % size;

  changed[n % 2 == 0 ? at : size - 1 - at] ^= 1 << g_test_rand_int_range (0, 8);
  return g_bytes_new_take (changed, size);
}

/* Returns whether the part failed, and that it did so by an error. */
static gboolean
fails_with (Run   *run,
            guint  index,
            guint  input,
            Spoil  spoil,
            guint  n)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autoptr(GPtrArray) inputs = get_inputs (run, index);
  g_autoptr(GBytes) bytes = g_steal_pointer (&inputs->pdata[input]);
  g_autoptr(GBytes) result = NULL;

  inputs->pdata[input] = spoil (bytes, n);
  result = run_part (run, index, inputs, fake);
  g_assert_cmpint (result == NULL, ==, fake->error != NULL);
  return result == NULL;
}

/* A part that is given what makes no sense fails, and does not take its worker with it. A single
 * byte may go unseen; that it is survived is enough. */
static void
test_nonsense (void)
{
  g_auto(Run) run = run_plan (12000, PI_SURE_BITS, 2);
  guint n_parts = haul_plan_get_n_parts (run.plan);
  guint n_seen = 0;

  for (guint i = 0; i < n_parts; i++)
    for (guint input = 0; input < haul_plan_get_part (run.plan, i)->n_inputs; input++)
      {
        g_test_message ("%s, input %u", haul_plan_get_part (run.plan, i)->title, input);
        g_assert_true (fails_with (&run, i, input, spoil_empty, 0));
        for (guint n = 0; n < 20; n++)
          g_assert_true (fails_with (&run, i, input, spoil_short, n * n) || i == n_parts - 1);
        for (guint n = 0; n < 20; n++)
          g_assert_true (fails_with (&run, i, input, spoil_noise, n) || i == n_parts - 1);
        for (guint n = 0; n < 400; n++)
          n_seen += fails_with (&run, i, input, spoil_byte, n);
      }
  g_assert_cmpuint (n_seen, >, 0);
}

/* None of its inputs, and each other's. */
static void
test_wrong_inputs (void)
{
  g_auto(Run) run = run_plan (12000, PI_SURE_BITS, 2);

  for (guint i = 0; i < haul_plan_get_n_parts (run.plan); i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(FakeContext) other = fake_context_new ();
      g_autoptr(GPtrArray) none = g_ptr_array_new ();
      g_autoptr(GPtrArray) inputs = get_inputs (&run, i);
      GBytes *swapped;

      if (inputs->len == 0)
        continue;
      g_assert_null (run_part (&run, i, none, fake));

      swapped = inputs->pdata[0];
      inputs->pdata[0] = inputs->pdata[inputs->len - 1];
      inputs->pdata[inputs->len - 1] = swapped;
      if (inputs->len == 1 || g_str_equal (haul_plan_get_part (run.plan, i)->title, "Joining the digits") ||
          g_str_has_prefix (haul_plan_get_part (run.plan, i)->title, "Writing"))
        continue;   /* a product is the same either way, and texts that are long enough are joined */
      g_assert_null (run_part (&run, i, inputs, other));
    }
}

/* Each part knows of a wish to stop, and says so. */
static void
test_cancel (void)
{
  g_auto(Run) run = run_plan (20000, PI_SURE_BITS, 2);

  for (guint i = 0; i < haul_plan_get_n_parts (run.plan); i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(GPtrArray) inputs = get_inputs (&run, i);

      fake->cancelled = 1;
      g_assert_null (run_part (&run, i, inputs, fake));
      g_assert_true (fake->cancelled);
    }
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  alarm (600);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (pi_chudnovsky (fake->context, MOST_DIGITS, PI_SURE_BITS, NULL));
  expected = fake->result->str;

  g_test_add_func ("/pi-plan/small", test_small);
  g_test_add_func ("/pi-plan/around", test_around);
  g_test_add_func ("/pi-plan/doubt", test_doubt);
  g_test_add_func ("/pi-plan/divide", test_divide);
  g_test_add_func ("/pi-plan/nonsense", test_nonsense);
  g_test_add_func ("/pi-plan/wrong-inputs", test_wrong_inputs);
  g_test_add_func ("/pi-plan/cancel", test_cancel);
  return g_test_run ();
}
