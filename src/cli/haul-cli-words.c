/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-words.h"

#include <string.h>

#include <glib/gi18n.h>

#include "haul-cli-options.h"

char *
haul_cli_words_split (const char  *word,
                      const char **ret_value)
{
  const char *equals = strchr (word, '=');

  *ret_value = equals != NULL ? equals + 1 : NULL;
  return g_strndup (word, equals != NULL ? (gsize) (equals - word) : strlen (word));
}

/* Also a value that begins with one dash is a value: -1 is a number. */
static const char *
next_value (HaulCliWords *self,
            const char   *inline_value)
{
  if (inline_value != NULL)
    return inline_value;

  if (self->next >= self->argc || g_str_has_prefix (self->argv[self->next], "--"))
    return NULL;

  return self->argv[self->next++];
}

gboolean
haul_cli_words_take_param (HaulCliWords     *self,
                           const HaulParam  *param,
                           const char       *inline_value,
                           GError          **error)
{
  g_autoptr(GVariant) value = NULL;
  g_autofree char *range = NULL;
  const char *text = next_value (self, inline_value);

  if (text == NULL)
    {
      range = haul_param_describe_range (param);
      return haul_cli_throw_usage (error, _("--%s: a value is missing: %s"), param->name, range);
    }

  if (!g_utf8_validate (text, -1, NULL))
    return haul_cli_throw_usage (error, _("--%s: the value is not valid UTF-8"), param->name);

  value = haul_param_parse (param, text, error);
  if (value == NULL)
    {
      g_prefix_error (error, "--%s: ", param->name);
      return FALSE;
    }

  g_variant_dict_insert_value (self->given, param->name, value);
  return TRUE;
}

gboolean
haul_cli_words_take_value (HaulCliWords  *self,
                           const char    *name,
                           const char    *what,
                           const char    *inline_value,
                           const char   **ret_value,
                           GError       **error)
{
  *ret_value = NULL;
  if (what == NULL && inline_value != NULL)
    return haul_cli_throw_usage (error, _("--%s takes no value"), name);
  if (what == NULL)
    return TRUE;

  *ret_value = next_value (self, inline_value);
  if (*ret_value == NULL)
    return haul_cli_throw_usage (error, _("--%s: a value is missing, as in --%s %s"), name, name, _(what));
  return TRUE;
}
