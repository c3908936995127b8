/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-bounds.h"

#include <pthread.h>
#include <sys/resource.h>

/* Each process of an experiment. All of them are generous: who meets one has a bug, and the machine stays usable.
 * How many processes there may be is bounded by lab_fork(). */
#define MAX_ADDRESS_SPACE ((rlim_t) 4 << 30)
#define MAX_CPU_SECONDS   120   /* 15 seconds on eight processors */
#define STACK_BYTES       (512 * 1024)

static void
limit (int    resource,
       rlim_t most)
{
  struct rlimit now;

  if (getrlimit (resource, &now) < 0)
    return;
  now.rlim_cur = MIN (most, now.rlim_max);
  now.rlim_max = now.rlim_cur;
  (void) setrlimit (resource, &now);   /* It may only be lowered, which is never refused. */
}

void
lab_set_bounds (void)
{
  pthread_attr_t attributes;

  limit (RLIMIT_CPU, MAX_CPU_SECONDS);
#if !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
  limit (RLIMIT_AS, MAX_ADDRESS_SPACE);
#endif

  /* A thousand threads with the usual 8 MiB each would not fit. */
  if (pthread_attr_init (&attributes) != 0)
    return;
  if (pthread_attr_setstacksize (&attributes, STACK_BYTES) == 0)
    (void) pthread_setattr_default_np (&attributes);
  (void) pthread_attr_destroy (&attributes);
}
