/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The page of the preferences about the list of processes. */
#define LT_TYPE_PREFERENCES_PROCESSES (lt_preferences_processes_get_type ())
G_DECLARE_FINAL_TYPE (LtPreferencesProcesses, lt_preferences_processes, LT, PREFERENCES_PROCESSES, AdwPreferencesPage)

G_END_DECLS
