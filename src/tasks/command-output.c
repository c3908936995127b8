/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "command-output.h"

#include <stdio.h>
#include <string.h>

#define MAX_LINE 65536   /* what is longer is cut into pieces */
#define MAX_OSC  64      /* ours are shorter; of others, nobody wants to know more */

/* In the middle of which sequence of control characters. */
typedef enum
{
  TEXT,
  ESCAPE,   /* after ESC */
  CSI,      /* after ESC [, up to a letter */
  OSC,      /* after ESC ], up to BEL or ESC \ */
} State;

/* How it says how far it is; once it did it in one way, those before do not count any more. */
typedef enum
{
  SURE_OF_NOTHING,
  SURE_COUNT,
  SURE_PERCENT,
  SURE_OSC,
} Sure;

struct _CommandOutput
{
  CommandLineFunc line;
  gpointer        user_data;

  State           state;
  GString        *text;       /* (owned) of the line so far */
  GString        *osc;        /* (owned) of the sequence so far */
  gboolean        returned;   /* after CR: the line is written over, unless LF comes next */

  Sure            sure;
  double          fraction;
};

CommandOutput *
command_output_new (CommandLineFunc line,
                    gpointer        user_data)
{
  CommandOutput *self = g_new0 (CommandOutput, 1);

  self->line = line;
  self->user_data = user_data;
  self->text = g_string_new (NULL);
  self->osc = g_string_new (NULL);
  self->fraction = -1;
  return self;
}

void
command_output_free (CommandOutput *self)
{
  g_string_free (self->text, TRUE);
  g_string_free (self->osc, TRUE);
  g_free (self);
}

double
command_output_get_fraction (CommandOutput *self)
{
  return self->fraction;
}

static void
say (CommandOutput *self,
     Sure           sure,
     double         fraction)
{
  if (sure < self->sure || !(fraction >= 0 && fraction <= 1))
    return;
  self->sure = sure;
  self->fraction = fraction;
}

/* "9;4;STATE;PERCENT"; 1 is a value, 2 an error with one, 4 a pause with one. */
static void
end_osc (CommandOutput *self)
{
  int state = 0, percent = -1, used = 0;

  if (sscanf (self->osc->str, "9;4;%1d;%3d%n", &state, &percent, &used) == 2 && used == (int) self->osc->len
      && (state == 1 || state == 2 || state == 4))
    say (self, SURE_OSC, percent / 100.0);
  g_string_truncate (self->osc, 0);
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.' || c == '/' || (guchar) c >= 0x80;
}

/* The number that ends before @end, and where it begins; FALSE where none does, or only a part of a word. */
static gboolean
read_back (const char  *text,
           const char  *end,
           gboolean     whole,
           double      *ret_number)
{
  const char *at = end;

  while (at > text && (g_ascii_isdigit (at[-1]) || (!whole && at[-1] == '.')))
    at--;
  if (at == end || !g_ascii_isdigit (*at) || end - at > 15 || (at > text && is_word (at[-1])))
    return FALSE;
  *ret_number = g_ascii_strtod (at, NULL);
  return TRUE;
}

static void
look_for_percent (CommandOutput *self)
{
  const char *text = self->text->str;

  for (const char *at = strchr (text, '%'); at != NULL; at = strchr (at + 1, '%'))
    {
      double number;

      if (read_back (text, at > text && at[-1] == ' ' ? at - 1 : at, FALSE, &number) && !g_ascii_isalnum (at[1]))
        say (self, SURE_PERCENT, number / 100);
    }
}

static void
look_for_count (CommandOutput *self)
{
  const char *text = self->text->str;

  for (const char *at = strchr (text, '/'); at != NULL; at = strchr (at + 1, '/'))
    {
      gsize n_digits = strspn (at + 1, "0123456789");
      const char *after = at + 1 + n_digits;
      double number, all = g_ascii_strtod (at + 1, NULL);

      if (n_digits == 0 || n_digits > 15 || (is_word (*after) && !(*after == '.' && !g_ascii_isalnum (after[1]))))
        continue;
      if (read_back (text, at, TRUE, &number) && all >= 1)
        say (self, SURE_COUNT, number / all);
    }
}

/* A line that is written over is one of a bar, and nobody wants thousands of them. */
static void
end_text (CommandOutput *self,
          gboolean       tell)
{
  look_for_percent (self);
  look_for_count (self);
  if (tell)
    self->line (self->text->str, self->text->len, self->user_data);
  g_string_truncate (self->text, 0);
}

static void
feed_text (CommandOutput *self,
           char           c)
{
  if (self->returned && c != '\n' && c != '\r')
    end_text (self, FALSE);
  if (c != '\r')
    self->returned = FALSE;

  if (c == '\033')
    self->state = ESCAPE;
  else if (c == '\r')
    self->returned = TRUE;
  else if (c == '\n')
    end_text (self, TRUE);
  else if (c != '\0')
    g_string_append_c (self->text, c);

  if (self->text->len >= MAX_LINE)
    end_text (self, TRUE);
}

static void
feed_osc (CommandOutput *self,
          char           c)
{
  if (c == '\a' || c == '\033')
    {
      end_osc (self);
      self->state = c == '\a' ? TEXT : ESCAPE;   /* the backslash after ESC is a sequence of its own */
    }
  else if (c == '\n')
    {
      g_string_truncate (self->osc, 0);   /* it never ended */
      self->state = TEXT;
      feed_text (self, c);
    }
  else if (self->osc->len < MAX_OSC)
    {
      g_string_append_c (self->osc, c);
    }
}

static void
feed_one (CommandOutput *self,
          char           c)
{
  switch (self->state)
    {
    case ESCAPE:
      self->state = c == '[' ? CSI : c == ']' ? OSC : TEXT;
      break;

    case CSI:
      if (c >= 0x40 && c <= 0x7e)
        self->state = TEXT;
      else if ((guchar) c < 0x20)
        {
          self->state = TEXT;
          feed_text (self, c);
        }
      break;

    case OSC:
      feed_osc (self, c);
      break;

    case TEXT:
    default:
      feed_text (self, c);
      break;
    }
}

void
command_output_feed (CommandOutput *self,
                     const char    *bytes,
                     gsize          size)
{
  for (gsize i = 0; i < size; i++)
    feed_one (self, bytes[i]);
}

void
command_output_end (CommandOutput *self)
{
  if (self->text->len > 0)
    end_text (self, TRUE);
}
