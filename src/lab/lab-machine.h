/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where something was measured, for who reads of it elsewhere. All of it is owned text. */
typedef struct
{
  char  *processor;      /* its model, or its kind where the kernel does not say more */
  guint  n_processors;   /* that this program may use */
  char  *kernel;         /* "Linux 6.1.0" */
  char  *versions;       /* "Long Tasks 0.1.0, GLib 2.74.6" */
  char  *date;           /* ISO 8601, with its offset from UTC */
} LabMachine;

LabMachine *lab_machine_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void        lab_machine_free (LabMachine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabMachine, lab_machine_free)

G_END_DECLS
