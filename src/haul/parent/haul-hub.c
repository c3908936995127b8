/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-hub-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>

#include "haul-source-private.h"
#include "haul/wire/haul-fd-private.h"

/* In one turn of the loop at most this many pipes, and about this long. What is left stays ready
 * and comes first in the next turn, since epoll hands its list out in rotation. */
#define MAX_EVENTS   256
#define MAX_TURN_US  (4 * 1000)

#define REST_MS      10

/* From this many pipes on, they are looked at every few milliseconds rather than whenever one of
 * them has something: a thousand children that report at 10 Hz would wake the loop 10,000 times a
 * second, and most of what that costs is the waking. */
#define CROWD        128
#define CROWD_GAP_MS 5

struct _HaulHub
{
  int           epoll_fd;    /* (owned) */
  GMainContext *context;     /* (owned) */
  GSource      *source;      /* (owned) watches epoll_fd */
  GSource      *rest;        /* (owned) (nullable) wakes those that rest */
  GQueue        eager;       /* of borrowed HaulWatch: have their turn without waiting for epoll */
  GSource      *again;       /* (owned) (nullable) that turn */
  GSource      *gap;         /* (owned) (nullable) until then nobody is looked at */

  GPtrArray    *watches;     /* (owned) of borrowed HaulWatch */
  GPtrArray    *dead;        /* (owned) of HaulWatch freed in the middle of a turn */
  gboolean      in_turn;     /* who runs the loop in the middle of that has no turn: not before it is over */
  gboolean      rest_missed; /* those that rest would have had theirs */
};

struct _HaulWatch
{
  HaulHub       *hub;        /* kept alive by its watches */
  int            fd;         /* borrowed: the owner closes it after haul_watch_free() */
  HaulWatchFunc  func;
  gpointer       user_data;
  gboolean       resting;
  gboolean       eager;      /* is in the hub's queue of those */
  gboolean       ended;      /* out of epoll for good */
  gboolean       freed;      /* only waits for the turn to end */
};

/* One hub a main context, as long as it has watches. */
static GHashTable *hubs;   /* GMainContext → HaulHub */
G_LOCK_DEFINE_STATIC (hubs);

