/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What people chose, kept over runs. Where the schema is not installed these are the defaults, and
 * what is set is forgotten: an app that aborts for want of a file helps nobody. */

GSettings *lt_settings_get          (void);   /* (nullable) (transfer none) */
guint      lt_settings_get_grace    (void);   /* ms */
gboolean   lt_settings_get_details  (void);
guint      lt_settings_get_workers  (void);   /* 0 for as many as there are usable CPUs */
void       lt_settings_set_workers  (guint       n_workers);
gboolean   lt_settings_is_hint_done (const char *name);
void       lt_settings_finish_hint  (const char *name);

G_END_DECLS
