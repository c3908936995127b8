/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-task.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul-number.h"
#include "haul/wire/haul-error.h"

/**
 * haul_param_get_initial:
 * @param: a parameter
 *
 * Gets the value of a parameter that was not given.
 *
 * Returns: (transfer full): the value when none is given; not floating
 */
GVariant *
haul_param_get_initial (const HaulParam *param)
{
  GVariant *value = NULL;

  switch (param->type)
    {
    case HAUL_PARAM_INT:
      value = g_variant_new_int64 (param->initial);
      break;

    case HAUL_PARAM_DOUBLE:
      value = g_variant_new_double (param->initial);
      break;

    case HAUL_PARAM_CHOICE:
    case HAUL_PARAM_STRING:
    case HAUL_PARAM_FILE:
    case HAUL_PARAM_COMMAND:
    default:
      value = g_variant_new_string (param->initial_text != NULL ? param->initial_text : "");
      break;
    }
  return g_variant_ref_sink (value);
}

static char *
join_choices (const HaulParam *param)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();

  for (const HaulChoice *choice = param->choices; choice->id != NULL; choice++)
    g_ptr_array_add (ids, (gpointer) choice->id);
  g_ptr_array_add (ids, NULL);
  return g_strjoinv (", ", (char **) ids->pdata);
}

static char *
bound_to_text (double bound)
{
  return bound == floor (bound) ? haul_format_count (bound) : g_strdup_printf ("%g", bound);
}

/**
 * haul_param_describe_range:
 * @param: a parameter
 *
 * What it takes, in words that go after "is not": "a whole number from 1 to 1,000".
 *
 * Returns: (transfer full): translated text
 */
char *
haul_param_describe_range (const HaulParam *param)
{
  g_autofree char *choices = NULL;
  g_autofree char *min = bound_to_text (param->min);
  g_autofree char *max = bound_to_text (param->max);

  switch (param->type)
    {
    case HAUL_PARAM_INT:
      return g_strdup_printf (_("a whole number from %s to %s"), min, max);

    case HAUL_PARAM_DOUBLE:
      return g_strdup_printf (_("a number from %s to %s"), min, max);

    case HAUL_PARAM_CHOICE:
      choices = join_choices (param);
      return g_strdup_printf (_("one of %s"), choices);

    case HAUL_PARAM_FILE:
      return g_strdup (_("the path of a file or folder"));

    case HAUL_PARAM_COMMAND:
      return g_strdup (_("a program and its arguments, quoted as in a shell"));

    case HAUL_PARAM_STRING:
    default:
      return g_strdup (_("text"));
    }
}

static gboolean
refuse (const HaulParam  *param,
        const char       *text,
        GError          **error)
{
  g_autofree char *clean = haul_text_clean (text, MIN (strlen (text), 40));
  g_autofree char *range = haul_param_describe_range (param);

  if (*clean == '\0')
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("a value is missing: %s"), range);
  else
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("‘%s’ is not %s"), clean, range);
  return FALSE;
}

static gboolean
in_range (const HaulParam *param,
          double           value)
{
  return isfinite (value) && value >= param->min && value <= param->max;
}

static gboolean
is_choice (const HaulParam *param,
           const char      *id)
{
  for (const HaulChoice *choice = param->choices; choice->id != NULL; choice++)
    if (strcmp (choice->id, id) == 0)
      return TRUE;
  return FALSE;
}

/* Empty where it may be left out. */
static gboolean
is_command (const HaulParam *param,
            const char      *text)
{
  g_auto(GStrv) argv = NULL;

  return g_shell_parse_argv (text, NULL, &argv, NULL) || (*text == '\0' && !param->required);
}

/**
 * haul_param_check:
 * @param: a parameter
 * @value: what came from a program, and not from a person
 * @error: %HAUL_ERROR_BAD_ARGUMENT, in words for people
 *
 * Checks a value against the description of a parameter.
 *
 * Returns: whether @value has the right type and is in range
 */
gboolean
haul_param_check (const HaulParam  *param,
                  GVariant         *value,
                  GError          **error)
{
  g_autofree char *text = NULL;

  switch (param->type)
    {
    case HAUL_PARAM_INT:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) && in_range (param, g_variant_get_int64 (value)))
        return TRUE;
      break;

    case HAUL_PARAM_DOUBLE:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) && in_range (param, g_variant_get_double (value)))
        return TRUE;
      break;

    case HAUL_PARAM_CHOICE:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && is_choice (param, g_variant_get_string (value, NULL)))
        return TRUE;
      break;

    case HAUL_PARAM_COMMAND:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && is_command (param, g_variant_get_string (value, NULL)))
        return TRUE;
      break;

    case HAUL_PARAM_STRING:
    case HAUL_PARAM_FILE:
    default:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && (!param->required || *g_variant_get_string (value, NULL) != '\0'))
        return TRUE;
      break;
    }

  text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
         ? g_variant_dup_string (value, NULL)
         : g_variant_print (value, FALSE);
  return refuse (param, text, error);
}

