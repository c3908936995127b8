/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-history.h"

G_BEGIN_DECLS

/* What people can choose, bound to the settings: it goes for what starts from then on. */
#define LT_TYPE_PREFERENCES (lt_preferences_get_type ())
G_DECLARE_FINAL_TYPE (LtPreferences, lt_preferences, LT, PREFERENCES, AdwPreferencesWindow)

/* The history is the one that can be cleared here, if there is one. */
LtPreferences *lt_preferences_new (GtkWindow *parent,
                                   LtHistory *history) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
