/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* Tells of each part of a job when it is planned, and whenever its state changes. */
typedef struct _HaulCliParts HaulCliParts;

typedef void (*HaulCliPartFunc) (guint     index,
                                 HaulPart *part,
                                 gpointer  user_data);

HaulCliParts *haul_cli_parts_new      (HaulJob          *job,
                                       HaulCliPartFunc   func,
                                       gpointer          user_data) G_GNUC_WARN_UNUSED_RESULT;
void          haul_cli_parts_free     (HaulCliParts     *self);

/* "2 of 5 parts done, 2 running"; NULL for a job that is not divided. */
char         *haul_cli_format_parts   (HaulJob          *job) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
