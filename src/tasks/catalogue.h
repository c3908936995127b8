/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

/* Every task of this project, ending with NULL. */
extern const HaulTask * const haul_catalogue[];

G_END_DECLS
