/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-experiment.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"

const char *
lab_experiment_get_id (const LabExperiment *self)
{
  return self->task.id + strlen ("lab-");
}

const LabExperiment *
lab_experiment_lookup (const char  *id,
                       GError     **error)
{
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      if (strcmp (lab_experiment_get_id (*experiment), id) == 0)
        return *experiment;
    }
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_UNKNOWN_TASK, _("There is no experiment called “%s”"), id);
  return NULL;
}

static const char *
find_title (const HaulChoice *choices,
            const char       *id)
{
  for (const HaulChoice *choice = choices; choice != NULL && choice->id != NULL; choice++)
    {
      if (strcmp (choice->id, id) == 0)
        return g_dgettext (GETTEXT_PACKAGE, choice->title);
    }
  return id;
}

const char *
lab_experiment_get_item_title (const LabExperiment *self,
                               const char          *item)
{
  return find_title (self->items, item);
}

const char *
lab_experiment_get_prediction_title (const LabExperiment *self,
                                     const char          *prediction)
{
  return find_title (self->predictions, prediction);
}

const char *
lab_group_get_title (LabGroup group)
{
  switch (group)
    {
    case LAB_GROUP_WINDOW:
      return _("A Window That Stays Quick");

    case LAB_GROUP_MEMORY:
      return _("What Is Shared, and What Is Lost");

    case LAB_GROUP_LIFE:
      return _("How Processes Start and End");

    case LAB_GROUP_SPEED:
      return _("What Makes It Faster, and What Does Not");

    case LAB_N_GROUPS:
    default:
      g_return_val_if_reached ("");
    }
}
