/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-lesson.h"

#include <math.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-message.h"

#define MAX_FILE_BYTES (64 * 1024)
#define MAX_TEXT_CHARS 2000
#define MAX_HINTS      20
#define MAX_SHOWN      40   /* of what was wrong */

struct _LabLesson
{
  const LabExperiment *experiment;
  GVariant            *arguments;   /* (owned) */
  char                *title;       /* (owned) (nullable) */
  char                *question;    /* (owned) (nullable) */
  GPtrArray           *hints;       /* (owned) (element-type utf8) ends with NULL */
};

static const char * const members[] = { "experiment", "title", "parameters", "question", "hints" };

static gboolean
refuse (GError     **error,
        const char  *format,
        ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError     **error,
        const char  *format,
        ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, message);
  return FALSE;
}

static char *
shorten (const char *text)
{
  return haul_text_clean (text, MIN (strlen (text), MAX_SHOWN));
}

static char *
list_experiments (void)
{
  GString *list = g_string_new (NULL);

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", lab_experiment_get_id (*experiment));
  return g_string_free (list, FALSE);
}

static char *
list_params (const HaulTask *task)
{
  GString *list = g_string_new (NULL);

  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", param->name);
  return g_string_free (list, FALSE);
}

/* A misspelt member is not silently without effect. */
static gboolean
check_members (JsonObject  *object,
               GError     **error)
{
  JsonObjectIter iter;
  const char *name = NULL;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    {
      g_autofree char *clean = shorten (name), *list = NULL;
      gboolean known = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (members); i++)
        known = known || strcmp (name, members[i]) == 0;
      if (known)
        continue;

      list = g_strjoin (", ", members[0], members[1], members[2], members[3], members[4], NULL);
      return refuse (error, _("a lesson has no “%s”; it has: %s"), clean, list);
    }
  return TRUE;
}

/* FALSE with @error for what is no text, or too long; TRUE with NULL where there is none. */
static gboolean
read_text (JsonNode    *node,
           const char  *name,
           char       **ret_text,
           GError     **error)
{
  const char *text = NULL;

  *ret_text = NULL;
  if (node == NULL)
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, _("“%s” has to be a text, between quotation marks"), name);

  text = json_node_get_string (node);
  if (g_utf8_strlen (text, -1) > MAX_TEXT_CHARS)
    return refuse (error, _("“%s” is longer than %d characters"), name, MAX_TEXT_CHARS);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)) && *p != '\n' && *p != '\t')
        return refuse (error, _("“%s” has a control character in it"), name);
    }
  *ret_text = g_strdup (text);
  return TRUE;
}

static gboolean
read_experiment (LabLesson   *self,
                 JsonNode    *node,
                 GError     **error)
{
  g_autofree char *id = NULL, *clean = NULL, *list = list_experiments ();

  if (node == NULL)
    return refuse (error, _("“experiment” is missing; it is one of: %s"), list);
  if (!read_text (node, "experiment", &id, error))
    return FALSE;

  self->experiment = lab_experiment_lookup (id, NULL);
  if (self->experiment != NULL)
    return TRUE;

  clean = shorten (id);
  return refuse (error, _("there is no experiment “%s”; there are: %s"), clean, list);
}

/* --- Parameters ----------------------------------------------------------- */

/* NULL where the parameter takes another kind of value. */
static GVariant *
to_value (const HaulParam *param,
          JsonNode        *node)
{
  GType type = json_node_get_value_type (node);
  double number = type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : NAN;

  switch (param->type)
    {
    case HAUL_PARAM_INT:
      if (isfinite (number) && floor (number) == number && fabs (number) < 1e15)
        return g_variant_new_int64 ((gint64) number);
      return NULL;

    case HAUL_PARAM_DOUBLE:
      return isfinite (number) ? g_variant_new_double (number) : NULL;

    case HAUL_PARAM_CHOICE:
    case HAUL_PARAM_STRING:
    case HAUL_PARAM_FILE:
    case HAUL_PARAM_COMMAND:
    default:
      return type == G_TYPE_STRING ? g_variant_new_string (json_node_get_string (node)) : NULL;
    }
}

static gboolean
read_param (LabLesson     *self,
            const char    *name,
            JsonNode      *node,
            GVariantDict  *given,
            GError       **error)
{
  const HaulTask *task = &self->experiment->task;
  const HaulParam *param = haul_task_find_param (task, name);
  g_autofree char *clean = shorten (name), *list = NULL, *range = NULL;
  GVariant *value = NULL;

  if (param == NULL)
    {
      list = list_params (task);
      if (*list == '\0')
        return refuse (error, _("%s has no parameters, so “%s” is none"), lab_experiment_get_id (self->experiment), clean);
      return refuse (error, _("%s has no parameter “%s”; it has: %s"), lab_experiment_get_id (self->experiment), clean, list);
    }

  value = to_value (param, node);
  if (value == NULL)
    {
      range = haul_param_describe_range (param);
      return refuse (error, _("“%s” has to be %s"), param->name, range);
    }
  g_variant_dict_insert_value (given, param->name, value);
  return TRUE;
}

