/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-number.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* Long numbers cannot be read ungrouped, so where the locale has no separator for thousands, as the
 * C locale has not, we take one that cannot be mistaken for its decimal point. */
static char *
group_digits (const char *digits)
{
  const char *separator = strcmp (localeconv ()->decimal_point, ".") == 0 ? "," : "\u202f";
  GString *text = g_string_new (NULL);
  gsize n = strspn (digits[0] == '-' ? digits + 1 : digits, "0123456789");

  if (*digits == '-')
    g_string_append_c (text, *digits++);
  for (; n > 0; n--)
    {
      g_string_append_c (text, *digits++);
      if (n > 1 && n % 3 == 1)
        g_string_append (text, separator);
    }
  return g_string_free (text, FALSE);
}

/**
 * haul_format_count:
 * @value: a number of things
 *
 * Writes a number for people, grouped by thousands: "1,860". Below a hundred,
 * what is not whole gets one digit after the point.
 *
 * Returns: (transfer full): text
 */
char *
haul_format_count (double value)
{
  g_autofree char *plain = NULL;

  if (value != floor (value) && fabs (value) < 100)
    return g_strdup_printf ("%.1f", value);
  if (*localeconv ()->thousands_sep != '\0')
    return g_strdup_printf ("%'.0f", value);

  plain = g_strdup_printf ("%.0f", value);
  return group_digits (plain);
}
