/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-shares-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

#include "haul-shareable-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

#define MAGIC 0x3153484cu   /* "LHS1" */

typedef struct
{
  char          *name;        /* (owned) */
  HaulShareable *shareable;   /* (owned) */
} Entry;

struct _HaulShares
{
  gatomicrefcount ref_count;
  GArray         *entries;     /* (owned) of Entry, in the order in which they were added */
};

/* The message: a header, and for each object one of these. Whose the fds are says their order. */
typedef struct
{
  guint32 magic;
  guint32 serial;
  guint32 n_objects;
} Header;

typedef struct
{
  char    name[HAUL_SHARES_MAX_NAME + 1];
  char    kind[16];
  guint32 n_fds;
} Object;

typedef struct
{
  Header header;
  Object objects[HAUL_SHARES_MAX];
} Message;

G_STATIC_ASSERT (sizeof (Message) == sizeof (Header) + HAUL_SHARES_MAX * sizeof (Object));

/* Room for the fds of one message, aligned as the kernel wants it. */
typedef union
{
  struct cmsghdr header;
  char           bytes[CMSG_SPACE (HAUL_SHARES_MAX_FDS * sizeof (int))];
} Ancillary;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->name, g_free);
  g_clear_object (&entry->shareable);
}

HaulShares *
haul_shares_new (void)
{
  HaulShares *self = g_new0 (HaulShares, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

HaulShares *
haul_shares_copy (HaulShares *self)
{
  HaulShares *copy = haul_shares_new ();

  if (self != NULL)
    haul_shares_add_all (copy, self);
  return copy;
}

HaulShares *
haul_shares_ref (HaulShares *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
haul_shares_unref (HaulShares *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->entries);
  g_free (self);
}

static Entry *
get_entry (HaulShares *self,
           guint       index)
{
  return &g_array_index (self->entries, Entry, index);
}

gboolean
haul_shares_add (HaulShares    *self,
                 const char    *name,
                 HaulShareable *shareable)
{
  Entry entry;

  if (name[0] == '\0' || strlen (name) > HAUL_SHARES_MAX_NAME || !g_utf8_validate (name, -1, NULL)
      || haul_shares_lookup (self, name) != NULL)
    return FALSE;

  entry.name = g_strdup (name);
  entry.shareable = g_object_ref (shareable);
  g_array_append_val (self->entries, entry);
  return TRUE;
}

void
haul_shares_add_all (HaulShares *self,
                     HaulShares *other)
{
  for (guint i = 0; i < other->entries->len; i++)
    (void) haul_shares_add (self, get_entry (other, i)->name, get_entry (other, i)->shareable);
}

HaulShareable *
haul_shares_lookup (HaulShares *self,
                    const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (strcmp (get_entry (self, i)->name, name) == 0)
      return get_entry (self, i)->shareable;
  return NULL;
}

void
haul_shares_attend (HaulShares *self,
                    gboolean    is_here)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      HaulShareable *shareable = get_entry (self, i)->shareable;
      HaulShareableClass *klass = HAUL_SHAREABLE_GET_CLASS (shareable);

      if (klass->attend != NULL)
        klass->attend (shareable, is_here);
    }
}

gboolean
haul_shares_check (HaulShares  *self,
                   GError     **error)
{
  guint n_fds = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n_fds += haul_shareable_get_n_fds (get_entry (self, i)->shareable);
  if (self->entries->len <= HAUL_SHARES_MAX && n_fds <= HAUL_SHARES_MAX_FDS)
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE,
               _("%u objects of %u file descriptors are more than can be shared with one job, which are %d of %d"),
               self->entries->len, n_fds, HAUL_SHARES_MAX, HAUL_SHARES_MAX_FDS);
  return FALSE;
}

/* Sending. */

/* Fills in what is said of the objects, and their fds, which stay theirs. */
static gboolean
gather (HaulShares  *self,
        Message     *message,
        int         *fds,
        guint       *ret_n_fds,
        GError     **error)
{
  guint n_fds = 0;

  message->header.n_objects = self->entries->len;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = get_entry (self, i);
      Object *object = &message->objects[i];

      g_strlcpy (object->name, entry->name, sizeof object->name);
      g_strlcpy (object->kind, haul_shareable_get_kind (entry->shareable), sizeof object->kind);
      object->n_fds = haul_shareable_get_n_fds (entry->shareable);
      for (guint j = 0; j < object->n_fds; j++)
        {
          fds[n_fds] = haul_shareable_get_fd (entry->shareable, j);
          if (fds[n_fds++] >= 0)
            continue;
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("‘%s’ was given away before"), entry->name);
          return FALSE;
        }
    }
  *ret_n_fds = n_fds;
  return TRUE;
}

gboolean
haul_shares_send (HaulShares  *self,
                  int          fd,
                  guint32      serial,
                  GError     **error)
{
  Message message = { .header = { .magic = MAGIC, .serial = serial } };
  Ancillary ancillary = { 0 };
  int fds[HAUL_SHARES_MAX_FDS];
  guint n_fds;
  struct iovec part = { &message, sizeof (Header) + self->entries->len * sizeof (Object) };
  struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };

  if (!haul_shares_check (self, error) || !gather (self, &message, fds, &n_fds, error))
    return FALSE;
  if (n_fds > 0)
    {
      packet.msg_control = ancillary.bytes;
      packet.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
      ancillary.header.cmsg_level = SOL_SOCKET;
      ancillary.header.cmsg_type = SCM_RIGHTS;
      ancillary.header.cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      memcpy (CMSG_DATA (&ancillary.header), fds, n_fds * sizeof (int));
    }
  if (sendmsg (fd, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    return haul_throw_errno (error, errno, N_("cannot pass on what is shared"));

  for (guint i = 0; i < self->entries->len; i++)
    haul_shareable_was_passed (get_entry (self, i)->shareable);
  return TRUE;
}

/* Receiving. What comes is believed no more than anything else that comes from another process. */

static gboolean
refuse (GError     **error,
        const char  *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("cannot take what is shared: %s"), why);
  return FALSE;
}

