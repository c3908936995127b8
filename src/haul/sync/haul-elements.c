/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-elements-private.h"

#include <fcntl.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

#define LOCK_FD 1

/* What the body begins with; the numbers come after it. */
typedef struct
{
  guint64 n;
  char    type;
  guint8  padding[55];
} Header;

G_STATIC_ASSERT (sizeof (Header) == 64);

static guint
size_of (char type)
{
  switch (type)
    {
    case 'y':
      return 1;

    case 'n':
    case 'q':
      return 2;

    case 'i':
    case 'u':
      return 4;

    case 'x':
    case 't':
    case 'd':
      return 8;

    default:
      return 0;
    }
}

/* Says what will be made. */
static gboolean
plan (HaulElements  *self,
      const char    *type,
      gsize          n,
      GError       **error)
{
  guint size = strlen (type) == 1 ? size_of (type[0]) : 0;

  if (size == 0)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
                   _("numbers of the type ‘%s’ cannot be shared, but those of y n q i u x t d"), type);
      return FALSE;
    }
  if (n > (G_MAXINT64 - sizeof (Header)) / size)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("more shared memory than there can be"));
      return FALSE;
    }
  self->type[0] = type[0];
  self->size = size;
  self->n = n;
  return TRUE;
}

static gsize
get_size (const HaulElements *self)
{
  return sizeof (Header) + self->n * self->size;
}

static gboolean
make_lock (HaulElements   *self,
           HaulShareable  *owner,
           GError        **error)
{
  int fd;

  self->lock = haul_rlock_new (error);
  if (self->lock == NULL)
    return FALSE;
  fd = fcntl (haul_shareable_get_fd (HAUL_SHAREABLE (self->lock), 0), F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    return haul_throw_errno (error, errno, N_("cannot share a lock"));
  haul_shareable_take_fd (owner, LOCK_FD, fd);
  return TRUE;
}

gboolean
haul_elements_create (HaulElements   *self,
                      HaulShareable  *owner,
                      const char     *type,
                      gsize           n,
                      gboolean        with_lock,
                      GError        **error)
{
  return plan (self, type, n, error)
         && (!with_lock || make_lock (self, owner, error))
         && haul_shareable_create (owner, get_size (self), get_size (self), error);
}

void
haul_elements_clear (HaulElements *self)
{
  g_clear_object (&self->lock);
}

/* That of one which came from another process, if it has any. */
static gboolean
adopt_lock (HaulElements   *self,
            HaulShareable  *owner,
            GError        **error)
{
  int fd = haul_shareable_get_fd (owner, LOCK_FD);

  if (self->lock != NULL || fd < 0)
    return TRUE;

  fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    return haul_throw_errno (error, errno, N_("cannot take a lock"));
  self->lock = HAUL_RLOCK (haul_shareable_new_for_fds ("rlock", &fd, 1, error));
  return self->lock != NULL;
}

gboolean
haul_elements_open (HaulElements  *self,
                    HaulShareable *owner,
                    GError       **error)
{
  Header *header = haul_shareable_get_body (owner);
  gsize size = haul_shareable_get_size (owner);

  if (self->type[0] != 0)
    {
      header->type = self->type[0];
      header->n = self->n;
    }
  else if (size >= sizeof *header)
    {
      self->type[0] = header->type;
      self->size = size_of (self->type[0]);
      self->n = header->n;
    }

  self->data = (guint8 *) (header + 1);
  if (self->size > 0 && size >= sizeof *header && (size - sizeof *header) / self->size == self->n
      && get_size (self) == size)
    return adopt_lock (self, owner, error);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a shared ‘%s’ of another size than its numbers take"),
               haul_shareable_get_kind (owner));
  return FALSE;
}

/* The bits of one, whatever they mean. */

static guint64
load (const HaulElements *self,
      gsize               index)
{
  const guint8 *at = self->data + index * self->size;

  switch (self->size)
    {
    case 1:
      return __atomic_load_n (at, __ATOMIC_ACQUIRE);

    case 2:
      return __atomic_load_n ((const guint16 *) at, __ATOMIC_ACQUIRE);

    case 4:
      return __atomic_load_n ((const guint32 *) at, __ATOMIC_ACQUIRE);

    default:
      return __atomic_load_n ((const guint64 *) at, __ATOMIC_ACQUIRE);
    }
}

static void
store (const HaulElements *self,
       gsize               index,
       guint64             bits)
{
  guint8 *at = self->data + index * self->size;

  switch (self->size)
    {
    case 1:
      __atomic_store_n (at, bits, __ATOMIC_RELEASE);
      break;

    case 2:
      __atomic_store_n ((guint16 *) at, bits, __ATOMIC_RELEASE);
      break;

    case 4:
      __atomic_store_n ((guint32 *) at, bits, __ATOMIC_RELEASE);
      break;

    default:
      __atomic_store_n ((guint64 *) at, bits, __ATOMIC_RELEASE);
      break;
    }
}

