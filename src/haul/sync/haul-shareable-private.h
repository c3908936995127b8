/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-members-private.h"
#include "haul-shareable.h"
#include "haul-wait-private.h"

G_BEGIN_DECLS

#define HAUL_SHAREABLE_MAX_FDS 4

/* Memory for a new object: a header, the table of members, and @size zeroed bytes of its own, of which
 * @reserved are there at once and the others when they are first touched. Calls open(). */
gboolean       haul_shareable_create         (HaulShareable  *self,
                                              gsize           size,
                                              gsize           reserved,
                                              GError        **error);
/* One that came from another process, or that has no memory. Takes the fds, also when it fails. */
gboolean       haul_shareable_adopt          (HaulShareable  *self,
                                              const int      *fds,
                                              guint           n_fds,
                                              GError        **error);
/* The same for a kind that is known by its name. */
HaulShareable *haul_shareable_new_for_fds    (const char     *kind,
                                              const int      *fds,
                                              guint           n_fds,
                                              GError        **error) G_GNUC_WARN_UNUSED_RESULT;
const char    *haul_shareable_get_kind       (HaulShareable  *self);

/* Its bytes, and how many. They are aligned to 64. */
gpointer       haul_shareable_get_body       (HaulShareable  *self);
gsize          haul_shareable_get_size       (HaulShareable  *self);

/* The memory stays mapped for as long as the process lives: somebody still needs it where it is. */
void           haul_shareable_keep_memory    (HaulShareable  *self);

/* Stays ours; -1 if there is none. Those after the memory's are set before haul_shareable_create(). */
int            haul_shareable_get_fd         (HaulShareable  *self,
                                              guint           index);
guint          haul_shareable_get_n_fds      (HaulShareable  *self);
void           haul_shareable_take_fd        (HaulShareable  *self,
                                              guint           index,
                                              int             fd);

/* Its fds are on their way to another process. */
void           haul_shareable_was_passed     (HaulShareable  *self);

/* The guard of its bytes, for some instructions only. Whoever finds that its holder died has repair()
 * called, and goes on. A holder may have been stopped: so even this has an end. That is the end of @wait, but
 * nobody fails for the sake of some instructions: after it there is another tenth of a second. Without @wait
 * it is ten seconds, for what has to be done by whoever is cancelled as well. TRUE, and then
 * haul_shareable_leave(), or FALSE with @wait's own outcome in @ret_waited (nullable). */
gboolean       haul_shareable_enter          (HaulShareable  *self,
                                              HaulWait       *wait,
                                              HaulWaited     *ret_waited);
/* The same for a main loop, which does not wait at all. */
gboolean       haul_shareable_try_enter      (HaulShareable  *self);
void           haul_shareable_leave          (HaulShareable  *self);

/* The processes that have it: with class n_members > 0 only. Call them inside of the guard. */
HaulMembers   *haul_shareable_get_members    (HaulShareable  *self);
/* Ours among them; joins at the first call. FALSE when there are too many. */
gboolean       haul_shareable_join           (HaulShareable  *self,
                                              guint          *ret_member,
                                              GError        **error);

/* Gives up our place among them. Outside of the guard. */
void           haul_shareable_part           (HaulShareable  *self);

G_END_DECLS
