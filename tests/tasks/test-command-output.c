/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tasks/command-output.h"

/* What comes in, the lines that it is, each with its end, and how far it says that it is. */
static const struct
{
  const char *bytes;
  const char *lines;
  double      fraction;
} rows[] = {
  { "", "", -1 },
  { "one\ntwo\n", "one\ntwo\n", -1 },
  { "one\n\ntwo", "one\n\ntwo\n", -1 },
  { "one\r\ntwo\r\n", "one\ntwo\n", -1 },
  { "\033[31mred\033[0m and \033[1;4mbold\033[m\n", "red and bold\n", -1 },
  { "\033]0;title\aafter\n", "after\n", -1 },
  { "\033]8;;http://a\033\\link\033]8;;\033\\\n", "link\n", -1 },
  { "\033]never ends\nafter\n", "\nafter\n", -1 },
  { "\033[never\nx\n", "ever\nx\n", -1 },
  { "\033(B\033=x\n", "Bx\n", -1 },          /* what is left of a rare one */

  { "\033]9;4;1;45\a", "", 0.45 },
  { "\033]9;4;1;45\033\\", "", 0.45 },
  { "\033]9;4;1;100\a", "", 1 },
  { "\033]9;4;2;30\a", "", 0.3 },
  { "\033]9;4;0;\a", "", -1 },
  { "\033]9;4;0;50\a", "", -1 },
  { "\033]9;4;3;50\a", "", -1 },
  { "\033]9;4;1;101\a", "", -1 },
  { "\033]9;4;1;-5\a", "", -1 },
  { "\033]9;4;1;5x\a", "", -1 },
  { "\033]9;4;1;20\a\033]9;4;1;70\a", "", 0.7 },

  { "45%\n", "45%\n", 0.45 },
  { " 45 % done\n", " 45 % done\n", 0.45 },
  { "[##  ] 12.5%\n", "[##  ] 12.5%\n", 0.125 },
  { "10%\r20%\r30%\n", "30%\n", 0.3 },
  { "10%\r20%\r", "20%\n", 0.2 },
  { "1%, then 99%\n", "1%, then 99%\n", 0.99 },
  { "0%\n", "0%\n", 0 },
  { "100%\n", "100%\n", 1 },
  { "101%\n", "101%\n", -1 },
  { "%\n", "%\n", -1 },
  { "-5%\n", "-5%\n", -1 },
  { "a5%\n", "a5%\n", -1 },
  { "5%d\n", "5%d\n", -1 },
  { "1.2.3%\n", "1.2.3%\n", 0.012 },
  { ".5%\n", ".5%\n", -1 },

  { "3/10\n", "3/10\n", 0.3 },
  { "[3/10] building\n", "[3/10] building\n", 0.3 },
  { "step 4/8.\n", "step 4/8.\n", 0.5 },
  { "0/3\n", "0/3\n", 0 },
  { "3/3\n", "3/3\n", 1 },
  { "4/3\n", "4/3\n", -1 },
  { "1/0\n", "1/0\n", -1 },
  { "/usr/1/2\n", "/usr/1/2\n", -1 },
  { "2024/12/31\n", "2024/12/31\n", -1 },
  { "a/1 1/b\n", "a/1 1/b\n", -1 },
  { "v1/2\n", "v1/2\n", -1 },
  { "1/2.5\n", "1/2.5\n", -1 },
  { "999999999999999999999/9999999999999999999999\n", "999999999999999999999/9999999999999999999999\n", -1 },

  { "1/2 10%\n", "1/2 10%\n", 0.1 },          /* who says it in more than one way is believed in the surest */
  { "50%\n1/10\n", "50%\n1/10\n", 0.5 },
  { "\033]9;4;1;5\a50%\n", "50%\n", 0.05 },
};

static void
line_cb (const char *line,
         gsize       size,
         gpointer    user_data)
{
  g_string_append_len (user_data, line, size);
  g_string_append_c (user_data, '\n');
}

static void
assert_row (guint i,
            gsize piece)
{
  g_autoptr(GString) lines = g_string_new (NULL);
  g_autoptr(CommandOutput) output = command_output_new (line_cb, lines);
  gsize size = strlen (rows[i].bytes);

  for (gsize at = 0; at < size; at += piece)
    command_output_feed (output, rows[i].bytes + at, MIN (piece, size - at));
  command_output_end (output);
  if (strcmp (lines->str, rows[i].lines) != 0 || ABS (command_output_get_fraction (output) - rows[i].fraction) > 1e-9)
    {
      g_autofree char *bytes = g_strescape (rows[i].bytes, NULL);

      g_error ("‘%s’ in pieces of %u gives ‘%s’ and %g", bytes, (guint) piece, lines->str, command_output_get_fraction (output));
    }
}

/* However it is cut. */
static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize piece = 1; piece <= 12; piece++)
      assert_row (i, piece);
}

/* Whatever comes: no line is endless, and nothing is kept of what is not one. */
static void
test_anything (void)
{
  g_autoptr(GString) lines = g_string_new (NULL);
  g_autoptr(CommandOutput) output = command_output_new (line_cb, lines);
  g_autoptr(GRand) random = g_rand_new_with_seed (1);
  g_autofree char *endless = g_strnfill (200000, 'x');

  command_output_feed (output, endless, 200000);
  g_assert_cmpuint (lines->len, ==, 3 * 65537);
  command_output_end (output);
  g_assert_cmpuint (lines->len, ==, 200000 + 4);

  for (guint i = 0; i < 2000000; i++)
    {
      static const char some[] = "\033]9;4;[%/0123456789. \r\n\a\\mx";
      char c = g_rand_int_range (random, 0, 4) > 0 ? some[g_rand_int_range (random, 0, sizeof some)] : g_rand_int_range (random, 0, 256);

      command_output_feed (output, &c, 1);
    }
  command_output_end (output);
  g_assert_cmpfloat (command_output_get_fraction (output), >=, -1);
  g_assert_cmpfloat (command_output_get_fraction (output), <=, 1);
}

int
main (int    argc,
      char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/command-output/rows", test_rows);
  g_test_add_func ("/command-output/anything", test_anything);

  return g_test_run ();
}
