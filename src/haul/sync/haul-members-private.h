/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The processes that use something together, in memory that they share: so that each can tell
 * whether another still lives, and what it had. All functions need the guard of that memory. */

typedef struct
{
  guint32 pid;     /* 0: nobody */
  guint32 n;       /* of what the process holds; the owner of the table says of what */
  guint64 start;   /* when it started, so that a number that came round again is not taken for it; 0 if nobody knows */
  guint64 data;    /* for the owner of the table */
} HaulMember;

typedef struct
{
  guint32    n_members;   /* of the table */
  guint32    n_used;      /* the first so many were ever used */
  HaulMember members[];
} HaulMembers;

gsize    haul_members_size    (guint                n_members);
void     haul_members_init    (HaulMembers         *self,
                               guint                n_members);

/* How long the table is, @n_members, each says for itself: what is in memory that others share may be
 * anything. */

/* Takes a place for this process; TRUE, with its number, unless there is none. */
gboolean haul_members_join    (HaulMembers         *self,
                               guint                n_members,
                               guint               *ret_member);
void     haul_members_leave   (HaulMembers         *self,
                               guint                member);

/* Whether the process has ended; one that is a zombie has. Takes some µs. */
gboolean haul_member_is_dead  (const HaulMember    *self);

/* Tells of each that has died since it was looked last, and then gives its place away. */
typedef void (*HaulMemberDied) (HaulMember *member,
                                guint       index,
                                gpointer    user_data);
guint    haul_members_bury    (HaulMembers         *self,
                               guint                n_members,
                               HaulMemberDied       died,
                               gpointer             user_data);

/* Field 22 of /proc/PID/stat; 0 if there is no such process, or no fd to read it with. */
guint64  haul_process_start_time (guint32           pid);

G_END_DECLS
