/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words in the user's language, and nothing else: numbers are written as they were. The translations
 * are in $TEXTDOMAINDIR, as for gettext's own tools, or else where they were installed. */
void haul_locale_set (void);

G_END_DECLS
