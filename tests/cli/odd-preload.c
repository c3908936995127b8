/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What somebody may put into every program by LD_PRELOAD. $HAUL_TEST_ODD says what it does: “clock” is a wall
 * clock that jumps by days, forwards and back, and “thread” is a thread that nobody asked for. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DAY (24 * 60 * 60)

static int jumps;

static void *
idle (void *data)
{
  for (;;)
    pause ();
  return NULL;
}

static void __attribute__ ((constructor))
begin (void)
{
  const char *odd = getenv ("HAUL_TEST_ODD");
  pthread_t thread;

  jumps = odd != NULL && strcmp (odd, "clock") == 0;
  if (odd != NULL && strcmp (odd, "thread") == 0 && pthread_create (&thread, NULL, idle, NULL) != 0)
    abort ();
}

/* A day ahead, and two days back the next time. */
int
clock_gettime (clockid_t        clock,
               struct timespec *now)
{
  static int count;
  int result = (int) syscall (SYS_clock_gettime, clock, now);

  if (jumps && result == 0 && clock == CLOCK_REALTIME)
    now->tv_sec += __atomic_fetch_add (&count, 1, __ATOMIC_RELAXED) % 2 == 0 ? DAY : -DAY;
  return result;
}

int
gettimeofday (struct timeval *now,
              void           *zone)
{
  struct timespec exact;
  int result = clock_gettime (CLOCK_REALTIME, &exact);

  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return result;
}

time_t
time (time_t *ret_now)
{
  struct timespec now = { 0 };

  (void) clock_gettime (CLOCK_REALTIME, &now);
  if (ret_now != NULL)
    *ret_now = now.tv_sec;
  return now.tv_sec;
}
