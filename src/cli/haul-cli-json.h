/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <json-glib/json-glib.h>

#include "haul-cli-writer.h"
#include "haul/haul.h"

G_BEGIN_DECLS

/* Members of the JSON objects that `haul` writes. What is not known is null. */

void haul_cli_json_add_text       (JsonBuilder      *builder,
                                   const char       *name,
                                   const char       *text);
void haul_cli_json_add_int        (JsonBuilder      *builder,
                                   const char       *name,
                                   gint64            number);
void haul_cli_json_add_double     (JsonBuilder      *builder,
                                   const char       *name,
                                   double            number,
                                   gboolean          known);
/* The time of day. */
void haul_cli_json_add_clock      (JsonBuilder      *builder);
/* An object of a{sv}, without the member @but. */
void haul_cli_json_add_arguments  (JsonBuilder      *builder,
                                   const char       *name,
                                   GVariant         *arguments,
                                   const char       *but);
/* As text, with @name, or what is none as "base64". */
void haul_cli_json_add_result     (JsonBuilder      *builder,
                                   const char       *name,
                                   HaulResultKind    kind,
                                   GBytes           *result);
/* Ends the object and writes its line. Takes @builder. */
void haul_cli_json_finish         (JsonBuilder      *builder,
                                   HaulCliWriter    *writer);

/* What a line of a log is, and who says it. */
void         haul_cli_json_add_record    (JsonBuilder    *builder,
                                          HaulRecord     *record);

G_END_DECLS
