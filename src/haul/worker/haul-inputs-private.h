/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The inputs of a RUN, whose bytes came before it, each in its place and without a copy. @bytes: (transfer
 * full) (nullable). NULL when the sizes and the bytes do not fit. */
GPtrArray *haul_inputs_cut (GByteArray  *bytes,
                            GVariant    *sizes,
                            GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
