/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-outbox-private.h"

#include <errno.h>
#include <sys/uio.h>

/* Chunks of one write: it ends when the pipe is full, and that is after a few. */
#define MAX_VECTORS 16

void
haul_outbox_init (HaulOutbox *self)
{
  *self = (HaulOutbox) { .tail = g_byte_array_new () };
  g_queue_init (&self->chunks);
}

void
haul_outbox_clear (HaulOutbox *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  self->written = 0;
  g_byte_array_set_size (self->tail, 0);
}

void
haul_outbox_free (HaulOutbox *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->tail, g_byte_array_unref);
}

gboolean
haul_outbox_is_empty (HaulOutbox *self)
{
  return self->chunks.length == 0 && self->tail->len == 0;
}

static void
add_header (HaulOutbox      *self,
            const HaulFrame *frame)
{
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  haul_frame_encode_header (frame, header);
  g_byte_array_append (self->tail, header, sizeof header);
}

gsize
haul_outbox_add (HaulOutbox        *self,
                 guint32            job,
                 const HaulMessage *message)
{
  g_autoptr(GBytes) body = NULL;
  HaulFrame frame = { .type = message->type, .job = job, .sequence = self->sequence++ };
  guint8 small[256];

  frame.payload = small;
  frame.size = haul_message_encode_into (message, small, sizeof small);
  if (frame.size == 0)
    {
      body = haul_message_encode (message);
      frame.payload = g_bytes_get_data (body, &frame.size);
    }
  add_header (self, &frame);
  if (frame.size > 0)
    g_byte_array_append (self->tail, frame.payload, frame.size);
  return HAUL_FRAME_HEADER_SIZE + frame.size;
}

/* In frames that are as large as they may be. */
gsize
haul_outbox_add_data (HaulOutbox *self,
                      guint32     job,
                      GBytes     *bytes)
{
  gsize size = g_bytes_get_size (bytes);
  gsize wire_size = 0;

  for (gsize offset = 0; offset < size;)
    {
      HaulFrame frame = { .type = HAUL_FRAME_DATA, .job = job, .sequence = self->sequence++ };

      frame.size = MIN (size - offset, HAUL_FRAME_MAX_DATA);
      add_header (self, &frame);
      g_queue_push_tail (&self->chunks, g_byte_array_free_to_bytes (self->tail));
      self->tail = g_byte_array_new ();
      g_queue_push_tail (&self->chunks, g_bytes_new_from_bytes (bytes, offset, frame.size));
      offset += frame.size;
      wire_size += HAUL_FRAME_HEADER_SIZE + frame.size;
    }
  return wire_size;
}

static void
drop_written (HaulOutbox *self,
              gsize       n)
{
  GBytes *first;

  while ((first = g_queue_peek_head (&self->chunks)) != NULL)
    {
      gsize left = g_bytes_get_size (first) - self->written;

      if (n < left)
        {
          self->written += n;
          return;
        }
      n -= left;
      self->written = 0;
      g_bytes_unref (g_queue_pop_head (&self->chunks));
    }
  g_byte_array_remove_range (self->tail, 0, n);
}

gboolean
haul_outbox_write (HaulOutbox *self,
                   int         fd)
{
  struct iovec vectors[MAX_VECTORS];
  guint n_vectors = 0;
  ssize_t n;

  for (GList *link = self->chunks.head; link != NULL && n_vectors < MAX_VECTORS; link = link->next)
    {
      gsize size, skip = n_vectors == 0 ? self->written : 0;
      const guint8 *bytes = g_bytes_get_data (link->data, &size);

      vectors[n_vectors++] = (struct iovec) { (void *) (bytes + skip), size - skip };
    }
  if (n_vectors < MAX_VECTORS)
    vectors[n_vectors++] = (struct iovec) { self->tail->data, self->tail->len }
  ;

  n = writev (fd, vectors, n_vectors);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  drop_written (self, n);
  return TRUE;
}
