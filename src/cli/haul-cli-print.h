/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What `haul` says. Text is UTF-8 here and becomes what the locale writes on its way out. */

char     *haul_cli_to_locale         (const char    *text) G_GNUC_WARN_UNUSED_RESULT;
int       haul_cli_print             (const char    *text);
int       haul_cli_print_bytes       (const void    *bytes,
                                      gsize          size);
void      haul_cli_say               (const char    *text);
void      haul_cli_complain          (const char    *format,
                                      ...) G_GNUC_PRINTF (1, 2);

/* Writes all to @fd, through EINTR, short writes and a descriptor that somebody made non-blocking. */
gboolean  haul_cli_write_all         (int            fd,
                                      const void    *bytes,
                                      gsize          size,
                                      GError       **error);

/* The exit status for an @error of writing to standard output; complains, but not of EPIPE. */
int       haul_cli_stdout_error      (const GError  *error);

/* Closed ones among 0, 1 and 2 are opened so that nothing else gets their numbers; a closed
 * standard output stays one that cannot be written to. */
void      haul_cli_descriptors_reset (void);
gboolean  haul_cli_can_write         (int            fd);

G_END_DECLS
