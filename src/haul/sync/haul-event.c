/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-event.h"

#include <glib/gi18n-lib.h>

#include "haul-shareable-private.h"

#define IS_SET 1u   /* the bits above count how often it was set, for those who wake after it was cleared again */

typedef struct
{
  guint32 word;   /* atomic; every change is one step, so that nobody can die half-way */
} Body;

struct _HaulEvent
{
  HaulShareable parent_instance;

  Body         *body;   /* (unowned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HaulEvent, haul_event, HAUL_TYPE_SHAREABLE)

/**
 * haul_event_new:
 * @error: return location for a #GError
 *
 * Makes an event that is not set. Fails when there is no memory, or no file descriptor, for it.
 *
 * Returns: (transfer full): a new event, or %NULL
 */
HaulEvent *
haul_event_new (GError **error)
{
  g_autoptr(HaulEvent) self = g_object_new (HAUL_TYPE_EVENT, NULL);

  return haul_shareable_create (HAUL_SHAREABLE (self), sizeof (Body), sizeof (Body), error) ? g_steal_pointer (&self) : NULL;
}

static guint32
look (HaulEvent *self)
{
  return __atomic_load_n (&self->body->word, __ATOMIC_ACQUIRE);
}

/**
 * haul_event_is_set:
 * @self: an event
 *
 * Whether the event is set at this moment.
 *
 * Returns: %TRUE if it is
 */
gboolean
haul_event_is_set (HaulEvent *self)
{
  g_return_val_if_fail (HAUL_IS_EVENT (self), FALSE);

  return look (self) & IS_SET;
}

/**
 * haul_event_set:
 * @self: an event
 *
 * Sets the event, and wakes all that wait for it, even if it is cleared again before they run.
 */
void
haul_event_set (HaulEvent *self)
{
  guint32 word;

  g_return_if_fail (HAUL_IS_EVENT (self));

  word = look (self);
  while (!(word & IS_SET))
    {
      if (__atomic_compare_exchange_n (&self->body->word, &word, (word + 2) | IS_SET, FALSE,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        {
          haul_wake (&self->body->word, G_MAXINT);
          return;
        }
    }
}

/**
 * haul_event_clear:
 * @self: an event
 *
 * Clears the event, so that those who come wait.
 */
void
haul_event_clear (HaulEvent *self)
{
  g_return_if_fail (HAUL_IS_EVENT (self));

  (void) __atomic_fetch_and (&self->body->word, ~IS_SET, __ATOMIC_ACQ_REL);
}

/**
 * haul_event_wait:
 * @self: an event
 * @timeout_ms: how long to wait for it, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Waits until the event is set. It fails as all that waits does: see #HaulShareable.
 *
 * Returns: %TRUE if the event is set, or was while this waited
 */
gboolean
haul_event_wait (HaulEvent     *self,
                 int            timeout_ms,
                 GCancellable  *cancellable,
                 GError       **error)
{
  guint32 first, word;
  HaulWait wait;

  g_return_val_if_fail (HAUL_IS_EVENT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  haul_wait_init (&wait, timeout_ms, cancellable);
  for (first = word = look (self); word == first && !(word & IS_SET); word = look (self))
    {
      HaulWaited waited = haul_wait_on (&wait, &self->body->word, word);

      if (waited != HAUL_WAITED)
        return haul_wait_fail (waited, _("the event was not set"), error);
    }
  return TRUE;
}

static gboolean
haul_event_open (HaulShareable  *shareable,
                 GError        **error)
{
  if (haul_shareable_get_size (shareable) != sizeof (Body))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("an event of the wrong size"));
      return FALSE;
    }
  HAUL_EVENT (shareable)->body = haul_shareable_get_body (shareable);
  return TRUE;
}

static void
haul_event_class_init (HaulEventClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  shareable_class->kind = "event";
  shareable_class->n_fds = 1;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_event_open;
}

static void
haul_event_init (HaulEvent *self G_GNUC_UNUSED)
{
}