static void
close_all (const int *fds,
           guint      n_fds)
{
  for (guint i = 0; i < n_fds; i++)
    {
      int fd = fds[i];

      haul_clear_fd (&fd);
    }
}

/* The first message that waits is the one with this serial, once those before it are dropped. */
static gboolean
find_message (int       fd,
              guint32   serial,
              GError  **error)
{
  for (;;)
    {
      Header header;
      ssize_t size = recv (fd, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT);

      if (size < 0 && errno != EAGAIN)
        return haul_throw_errno (error, errno, N_("cannot take what is shared"));
      if (size <= 0 || (size == sizeof header && header.magic == MAGIC && header.serial > serial))
        return refuse (error, _("it was not passed"));
      if (size != sizeof header || header.magic != MAGIC || header.serial == serial)
        return TRUE;
      (void) recv (fd, &header, sizeof header, MSG_DONTWAIT);   /* its fds close themselves: nobody asked for them */
    }
}

/* All the fds that came, also when what they came with makes no sense. */
static guint
collect_fds (struct msghdr *packet,
             int            ret_fds[HAUL_SHARES_MAX_FDS])
{
  guint n_fds = 0;

  for (struct cmsghdr *control = CMSG_FIRSTHDR (packet); control != NULL; control = CMSG_NXTHDR (packet, control))
    {
      guint n = (control->cmsg_len - CMSG_LEN (0)) / sizeof (int);

      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
        continue;
      n = MIN (n, HAUL_SHARES_MAX_FDS - n_fds);   /* there was no room for more */
      memcpy (ret_fds + n_fds, CMSG_DATA (control), n * sizeof (int));
      n_fds += n;
    }
  return n_fds;
}

static gboolean
is_text (const char *text,
         gsize       size)
{
  const char *end = memchr (text, '\0', size);

  return end != NULL && end != text && g_utf8_validate (text, end - text, NULL);
}

static gboolean
check_message (const Message  *message,
               gsize           size,
               guint           n_fds,
               GError        **error)
{
  guint n = 0;

  if (size < sizeof (Header) || message->header.magic != MAGIC)
    return refuse (error, _("it makes no sense"));
  if (message->header.n_objects > HAUL_SHARES_MAX || size != sizeof (Header) + message->header.n_objects * sizeof (Object))
    return refuse (error, _("it is of another size than its objects"));
  for (guint i = 0; i < message->header.n_objects; i++)
    {
      const Object *object = &message->objects[i];

      if (!is_text (object->name, sizeof object->name) || !is_text (object->kind, sizeof object->kind))
        return refuse (error, _("an object has no name"));
      if (object->n_fds > HAUL_SHAREABLE_MAX_FDS)
        return refuse (error, _("an object has too many file descriptors"));
      n += object->n_fds;
    }
  return n == n_fds ? TRUE : refuse (error, _("there are more or fewer file descriptors than its objects have"));
}

/* Takes the fds, also when it fails. */
static HaulShares *
assemble (const Message  *message,
          const int      *fds,
          guint           n_fds,
          GError        **error)
{
  g_autoptr(HaulShares) self = haul_shares_new ();
  guint n_used = 0;

  for (guint i = 0; i < message->header.n_objects; i++)
    {
      const Object *object = &message->objects[i];
      g_autoptr(HaulShareable) shareable = haul_shareable_new_for_fds (object->kind, fds + n_used, object->n_fds, error);

      n_used += object->n_fds;
      if (shareable != NULL && haul_shares_add (self, object->name, shareable))
        continue;
      close_all (fds + n_used, n_fds - n_used);
      if (shareable == NULL)
        g_prefix_error (error, _("cannot take ‘%s’, which is shared: "), object->name);
      else
        (void) refuse (error, _("two objects have the same name"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

HaulShares *
haul_shares_receive (int       fd,
                     guint32   serial,
                     GError  **error)
{
  Message message;
  Ancillary ancillary;
  int fds[HAUL_SHARES_MAX_FDS];
  guint n_fds;
  struct iovec part = { &message, sizeof message };
  struct msghdr packet = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.bytes, .msg_controllen = sizeof ancillary.bytes
  };
  gboolean ok;
  ssize_t size;

  if (!find_message (fd, serial, error))
    return NULL;
  size = recvmsg (fd, &packet, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0)
    {
      (void) haul_throw_errno (error, errno, N_("cannot take what is shared"));
      return NULL;
    }

  n_fds = collect_fds (&packet, fds);
  if (packet.msg_flags & MSG_CTRUNC)
    ok = refuse (error, _("this process may not have as many open files"));
  else if (packet.msg_flags & MSG_TRUNC)
    ok = refuse (error, _("it is too long"));
  else
    ok = check_message (&message, size, n_fds, error);
  if (ok)
    return assemble (&message, fds, n_fds, error);
  close_all (fds, n_fds);
  return NULL;
}

gboolean
haul_taken_shares_update (HaulTakenShares  *self,
                          int               fd,
                          guint32           serial,
                          GError          **error)
{
  if (serial == 0 || serial == self->serial)
    return TRUE;

  self->serial = 0;
  g_clear_pointer (&self->set, haul_shares_unref);
  self->set = haul_shares_receive (fd, serial, error);
  if (self->set == NULL)
    return FALSE;
  self->serial = serial;
  return TRUE;
}
