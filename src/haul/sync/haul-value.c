/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-value.h"

#include <glib/gi18n-lib.h>

#include "haul-elements-private.h"

/**
 * HaulValue:
 *
 * One number that several processes use together, as Python's
 * `multiprocessing.Value` is.
 *
 * Its type is a letter of GVariant: "y" (byte), "n", "q" (16 bits), "i", "u" (32
 * bits), "x", "t" (64 bits), of which n, i and x have a sign, and "d" (double).
 * It begins as 0.
 *
 * Each method is one step: nobody ever sees half of a number. But what is read and
 * then written is two steps, between which others may write: counts are lost. Either
 * take the lock around them,
 * |[<!-- language="C" -->
 * if (haul_rlock_acquire (haul_value_get_lock (counter), -1, NULL, error))
 *   {
 *     haul_value_set_int64 (counter, haul_value_get_int64 (counter) + 1);
 *     haul_rlock_release (haul_value_get_lock (counter));
 *   }
 * ]|
 * or use haul_value_add_int64() or haul_value_compare_exchange_int64(), which are one
 * step, and need no lock.
 *
 * A number that the type does not have is a mistake of the program: a critical
 * warning, and nothing changes.
 */
struct _HaulValue
{
  HaulShareable parent_instance;

  HaulElements  elements;   /* of which there is one */
};

G_DEFINE_FINAL_TYPE (HaulValue, haul_value, HAUL_TYPE_SHAREABLE)

static HaulValue *
create (const char  *type,
        gboolean     with_lock,
        GError     **error)
{
  g_autoptr(HaulValue) self = g_object_new (HAUL_TYPE_VALUE, NULL);

  return haul_elements_create (&self->elements, HAUL_SHAREABLE (self), type, 1, with_lock, error)
         ? g_steal_pointer (&self)
         : NULL;
}

/**
 * haul_value_new:
 * @type: one of "y", "n", "q", "i", "u", "x", "t" and "d"
 * @error: %HAUL_ERROR_BAD_ARGUMENT for another type, or a %G_IO_ERROR
 *
 * Makes a number that is 0, with a lock; see haul_value_get_lock().
 *
 * Returns: (transfer full): the number
 */
HaulValue *
haul_value_new (const char  *type,
                GError     **error)
{
  g_return_val_if_fail (type != NULL, NULL);

  return create (type, TRUE, error);
}

/**
 * haul_value_new_raw:
 * @type: one of "y", "n", "q", "i", "u", "x", "t" and "d"
 * @error: %HAUL_ERROR_BAD_ARGUMENT for another type, or a %G_IO_ERROR
 *
 * Makes a number that is 0, without a lock: for those who have one of their own, or
 * need none.
 *
 * Returns: (transfer full): the number
 */
HaulValue *
haul_value_new_raw (const char  *type,
                    GError     **error)
{
  g_return_val_if_fail (type != NULL, NULL);

  return create (type, FALSE, error);
}

/**
 * haul_value_get_lock:
 * @self: a value
 *
 * Gets the lock that belongs to it. Whoever does several steps as one, such as reading
 * a number and then writing another one, takes it; methods here do not look whether it
 * is taken. What becomes of it when its holder is killed is that of #HaulRLock.
 *
 * Returns: (transfer none) (nullable): the lock, or %NULL if it was made without
 */
HaulRLock *
haul_value_get_lock (HaulValue *self)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), NULL);

  return self->elements.lock;
}

/**
 * haul_value_get_number_type:
 * @self: a value
 *
 * Gets the type of the number.
 *
 * Returns: (transfer none): the letter that it was made with
 */
const char *
haul_value_get_number_type (HaulValue *self)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), NULL);

  return self->elements.type;
}

/**
 * haul_value_get_int64:
 * @self: a value of any type but "d"
 *
 * Gets the number. Only of "t" there may be some that are too large: that is a
 * critical warning.
 *
 * Returns: the number
 */
gint64
haul_value_get_int64 (HaulValue *self)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), 0);

  return haul_elements_get_int64 (&self->elements, 0);
}

/**
 * haul_value_get_uint64:
 * @self: a value of any type but "d"
 *
 * Gets the number, which must not be negative.
 *
 * Returns: the number
 */
