/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-outcomes-private.h"

static void
clear_outcome (gpointer data)
{
  HaulOutcome *outcome = data;

  g_clear_pointer (&outcome->result, g_bytes_unref);
  g_clear_error (&outcome->error);
}

void
haul_outcomes_init (HaulOutcomes *self)
{
  self->list = g_array_new (FALSE, TRUE, sizeof (HaulOutcome));
  g_array_set_clear_func (self->list, clear_outcome);
  self->n_gone = 0;
  self->first = 0;
}

void
haul_outcomes_clear (HaulOutcomes *self)
{
  g_clear_pointer (&self->list, g_array_unref);
}

static gboolean
is_there (const HaulOutcome *outcome)
{
  return outcome->result != NULL || outcome->error != NULL;
}

static HaulOutcome *
slot (HaulOutcomes *self,
      guint64       index)
{
  guint64 at = self->n_gone + index - self->first;

  return index >= self->first && at < self->list->len ? &g_array_index (self->list, HaulOutcome, at) : NULL;
}

HaulOutcome *
haul_outcomes_add (HaulOutcomes *self,
                   guint64       index,
                   GBytes       *result,
                   const GError *error)
{
  HaulOutcome *outcome;

  g_return_val_if_fail (index >= self->first, NULL);

  if (slot (self, index) == NULL)
    g_array_set_size (self->list, self->n_gone + index - self->first + 1);
  outcome = slot (self, index);
  outcome->result = result != NULL ? g_bytes_ref (result) : NULL;
  outcome->error = error != NULL ? g_error_copy (error) : NULL;
  return outcome;
}

HaulOutcome *
haul_outcomes_lookup (HaulOutcomes *self,
                      guint64       index)
{
  HaulOutcome *outcome = slot (self, index);

  return outcome != NULL && is_there (outcome) ? outcome : NULL;
}

/* What is gone at the front is given back when it is half of all. */
void
haul_outcomes_remove (HaulOutcomes *self,
                      guint64       index)
{
  HaulOutcome *outcome = slot (self, index);

  if (outcome == NULL)
    return;

  clear_outcome (outcome);
  if (index != self->first)
    return;

  self->first++;
  self->n_gone++;
  if (2 * self->n_gone >= self->list->len)
    {
      g_array_remove_range (self->list, 0, self->n_gone);
      self->n_gone = 0;
    }
}
