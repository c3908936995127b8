/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* One field of the form for a new job, made from the parameter's own description, with a line below
 * that says what it is for, or what is wrong with what was typed. */
#define LT_TYPE_PARAM_ROW (lt_param_row_get_type ())
G_DECLARE_FINAL_TYPE (LtParamRow, lt_param_row, LT, PARAM_ROW, GtkBox)

/* Signal "changed" after each change of what is typed or chosen. */
LtParamRow      *lt_param_row_new        (const HaulParam  *param,
                                          GVariant         *initial) G_GNUC_WARN_UNUSED_RESULT;

const HaulParam *lt_param_row_get_param  (LtParamRow       *self);
GVariant        *lt_param_row_dup_value  (LtParamRow       *self,
                                          GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void             lt_param_row_set_text   (LtParamRow       *self,
                                          const char       *text);
/* NULL shows the help again. */
void             lt_param_row_set_error  (LtParamRow       *self,
                                          const char       *message);
const char      *lt_param_row_get_message (LtParamRow      *self);

G_END_DECLS
