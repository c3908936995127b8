/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "haul-cli-nearest.h"
#include "haul-cli-params.h"
#include "haul-cli-print.h"

static const char *
type_to_nick (HaulParamType type)
{
  switch (type)
    {
    case HAUL_PARAM_INT:
      return "int";

    case HAUL_PARAM_DOUBLE:
      return "double";

    case HAUL_PARAM_CHOICE:
      return "choice";

    case HAUL_PARAM_FILE:
      return "file";

    case HAUL_PARAM_COMMAND:
      return "command";

    case HAUL_PARAM_STRING:
    default:
      return "string";
    }
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  if (text == NULL)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       number)
{
  if (!isfinite (number))
    return;

  json_builder_set_member_name (builder, name);
  if (fabs (number) < 9007199254740992.0 && floor (number) == number)
    json_builder_add_int_value (builder, (gint64) number);
  else
    json_builder_add_double_value (builder, number);
}

static void
add_choices (JsonBuilder      *builder,
             const HaulChoice *choices)
{
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  for (const HaulChoice *choice = choices; choice->id != NULL; choice++)
    {
      json_builder_begin_object (builder);
      add_text (builder, "id", choice->id);
      add_text (builder, "title", choice->title != NULL ? _(choice->title) : NULL);
      json_builder_end_object (builder);
    }

  json_builder_end_array (builder);
}

static void
add_param (JsonBuilder     *builder,
           const HaulParam *param)
{
  json_builder_begin_object (builder);
  add_text (builder, "name", param->name);
  add_text (builder, "type", type_to_nick (param->type));
  add_text (builder, "title", param->title != NULL ? _(param->title) : NULL);
  add_text (builder, "unit", param->unit != NULL ? _(param->unit) : NULL);
  add_text (builder, "help", param->help != NULL ? _(param->help) : NULL);
  if (param->type == HAUL_PARAM_INT || param->type == HAUL_PARAM_DOUBLE)
    {
      add_number (builder, "min", param->min);
      add_number (builder, "max", param->max);
      add_number (builder, "default", param->initial);
    }
  else if (param->required)
    {
      json_builder_set_member_name (builder, "required");
      json_builder_add_boolean_value (builder, TRUE);
    }
  else
    {
      add_text (builder, "default", param->initial_text != NULL ? param->initial_text : "");
    }

  if (param->type == HAUL_PARAM_CHOICE)
    add_choices (builder, param->choices);
  json_builder_end_object (builder);
}

/* One line for one task. */
static char *
task_to_json (const HaulTask *task)
{
  static const char * const results[] = { "text", "table", "image" };
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "id", task->id);
  add_text (builder, "title", _(task->title));
  add_text (builder, "summary", _(task->summary));
  add_text (builder, "unit", task->unit != NULL ? _(task->unit) : NULL);
  add_text (builder, "result", task->result < G_N_ELEMENTS (results) ? results[task->result] : NULL);
  json_builder_set_member_name (builder, "parameters");
  json_builder_begin_array (builder);
  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    add_param (builder, param);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_strconcat (json, "\n", NULL);
}

static char *
list_tasks (gboolean as_json)
{
  GString *text = g_string_new (NULL);
  gsize widest = 0;

  for (const HaulTask * const *task = haul_tasks_list (); *task != NULL; task++)
    widest = MAX (widest, strlen ((*task)->id));

  for (const HaulTask * const *task = haul_tasks_list (); *task != NULL; task++)
    {
      g_autofree char *json = as_json ? task_to_json (*task) : NULL;

      if (json != NULL)
        g_string_append (text, json);
      else
        g_string_append_printf (text, "%-*s  %s: %s\n", (int) widest, (*task)->id,
                                _((*task)->title), _((*task)->summary));
    }

  return g_string_free (text, FALSE);
}

static char *
describe_task (const HaulTask *task)
{
  g_autofree char *params = haul_cli_describe_params (task);

  return g_strdup_printf ("%s: %s\n%s.\n%s%s", task->id, _(task->title), _(task->summary),
                          *params != '\0' ? "\n" : "", params);
}

static const HaulTask *
find_task (const char *id)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  const HaulTask *task = haul_task_lookup (id, NULL);
  const char *nearest = NULL;

  if (task != NULL && task->hidden)
    {
      haul_cli_complain (_("‘%s’ is only a part of other tasks, and is not run by itself"), id);
      return NULL;
    }
  if (task != NULL)
    return task;

  for (const HaulTask * const *other = haul_tasks_list (); *other != NULL; other++)
    g_ptr_array_add (ids, (gpointer) (*other)->id);

  nearest = haul_cli_nearest (id, (const char * const *) ids->pdata, ids->len);
  if (nearest != NULL)
    haul_cli_complain (_("there is no task ‘%s’; did you mean ‘%s’?"), id, nearest);
  else
    haul_cli_complain (_("there is no task ‘%s’; ‘haul tasks’ lists them"), id);

  return NULL;
}

char *
haul_cli_tasks_help (void)
{
  return g_strdup (_("Lists the tasks there are, or all that there is to know about one.\n"
                     "\n"
                     "  --json  One JSON object a line for each task\n"));
}

int
haul_cli_tasks (int    argc,
                char **argv)
{
  const char *id = NULL;
  const HaulTask *task = NULL;
  gboolean as_json = FALSE;
  g_autofree char *text = NULL;

  for (int i = 0; i < argc; i++)
    {
      if (g_str_equal (argv[i], "--json"))
        {
          as_json = TRUE;
        }
      else if (argv[i][0] == '-')
        {
          haul_cli_complain (_("‘haul tasks’ has no option ‘%s’; it has --json"), argv[i]);
          return HAUL_CLI_EXIT_USAGE;
        }
      else if (id != NULL)
        {
          haul_cli_complain (_("‘%s’ is one word too many; ‘haul tasks’ takes one task"), argv[i]);
          return HAUL_CLI_EXIT_USAGE;
        }
      else
        {
          id = argv[i];
        }
    }

  if (id != NULL && (task = find_task (id)) == NULL)
    return HAUL_CLI_EXIT_USAGE;

  if (task == NULL)
    text = list_tasks (as_json);
  else
    text = as_json ? task_to_json (task) : describe_task (task);

  return as_json ? haul_cli_print_bytes (text, strlen (text)) : haul_cli_print (text);
}
