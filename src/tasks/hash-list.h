/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

/* A file whose checksum is wanted. */
typedef struct
{
  char    *path;       /* (owned) bytes, as the system has them */
  char    *expected;   /* (owned) hexadecimal; "" unless there is one to compare with */
  guint64  size;       /* when it was listed; 0 where that is not known */
} HashEntry;

/* The files of a run, in the order in which they are reported. */
typedef struct
{
  GPtrArray *entries;   /* (owned) (element-type HashEntry) */
  guint64    size;      /* of all */
  guint      n_bad;     /* lines that are no checksums */
  guint      n_skipped; /* links, and what is neither file nor folder */
} HashList;

void     hash_list_init        (HashList     *self);
void     hash_list_clear       (HashList     *self);

/* The file, or all in the folder and in those below it, by name. Links inside it are not followed;
 * folders that cannot be read are logged. */
gboolean hash_list_add_path    (HashList     *self,
                                HaulContext  *context,
                                const char   *path,
                                GError      **error);

/* The files in a list that sha256sum and its kin write, with @n_digits hexadecimal digits each. */
gboolean hash_list_add_sums    (HashList     *self,
                                HaulContext  *context,
                                const char   *path,
                                gsize         n_digits,
                                GError      **error);

/* From one part to another. */
void     hash_list_emit        (HashList     *self,
                                HaulContext  *context);
gboolean hash_list_read        (HashList     *self,
                                GBytes       *bytes,
                                GError      **error);

/* Which of @n_shares each file belongs to, so that all have about the same to read. */
guint   *hash_list_share_out   (HashList     *self,
                                guint         n_shares) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HashList, hash_list_clear)

G_END_DECLS
