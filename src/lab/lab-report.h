/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-machine.h"
#include "lab-run.h"

G_BEGIN_DECLS

/* What a run found, and where, for people who were not there. It needs no more than what is in it. */

/* For people; @picture, where it is not NULL, is the name of the file that lab_report_to_svg() goes to. */
char     *lab_report_to_markdown      (LabRun           *run,
                                       const LabMachine *machine,
                                       const char       *picture) G_GNUC_WARN_UNUSED_RESULT;
char     *lab_report_to_svg           (LabRun           *run) G_GNUC_WARN_UNUSED_RESULT;

/* For programs: one object, on one line or @pretty. */
char     *lab_report_to_json          (LabRun           *run,
                                       const LabMachine *machine,
                                       gboolean          pretty) G_GNUC_WARN_UNUSED_RESULT;

/* The file beside a report in which its picture goes: "a/lost.md" has "a/lost.svg". */
char     *lab_report_get_picture_path (const char       *path) G_GNUC_WARN_UNUSED_RESULT;

/* A value of a parameter as people read it. Returns: (transfer full) */
char     *lab_report_describe_value   (const HaulParam  *param,
                                       GVariant         *value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
