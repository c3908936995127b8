/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many bytes the control group whose files are in @folder may still use; G_MAXUINT64 where it has no limit. */
guint64 haul_memory_left_in_cgroup (const char *folder);

G_END_DECLS
