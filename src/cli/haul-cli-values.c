/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-values.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-options.h"

#define MAX_COUNT 9.0e18   /* of a range of numbers that are not whole */

typedef enum
{
  KIND_INTS,
  KIND_DOUBLES,
  KIND_LIST,
  KIND_LINES,
} Kind;

struct _HaulCliValues
{
  const HaulParam *param;
  Kind             kind;
  guint64          total;   /* or HAUL_CLI_VALUES_UNKNOWN */
  guint64          next;    /* index */

  gint64           from;    /* of whole numbers */
  gint64           step;
  double           dfrom;   /* of others */
  double           dto;
  double           dstep;
  GPtrArray       *list;    /* (owned) (nullable) of GVariant */
  HaulCliLines    *lines;   /* (owned) (nullable) */
};

void
haul_cli_values_free (HaulCliValues *self)
{
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_clear_pointer (&self->lines, haul_cli_lines_free);
  g_free (self);
}

void
haul_cli_value_free (HaulCliValue *value)
{
  g_clear_pointer (&value->value, g_variant_unref);
  g_clear_error (&value->error);
  g_free (value->text);
  g_free (value);
}

/* Ranges. */

static GVariant *
parse_end (const HaulParam  *param,
           const char       *text,
           GError          **error)
{
  GVariant *value = haul_param_parse (param, text, error);

  if (value == NULL)
    g_prefix_error (error, "--over %s: ", param->name);
  return value;
}

/* A step is a number of the same kind, within no limits. */
static GVariant *
parse_step (const HaulParam  *param,
            const char       *text,
            GError          **error)
{
  HaulParam any = { .name = param->name, .type = param->type, .min = -9.2e18, .max = 9.2e18 };
  GVariant *value = haul_param_parse (&any, text, NULL);

  if (value == NULL)
    haul_cli_throw_usage (error, _("--over %s: the step ‘%s’ is not such a number; say FROM..TO:STEP"), param->name, text);
  return value;
}

static gboolean
throw_empty (const HaulCliValues  *self,
             const char           *from,
             const char           *to,
             GError              **error)
{
  return haul_cli_throw_usage (error, _("--over %s: %s..%s in such steps is empty; count down with a step below zero, as in 10..1:-1"),
                               self->param->name, from, to);
}

static gboolean
set_ints (HaulCliValues  *self,
          gint64          to)
{
  guint64 span = self->step > 0 ? (guint64) to - (guint64) self->from : (guint64) self->from - (guint64) to;
  guint64 step = self->step > 0 ? (guint64) self->step : -(guint64) self->step;

  if (self->step > 0 ? to < self->from : to > self->from)
    return FALSE;

  self->kind = KIND_INTS;
  self->total = MIN (span / step, HAUL_CLI_VALUES_UNKNOWN - 2) + 1;
  return TRUE;
}

static gboolean
set_doubles (HaulCliValues *self)
{
  double count = floor ((self->dto - self->dfrom) / self->dstep + 1e-9);

  if (!(count >= 0))
    return FALSE;

  self->kind = KIND_DOUBLES;
  self->total = (guint64) MIN (count, MAX_COUNT) + 1;
  return TRUE;
}

static gboolean
set_range (HaulCliValues  *self,
           const char     *text,
           const char     *dots,
           GError        **error)
{
  const char *colon = strchr (dots, ':');
  g_autofree char *from_text = g_strndup (text, (gsize) (dots - text));
  g_autofree char *to_text = colon != NULL ? g_strndup (dots + 2, (gsize) (colon - dots - 2)) : g_strdup (dots + 2);
  g_autoptr(GVariant) from = parse_end (self->param, from_text, error);
  g_autoptr(GVariant) to = from != NULL ? parse_end (self->param, to_text, error) : NULL;
  g_autoptr(GVariant) step = to != NULL ? parse_step (self->param, colon != NULL ? colon + 1 : "1", error) : NULL;
  gboolean is_int = self->param->type == HAUL_PARAM_INT;

  if (step == NULL)
    return FALSE;

  if (is_int)
    {
      self->from = g_variant_get_int64 (from);
      self->step = g_variant_get_int64 (step);
    }
  else
    {
      self->dfrom = g_variant_get_double (from);
      self->dto = g_variant_get_double (to);
      self->dstep = g_variant_get_double (step);
    }

  if (is_int ? self->step == 0 : fpclassify (self->dstep) == FP_ZERO)
    return haul_cli_throw_usage (error, _("--over %s: a step of zero never gets there; take another"), self->param->name);

  if (is_int ? set_ints (self, g_variant_get_int64 (to)) : set_doubles (self))
    return TRUE;

  return throw_empty (self, from_text, to_text, error);
}

