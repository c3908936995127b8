/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/* The longest, in bytes. */
#define HASH_MAX_DIGEST 64

/* How many bytes the digests of an algorithm have: "sha256". */
gsize    hash_digest_size (const char   *algorithm);

/* Reads a file whole, with progress in bytes that goes on from *@done, and adds what it read to that.
 * FALSE with @ret_errno set where it cannot be read, and 0 in it for an error of another kind. */
gboolean hash_digest_file (const char   *algorithm,
                           const char   *path,
                           HaulContext  *context,
                           double       *done,
                           guint8       *ret_digest,
                           int          *ret_errno,
                           GError      **error);

G_END_DECLS
