/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What pictures are taken of: the real window with real jobs in real states. A scene is a list of steps, one
 * after the other; a step that has to wait for something is tried again a fifth of a second later.
 *
 *   start COMMAND        a job, as on the command line; "starts N COMMAND" for many
 *   fraction X           until the newest job has done so much
 *   ended                until the newest job has ended
 *   pause, cancel        the newest job
 *   select N, page NAME  the details pane: of the job with this number
 *   app, win NAME [V]    an action, with its parameter in the text format of GVariant
 *   search TEXT          among the processes
 *   properties           of the first process
 *   revealed ID          until this experiment has its outcome
 *   wait N               for N fifths of a second
 */
typedef struct
{
  const char  *name;
  const char  *says;        /* what is to be seen: for people who look at it */
  const char * const *steps;
} Scene;

extern const Scene scenes[];   /* ends with a NULL name */

const Scene *scene_lookup (const char *name);

G_END_DECLS