/* "1_000_000" and "1,000,000" are how people write a million; "1,5" is how half the world writes one
 * and a half, so a comma counts only where three digits follow. */
static gboolean
is_separator (const char *p)
{
  if (*p == '_')
    return g_ascii_isdigit (p[1]);
  return *p == ',' && g_ascii_isdigit (p[1]) && g_ascii_isdigit (p[2]) && g_ascii_isdigit (p[3])
         && !g_ascii_isdigit (p[4]);
}

/* Reads decimal digits, of which there must be one at least, and moves *@text past them. */
static gboolean
read_digits (const char **text,
             gint64      *ret_value)
{
  const char *p = *text;
  gint64 value = 0;

  if (!g_ascii_isdigit (*p))
    return FALSE;

  for (; g_ascii_isdigit (*p) || is_separator (p); p++)
    if (g_ascii_isdigit (*p)
        && (__builtin_mul_overflow (value, 10, &value) || __builtin_add_overflow (value, *p - '0', &value)))
      return FALSE;

  *text = p;
  *ret_value = value;
  return TRUE;
}

/* 250000, 250_000, 25e4, 10^6, each with a sign if need be. */
static gboolean
read_int (const char *text,
          gint64     *ret_value)
{
  gboolean negative = *text == '-';
  gint64 value, base = 10, power = 0;

  if (*text == '-' || *text == '+')
    text++;
  if (!read_digits (&text, &value))
    return FALSE;

  if (*text == 'e' || *text == 'E' || *text == '^')
    {
      if (*text == '^')
        {
          base = value;
          value = 1;
        }
      text++;
      if (!read_digits (&text, &power) || power > 63)
        return FALSE;
    }
  if (*text != '\0')
    return FALSE;

  for (; power > 0; power--)
    if (__builtin_mul_overflow (value, base, &value))
      return FALSE;

  *ret_value = negative ? -value : value;
  return TRUE;
}

static gboolean
read_double (const char *text,
             double     *ret_value)
{
  char *end;

  errno = 0;
  *ret_value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && errno == 0;
}

/* As a shell would read it that was given it without quotes: people type “~/” into forms as well. */
static GVariant *
parse_path (const char *text)
{
  g_autofree char *path = NULL;

  if (g_str_has_prefix (text, "~/") || g_str_equal (text, "~"))
    path = g_build_filename (g_get_home_dir (), text + 1, NULL);
  else
    path = g_strdup (text);
  return g_utf8_validate (path, -1, NULL) ? g_variant_ref_sink (g_variant_new_string (path)) : NULL;
}

/**
 * haul_param_parse:
 * @param: a parameter
 * @text: what a person typed
 * @error: %HAUL_ERROR_BAD_ARGUMENT, in words for that person
 *
 * Reads a value. Numbers are read as in the C locale; whole numbers may also
 * be written 1_000_000, 1e6 and 10^6. In paths a leading “~” is the home folder.
 *
 * Returns: (transfer full): the value, or %NULL
 */
GVariant *
haul_param_parse (const HaulParam  *param,
                  const char       *text,
                  GError          **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autoptr(GVariant) value = NULL;
  gint64 whole;
  double number;

  switch (param->type)
    {
    case HAUL_PARAM_INT:
      if (read_int (trimmed, &whole))
        value = g_variant_ref_sink (g_variant_new_int64 (whole));
      break;

    case HAUL_PARAM_DOUBLE:
      if (read_double (trimmed, &number))
        value = g_variant_ref_sink (g_variant_new_double (number));
      break;

    case HAUL_PARAM_CHOICE:
      value = g_variant_ref_sink (g_variant_new_string (trimmed));
      break;

    case HAUL_PARAM_FILE:
      value = parse_path (text);
      break;

    case HAUL_PARAM_STRING:
    case HAUL_PARAM_COMMAND:
    default:
      if (g_utf8_validate (text, -1, NULL))
        value = g_variant_ref_sink (g_variant_new_string (text));
      break;
    }

  if (value == NULL)
    {
      (void) refuse (param, trimmed, error);
      return NULL;
    }
  if (!haul_param_check (param, value, error))
    return NULL;
  return g_steal_pointer (&value);
}
