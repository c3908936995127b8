/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-application.h"
#include "lt-window.h"

G_BEGIN_DECLS

/* The actions of the Lab, of the app, so that they can be reached over the bus: app.lab-open (s), app.lab-run (s),
 * app.lab-stop, app.lab-lesson (s), app.lab-compare (s). What they are given is checked. */
void lt_lab_actions_add (LtApplication *application);

G_END_DECLS