static GVariant *
range_value (HaulCliValues *self,
             guint64        index)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double number;

  if (self->kind == KIND_INTS)
    return g_variant_ref_sink (g_variant_new_int64 ((gint64) ((guint64) self->from + index * (guint64) self->step)));

  /* 0.3 and not 0.30000000000000004. */
  number = self->dfrom + (double) index * self->dstep;
  number = self->dstep > 0 ? MIN (number, self->dto) : MAX (number, self->dto);
  g_ascii_formatd (text, sizeof text, "%.15g", number);
  return g_variant_ref_sink (g_variant_new_double (g_ascii_strtod (text, NULL)));
}

/* Lists. */

static gboolean
set_list (HaulCliValues  *self,
          const char     *text,
          GError        **error)
{
  g_auto(GStrv) words = g_strsplit (text, ",", -1);

  self->kind = KIND_LIST;
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  for (guint i = 0; words[i] != NULL; i++)
    {
      GVariant *value = parse_end (self->param, words[i], error);

      if (value == NULL)
        return FALSE;
      g_ptr_array_add (self->list, value);
    }

  self->total = self->list->len;
  return TRUE;
}

static gboolean
set_lines (HaulCliValues  *self,
           const char     *path,
           GError        **error)
{
  self->kind = KIND_LINES;
  self->total = HAUL_CLI_VALUES_UNKNOWN;
  if (*path == '\0')
    return haul_cli_throw_usage (error, _("--over %s: the name of a file is missing after the ‘@’"), self->param->name);

  self->lines = haul_cli_lines_new (path, error);
  return self->lines != NULL;
}

/**
 * haul_cli_values_new:
 * @param: the parameter that is varied
 * @text: FROM..TO[:STEP], A,B,C or @FILE
 * @error: what is wrong, and what to do
 *
 * Reads what people type. Values of a range are made, and lines read, as they are
 * taken.
 */
HaulCliValues *
haul_cli_values_new (const HaulParam  *param,
                     const char       *text,
                     GError          **error)
{
  g_autoptr(HaulCliValues) self = g_new0 (HaulCliValues, 1);
  gboolean is_number = param->type == HAUL_PARAM_INT || param->type == HAUL_PARAM_DOUBLE;
  const char *dots = strstr (text, "..");
  gboolean ok;

  self->param = param;
  if (*text == '\0')
    ok = haul_cli_throw_usage (error, _("--over %s: the values are missing, as in 1..10 or A,B,C or @FILE"), param->name);
  else if (*text == '@')
    ok = set_lines (self, text + 1, error);
  else if (!g_utf8_validate (text, -1, NULL))
    ok = haul_cli_throw_usage (error, _("--over %s: the value is not valid UTF-8"), param->name);
  else if (is_number && dots != NULL)
    ok = set_range (self, text, dots, error);
  else
    ok = set_list (self, text, error);

  return ok ? g_steal_pointer (&self) : NULL;
}

guint64
haul_cli_values_get_total (HaulCliValues *self)
{
  return self->total;
}

guint64
haul_cli_values_get_n_ends (HaulCliValues *self)
{
  if (self->kind == KIND_LINES)
    return 0;

  return self->kind == KIND_LIST ? self->total : MIN (self->total, 2);
}

static GVariant *
get_value (HaulCliValues *self,
           guint64        index)
{
  return self->kind == KIND_LIST ? g_variant_ref (self->list->pdata[index]) : range_value (self, index);
}

GVariant *
haul_cli_values_dup_end (HaulCliValues *self,
                         guint64        which)
{
  if (self->kind != KIND_LIST && which > 0)
    which = self->total - 1;

  return get_value (self, which);
}

HaulCliLinesState
haul_cli_values_look (HaulCliValues *self)
{
  if (self->lines != NULL)
    return haul_cli_lines_look (self->lines);

  return self->next < self->total ? HAUL_CLI_LINES_READY : HAUL_CLI_LINES_END;
}

static char *
value_to_text (GVariant *value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup (g_ascii_formatd (text, sizeof text, "%.15g", g_variant_get_double (value)));

  return g_variant_dup_string (value, NULL);
}

HaulCliValue *
haul_cli_values_take (HaulCliValues *self)
{
  HaulCliValue *value = g_new0 (HaulCliValue, 1);

  if (self->lines == NULL)
    {
      value->value = get_value (self, self->next++);
      value->text = value_to_text (value->value);
      return value;
    }

  value->text = haul_cli_lines_take (self->lines, &value->error);
  if (value->error == NULL)
    value->value = haul_param_parse (self->param, value->text, &value->error);
  return value;
}

HaulCliLines *
haul_cli_values_get_lines (HaulCliValues *self)
{
  return self->lines;
}
