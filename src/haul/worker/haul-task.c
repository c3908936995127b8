/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-task.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/sync/haul-wait-private.h"
#include "haul/wire/haul-error.h"

static const HaulTask * const *registered;
static const HaulTask **shown;   /* (owned): those that are not hidden */

/* Tasks live for ever: a copy is the task itself. */
static HaulTask *
haul_task_copy (HaulTask *self)
{
  return self;
}

static void
haul_task_free (HaulTask *self)
{
}

G_DEFINE_BOXED_TYPE (HaulTask, haul_task, haul_task_copy, haul_task_free)

/**
 * haul_tasks_register:
 * @tasks: (array zero-terminated=1): all tasks of this program, static
 *
 * Says which tasks this program knows. Call it once, first thing in main().
 */
void
haul_tasks_register (const HaulTask * const *tasks)
{
  guint n_tasks = 0, n_shown = 0;

  for (; tasks[n_tasks] != NULL; n_tasks++)
    n_shown += !tasks[n_tasks]->hidden;

  registered = tasks;
  g_free (shown);
  shown = g_new0 (const HaulTask *, n_shown + 1);
  for (guint i = 0, j = 0; i < n_tasks; i++)
    if (!tasks[i]->hidden)
      shown[j++] = tasks[i];
}

/**
 * haul_tasks_list:
 *
 * Lists what haul_tasks_register() was given.
 *
 * Returns: (transfer none) (array zero-terminated=1): the tasks that this program
 *   registered, without those that are hidden; empty before it has
 */
const HaulTask * const *
haul_tasks_list (void)
{
  static const HaulTask * const none[] = { NULL };

  return shown != NULL ? shown : none;
}

/**
 * haul_task_lookup:
 * @id: as typed
 * @error: %HAUL_ERROR_UNKNOWN_TASK
 *
 * Looks for a task among those that this program registered.
 *
 * Returns: (transfer none): the task of that name, hidden or not, or %NULL with
 *   @error set
 */
const HaulTask *
haul_task_lookup (const char  *id,
                  GError     **error)
{
  for (const HaulTask * const *task = registered; task != NULL && *task != NULL; task++)
    if (strcmp ((*task)->id, id) == 0)
      return *task;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK, _("there is no task ‘%s’"), id);
  return NULL;
}

static gboolean
interned_run (HaulContext  *context,
              GVariant     *arguments,
              GError      **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK,
                       _("this program does not have that task; only its worker may"));
  return FALSE;
}

/**
 * haul_task_intern:
 * @id: as typed
 *
 * Looks for a task that perhaps only the worker has. If this program has
 * registered it, that is what it gets. If not, it gets one that has no more than
 * an id: arguments are not checked before they reach the worker, which gives
 * %HAUL_ERROR_TASK when they are wrong or when it has no such task either; and
 * such a task fails in executors without a worker program. There is one for each
 * id, and they are never freed.
 *
 * Returns: (transfer none): the task
 */
const HaulTask *
haul_task_intern (const char *id)
{
  static GMutex lock;
  static GHashTable *interned;   /* const char → HaulTask, under lock */
  const HaulTask *known;
  HaulTask *task;

  g_return_val_if_fail (id != NULL, NULL);

  known = haul_task_lookup (id, NULL);
  if (known != NULL)
    return known;

  g_mutex_lock (&lock);
  if (interned == NULL)
    interned = g_hash_table_new (g_str_hash, g_str_equal);
  task = g_hash_table_lookup (interned, id);
  if (task == NULL)
    {
      task = g_new0 (HaulTask, 1);
      task->id = task->title = task->summary = g_strdup (id);
      task->run = interned_run;
      g_hash_table_insert (interned, (char *) task->id, task);
    }
  g_mutex_unlock (&lock);
  return task;
}

/**
 * haul_task_find_param:
 * @self: a task
 * @name: as typed
 *
 * Looks for a parameter of a task.
 *
 * Returns: (transfer none) (nullable): the parameter of that name
 */
const HaulParam *
haul_task_find_param (const HaulTask *self,
                      const char     *name)
{
  for (const HaulParam *param = self->params; param != NULL && param->name != NULL; param++)
    if (strcmp (param->name, name) == 0)
      return param;

  return NULL;
}

static gboolean
complete_one (const HaulParam  *param,
              GVariantDict     *dict,
              GError          **error)
{
  g_autoptr(GVariant) value = g_variant_dict_lookup_value (dict, param->name, NULL);
  g_autoptr(GError) problem = NULL;

  if (value == NULL)
    value = haul_param_get_initial (param);
  if (!haul_param_check (param, value, &problem))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&problem), "%s: ", param->name);
      return FALSE;
    }

  g_variant_dict_insert_value (dict, param->name, value);
  return TRUE;
}

/* Nothing is missing, and nothing wrong. Each name is once there if all are, and no others. */
static gboolean
is_complete (const HaulTask *self,
             GVariant       *given)
{
  gsize n = 0;

  while (self->params != NULL && self->params[n].name != NULL)
    n++;
  if (g_variant_n_children (given) != n)
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(GVariant) value = g_variant_lookup_value (given, self->params[i].name, NULL);

      if (value == NULL || !haul_param_check (&self->params[i], value, NULL))
        return FALSE;
    }
  return TRUE;
}