static guint64
add (const HaulElements *self,
     gsize               index,
     guint64             by)
{
  guint8 *at = self->data + index * self->size;

  switch (self->size)
    {
    case 1:
      return __atomic_fetch_add (at, by, __ATOMIC_ACQ_REL);

    case 2:
      return __atomic_fetch_add ((guint16 *) at, by, __ATOMIC_ACQ_REL);

    case 4:
      return __atomic_fetch_add ((guint32 *) at, by, __ATOMIC_ACQ_REL);

    default:
      return __atomic_fetch_add ((guint64 *) at, by, __ATOMIC_ACQ_REL);
    }
}

#define EXCHANGE(Type) G_STMT_START {                                                                           \
    Type from = expected;                                                                                       \
    return __atomic_compare_exchange_n ((Type *) at, &from, bits, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);   \
  } G_STMT_END

static gboolean
exchange (const HaulElements *self,
          gsize               index,
          guint64             expected,
          guint64             bits)
{
  guint8 *at = self->data + index * self->size;

  switch (self->size)
    {
    case 1:
      EXCHANGE (guint8);

    case 2:
      EXCHANGE (guint16);

    case 4:
      EXCHANGE (guint32);

    default:
      EXCHANGE (guint64);
    }
}

static guint64
bits_of_double (double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static double
double_of_bits (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* With the sign in all the bits above, where there is one. Not for doubles. */
static guint64
widen (const HaulElements *self,
       guint64             bits)
{
  switch (self->type[0])
    {
    case 'n':
      return (gint64) (gint16) bits;

    case 'i':
      return (gint64) (gint32) bits;

    default:
      return bits;
    }
}

static gboolean
is_signed (const HaulElements *self)
{
  return self->type[0] == 'n' || self->type[0] == 'i' || self->type[0] == 'x';
}

/* Whether a whole number, of which @is_negative tells the sign, is one of this type. */
static gboolean
fits (const HaulElements *self,
      guint64             value,
      gboolean            is_negative)
{
  guint n_bits = 8 * self->size;

  if (!is_signed (self))
    return !is_negative && (n_bits == 64 || value >> n_bits == 0);
  return is_negative ? (gint64) value >= -(gint64) (1ULL << (n_bits - 2)) * 2 : value >> (n_bits - 1) == 0;
}

static void
set_whole (const HaulElements *self,
           gsize               index,
           guint64             value,
           gboolean            is_negative)
{
  if (self->type[0] == 'd')
    {
      store (self, index, bits_of_double (is_negative ? (double) (gint64) value : (double) value));
      return;
    }
  g_return_if_fail (fits (self, value, is_negative));
  store (self, index, value);
}

gint64
haul_elements_get_int64 (const HaulElements *self,
                         gsize               index)
{
  guint64 value;

  g_return_val_if_fail (self->type[0] != 'd', 0);

  value = widen (self, load (self, index));
  g_return_val_if_fail (is_signed (self) || value <= G_MAXINT64, G_MAXINT64);
  return value;
}

guint64
haul_elements_get_uint64 (const HaulElements *self,
                          gsize               index)
{
  guint64 value;

  g_return_val_if_fail (self->type[0] != 'd', 0);

  value = widen (self, load (self, index));
  g_return_val_if_fail (!is_signed (self) || value <= G_MAXINT64, 0);
  return value;
}

double
haul_elements_get_double (const HaulElements *self,
                          gsize               index)
{
  guint64 bits = load (self, index);

  if (self->type[0] == 'd')
    return double_of_bits (bits);
  bits = widen (self, bits);
  return is_signed (self) ? (double) (gint64) bits : (double) bits;
}

void
haul_elements_set_int64 (const HaulElements *self,
                         gsize               index,
                         gint64              value)
{
  set_whole (self, index, value, value < 0);
}

void
haul_elements_set_uint64 (const HaulElements *self,
                          gsize               index,
                          guint64             value)
{
  set_whole (self, index, value, FALSE);
}

void
haul_elements_set_double (const HaulElements *self,
                          gsize               index,
                          double              value)
{
  g_return_if_fail (self->type[0] == 'd');

  store (self, index, bits_of_double (value));
}

gint64
haul_elements_add_int64 (const HaulElements *self,
                         gsize               index,
                         gint64              by)
{
  g_return_val_if_fail (self->type[0] != 'd', 0);

  return widen (self, add (self, index, by));
}

double
haul_elements_add_double (const HaulElements *self,
                          gsize               index,
                          double              by)
{
  double before;

  g_return_val_if_fail (self->type[0] == 'd', 0);

  do
    before = double_of_bits (load (self, index));
  while (!exchange (self, index, bits_of_double (before), bits_of_double (before + by)));
  return before;
}

gboolean
haul_elements_compare_exchange_int64 (const HaulElements *self,
                                      gsize               index,
                                      gint64              expected,
                                      gint64              value)
{
  g_return_val_if_fail (self->type[0] != 'd', FALSE);
  g_return_val_if_fail (fits (self, expected, expected < 0), FALSE);
  g_return_val_if_fail (fits (self, value, value < 0), FALSE);

  return exchange (self, index, expected, value);
}

gboolean
haul_elements_compare_exchange_double (const HaulElements *self,
                                       gsize               index,
                                       double              expected,
                                       double              value)
{
  g_return_val_if_fail (self->type[0] == 'd', FALSE);

  return exchange (self, index, bits_of_double (expected), bits_of_double (value));
}
