/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-task.h"
#include "tasks/catalogue.h"

static void
assert_words (const char *text)
{
  g_assert_nonnull (text);
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_false (g_str_has_suffix (text, "."));
  g_assert_false (g_ascii_isspace (text[0]));
  g_assert_false (g_ascii_isspace (text[strlen (text) - 1]));
}

/* As typed: lower case, digits and dashes. */
static void
assert_name (const char *name)
{
  g_assert_nonnull (name);
  g_assert_true (g_ascii_islower (name[0]));
  for (const char *at = name; *at != '\0'; at++)
    g_assert_true (g_ascii_islower (*at) || g_ascii_isdigit (*at) || *at == '-');
}

static void
assert_choice (const HaulParam *param)
{
  gboolean found = FALSE;

  g_assert_nonnull (param->choices);
  g_assert_nonnull (param->initial_text);
  for (const HaulChoice *choice = param->choices; choice->id != NULL; choice++)
    {
      assert_name (choice->id);
      assert_words (choice->title);
      for (const HaulChoice *other = param->choices; other < choice; other++)
        g_assert_cmpstr (other->id, !=, choice->id);
      found |= g_str_equal (choice->id, param->initial_text);
    }
  g_assert_true (found);
}

static void
assert_param (const HaulTask  *task,
              const HaulParam *param)
{
  assert_name (param->name);
  assert_words (param->title);
  assert_words (param->help);
  g_assert_true (haul_task_find_param (task, param->name) == param);   /* so names are unique */
  if (param->unit != NULL)
    assert_words (param->unit);

  switch (param->type)
    {
    case HAUL_PARAM_INT:
    case HAUL_PARAM_DOUBLE:
      g_assert_cmpfloat (param->min, <, param->max);
      g_assert_cmpfloat (param->initial, >=, param->min);
      g_assert_cmpfloat (param->initial, <=, param->max);
      break;
    case HAUL_PARAM_CHOICE:
      assert_choice (param);
      break;
    case HAUL_PARAM_STRING:
    case HAUL_PARAM_FILE:
    case HAUL_PARAM_COMMAND:
      g_assert_false (param->required && param->initial_text != NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Something to work on, which nobody else can know. */
static gboolean
needs_argument (const HaulTask *task)
{
  for (const HaulParam *param = task->params; !task->hidden && param != NULL && param->name != NULL; param++)
    if (param->required || param->type == HAUL_PARAM_FILE)
      return TRUE;
  return FALSE;
}

/* One test for each task there is, so a new task is looked at without a new test. */
static void
test_task (gconstpointer user_data)
{
  const HaulTask *task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) arguments = NULL;

  assert_name (task->id);
  assert_words (task->title);
  assert_words (task->summary);
  assert_words (task->unit);
  g_assert_nonnull (task->run);
  if (task->thread_note != NULL)
    assert_words (task->thread_note);
  g_assert_true (haul_task_lookup (task->id, &error) == task);   /* so ids are unique */
  g_assert_no_error (error);

  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    assert_param (task, param);

  arguments = haul_task_complete (task, NULL, &error);
  if (needs_argument (task))
    {
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
      g_assert_null (arguments);
      return;
    }
  g_assert_no_error (error);
  g_assert_nonnull (arguments);
  g_assert_true (haul_task_check_memory (task, arguments, &error));
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  alarm (60);
  g_test_init (&argc, &argv, NULL);
  haul_tasks_register (haul_catalogue);

  g_assert_nonnull (haul_catalogue[0]);
  for (const HaulTask * const *task = haul_catalogue; *task != NULL; task++)
    {
      g_autofree char *path = g_strconcat ("/catalogue/", (*task)->id, NULL);

      g_test_add_data_func (path, *task, test_task);
    }

  return g_test_run ();
}
