/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-seats-private.h"

#include <errno.h>

void
haul_seats_init (HaulSeats *self)
{
  for (guint i = 0; i < HAUL_N_SEATS; i++)
    haul_mutex_init (&self->seats[i].alive, FALSE);
}

guint32
haul_seat_look (HaulSeat *self)
{
  return __atomic_load_n (&self->word, __ATOMIC_ACQUIRE);
}

/* If its thread has died it is free from now on. */
static gboolean
free_if_dead (HaulSeat *self)
{
  int status = pthread_mutex_trylock (&self->alive);

  if (status == EOWNERDEAD)
    {
      pthread_mutex_consistent (&self->alive);
      __atomic_store_n (&self->word, HAUL_SEAT_FREE, __ATOMIC_RELEASE);
    }
  if (status == 0 || status == EOWNERDEAD)
    (void) pthread_mutex_unlock (&self->alive);   /* 0: it is just being left */
  return status == EOWNERDEAD;
}

/* Nobody but this library knows the memory, but anybody may have written to it. */
static guint
count_used (HaulSeats *self)
{
  guint32 n_used = __atomic_load_n (&self->n_used, __ATOMIC_RELAXED);   /* once: MIN() would ask twice */

  return MIN (n_used, HAUL_N_SEATS);
}

static HaulSeat *
find_free (HaulSeats *self)
{
  for (guint i = 0; i < HAUL_N_SEATS; i++)
    {
      HaulSeat *seat = &self->seats[i];
      int status;

      if (haul_seat_look (seat) != HAUL_SEAT_FREE)
        continue;
      status = pthread_mutex_trylock (&seat->alive);
      if (status == EOWNERDEAD)
        pthread_mutex_consistent (&seat->alive);
      if (status == 0 || status == EOWNERDEAD)
        {
          __atomic_store_n (&self->n_used, MAX (count_used (self), i + 1), __ATOMIC_RELAXED);
          return seat;
        }
    }
  return NULL;
}

HaulSeat *
haul_seats_take (HaulSeats *self,
                 HaulWakes *wakes)
{
  HaulSeat *seat = find_free (self);

  if (seat == NULL)
    {
      haul_seats_hand_on (self, wakes);
      for (guint i = 0; i < HAUL_N_SEATS; i++)
        (void) free_if_dead (&self->seats[i]);
      seat = find_free (self);
    }
  if (seat == NULL)
    return NULL;

  seat->order = self->next_order++;
  seat->data = 0;
  __atomic_store_n (&seat->word, HAUL_SEAT_WAITING, __ATOMIC_RELEASE);   /* last: it may die on the way */
  return seat;
}

guint
haul_seats_count (HaulSeats *self)
{
  guint n = 0;

  for (guint i = 0; i < count_used (self); i++)
    n += haul_seat_look (&self->seats[i]) == HAUL_SEAT_WAITING;
  return n;
}

gboolean
haul_seats_has_dead (HaulSeats *self)
{
  for (guint i = 0; i < count_used (self); i++)
    {
      if (haul_seat_look (&self->seats[i]) == HAUL_SEAT_WAITING && free_if_dead (&self->seats[i]))
        return TRUE;
    }
  return FALSE;
}

static gboolean
wake_one (HaulSeat  *seat,
          guint32    word,
          guint64    order,
          HaulWakes *wakes)
{
  guint32 expected = HAUL_SEAT_WAITING;

  if (free_if_dead (seat))
    return FALSE;
  seat->order = order;
  if (!__atomic_compare_exchange_n (&seat->word, &expected, word, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return FALSE;
  haul_wakes_add (wakes, &seat->word);
  return TRUE;
}

/* The one that came first, before @order. */
static HaulSeat *
find_first (HaulSeats *self,
            guint64    order)
{
  HaulSeat *first = NULL;

  for (guint i = 0; i < count_used (self); i++)
    {
      HaulSeat *seat = &self->seats[i];

      if (haul_seat_look (seat) == HAUL_SEAT_WAITING && seat->order < order)
        {
          first = seat;
          order = seat->order;
        }
    }
  return first;
}

guint
haul_seats_wake (HaulSeats *self,
                 guint      n,
                 guint32    word,
                 HaulWakes *wakes)
{
  guint n_woken = 0;

  while (n_woken < n)
    {
      HaulSeat *seat = find_first (self, G_MAXUINT64);

      if (seat == NULL)
        break;
      n_woken += wake_one (seat, word, self->next_order, wakes);
    }
  return n_woken;
}

void
haul_seats_hand_on (HaulSeats *self,
                    HaulWakes *wakes)
{
  for (guint i = 0; i < count_used (self); i++)
    {
      guint64 order = self->seats[i].order;
      HaulSeat *next;

      if (haul_seat_look (&self->seats[i]) != HAUL_SEAT_WOKEN || !free_if_dead (&self->seats[i]))
        continue;
      do
        next = find_first (self, order);
      while (next != NULL && !wake_one (next, HAUL_SEAT_WOKEN, order, wakes));
    }
}

guint32
haul_seat_leave (HaulSeat *self)
{
  guint32 word = __atomic_exchange_n (&self->word, HAUL_SEAT_FREE, __ATOMIC_ACQ_REL);

  (void) pthread_mutex_unlock (&self->alive);
  return word;
}
