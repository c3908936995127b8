/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "words-table.h"

G_BEGIN_DECLS

/*
 * Finds the words of a text, which comes in pieces.
 *
 * Punctuation and symbols are spaces, upper case is lower case, and what is between two spaces is a word
 * if all of it is letters: "don't" is "don" and "t", and "mp3" is none. Letters are those of Unicode, in
 * UTF-8, with the marks that go with them; they are taken as they are written, so a letter with an accent
 * and one that an accent follows are two. What is not UTF-8 is no letter, so no part of it is counted as
 * a word. Lines that begin with "..", maybe after blanks, are comments of reStructuredText, and skipped.
 */
typedef enum
{
  WORDS_LINE_BEGINS,   /* nothing but blanks, and maybe a dot */
  WORDS_LINE_TEXT,
  WORDS_LINE_SKIPPED,
} WordsLine;

typedef struct
{
  WordsTable *table;     /* borrowed */
  WordsLine   line;
  gboolean    dot;       /* the line begins with one */
  gboolean    is_token;  /* we are between spaces … */
  gboolean    is_bad;    /* … in what is no word */
  gboolean    is_full;   /* the table took no more words */
  guint       length;
  char        word[WORDS_MAX_BYTES + 8];
} WordsScanner;

void  words_scanner_init (WordsScanner *self,
                          WordsTable   *table);

/* Gives how many bytes of it were used: all, but for up to three of a character that is cut. */
gsize words_scanner_feed (WordsScanner *self,
                          const char   *bytes,
                          gsize         size);

/* The end of a file is the end of a word and of a line; @cut: and comes in the middle of a character. */
void  words_scanner_end  (WordsScanner *self,
                          gboolean      cut);

G_END_DECLS
