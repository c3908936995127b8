/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-compare.h"
#include "lab-lesson.h"

G_BEGIN_DECLS

/* The command line of `haul lab`, checked. */
typedef struct
{
  const LabExperiment *experiment;   /* (nullable) none: list them */
  LabLesson           *lesson;       /* (owned) (nullable) */
  GVariant            *arguments;    /* (owned) (nullable) a{sv}, complete */
  const char          *prediction;   /* (nullable) static */
  const LabComparison *comparison;   /* (nullable) instead of an experiment: one task in every way */
  guint                n_times;
  const char          *report;       /* (nullable) borrowed from the command line, as the file system spells it */
  gboolean             force;
  gboolean             json;
  gboolean             outcomes;
  gboolean             help;
} HaulCliLabOptions;

/* One option that `haul lab` takes, whatever the experiment. */
typedef struct
{
  const char *name;
  const char *value;   /* (nullable) translatable: what goes after it */
  const char *help;    /* translatable */
  gboolean  (*apply)(HaulCliLabOptions  *options,
                     const char         *value,
                     GError            **error);
} HaulCliLabOption;

const HaulCliLabOption *haul_cli_lab_options_list   (void);   /* ends with a NULL name */
gboolean                haul_cli_lab_options_parse  (HaulCliLabOptions  *self,
                                                     int                 argc,
                                                     char              **argv,
                                                     GError            **error);
void                    haul_cli_lab_options_clear  (HaulCliLabOptions  *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulCliLabOptions, haul_cli_lab_options_clear)

G_END_DECLS
