/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-error.h"

G_DEFINE_QUARK (haul_error_quark, haul_error)
