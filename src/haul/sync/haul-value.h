/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-rlock.h"
#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_VALUE (haul_value_get_type ())
G_DECLARE_FINAL_TYPE (HaulValue, haul_value, HAUL, VALUE, HaulShareable)

HaulValue  *haul_value_new                      (const char  *type,
                                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
HaulValue  *haul_value_new_raw                  (const char  *type,
                                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;

HaulRLock  *haul_value_get_lock                 (HaulValue   *self);
const char *haul_value_get_number_type          (HaulValue   *self);
gint64      haul_value_get_int64                (HaulValue   *self);
guint64     haul_value_get_uint64               (HaulValue   *self);
double      haul_value_get_double               (HaulValue   *self);

void        haul_value_set_int64                (HaulValue   *self,
                                                 gint64       value);
void        haul_value_set_uint64               (HaulValue   *self,
                                                 guint64      value);
void        haul_value_set_double               (HaulValue   *self,
                                                 double       value);

gint64      haul_value_add_int64                (HaulValue   *self,
                                                 gint64       by);
double      haul_value_add_double               (HaulValue   *self,
                                                 double       by);
gboolean    haul_value_compare_exchange_int64   (HaulValue   *self,
                                                 gint64       expected,
                                                 gint64       value);
gboolean    haul_value_compare_exchange_double  (HaulValue   *self,
                                                 double       expected,
                                                 double       value);

HAUL_END_DECLS
