/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"
#include "words-table.h"

G_BEGIN_DECLS

/*
 * The text of a file, or of all files in a folder and the folders in it: but not of hidden ones, of what
 * is no plain file, and, in a folder, of files with a zero byte near their beginning, which are no text.
 * Symbolic links in a folder are not followed.
 */
typedef struct
{
  GPtrArray *paths;   /* (owned) of char * */
  GArray    *sizes;   /* (owned) of guint64 */
  guint64    total;   /* bytes */
} WordsFiles;

void       words_files_init   (WordsFiles  *self);
void       words_files_clear  (WordsFiles  *self);

gboolean   words_files_find   (WordsFiles  *self,
                               const char  *path,
                               HaulContext *context,
                               GError     **error);

/* For another process. */
GBytes    *words_files_pack   (WordsFiles  *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean   words_files_unpack (WordsFiles  *self,
                               GBytes      *packed,
                               GError     **error);

/* Counts the words of the lines that begin in a range of the text, as if the files lay one behind the
 * other. So ranges that meet have all words, each once. Reports progress in bytes of the range. */
gboolean   words_files_count  (WordsFiles  *self,
                               guint64      from,
                               guint64      to,
                               WordsTable  *table,
                               HaulContext *context,
                               GError     **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WordsFiles, words_files_clear)

G_END_DECLS
