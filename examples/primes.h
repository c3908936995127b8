/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

extern const HaulTask haul_task_primes;

G_END_DECLS