static void
haul_hub_free (HaulHub *self)
{
  haul_source_clear (&self->source);
  haul_source_clear (&self->rest);
  haul_source_clear (&self->again);
  haul_source_clear (&self->gap);
  g_queue_clear (&self->eager);
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  g_clear_pointer (&self->dead, g_ptr_array_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  haul_clear_fd (&self->epoll_fd);
  g_free (self);
}

/* The hub is found and freed by the thread that owns its context alone, so only the table of all
 * hubs needs the lock. */
static void
release_if_idle (HaulHub *self)
{
  if (self->watches->len > 0 || self->in_turn)
    return;

  G_LOCK (hubs);
  g_hash_table_remove (hubs, self->context);
  G_UNLOCK (hubs);
  haul_hub_free (self);
}

static void
set_events (HaulWatch *watch,
            gboolean   listen)
{
  struct epoll_event event = { .events = listen ? EPOLLIN : EPOLLONESHOT, .data.ptr = watch };

  /* Hang-ups and errors are reported always; one shot without any event mutes those as well. */
  if (epoll_ctl (watch->hub->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_debug ("cannot change what epoll listens to: %s", g_strerror (errno));
}

static gboolean rest_over_cb (gpointer user_data);
static gboolean again_cb (gpointer user_data);
static void attach_source (HaulHub *self);

static void
plan_again (HaulHub *self)
{
  if (self->again == NULL && self->eager.length > 0)
    self->again = haul_idle_new ("[haul] pipes that have more", again_cb, self);
}

static void
set_eager (HaulWatch *watch,
           gboolean   eager)
{
  HaulHub *hub = watch->hub;

  if (watch->eager == eager)
    return;

  watch->eager = eager;
  if (eager)
    g_queue_push_tail (&hub->eager, watch);
  else
    g_queue_remove (&hub->eager, watch);
  if (eager)
    plan_again (hub);
}

static void
plan_rest (HaulHub *self)
{
  if (self->rest != NULL)
    return;

  self->rest = haul_timer_new (REST_MS, "[haul] rest of flooding pipes", rest_over_cb, self);
  g_source_set_priority (self->rest, G_PRIORITY_DEFAULT_IDLE);
}

static void
let_rest (HaulWatch *watch)
{
  watch->resting = TRUE;
  plan_rest (watch->hub);
}

static void
serve (HaulWatch *watch)
{
  gboolean was_resting = watch->resting;
  HaulWatchResult result;

  watch->resting = FALSE;
  result = watch->func (watch->user_data);
  if (watch->freed)
    return;

  set_eager (watch, result == HAUL_WATCH_AGAIN);
  switch (result)
    {
    case HAUL_WATCH_WAIT:
    case HAUL_WATCH_AGAIN:
      if (was_resting)
        set_events (watch, TRUE);
      break;

    case HAUL_WATCH_MORE:
      if (!was_resting)
        set_events (watch, FALSE);
      let_rest (watch);
      break;

    case HAUL_WATCH_END:
    default:
      watch->ended = TRUE;
      (void) epoll_ctl (watch->hub->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
      break;
    }
}

/* And what came up in the middle of it, and had to wait. */
static void
end_turn (HaulHub *self)
{
  self->in_turn = FALSE;
  g_ptr_array_set_size (self->dead, 0);
  if (self->source == NULL && self->gap == NULL)
    attach_source (self);
  plan_again (self);
  if (self->rest_missed)
    plan_rest (self);
  self->rest_missed = FALSE;
  release_if_idle (self);
}

static gboolean
rest_over_cb (gpointer user_data)
{
  HaulHub *self = user_data;
  g_autoptr(GPtrArray) rested = g_ptr_array_new ();

  g_clear_pointer (&self->rest, g_source_unref);
  self->rest_missed = self->in_turn;
  if (self->in_turn)
    return G_SOURCE_REMOVE;

  self->in_turn = TRUE;
  for (guint i = 0; i < self->watches->len; i++)
    if (((HaulWatch *) self->watches->pdata[i])->resting)
      g_ptr_array_add (rested, self->watches->pdata[i]);
  for (guint i = 0; i < rested->len; i++)
    if (!((HaulWatch *) rested->pdata[i])->freed)
      serve (rested->pdata[i]);

  end_turn (self);
  return G_SOURCE_REMOVE;
}

static gboolean
gap_over_cb (gpointer user_data)
{
  HaulHub *self = user_data;

  g_clear_pointer (&self->gap, g_source_unref);
  attach_source (self);
  return G_SOURCE_REMOVE;
}

/* What epoll has: FALSE if there is more of it. */
static gboolean
serve_ready (HaulHub *self,
             gint64   end)
{
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (self->epoll_fd, events, MAX_EVENTS, 0);
  int i;

  for (i = 0; i < n && (i == 0 || g_get_monotonic_time () < end); i++)
    {
      HaulWatch *watch = events[i].data.ptr;

      if (!watch->freed && !watch->ended)
        serve (watch);
    }
  return i == n && n < MAX_EVENTS;
}

static gboolean
epoll_ready_cb (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  HaulHub *self = user_data;

  if (self->in_turn)
    {
      haul_source_clear (&self->source);   /* somebody whom we serve runs the loop: not before he is done */
      return G_SOURCE_REMOVE;
    }
  if (self->again != NULL)
    return G_SOURCE_CONTINUE;   /* again_cb() has its turn now, with all */

  self->in_turn = TRUE;
  if (serve_ready (self, g_get_monotonic_time () + MAX_TURN_US) && self->watches->len >= CROWD)
    {
      haul_source_clear (&self->source);
      haul_source_clear (&self->gap);
      self->gap = haul_timer_new (CROWD_GAP_MS, "[haul] gap between looks at a crowd", gap_over_cb, self);
      g_source_set_priority (self->gap, G_PRIORITY_DEFAULT_IDLE);
    }
  end_turn (self);
  return G_SOURCE_CONTINUE;
}

/* The turn of those that do not wait for epoll, once each, and of the others: half of it for each. */
static gboolean
again_cb (gpointer user_data)
{
  HaulHub *self = user_data;
  gint64 now = g_get_monotonic_time ();
  guint n = self->eager.length;

  g_clear_pointer (&self->again, g_source_unref);
  if (self->in_turn)
    return G_SOURCE_REMOVE;

  self->in_turn = TRUE;
  for (guint i = 0; i < n && self->eager.length > 0 && (i == 0 || g_get_monotonic_time () < now + MAX_TURN_US / 2); i++)
    {
      HaulWatch *watch = g_queue_peek_head (&self->eager);

      set_eager (watch, FALSE);
      serve (watch);
    }
  (void) serve_ready (self, now + MAX_TURN_US);
  end_turn (self);
  return G_SOURCE_REMOVE;
}

/* It may recurse, as far as GLib knows: else GLib would take its fd out of the loop for each call and put
 * it back, and wake the loop both times, which costs three system calls and a turn. */
static void
attach_source (HaulHub *self)
{
  self->source = g_unix_fd_source_new (self->epoll_fd, G_IO_IN);
  g_source_set_static_name (self->source, "[haul] pipes of all children");
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_can_recurse (self->source, TRUE);
  g_source_set_callback (self->source, G_SOURCE_FUNC (epoll_ready_cb), self, NULL);
  g_source_attach (self->source, self->context);
}

static HaulHub *
haul_hub_new (GMainContext  *context,
              GError       **error)
{
  HaulHub *self;
  haul_autofd int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  if (epoll_fd < 0)
    {
      (void) haul_throw_errno (error, errno, N_("cannot make an epoll"));
      return NULL;
    }

  self = g_new0 (HaulHub, 1);
  self->epoll_fd = g_steal_fd (&epoll_fd);
  self->context = g_main_context_ref (context);
  self->watches = g_ptr_array_new ();
  self->dead = g_ptr_array_new_with_free_func (g_free);

  attach_source (self);
  return self;
}

static HaulHub *
find_hub (GError **error)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  HaulHub *hub;

  G_LOCK (hubs);
  if (hubs == NULL)
    hubs = g_hash_table_new (NULL, NULL);
  hub = g_hash_table_lookup (hubs, context);
  if (hub == NULL)
    {
      hub = haul_hub_new (context, error);
      if (hub != NULL)
        g_hash_table_insert (hubs, context, hub);
    }
  G_UNLOCK (hubs);
  return hub;
}

HaulWatch *
haul_hub_watch (int             fd,
                HaulWatchFunc   func,
                gpointer        user_data,
                GError        **error)
{
  HaulHub *hub = find_hub (error);
  struct epoll_event event = { .events = EPOLLIN };
  HaulWatch *watch;

  if (hub == NULL)
    return NULL;

  watch = g_new0 (HaulWatch, 1);
  watch->hub = hub;
  watch->fd = fd;
  watch->func = func;
  watch->user_data = user_data;
  event.data.ptr = watch;

  if (epoll_ctl (hub->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    {
      (void) haul_throw_errno (error, errno, N_("cannot watch a pipe"));
      g_free (watch);
      release_if_idle (hub);
      return NULL;
    }
  g_ptr_array_add (hub->watches, watch);
  return watch;
}

void
haul_watch_free (HaulWatch *self)
{
  HaulHub *hub = self->hub;

  if (!self->ended)
    (void) epoll_ctl (hub->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
  g_ptr_array_remove_fast (hub->watches, self);
  set_eager (self, FALSE);

  if (hub->in_turn)
    {
      self->freed = TRUE;
      g_ptr_array_add (hub->dead, self);
    }
  else
    {
      g_free (self);
      release_if_idle (hub);
    }
}
