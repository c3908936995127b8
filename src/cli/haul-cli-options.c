/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-options.h"

#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-nearest.h"
#include "haul-cli-words.h"

/* Where parsing is. */
typedef struct
{
  HaulCliVerbs    verb;
  HaulCliOptions *options;
  HaulCliWords    words;
} Parser;

static gboolean
take_task (Parser      *parser,
           const char  *id,
           GError     **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *nearest = NULL;

  if (parser->options->task != NULL)
    return haul_cli_throw_usage (error, _("‘%s’ is one word too many; values go after a parameter, as in --NAME VALUE"), id);

  parser->options->task = haul_task_lookup (id, NULL);
  if (parser->options->task != NULL && parser->options->task->hidden)
    return haul_cli_throw_usage (error, _("‘%s’ is only a part of other tasks, and is not run by itself"), id);
  if (parser->options->task != NULL)
    return TRUE;

  for (const HaulTask * const *task = haul_tasks_list (); *task != NULL; task++)
    g_ptr_array_add (ids, (gpointer) (*task)->id);

  nearest = haul_cli_nearest (id, (const char * const *) ids->pdata, ids->len);
  g_ptr_array_add (ids, NULL);
  list = g_strjoinv (", ", (char **) ids->pdata);

  if (nearest != NULL)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK,
                 _("there is no task ‘%s’; did you mean ‘%s’?"), id, nearest);
  else
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK,
                 _("there is no task ‘%s’; there are: %s"), id, list);

  return FALSE;
}

static gboolean
throw_unknown (const Parser  *parser,
               const char    *name,
               GError       **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_autoptr(GString) list = g_string_new (NULL);
  const HaulTask *task = parser->options->task;
  const char *nearest = NULL;

  for (const HaulParam *param = task != NULL ? task->params : NULL; param != NULL && param->name != NULL; param++)
    {
      g_ptr_array_add (names, (gpointer) param->name);
      g_string_append_printf (list, "%s--%s", list->len > 0 ? ", " : "", param->name);
    }

  for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
    {
      if ((option->verbs & parser->verb) != 0)
        g_ptr_array_add (names, (gpointer) option->name);
    }

  nearest = haul_cli_nearest (name, (const char * const *) names->pdata, names->len);
  if (task == NULL && nearest == NULL)
    return haul_cli_throw_usage (error, _("unknown option ‘--%s’; parameters go after the name of the task"), name);
  if (task == NULL)
    return haul_cli_throw_usage (error, _("unknown option ‘--%s’; did you mean ‘--%s’?"), name, nearest);
  if (nearest != NULL)
    return haul_cli_throw_usage (error, _("%s has no parameter ‘--%s’; did you mean ‘--%s’?"), task->id, name, nearest);
  if (list->len == 0)
    return haul_cli_throw_usage (error, _("%s has no parameters, so ‘--%s’ is none"), task->id, name);

  return haul_cli_throw_usage (error, _("%s has no parameter ‘--%s’; it has: %s"), task->id, name, list->str);
}

static gboolean
take_own (Parser               *parser,
          const HaulCliOption  *option,
          const char           *inline_value,
          GError              **error)
{
  const char *value = NULL;

  return haul_cli_words_take_value (&parser->words, option->name, option->value, inline_value, &value, error)
         && option->apply (parser->options, value, error);
}

static gboolean
take_option (Parser      *parser,
             const char  *word,
             GError     **error)
{
  const char *inline_value = NULL;
  g_autofree char *name = haul_cli_words_split (word, &inline_value);
  const HaulCliOption *option = haul_cli_options_find (name);
  const HaulParam *param = NULL;

  if (option != NULL && (option->verbs & parser->verb) == 0)
    return haul_cli_throw_usage (error, _("--%s is an option of ‘haul %s’"), name,
                                 parser->verb == HAUL_CLI_MAP ? "run" : "map");

  if (option != NULL)
    return take_own (parser, option, inline_value, error);

  if (parser->options->task != NULL)
    param = haul_task_find_param (parser->options->task, name);

  if (param != NULL)
    return haul_cli_words_take_param (&parser->words, param, inline_value, error);

  return throw_unknown (parser, name, error);
}

/* After “--”, a program and its arguments, each as it is. */
static gboolean
take_command (Parser  *parser,
              GError **error)
{
  const HaulTask *task = parser->options->task;
  const HaulParam *param = task != NULL ? task->params : NULL;
  g_autoptr(GString) command = g_string_new (NULL);

  while (param != NULL && param->name != NULL && param->type != HAUL_PARAM_COMMAND)
    param++;
  if (param == NULL || param->name == NULL)
    return haul_cli_throw_usage (error, _("‘--’ is followed by a command, and goes after a task that runs one"));
  if (parser->words.next >= parser->words.argc)
    return haul_cli_throw_usage (error, _("a program is missing after ‘--’"));

  for (; parser->words.next < parser->words.argc; parser->words.next++)
    {
      g_autofree char *quoted = g_shell_quote (parser->words.argv[parser->words.next]);

      if (!g_utf8_validate (quoted, -1, NULL))
        return haul_cli_throw_usage (error, _("--%s: the value is not valid UTF-8"), param->name);
      g_string_append_printf (command, "%s%s", command->len > 0 ? " " : "", quoted);
    }
  g_variant_dict_insert (parser->words.given, param->name, "s", command->str);
  return TRUE;
}

