/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* First thing in the process of an experiment: bounds what it, and each of its children, may take of the machine. */
void lab_set_bounds (void);

G_END_DECLS
