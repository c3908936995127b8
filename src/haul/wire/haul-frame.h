/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "haul-decls.h"

HAUL_BEGIN_DECLS

/* One frame on a job's pipes: a header of sixteen bytes, little-endian, then the payload.
 *
 *   offset  size  field
 *        0     4  size      bytes of payload that follow
 *        4     2  type      HaulFrameType
 *        6     2  flags     0; a reader refuses anything else
 *        8     4  job       the job that it is about
 *       12     4  sequence  0, 1, 2, … in each direction, and 0 again after the largest
 *
 * The first frame in each direction is HELLO; its payload has the magic number and the version.
 * Everything in this file is a pure function of its arguments: no fd, no allocation.
 */

/**
 * HAUL_FRAME_HEADER_SIZE:
 *
 * Bytes before the payload of a frame.
 */
#define HAUL_FRAME_HEADER_SIZE 16

/**
 * HAUL_FRAME_MAX_DATA:
 *
 * How many bytes of payload one DATA frame has at most.
 */
#define HAUL_FRAME_MAX_DATA    (256 * 1024)

/**
 * HAUL_FRAME_MAX_SIZE:
 *
 * How many bytes any frame has at most, with its header.
 */
#define HAUL_FRAME_MAX_SIZE    (HAUL_FRAME_HEADER_SIZE + HAUL_FRAME_MAX_DATA)

/**
 * HaulFrameType:
 * @HAUL_FRAME_HELLO: both ways, first: magic, version, name of the worker's program, or
 *   of the process that started it
 * @HAUL_FRAME_RUN: to the worker: the task and its arguments
 * @HAUL_FRAME_CANCEL: to the worker: please stop; no payload
 * @HAUL_FRAME_PROGRESS: from the worker: how far it is
 * @HAUL_FRAME_LOG: from the worker: a line for people
 * @HAUL_FRAME_DATA: from the worker: the next bytes of the result, as they are; to the
 *   worker: the next bytes of the inputs of the RUN that follows
 * @HAUL_FRAME_RESULT: from the worker: the result is complete, and its size
 * @HAUL_FRAME_ERROR: from the worker: the task failed, and why
 * @HAUL_FRAME_TILE: from the worker: a piece of the picture that the result will be
 *
 * What a frame says. Types that a reader does not know are skipped.
 */
typedef enum
{
  HAUL_FRAME_HELLO = 1,
  HAUL_FRAME_RUN,
  HAUL_FRAME_CANCEL,
  HAUL_FRAME_PROGRESS,
  HAUL_FRAME_LOG,
  HAUL_FRAME_DATA,
  HAUL_FRAME_RESULT,
  HAUL_FRAME_ERROR,
  HAUL_FRAME_TILE,
} HaulFrameType;

/**
 * HAUL_FRAME_N_TYPES:
 *
 * One more than the last type that we know.
 */
#define HAUL_FRAME_N_TYPES (HAUL_FRAME_TILE + 1)

/**
 * HaulFrame:
 * @type: a #HaulFrameType, or one that we do not know
 * @job: the job that it is about
 * @sequence: 0, 1, 2, … in each direction
 * @size: bytes of payload
 * @payload: (nullable): borrowed from the span that was decoded
 *
 * One frame, taken apart.
 */
typedef struct
{
  guint16       type;
  guint32       job;
  guint32       sequence;
  gsize         size;
  const guint8 *payload;
} HaulFrame;

/**
 * HaulDecoded:
 * @HAUL_DECODED_FRAME: a whole frame
 * @HAUL_DECODED_MORE: what is there is right, but not a whole frame yet
 * @HAUL_DECODED_ERROR: it makes no sense; never go on after this
 *
 * What haul_decoder_next() found.
 */
typedef enum
{
  HAUL_DECODED_FRAME,
  HAUL_DECODED_MORE,
  HAUL_DECODED_ERROR,
} HaulDecoded;

/**
 * HaulDecoder:
 * @offset: bytes decoded so far: the position that errors name
 * @sequence: what the next frame must carry
 * @failed: there was an error; sticky
 *
 * The reader's memory between two frames. Start with haul_decoder_init().
 */
typedef struct
{
  guint64 offset;
  guint32 sequence;
  guint   failed : 1;
} HaulDecoder;

const char  *haul_frame_type_to_string (guint16           type);
gsize        haul_frame_max_payload    (guint16           type);
void         haul_frame_encode_header  (const HaulFrame  *frame,
                                        guint8            ret_header[HAUL_FRAME_HEADER_SIZE]);

void         haul_decoder_init         (HaulDecoder      *self);
HaulDecoded  haul_decoder_next         (HaulDecoder      *self,
                                        const guint8     *bytes,
                                        gsize             n_bytes,
                                        HaulFrame        *ret_frame,
                                        gsize            *ret_used,
                                        GError          **error);
gboolean     haul_decoder_finish       (HaulDecoder      *self,
                                        gsize             n_left,
                                        GError          **error);

HAUL_END_DECLS
