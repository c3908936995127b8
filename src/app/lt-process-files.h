/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* What a process has open, and what else the kernel tells only of single processes: read in a thread, as
 * the kernel may take its time. */

typedef struct
{
  int   fd;
  char *target;   /* (owned) as in /proc/PID/fd, in UTF-8 */
  char *words;    /* (owned) what that is, translated */
} LtProcessFile;

typedef struct
{
  GPtrArray *files;     /* (owned) of LtProcessFile, by their numbers */
  char      *command;   /* (owned) (nullable) its arguments */
  char      *program;   /* (owned) (nullable) a path */
  char      *folder;    /* (owned) (nullable) where it is */
} LtProcessFiles;

void            lt_process_files_free        (LtProcessFiles       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LtProcessFiles, lt_process_files_free)

void            lt_process_files_read_async  (HaulProcessInfo      *info,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
/* %NULL and an error when it is gone, or belongs to somebody else. */
LtProcessFiles *lt_process_files_read_finish (GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* What @target is, of a file that was opened with @flags, of open(2). */
char           *lt_process_file_describe     (const char           *target,
                                              gboolean              is_folder,
                                              int                   flags) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
