/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"
#include "haul-context.h"

HAUL_BEGIN_DECLS

/**
 * HaulParamType:
 * @HAUL_PARAM_INT: a whole number, `x` in the arguments
 * @HAUL_PARAM_DOUBLE: a number, `d`
 * @HAUL_PARAM_CHOICE: one of a few words, `s`
 * @HAUL_PARAM_STRING: any text, `s`
 * @HAUL_PARAM_FILE: the path of a file or folder, `s`; a relative one is looked for
 *   where the program runs that runs the job
 * @HAUL_PARAM_COMMAND: a program and its arguments, quoted as in a shell, `s`
 *
 * What values a parameter takes.
 */
typedef enum
{
  HAUL_PARAM_INT,
  HAUL_PARAM_DOUBLE,
  HAUL_PARAM_CHOICE,
  HAUL_PARAM_STRING,
  HAUL_PARAM_FILE,
  HAUL_PARAM_COMMAND,
} HaulParamType;

/**
 * HaulChoice:
 * @id: as typed: "series"
 * @title: translatable, as shown: "Series"
 *
 * One word that a %HAUL_PARAM_CHOICE takes. An array of them ends with a %NULL id.
 */
typedef struct
{
  const char *id;
  const char *title;
} HaulChoice;

/**
 * HaulParam:
 * @name: as typed after `--`
 * @title: (nullable): translatable, for a form
 * @unit: (nullable): translatable plural noun: “digits”
 * @help: translatable sentence without a period
 * @type: what values it takes
 * @min: smallest number
 * @max: largest number
 * @initial: the number when none is given
 * @initial_text: (nullable): the same for words and text
 * @choices: (nullable): for a choice
 * @required: %TRUE where text or a path has to be given, as none would suit everybody
 *
 * One parameter of a task. The command line, the form, the documentation and
 * the check of what arrives in the worker all come from this.
 */
typedef struct
{
  const char       *name;
  const char       *title;
  const char       *unit;
  const char       *help;
  HaulParamType     type;
  double            min;
  double            max;
  double            initial;
  const char       *initial_text;
  const HaulChoice *choices;
  gboolean          required;
} HaulParam;

/**
 * HaulResultKind:
 * @HAUL_RESULT_TEXT: UTF-8
 * @HAUL_RESULT_TABLE: UTF-8, tab-separated, the first line names the columns
 * @HAUL_RESULT_IMAGE: a PNG
 *
 * What the bytes of a result are.
 */
typedef enum
{
  HAUL_RESULT_TEXT,
  HAUL_RESULT_TABLE,
  HAUL_RESULT_IMAGE,
} HaulResultKind;

/**
 * HaulTaskFunc:
 * @context: where progress, log and result go
 * @arguments: checked, and complete: `a{sv}`
 *
 * Runs the task: emits the result with haul_context_emit(), and returns %TRUE,
 * or sets @error. On a wish to stop it returns soon, with the error that
 * haul_context_check() sets. It must not keep state between two calls, and it
 * may run in any thread.
 *
 * In a process of its own, signals may come at any time: SIGIO tells of a wish to stop
 * and, in a pool, of more items; SIGALRM, in a pool, sends what was logged. So sleep() and
 * other system calls that wait may return early, with `EINTR`: use g_usleep(), or begin
 * again. SIGIO, SIGALRM and the timer of alarm() are not for the task to use.
 *
 * Returns: whether the result is complete
 */
typedef gboolean (*HaulTaskFunc) (HaulContext  *context,
                                  GVariant     *arguments,
                                  GError      **error);

/**
 * HaulPlan:
 *
 * How a job is divided into parts that several workers can run: see haul-plan.h.
 */
typedef struct _HaulPlan HaulPlan;

/**
 * HaulTask:
 * @id: as typed
 * @title: translatable, Header Caps
 * @summary: translatable sentence without a period
 * @unit: translatable plural noun that progress is counted in
 * @result: what the bytes of its result are
 * @params: an array that ends with a %NULL name
 * @run: the function
 * @estimate_memory: (nullable): bytes that a run with these arguments needs
 * @check: (nullable): refuses arguments that the ranges cannot
 * @thread_note: (nullable): translatable sentence on what cancelling does in a thread
 * @tidy_ms: how long a wish to stop is given before SIGTERM; 0 where there is
 *   nothing to tidy up, so that a process can be ended at any moment
 * @divide: (nullable): makes the parts of a run with these arguments, which are
 *   complete, for so many workers; %NULL, or no parts, if it is not worth it. Called
 *   in the program that runs the job, where it must not take long
 * @own_process: %TRUE for what can only run in a process of its own, because it starts
 *   others, or changes what a process has once; executors without one refuse it
 * @hidden: %TRUE for what is only a part of other tasks: people are not shown it
 *
 * A named function that can be run, and all that people and programs need to
 * know about it. Statically allocated, never freed.
 *
 * Tasks are written in C. A program that only runs them in processes need not
 * have them: it finds those of its worker by their ids, with haul_task_intern().
 */
#define HAUL_TYPE_TASK (haul_task_get_type ())
typedef struct _HaulTask HaulTask;

struct _HaulTask
{
  const char      *id;
  const char      *title;
  const char      *summary;
  const char      *unit;
  HaulResultKind   result;
  const HaulParam *params;
  HaulTaskFunc     run;
  guint64        (*estimate_memory) (GVariant  *arguments);
  gboolean       (*check)           (GVariant  *arguments,
                                     GError   **error);
  const char      *thread_note;
  guint            tidy_ms;
  HaulPlan      *(*divide)          (GVariant  *arguments,
                                     guint      n_workers);
  gboolean         own_process;
  gboolean         hidden;
};

/**
 * HAUL_TASK_MAX_ARGUMENTS:
 *
 * How many bytes the arguments of a run may have. They travel in one frame, which
 * has to have room for the name of the task as well.
 */
#define HAUL_TASK_MAX_ARGUMENTS (60 * 1024)

GType                   haul_task_get_type         (void);

void                    haul_tasks_register        (const HaulTask * const *tasks);
const HaulTask * const *haul_tasks_list            (void);
const HaulTask         *haul_task_lookup           (const char             *id,
                                                    GError                **error);
const HaulTask         *haul_task_intern           (const char             *id);

const HaulParam        *haul_task_find_param       (const HaulTask         *self,
                                                    const char             *name);
GVariant               *haul_param_get_initial     (const HaulParam        *param) G_GNUC_WARN_UNUSED_RESULT;
gboolean                haul_param_check           (const HaulParam        *param,
                                                    GVariant               *value,
                                                    GError                **error);
char                   *haul_param_describe_range  (const HaulParam        *param) G_GNUC_WARN_UNUSED_RESULT;
GVariant               *haul_param_parse           (const HaulParam        *param,
                                                    const char             *text,
                                                    GError                **error) G_GNUC_WARN_UNUSED_RESULT;
GVariant               *haul_task_complete         (const HaulTask         *self,
                                                    GVariant               *arguments,
                                                    GError                **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean                haul_task_check_memory     (const HaulTask         *self,
                                                    GVariant               *arguments,
                                                    GError                **error);
guint64                 haul_memory_available      (void);
gint64                  haul_arguments_get_int     (GVariant               *arguments,
                                                    const char             *name);
double                  haul_arguments_get_double  (GVariant               *arguments,
                                                    const char             *name);
const char             *haul_arguments_get_string  (GVariant               *arguments,
                                                    const char             *name);
gboolean                haul_task_run              (const HaulTask         *self,
                                                    HaulContext            *context,
                                                    GVariant               *arguments);

HAUL_END_DECLS
