/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "haul-job-core-private.h"

/* FALSE for one of another picture. */
gboolean
haul_job_take_tile (HaulJob           *self,
                    const HaulMessage *message)
{
  gsize from = 3 * (gsize) message->tile.width, to = 3 * (gsize) message->tile.all_width;

  if (self->picture == NULL)
    {
      self->picture = g_malloc0 (to * message->tile.all_height);
      self->picture_width = message->tile.all_width;
      self->picture_height = message->tile.all_height;
    }
  if (self->picture_width != message->tile.all_width || self->picture_height != message->tile.all_height)
    return FALSE;

  for (guint row = 0; row < message->tile.height; row++)
    memcpy (self->picture + (message->tile.y + row) * to + 3 * (gsize) message->tile.x,
            message->tile.pixels + row * from, from);
  self->n_tiles++;
  return TRUE;
}

/**
 * haul_job_get_n_tiles:
 * @self: a job
 *
 * Counts the tiles that haul_job_dup_picture() would show. #HaulJob:result-size is
 * notified when there are more, though the result has not grown.
 *
 * Returns: how many pieces of its picture a job has shown so far
 */
guint
haul_job_get_n_tiles (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->n_tiles;
}

/**
 * haul_job_dup_picture:
 * @self: a job
 * @ret_width: (out): pixels in a row
 * @ret_height: (out): rows
 *
 * Copies what can be seen so far of the picture that the result will be, perhaps
 * smaller than that: red, green and blue of each pixel, row after row. What has not
 * come yet is black.
 *
 * Returns: (transfer full) (nullable): the pixels; %NULL as long as there is no tile
 */
GBytes *
haul_job_dup_picture (HaulJob *self,
                      guint   *ret_width,
                      guint   *ret_height)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  if (self->picture == NULL)
    return NULL;
  *ret_width = self->picture_width;
  *ret_height = self->picture_height;
  return g_bytes_new (self->picture, 3 * (gsize) self->picture_width * self->picture_height);
}
