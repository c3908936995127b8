/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-test.h"
#include "lab-run.h"

G_BEGIN_DECLS

/* For the test of an experiment: between lab_test_begin() and lab_test_end() it may run what it likes; the end
 * fails when a process, a zombie or an fd is left. */
void     lab_test_begin  (void);
void     lab_test_end    (void);

/* A new run of the experiment @id with @arguments, GVariant text "{'threads': <int64 2>}" or NULL, @n_times in a row,
 * to its end; it must not fail. */
LabRun  *lab_test_run    (const char *id,
                          const char *arguments,
                          guint       n_times) G_GNUC_WARN_UNUSED_RESULT;
/* Starts it, cancels it as soon as it has found something, or after @ms, and fails if any process of it is left. */
void     lab_test_cancel (const char *id,
                          const char *arguments,
                          guint       ms);
/* Waits until it does not run any more. */
void     lab_test_wait   (LabRun     *run);

/* The number that was found; fails where there is none. */
double   lab_test_get    (LabRun     *run,
                          const char *key,
                          const char *item);

/* Fails with all that was found, unless that came out and the explanation says something. */
void     lab_test_assert_outcome (LabRun     *run,
                                  const char *outcome);
/* What came out, whatever that was; NULL where it says why nothing did, which is printed. For outcomes that are
 * chance on a machine that others use as well. */
const char *lab_test_explained (LabRun *run);
/* As the first, where this machine may have a reason not to show it: TRUE if it came out, FALSE where it says why not,
 * which is printed. Any other outcome fails. */
gboolean lab_test_outcome_or_why (LabRun     *run,
                                  const char *outcome);

/* Before anything is read in the language of the environment, from what was built. */
void     lab_test_speak            (void);
/* How many sentences a text has: what others said in it, in quotes, does not count. */
guint    lab_test_count_sentences  (const char *text);
/* Fails unless there are one to three of them that people can follow, with nothing left out. */
void     lab_test_assert_sentences (const char *text);

G_END_DECLS