guint64
haul_value_get_uint64 (HaulValue *self)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), 0);

  return haul_elements_get_uint64 (&self->elements, 0);
}

/**
 * haul_value_get_double:
 * @self: a value of any type
 *
 * Gets the number. Whole ones beyond 2⁵³ are rounded.
 *
 * Returns: the number
 */
double
haul_value_get_double (HaulValue *self)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), 0);

  return haul_elements_get_double (&self->elements, 0);
}

/**
 * haul_value_set_int64:
 * @self: a value of any type
 * @value: a number that its type has
 *
 * Sets the number.
 */
void
haul_value_set_int64 (HaulValue *self,
                      gint64     value)
{
  g_return_if_fail (HAUL_IS_VALUE (self));

  haul_elements_set_int64 (&self->elements, 0, value);
}

/**
 * haul_value_set_uint64:
 * @self: a value of any type
 * @value: a number that its type has
 *
 * Sets the number.
 */
void
haul_value_set_uint64 (HaulValue *self,
                       guint64    value)
{
  g_return_if_fail (HAUL_IS_VALUE (self));

  haul_elements_set_uint64 (&self->elements, 0, value);
}

/**
 * haul_value_set_double:
 * @self: a value of the type "d"
 * @value: any number
 *
 * Sets the number.
 */
void
haul_value_set_double (HaulValue *self,
                       double     value)
{
  g_return_if_fail (HAUL_IS_VALUE (self));

  haul_elements_set_double (&self->elements, 0, value);
}

/**
 * haul_value_add_int64:
 * @self: a value of any type but "d"
 * @by: what to add
 *
 * Adds to the number in one step: with it a count needs no lock. Past the largest
 * number of the type comes the smallest.
 *
 * Returns: what the number was before; of the type "t", with the same bits
 */
gint64
haul_value_add_int64 (HaulValue *self,
                      gint64     by)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), 0);

  return haul_elements_add_int64 (&self->elements, 0, by);
}

/**
 * haul_value_add_double:
 * @self: a value of the type "d"
 * @by: what to add
 *
 * Adds to the number in one step.
 *
 * Returns: what the number was before
 */
double
haul_value_add_double (HaulValue *self,
                       double     by)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), 0);

  return haul_elements_add_double (&self->elements, 0, by);
}

/**
 * haul_value_compare_exchange_int64:
 * @self: a value of any type but "d"
 * @expected: what the number should be
 * @value: what it is to be then
 *
 * Sets the number, in one step, unless it is another than was expected.
 *
 * Returns: whether it was set
 */
gboolean
haul_value_compare_exchange_int64 (HaulValue *self,
                                   gint64     expected,
                                   gint64     value)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), FALSE);

  return haul_elements_compare_exchange_int64 (&self->elements, 0, expected, value);
}

/**
 * haul_value_compare_exchange_double:
 * @self: a value of the type "d"
 * @expected: what the number should be; its bits are compared, so that 0 is not -0
 * @value: what it is to be then
 *
 * Sets the number, in one step, unless it is another than was expected.
 *
 * Returns: whether it was set
 */
gboolean
haul_value_compare_exchange_double (HaulValue *self,
                                    double     expected,
                                    double     value)
{
  g_return_val_if_fail (HAUL_IS_VALUE (self), FALSE);

  return haul_elements_compare_exchange_double (&self->elements, 0, expected, value);
}

static gboolean
haul_value_open (HaulShareable  *shareable,
                 GError        **error)
{
  HaulValue *self = HAUL_VALUE (shareable);

  if (!haul_elements_open (&self->elements, shareable, error))
    return FALSE;
  if (self->elements.n == 1)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a shared value with several numbers"));
  return FALSE;
}

static void
haul_value_dispose (GObject *object)
{
  haul_elements_clear (&HAUL_VALUE (object)->elements);

  G_OBJECT_CLASS (haul_value_parent_class)->dispose (object);
}

static void
haul_value_class_init (HaulValueClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = haul_value_dispose;

  shareable_class->kind = "value";
  shareable_class->n_fds = HAUL_ELEMENTS_N_FDS;
  shareable_class->n_optional_fds = HAUL_ELEMENTS_N_OPTIONAL_FDS;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_value_open;
}

static void
haul_value_init (HaulValue *self)
{
}
