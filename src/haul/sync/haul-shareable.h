/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_SHAREABLE (haul_shareable_get_type ())
G_DECLARE_DERIVABLE_TYPE (HaulShareable, haul_shareable, HAUL, SHAREABLE, GObject)

/**
 * HaulShareable:
 *
 * Something that several processes, and the threads in them, use together: a
 * value, an array, a lock, a queue. It lives in sealed memory that belongs to
 * nobody in particular, and is passed on as a file descriptor, so that it has no
 * name that could be left behind, or guessed.
 *
 * Make one, give it to jobs under a name with haul_job_share(), and find it in
 * the task with haul_context_get_shared(). The memory is given back when the last
 * process that has it lets go of it, or ends.
 *
 * Who has one may be killed at any moment, and the others will not wait for the
 * dead: see each class for what they are told. Unless it says otherwise, methods
 * may be called from any thread.
 *
 * Methods that wait take a time in milliseconds: negative for as long as it takes,
 * 0 for not at all. They fail with %G_IO_ERROR_TIMED_OUT, with
 * %G_IO_ERROR_WOULD_BLOCK if the time was 0, and with %G_IO_ERROR_CANCELLED when
 * their #GCancellable says so or, in a task, when the job is asked to stop. They
 * block the thread, so they are not for the one that runs a main loop, but for
 * their asynchronous forms.
 */

/**
 * HaulShareableClass:
 * @kind: what it is called between processes: "lock", at most 15 bytes
 * @n_members: how many processes may use one at a time; 0 if it does not matter who does
 * @n_fds: how many file descriptors make one; the first is that of its memory, if it has any
 * @n_optional_fds: how many of these, at the end, may be missing
 * @has_memory: whether it has any
 * @open: makes ready what was made, or came from another process, or says why it cannot be
 * @repair: puts right what who died had begun to change
 * @leave: gives up the place of a member that goes of its own will
 * @passed: (nullable): it was passed to a child: what is given away, and not shared, is closed here
 * @attend: in a worker that may be given more jobs, one that is given this begins, or has ended
 *
 * What makes a class of them. Only libhaul has any: what they call is private to it.
 */
struct _HaulShareableClass
{
  GObjectClass  parent_class;

  const char   *kind;
  guint         n_members;
  guint         n_fds;
  guint         n_optional_fds;
  gboolean      has_memory;

  gboolean    (*open)   (HaulShareable  *self,
                         GError        **error);
  void        (*repair) (HaulShareable  *self);
  void        (*leave)  (HaulShareable  *self,
                         guint           member);
  void        (*passed) (HaulShareable  *self);
  void        (*attend) (HaulShareable  *self,
                         gboolean        is_here);
};

HAUL_END_DECLS
