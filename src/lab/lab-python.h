/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

#define LAB_PYTHON "python3"

/* A python3 that computes, when it is asked to, and says how long that took. */
typedef struct
{
  pid_t pid;
  int   input;
  int   output;
} LabPython;

/* @name: as it is typed, a name or a path; the usual one is LAB_PYTHON. NULL where there is none. */
char     *lab_python_find         (const char   *name);
gboolean  lab_python_start        (LabPython    *self,
                                   const char   *path,
                                   GError      **error);
void      lab_python_end          (LabPython    *self);
/* Comes first: "3.11.2"; NULL if it is no Python. */
char     *lab_python_read_version (LabPython    *self);

/* @how: "serial", @n times one after the other; "threads", in @n of them. */
gboolean  lab_python_ask          (LabPython    *self,
                                   const char   *how,
                                   guint         n,
                                   guint64       turns,
                                   GError      **error);
/* The seconds that it took; -1 with @error set if it says nothing. */
double    lab_python_answer       (LabPython    *self,
                                   GError      **error);

G_END_DECLS
