/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-fork-client-private.h"
#include "haul-intake-private.h"
#include "haul/sync/haul-shares-private.h"
#include "haul/wire/haul-shared-private.h"

G_BEGIN_DECLS

/* One worker, exec'd or forked, and its three pipes: commands down, events up, and the log pipe on
 * which its standard output and error arrive. It belongs to an owner, a job or a pool, to which it
 * tells what the worker says; and its end, once it is collected and all that it sent was read. */
typedef struct _HaulChild HaulChild;

/* The owner is kept alive during each call. It may free the child in failed() and ended(). */
typedef struct
{
  void     (*started)(GObject            *owner,
                      HaulChild          *child,
                      int                 pid);
  gboolean (*message)(GObject            *owner,
                      HaulChild          *child,
                      const HaulFrame    *frame,
                      const HaulMessage  *message,
                      GError            **error);     /* FALSE: it makes no sense */
  void     (*line)(GObject            *owner,
                   HaulChild          *child,
                   const char         *text);
  void     (*sent)(GObject            *owner,         /* (nullable) */
                   HaulChild          *child,
                   HaulFrameType       type,
                   gsize               wire_size);
  void     (*bad)(GObject            *owner,          /* what it sent, or did, makes no sense */
                  HaulChild          *child,
                  const GError       *error);
  void     (*failed)(GObject            *owner,       /* it was never started; comes last */
                     HaulChild          *child,
                     const GError       *error);
  void     (*ended)(GObject            *owner,        /* comes last */
                    HaulChild          *child,
                    int                 code,         /* -1 when a signal ended it, or nobody knows */
                    int                 signal,       /* 0 when none did */
                    const GError       *lost);        /* (nullable): why nobody knows */
} HaulChildListener;

HaulChild *haul_child_new            (const HaulChildListener *listener,
                                      GObject                 *owner,
                                      guint32                  id,
                                      int                      nice) G_GNUC_WARN_UNUSED_RESULT;
void       haul_child_free           (HaulChild               *self);

/* With @client the worker is forked, and may fail later on; without, it is exec'd. @board_fd -1: it
 * runs one job; else it runs one after the other and says on that board which. */
gboolean   haul_child_start          (HaulChild               *self,
                                      const char              *worker_path,
                                      HaulForkClient          *client,
                                      int                      board_fd,
                                      GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the board is mapped, as long as the child lives: what it said there and did not send any more,
 * since it was killed, counts as well. */
void       haul_child_set_board      (HaulChild               *self,
                                      const HaulBoard         *board);

/* Before it is started, of one that is forked: what is left of it stays a zombie after its end,
 * until haul_fork_client_collect(). */
void       haul_child_set_hold       (HaulChild               *self,
                                      gboolean                 hold);

/* Before it is started, of one that runs one job: what is shared with that. Of others, before each RUN that
 * comes with something shared. Nothing is passed that was passed last, unless it was to be forgotten. In
 * both cases RUN has to say the number that haul_child_get_shares_serial() gives then. */
void       haul_child_set_shares     (HaulChild               *self,
                                      HaulShares              *shares);   /* (nullable) */
gboolean   haul_child_has_shares     (HaulChild               *self,      /* so that nothing would be passed */
                                      HaulShares              *shares);
gboolean   haul_child_pass_shares    (HaulChild               *self,
                                      HaulShares              *shares,
                                      GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
void       haul_child_forget_shares  (HaulChild               *self);
guint32    haul_child_get_shares_serial (HaulChild            *self);

guint32    haul_child_get_id         (HaulChild               *self);
/* Return their size on the wire. */
gsize      haul_child_queue          (HaulChild               *self,
                                      guint32                  job,
                                      const HaulMessage       *message);
gsize      haul_child_queue_data     (HaulChild               *self,
                                      guint32                  job,
                                      GBytes                  *bytes);
void       haul_child_flush          (HaulChild               *self);
void       haul_child_take_lines     (HaulChild               *self);
void       haul_child_close_commands (HaulChild               *self);
void       haul_child_signal         (HaulChild               *self,
                                      int                      number);
/* Of all that it started as well, once it has settled in. */
gboolean   haul_child_renice         (HaulChild               *self,
                                      int                      nice,
                                      GError                 **error);

/* Of one that SIGKILL has ended, and not ours: what is known of that, or NULL. Once. */
GError    *haul_child_explain_kill   (HaulChild               *self) G_GNUC_WARN_UNUSED_RESULT;

/* The program that runs the tasks: @given, or $HAUL_WORKER, or the one that was installed. */
char      *haul_find_worker          (const char              *given) G_GNUC_WARN_UNUSED_RESULT;

/* Ids of workers, and of jobs: no two in this program have the same. */
guint32    haul_next_id              (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulChild, haul_child_free)

G_END_DECLS
