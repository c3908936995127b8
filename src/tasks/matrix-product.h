/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/*
 * Rows of the product of two square matrices, which everybody makes up in the same way: their
 * elements are whole numbers from -8 to 7, so that every sum is exact, in whatever order it is made.
 */

/* What element of A or B (@which 0 or 1) is at that place. */
int      matrix_element  (guint         which,
                          guint         row,
                          guint         column);

/* Multiplies rows @from to @to - 1 of A with B, checks the product as Freivalds does, and gives its
 * checksum: the sum of all elements, each times one more than its place, modulo 2^64. Those of rows
 * add up to that of the whole. Progress is in multiplications. */
gboolean matrix_multiply (HaulContext  *context,
                          guint         size,
                          guint         from,
                          guint         to,
                          guint64      *ret_checksum,
                          GError      **error);

/* The kernels, for tests and measurements: TRUE takes the plain one even where there is a faster. */
void     matrix_set_plain (gboolean plain);

G_END_DECLS
