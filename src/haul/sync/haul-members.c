/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-members-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "haul/wire/haul-fd-private.h"

gsize
haul_members_size (guint n_members)
{
  return sizeof (HaulMembers) + n_members * sizeof (HaulMember);
}

void
haul_members_init (HaulMembers *self,
                   guint        n_members)
{
  self->n_members = n_members;
}

guint64
haul_process_start_time (guint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/stat", pid);
  haul_autofd int fd = open (path, O_RDONLY | O_CLOEXEC);
  char text[1024];
  ssize_t size = fd >= 0 ? read (fd, text, sizeof text - 1) : -1;
  const char *field;

  if (size <= 0)
    return 0;
  text[size] = '\0';

  field = strrchr (text, ')');   /* the name before it may hold anything */
  for (guint i = 2; field != NULL && i < 22; i++)
    field = strchr (field + 1, ' ');
  return field != NULL ? strtoull (field + 1, NULL, 10) : 0;
}

static guint
count_used (const HaulMembers *self,
            guint              n_members)
{
  guint32 n_used = __atomic_load_n (&self->n_used, __ATOMIC_RELAXED);   /* once: MIN() would ask twice */

  return MIN (n_used, n_members);
}

/* Members of this library never move, and the table is only looked through where nothing was found at
 * once: it is as long as there ever were processes at a time. */
gboolean
haul_members_join (HaulMembers *self,
                   guint        n_members,
                   guint       *ret_member)
{
  guint n_used = count_used (self, n_members);
  guint index = 0;

  while (index < n_used && self->members[index].pid != 0)
    index++;
  if (index == n_members)
    return FALSE;

  self->members[index].n = 0;
  self->members[index].data = 0;
  self->members[index].start = haul_process_start_time (getpid ());
  self->n_used = MAX (n_used, index + 1);
  __atomic_store_n (&self->members[index].pid, getpid (), __ATOMIC_RELEASE);   /* last: it may die on the way */
  *ret_member = index;
  return TRUE;
}

void
haul_members_leave (HaulMembers *self,
                    guint        member)
{
  self->members[member].pid = 0;
}

gboolean
haul_member_is_dead (const HaulMember *self)
{
  struct pollfd end = { .events = POLLIN };
  haul_autofd int fd = -1;
  guint64 start;

  if ((int) self->pid == getpid ())
    return FALSE;
  fd = pidfd_open (self->pid, 0);
  if (fd < 0)
    return errno == ESRCH;   /* else we cannot tell, so it lives */

  end.fd = fd;
  if (poll (&end, 1, 0) == 1)
    return TRUE;

  /* Who has no fd left cannot read when a process started, be it another or itself, and takes nobody for dead. */
  start = haul_process_start_time (self->pid);
  return start != 0 && self->start != 0 && start != self->start;
}

guint
haul_members_bury (HaulMembers    *self,
                   guint           n_members,
                   HaulMemberDied  died,
                   gpointer        user_data)
{
  guint n_died = 0, n_used = count_used (self, n_members);

  for (guint i = 0; i < n_used; i++)
    {
      HaulMember *member = &self->members[i];

      if (member->pid == 0 || !haul_member_is_dead (member))
        continue;
      if (died != NULL)
        died (member, i, user_data);
      haul_members_leave (self, i);
      n_died++;
    }
  return n_died;
}
