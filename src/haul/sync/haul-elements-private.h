/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable-private.h"

G_BEGIN_DECLS

/* Numbers of one type in shared memory: what a value is one of, and an array many. Each access is one
 * atomic step. Numbers that do not fit are mistakes of the program: they are criticals, and change nothing. */

typedef struct
{
  char    type[2];   /* a letter of GVariant; "" before there are any */
  guint   size;      /* of one, in bytes */
  gsize   n;
  guint8 *data;
} HaulElements;

/* Says what will be made. FALSE for a type that is none, or for more than fit into memory. */
gboolean haul_elements_plan        (HaulElements        *self,
                                    const char          *type,
                                    gsize                n,
                                    GError             **error);
/* The bytes of the body that they take. */
gsize    haul_elements_get_size    (const HaulElements  *self);
/* For open(): makes what was planned, or finds what came from another process. */
gboolean haul_elements_open        (HaulElements        *self,
                                    HaulShareable       *owner,
                                    GError             **error);

gint64   haul_elements_get_int64   (const HaulElements  *self,
                                    gsize                index);
guint64  haul_elements_get_uint64  (const HaulElements  *self,
                                    gsize                index);
double   haul_elements_get_double  (const HaulElements  *self,
                                    gsize                index);
void     haul_elements_set_int64   (const HaulElements  *self,
                                    gsize                index,
                                    gint64               value);
void     haul_elements_set_uint64  (const HaulElements  *self,
                                    gsize                index,
                                    guint64              value);
void     haul_elements_set_double  (const HaulElements  *self,
                                    gsize                index,
                                    double               value);

/* Both return what was there before. */
gint64   haul_elements_add_int64   (const HaulElements  *self,
                                    gsize                index,
                                    gint64               by);
double   haul_elements_add_double  (const HaulElements  *self,
                                    gsize                index,
                                    double               by);

gboolean haul_elements_compare_exchange_int64  (const HaulElements *self,
                                                gsize               index,
                                                gint64              expected,
                                                gint64              value);
gboolean haul_elements_compare_exchange_double (const HaulElements *self,
                                                gsize               index,
                                                double              expected,
                                                double              value);

G_END_DECLS
