/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-lines.h"
#include "haul/haul.h"

G_BEGIN_DECLS

#define HAUL_CLI_VALUES_UNKNOWN G_MAXUINT64

/* What a map varies a parameter over, one value after the other: a range, a list, or lines. */
typedef struct _HaulCliValues HaulCliValues;

/* One value, or why it is none. */
typedef struct
{
  GVariant *value;   /* (owned) (nullable) */
  char     *text;    /* (owned) as people see it */
  GError   *error;   /* (owned) (nullable) */
} HaulCliValue;

HaulCliValues     *haul_cli_values_new        (const HaulParam  *param,
                                               const char       *text,
                                               GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void               haul_cli_values_free       (HaulCliValues    *self);

/* How many there are, or HAUL_CLI_VALUES_UNKNOWN. */
guint64            haul_cli_values_get_total  (HaulCliValues    *self);
/* Those that can be checked before, and stand for the others: both ends of a range, all of a list. */
guint64            haul_cli_values_get_n_ends (HaulCliValues    *self);
GVariant          *haul_cli_values_dup_end    (HaulCliValues    *self,
                                               guint64           which) G_GNUC_WARN_UNUSED_RESULT;

HaulCliLinesState  haul_cli_values_look       (HaulCliValues    *self);
HaulCliValue      *haul_cli_values_take       (HaulCliValues    *self) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable) of lines */
HaulCliLines      *haul_cli_values_get_lines  (HaulCliValues    *self);

void               haul_cli_value_free        (HaulCliValue     *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliValues, haul_cli_values_free)

G_END_DECLS
