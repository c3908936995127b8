/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-rlock.h"
#include "haul-shareable-private.h"

G_BEGIN_DECLS

/* Numbers of one type in shared memory, with a lock: what a value is one of, and an array many. Each access is one
 * atomic step. Numbers that do not fit are mistakes of the program: they are criticals, and change nothing. */

typedef struct
{
  char    type[2];   /* a letter of GVariant; "" before there are any */
  guint   size;      /* of one, in bytes */
  gsize   n;
  guint8 *data;
  HaulRLock *lock;   /* (owned) (nullable) */
} HaulElements;

/* What a class of them has: the memory, and the lock's. */
#define HAUL_ELEMENTS_N_FDS          2
#define HAUL_ELEMENTS_N_OPTIONAL_FDS 1

/* Makes those of a new object. */
gboolean haul_elements_create      (HaulElements        *self,
                                    HaulShareable       *owner,
                                    const char          *type,
                                    gsize                n,
                                    gboolean             with_lock,
                                    GError             **error);
void     haul_elements_clear       (HaulElements        *self);
/* For open(): makes them, or finds those that came from another process. */
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
