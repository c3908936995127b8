/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-params.h"

#include <glib/gi18n.h>
#include <math.h>

#include "haul/worker/haul-number.h"

static char *
default_to_text (const HaulParam *param)
{
  if (param->type != HAUL_PARAM_INT && param->type != HAUL_PARAM_DOUBLE)
    return g_strdup (param->initial_text != NULL ? param->initial_text : "");

  if (param->initial == floor (param->initial))
    return haul_format_count (param->initial);

  return g_strdup_printf ("%g", param->initial);
}

static const char *
placeholder (const HaulParam *param)
{
  switch (param->type)
    {
    case HAUL_PARAM_INT:
      return _("N");

    case HAUL_PARAM_DOUBLE:
      return _("NUMBER");

    case HAUL_PARAM_CHOICE:
      return _("WORD");

    case HAUL_PARAM_FILE:
      return _("PATH");

    case HAUL_PARAM_COMMAND:
      return _("COMMAND");

    case HAUL_PARAM_STRING:
    default:
      return _("TEXT");
    }
}

char *
haul_cli_describe_params (const HaulTask *task)
{
  GString *text = g_string_new (NULL);

  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    {
      g_autofree char *range = haul_param_describe_range (param);
      g_autofree char *initial = default_to_text (param);

      g_string_append_printf (text, "  --%s %s\n", param->name, placeholder (param));
      if (param->help != NULL)
        g_string_append_printf (text, "      %s\n", _(param->help));

      g_string_append_printf (text, "      %s", range);
      if (param->unit != NULL)
        g_string_append_printf (text, " (%s)", _(param->unit));
      if (param->required)
        g_string_append (text, _("; has to be said"));
      else if (*initial != '\0')
        g_string_append_printf (text, _("; %s if not said otherwise"), initial);
      g_string_append_c (text, '\n');
    }

  return g_string_free (text, FALSE);
}
