/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-intake-private.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"

/* The share of one pipe in one turn of the main loop, and how often the clock is looked at. */
#define TURN_US     1000
#define TURN_FRAMES 32

#define LINES_SIZE  4096

/* One read. The buffer is shared by all pipes of a thread: most hold little most of the time. Who reads while
 * another pipe is read, in a loop that a sink runs, has one of its own. */
#define READ_SIZE   (1024 * 1024)

/* The same, behind a part of a frame: a whole one of the largest. */
#define REST_SIZE HAUL_FRAME_MAX_SIZE

/* A read that brings less than this has emptied the pipe. */
#define SHORT_READ 4096

static GPrivate scratch_private = G_PRIVATE_INIT (g_free);

static guint8 *
take_scratch (void)
{
  guint8 *scratch = g_private_get (&scratch_private);

  g_private_set (&scratch_private, NULL);
  return scratch != NULL ? scratch : g_malloc (READ_SIZE);
}

static void
give_scratch (guint8 *scratch)
{
  g_private_replace (&scratch_private, scratch);
}

static ssize_t
read_some (int     fd,
           void   *buffer,
           gsize   size)
{
  ssize_t n;

  do
    n = read (fd, buffer, size);
  while (n < 0 && errno == EINTR);
  return n;
}

/* How many bytes lie in a pipe. */
gsize
haul_bytes_waiting (int fd)
{
  int n = 0;

  return ioctl (fd, FIONREAD, &n) == 0 ? n : 0;
}

void
haul_frames_init (HaulFrames *self)
{
  haul_decoder_init (&self->decoder);
  self->pending = g_byte_array_new ();
  self->used = 0;
  self->n_read = 0;
}

void
haul_frames_clear (HaulFrames *self)
{
  g_clear_pointer (&self->pending, g_byte_array_unref);
}

/* Hands @n_bytes on, frame by frame, TURN_FRAMES in all at most. */
static gboolean
deliver (HaulFrames    *self,
         const guint8  *bytes,
         gsize          n_bytes,
         HaulIntakeSink sink,
         gpointer       user_data,
         guint         *n_frames,
         gsize         *ret_used,
         GError       **error)
{
  gsize total = 0;

  while (*n_frames < TURN_FRAMES && total < n_bytes)
    {
      g_auto(HaulMessage) message = { 0 };
      HaulFrame frame;
      gsize used;
      HaulDecoded decoded = haul_decoder_next (&self->decoder, bytes + total, n_bytes - total, &frame, &used, error);

      if (decoded == HAUL_DECODED_ERROR)
        return FALSE;
      if (decoded == HAUL_DECODED_MORE)
        break;

      total += used;
      ++*n_frames;
      if (haul_frame_type_to_string (frame.type) == NULL)
        continue;   /* of a later version, which knows that we do not know it */
      if (!haul_message_decode (&frame, &message, error) || !sink (&frame, &message, user_data, error))
        {
          self->decoder.failed = TRUE;   /* who has said nonsense is not believed any more */
          return FALSE;
        }
    }

  *ret_used = total;
  return TRUE;
}

/* The same with what was read before. */
static gboolean
deliver_pending (HaulFrames     *self,
                 HaulIntakeSink  sink,
                 gpointer        user_data,
                 guint          *n_frames,
                 GError        **error)
{
  gsize used = 0;

  if (!deliver (self, self->pending->data + self->used, self->pending->len - self->used, sink, user_data,
                n_frames, &used, error))
    return FALSE;

  self->used += used;
  if (self->used == self->pending->len)
    {
      g_byte_array_set_size (self->pending, 0);
      self->used = 0;
    }
  return TRUE;
}

/* Makes room for @size bytes behind what there is, and returns where. */
static guint8 *
grow_pending (HaulFrames *self,
              gsize       size)
{
  guint before;

  if (self->used > 0)
    g_byte_array_remove_range (self->pending, 0, self->used);
  self->used = 0;
  before = self->pending->len;
  g_byte_array_set_size (self->pending, before + size);
  return self->pending->data + before;
}

/* One read, behind the part of a frame that is there: large ones are put together without a copy. */
static ssize_t
read_behind (HaulFrames *self,
             int         fd)
{
  guint before = self->pending->len - self->used;
  ssize_t n = read_some (fd, grow_pending (self, REST_SIZE), REST_SIZE);
  int saved = errno;

  g_byte_array_set_size (self->pending, before + MAX (n, 0));
  errno = saved;
  return n;
}

/* Frames that were read and not delivered come first; then there is at most one read. What is
 * whole goes on straight from the scratch buffer, and only the rest is copied. */
static HaulIntake
take_frames (HaulFrames     *self,
             int             fd,
             guint8         *scratch,
             HaulIntakeSink  sink,
             gpointer        user_data,
             GError        **error)
{
  gboolean has_part;
  guint n_frames = 0;
  gsize used = 0;
  ssize_t n;

  if (!deliver_pending (self, sink, user_data, &n_frames, error))
    return HAUL_INTAKE_BAD;
  if (n_frames == TURN_FRAMES)
    return HAUL_INTAKE_MORE;

  has_part = self->pending->len > 0;
  n = has_part ? read_behind (self, fd) : read_some (fd, scratch, READ_SIZE);
  if (n < 0 && errno == EAGAIN)
    return HAUL_INTAKE_EMPTY;
  if (n <= 0)
    return HAUL_INTAKE_END;

  self->n_read += n;
  if (has_part)
    {
      if (!deliver_pending (self, sink, user_data, &n_frames, error))
        return HAUL_INTAKE_BAD;
    }
  else
    {
      if (!deliver (self, scratch, n, sink, user_data, &n_frames, &used, error))
        return HAUL_INTAKE_BAD;
      if ((gsize) n > used)
        memcpy (grow_pending (self, n - used), scratch + used, n - used);
    }
  if (n_frames < TURN_FRAMES && n < SHORT_READ)
    return HAUL_INTAKE_EMPTY;   /* for now: the next read would only say so */
  return n_frames == TURN_FRAMES ? HAUL_INTAKE_MORE : HAUL_INTAKE_SOME;
}

