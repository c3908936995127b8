/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_PROPERTIES (lt_process_properties_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessProperties, lt_process_properties, LT, PROCESS_PROPERTIES, AdwWindow)

/**
 * LtProcessProperties:
 *
 * All that is known of a process, where in /proc that stands, what it means in a
 * sentence, and which files it has open. It is brought up to date with the list.
 */

/* Opens it at @page: "properties" or "files". */
void  lt_process_properties_present (HaulProcessInfo *info,
                                     HaulProcessList *list,
                                     GtkWindow       *parent,
                                     const char      *page);
/* What the row says, in words. */
char *lt_process_properties_explain (HaulProcessInfo *info) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
