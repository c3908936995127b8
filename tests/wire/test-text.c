/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <time.h>

#include "haul-test.h"

#include "haul/wire/haul-message.h"

static void
test_table (void)
{
  static const struct { const char *in; gssize size; const char *out; } rows[] = {
    { "", -1, "" },
    { "", 0, "" },
    { "plain", -1, "plain" },
    { "plain", 3, "pla" },
    { "ümläut €", -1, "ümläut €" },
    { "<b>&\"'", -1, "<b>&\"'" },                       /* markup is the business of whoever shows it */
    { "a\x1b[31mb", -1, "a[31mb" },                     /* no colours, no bells */
    { "a\a\b\x7f" "b", -1, "ab" },
    { "a\xc2\x85" "b", -1, "ab" },                      /* C1 */
    { "a\tb\nc", -1, "a b c" },
    { "line\r", -1, "line" },
    { "a\xe2\x80\xae" "b\xe2\x80\xac", -1, "ab" },      /* RLO … PDF */
    { "a\xe2\x81\xa6" "b\xe2\x81\xa9", -1, "ab" },      /* LRI … PDI */
    { "\xd8\x9c" "a\xe2\x80\x8e\xe2\x80\x8f", -1, "a" },/* ALM, LRM, RLM */
    { "a\xff" "b", -1, "a\xef\xbf\xbd" "b" },
    { "a\xe2\x82", 3, "a\xef\xbf\xbd\xef\xbf\xbd" },    /* cut inside a character */
    { "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },   /* half a surrogate pair */
    { "a\0b", 3, "a\xef\xbf\xbd" "b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *clean = haul_text_clean (rows[i].in, rows[i].size);

      g_test_message ("row %u", i);
      g_assert_cmpstr (clean, ==, rows[i].out);
    }
}

/* Cut so that no character is broken, whatever the width of those before it. */
static void
test_cut (void)
{
  static const char * const characters[] = { "x", "é", "€", "😀" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize pad = 0; pad < 8; pad++)
      {
        gsize width = strlen (characters[i]);
        g_autoptr(GString) text = g_string_new (NULL);
        g_autofree char *clean = NULL;

        for (gsize n = 0; n < pad; n++)
          g_string_append_c (text, '.');
        while (text->len < 3 * HAUL_MAX_TEXT)
          g_string_append (text, characters[i]);

        clean = haul_text_clean (text->str, text->len);
        g_assert_cmpuint (strlen (clean), ==, pad + (HAUL_MAX_TEXT - pad) / width * width);
        g_assert_true (g_str_has_prefix (text->str, clean));
        g_assert_true (g_utf8_validate (clean, -1, NULL));
      }
}

/* What is left out must not lead to a broken character at the place where the rest is cut. */
static void
test_cut_after_controls (void)
{
  for (gsize n_controls = 1; n_controls < 64; n_controls++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      g_autofree char *clean = NULL;

      for (gsize n = 0; n < n_controls; n++)
        g_string_append_c (text, '\a');
      while (text->len < 3 * HAUL_MAX_TEXT)
        g_string_append (text, "€");

      clean = haul_text_clean (text->str, text->len);
      g_assert_null (strstr (clean, "\xef\xbf\xbd"));
      g_assert_cmpuint (strlen (clean), <=, HAUL_MAX_TEXT);
      g_assert_cmpuint (strlen (clean), >, HAUL_MAX_TEXT - 100);
    }
}

static void
test_long_line (void)
{
  gsize size = 1024 * 1024;
  g_autofree char *bytes = g_malloc (size);
  g_autofree char *clean = NULL;
  clock_t start = clock ();   /* time of the CPU: a busy machine takes longer, and does no more */

  memset (bytes, 0xff, size);
  clean = haul_text_clean (bytes, size);
  g_assert_cmpuint (strlen (clean), <=, HAUL_MAX_TEXT);
  g_assert_true (g_utf8_validate (clean, -1, NULL));
  /* What is cut off costs nothing. */
  g_assert_cmpint (clock () - start, <, CLOCKS_PER_SEC / 2);
}

static void
test_random (void)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 2;

  while (g_get_monotonic_time () < end)
    {
      gsize size = g_test_rand_int_range (0, 6000);
      g_autofree char *bytes = g_malloc (size);
      g_autofree char *clean = NULL;
      g_autofree char *again = NULL;

      for (gsize i = 0; i < size; i++)
        bytes[i] = g_test_rand_int_range (0, 256);
      clean = haul_text_clean (bytes, size);
      g_assert_true (g_utf8_validate (clean, -1, NULL));
      g_assert_cmpuint (strlen (clean), <=, HAUL_MAX_TEXT);
      for (const char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
      again = haul_text_clean (clean, -1);
      g_assert_cmpstr (again, ==, clean);
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/text/table", test_table);
  g_test_add_func ("/wire/text/cut", test_cut);
  g_test_add_func ("/wire/text/cut-after-controls", test_cut_after_controls);
  g_test_add_func ("/wire/text/long-line", test_long_line);
  g_test_add_func ("/wire/text/random", test_random);
  return g_test_run ();
}
