/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "crew.h"
#include "haul/sync/haul-lock.h"
#include "haul/sync/haul-value.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* Several add to one number at a time. Who reads it, adds one and writes it back may overwrite what another
 * has written meanwhile, which is lost: unless a lock keeps others out, or the three are one step. In a pool
 * those who add are processes, and the number is in memory that they share; elsewhere they are threads. */

#define MAX_ADDERS     64
#define MAX_INCREMENTS 1e9

/* So many between two looks at whether to stop. */
#define STRETCH 1024

extern const HaulTask haul_task_counter;
extern const HaulTask haul_task_counter_part;

typedef enum
{
  PROTECTION_NONE,
  PROTECTION_LOCK,
  PROTECTION_ATOMIC,
} Protection;

typedef struct
{
  HaulValue  *value;   /* borrowed */
  HaulLock   *lock;    /* borrowed */
  Protection  protection;
  guint64     increments;
} Adder;

static const HaulChoice protections[] = {
  [PROTECTION_NONE] = { "none", N_("Nothing") },
  [PROTECTION_LOCK] = { "lock", N_("A lock") },
  [PROTECTION_ATOMIC] = { "atomic", N_("One step") },
  { NULL }
};

static Protection
get_protection (GVariant *arguments)
{
  const char *word = haul_arguments_get_string (arguments, "protection");

  for (guint i = 0; protections[i].id != NULL; i++)
    if (g_str_equal (protections[i].id, word))
      return i;
  g_assert_not_reached ();   /* it was checked */
}

/* What goes wrong when two do it at once. */
static void
add_in_steps (HaulValue *value)
{
  gint64 number = haul_value_get_int64 (value);

  haul_value_set_int64 (value, number + 1);
}

