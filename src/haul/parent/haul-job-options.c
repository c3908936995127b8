/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-core-private.h"

#include <glib/gi18n-lib.h>

#include "haul/wire/haul-error.h"

/* What people set of a job: most of it before it is submitted. */

const char *
haul_job_get_title (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->title;
}

void
haul_job_set_title (HaulJob    *self,
                    const char *title)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  if (g_strcmp0 (self->title, title) == 0)
    return;

  g_free (self->title);
  self->title = g_strdup (title);
  haul_job_notify (self, PROP_TITLE);
}

void
haul_job_set_nice (HaulJob *self,
                   int      nice)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  self->nice = CLAMP (nice, -20, 19);
}

gboolean
haul_job_renice (HaulJob  *self,
                 int       nice,
                 GError  **error)
{
  HaulJobState state;

  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);
  g_return_val_if_fail (nice >= -20 && nice <= 19, FALSE);

  state = haul_job_get_state (self);
  if (state != HAUL_JOB_QUEUED && state != HAUL_JOB_RUNNING && state != HAUL_JOB_PAUSED)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                           _("only a job that is queued or runs gets another priority"));
      return FALSE;
    }
  if (state != HAUL_JOB_QUEUED && !haul_executor_renice (self->executor, self, nice, error))
    return FALSE;

  self->nice = nice;
  if (state == HAUL_JOB_QUEUED && self->executor != NULL)
    haul_executor_requeue (self->executor, self);
  haul_job_notify (self, PROP_NICE);
  return TRUE;
}

void
haul_job_set_daemon (HaulJob  *self,
                     gboolean  daemon)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  if (self->daemon == !!daemon)
    return;

  self->daemon = !!daemon;
  haul_job_notify (self, PROP_DAEMON);
}

gboolean
haul_job_get_daemon (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->daemon;
}

void
haul_job_set_timeout (HaulJob *self,
                      guint    timeout_ms)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  self->timeout_ms = timeout_ms;
}

void
haul_job_set_log_limit (HaulJob *self,
                        guint    n_lines)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  haul_ring_set_max_items (self->log, n_lines);
}

void
haul_job_set_grace (HaulJob  *self,
                    guint     grace_ms,
                    gboolean  escalate)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  self->life.grace_ms = grace_ms;
  self->life.escalate = escalate;
}

int
haul_job_get_nice (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->nice;
}

guint
haul_job_get_grace (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->life.grace_ms;
}

void
haul_job_set_seed (HaulJob *self,
                   guint64  seed)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  self->seed = seed;
}

guint64
haul_job_get_seed (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->seed;
}

guint64
haul_job_get_run_seed (HaulJob *self)
{
  return haul_random_derive (self->seed, 0);
}

void
haul_job_share (HaulJob       *self,
                const char    *name,
                HaulShareable *shareable)
{
  gboolean added;

  g_return_if_fail (HAUL_IS_JOB (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (HAUL_IS_SHAREABLE (shareable));
  g_return_if_fail (self->stamps[HAUL_STAMP_QUEUED] == 0);

  if (self->shares == NULL)
    self->shares = haul_shares_new ();
  added = haul_shares_add (self->shares, name, shareable);
  g_return_if_fail (added);
}

HaulShares *
haul_job_get_shares (HaulJob *self)
{
  return self->shares;
}