HaulIntake
haul_frames_take (HaulFrames  *self,
                  int          fd,
                  HaulIntakeSink sink,
                  gpointer     user_data,
                  GError     **error)
{
  gint64 end = g_get_monotonic_time () + TURN_US;
  guint8 *scratch = take_scratch ();
  HaulIntake state;

  do
    state = take_frames (self, fd, scratch, sink, user_data, error);
  while ((state == HAUL_INTAKE_SOME || state == HAUL_INTAKE_MORE) && g_get_monotonic_time () < end);
  give_scratch (scratch);
  return state;
}

/* A part of what is left once the other end is dead: reads up to @goal, in n_read, and then only
 * delivers what was read. EMPTY when that is all. */
HaulIntake
haul_frames_drain (HaulFrames  *self,
                   int          fd,
                   guint64      goal,
                   HaulIntakeSink sink,
                   gpointer     user_data,
                   GError     **error)
{
  gint64 end = g_get_monotonic_time () + TURN_US;
  guint n_frames;

  if (self->n_read < goal)
    {
      HaulIntake state = haul_frames_take (self, fd, sink, user_data, error);

      if (state == HAUL_INTAKE_BAD)
        return state;
      if (state == HAUL_INTAKE_EMPTY || state == HAUL_INTAKE_END)
        goal = 0;
      else if (self->n_read < goal)
        return HAUL_INTAKE_MORE;
    }

  do
    {
      n_frames = 0;
      if (!deliver_pending (self, sink, user_data, &n_frames, error))
        return HAUL_INTAKE_BAD;
    }
  while (n_frames == TURN_FRAMES && g_get_monotonic_time () < end);
  return n_frames == TURN_FRAMES ? HAUL_INTAKE_MORE : HAUL_INTAKE_EMPTY;
}

gboolean
haul_frames_take_kept (HaulFrames      *self,
                       const HaulBoard *board)
{
  const guint64 before = self->n_read;
  const guint8 *bytes;
  gsize size;

  while ((size = haul_board_peek (board, self->n_read, &bytes)) > 0)
    {
      memcpy (grow_pending (self, size), bytes, size);
      self->n_read += size;
    }
  return self->n_read > before;
}

/* At the end of the pipe: an error if it ended inside a frame. */
gboolean
haul_frames_finish (HaulFrames  *self,
                    GError     **error)
{
  return haul_decoder_finish (&self->decoder, self->pending->len - self->used, error);
}

void
haul_lines_init (HaulLines *self)
{
  self->line = g_string_new (NULL);
  self->n_read = 0;
}

void
haul_lines_clear (HaulLines *self)
{
  if (self->line != NULL)
    g_string_free (g_steal_pointer (&self->line), TRUE);
}

static void
end_line (HaulLines    *self,
          HaulLineSink  sink,
          gpointer      user_data)
{
  g_autofree char *text = haul_text_clean (self->line->str, self->line->len);

  sink (text, user_data);
  g_string_truncate (self->line, 0);
}

/* A line that never ends is cut: its first part is shown, the rest is not kept. */
static void
add_to_line (HaulLines  *self,
             const char *bytes,
             gsize       size)
{
  gsize room = HAUL_MAX_TEXT - self->line->len;

  g_string_append_len (self->line, bytes, MIN (size, room));
}

static HaulIntake
take_lines (HaulLines *self,
            int        fd,
            HaulLineSink sink,
            gpointer   user_data)
{
  char buffer[LINES_SIZE];
  const char *from = buffer;
  ssize_t n = read_some (fd, buffer, sizeof buffer);

  if (n < 0 && errno == EAGAIN)
    return HAUL_INTAKE_EMPTY;
  if (n <= 0)
    return HAUL_INTAKE_END;

  self->n_read += n;
  while (from < buffer + n)
    {
      const char *newline = memchr (from, '\n', buffer + n - from);

      add_to_line (self, from, (newline != NULL ? newline : buffer + n) - from);
      if (newline == NULL)
        break;
      end_line (self, sink, user_data);
      from = newline + 1;
    }
  return (gsize) n == sizeof buffer ? HAUL_INTAKE_MORE : HAUL_INTAKE_SOME;
}

HaulIntake
haul_lines_take (HaulLines *self,
                 int        fd,
                 HaulLineSink sink,
                 gpointer   user_data)
{
  gint64 end = g_get_monotonic_time () + TURN_US;
  HaulIntake state;

  do
    state = take_lines (self, fd, sink, user_data);
  while (state == HAUL_INTAKE_MORE && g_get_monotonic_time () < end);
  return state;
}

/* A last line without a newline is a line as well. */
void
haul_lines_finish (HaulLines *self,
                   HaulLineSink sink,
                   gpointer   user_data)
{
  if (self->line->len > 0)
    end_line (self, sink, user_data);
}
