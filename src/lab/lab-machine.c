/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-machine.h"

#include <string.h>
#include <sys/utsname.h>

#include "haul/parent/haul-cpus.h"
#include "haul/wire/haul-message.h"

#define MAX_MODEL_BYTES 200

/* Those kernels that know it call it so; others have no name for it. */
static char *
find_processor (const struct utsname *system)
{
  g_autofree char *info = NULL;
  const char *model = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &info, NULL, NULL))
    model = strstr (info, "model name");
  if (model != NULL)
    model = strchr (model, ':');
  if (model == NULL)
    return haul_text_clean (system->machine, MIN (strlen (system->machine), MAX_MODEL_BYTES));

  model += strspn (model, ": \t");
  return haul_text_clean (model, MIN (strcspn (model, "\n"), MAX_MODEL_BYTES));
}

LabMachine *
lab_machine_new (void)
{
  LabMachine *self = g_new0 (LabMachine, 1);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  struct utsname system = { 0 };

  (void) uname (&system);   /* It fails for bad addresses only. */
  self->processor = find_processor (&system);
  self->n_processors = haul_usable_cpus ();
  self->kernel = g_strdup_printf ("%s %s", system.sysname, system.release);
  self->versions = g_strdup_printf ("Long Tasks %s, GLib %u.%u.%u", LT_VERSION,
                                    glib_major_version, glib_minor_version, glib_micro_version);
  self->date = g_date_time_format_iso8601 (now);
  return self;
}

void
lab_machine_free (LabMachine *self)
{
  g_free (self->processor);
  g_free (self->kernel);
  g_free (self->versions);
  g_free (self->date);
  g_free (self);
}
