/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

/* The words of a command line, whatever verb they are for. */
typedef struct
{
  char         **argv;
  int            argc;
  int            next;
  GVariantDict  *given;   /* parameters that were given a value */
} HaulCliWords;

/* "NAME" or "NAME=VALUE", as it stands behind two dashes. @ret_value: NULL where there is none in it. */
char    *haul_cli_words_split      (const char       *word,
                                    const char      **ret_value) G_GNUC_WARN_UNUSED_RESULT;

/* A parameter, with the value in the same word, or the next one. */
gboolean haul_cli_words_take_param (HaulCliWords     *self,
                                    const HaulParam  *param,
                                    const char       *inline_value,
                                    GError          **error);

/* The value of an option that is called @name, and takes none where @what is NULL: what people call that value. */
gboolean haul_cli_words_take_value (HaulCliWords     *self,
                                    const char       *name,
                                    const char       *what,
                                    const char       *inline_value,
                                    const char      **ret_value,
                                    GError          **error);

G_END_DECLS
