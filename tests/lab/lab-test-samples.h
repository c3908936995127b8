/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-experiment.h"

G_BEGIN_DECLS

/*
 * What experiments found once, so that what is made of it can be looked at without running them: each of them in
 * samples/ID.lines, as its process said it, and what it might have found instead. With $HAUL_TEST_SAMPLES.
 */
typedef struct
{
  const char *experiment;
  const char *outcome;      /* (nullable) NULL where it is not shown */
  const char *lines;        /* (nullable) that come after those of the file */
  const char *arguments;    /* (nullable) as of g_variant_parse() */
} LabTestSample;

extern const LabTestSample lab_test_samples[];   /* ends with a NULL experiment */

LabFindings *lab_test_sample_read (const LabTestSample *sample) G_GNUC_WARN_UNUSED_RESULT;
/* Which one it is, for messages. Returns: (transfer full) */
char        *lab_test_sample_name (const LabTestSample *sample) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
