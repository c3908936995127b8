/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <locale.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-task.h"

static const HaulChoice choices[] = { { "fast", "Fast" }, { "series", "Series" }, { NULL } };

static const HaulParam whole = { "digits", "Digits", "digits", "How many", HAUL_PARAM_INT, 1, 1e9, 100 };
static const HaulParam any_whole = { "any", "Any", NULL, "Any", HAUL_PARAM_INT, -1e9, 1e9, 0 };
static const HaulParam number = { "seconds", "Seconds", "seconds", "How long", HAUL_PARAM_DOUBLE, 0, 100, 1.5 };
static const HaulParam choice = { "method", "Method", NULL, "How", HAUL_PARAM_CHOICE,
                                  .initial_text = "fast", .choices = choices };
static const HaulParam string = { "text", "Text", NULL, "What", HAUL_PARAM_STRING, .initial_text = "hello" };
static const HaulParam file = { "path", "Path", NULL, "Where", HAUL_PARAM_FILE, .required = TRUE };
static const HaulParam any_file = { "other", "Other", NULL, "Where", HAUL_PARAM_FILE };
static const HaulParam command = { "command", "Command", NULL, "What", HAUL_PARAM_COMMAND, .required = TRUE };
static const HaulParam any_command = { "other", "Other", NULL, "What", HAUL_PARAM_COMMAND };

/* The value as GVariant text; NULL where it must be refused. */
static const struct
{
  const HaulParam *param;
  const char      *text;
  const char      *value;
} rows[] = {
  { &whole, "1", "1" },
  { &whole, "100", "100" },
  { &whole, "1000000000", "1000000000" },
  { &whole, " 42 ", "42" },
  { &whole, "+5", "5" },
  { &whole, "007", "7" },
  { &whole, "1e6", "1000000" },
  { &whole, "1E6", "1000000" },
  { &whole, "10^6", "1000000" },
  { &whole, "2^10", "1024" },
  { &whole, "1_000_000", "1000000" },
  { &whole, "1,000,000", "1000000" },
  { &whole, "", NULL },
  { &whole, " ", NULL },
  { &whole, "0", NULL },
  { &whole, "-1", NULL },
  { &whole, "- 1", NULL },
  { &whole, "abc", NULL },
  { &whole, "12abc", NULL },
  { &whole, "abc12", NULL },
  { &whole, "1 2", NULL },
  { &whole, "1.5", NULL },
  { &whole, "1,5", NULL },            /* one and a half to much of the world; never fifteen */
  { &whole, "1,00", NULL },
  { &whole, "1,0000", NULL },
  { &whole, "1.000", NULL },
  { &whole, ",1", NULL },
  { &whole, "1,", NULL },
  { &whole, "_1", NULL },
  { &whole, "1__0", NULL },
  { &whole, "++1", NULL },
  { &whole, "+-1", NULL },
  { &whole, "+", NULL },
  { &whole, "0x10", NULL },
  { &whole, "1e", NULL },
  { &whole, "e6", NULL },
  { &whole, "1e-1", NULL },
  { &whole, "1e6e1", NULL },
  { &whole, "10^", NULL },
  { &whole, "10^6^2", NULL },
  { &whole, "10^12", NULL },
  { &whole, "10^99", NULL },
  { &whole, "1e99999999999999999999", NULL },
  { &whole, "1000000001", NULL },
  { &whole, "9223372036854775807", NULL },
  { &whole, "9223372036854775808", NULL },
  { &whole, "18446744073709551617", NULL },           /* 1, were it cut to 64 bits */
  { &whole, "99999999999999999999999999999999", NULL },
  { &whole, "nan", NULL },
  { &whole, "inf", NULL },
  { &whole, "١٢", NULL },                             /* digits, but not ones that we read */
  { &whole, "12\xc2\xa0", NULL },
  { &whole, "\xff", NULL },
  { &any_whole, "-1", "-1" },
  { &any_whole, "-1e6", "-1000000" },
  { &any_whole, "-0", "0" },
  { &any_whole, "--1", NULL },
  { &number, "0", "0.0" },
  { &number, "1.5", "1.5" },
  { &number, "1e1", "10.0" },
  { &number, " 2.25 ", "2.25" },
  { &number, "100", "100.0" },
  { &number, "100.0001", NULL },
  { &number, "-0.1", NULL },
  { &number, "1,5", NULL },
  { &number, "", NULL },
  { &number, "x", NULL },
  { &number, "1.5x", NULL },
  { &number, "nan", NULL },
  { &number, "inf", NULL },
  { &number, "1e400", NULL },
  { &choice, "fast", "'fast'" },
  { &choice, "series", "'series'" },
  { &choice, "", NULL },
  { &choice, "Fast", NULL },
  { &choice, "fas", NULL },
  { &choice, "fastest", NULL },
  { &string, "", "''" },
  { &string, " a b ", "' a b '" },
  { &string, "ü", "'ü'" },
  { &string, "bad \xff", NULL },
  { &file, "/a b/c", "'/a b/c'" },
  { &file, " a", "' a'" },            /* a name may begin with a space */
  { &file, "a~", "'a~'" },
  { &file, "~", "'/home/me'" },
  { &file, "~/a", "'/home/me/a'" },
  { &file, "", NULL },
  { &file, "bad \xff", NULL },
  { &any_file, "", "''" },
  { &command, "ls -l 'a b'", "\"ls -l 'a b'\"" },
  { &command, "", NULL },
  { &command, " ", NULL },
  { &command, "ls '", NULL },
  { &any_command, "", "''" },
};

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) value = haul_param_parse (rows[i].param, rows[i].text, &error);
      g_autofree char *printed = value != NULL ? g_variant_print (value, FALSE) : NULL;

      if (g_strcmp0 (printed, rows[i].value) != 0)
        g_error ("%s ‘%s’ gives %s and not %s", rows[i].param->name, rows[i].text,
                 printed != NULL ? printed : "nothing", rows[i].value != NULL ? rows[i].value : "nothing");
      if (rows[i].value != NULL)
        {
          g_assert_no_error (error);
          g_assert_false (g_variant_is_floating (value));
          continue;
        }
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strchr (error->message, '\n'));
    }
}

