/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-window.h"

G_BEGIN_DECLS

/* Asks where to, and writes the whole result of @job there without holding up the window. */
void lt_save_ask   (LtWindow *window,
                    HaulJob  *job);
void lt_save_write (LtWindow *window,
                    HaulJob  *job,
                    GFile    *file);

/* Any other file, and says so in a toast. */
void lt_save_bytes (LtWindow *window,
                    GBytes   *bytes,
                    GFile    *file);

G_END_DECLS
