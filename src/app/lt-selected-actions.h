/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-window.h"

G_BEGIN_DECLS

/* The actions of a window on the job that is selected in it: each is one of the app, with its number. */
void lt_selected_actions_add (LtWindow *window);

G_END_DECLS
