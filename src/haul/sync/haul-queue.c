/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-queue-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* How long a main loop tries to get it. */
#define TRY_US 20

G_DEFINE_FINAL_TYPE (HaulQueue, haul_queue, HAUL_TYPE_SHAREABLE)

static const char * const cannot_put = N_("cannot put an item into the queue");
static const char * const cannot_get = N_("cannot take an item out of the queue");
static const char * const cannot_join = N_("cannot wait for the items of the queue");

/* What is to be done first by who has the guard; leaves it when it fails. */
static gboolean
begin (HaulQueue *self,
       gboolean   looks_for_dead,
       guint     *ret_member,
       GError   **error)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);

  if (__atomic_load_n (&self->ring.shared->is_stale, __ATOMIC_ACQUIRE))
    haul_queue_ring_recount (&self->ring);
  if (looks_for_dead)
    {
      haul_queue_ring_bury (&self->ring, FALSE);
      haul_queue_ring_trim (&self->ring);
    }
  if (!haul_shareable_join (shareable, ret_member, NULL))
    {
      haul_queue_ring_bury (&self->ring, TRUE);
      if (!haul_shareable_join (shareable, ret_member, error))
        {
          haul_queue_leave (self);
          return FALSE;
        }
    }
  self->was_used = TRUE;
  return TRUE;
}

gboolean
haul_queue_try_enter (HaulQueue  *self,
                      gboolean    looks_for_dead,
                      guint      *ret_member,
                      GError    **error)
{
  gint64 until = g_get_monotonic_time () + TRY_US;

  while (!haul_shareable_try_enter (HAUL_SHAREABLE (self)))
    {
      if (g_get_monotonic_time () > until)
        return FALSE;
    }
  return begin (self, looks_for_dead, ret_member, error);
}

gboolean
haul_queue_enter (HaulQueue      *self,
                  const HaulWait *wait,
                  const char     *what,
                  guint          *ret_member,
                  GError        **error)
{
  HaulWaited waited = HAUL_WAIT_TIMED_OUT;
  HaulWait guard = { 0 };

  if (wait != NULL)
    guard = *wait;
  if (!haul_shareable_enter (HAUL_SHAREABLE (self), wait != NULL ? &guard : NULL, &waited))
    return haul_wait_fail (waited, what, error);
  return begin (self, wait != NULL && haul_wait_is_long (wait), ret_member, error);
}

/* Those that sleep until @event. If nobody does, because who said so was killed, or had enough, it need not
 * be tried again, unless somebody has come in the meantime. */
static void
wake_sleepers (HaulQueueShared *shared,
               HaulQueueEvent   event,
               guint32          sleepers,
               gboolean         everybody)
{
  if (haul_wake (&shared->word[event], everybody ? G_MAXINT : 1) <= 0)
    (void) __atomic_compare_exchange_n (&shared->sleepers[event], &sleepers, 0, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void
haul_queue_leave (HaulQueue *self)
{
  HaulQueueRing *ring = &self->ring;
  HaulQueueShared *shared = ring->shared;
  guint32 sleepers[HAUL_QUEUE_N_EVENTS] = { 0 };
  guint everybody = ring->everybody;
  guint64 n_loops = 0;

  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS && (ring->events | everybody) != 0; i++)
    {
      if (((ring->events | everybody) & 1u << i) == 0)
        continue;
      __atomic_store_n (&shared->word[i], shared->word[i] + 1, __ATOMIC_RELEASE);
      sleepers[i] = __atomic_load_n (&shared->sleepers[i], __ATOMIC_RELAXED);
      n_loops += shared->loops[i];
      shared->loops[i] = 0;
    }
  ring->events = 0;
  ring->everybody = 0;
  haul_shareable_leave (HAUL_SHAREABLE (self));

  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    {
      if (sleepers[i] != 0)
        wake_sleepers (shared, i, sleepers[i], (everybody & 1u << i) != 0);
    }
  if (n_loops > 0)
    (void) eventfd_write (haul_shareable_get_fd (HAUL_SHAREABLE (self), 1), n_loops);   /* fails when it is full: they wake anyway */
}

gboolean
haul_queue_fail (HaulQueue        *self,
                 HaulQueueOutcome  outcome,
                 gsize             size,
                 GError          **error)
{
  switch (outcome)
    {
    case HAUL_QUEUE_CLOSED:
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_CLOSED, _("the queue is closed"));
      break;
    case HAUL_QUEUE_TOO_LARGE:
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE,
                   "an item of %" G_GSIZE_FORMAT " bytes does not fit into a queue of %" G_GUINT64_FORMAT,
                   size, self->ring.max_bytes);
      break;
    case HAUL_QUEUE_BROKEN:
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, _("the memory of the queue was overwritten"));
      break;
    case HAUL_QUEUE_DID:
    case HAUL_QUEUE_WAIT:
    default:
      g_assert_not_reached ();
    }
  return FALSE;
}

