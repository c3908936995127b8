/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What bench-pool.c measures libhaul by: bare system calls, and Python's pools. */

#define BENCH_ROUNDS 5
#define BENCH_STARTS 31   /* these are short, and differ much */
#define MIB          (1 << 20)

double  bench_now       (void);               /* s */
double  bench_median    (double     *values,   /* which it sorts */
                         guint       n);
void    bench_must      (gboolean    ok,
                         const char *what);

/* A forked child at the other end of two pipes: seconds, … */
double  bare_start      (void);               /* to its first byte */
double  bare_trips      (guint       n,       /* of one of @n answers of @size bytes */
                         gsize       size);
double  bare_kill       (void);               /* from kill to waitpid */

/* pool_peers.py, where there is a Python. */
typedef struct
{
  GSubprocess      *process;   /* (owned) (nullable) */
  GDataInputStream *answers;   /* (owned) (nullable) */
} Peers;

void    peers_start     (Peers      *self,
                         const char *script);
double  peers_ask       (Peers      *self,    /* below 0 where there is none */
                         const char *name,
                         guint       number);
void    peers_end       (Peers      *self);

G_END_DECLS
