/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-progress-line.h"

#include <string.h>

#define MIN_BAR   8   /* cells; a narrower bar says nothing */
#define MAX_BAR   40
#define BAR_SHARE 6   /* one part of so many of the line, whatever the text: a bar must not jump */

enum
{
  PART_TITLE,
  PART_BAR,
  PART_PERCENT,
  PART_STATUS,
  PART_PROGRESS,
  PART_RATE,
  PART_LEFT,
  PART_PARTS,
  PART_PHASE,
  N_PARTS
};

static guint
unichar_columns (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;

  return g_unichar_iswide (c) ? 2 : 1;
}

guint
haul_text_columns (const char *text)
{
  guint columns = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    columns += unichar_columns (g_utf8_get_char (p));

  return columns;
}

void
haul_text_cut (GString *line,
               guint    width)
{
  guint columns = 0;

  for (const char *p = line->str; *p != '\0'; p = g_utf8_next_char (p))
    {
      columns += unichar_columns (g_utf8_get_char (p));
      if (columns > width)
        {
          g_string_truncate (line, (gsize) (p - line->str));
          return;
        }
    }
}

static void
append_bar (GString *line,
            double   fraction,
            guint    cells,
            gboolean ascii)
{
  static const char * const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
  guint filled = (guint) (fraction * cells * 8);
  guint used = filled / 8;

  g_string_append_c (line, '[');
  for (guint i = 0; i < used; i++)
    g_string_append (line, ascii ? "#" : "█");

  if (!ascii && filled % 8 > 0)
    {
      g_string_append (line, eighths[filled % 8]);
      used++;
    }

  for (; used < cells; used++)
    g_string_append_c (line, ' ');
  g_string_append_c (line, ']');
}

static const char *
part_separator (guint    part,
                gboolean first,
                gboolean ascii)
{
  if (first)
    return "";

  if (part == PART_BAR || part == PART_PERCENT)
    return " ";

  return ascii ? ", " : " · ";
}

static guint
bar_cells (guint width)
{
  return CLAMP (width / BAR_SHARE, MIN_BAR, MAX_BAR);
}

static guint
part_cost (guint       part,
           const char *text,
           gboolean    first,
           gboolean    ascii,
           guint       width)
{
  guint columns = part == PART_BAR ? bar_cells (width) + strlen ("[]") : haul_text_columns (text);

  return columns + haul_text_columns (part_separator (part, first, ascii));
}

/* Chooses what fits into @width, the most telling first. */
static void
choose (const char *texts[N_PARTS],
        gboolean    chosen[N_PARTS],
        gboolean    ascii,
        guint       width)
{
  static const guint order[] = {
    PART_PERCENT, PART_STATUS, PART_BAR, PART_LEFT, PART_TITLE, PART_PROGRESS, PART_PARTS, PART_RATE, PART_PHASE
  };
  guint room = width;
  gboolean first = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      guint cost;

      if (texts[order[i]] == NULL)
        continue;

      cost = part_cost (order[i], texts[order[i]], first, ascii, width);
      if (cost > room && !first)
        continue;

      chosen[order[i]] = TRUE;
      room -= MIN (room, cost);
      first = FALSE;
    }
}

/**
 * haul_progress_line:
 * @self: what to say
 * @width: columns there are
 *
 * One line, at most @width columns wide. Where it is narrow, less is said; what
 * tells most goes last.
 *
 * Returns: (transfer full): UTF-8 without control characters of ours
 */
char *
haul_progress_line (const HaulProgressLine *self,
                    guint                   width)
{
  GString *line = g_string_new (NULL);
  g_autofree char *percent = NULL;
  const char *texts[N_PARTS] = { NULL };
  gboolean chosen[N_PARTS] = { FALSE };
  double fraction = CLAMP (self->fraction, 0.0, 1.0);

  if (self->fraction >= 0)
    {
      percent = g_strdup_printf ("%3u%%", (guint) (fraction * 100));
      texts[PART_PERCENT] = percent;
      texts[PART_BAR] = "";
    }

  texts[PART_TITLE] = self->title;
  texts[PART_STATUS] = self->status;
  texts[PART_PROGRESS] = self->progress;
  texts[PART_RATE] = self->status == NULL ? self->rate : NULL;
  texts[PART_LEFT] = self->status == NULL ? self->left : NULL;
  texts[PART_PARTS] = self->status == NULL ? self->parts : NULL;
  texts[PART_PHASE] = self->phase;

  choose (texts, chosen, self->ascii, width);
  for (guint part = 0; part < N_PARTS; part++)
    {
      if (!chosen[part])
        continue;

      g_string_append (line, part_separator (part, line->len == 0, self->ascii));
      if (part == PART_BAR)
        append_bar (line, fraction, bar_cells (width), self->ascii);
      else
        g_string_append (line, texts[part]);
    }

  haul_text_cut (line, width);
  return g_string_free (line, FALSE);
}
