/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <mpfr.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"
#include "tasks/pi-methods.h"

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined (__has_feature)
#if __has_feature (address_sanitizer) || __has_feature (thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#define SMALL_DIGITS 200

extern const HaulTask haul_task_pi;

typedef gboolean (*Method) (HaulContext  *context,
                            guint64       digits,
                            guint         sure_bits,
                            GError      **error);

/* `3.` and digits from MPFR, which gets them in another way (by the arithmetic-geometric mean).
 * They are cut, and there are some more than asked for, so that a rounding could not hide. */
static char *
reference (gsize digits)
{
  gsize enough = digits + 30;
  g_autofree char *mantissa = g_malloc (enough + 2);
  char *text = g_malloc (digits + 3);
  mpfr_exp_t exponent;
  mpfr_t pi;

  mpfr_init2 (pi, (mpfr_prec_t) (enough * 3.33) + 64);
  mpfr_const_pi (pi, MPFR_RNDZ);
  mpfr_get_str (mantissa, &exponent, 10, enough, pi, MPFR_RNDZ);
  mpfr_clear (pi);
  mpfr_free_cache ();
  g_assert_cmpint (exponent, ==, 1);

  text[0] = mantissa[0];
  text[1] = '.';
  memcpy (text + 2, mantissa + 1, digits);
  text[digits + 2] = '\0';
  return text;
}

/* Names the first digit that is wrong: comparing a million characters with cmpstr prints them. */
static void
assert_digits (FakeContext *fake,
               const char  *expected,
               gsize        digits)
{
  g_assert_cmpuint (fake->result->len, ==, digits + 2);
  for (gsize i = 0; i < digits + 2; i++)
    if (fake->result->str[i] != expected[i])
      g_error ("%" G_GSIZE_FORMAT " digits: character %" G_GSIZE_FORMAT " is %c and should be %c",
               digits, i, fake->result->str[i], expected[i]);

  g_assert_cmpfloat (fake->total, ==, digits);
  g_assert_cmpuint (fake->phases->len, >=, 2);
}

static void
assert_run (const char *method,
            const char *expected,
            gsize       digits)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *arguments = g_strdup_printf ("{'digits': <int64 %" G_GSIZE_FORMAT ">, 'method': <'%s'>}",
                                                digits, method);

  g_assert_true (fake_context_run (fake, &haul_task_pi, arguments));
  assert_digits (fake, expected, digits);
  g_assert_cmpfloat (fake->done, ==, digits);
}

static void
test_small (gconstpointer method)
{
  g_autofree char *expected = reference (SMALL_DIGITS);

  for (gsize digits = 1; digits <= SMALL_DIGITS; digits++)
    assert_run (method, expected, digits);
}

/* Where the next digit is 5 or more, rounding would show. */
static void
test_cut_not_rounded (gconstpointer method)
{
  g_autofree char *expected = reference (SMALL_DIGITS + 1);
  guint n_told_apart = 0;

  for (gsize digits = 1; digits <= SMALL_DIGITS; digits++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autofree char *arguments = g_strdup_printf ("{'digits': <int64 %" G_GSIZE_FORMAT ">, 'method': <'%s'>}",
                                                    digits, (const char *) method);

      if (expected[digits + 2] < '5')
        continue;
      n_told_apart++;
      g_assert_true (fake_context_run (fake, &haul_task_pi, arguments));
      g_assert_cmpint (fake->result->str[digits + 1], ==, expected[digits + 1]);
    }

  g_assert_cmpuint (n_told_apart, >, 50);
}

/* Around the six nines from the 762nd digit on, and where stretches and frames begin and end. */
static void
test_around (gconstpointer method)
{
  static const gsize sizes[] = {
    250, 461, 462, 463, 616, 617, 700, 758, 759, 760, 761, 762, 763, 764, 765, 766, 767, 768, 769, 770,
    886, 887, 888, 905, 906, 907, 924, 925, 999, 1000, 1001, 1771, 1772, 1773, 1774, 3543, 3544, 3545, 5000,
  };
  g_autofree char *expected = reference (10000);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    assert_run (method, expected, sizes[i]);
  assert_run (method, expected, 10000);
}

static void
test_large (gconstpointer user_data)
{
  gsize digits = GPOINTER_TO_SIZE (user_data);
  g_autofree char *expected = reference (digits);
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *arguments = g_strdup_printf ("{'digits': <int64 %" G_GSIZE_FORMAT ">}", digits);

  g_assert_true (fake_context_run (fake, &haul_task_pi, arguments));
  assert_digits (fake, expected, digits);
  g_assert_cmpfloat (fake->done, ==, digits);
  g_assert_cmpuint (fake->phases->len, ==, 4);
  g_assert_cmpuint (fake->n_between, >=, 1);
}

/* What is written is not too large and less than four units too small, in many sizes: the
 * digits alone would not show it, for they have guard bits to spare. */
static void
test_error_bound (gconstpointer method)
{
  gboolean (*run) (HaulContext *, guint64, mp_bitcnt_t, mpz_t) =
    g_str_equal (method, "series") ? pi_series_scaled : pi_chudnovsky_scaled;
  mpz_t scaled, above;
  mpfr_t pi;

  mpz_init (scaled);
  mpz_init (above);
  for (mp_bitcnt_t bits = 64; bits <= 40000; bits += 1 + bits / 100)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();

      haul_context_set_total (fake->context, bits);
      g_assert_true (run (fake->context, bits, bits, scaled));
      mpfr_init2 (pi, bits + 64);
      mpfr_const_pi (pi, MPFR_RNDZ);
      mpfr_mul_2ui (pi, pi, bits, MPFR_RNDZ);
      mpz_add_ui (above, scaled, 4);
      g_assert_cmpint (mpfr_cmp_z (pi, scaled), >=, 0);
      g_assert_cmpint (mpfr_cmp_z (pi, above), <, 0);
      mpfr_clear (pi);
    }
  mpfr_free_cache ();
  mpz_clear (scaled);
  mpz_clear (above);
}

