/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-options.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-nearest.h"

#define MAX_SECONDS 4000000.0   /* 46 days; milliseconds of it fit into 32 bits */

static gboolean
throw_usage (GError     **error,
             const char  *format,
             ...) G_GNUC_PRINTF (2, 3);

static gboolean
throw_usage (GError     **error,
             const char  *format,
             ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, message);
  return FALSE;
}

static gboolean
apply_executor (HaulCliOptions  *options,
                const char      *value,
                GError         **error)
{
  static const char * const names[] = { "process", "thread", "serial" };
  const char *nearest = haul_cli_nearest (value, names, G_N_ELEMENTS (names));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_str_equal (value, names[i]))
        {
          options->executor = (HaulCliExecutor) i;
          return TRUE;
        }
    }

  if (nearest != NULL)
    return throw_usage (error, _("--executor: there is no executor ‘%s’; did you mean ‘%s’?"), value, nearest);

  return throw_usage (error, _("--executor: ‘%s’ is not one of process, thread, serial"), value);
}

static gboolean
apply_nice (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  gint64 number = 0;

  if (!g_ascii_string_to_signed (value, 10, 0, 19, &number, NULL))
    return throw_usage (error, _("--nice: ‘%s’ is not a whole number from 0 (the usual priority) to 19 (the lowest)"), value);

  options->nice = (int) number;
  return TRUE;
}

static gboolean
read_seconds (const char *text,
              guint      *ret_ms)
{
  char *end = NULL;
  double seconds = 0;

  /* g_ascii_strtod() also takes hexadecimal numbers, "nan", "inf" and white space. */
  if (text[strspn (text, "0123456789.")] != '\0')
    return FALSE;

  seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (seconds) || seconds < 0 || seconds > MAX_SECONDS)
    return FALSE;

  *ret_ms = (guint) ceil (seconds * 1000);
  return TRUE;
}

static gboolean
apply_timeout (HaulCliOptions  *options,
               const char      *value,
               GError         **error)
{
  if (!read_seconds (value, &options->timeout_ms))
    return throw_usage (error, _("--timeout: ‘%s’ is not a number of seconds, such as 90 or 0.5"), value);

  return TRUE;
}

static gboolean
apply_grace (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  if (!read_seconds (value, &options->grace_ms))
    return throw_usage (error, _("--grace: ‘%s’ is not a number of seconds, such as 2 or 0.5"), value);

  return TRUE;
}

static gboolean
apply_output (HaulCliOptions  *options,
              const char      *value,
              GError         **error)
{
  if (*value == '\0')
    return throw_usage (error, _("--output: the name of a file is missing"));

  options->output = g_str_equal (value, "-") ? NULL : value;
  return TRUE;
}

static gboolean
apply_force (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  options->force = TRUE;
  return TRUE;
}

static gboolean
apply_json (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  options->json = TRUE;
  return TRUE;
}

static gboolean
apply_quiet (HaulCliOptions  *options,
             const char      *value,
             GError         **error)
{
  options->quiet = TRUE;
  return TRUE;
}

static gboolean
apply_help (HaulCliOptions  *options,
            const char      *value,
            GError         **error)
{
  options->help = TRUE;
  return TRUE;
}

static const HaulCliOption own[] = {
  { "executor", N_("NAME"), N_("Run it in a child “process” (if not said otherwise), a “thread”, or “serial”, right here"), apply_executor },
  { "nice", N_("N"), N_("Priority of the process: 0, the usual one, to 19, the lowest; 19 if not said otherwise"), apply_nice },
  { "timeout", N_("SECONDS"), N_("Stop it when it takes longer than that"), apply_timeout },
  { "grace", N_("SECONDS"), N_("How long it has to end after Ctrl+C, before it is killed; 2 if not said otherwise"), apply_grace },
  { "output", N_("FILE"), N_("Write the result to a file; “-” is standard output, as if not said"), apply_output },
  { "force", NULL, N_("Replace the file if there is one"), apply_force },
  { "json", NULL, N_("Write what happens to standard output, one JSON object a line"), apply_json },
  { "quiet", NULL, N_("Say nothing but errors"), apply_quiet },
  { "help", NULL, N_("Show this; after a task, also its parameters"), apply_help },
  { NULL }
};

const HaulCliOption *
haul_cli_options_list (void)
{
  return own;
}

static const HaulCliOption *
find_own (const char *name)
{
  for (const HaulCliOption *option = own; option->name != NULL; option++)
    {
      if (g_str_equal (option->name, name))
        return option;
    }

  return NULL;
}

/* Where parsing is. */
typedef struct
{
  HaulCliOptions *options;
  char          **argv;
  int             argc;
  int             next;
  GVariantDict   *given;   /* of the task's parameters */
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
    return throw_usage (error, _("‘%s’ is one word too many; values go after a parameter, as in --NAME VALUE"), id);

  parser->options->task = haul_task_lookup (id, NULL);
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

  for (const HaulCliOption *option = own; option->name != NULL; option++)
    g_ptr_array_add (names, (gpointer) option->name);

  nearest = haul_cli_nearest (name, (const char * const *) names->pdata, names->len);
  if (task == NULL && nearest == NULL)
    return throw_usage (error, _("unknown option ‘--%s’; parameters go after the name of the task"), name);
  if (task == NULL)
    return throw_usage (error, _("unknown option ‘--%s’; did you mean ‘--%s’?"), name, nearest);
  if (nearest != NULL)
    return throw_usage (error, _("%s has no parameter ‘--%s’; did you mean ‘--%s’?"), task->id, name, nearest);
  if (list->len == 0)
    return throw_usage (error, _("%s has no parameters, so ‘--%s’ is none"), task->id, name);

  return throw_usage (error, _("%s has no parameter ‘--%s’; it has: %s"), task->id, name, list->str);
}