/* What is typed means the same wherever one lives. */
static void
test_locales (void)
{
  static const char * const locales[] = { "de_DE.UTF-8", "tr_TR.UTF-8", "ar_SA.UTF-8", "C" };

  for (guint i = 0; i < G_N_ELEMENTS (locales); i++)
    {
      if (setlocale (LC_ALL, locales[i]) == NULL)
        {
          g_test_message ("locale %s is not installed", locales[i]);
          continue;
        }
      test_parse ();
    }
  setlocale (LC_ALL, "");
}

static void
test_messages (void)
{
  static const struct { const HaulParam *param; const char *text, *first, *second; } messages[] = {
    { &whole, "abc", "abc", "whole number" },
    { &whole, "0", "0", "1" },
    { &number, "500", "500", "100" },
    { &choice, "slow", "slow", "fast" },
    { &choice, "slow", "slow", "series" },
    { &file, "", "missing", "folder" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (haul_param_parse (messages[i].param, messages[i].text, &error));
      haul_test_assert_contains (error->message, messages[i].first);
      haul_test_assert_contains (error->message, messages[i].second);
    }
}

/* What is quoted in a message cannot do harm to a terminal, and is not endless. */
static void
test_hostile_text (void)
{
  static const char * const texts[] = { "\x1b[31mred", "a\nb", ("\xe2\x80\xae" "abc"), "%s%n", "<b>" };
  g_autofree char *endless = g_strnfill (1 << 20, '9');
  g_autoptr(GError) long_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (haul_param_parse (&choice, texts[i], &error));
      for (const char *p = error->message; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
    }
  g_assert_null (haul_param_parse (&whole, endless, &long_error));
  g_assert_cmpuint (strlen (long_error->message), <, 500);
}

static void
test_range (void)
{
  g_autofree char *whole_range = haul_param_describe_range (&whole);
  g_autofree char *number_range = haul_param_describe_range (&number);
  g_autofree char *choice_range = haul_param_describe_range (&choice);
  g_autofree char *string_range = haul_param_describe_range (&string);

  haul_test_assert_contains (whole_range, "1");
  haul_test_assert_contains (whole_range, "000");   /* however the locale groups it */
  haul_test_assert_contains (number_range, "100");
  haul_test_assert_contains (choice_range, "fast");
  haul_test_assert_contains (choice_range, "series");
  g_assert_cmpstr (string_range, !=, "");
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("HOME", "/home/me", TRUE);
  haul_test_init (&argc, &argv);
  g_test_add_func ("/worker/param/parse", test_parse);
  g_test_add_func ("/worker/param/locales", test_locales);
  g_test_add_func ("/worker/param/messages", test_messages);
  g_test_add_func ("/worker/param/hostile-text", test_hostile_text);
  g_test_add_func ("/worker/param/range", test_range);
  return g_test_run ();
}