/* Until something of the kind happens. To be called inside of the guard, which is left. */
static gboolean
wait_for (HaulQueue       *self,
          HaulQueueEvent   event,
          HaulWait        *wait,
          const char      *what,
          GError         **error)
{
  HaulQueueShared *shared = self->ring.shared;
  guint32 seen = shared->word[event];
  HaulWaited waited;

  if (wait->deadline != 0)
    (void) __atomic_add_fetch (&shared->sleepers[event], 1, __ATOMIC_RELAXED);
  haul_queue_leave (self);

  waited = haul_wait_on (wait, &shared->word[event], seen);
  return waited == HAUL_WAITED || haul_wait_fail (waited, what, error);
}

/* Not having it would be SIGBUS in the middle of the copy. An older kernel cannot be asked. */
gboolean
haul_queue_populate (guint8  *bytes,
                     gsize    size,
                     GError **error)
{
  gsize page = sysconf (_SC_PAGESIZE);
  gsize from = (gsize) bytes / page * page;
  gsize until = (gsize) bytes + size;

  if (madvise ((gpointer) from, until - from, MADV_POPULATE_WRITE) == 0 || errno == EINVAL || errno == EAGAIN)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no shared memory for %" G_GSIZE_FORMAT " bytes", size);
  return FALSE;
}

/* The second half, for what is not small. */
static gboolean
put_large (HaulQueue           *self,
           const HaulQueueItem *item,
           gconstpointer        bytes,
           const HaulWait      *wait,
           GError             **error)
{
  gboolean is_whole = haul_queue_populate (haul_queue_ring_peek (&self->ring, item), item->size, error);
  HaulQueueOutcome outcome;
  guint member;

  if (is_whole)
    memcpy (haul_queue_ring_peek (&self->ring, item), bytes, item->size);
  if (!haul_queue_enter (self, wait, _(cannot_put), &member, is_whole ? error : NULL))
    {
      haul_queue_ring_put_lost (&self->ring, item);
      return FALSE;
    }
  outcome = haul_queue_ring_put_end (&self->ring, item, is_whole);
  haul_queue_leave (self);
  return is_whole && (outcome == HAUL_QUEUE_DID || haul_queue_fail (self, outcome, item->size, error));
}

gboolean
haul_queue_put (HaulQueue    *self,
                GBytes       *item,
                int           timeout_ms,
                GCancellable *cancellable,
                GError      **error)
{
  HaulQueueOutcome outcome;
  HaulQueueItem place;
  HaulQueueTurn turn;
  gconstpointer bytes;
  HaulWait wait;
  guint member;
  gsize size;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  bytes = g_bytes_get_data (item, &size);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  haul_queue_turn_init (&turn);
  haul_wait_init (&wait, timeout_ms, cancellable);
  do
    {
      outcome = HAUL_QUEUE_WAIT;
      if (!haul_queue_enter (self, &wait, _(cannot_put), &member, error))
        break;
      outcome = haul_queue_ring_put (&self->ring, member, bytes, size, &turn, &place);
    }
  while (outcome == HAUL_QUEUE_WAIT && wait_for (self, HAUL_QUEUE_SPACE, &wait, _(cannot_put), error));

  if (outcome == HAUL_QUEUE_WAIT)
    {
      haul_queue_ring_end_turn (&self->ring, &turn);
      return FALSE;
    }
  haul_queue_leave (self);
  if (outcome != HAUL_QUEUE_DID)
    return haul_queue_fail (self, outcome, size, error);
  return size <= HAUL_QUEUE_SMALL || put_large (self, &place, bytes, &wait, error);
}

