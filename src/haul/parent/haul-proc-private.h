/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the kernel says of processes, in /proc. Plain data, from any thread.
 *
 * It is read here and not by libproc2: that takes 9.4 µs a process for the same, and 14 with the user,
 * where this takes 7.3; it cannot tell how a zombie ended; and it is one more library for every program
 * that uses this one. */

#define HAUL_PROC_NAME_SIZE 128

typedef enum
{
  HAUL_PROC_OTHER,
  HAUL_PROC_PROGRAM,       /* runs haul or Long Tasks */
  HAUL_PROC_WORKER,        /* runs a worker program */
  HAUL_PROC_FORK_SERVER,   /* … as a fork server; what it forks looks the same */
} HaulProcProgram;

typedef struct
{
  int             pid;
  int             parent_pid;
  int             group;         /* of processes, by the number of its first one */
  int             uid;
  guint64         start;         /* µs since the machine was started: with the pid, this is who it is */
  gint64          read_at;       /* µs of the same clock */
  guint64         cpu_us;        /* of all its threads, ever */
  guint64         memory;        /* bytes that are in memory, also those that others use too */
  gint64          own_memory;    /* bytes, where what is shared counts in parts; -1: not asked, not known */
  int             nice;
  int             core;
  guint           n_threads;
  int             exit_status;   /* of a zombie, as of wait(); -1 when that is not known */
  char            state;         /* as in proc(5) */
  HaulProcProgram program;
  char            name[HAUL_PROC_NAME_SIZE];   /* valid UTF-8 without control characters */
} HaulProcSample;

/* One line of /proc/PID/stat, which may hold any bytes, and a 0 after them. FALSE when it is none. */
gboolean haul_proc_parse        (const char      *text,
                                 gsize            size,
                                 HaulProcSample  *ret_sample);

typedef struct
{
  gboolean     programs;      /* look what program each of this user runs */
  const char  *worker_path;   /* (nullable) one more program that is a worker */
  GArray      *measure;       /* (nullable) of int: pids whose own memory is wanted */
} HaulProcWishes;

/* All processes under @root, which is "/proc"; what ends meanwhile is left out. %NULL where it cannot be read, or
 * is that of another PID namespace, whose numbers mean others here. */
GArray  *haul_proc_read_all     (const char            *root,
                                 const HaulProcWishes  *wishes,
                                 GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* One of them, without its memory and program. */
gboolean haul_proc_read         (const char            *root,
                                 int                    pid,
                                 HaulProcSample        *ret_sample);

/* µs since the machine was started. */
gint64   haul_proc_now          (void);

G_END_DECLS
