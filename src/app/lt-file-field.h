/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Lets a row be filled in by choosing a file or a folder, or by dropping one on it. */
void  lt_file_field_equip (AdwEntryRow *row);

/* What the row shows for a file: its path, or nothing where it has none. */
char *lt_file_field_dup_text (GFile *file) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
