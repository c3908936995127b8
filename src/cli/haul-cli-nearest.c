/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-nearest.h"

#include <string.h>

#define MAX_LENGTH 48   /* longer words are nobody's slip of the finger */

/* How many letters must be added, dropped, changed or swapped with a neighbour to make @b of @a. */
static guint
distance (const char *a,
          const char *b)
{
  guint rows[3][MAX_LENGTH + 1] = { 0 };
  gsize length_a = strlen (a);
  gsize length_b = strlen (b);

  if (length_a > MAX_LENGTH || length_b > MAX_LENGTH)
    return G_MAXUINT;

  for (gsize j = 0; j <= length_b; j++)
    rows[0][j] = (guint) j;

  for (gsize i = 1; i <= length_a; i++)
    {
      guint *row = rows[i % 3];
      const guint *above = rows[(i + 2) % 3];
      const guint *above2 = rows[(i + 1) % 3];

      row[0] = (guint) i;
      for (gsize j = 1; j <= length_b; j++)
        {
          guint change = a[i - 1] == b[j - 1] ? 0 : 1;

          row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + change);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], above2[j - 2] + 1);
        }
    }

  return rows[length_a % 3][length_b];
}

/**
 * haul_cli_nearest:
 * @word: what somebody typed
 * @candidates: what there is
 * @n_candidates: how many
 *
 * Returns: (nullable): the candidate that was probably meant, or %NULL when
 *   none is near
 */
const char *
haul_cli_nearest (const char         *word,
                  const char * const *candidates,
                  gsize               n_candidates)
{
  const char *best = NULL;
  g_autofree char *small = g_ascii_strdown (word, -1);
  guint best_distance = G_MAXUINT;

  for (gsize i = 0; i < n_candidates; i++)
    {
      guint d = distance (small, candidates[i]);
      guint allowed = (guint) (strlen (candidates[i]) + 1) / 3;

      /* The beginning of a word is meant as that word. */
      if (d != G_MAXUINT && strlen (small) >= 2 && g_str_has_prefix (candidates[i], small))
        d = MIN (d, 1);

      if (d <= MAX (allowed, 1) && d < best_distance)
        {
          best = candidates[i];
          best_distance = d;
        }
    }

  return best;
}
