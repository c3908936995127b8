/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-options.h"
#include "haul-cli-output.h"

G_BEGIN_DECLS

/* What the verbs that run a task have in common before they do. */

void      haul_cli_append_options  (GString               *text,
                                    HaulCliVerbs           verb);
/* The help page of the verb, or with @task of the verb for that task. Returns the exit status. */
int       haul_cli_help_on         (HaulCliVerbs           verb,
                                    const HaulTask        *task);

/* Looks whether a result can be written to where it shall go; complains if not. */
gboolean  haul_cli_prepare_output  (const HaulCliOptions  *options,
                                    HaulCliOutput        **ret_output);

G_END_DECLS