/* Fills in what is missing. */
static GVariant *
fill_in (const HaulTask  *self,
         GVariant        *given,
         GError         **error)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (given);
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, given);
  while (self->run != interned_run && g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (haul_task_find_param (self, name) == NULL)
      {
        g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
                     _("task ‘%s’ has no parameter ‘%s’"), self->id, name);
        return NULL;
      }

  for (const HaulParam *param = self->params; param != NULL && param->name != NULL; param++)
    if (!complete_one (param, &dict, error))
      return NULL;

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * haul_task_complete:
 * @self: a task
 * @arguments: (nullable): `a{sv}`; a floating reference is taken
 * @error: %HAUL_ERROR_BAD_ARGUMENT, with the name of the parameter first
 *
 * Checks arguments against the task's description and fills in what is missing.
 *
 * Returns: (transfer full): arguments that the task can run with
 */
GVariant *
haul_task_complete (const HaulTask  *self,
                    GVariant        *arguments,
                    GError         **error)
{
  g_autoptr(GVariant) given = g_variant_ref_sink (arguments != NULL ? arguments : g_variant_new ("a{sv}", NULL));
  g_autoptr(GVariant) complete = NULL;

  if (!g_variant_is_of_type (given, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, "arguments are an “a{sv}”, and no “%s”",
                   g_variant_get_type_string (given));
      return NULL;
    }
  complete = is_complete (self, given) ? g_variant_ref (given) : fill_in (self, given, error);
  if (complete == NULL)
    return NULL;
  if (g_variant_get_size (complete) > HAUL_TASK_MAX_ARGUMENTS)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
                   _("the arguments are larger than %d KiB; put what is large into a file"),
                   HAUL_TASK_MAX_ARGUMENTS / 1024);
      return NULL;
    }
  if (self->check != NULL && !self->check (complete, error))
    return NULL;
  return g_steal_pointer (&complete);
}

/**
 * haul_task_check_memory:
 * @self: a task
 * @arguments: complete
 * @error: %HAUL_ERROR_TOO_LARGE
 *
 * Refuses a run that needs more memory than there is, before it starts.
 *
 * Returns: whether there is enough
 */
gboolean
haul_task_check_memory (const HaulTask  *self,
                        GVariant        *arguments,
                        GError         **error)
{
  g_autofree char *need_text = NULL;
  g_autofree char *free_text = NULL;
  guint64 need, available;

  if (self->estimate_memory == NULL)
    return TRUE;

  need = self->estimate_memory (arguments);
  available = haul_memory_available ();
  if (need <= available)
    return TRUE;

  need_text = g_format_size_full (need, G_FORMAT_SIZE_IEC_UNITS);
  free_text = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE,
               _("this needs about %s of memory and %s are free; ask for less"), need_text, free_text);
  return FALSE;
}

/**
 * haul_arguments_get_int:
 * @arguments: complete, `a{sv}`
 * @name: of a %HAUL_PARAM_INT
 *
 * For tasks. Cannot fail: a name that the task does not declare is a mistake of
 * the program, and gives 0 and a critical warning.
 *
 * Returns: the value
 */
gint64
haul_arguments_get_int (GVariant   *arguments,
                        const char *name)
{
  gint64 value = 0;

  if (!g_variant_lookup (arguments, name, "x", &value))
    g_critical ("no whole number ‘%s’ in the arguments", name);
  return value;
}

/**
 * haul_arguments_get_double:
 * @arguments: complete, `a{sv}`
 * @name: of a %HAUL_PARAM_DOUBLE
 *
 * The same for a number.
 *
 * Returns: the value
 */
double
haul_arguments_get_double (GVariant   *arguments,
                           const char *name)
{
  double value = 0;

  if (!g_variant_lookup (arguments, name, "d", &value))
    g_critical ("no number ‘%s’ in the arguments", name);
  return value;
}

/**
 * haul_arguments_get_string:
 * @arguments: complete, `a{sv}`
 * @name: of a choice, a string, a file or a command
 *
 * The same for words and text; "" where there is a mistake.
 *
 * Returns: (transfer none): the value; it lives as long as @arguments, which are
 *   serialised and stay as they are
 */
const char *
haul_arguments_get_string (GVariant   *arguments,
                           const char *name)
{
  const char *value = "";

  if (!g_variant_lookup (arguments, name, "&s", &value))
    g_critical ("no text ‘%s’ in the arguments", name);
  return value;
}

/**
 * haul_task_run: (skip)
 * @self: a task
 * @context: where everything goes
 * @arguments: complete
 *
 * Runs the task in this thread, and says how it ended in one last message:
 * %HAUL_FRAME_RESULT or %HAUL_FRAME_ERROR.
 *
 * Returns: %TRUE for a result
 */
gboolean
haul_task_run (const HaulTask *self,
               HaulContext    *context,
               GVariant       *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  HaulMessage message = { 0 };
  const int *before;
  gboolean ok;

  before = haul_wait_set_cancelled (((HaulContextHot *) context)->cancelled);
  ok = self->run (context, arguments, &error);
  (void) haul_wait_set_cancelled (before);
  haul_context_flush (context);
  if (ok)
    {
      message.type = HAUL_FRAME_RESULT;
      message.result.size = haul_context_get_emitted (context);
    }
  else
    {
      text = haul_text_clean (error != NULL ? error->message : _("the task failed and did not say why"), -1);
      message.type = HAUL_FRAME_ERROR;
      message.error.cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      message.error.text = text;
    }
  haul_context_send (context, &message);
  return ok;
}
