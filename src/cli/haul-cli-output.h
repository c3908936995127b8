/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file that a result goes to: looked at before the job starts, written when it is done, and
 * whole or not at all. */
typedef struct _HaulCliOutput HaulCliOutput;

typedef enum
{
  HAUL_CLI_OUTPUT_KEEP,      /* an existing file is an error */
  HAUL_CLI_OUTPUT_REPLACE,
  HAUL_CLI_OUTPUT_ASK,       /* on the terminal */
} HaulCliOutputPolicy;

HaulCliOutput *haul_cli_output_new    (const char           *path,
                                       HaulCliOutputPolicy   policy,
                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           haul_cli_output_free   (HaulCliOutput        *self);
gboolean       haul_cli_output_write  (HaulCliOutput        *self,
                                       GBytes               *bytes,
                                       GError              **error);

/* The same in steps, for what comes bit by bit: -1 with @error, or a descriptor to write to. */
int            haul_cli_output_begin  (HaulCliOutput        *self,
                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean       haul_cli_output_end    (HaulCliOutput        *self,
                                       int                   fd,
                                       const GError         *problem,
                                       GError              **error);
void           haul_cli_output_abort  (HaulCliOutput        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliOutput, haul_cli_output_free)

G_END_DECLS
