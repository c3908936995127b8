/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* The parameters of @task, two lines each, for a help page; empty for a task that has none. */
char *haul_cli_describe_params (const HaulTask *task) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
