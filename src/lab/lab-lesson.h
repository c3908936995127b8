/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-experiment.h"

G_BEGIN_DECLS

/*
 * What a teacher prepared: an experiment, how it is set, what is asked, and hints. It is a file of JSON:
 *
 * {
 *   "experiment": "lost-updates",
 *   "title": "A Counter and Two Threads",
 *   "parameters": { "threads": 2 },
 *   "question": "Two threads count to a million each. What does the counter say?",
 *   "hints": [ "An addition is three steps." ]
 * }
 *
 * All but the experiment may be left out.
 */
typedef struct _LabLesson LabLesson;

/* An error says what to change in the file. */
LabLesson           *lab_lesson_new_from_data   (const char       *json,
                                                 gsize             size,
                                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same with the name of the file first. */
LabLesson           *lab_lesson_new_from_file   (const char       *path,
                                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void                 lab_lesson_free            (LabLesson        *self);

const LabExperiment *lab_lesson_get_experiment  (const LabLesson  *self);
GVariant            *lab_lesson_get_arguments   (const LabLesson  *self);   /* a{sv}, complete */
const char          *lab_lesson_get_title       (const LabLesson  *self);   /* of the experiment, if it has none */
const char          *lab_lesson_get_question    (const LabLesson  *self);   /* likewise */
const char * const  *lab_lesson_get_hints       (const LabLesson  *self);   /* ends with NULL; may be empty */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLesson, lab_lesson_free)

G_END_DECLS
