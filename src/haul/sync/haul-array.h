/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-rlock.h"
#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_ARRAY (haul_array_get_type ())
G_DECLARE_FINAL_TYPE (HaulArray, haul_array, HAUL, ARRAY, HaulShareable)

HaulArray  *haul_array_new                      (const char  *type,
                                                 gsize        length,
                                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
HaulArray  *haul_array_new_raw                  (const char  *type,
                                                 gsize        length,
                                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;

HaulRLock  *haul_array_get_lock                 (HaulArray   *self);
const char *haul_array_get_number_type          (HaulArray   *self);
gsize       haul_array_get_length               (HaulArray   *self);
gpointer    haul_array_get_data                 (HaulArray   *self);
GVariant   *haul_array_dup_numbers              (HaulArray   *self) G_GNUC_WARN_UNUSED_RESULT;

gint64      haul_array_get_int64                (HaulArray   *self,
                                                 gsize        index);
guint64     haul_array_get_uint64               (HaulArray   *self,
                                                 gsize        index);
double      haul_array_get_double               (HaulArray   *self,
                                                 gsize        index);

gboolean    haul_array_set_numbers              (HaulArray   *self,
                                                 gsize        index,
                                                 GVariant    *numbers);
void        haul_array_set_int64                (HaulArray   *self,
                                                 gsize        index,
                                                 gint64       value);
void        haul_array_set_uint64               (HaulArray   *self,
                                                 gsize        index,
                                                 guint64      value);
void        haul_array_set_double               (HaulArray   *self,
                                                 gsize        index,
                                                 double       value);

gint64      haul_array_add_int64                (HaulArray   *self,
                                                 gsize        index,
                                                 gint64       by);
double      haul_array_add_double               (HaulArray   *self,
                                                 gsize        index,
                                                 double       by);
gboolean    haul_array_compare_exchange_int64   (HaulArray   *self,
                                                 gsize        index,
                                                 gint64       expected,
                                                 gint64       value);
gboolean    haul_array_compare_exchange_double  (HaulArray   *self,
                                                 gsize        index,
                                                 double       expected,
                                                 double       value);

HAUL_END_DECLS
