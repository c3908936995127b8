/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-options.h"

#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-lab-compare.h"
#include "haul-cli-nearest.h"
#include "haul-cli-options.h"
#include "haul-cli-words.h"
#include "lab-run.h"

/* Where parsing is. */
typedef struct
{
  HaulCliLabOptions *options;
  HaulCliWords       words;
} Parser;

static gboolean
apply_repeat (HaulCliLabOptions  *options,
              const char         *value,
              GError            **error)
{
  guint64 n_times = 0;

  if (!g_ascii_string_to_unsigned (value, 10, 1, LAB_RUN_MAX_TIMES, &n_times, NULL))
    return haul_cli_throw_usage (error, _("--repeat: ‘%s’ is not a whole number from 1 to %d"), value, LAB_RUN_MAX_TIMES);

  options->n_times = (guint) n_times;
  return TRUE;
}

static gboolean
apply_predict (HaulCliLabOptions  *options,
               const char         *value,
               GError            **error)
{
  /* Borrowed from the command line until the experiment is known. */
  options->prediction = value;
  return TRUE;
}

static gboolean
apply_report (HaulCliLabOptions  *options,
              const char         *value,
              GError            **error)
{
  g_autofree char *name = NULL;

  options->report = value;
  if (g_str_has_suffix (value, ".md") || g_str_has_suffix (value, ".json"))
    return TRUE;

  name = g_filename_display_name (value);
  return haul_cli_throw_usage (error, _("--report: the name ends in .md, for people, or .json, for programs; ‘%s’ does not"), name);
}

static gboolean
apply_force (HaulCliLabOptions  *options,
             const char         *value,
             GError            **error)
{
  options->force = TRUE;
  return TRUE;
}

static gboolean
apply_json (HaulCliLabOptions  *options,
            const char         *value,
            GError            **error)
{
  options->json = TRUE;
  return TRUE;
}

static gboolean
apply_lesson (HaulCliLabOptions  *options,
              const char         *value,
              GError            **error)
{
  if (options->experiment != NULL)
    return haul_cli_throw_usage (error, _("--lesson says which experiment it is about; leave out ‘%s’"),
                                 lab_experiment_get_id (options->experiment));

  options->lesson = lab_lesson_new_from_file (value, error);
  if (options->lesson == NULL)
    {
      g_prefix_error (error, "--lesson: ");
      return FALSE;
    }
  options->experiment = lab_lesson_get_experiment (options->lesson);
  return TRUE;
}

static gboolean
apply_outcomes (HaulCliLabOptions  *options,
                const char         *value,
                GError            **error)
{
  options->outcomes = TRUE;
  return TRUE;
}

static gboolean
apply_compare (HaulCliLabOptions  *options,
               const char         *value,
               GError            **error)
{
  options->comparison = haul_cli_lab_compare_lookup (value, error);
  return options->comparison != NULL;
}

static gboolean
apply_help (HaulCliLabOptions  *options,
            const char         *value,
            GError            **error)
{
  options->help = TRUE;
  return TRUE;
}

static const HaulCliLabOption list[] = {
  { "predict", N_("WORD"), N_("What you think comes out; it is shown beside what does"), apply_predict },
  { "repeat", N_("N"), N_("Run it so often, and show medians with what lies around them"), apply_repeat },
  { "lesson", N_("FILE"), N_("Run what a lesson says, with its question and its hints"), apply_lesson },
  { "report", N_("FILE"), N_("Write a report: FILE.md with its picture in FILE.svg, or FILE.json"), apply_report },
  { "force", NULL, N_("Replace a report that is there"), apply_force },
  { "json", NULL, N_("One JSON object, and nothing else, on standard output"), apply_json },
  { "outcomes", NULL, N_("Judge each run by itself, and count what came out; without a name, of all experiments"), apply_outcomes },
  { "compare", N_("TASK"), N_("Run one task in every way that there is, and compare what they cost"), apply_compare },
  { "help", NULL, N_("Show this, or with an experiment all that can be set of it"), apply_help },
  { NULL }
};

const HaulCliLabOption *
haul_cli_lab_options_list (void)
{
  return list;
}

static gboolean
take_experiment (Parser      *parser,
                 const char  *id,
                 GError     **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  const char *nearest = NULL;

  if (parser->options->lesson != NULL)
    return haul_cli_throw_usage (error, _("--lesson says which experiment it is about; leave out ‘%s’"), id);
  if (parser->options->experiment != NULL)
    return haul_cli_throw_usage (error, _("‘%s’ is one word too many; values go after a parameter, as in --NAME VALUE"), id);

  parser->options->experiment = lab_experiment_lookup (id, NULL);
  if (parser->options->experiment != NULL)
    return TRUE;

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    g_ptr_array_add (ids, (gpointer) lab_experiment_get_id (*experiment));
  nearest = haul_cli_nearest (id, (const char * const *) ids->pdata, ids->len);
  if (nearest != NULL)
    return haul_cli_throw_usage (error, _("there is no experiment ‘%s’; did you mean ‘%s’?"), id, nearest);
  return haul_cli_throw_usage (error, _("there is no experiment ‘%s’; ‘haul lab’ lists them"), id);
}

