/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A terminal with a line or a few at its end that are drawn over and over, and the progress that
 * terminals show in their tab or in the task bar (OSC 9;4). */
typedef struct _HaulCliTerminal HaulCliTerminal;

/* NULL when @fd is not a terminal, or one that cannot draw a line over. */
HaulCliTerminal *haul_cli_terminal_new             (int              fd) G_GNUC_WARN_UNUSED_RESULT;
void             haul_cli_terminal_free            (HaulCliTerminal *self);

gboolean         haul_cli_terminal_is_ascii        (HaulCliTerminal *self);
guint            haul_cli_terminal_get_width       (HaulCliTerminal *self);
guint            haul_cli_terminal_get_height      (HaulCliTerminal *self);
/* Lines that each fit, with "\n" between them. */
void             haul_cli_terminal_draw            (HaulCliTerminal *self,
                                                    const char      *text);
/* 0 to 100, or below 0 while there is no telling. */
void             haul_cli_terminal_set_percent     (HaulCliTerminal *self,
                                                    int              percent);
/* @text, with its newline, above what is drawn. */
void             haul_cli_terminal_print           (HaulCliTerminal *self,
                                                    const char      *text);
/* Takes what is drawn away until it is drawn again: somebody else writes. */
void             haul_cli_terminal_hide            (HaulCliTerminal *self);
void             haul_cli_terminal_clear           (HaulCliTerminal *self);

/* The same for the terminal that is drawn on, if any, from a signal handler. */
void             haul_cli_terminal_clear_in_signal (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliTerminal, haul_cli_terminal_free)

G_END_DECLS
