/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One run of the real `haul`, as a shell would start it. */
typedef struct
{
  GSubprocess  *process;    /* (owned) */
  int           pid;        /* 0 when it was very fast to end */
  int           terminal;   /* the end that people sit at, or -1 */
  GString      *out;        /* (owned) all of its standard output so far; may hold any bytes */
  GString      *err;        /* (owned) of its standard error, or its terminal */
  gboolean      out_ended;
  gboolean      err_ended;
  gboolean      exited;
  int           status;     /* as a shell says it: 128 and more for a signal; valid when exited */
  GCancellable *reading;    /* (owned) */
} CliRun;

/* Environment that all runs after this get: NAME=VALUE, or NAME to be without; NULL forgets all. */
void      cli_run_set_env     (const char         *assignment);

CliRun   *cli_run_start       (const char         *first,
                               ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
/* With its standard input and error on a terminal; standard output is still a pipe. */
CliRun   *cli_run_start_on_terminal (guint         columns,
                                     const char   *first,
                                     ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
CliRun   *cli_run_shell_on_terminal (guint         columns,
                                     const char   *command) G_GNUC_WARN_UNUSED_RESULT;
void      cli_run_type        (CliRun             *self,
                               const char         *keys);
void      cli_run_resize      (CliRun             *self,
                               guint               columns);

/* From a shell command in which $HAUL is the program. */
CliRun   *cli_run_shell       (const char         *command) G_GNUC_WARN_UNUSED_RESULT;
/* Starts one and waits for its end. */
CliRun   *cli_run             (const char         *first,
                               ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
void      cli_run_free        (CliRun             *self);

void      cli_run_signal      (CliRun             *self,
                               int                 signum);
void      cli_run_join        (CliRun             *self);
/* Until there is @text in @stream, which is its out or its err. */
void      cli_run_wait_for    (CliRun             *self,
                               GString            *stream,
                               const char         *text);

/* The pid of the worker, from the JSON lines; waits for it. */
int       cli_run_wait_worker (CliRun             *self);

/* Every line of standard output, which must all be JSON objects. */
GPtrArray *cli_run_parse_json (CliRun             *self) G_GNUC_WARN_UNUSED_RESULT;

/* One line on standard error that begins with "haul: " and has @part; nothing on standard output. */
void      cli_run_assert_refused (CliRun          *self,
                                  int              status,
                                  const char      *part);

#define cli_run_assert_status(self, expected) G_STMT_START {                                        \
    if ((self)->status != (expected))                                                             \
      g_error ("%s:%d: status %d, not %d; on standard error: %s", __FILE__, __LINE__,              \
               (self)->status, (expected), (self)->err->str);                                       \
  } G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliRun, cli_run_free)

G_END_DECLS