static gboolean
throw_unknown (const Parser  *parser,
               const char    *name,
               GError       **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  const LabExperiment *experiment = parser->options->experiment;
  const char *nearest = NULL;

  for (const HaulParam *param = experiment != NULL ? experiment->task.params : NULL;
       param != NULL && param->name != NULL; param++)
    g_ptr_array_add (names, (gpointer) param->name);
  for (const HaulCliLabOption *option = list; option->name != NULL; option++)
    g_ptr_array_add (names, (gpointer) option->name);

  nearest = haul_cli_nearest (name, (const char * const *) names->pdata, names->len);
  if (nearest != NULL)
    return haul_cli_throw_usage (error, _("unknown option ‘--%s’; did you mean ‘--%s’?"), name, nearest);
  if (experiment == NULL)
    return haul_cli_throw_usage (error, _("unknown option ‘--%s’; parameters go after the name of the experiment"), name);
  return haul_cli_throw_usage (error, _("unknown option ‘--%s’; ‘haul lab %s --help’ lists what there is"), name,
                               lab_experiment_get_id (experiment));
}

static gboolean
take_own (Parser                  *parser,
          const HaulCliLabOption  *option,
          const char              *inline_value,
          GError                 **error)
{
  const char *value = NULL;

  return haul_cli_words_take_value (&parser->words, option->name, option->value, inline_value, &value, error)
         && option->apply (parser->options, value, error);
}

/* Parameters of an experiment go before options, should they ever have the same name. */
static gboolean
take_option (Parser      *parser,
             const char  *word,
             GError     **error)
{
  const LabExperiment *experiment = parser->options->experiment;
  const char *inline_value = NULL;
  g_autofree char *name = haul_cli_words_split (word, &inline_value);
  const HaulParam *param = experiment != NULL ? haul_task_find_param (&experiment->task, name) : NULL;

  if (param != NULL)
    return haul_cli_words_take_param (&parser->words, param, inline_value, error);

  for (const HaulCliLabOption *option = list; option->name != NULL; option++)
    {
      if (strcmp (option->name, name) == 0)
        return take_own (parser, option, inline_value, error);
    }
  return throw_unknown (parser, name, error);
}

static gboolean
take_word (Parser  *parser,
           GError **error)
{
  const char *word = parser->words.argv[parser->words.next++];

  if (g_str_equal (word, "-h"))
    word = "--help";
  if (g_str_has_prefix (word, "--") && word[2] != '\0')
    return take_option (parser, word + 2, error);
  if (word[0] == '-')
    return haul_cli_throw_usage (error, _("‘%s’ is not an option; options begin with two dashes"), word);
  return take_experiment (parser, word, error);
}

static gboolean
check_prediction (HaulCliLabOptions  *self,
                  GError            **error)
{
  g_autoptr(GString) words = g_string_new (NULL);

  for (const HaulChoice *choice = self->experiment->predictions; choice != NULL && choice->id != NULL; choice++)
    {
      if (g_strcmp0 (choice->id, self->prediction) == 0)
        {
          self->prediction = choice->id;
          return TRUE;
        }
      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", choice->id);
    }
  return haul_cli_throw_usage (error, _("--predict: ‘%s’ is not one of %s"), self->prediction, words->str);
}

/* What a lesson says, and over it what the command line says. */
static GVariant *
merge_arguments (const HaulCliLabOptions *self,
                 GVariant                *given)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (self->lesson != NULL ? lab_lesson_get_arguments (self->lesson) : NULL);
  GVariantIter iter;
  const char *name = NULL;
  GVariant *value = NULL;

  g_variant_iter_init (&iter, given);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_dict_insert_value (&dict, name, value);
  return g_variant_dict_end (&dict);
}

/* Options that are about a run, and there is none. */
static gboolean
check_list (const HaulCliLabOptions  *self,
            GError                  **error)
{
  if (self->prediction != NULL)
    return haul_cli_throw_usage (error, _("--predict goes with the name of an experiment; ‘haul lab’ lists them"));
  if (self->report != NULL)
    return haul_cli_throw_usage (error, _("--report goes with the name of an experiment; ‘haul lab’ lists them"));
  if (self->n_times > 1 && !self->outcomes)
    return haul_cli_throw_usage (error, _("--repeat goes with the name of an experiment, or with --outcomes"));
  return TRUE;
}

static gboolean
check_together (HaulCliLabOptions  *self,
                GVariant           *given,
                GError            **error)
{
  if (self->comparison != NULL && (self->experiment != NULL || self->prediction != NULL || self->n_times > 1 || self->report != NULL
                                   || self->json || self->outcomes))
    return haul_cli_throw_usage (error, _("--compare goes with nothing else: it is no experiment"));
  if (self->force && self->report == NULL)
    return haul_cli_throw_usage (error, _("--force goes with --report FILE"));
  if (self->experiment == NULL)
    return check_list (self, error);
  if (self->outcomes && self->report != NULL)
    return haul_cli_throw_usage (error, _("--outcomes has no report; leave out one of the two"));
  if (self->prediction != NULL && !check_prediction (self, error))
    return FALSE;

  self->arguments = haul_task_complete (&self->experiment->task, merge_arguments (self, given), error);
  return self->arguments != NULL;
}

/**
 * haul_cli_lab_options_parse:
 * @self: (out caller-allocates): the result
 * @argc: how many
 * @argv: what follows the verb
 * @error: what is wrong, and what to do
 *
 * Reads a command line. The last one counts of an option given twice.
 */
gboolean
haul_cli_lab_options_parse (HaulCliLabOptions  *self,
                            int                 argc,
                            char              **argv,
                            GError            **error)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  Parser parser = { self, { argv, argc, 0, &dict } };
  g_autoptr(GVariant) given = NULL;

  memset (self, 0, sizeof *self);
  self->n_times = 1;

  while (parser.words.next < argc)
    {
      if (!take_word (&parser, error))
        return FALSE;
      if (self->help)
        return TRUE;
    }

  given = g_variant_ref_sink (g_variant_dict_end (&dict));
  return check_together (self, given, error);
}

void
haul_cli_lab_options_clear (HaulCliLabOptions *self)
{
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_clear_pointer (&self->lesson, lab_lesson_free);
}
