/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-shareable-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define MAGIC 0x4853484cu   /* "LHSH" */
#define VERSION 1
#define ALIGNMENT 64

/* How long to wait for the guard, when the time is over, and when there is no time. */
#define GRACE_MS 100
#define PATIENCE_MS 10000

/* What the memory begins with; the table of members comes after it, and then what the class keeps there. */
typedef struct
{
  guint32         magic;
  guint32         version;
  char            kind[16];
  guint64         size;        /* of what the class keeps */
  pthread_mutex_t guard;
} Header;

G_STATIC_ASSERT (sizeof (Header) <= 128);

typedef struct
{
  int      fds[HAUL_SHAREABLE_MAX_FDS];   /* (owned) -1 where there is none */
  Header  *header;                        /* (nullable) the map */
  gsize    map_size;
  gsize    size;                          /* of the body, as it was when it was checked */
  gint     member;                        /* our place, -1 before we have one; inside of the guard */
  guint    fork;                          /* … and in which process that was */
} HaulShareablePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HaulShareable, haul_shareable, G_TYPE_OBJECT)

/* How many forks there are between this process and the first one of the program. */
static guint n_forks;

static HaulShareablePrivate *
get_private (HaulShareable *self)
{
  return haul_shareable_get_instance_private (self);
}

static gsize
align (gsize size)
{
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static gsize
body_offset (HaulShareable *self)
{
  guint n_members = HAUL_SHAREABLE_GET_CLASS (self)->n_members;

  return 128 + (n_members > 0 ? align (haul_members_size (n_members)) : 0);
}

const char *
haul_shareable_get_kind (HaulShareable *self)
{
  return HAUL_SHAREABLE_GET_CLASS (self)->kind;
}

gpointer
haul_shareable_get_body (HaulShareable *self)
{
  return (guint8 *) get_private (self)->header + body_offset (self);
}

gsize
haul_shareable_get_size (HaulShareable *self)
{
  return get_private (self)->size;
}

void
haul_shareable_keep_memory (HaulShareable *self)
{
  get_private (self)->header = NULL;
}

int
haul_shareable_get_fd (HaulShareable *self,
                       guint          index)
{
  return get_private (self)->fds[index];
}

guint
haul_shareable_get_n_fds (HaulShareable *self)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  guint n_fds = klass->n_fds;

  while (n_fds > klass->n_fds - klass->n_optional_fds && get_private (self)->fds[n_fds - 1] < 0)
    n_fds--;
  return n_fds;
}

void
haul_shareable_take_fd (HaulShareable *self,
                        guint          index,
                        int            fd)
{
  HaulShareablePrivate *priv = get_private (self);

  haul_clear_fd (&priv->fds[index]);
  priv->fds[index] = fd;
}

void
haul_shareable_was_passed (HaulShareable *self)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);

  if (klass->passed != NULL)
    klass->passed (self);
}

HaulMembers *
haul_shareable_get_members (HaulShareable *self)
{
  return (HaulMembers *) ((guint8 *) get_private (self)->header + 128);
}

static gboolean
map_memory (HaulShareable  *self,
            gsize           size,
            GError        **error)
{
  HaulShareablePrivate *priv = get_private (self);

  priv->header = haul_shared_map (priv->fds[0], size, error);
  priv->map_size = size;
  return priv->header != NULL;
}

gboolean
haul_shareable_create (HaulShareable  *self,
                       gsize           size,
                       gsize           reserved,
                       GError        **error)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  HaulShareablePrivate *priv = get_private (self);
  gsize offset = body_offset (self);

  if (size > G_MAXINT64 - offset)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("more shared memory than there can be"));
      return FALSE;
    }
  priv->fds[0] = haul_shared_new_sparse (offset + size, offset + reserved, error);
  if (priv->fds[0] < 0 || !map_memory (self, offset + size, error))
    return FALSE;

  priv->size = size;
  priv->header->magic = MAGIC;
  priv->header->version = VERSION;
  g_strlcpy (priv->header->kind, klass->kind, sizeof priv->header->kind);
  priv->header->size = size;
  haul_mutex_init (&priv->header->guard, FALSE);
  if (klass->n_members > 0)
    haul_members_init (haul_shareable_get_members (self), klass->n_members);
  return klass->open == NULL || klass->open (self, error);
}

/* Nothing in it is trusted but what is checked here; classes check what is theirs. */
static gboolean
check_memory (HaulShareable  *self,
              GError        **error)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  HaulShareablePrivate *priv = get_private (self);
  gsize offset = body_offset (self);
  struct stat info;

  if (fstat (priv->fds[0], &info) < 0 || (gsize) info.st_size < offset || !map_memory (self, info.st_size, error))
    {
      g_clear_error (error);
    }
  else
    {
      priv->size = priv->map_size - offset;
      if (priv->header->magic == MAGIC && priv->header->version == VERSION && priv->header->size == priv->size
          && strncmp (priv->header->kind, klass->kind, sizeof priv->header->kind) == 0
          && (klass->n_members == 0 || haul_shareable_get_members (self)->n_members == klass->n_members))
        return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("this is no ‘%s’ that can be shared"), klass->kind);
  return FALSE;
}

