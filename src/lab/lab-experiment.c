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

const char *
lab_experiment_get_item_title (const LabExperiment *self,
                               const char          *item)
{
  for (const HaulChoice *choice = self->items; choice != NULL && choice->id != NULL; choice++)
    {
      if (strcmp (choice->id, item) == 0)
        return g_dgettext (GETTEXT_PACKAGE, choice->title);
    }
  return item;
}