/* Should somebody have died with the lock, the number is right all the same: it lacks one, or does not. */
static gboolean
add_locked (Adder         *self,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr(GError) local_error = NULL;

  if (!haul_lock_acquire (self->lock, -1, cancellable, &local_error))
    {
      if (!g_error_matches (local_error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!haul_lock_recover (self->lock, -1, cancellable, error))
        return FALSE;
    }
  add_in_steps (self->value);
  haul_lock_release (self->lock);
  return TRUE;
}

static gboolean
add_stretch (Adder         *self,
             guint          n,
             GCancellable  *cancellable,
             GError       **error)
{
  switch (self->protection)
    {
    case PROTECTION_NONE:
      for (guint i = 0; i < n; i++)
        add_in_steps (self->value);
      return TRUE;

    case PROTECTION_ATOMIC:
      for (guint i = 0; i < n; i++)
        (void) haul_value_add_int64 (self->value, 1);
      return TRUE;

    case PROTECTION_LOCK:
    default:
      for (guint i = 0; i < n; i++)
        if (!add_locked (self, cancellable, error))
          return FALSE;
      return TRUE;
    }
}

/* Threads. */

static gboolean
add_in_thread (Crew      *crew,
               gpointer   member,
               GError   **error)
{
  Adder *self = member;

  for (guint64 done = 0; done < self->increments;)
    {
      guint n = MIN (STRETCH, self->increments - done);

      if (g_cancellable_set_error_if_cancelled (crew->cancellable, error)
          || !add_stretch (self, n, crew->cancellable, error))
        return FALSE;
      done += n;
      crew_add_done (crew, n);
    }
  return TRUE;
}

static void
emit_result (HaulContext *context,
             GVariant    *arguments,
             HaulValue   *value)
{
  guint64 expected = haul_arguments_get_int (arguments, "adders") * haul_arguments_get_int (arguments, "increments");
  guint64 counted = haul_value_get_int64 (value);
  char percent[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *text = NULL;

  g_ascii_formatd (percent, sizeof percent, "%.2f", 100.0 * (expected - counted) / expected);
  text = g_strdup_printf ("%s\t%s\t%s\t%%\n%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\n",
                          _("Expected"), _("Counted"), _("Lost"), expected, counted, expected - counted, percent);
  haul_context_emit (context, text, strlen (text));
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n = haul_arguments_get_int (arguments, "adders");
  guint64 increments = haul_arguments_get_int (arguments, "increments");
  g_autoptr(HaulValue) value = haul_value_new_raw ("x", error);
  g_autoptr(HaulLock) lock = value != NULL ? haul_lock_new (error) : NULL;
  Adder adders[MAX_ADDERS];

  if (lock == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    adders[i] = (Adder) { value, lock, get_protection (arguments), increments }
  ;

  haul_context_set_total (context, n * increments);
  haul_context_progress (context, 0);
  if (!crew_run (context, add_in_thread, adders, n, sizeof *adders, error))
    return FALSE;
  haul_context_progress (context, n * increments);
  emit_result (context, arguments, value);
  return TRUE;
}

/* Processes. A part adds; the last one, with inputs, tells what came of it. */

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  guint64 increments = haul_arguments_get_int (arguments, "increments");
  HaulShareable *value = haul_context_get_shared (context, "count", HAUL_TYPE_VALUE, error);
  HaulShareable *lock = value != NULL ? haul_context_get_shared (context, "lock", HAUL_TYPE_LOCK, error) : NULL;
  Adder self = { .protection = get_protection (arguments) };

  if (lock == NULL)
    return FALSE;
  self.value = HAUL_VALUE (value);
  self.lock = HAUL_LOCK (lock);
  if (haul_context_get_n_inputs (context) > 0)
    {
      emit_result (context, arguments, self.value);
      return TRUE;
    }

  haul_context_set_total (context, increments);
  for (guint64 done = 0; done < increments;)
    {
      guint n = MIN (STRETCH, increments - done);

      if (!haul_context_check (context, error) || !add_stretch (&self, n, NULL, error))
        return FALSE;
      done += n;
      haul_context_progress (context, done);
    }
  return TRUE;
}

/* With one worker, or where nothing can be shared, threads do it. */
static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint n = haul_arguments_get_int (arguments, "adders");
  guint64 increments = haul_arguments_get_int (arguments, "increments");
  g_autoptr(HaulValue) value = n_workers > 1 ? haul_value_new_raw ("x", NULL) : NULL;
  g_autoptr(HaulLock) lock = value != NULL ? haul_lock_new (NULL) : NULL;
  guint parts[MAX_ADDERS];
  HaulPlan *plan;

  if (lock == NULL)
    return NULL;

  plan = haul_plan_new ();
  haul_plan_share (plan, "count", HAUL_SHAREABLE (value));
  haul_plan_share (plan, "lock", HAUL_SHAREABLE (lock));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strdup_printf (_("Adder %u of %u"), i + 1, n);

      parts[i] = haul_plan_add (plan, &haul_task_counter_part, title, arguments, increments, NULL, 0);
    }
  haul_plan_add (plan, &haul_task_counter_part, _("Comparing"), arguments, 0, parts, n);
  haul_plan_set_total (plan, n * increments);
  return plan;
}

static const HaulParam params[] = {
  {
    .name = "adders",
    .title = N_("Adders"),
    .unit = N_("adders"),
    .help = N_("How many add at a time"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MAX_ADDERS,
    .initial = 4,
  },
  {
    .name = "increments",
    .title = N_("Increments"),
    .unit = N_("increments"),
    .help = N_("How often each of them adds one"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MAX_INCREMENTS,
    .initial = 1e6,
  },
  {
    .name = "protection",
    .title = N_("Protection"),
    .help = N_("What keeps them from overwriting each other: nothing, a lock, or that adding is a single step"),
    .type = HAUL_PARAM_CHOICE,
    .initial_text = "none",
    .choices = protections,
  },
  { NULL },
};

const HaulTask haul_task_counter = {
  .id = "counter",
  .title = N_("Shared Counter"),
  .summary = N_("Let several add to one number at a time, and see whether some of it is lost"),
  .unit = N_("increments"),
  .result = HAUL_RESULT_TABLE,
  .params = params,
  .run = run,
  .divide = divide,
};

const HaulTask haul_task_counter_part = {
  .id = "counter-part",
  .title = N_("Part of Shared Counter"),
  .summary = "Add to the number, or tell what came of it",
  .unit = "increments",
  .result = HAUL_RESULT_TABLE,
  .params = params,
  .run = run_part,
  .hidden = TRUE,
};