/* Also a value that begins with one dash is a value: -1 is a number. */
static const char *
take_value (Parser     *parser,
            const char *inline_value)
{
  if (inline_value != NULL)
    return inline_value;

  if (parser->next >= parser->argc || g_str_has_prefix (parser->argv[parser->next], "--"))
    return NULL;

  return parser->argv[parser->next++];
}

static gboolean
take_param (Parser           *parser,
            const HaulParam  *param,
            const char       *inline_value,
            GError          **error)
{
  g_autoptr(GVariant) value = NULL;
  g_autofree char *range = NULL;
  const char *text = take_value (parser, inline_value);

  if (text == NULL)
    {
      range = haul_param_describe_range (param);
      return throw_usage (error, _("--%s: a value is missing: %s"), param->name, range);
    }

  if (!g_utf8_validate (text, -1, NULL))
    return throw_usage (error, _("--%s: the value is not valid UTF-8"), param->name);

  value = haul_param_parse (param, text, error);
  if (value == NULL)
    {
      g_prefix_error (error, "--%s: ", param->name);
      return FALSE;
    }

  g_variant_dict_insert_value (parser->given, param->name, value);
  return TRUE;
}

static gboolean
take_own (Parser               *parser,
          const HaulCliOption  *option,
          const char           *inline_value,
          GError              **error)
{
  const char *value = NULL;

  if (option->value == NULL && inline_value != NULL)
    return throw_usage (error, _("--%s takes no value"), option->name);

  if (option->value != NULL)
    {
      value = take_value (parser, inline_value);
      if (value == NULL)
        return throw_usage (error, _("--%s: a value is missing, as in --%s %s"),
                            option->name, option->name, _(option->value));
    }

  return option->apply (parser->options, value, error);
}

static gboolean
take_option (Parser      *parser,
             const char  *word,
             GError     **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = g_strndup (word, equals != NULL ? (gsize) (equals - word) : strlen (word));
  const char *inline_value = equals != NULL ? equals + 1 : NULL;
  const HaulCliOption *option = find_own (name);
  const HaulParam *param = NULL;

  if (option != NULL)
    return take_own (parser, option, inline_value, error);

  if (parser->options->task != NULL)
    param = haul_task_find_param (parser->options->task, name);

  if (param != NULL)
    return take_param (parser, param, inline_value, error);

  return throw_unknown (parser, name, error);
}

static gboolean
take_word (Parser      *parser,
           GError     **error)
{
  const char *word = parser->argv[parser->next++];

  if (g_str_equal (word, "-h"))
    word = "--help";

  if (g_str_has_prefix (word, "--") && word[2] != '\0')
    return take_option (parser, word + 2, error);

  if (word[0] == '-')
    return throw_usage (error, _("‘%s’ is not an option; options begin with two dashes"), word);

  return take_task (parser, word, error);
}

/* What is right alone, and wrong together. */
static gboolean
check_together (const HaulCliOptions  *self,
                GError               **error)
{
  if (self->task == NULL)
    return throw_usage (error, _("the name of a task is missing; ‘haul tasks’ lists them"));

  if (self->force && self->output == NULL)
    return throw_usage (error, _("--force goes with --output FILE"));

  if (self->nice != HAUL_CLI_NICE_UNSET && self->executor != HAUL_CLI_PROCESS)
    return throw_usage (error, _("--nice works only with --executor process"));

  if (self->timeout_ms != 0 && self->executor == HAUL_CLI_SERIAL)
    return throw_usage (error, _("--timeout cannot stop --executor serial; use process or thread"));

  return TRUE;
}

/**
 * haul_cli_options_parse:
 * @self: (out caller-allocates): the result
 * @argc: how many
 * @argv: what follows `haul run`
 * @error: what is wrong, and what to do
 *
 * Reads a command line. The last one counts of an option given twice.
 */
gboolean
haul_cli_options_parse (HaulCliOptions  *self,
                        int              argc,
                        char           **argv,
                        GError         **error)
{
  g_auto(GVariantDict) given = G_VARIANT_DICT_INIT (NULL);
  Parser parser = { self, argv, argc, 0, &given };
  GVariant *arguments = NULL;

  memset (self, 0, sizeof *self);
  self->nice = HAUL_CLI_NICE_UNSET;
  self->grace_ms = HAUL_DEFAULT_GRACE_MS;

  while (parser.next < argc)
    {
      if (!take_word (&parser, error))
        return FALSE;
      if (self->help)
        return TRUE;
    }

  if (!check_together (self, error))
    return FALSE;

  arguments = haul_task_complete (self->task, g_variant_dict_end (&given), error);
  if (arguments == NULL)
    return FALSE;

  self->arguments = g_variant_take_ref (arguments);
  return haul_task_check_memory (self->task, self->arguments, error);
}

void
haul_cli_options_clear (HaulCliOptions *self)
{
  g_clear_pointer (&self->arguments, g_variant_unref);
}
