/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

char *haul_format_count (double value) G_GNUC_WARN_UNUSED_RESULT;

HAUL_END_DECLS
