/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <string.h>

#include <gio/gio.h>

#include "haul/parent/haul-executor.h"
#include "haul/parent/haul-pool-executor.h"

G_BEGIN_DECLS

/* What all test programs share. No wait in it, or with it, is without an end: each has a limit of
 * its own, and behind them stands an alarm that dumps what is known and aborts. */

/* How long a wait may take that should take no time at all, on a slow and busy machine. */
#define HAUL_TEST_SOON_MS 25000

/* With a sanitizer all takes longer, and more memory. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define HAUL_TEST_SANITIZED 1
#elif defined (__has_feature)
#if __has_feature (address_sanitizer) || __has_feature (thread_sanitizer)
#define HAUL_TEST_SANITIZED 1
#endif
#endif
#ifndef HAUL_TEST_SANITIZED
#define HAUL_TEST_SANITIZED 0
#endif

typedef gboolean (*HaulTestPredicate) (gpointer data);

void          haul_test_init            (int               *argc,
                                         char            ***argv);

/* For a program that a test starts: ends with it, even if that is killed. */
void          haul_test_follow_parent   (void);

/* Around what a test does: fails when it leaves behind a child, a zombie, an fd or a job that has
 * not ended exactly once. */
void          haul_test_begin           (void);
void          haul_test_assert_clean    (void);

/* Prints jobs, children and fds. */
void          haul_test_dump            (void);

/* Runs the main context until @predicate holds. Dumps and aborts after @ms. */
void          haul_test_run_until       (HaulTestPredicate  predicate,
                                         gpointer           data,
                                         guint              ms);
/* The same, but FALSE after @ms: for what must not happen. */
gboolean      haul_test_run_for         (HaulTestPredicate  predicate,
                                         gpointer           data,
                                         guint              ms);
/* For who waits without these: something has come, and the watchdog starts anew. */
void          haul_test_keep_alive      (void);
/* The same without the main context, for what happens outside of this program. */
void          haul_test_poll_until      (HaulTestPredicate  predicate,
                                         gpointer           data,
                                         guint              ms);

/* Of /proc. State is one letter, 0 for a process that is gone. */
char          haul_test_process_state   (int                pid);
int           haul_test_process_group   (int                pid);
int           haul_test_process_nice    (int                pid);
gboolean      haul_test_process_gone    (gpointer           pid);   /* GINT_TO_POINTER; a zombie that is not ours counts as gone */
/* How long, in ms, this thread was ready to run and had no CPU, ever: that part of being late is the machine's. */
double        haul_test_cpu_wait        (void);
guint         haul_test_count_children  (void);
/* Those alive, other than @except, that have @mark, "NAME=VALUE", in the environment they were given. */
guint         haul_test_count_marked    (const char        *mark,
                                         int                except);
guint         haul_test_count_fds       (void);

/* Keeps a process from ending, by whatever signal, until it is let go. NULL where that is forbidden; the test
 * is then marked as skipped. */
GSubprocess  *haul_test_hold            (int                pid) G_GNUC_WARN_UNUSED_RESULT;
void          haul_test_let_go          (GSubprocess       *holder);   /* (transfer full) */

/* Jobs. @arguments is GVariant text, "{'size': <int64 5>}", or NULL. */
HaulExecutor *haul_test_process_executor_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* The worker that breaks the protocol; @name is the way in which it does before its HELLO. */
HaulExecutor *haul_test_pool_executor_new    (guint         n_workers) G_GNUC_WARN_UNUSED_RESULT;
HaulExecutor *haul_test_raw_executor_new     (const char   *name) G_GNUC_WARN_UNUSED_RESULT;
HaulExecutor *haul_test_executor_new_named   (const char   *name) G_GNUC_WARN_UNUSED_RESULT;

/* At nice 0. */
HaulJob      *haul_test_job_new         (const char        *task,
                                         const char        *arguments) G_GNUC_WARN_UNUSED_RESULT;
HaulJob      *haul_test_job_new_for_task (const HaulTask   *task,
                                          const char       *arguments) G_GNUC_WARN_UNUSED_RESULT;
void          haul_test_submit          (HaulExecutor      *executor,
                                         HaulJob           *job);
/* Both in one. */
HaulJob      *haul_test_job_start       (HaulExecutor      *executor,
                                         const char        *task,
                                         const char        *arguments) G_GNUC_WARN_UNUSED_RESULT;
/* One job that goes as it should: what has to work after each fault. */
void          haul_test_run_normal      (HaulExecutor      *executor);
void          haul_test_wait_ended      (HaulJob           *job);
void          haul_test_wait_state      (HaulJob           *job,
                                         HaulJobState       state);
/* Until its log has a line with @text; the line is valid as long as the job is. */
const char   *haul_test_wait_log        (HaulJob           *job,
                                         const char        *text);
const char   *haul_test_find_log        (HaulJob           *job,
                                         const char        *text);
void          haul_test_shutdown        (HaulExecutor      *executor,
                                         HaulShutdown       how);
char         *haul_test_result_text     (HaulJob           *job) G_GNUC_WARN_UNUSED_RESULT;
/* The states that were notified, " starting running …"; valid until the next haul_test_begin(). */
const char   *haul_test_history         (HaulJob           *job);

/* For haul_test_begin() and the dump. */
void          haul_test_jobs_begin      (void);
void          haul_test_jobs_assert     (void);
void          haul_test_jobs_dump       (void);

#define haul_test_assert_verdict(job, expected) \
  g_assert_cmpstr (haul_job_verdict_to_nick (haul_job_get_verdict (job)), ==, haul_job_verdict_to_nick (expected))
#define haul_test_assert_state(job, expected) \
  g_assert_cmpstr (haul_job_state_to_nick (haul_job_get_state (job)), ==, haul_job_state_to_nick (expected))
#define haul_test_assert_contains(text, part) G_STMT_START {                              \
    if ((text) == NULL || strstr ((text), (part)) == NULL)                                \
      g_error ("%s:%d: ‘%s’ does not contain ‘%s’", __FILE__, __LINE__, (text), (part));  \
  } G_STMT_END

G_END_DECLS
