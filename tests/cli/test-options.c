/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "catalogue.h"
#include "haul-cli-nearest.h"
#include "haul-cli-options.h"
#include "haul-cli.h"
#include "haul-test.h"

static gboolean
parse (HaulCliOptions *options,
       const char     *line,
       GError        **error)
{
  static char **words;

  /* Options borrow from the command line, which lives as long as the program; here, until the next. */
  g_strfreev (words);
  words = g_strsplit (line, "|", -1);
  return haul_cli_options_parse (options, HAUL_CLI_RUN, (int) g_strv_length (words), words, error);
}

static void
assert_refused (const char *line,
                const char *part)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  g_assert_false (parse (&options, line, &error));
  g_assert_nonnull (error);
  haul_test_assert_contains (error->message, part);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_defaults (void)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  g_assert_true (parse (&options, "pi", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (options.task->id, ==, "pi");
  g_assert_cmpint (options.executor, ==, HAUL_CLI_PROCESS);
  g_assert_cmpint (options.start_method, ==, HAUL_START_SPAWN);
  g_assert_cmpint (options.nice, ==, HAUL_CLI_NICE_UNSET);
  g_assert_cmpuint (options.timeout_ms, ==, 0);
  g_assert_cmpuint (options.grace_ms, ==, HAUL_DEFAULT_GRACE_MS);
  g_assert_cmpint (haul_arguments_get_int (options.arguments, "digits"), >, 0);
  g_assert_false (options.force || options.json || options.quiet || options.help);
  g_assert_cmpint (options.log_level, ==, HAUL_LOG_NOTSET);
}

static void
test_all (void)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  g_assert_true (parse (&options, "--json|--executor|process|--start-method|forkserver|pi|--digits|77|--nice|5|--timeout=2.5|--grace|0.25|"
                        "--output|-odd name|--force|--quiet|--log-level=info", &error));
  g_assert_no_error (error);
  g_assert_cmpint (haul_arguments_get_int (options.arguments, "digits"), ==, 77);
  g_assert_cmpint (options.start_method, ==, HAUL_START_FORK_SERVER);
  g_assert_cmpint (options.nice, ==, 5);
  g_assert_cmpuint (options.timeout_ms, ==, 2500);
  g_assert_cmpuint (options.grace_ms, ==, 250);
  g_assert_cmpstr (options.output, ==, "-odd name");
  g_assert_true (options.force && options.json && options.quiet);
  g_assert_cmpint (options.log_level, ==, HAUL_LOG_INFO);
}

static void
test_twice (void)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  g_assert_true (parse (&options, "pi|--digits=1|--digits=2|--executor=thread|--executor=serial", &error));
  g_assert_no_error (error);
  g_assert_cmpint (haul_arguments_get_int (options.arguments, "digits"), ==, 2);
  g_assert_cmpint (options.executor, ==, HAUL_CLI_SERIAL);
}

static void
test_numbers (void)
{
  static const char * const spellings[] = { "1000", "1_000", "1e3", "10^3", "1,000" };

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_auto(HaulCliOptions) options = { NULL };
      g_autoptr(GError) error = NULL;
      g_autofree char *line = g_strdup_printf ("pi|--digits|%s", spellings[i]);

      g_assert_true (parse (&options, line, &error));
      g_assert_no_error (error);
      g_assert_cmpint (haul_arguments_get_int (options.arguments, "digits"), ==, 1000);
    }
}

static void
test_help (void)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  /* Whoever asks for help may have the rest wrong. */
  g_assert_true (parse (&options, "pi|--help|--nonsense", &error));
  g_assert_no_error (error);
  g_assert_true (options.help);
  g_assert_cmpstr (options.task->id, ==, "pi");
}

static void
test_refused (void)
{
  static const struct { const char *line; const char *part; } cases[] = {
    { "sleep|--digits|5", "sleep has no parameter" },
    { "--json", "the name of a task is missing" },
    { "pie", "did you mean ‘pi’?" },
    { "slepe", "did you mean ‘sleep’?" },
    { "frobnicate", "there are: " },
    { "pi|1000", "‘1000’ is one word too many" },
    { "pi|-d|5", "options begin with two dashes" },
    { "pi|-", "options begin with two dashes" },
    { "pi|--digitz|5", "did you mean ‘--digits’?" },
    { "pi|--colour|5", "it has: --digits" },
    { "--digits|5|pi", "parameters go after the name of the task" },
    { "--jsn|pi", "did you mean ‘--json’?" },
    { "pi|--seed|-1", "--seed: ‘-1’ is not a whole number from 0 to 9223372036854775807" },
    { "pi|--seed=9223372036854775808", "--seed: ‘9223372036854775808’ is not a whole number" },
    { "pi|--seed=x", "--seed: ‘x’ is not a whole number" },
    { "pi|--digits", "a value is missing: a whole number from" },
    { "pi|--digits|--json", "a value is missing" },
    { "pi|--digits=", "a value is missing" },
    { "pi|--digits|abc", "--digits: ‘abc’ is not a whole number from 1 to" },
    { "pi|--digits|-1", "--digits: ‘-1’ is not a whole number from 1 to" },
    { "pi|--digits|0", "--digits: ‘0’ is not a whole number from 1 to" },
    { "pi|--digits|1.5", "is not a whole number" },
    { "pi|--digits|10^99", "is not a whole number" },
    { "pi|--digits|\xff\xfe", "not valid UTF-8" },
    { "pi|--method|magic", "--method: ‘magic’ is not one of" },
    { "pi|--executor|cluster", "is not one of process, thread, serial" },
    { "pi|--executor|proces", "did you mean ‘process’?" },
    { "pi|--executor", "a value is missing, as in --executor NAME" },
    { "pi|--start-method|fork", "spawn, forkserver" },
    { "pi|--start-method|spawn|--executor|thread", "only with --executor process" },
    { "pi|--nice|20", "from 0" },
    { "pi|--nice|-1", "from 0" },
    { "pi|--nice|5x", "from 0" },
    { "pi|--nice|5|--executor|thread", "only with --executor process" },
    { "pi|--timeout|soon", "not a number of seconds" },
    { "pi|--timeout|-1", "not a number of seconds" },
    { "pi|--timeout|nan", "not a number of seconds" },
    { "pi|--timeout|0x10", "not a number of seconds" },
    { "pi|--timeout|1e9", "not a number of seconds" },
    { "pi|--timeout|99999999", "not a number of seconds" },
    { "pi|--timeout|.", "not a number of seconds" },
    { "pi|--timeout|", "not a number of seconds" },
    { "pi|--timeout|5|--executor|serial", "cannot stop --executor serial" },
    { "pi|--grace|x", "not a number of seconds" },
    { "pi|--output|", "the name of a file is missing" },
    { "pi|--force|--output|-", "goes with --output FILE" },
    { "pi|--force", "goes with --output FILE" },
    { "pi|--json=yes", "--json takes no value" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].line, cases[i].part);
}

