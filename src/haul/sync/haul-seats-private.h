/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-wait-private.h"

G_BEGIN_DECLS

/* Threads of several processes that wait, in the order in which they came, so that exactly so many of
 * them can be woken. Each sits on a seat with a word of its own to sleep on, and with a robust mutex that
 * it has for as long as it sits: so the kernel itself says, at once and at no cost, who has died. */

#define HAUL_N_SEATS 512

/* What a seat's word says. Who wakes somebody says why: with @HAUL_SEAT_WOKEN, or with something above. */
enum { HAUL_SEAT_FREE, HAUL_SEAT_WAITING, HAUL_SEAT_WOKEN };

typedef struct
{
  pthread_mutex_t alive;
  guint32         word;    /* atomic */
  guint32         data;    /* for the owner of the seats */
  guint64         order;   /* of a woken one: of those that it could stand for, the last */
} HaulSeat;

typedef struct
{
  guint64  next_order;
  guint32  n_used;   /* the first so many were ever used */
  HaulSeat seats[HAUL_N_SEATS];
} HaulSeats;

/* These need the guard of the seats, but for the last two. */
void      haul_seats_init   (HaulSeats *self);
/* For this thread; NULL when all are taken. */
HaulSeat *haul_seats_take   (HaulSeats *self,
                             HaulWakes *wakes);
guint     haul_seats_count  (HaulSeats *self);
/* Whether somebody who waits has died. */
gboolean  haul_seats_has_dead (HaulSeats *self);
/* Wakes the first @n that wait and live, outside of the guard; returns how many those were. */
guint     haul_seats_wake   (HaulSeats *self,
                             guint      n,
                             guint32    word,
                             HaulWakes *wakes);
/* Who was woken by HAUL_SEAT_WOKEN and died before it got up stands for nobody: wakes others instead, of those
 * that waited then. */
void      haul_seats_hand_on (HaulSeats *self,
                              HaulWakes *wakes);

guint32   haul_seat_look    (HaulSeat  *self);
/* Gets up; returns the last word. */
guint32   haul_seat_leave   (HaulSeat  *self);

G_END_DECLS
