/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a program prints, taken apart: its lines, without the sequences that colour them, and how far
 * it says that it is. It says that, from the surest way to the least sure one, with OSC 9;4 (which
 * terminals show as a progress bar), with a percentage, or with a count, "3/10".
 */
typedef void (*CommandLineFunc) (const char *line,   /* any bytes */
                                 gsize       size,
                                 gpointer    user_data);

typedef struct _CommandOutput CommandOutput;

CommandOutput *command_output_new          (CommandLineFunc  line,
                                            gpointer         user_data) G_GNUC_WARN_UNUSED_RESULT;
void           command_output_free         (CommandOutput   *self);

void           command_output_feed         (CommandOutput   *self,
                                            const char      *bytes,
                                            gsize            size);
/* What there is of a last line that has no end. */
void           command_output_end          (CommandOutput   *self);

/* From 0 to 1; -1 as long as it did not say. */
double         command_output_get_fraction (CommandOutput   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CommandOutput, command_output_free)

G_END_DECLS
