/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-own-processes-private.h"

#include <string.h>

#include "haul-proc-private.h"

/* How long one that has ended is remembered: longer than any list waits before it looks again. */
#define REMEMBER_US (30 * G_USEC_PER_SEC)

/* When so many are known, those that were forgotten are looked for. */
#define MANY 64

static GMutex mutex;
static GHashTable *processes;   /* (owned) pid → HaulOwnProcess (owned), under the mutex */
static guint sweep_at = MANY;

void
haul_own_process_free (HaulOwnProcess *self)
{
  g_weak_ref_clear (&self->job);
  g_free (self->name);
  g_free (self);
}

static gboolean
is_old (gpointer pid G_GNUC_UNUSED,
        gpointer value,
        gpointer now)
{
  HaulOwnProcess *self = value;

  return self->ended_at != 0 && *(gint64 *) now - self->ended_at > REMEMBER_US;
}

/* Seldom enough to cost nothing, however many there are. */
static void
sweep (gint64 now)
{
  if (g_hash_table_size (processes) < sweep_at)
    return;
  (void) g_hash_table_foreach_remove (processes, is_old, &now);
  sweep_at = MAX (MANY, 2 * g_hash_table_size (processes));
}

void
haul_own_process_add (int              pid,
                      HaulProcessKind  kind,
                      const char      *name,
                      gboolean         daemon,
                      HaulJob         *job)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&mutex);
  HaulOwnProcess *self;

  if (pid <= 0)
    return;   /* it was very fast to end */

  if (processes == NULL)
    processes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) haul_own_process_free);
  self = g_new0 (HaulOwnProcess, 1);
  self->kind = kind;
  self->name = g_strdup (name);
  self->daemon = daemon;
  self->added_at = haul_proc_now ();
  g_weak_ref_init (&self->job, job);
  sweep (self->added_at);
  g_hash_table_replace (processes, GINT_TO_POINTER (pid), self);
}

void
haul_own_process_ended (int pid,
                        int code,
                        int signal)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&mutex);
  HaulOwnProcess *self = processes != NULL ? g_hash_table_lookup (processes, GINT_TO_POINTER (pid)) : NULL;

  if (self == NULL || self->ended_at != 0)
    return;
  self->ended_at = haul_proc_now ();
  self->exit_known = code >= 0 || signal > 0;
  self->exit_code = code;
  self->exit_signal = signal;
}

static HaulOwnProcess *
copy (HaulOwnProcess *self)
{
  g_autoptr(HaulJob) job = g_weak_ref_get (&self->job);
  HaulOwnProcess *other = g_memdup2 (self, sizeof *self);

  other->name = g_strdup (self->name);
  memset (&other->job, 0, sizeof other->job);
  g_weak_ref_init (&other->job, job);
  return other;
}

/* Whoever was given the number later is somebody else. */
HaulOwnProcess *
haul_own_process_lookup (int    pid,
                         gint64 start)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&mutex);
  HaulOwnProcess *self = processes != NULL ? g_hash_table_lookup (processes, GINT_TO_POINTER (pid)) : NULL;

  if (self == NULL || start > (self->ended_at != 0 ? self->ended_at : self->added_at))
    return NULL;
  return copy (self);
}
