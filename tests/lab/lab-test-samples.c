/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test-samples.h"

#include <string.h>

const LabTestSample lab_test_samples[] = {
  { "frozen-window", "loop" },
  { "frozen-window", "neither", "number\tgap\tloop\t20\n" },
  { "frozen-window", "both", "number\tgap\tchild\t1990\n" },
  { "frozen-window", NULL, "number\tgap\tloop\t20\nnumber\tgap\tchild\t1990\n" },
  { "widgets-from-a-thread", "breaks" },
  { "widgets-from-a-thread", NULL, "number\tbroken\tthread\t0\n" },
  { "widgets-from-a-thread", NULL, "number\tbroken\tloop\t33\n" },
  { "widgets-from-a-thread", NULL, "text\tmissing\tdisplay\n" },
  { "widgets-from-a-thread", NULL, "text\tmissing\tprogram\n" },
  { "separate-memory", "thread" },
  { "separate-memory", "thread", "number\town\tchild\t-1\n" },
  { "separate-memory", "both", "number\tvalue\tafter\t2\n" },
  { "separate-memory", "none", "number\tvalue\tafter\t0\n" },
  { "separate-memory", NULL, "number\tvalue\tchild\t0\n" },
  { "pipe-wall", "stuck" },
  { "pipe-wall", "ends",
    "number\tstuck\tjoin-first\t0\nnumber\treceived\tjoin-first\t4096\nnumber\treceived\tread-first\t4096\n",
    "{'size': <int64 4096>}" },
  { "pipe-wall", "ends", "number\tstuck\tjoin-first\t0\nnumber\treceived\tjoin-first\t1\nnumber\treceived\tread-first\t1\n",
    "{'size': <int64 1>}" },
  { "pipe-wall", "lost", "number\tstuck\tjoin-first\t0\nnumber\treceived\tjoin-first\t65536\n" },
  { "pipe-wall", NULL, "number\tstuck\tjoin-first\t0\nnumber\treceived\tjoin-first\t0\nnumber\treceived\tread-first\t0\n" },
  { "torn-lines", "many" },
  { "torn-lines", "few", "number\ttorn\t6000\t5\n" },
  { "torn-lines", "none", "number\ttorn\t6000\t0\n" },
  { "torn-lines", "none", "text\tsize\t4096\n", "{'size': <int64 4096>}" },
  { "two-locks", "ring" },
  { "two-locks", "one", "number\trings\topposite\t0\n" },
  { "lost-updates", "less" },
  { "lost-updates", "less", "number\ttries\tnone\t1\n" },
  { "lost-updates", "less", "number\ttries\tnone\t2\n" },
  { "lost-updates", "more", "number\tlost\tnone\t-5\n" },
  { "lost-updates", NULL, "number\tlost\tnone\t0\n" },
  { "zombie-until-joined", "stays" },
  { "zombie-until-joined", "gone", "number\tlisted\texited\t0\n" },
  { "zombie-until-joined", "killed", "number\tlisted\tsignalled\t0\n" },
  { "zombie-until-joined", NULL, "number\tlisted\tjoined\t1\n" },
  { "terminate-then-join", "one" },
  { "terminate-then-join", "one", "number\tpending\tstopped\t0\n" },
  { "terminate-then-join", "none", "number\tcount\tobedient\t0\n" },
  { "terminate-then-join", "two", "number\tcount\tobedient\t2\n" },
  { "terminate-then-join", "three", "number\tcount\tobedient\t3\n" },
  { "terminate-then-join", NULL, "number\tcount\tobedient\t-1\n" },
  { "daemon-at-exit", "loose" },
  { "daemon-at-exit", "nobody", "number\tleft\tloose\t0\n" },
  { "daemon-at-exit", "daemon", "number\tleft\tloose\t0\nnumber\tleft\tdaemon\t1\n" },
  { "daemon-at-exit", "all", "number\tleft\tnormal\t1\nnumber\tleft\tdaemon\t1\n" },
  { "daemon-at-exit", NULL, "number\tleft\tnormal\t1\n" },
  { "crash-isolation", "processes" },
  { "crash-isolation", "threads", "number\tfinished\tthreads\t3\nnumber\tlost\tthreads\t1\nnumber\tfinished\tprocesses\t0\nnumber\tlost\tprocesses\t4\n" },
  { "crash-isolation", "none", "number\tfinished\tprocesses\t0\nnumber\tlost\tprocesses\t4\n" },
  { "crash-isolation", "both", "number\tlost\tthreads\t1\nnumber\tfinished\tthreads\t3\n" },
  { "crash-isolation", NULL, "number\tfinished\tprocesses\t1\nnumber\tlost\tprocesses\t3\n" },
  { "fork-spawn-forkserver", "fork" },
  { "fork-spawn-forkserver", "none", "number\tlarge\tfork\t0.35\nnumber\tlarge\tspawn\t2.3\nnumber\tlarge\tserver\t0.35\n" },
  { "fork-spawn-forkserver", "none", "number\tmemory\tfork\t0\n" },
  { "fork-spawn-forkserver", "spawn", "number\tlarge\tfork\t0.35\nnumber\tlarge\tspawn\t60\nnumber\tlarge\tserver\t0.35\n" },
  { "fork-spawn-forkserver", "all", "number\tlarge\tspawn\t60\nnumber\tlarge\tserver\t50\n" },
  { "fork-spawn-forkserver", NULL, "number\tlarge\tspawn\t60\nnumber\tlarge\tserver\t0.35\n" },
  { "fork-with-threads", "some" },
  { "fork-with-threads", "all", "number\thung\tbusy\t40\nnumber\tfinished\tbusy\t0\n" },
  { "fork-with-threads", NULL, "number\thung\tbusy\t0\n" },
  { "fork-with-threads", NULL, "number\thung\talone\t1\n" },
  { "finishing-order", "changing" },
  { "finishing-order", "same", "text\tdistinct\t1\n" },
  { "finishing-order", NULL, "text\tdistinct\t0\n" },
  { "pool-calls", "some" },
  { "pool-calls", "none", "number\tblocked\tapply\t1\nnumber\tblocked\tmap\t1\nnumber\tblocked\tstarmap\t1\n" },
  { "pool-calls", "all", "number\tblocked\tapply_async\t200\nnumber\tblocked\timap\t200\n" },
  { "pool-calls", NULL, "number\tblocked\timap\t200\n" },
  { "how-many-workers", "cores" },
  { "how-many-workers", "cores", NULL, "{'serial': <int64 80>}" },
  { "how-many-workers", "cores", "text\tbusy\t80\n" },
  { "how-many-workers", "more", "number\tspeedup\t4\t3\n" },
  { "how-many-workers", "none", "number\tspeedup\t2\t1.05\nnumber\tspeedup\t4\t1.1\n" },
  { "how-many-workers", NULL, "number\tspeedup\t2\t1.05\nnumber\tspeedup\t4\t1.1\ntext\tbusy\t80\ntext\trounds\t300\n" },
  { "how-many-workers", NULL, "text\tprocessors\t1\n" },
  { "how-many-workers", NULL, "text\tprocessors\t512\n" },
  { "how-many-workers", NULL, "text\tprocessors\t3\n" },
  { "chunk-size", "between" },
  { "chunk-size", "one", "number\ttime\t1\t0.1\n" },
  { "chunk-size", "whole", "number\ttime\t2000\t0.1\n" },
  { "chunk-size", NULL, "number\ttime\t2000\t0.6\n" },
  { "waiting-is-not-working", "loop" },
  { "waiting-is-not-working", "threads", "number\tmemory\tthreads\t100\n" },
  { "waiting-is-not-working", "processes", "number\tmemory\tprocesses\t100\n" },
  { "waiting-is-not-working", NULL, "number\ttime\tserial\t0.02\n" },
  { "nice-and-cores", "less" },
  { "nice-and-cores", "less", "number\tprocessor\town-nice\t20\n" },
  { "nice-and-cores", "half", "number\tshare\tsame-nice\t49\n", "{'nice': <int64 1>}" },
  { "nice-and-cores", "nothing", "number\tshare\tsame-nice\t0\n" },
  { "nice-and-cores", NULL, "number\tshare\tsame-nice\t0\nnumber\ttime\tsame-plain\t100\n" },
  { "nice-and-cores", NULL, "text\tmissing\tnice\n" },
  { "interpreter-lock", "processes" },
  { "interpreter-lock", "processes", "text\tmodel\tpython3 is missing\n" },
  { "interpreter-lock", "both", "number\tspeedup\tpython-threads\t1.9\n" },
  { "interpreter-lock", "neither", "number\tspeedup\tpython-processes\t1.1\nnumber\tspeedup\tc-threads\t1.1\n" },
  { "interpreter-lock", NULL, "number\tspeedup\tpython-processes\t1.1\ntext\tbusy\t80\ntext\trounds\t90\n" },
  { "interpreter-lock", NULL, "text\tprocessors\t1\n" },
  { NULL }
};