static GBytes *
get_large (HaulQueue           *self,
           const HaulQueueItem *item,
           const HaulWait      *wait,
           GError             **error)
{
  guint8 *bytes = g_try_malloc (item->size);
  gboolean is_whole = bytes != NULL;
  HaulQueueOutcome outcome;
  guint member;

  if (is_whole)
    memcpy (bytes, haul_queue_ring_peek (&self->ring, item), item->size);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no memory for an item of %" G_GSIZE_FORMAT " bytes", item->size);
  if (!haul_queue_enter (self, wait, _(cannot_get), &member, is_whole ? error : NULL))
    {
      haul_queue_ring_get_lost (&self->ring, item);
      g_free (bytes);
      return NULL;
    }
  outcome = haul_queue_ring_get_end (&self->ring, item, is_whole);
  haul_queue_leave (self);
  if (is_whole && outcome == HAUL_QUEUE_DID)
    return g_bytes_new_take (bytes, item->size);

  g_free (bytes);
  if (is_whole)
    (void) haul_queue_fail (self, outcome, item->size, error);
  return NULL;
}

GBytes *
haul_queue_get (HaulQueue    *self,
                int           timeout_ms,
                GCancellable *cancellable,
                GError      **error)
{
  guint8 small[HAUL_QUEUE_SMALL];
  HaulQueueOutcome outcome;
  HaulQueueItem item;
  HaulWait wait;
  guint member;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  haul_wait_init (&wait, timeout_ms, cancellable);
  for (;;)
    {
      if (!haul_queue_enter (self, &wait, _(cannot_get), &member, error))
        return NULL;
      outcome = haul_queue_ring_get (&self->ring, member, small, &item);
      if (outcome != HAUL_QUEUE_WAIT)
        break;
      if (!wait_for (self, HAUL_QUEUE_ITEM, &wait, _(cannot_get), error))
        return NULL;
    }

  haul_queue_leave (self);
  if (outcome == HAUL_QUEUE_DID)
    return item.size <= HAUL_QUEUE_SMALL ? g_bytes_new (small, item.size) : get_large (self, &item, &wait, error);
  (void) haul_queue_fail (self, outcome, 0, error);
  return NULL;
}

gboolean
haul_queue_task_done (HaulQueue  *self,
                      GError    **error)
{
  gboolean was_ours;
  guint member;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), FALSE);

  if (!haul_queue_enter (self, NULL, _("cannot mark an item as done"), &member, error))
    return FALSE;
  was_ours = haul_queue_ring_task_done (&self->ring, member);
  haul_queue_leave (self);
  if (!was_ours)
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                         _("all items that this process took are marked as done already"));
  return was_ours;
}

gboolean
haul_queue_join (HaulQueue    *self,
                 int           timeout_ms,
                 GCancellable *cancellable,
                 GError      **error)
{
  HaulQueueOutcome outcome;
  HaulWait wait;
  guint member;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  haul_wait_init (&wait, timeout_ms, cancellable);
  for (;;)
    {
      if (!haul_queue_enter (self, &wait, _(cannot_join), &member, error))
        return FALSE;
      outcome = haul_queue_ring_join (&self->ring);
      if (outcome != HAUL_QUEUE_WAIT)
        break;
      if (!wait_for (self, HAUL_QUEUE_DONE, &wait, _(cannot_join), error))
        return FALSE;
    }

  haul_queue_leave (self);
  return outcome == HAUL_QUEUE_DID || haul_queue_fail (self, outcome, 0, error);
}

/* Without the guard, which somebody who was stopped may have: who looks next sees it, and who sleeps is
 * woken here. */