static gboolean
read_params (LabLesson   *self,
             JsonNode    *node,
             GError     **error)
{
  g_auto(GVariantDict) given = G_VARIANT_DICT_INIT (NULL);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, _("“parameters” has to be an object: { \"name\": value, … }"));

  if (node != NULL)
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &value))
        {
          if (!read_param (self, name, value, &given, error))
            return FALSE;
        }
    }
  self->arguments = haul_task_complete (&self->experiment->task, g_variant_dict_end (&given), error);
  return self->arguments != NULL;
}

static gboolean
read_hints (LabLesson   *self,
            JsonNode    *node,
            GError     **error)
{
  JsonArray *array = NULL;

  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, _("“hints” has to be a list of texts: [ \"…\", \"…\" ]"));

  array = node != NULL ? json_node_get_array (node) : NULL;
  if (array != NULL && json_array_get_length (array) > MAX_HINTS)
    return refuse (error, _("there are more than %d hints"), MAX_HINTS);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      char *hint = NULL;

      if (!read_text (json_array_get_element (array, i), "hints", &hint, error))
        return FALSE;
      g_ptr_array_add (self->hints, hint);
    }
  g_ptr_array_add (self->hints, NULL);
  return TRUE;
}

/* --- The file ------------------------------------------------------------- */

static gboolean
read_lesson (LabLesson   *self,
             JsonNode    *root,
             GError     **error)
{
  JsonObject *object = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, _("a lesson is an object: { \"experiment\": \"…\", … }"));

  object = json_node_get_object (root);
  return check_members (object, error)
         && read_experiment (self, json_object_get_member (object, "experiment"), error)
         && read_text (json_object_get_member (object, "title"), "title", &self->title, error)
         && read_text (json_object_get_member (object, "question"), "question", &self->question, error)
         && read_params (self, json_object_get_member (object, "parameters"), error)
         && read_hints (self, json_object_get_member (object, "hints"), error);
}

LabLesson *
lab_lesson_new_from_data (const char  *json,
                          gsize        size,
                          GError     **error)
{
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  g_autoptr(LabLesson) self = NULL;
  g_autoptr(GError) problem = NULL;
  g_autofree char *clean = NULL;

  if (size > MAX_FILE_BYTES)
    {
      (void) refuse (error, _("a lesson has %d KiB at most"), MAX_FILE_BYTES / 1024);
      return NULL;
    }
  if (!g_utf8_validate (json, (gssize) size, NULL))
    {
      (void) refuse (error, _("a lesson is UTF-8 text, and this is not"));
      return NULL;
    }
  if (!json_parser_load_from_data (parser, json, (gssize) size, &problem))
    {
      clean = haul_text_clean (problem->message, -1);
      (void) refuse (error, _("this is not JSON: %s"), clean);
      return NULL;
    }

  self = g_new0 (LabLesson, 1);
  self->hints = g_ptr_array_new_with_free_func (g_free);
  return read_lesson (self, json_parser_get_root (parser), error) ? g_steal_pointer (&self) : NULL;
}

LabLesson *
lab_lesson_new_from_file (const char  *path,
                          GError     **error)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree char *json = g_malloc (MAX_FILE_BYTES + 1), *name = g_filename_display_name (path);
  LabLesson *self = NULL;
  gsize size = 0;

  /* One byte more than it may have shows that it has too many, however large it is. */
  if (stream != NULL
      && g_input_stream_read_all (G_INPUT_STREAM (stream), json, MAX_FILE_BYTES + 1, &size, NULL, error))
    self = lab_lesson_new_from_data (json, size, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", name);
  return self;
}

void
lab_lesson_free (LabLesson *self)
{
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_ptr_array_unref (self->hints);
  g_free (self->title);
  g_free (self->question);
  g_free (self);
}

const LabExperiment *
lab_lesson_get_experiment (const LabLesson *self)
{
  return self->experiment;
}

GVariant *
lab_lesson_get_arguments (const LabLesson *self)
{
  return self->arguments;
}

const char *
lab_lesson_get_title (const LabLesson *self)
{
  return self->title != NULL ? self->title : g_dgettext (GETTEXT_PACKAGE, self->experiment->task.title);
}

const char *
lab_lesson_get_question (const LabLesson *self)
{
  return self->question != NULL ? self->question : g_dgettext (GETTEXT_PACKAGE, self->experiment->question);
}

const char * const *
lab_lesson_get_hints (const LabLesson *self)
{
  return (const char * const *) self->hints->pdata;
}
