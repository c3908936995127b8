/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-report.h"

#include <string.h>
#include <unistd.h>

#include "haul-cli-output.h"
#include "lab-report.h"

struct _HaulCliLabReport
{
  HaulCliOutput *report;        /* (owned) (nullable) */
  HaulCliOutput *picture;       /* (owned) (nullable) */
  char          *picture_name;  /* (owned) (nullable) as the report calls it, which lies beside it */
};

static HaulCliOutputPolicy
get_policy (const HaulCliLabOptions *options)
{
  if (options->force)
    return HAUL_CLI_OUTPUT_REPLACE;
  if (isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && !options->json)
    return HAUL_CLI_OUTPUT_ASK;
  return HAUL_CLI_OUTPUT_KEEP;
}

HaulCliLabReport *
haul_cli_lab_report_new (const HaulCliLabOptions  *options,
                         GError                  **error)
{
  g_autoptr(HaulCliLabReport) self = g_new0 (HaulCliLabReport, 1);
  g_autofree char *picture = NULL, *base = NULL;

  if (options->report == NULL)
    return g_steal_pointer (&self);

  self->report = haul_cli_output_new (options->report, get_policy (options), error);
  if (self->report == NULL)
    return NULL;
  if (g_str_has_suffix (options->report, ".json"))
    return g_steal_pointer (&self);

  picture = lab_report_get_picture_path (options->report);
  base = g_path_get_basename (picture);
  self->picture_name = g_filename_display_name (base);
  self->picture = haul_cli_output_new (picture, get_policy (options), error);
  return self->picture != NULL ? g_steal_pointer (&self) : NULL;
}

static gboolean
write_text (HaulCliOutput  *output,
            char           *text,     /* (transfer full) */
            GError        **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

  return haul_cli_output_write (output, bytes, error);
}

gboolean
haul_cli_lab_report_write (HaulCliLabReport  *self,
                           LabRun            *run,
                           GError           **error)
{
  g_autoptr(LabMachine) machine = NULL;

  if (self->report == NULL)
    return TRUE;

  machine = lab_machine_new ();
  if (self->picture == NULL)
    return write_text (self->report, lab_report_to_json (run, machine, TRUE), error);
  return write_text (self->picture, lab_report_to_svg (run), error)
         && write_text (self->report, lab_report_to_markdown (run, machine, self->picture_name), error);
}

void
haul_cli_lab_report_free (HaulCliLabReport *self)
{
  g_clear_pointer (&self->report, haul_cli_output_free);
  g_clear_pointer (&self->picture, haul_cli_output_free);
  g_free (self->picture_name);
  g_free (self);
}