void
haul_queue_close (HaulQueue *self)
{
  HaulQueueShared *shared;
  guint32 n_loops = 0;

  g_return_if_fail (HAUL_IS_QUEUE (self));

  shared = self->ring.shared;
  __atomic_store_n (&shared->is_closed, 1, __ATOMIC_SEQ_CST);
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    {
      (void) __atomic_add_fetch (&shared->word[i], 1, __ATOMIC_SEQ_CST);
      n_loops += __atomic_load_n (&shared->loops[i], __ATOMIC_RELAXED);
      (void) haul_wake (&shared->word[i], G_MAXINT);
    }
  if (n_loops > 0)
    (void) eventfd_write (haul_shareable_get_fd (HAUL_SHAREABLE (self), 1), n_loops);
}

gboolean
haul_queue_is_closed (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), FALSE);

  return __atomic_load_n (&self->ring.shared->is_closed, __ATOMIC_RELAXED) != 0;
}

HaulQueue *
haul_queue_new (guint64   max_items,
                guint64   max_bytes,
                GError  **error)
{
  g_autoptr(HaulQueue) self = g_object_new (HAUL_TYPE_QUEUE, NULL);
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
  gsize reserved = sizeof (HaulQueueShared);

  self->max_items = max_items > 0 ? max_items : G_MAXUINT64;
  self->max_bytes = max_bytes > 0 ? max_bytes : HAUL_QUEUE_DEFAULT_BYTES;
  if (haul_queue_ring_size (self->max_bytes) == 0)
    {
      haul_clear_fd (&fd);
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("more shared memory than there can be"));
      return NULL;
    }
  if (fd < 0)
    {
      (void) haul_throw_errno (error, errno, N_("cannot make a queue"));
      return NULL;
    }
  haul_shareable_take_fd (shareable, 1, fd);
  return haul_shareable_create (shareable, haul_queue_ring_size (self->max_bytes), reserved, error) ? g_steal_pointer (&self)
                                                                                                   : NULL;
}

static gboolean
haul_queue_open (HaulShareable  *shareable,
                 GError        **error)
{
  HaulQueue *self = HAUL_QUEUE (shareable);
  HaulQueueShared *shared = haul_shareable_get_body (shareable);
  gsize size = haul_shareable_get_size (shareable);

  if (self->max_items > 0)
    haul_queue_ring_create (shared, size, self->max_items, self->max_bytes);
  if (haul_queue_ring_open (&self->ring, shared, size, haul_shareable_get_members (shareable)))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("this is no queue"));
  return FALSE;
}

static void
haul_queue_repair (HaulShareable *shareable)
{
  haul_queue_ring_repair (&HAUL_QUEUE (shareable)->ring);
}

/* What we took and did not mark as done we never will. Who cannot say so in time is not waited for all the
 * same, once it has given up its place, or the process has ended. */
static void
haul_queue_dispose (GObject *object)
{
  HaulQueue *self = HAUL_QUEUE (object);
  HaulWait wait;
  guint member;

  haul_wait_init (&wait, 0, NULL);
  if (self->was_used && haul_queue_enter (self, &wait, "", &member, NULL))
    {
      haul_queue_ring_abandon (&self->ring, member);
      haul_queue_leave (self);
    }
  self->was_used = FALSE;

  G_OBJECT_CLASS (haul_queue_parent_class)->dispose (object);
}

/* For who could not do that in haul_queue_dispose(). Whoever waits sees it when it looks up. */
static void
haul_queue_leave_place (HaulShareable *shareable,
                        guint          member)
{
  HaulMembers *members = haul_shareable_get_members (shareable);

  if (members->members[member].data > 0)
    haul_queue_ring_abandon (&HAUL_QUEUE (shareable)->ring, member);
  haul_members_leave (members, member);
}

static void
haul_queue_class_init (HaulQueueClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = haul_queue_dispose;

  shareable_class->kind = "queue";
  shareable_class->n_members = HAUL_QUEUE_N_MEMBERS;
  shareable_class->n_fds = 2;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_queue_open;
  shareable_class->repair = haul_queue_repair;
  shareable_class->leave = haul_queue_leave_place;
}

static void
haul_queue_init (HaulQueue *self G_GNUC_UNUSED)
{
}
