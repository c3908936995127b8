/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "words-scan.h"

#include <string.h>

/* Of ASCII; what is no letter and no digit is space. */
static inline gboolean
is_digit (guchar c)
{
  return c >= '0' && c <= '9';
}

/* A letter in lower case, or 0. */
static const char lower[256] = {
  ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i',
  ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
  ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
  ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
  ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
  ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

void
words_scanner_init (WordsScanner *self,
                    WordsTable   *table)
{
  memset (self, 0, sizeof *self);
  self->table = table;
}

static void
end_token (WordsScanner *self)
{
  if (self->length > 0 && !self->is_bad && !words_table_add (self->table, self->word, self->length, 1))
    self->is_full = TRUE;
  self->is_token = FALSE;
  self->is_bad = FALSE;
  self->length = 0;
}

static void
spoil (WordsScanner *self)
{
  self->is_token = TRUE;
  self->is_bad = TRUE;
}

static void
append (WordsScanner *self,
        gunichar      c)
{
  char bytes[6];
  guint n = g_unichar_to_utf8 (c, bytes);

  self->is_token = TRUE;
  if (self->length + n > WORDS_MAX_BYTES)
    {
      spoil (self);
      return;
    }
  memcpy (self->word + self->length, bytes, n);
  self->length += n;
}

static void
take_unicode (WordsScanner *self,
              gunichar      c)
{
  GUnicodeType type = g_unichar_type (c);

  if (g_unichar_isalpha (c))
    append (self, g_unichar_tolower (c));
  else if (g_unichar_ismark (c) || type == G_UNICODE_FORMAT)
    {
      /* Goes with the letter before it; where there is none, it counts for nothing. */
      if (self->length > 0)
        append (self, c);
    }
  else if (g_unichar_ispunct (c) || g_unichar_isspace (c) || type == G_UNICODE_CONTROL)
    end_token (self);
  else
    spoil (self);
}

/* The first byte of what would have five or six, which no character has any more: GLib waits for all of them. */
#define NO_CHARACTER 0xf8

/* A character that is not ASCII, or a byte that is none; NULL: it is cut. */
static const char *
scan_unicode (WordsScanner *self,
              const char   *at,
              const char   *end)
{
  gunichar c = (guchar) * at < NO_CHARACTER ? g_utf8_get_char_validated (at, end - at) : (gunichar) - 1;

  if (c == (gunichar) - 2)
    return NULL;
  if (c == (gunichar) - 1)
    {
      spoil (self);
      return at + 1;
    }
  take_unicode (self, c);
  return g_utf8_next_char (at);
}

/* The letters of ASCII that come next: nearly all there is in most texts. */
static const char *
scan_letters (WordsScanner *self,
              const char   *at,
              const char   *end)
{
  guint length = self->length;
  char c;

  while (at < end && (c = lower[(guchar) * at]) != 0)
    {
      self->word[length] = c;
      length += length < WORDS_MAX_BYTES + 1;
      at++;
    }
  if (length > 0)
    self->is_token = TRUE;
  if (length > WORDS_MAX_BYTES)
    {
      spoil (self);
      length = WORDS_MAX_BYTES;
    }
  self->length = length;
  return at;
}

/* Up to behind the end of the line. */
static const char *
scan_text (WordsScanner *self,
           const char   *at,
           const char   *end)
{
  while ((at = scan_letters (self, at, end)) < end)
    {
      guchar c = *at;

      if (c >= 0x80)
        {
          const char *next = scan_unicode (self, at, end);

          if (next == NULL)
            return at;
          at = next;
          continue;
        }
      if (is_digit (c))
        spoil (self);
      else if (self->is_token)
        end_token (self);
      at++;
      if (c == '\n')
        {
          self->line = WORDS_LINE_BEGINS;
          self->dot = FALSE;
          return at;
        }
    }
  return at;
}

static const char *
scan_begin (WordsScanner *self,
            const char   *at,
            const char   *end)
{
  for (; at < end; at++)
    {
      if (*at == '\n')
        self->dot = FALSE;
      else if (*at == '.' && self->dot)
        {
          self->line = WORDS_LINE_SKIPPED;
          return at;
        }
      else if (*at == '.')
        self->dot = TRUE;
      else if ((*at != ' ' && *at != '\t') || self->dot)
        {
          self->line = WORDS_LINE_TEXT;
          return at;
        }
    }
  return at;
}

static const char *
scan_skipped (WordsScanner *self,
              const char   *at,
              const char   *end)
{
  const char *newline = memchr (at, '\n', end - at);

  if (newline == NULL)
    return end;
  self->line = WORDS_LINE_BEGINS;
  self->dot = FALSE;
  return newline + 1;
}

gsize
words_scanner_feed (WordsScanner *self,
                    const char   *bytes,
                    gsize         size)
{
  const char *at = bytes, *end = bytes + size;

  while (at < end)
    {
      const char *before = at;

      if (self->line == WORDS_LINE_BEGINS)
        {
          at = scan_begin (self, at, end);
          continue;
        }
      at = self->line == WORDS_LINE_TEXT ? scan_text (self, at, end) : scan_skipped (self, at, end);
      if (at == before || (at < end && self->line == WORDS_LINE_TEXT))
        break;   /* at a character that is cut */
    }
  return at - bytes;
}

void
words_scanner_end (WordsScanner *self,
                   gboolean      cut)
{
  if (cut && self->line == WORDS_LINE_TEXT)
    spoil (self);
  end_token (self);
  self->line = WORDS_LINE_BEGINS;
  self->dot = FALSE;
}