/* With so few bits to be sure by, many digits are in doubt, and are asked for again: the text is
 * the same, nothing in it comes twice, and progress still does not go back. */
static void
test_doubt (gconstpointer method)
{
  g_autofree char *expected = reference (5000);
  Method run = g_str_equal (method, "series") ? pi_series : pi_chudnovsky;
  guint n_again = 0;

  for (guint sure_bits = 1; sure_bits <= 4; sure_bits++)
    for (gsize digits = 1; digits <= 5000; digits += 1 + digits / 2)
      {
        g_autoptr(FakeContext) fake = fake_context_new ();
        g_autoptr(GError) error = NULL;

        g_assert_true (run (fake->context, digits, sure_bits, &error));
        g_assert_no_error (error);
        assert_digits (fake, expected, digits);
        n_again += fake->phases->len > 4;
      }

  g_assert_cmpuint (n_again, >, 5);
}

static GVariant *
make_arguments (gint64      digits,
                const char *method)
{
  return g_variant_ref_sink (g_variant_new_parsed ("{'digits': <%x>, 'method': <%s>}", digits, method));
}

static void
test_bad_arguments (void)
{
  static const char *bad[] = {
    "{'digits': <int64 0>}", "{'digits': <int64 -1>}", "{'digits': <int64 1000000000001>}", "{'digits': <'abc'>}",
    "{'method': <'guess'>}", "{'digits': <int64 10000001>, 'method': <'series'>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) complete = haul_task_complete (&haul_task_pi, g_variant_new_parsed (bad[i]), &error);

      g_assert_null (complete);
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

static void
test_too_large (void)
{
  g_autoptr(GVariant) arguments = make_arguments (1000000000000, "chudnovsky");
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_task_check_memory (&haul_task_pi, arguments, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
}

#ifndef SANITIZED
static void
drop (const HaulMessage *message,
      gpointer           user_data)
{
}

/* The most memory that a process ever had that ran this; 0 digits for one that runs nothing. */
static guint64
measure_peak (GVariant *arguments)
{
  struct rusage usage;
  int status;
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      int cancelled = 0;
      HaulContext *context = haul_context_new (drop, NULL, &cancelled);

      _exit (arguments == NULL || haul_task_run (&haul_task_pi, context, arguments) ? 0 : 1);
    }

  g_assert_cmpint (wait4 (pid, &status, 0, &usage), ==, pid);
  g_assert_cmpint (status, ==, 0);
  return (guint64) usage.ru_maxrss * 1024;
}

static void
test_estimate_above_peak (void)
{
  static const struct { gint64 digits; const char *method; } runs[] = {
    { 100000, "chudnovsky" }, { 1000000, "chudnovsky" }, { 3000000, "chudnovsky" }, { 50000, "series" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr(GVariant) arguments = make_arguments (runs[i].digits, runs[i].method);
      guint64 estimate = haul_task_pi.estimate_memory (arguments);
      guint64 own = measure_peak (NULL);
      guint64 peak = measure_peak (arguments);

      g_test_message ("%s, %" G_GINT64_FORMAT " digits: estimate %" G_GUINT64_FORMAT ", peak %" G_GUINT64_FORMAT,
                      runs[i].method, runs[i].digits, estimate, peak);
      g_assert_cmpuint (estimate, >, peak > own ? peak - own : 0);
      g_assert_cmpuint (estimate, <, 4 * peak + 64 * 1024 * 1024);
    }
}

#else
static void
test_estimate_above_peak (void)
{
  g_test_skip ("the sanitizer's own memory would be measured");
}

#endif

static void
test_estimate_grows (void)
{
  guint64 before = 0;

  for (gint64 digits = 1; digits < 1000000000000; digits *= 3)
    {
      g_autoptr(GVariant) arguments = make_arguments (digits, "chudnovsky");
      guint64 estimate = haul_task_pi.estimate_memory (arguments);

      g_assert_cmpuint (estimate, >, before);
      before = estimate;
    }
}

static void
add_method (const char *method)
{
  static const struct { const char *name; GTestDataFunc func; } tests[] = {
    { "small", test_small },
    { "cut-not-rounded", test_cut_not_rounded },
    { "around", test_around },
    { "error-bound", test_error_bound },
    { "doubt", test_doubt },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pi/%s/%s", method, tests[i].name);

      g_test_add_data_func (path, method, tests[i].func);
    }
}

int
main (int    argc,
      char **argv)
{
  alarm (600);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pi/estimate-above-peak", test_estimate_above_peak);   /* first, while this process is small */
  g_test_add_func ("/pi/estimate-grows", test_estimate_grows);
  g_test_add_func ("/pi/bad-arguments", test_bad_arguments);
  g_test_add_func ("/pi/too-large", test_too_large);
  add_method ("chudnovsky");
  add_method ("series");
  g_test_add_data_func ("/pi/chudnovsky/100000", GSIZE_TO_POINTER (100000), test_large);
  g_test_add_data_func ("/pi/chudnovsky/1000000", GSIZE_TO_POINTER (1000000), test_large);
  if (g_test_slow ())
    g_test_add_data_func ("/pi/chudnovsky/10000000", GSIZE_TO_POINTER (10000000), test_large);

  return g_test_run ();
}