char *
lab_test_sample_name (const LabTestSample *sample)
{
  g_autofree char *lines = g_strescape (sample->lines != NULL ? sample->lines : "", NULL);

  return g_strdup_printf ("%s, %s, %s", sample->experiment, sample->outcome != NULL ? sample->outcome : "not shown", lines);
}

LabFindings *
lab_test_sample_read (const LabTestSample *sample)
{
  const LabExperiment *experiment = lab_experiment_lookup (sample->experiment, NULL);
  g_autofree char *name = g_strconcat (sample->experiment, ".lines", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("HAUL_TEST_SAMPLES"), name, NULL);
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autofree char *text = NULL, *lines = NULL;
  g_autoptr(GVariant) given = NULL, arguments = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (experiment);
  (void) g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strconcat (text, sample->lines, NULL);
  given = g_variant_parse (G_VARIANT_TYPE_VARDICT, sample->arguments != NULL ? sample->arguments : "{}", NULL, NULL, &error);
  g_assert_no_error (error);
  arguments = g_variant_take_ref (haul_task_complete (&experiment->task, given, &error));
  g_assert_no_error (error);

  lab_findings_set_arguments (findings, arguments);
  lab_findings_begin_run (findings);
  (void) lab_findings_take (findings, lines, strlen (lines), &error);
  g_assert_no_error (error);
  return g_steal_pointer (&findings);
}