static gboolean
take_word (Parser      *parser,
           GError     **error)
{
  const char *word = parser->words.argv[parser->words.next++];

  if (g_str_equal (word, "--"))
    return take_command (parser, error);

  if (g_str_equal (word, "-h"))
    word = "--help";

  if (g_str_has_prefix (word, "--") && word[2] != '\0')
    return take_option (parser, word + 2, error);

  if (word[0] == '-')
    return haul_cli_throw_usage (error, _("‘%s’ is not an option; options begin with two dashes"), word);

  return take_task (parser, word, error);
}

/* What is right alone, and wrong together. */
static gboolean
check_together (const HaulCliOptions  *self,
                HaulCliVerbs           verb,
                GError               **error)
{
  if (self->task == NULL)
    return haul_cli_throw_usage (error, _("the name of a task is missing; ‘haul tasks’ lists them"));

  if (self->force && self->output == NULL)
    return haul_cli_throw_usage (error, _("--force goes with --output FILE"));

  if (verb == HAUL_CLI_MAP && self->over == NULL)
    return haul_cli_throw_usage (error, _("what to vary is missing, as in --over PARAMETER=1..10"));

  if (self->nice != HAUL_CLI_NICE_UNSET && self->executor != HAUL_CLI_PROCESS && self->executor != HAUL_CLI_POOL)
    return haul_cli_throw_usage (error, _("--nice works only with --executor process or pool"));

  if (self->n_workers != 0 && verb == HAUL_CLI_RUN && self->executor != HAUL_CLI_POOL)
    return haul_cli_throw_usage (error, _("--workers works only with --executor pool"));

  if (self->start_method_set && self->executor != HAUL_CLI_PROCESS)
    return haul_cli_throw_usage (error, _("--start-method works only with --executor process"));

  if (self->timeout_ms != 0 && self->executor == HAUL_CLI_SERIAL)
    return haul_cli_throw_usage (error, _("--timeout cannot stop --executor serial; use process or thread"));

  return TRUE;
}

/* Every parameter, with what was given or what it is if nothing is. */
static GVariant *
fill_in (const HaulTask *task,
         GVariant       *given)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (given);

  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    {
      g_autoptr(GVariant) initial = haul_param_get_initial (param);

      if (!g_variant_dict_contains (&dict, param->name))
        g_variant_dict_insert_value (&dict, param->name, initial);
    }

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* The parameter to vary, and how. What is right in itself may be wrong with a value of it, so whole
 * arguments are checked when there are some. */
static gboolean
finish_map (HaulCliOptions  *self,
            GVariant        *given,
            GError         **error)
{
  const char *equals = strchr (self->over, '=');
  g_autofree char *name = g_strndup (self->over, equals != NULL ? (gsize) (equals - self->over) : strlen (self->over));
  g_autofree char *clean = haul_text_clean (name, -1);
  g_autoptr(GString) list = g_string_new (NULL);
  g_autoptr(GVariant) fixed = g_variant_lookup_value (given, name, NULL);

  if (equals == NULL)
    return haul_cli_throw_usage (error, _("--over: say PARAMETER=VALUES, as in --over PARAMETER=1..10; ‘%s’ has no ‘=’"), clean);

  self->over_param = haul_task_find_param (self->task, name);
  self->over_values = equals + 1;
  for (const HaulParam *param = self->task->params; param != NULL && param->name != NULL; param++)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", param->name);

  if (self->over_param == NULL)
    return haul_cli_throw_usage (error, _("--over: %s has no parameter ‘%s’; it has: %s"), self->task->id, clean, list->str);

  if (fixed != NULL)
    return haul_cli_throw_usage (error, _("--%s is what --over varies; leave out one of the two"), name);

  self->arguments = fill_in (self->task, given);
  return TRUE;
}

static gboolean
finish_run (HaulCliOptions  *self,
            GVariant        *given,
            GError         **error)
{
  GVariant *arguments = haul_task_complete (self->task, given, error);

  if (arguments == NULL)
    return FALSE;

  self->arguments = g_variant_take_ref (arguments);
  return haul_task_check_memory (self->task, self->arguments, error);
}

/**
 * haul_cli_options_parse:
 * @self: (out caller-allocates): the result
 * @verb: whose options
 * @argc: how many
 * @argv: what follows the verb
 * @error: what is wrong, and what to do
 *
 * Reads a command line. The last one counts of an option given twice.
 */
gboolean
haul_cli_options_parse (HaulCliOptions  *self,
                        HaulCliVerbs     verb,
                        int              argc,
                        char           **argv,
                        GError         **error)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  Parser parser = { verb, self, { argv, argc, 0, &dict } };
  g_autoptr(GVariant) given = NULL;

  memset (self, 0, sizeof *self);
  self->nice = HAUL_CLI_NICE_UNSET;
  self->log_level = HAUL_LOG_NOTSET;
  self->grace_ms = HAUL_DEFAULT_GRACE_MS;
  self->seed = haul_random_draw_seed ();

  while (parser.words.next < argc)
    {
      if (!take_word (&parser, error))
        return FALSE;
      if (self->help)
        return TRUE;
    }

  if (!check_together (self, verb, error))
    return FALSE;

  given = g_variant_ref_sink (g_variant_dict_end (&dict));
  return verb == HAUL_CLI_MAP ? finish_map (self, given, error) : finish_run (self, given, error);
}

void
haul_cli_options_clear (HaulCliOptions *self)
{
  g_clear_pointer (&self->arguments, g_variant_unref);
}
