/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The lines of a file, a pipe or a terminal, read as they are asked for and never waited for. */
typedef struct _HaulCliLines HaulCliLines;

typedef enum
{
  HAUL_CLI_LINES_READY,   /* there is a line to take */
  HAUL_CLI_LINES_LATER,   /* not now: see the descriptor */
  HAUL_CLI_LINES_END,     /* there are no more, or there was an error */
} HaulCliLinesState;

/* "-" is standard input. */
HaulCliLines      *haul_cli_lines_new       (const char    *path,
                                             GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void               haul_cli_lines_free      (HaulCliLines  *self);

HaulCliLinesState  haul_cli_lines_look      (HaulCliLines  *self);
/* After READY: without its newline; with @ret_error when it is no line of text. Empty ones are left out. */
char              *haul_cli_lines_take      (HaulCliLines  *self,
                                             GError       **ret_error) G_GNUC_WARN_UNUSED_RESULT;
const GError      *haul_cli_lines_get_error (HaulCliLines  *self);
int                haul_cli_lines_get_fd    (HaulCliLines  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliLines, haul_cli_lines_free)

G_END_DECLS