gboolean
haul_shareable_adopt (HaulShareable  *self,
                      const int      *fds,
                      guint           n_fds,
                      GError        **error)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  HaulShareablePrivate *priv = get_private (self);

  for (guint i = 0; i < n_fds; i++)
    {
      int fd = fds[i];

      if (i < klass->n_fds)
        priv->fds[i] = fd;
      else
        haul_clear_fd (&fd);
    }
  if (n_fds > klass->n_fds || n_fds < klass->n_fds - klass->n_optional_fds)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a ‘%s’ is made of %u file descriptors, not of %u"),
                   klass->kind, klass->n_fds, n_fds);
      return FALSE;
    }
  return (!klass->has_memory || check_memory (self, error)) && (klass->open == NULL || klass->open (self, error));
}

gboolean
haul_shareable_enter (HaulShareable *self,
                      HaulWait      *wait,
                      HaulWaited    *ret_waited)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  pthread_mutex_t *guard = &get_private (self)->header->guard;
  int status = pthread_mutex_trylock (guard);
  HaulWait last;

  if (status == 0)
    return TRUE;
  if (status == EOWNERDEAD)
    pthread_mutex_consistent (guard);
  else
    {
      if (wait != NULL)
        status = haul_mutex_lock (guard, wait, ret_waited);
      if (wait == NULL || status == ETIMEDOUT)
        {
          haul_wait_init_uncancellable (&last, wait != NULL ? GRACE_MS : PATIENCE_MS);
          status = haul_mutex_lock (guard, &last, wait == NULL ? ret_waited : NULL);
        }
      if (status != 0 && status != EOWNERDEAD && status != ETIMEDOUT && ret_waited != NULL)
        *ret_waited = HAUL_WAIT_TIMED_OUT;   /* somebody wrote nonsense into it */
    }
  if (status == EOWNERDEAD && klass->repair != NULL)
    klass->repair (self);
  return status == 0 || status == EOWNERDEAD;
}

gboolean
haul_shareable_try_enter (HaulShareable *self)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  pthread_mutex_t *guard = &get_private (self)->header->guard;
  int status = pthread_mutex_trylock (guard);

  if (status == EOWNERDEAD)
    pthread_mutex_consistent (guard);
  if (status == EOWNERDEAD && klass->repair != NULL)
    klass->repair (self);
  return status == 0 || status == EOWNERDEAD;
}

void
haul_shareable_leave (HaulShareable *self)
{
  (void) pthread_mutex_unlock (&get_private (self)->header->guard);
}

gboolean
haul_shareable_join (HaulShareable  *self,
                     guint          *ret_member,
                     GError        **error)
{
  HaulShareablePrivate *priv = get_private (self);
  HaulMembers *members = haul_shareable_get_members (self);
  guint member;

  if (priv->member < 0 || priv->fork != n_forks)   /* the place of who forked us is not ours */
    {
      if (!haul_members_join (members, HAUL_SHAREABLE_GET_CLASS (self)->n_members, &member))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%u processes use this ‘%s’ already, which is all that can"),
                       HAUL_SHAREABLE_GET_CLASS (self)->n_members, haul_shareable_get_kind (self));
          return FALSE;
        }
      priv->member = member;
      priv->fork = n_forks;
    }
  *ret_member = priv->member;
  return TRUE;
}

/* A class that keeps count of what a member has says in its leave() what becomes of that. */
void
haul_shareable_part (HaulShareable *self)
{
  HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (self);
  HaulShareablePrivate *priv = get_private (self);
  HaulWait wait;

  haul_wait_init_uncancellable (&wait, 100);
  if (priv->header == NULL || priv->member < 0 || priv->fork != n_forks || !haul_shareable_enter (self, &wait, NULL))
    return;
  if (klass->leave != NULL)
    klass->leave (self, priv->member);
  else
    haul_members_leave (haul_shareable_get_members (self), priv->member);
  priv->member = -1;
  haul_shareable_leave (self);
}

static void
haul_shareable_finalize (GObject *object)
{
  HaulShareable *self = HAUL_SHAREABLE (object);
  HaulShareablePrivate *priv = get_private (self);

  haul_shareable_part (self);
  if (priv->header != NULL)
    haul_shared_unmap (priv->header, priv->map_size);
  for (guint i = 0; i < HAUL_SHAREABLE_MAX_FDS; i++)
    haul_clear_fd (&priv->fds[i]);

  G_OBJECT_CLASS (haul_shareable_parent_class)->finalize (object);
}

static void
forked_cb (void)
{
  n_forks++;
}

static void
haul_shareable_class_init (HaulShareableClass *klass)
{
  (void) pthread_atfork (NULL, NULL, forked_cb);
  G_OBJECT_CLASS (klass)->finalize = haul_shareable_finalize;
}

static void
haul_shareable_init (HaulShareable *self)
{
  HaulShareablePrivate *priv = get_private (self);

  for (guint i = 0; i < HAUL_SHAREABLE_MAX_FDS; i++)
    priv->fds[i] = -1;
  priv->member = -1;
}