static void
test_nothing (void)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_cli_options_parse (&options, HAUL_CLI_RUN, 0, NULL, &error));
  haul_test_assert_contains (error->message, "the name of a task is missing");
}

/* The same name for a task's parameter and for an option of ours would hide the parameter. */
static void
test_no_clash (void)
{
  for (const HaulTask * const *task = haul_tasks_list (); *task != NULL; task++)
    {
      for (const HaulParam *param = (*task)->params; param != NULL && param->name != NULL; param++)
        {
          for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
            g_assert_cmpstr (param->name, !=, option->name);
        }
    }
}

/* What there is, is in the manual page. */
static void
test_manual (void)
{
  static const char * const statuses[] = { "0", "1", "2", "124", "130", "141" };
  g_autofree char *page = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (g_getenv ("HAUL_TEST_MANUAL"), &page, NULL, &error);
  g_assert_no_error (error);

  for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
    {
      g_autofree char *name = g_strconcat ("\\-\\-", option->name, NULL);

      haul_test_assert_contains (page, name);
    }

  for (const HaulCliVerb *verb = haul_cli_verbs (); verb->name != NULL; verb++)
    {
      g_autofree char *name = g_strconcat ("haul ", verb->name, NULL);

      haul_test_assert_contains (page, name);
    }

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *line = g_strdup_printf (".B %s\n", statuses[i]);

      haul_test_assert_contains (page, line);
    }

  for (guint i = 0; i < HAUL_N_STAMPS; i++)
    haul_test_assert_contains (page, haul_stamp_to_nick ((HaulStamp) i));
  for (guint i = HAUL_JOB_QUEUED; i <= HAUL_JOB_ENDED; i++)
    haul_test_assert_contains (page, haul_job_state_to_nick ((HaulJobState) i));
  for (guint i = HAUL_VERDICT_DONE; i <= HAUL_VERDICT_INTERRUPTED; i++)
    haul_test_assert_contains (page, haul_job_verdict_to_nick ((HaulJobVerdict) i));
}

static void
test_nearest (void)
{
  static const char * const words[] = { "pi", "sleep", "wordcount" };

  g_assert_cmpstr (haul_cli_nearest ("slep", words, 3), ==, "sleep");
  g_assert_cmpstr (haul_cli_nearest ("sleeep", words, 3), ==, "sleep");
  g_assert_cmpstr (haul_cli_nearest ("lseep", words, 3), ==, "sleep");
  g_assert_cmpstr (haul_cli_nearest ("SLEEP", words, 3), ==, "sleep");
  g_assert_cmpstr (haul_cli_nearest ("word", words, 3), ==, "wordcount");
  g_assert_cmpstr (haul_cli_nearest ("ip", words, 3), ==, "pi");
  g_assert_cmpstr (haul_cli_nearest ("", words, 3), ==, NULL);
  g_assert_cmpstr (haul_cli_nearest ("mandelbrot", words, 3), ==, NULL);
  g_assert_cmpstr (haul_cli_nearest ("a very long word that nobody would ever type by a slip of a finger", words, 3), ==, NULL);
  g_assert_cmpstr (haul_cli_nearest ("pi", words, 0), ==, NULL);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  haul_tasks_register (haul_catalogue);

  g_test_add_func ("/cli/options/defaults", test_defaults);
  g_test_add_func ("/cli/options/all", test_all);
  g_test_add_func ("/cli/options/twice", test_twice);
  g_test_add_func ("/cli/options/numbers", test_numbers);
  g_test_add_func ("/cli/options/help", test_help);
  g_test_add_func ("/cli/options/refused", test_refused);
  g_test_add_func ("/cli/options/nothing", test_nothing);
  g_test_add_func ("/cli/options/no-clash", test_no_clash);
  g_test_add_func ("/cli/options/manual", test_manual);
  g_test_add_func ("/cli/options/nearest", test_nearest);

  return g_test_run ();
}
