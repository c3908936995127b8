/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What counts as a word is at most so many bytes. */
#define WORDS_MAX_BYTES 255

/* More different ones are refused, by an error: they would need some hundred MB. */
#define WORDS_MAX_DIFFERENT (8u * 1024 * 1024)

typedef struct
{
  const char *word;     /* borrowed, not terminated */
  guint       length;
  guint64     count;
} WordsEntry;

/* How often each word comes. */
typedef struct _WordsTable WordsTable;

WordsTable *words_table_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void        words_table_free        (WordsTable       *self);

/* FALSE: there is no room for another word. */
gboolean    words_table_add         (WordsTable       *self,
                                     const char       *word,
                                     guint             length,
                                     guint64           count);
void        words_table_remove      (WordsTable       *self,
                                     const char       *word);

guint       words_table_get_n_words (WordsTable       *self);   /* different ones */
guint64     words_table_get_total   (WordsTable       *self);   /* all counts added up */

/* The @n that come most, in order; among those that come as often by their bytes. The words are the table's. */
GArray     *words_table_find_top    (WordsTable       *self,
                                     guint             n) G_GNUC_WARN_UNUSED_RESULT;   /* of WordsEntry */

/* For another process: the words, each in one of @n_sections, which depends on the word alone; and to
 * take one section up. What comes may be anything: FALSE if it is not what was packed. */
GBytes     *words_table_pack        (WordsTable       *self,
                                     guint             n_sections) G_GNUC_WARN_UNUSED_RESULT;
gboolean    words_table_unpack      (WordsTable       *self,
                                     GBytes           *packed,
                                     guint             section,
                                     GError          **error);

/* A few words, to be sent and merged by their order. */
GBytes     *words_entries_pack      (GArray           *entries) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WordsTable, words_table_free)

G_END_DECLS
