/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-array.h"

#include <string.h>

#include "haul-elements-private.h"

/**
 * HaulArray:
 *
 * Numbers that several processes use together, as Python's `multiprocessing.Array`
 * is: so many of one type, which is one of those of #HaulValue. They begin as 0.
 *
 * Each method that takes an index is one step, as those of #HaulValue are. Those
 * that copy several numbers are not: who has no lock may see old ones and new ones.
 *
 * An index past the end, or a number that the type does not have, is a mistake of
 * the program: a critical warning, and nothing changes.
 */
struct _HaulArray
{
  HaulShareable parent_instance;

  HaulElements  elements;
};

G_DEFINE_FINAL_TYPE (HaulArray, haul_array, HAUL_TYPE_SHAREABLE)

static HaulArray *
create (const char  *type,
        gsize        length,
        gboolean     with_lock,
        GError     **error)
{
  g_autoptr(HaulArray) self = g_object_new (HAUL_TYPE_ARRAY, NULL);

  return haul_elements_create (&self->elements, HAUL_SHAREABLE (self), type, length, with_lock, error)
         ? g_steal_pointer (&self)
         : NULL;
}

/**
 * haul_array_new:
 * @type: one of "y", "n", "q", "i", "u", "x", "t" and "d"
 * @length: how many numbers; they take their memory at once
 * @error: %HAUL_ERROR_BAD_ARGUMENT for another type, %HAUL_ERROR_TOO_LARGE, or a
 *   %G_IO_ERROR
 *
 * Makes numbers that are 0, with a lock; see haul_array_get_lock().
 *
 * Returns: (transfer full): the numbers
 */
HaulArray *
haul_array_new (const char  *type,
                gsize        length,
                GError     **error)
{
  g_return_val_if_fail (type != NULL, NULL);

  return create (type, length, TRUE, error);
}

/**
 * haul_array_new_raw:
 * @type: one of "y", "n", "q", "i", "u", "x", "t" and "d"
 * @length: how many numbers; they take their memory at once
 * @error: %HAUL_ERROR_BAD_ARGUMENT for another type, %HAUL_ERROR_TOO_LARGE, or a
 *   %G_IO_ERROR
 *
 * Makes numbers that are 0, without a lock: for those who have one of their own, or
 * need none, as when each writes to its own part.
 *
 * Returns: (transfer full): the numbers
 */
HaulArray *
haul_array_new_raw (const char  *type,
                    gsize        length,
                    GError     **error)
{
  g_return_val_if_fail (type != NULL, NULL);

  return create (type, length, FALSE, error);
}

/**
 * haul_array_get_lock:
 * @self: an array
 *
 * Gets the lock that belongs to it. Whoever does several steps as one, such as reading
 * a number and then writing another one, takes it; methods here do not look whether it
 * is taken. What becomes of it when its holder is killed is that of #HaulRLock.
 *
 * Returns: (transfer none) (nullable): the lock, or %NULL if it was made without
 */
HaulRLock *
haul_array_get_lock (HaulArray *self)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), NULL);

  return self->elements.lock;
}

/**
 * haul_array_get_number_type:
 * @self: an array
 *
 * Gets the type of the numbers.
 *
 * Returns: (transfer none): the letter that it was made with
 */
const char *
haul_array_get_number_type (HaulArray *self)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), NULL);

  return self->elements.type;
}

/**
 * haul_array_get_length:
 * @self: an array
 *
 * Counts the numbers.
 *
 * Returns: how many there are
 */
gsize
haul_array_get_length (HaulArray *self)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);

  return self->elements.n;
}

/**
 * haul_array_get_data: (skip)
 * @self: an array
 *
 * Gets the memory that the processes share. It is aligned to 64 bytes, and others
 * may write to it at any time. Nothing checks what is written, or where.
 *
 * Returns: (transfer none): the first number; valid as long as @self
 */
gpointer
haul_array_get_data (HaulArray *self)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), NULL);

  return self->elements.data;
}

/**
 * haul_array_dup_numbers:
 * @self: an array
 *
 * Copies the numbers.
 *
 * Returns: (transfer full): an array of the same type: "ai" if it is "i"
 */
GVariant *
haul_array_dup_numbers (HaulArray *self)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), NULL);

  return g_variant_ref_sink (g_variant_new_fixed_array ((const GVariantType *) self->elements.type, self->elements.data,
                                                        self->elements.n, self->elements.size));
}

/**
 * haul_array_set_numbers:
 * @self: an array
 * @index: of the first that is set
 * @numbers: an array of the same type; a floating reference is taken
 *
 * Copies numbers into it.
 *
 * Returns: %FALSE, with a critical warning, if they are of another type or too many
 */
gboolean
haul_array_set_numbers (HaulArray *self,
                        gsize      index,
                        GVariant  *numbers)
{
  g_autoptr(GVariant) owned = NULL;
  gconstpointer from;
  gsize n;

  g_return_val_if_fail (HAUL_IS_ARRAY (self), FALSE);
  g_return_val_if_fail (numbers != NULL, FALSE);

  owned = g_variant_ref_sink (numbers);
  g_return_val_if_fail (g_variant_is_of_type (numbers, G_VARIANT_TYPE_ARRAY), FALSE);
  g_return_val_if_fail (strcmp (g_variant_get_type_string (numbers) + 1, self->elements.type) == 0, FALSE);

  from = g_variant_get_fixed_array (numbers, &n, self->elements.size);
  g_return_val_if_fail (index <= self->elements.n && n <= self->elements.n - index, FALSE);
  if (n > 0)
    memcpy (self->elements.data + index * self->elements.size, from, n * self->elements.size);
  return TRUE;
}

/**
 * haul_array_get_int64:
 * @self: an array of any type but "d"
 * @index: which
 *
 * Gets a number.
 *
 * Returns: the number
 */
gint64
haul_array_get_int64 (HaulArray *self,
                      gsize      index)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);
  g_return_val_if_fail (index < self->elements.n, 0);

  return haul_elements_get_int64 (&self->elements, index);
}

/**
 * haul_array_get_uint64:
 * @self: an array of any type but "d"
 * @index: which
 *
 * Gets a number, which must not be negative.
 *
 * Returns: the number
 */
guint64
haul_array_get_uint64 (HaulArray *self,
                       gsize      index)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);
  g_return_val_if_fail (index < self->elements.n, 0);

  return haul_elements_get_uint64 (&self->elements, index);
}

/**
 * haul_array_get_double:
 * @self: an array of any type
 * @index: which
 *
 * Gets a number. Whole ones beyond 2⁵³ are rounded.
 *
 * Returns: the number
 */
double
haul_array_get_double (HaulArray *self,
                       gsize      index)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);
  g_return_val_if_fail (index < self->elements.n, 0);

  return haul_elements_get_double (&self->elements, index);
}

/**
 * haul_array_set_int64:
 * @self: an array of any type
 * @index: which
 * @value: a number that its type has
 *
 * Sets a number.
 */
void
haul_array_set_int64 (HaulArray *self,
                      gsize      index,
                      gint64     value)
{
  g_return_if_fail (HAUL_IS_ARRAY (self));
  g_return_if_fail (index < self->elements.n);

  haul_elements_set_int64 (&self->elements, index, value);
}

/**
 * haul_array_set_uint64:
 * @self: an array of any type
 * @index: which
 * @value: a number that its type has
 *
 * Sets a number.
 */
void
haul_array_set_uint64 (HaulArray *self,
                       gsize      index,
                       guint64    value)
{
  g_return_if_fail (HAUL_IS_ARRAY (self));
  g_return_if_fail (index < self->elements.n);

  haul_elements_set_uint64 (&self->elements, index, value);
}

/**
 * haul_array_set_double:
 * @self: an array of the type "d"
 * @index: which
 * @value: any number
 *
 * Sets a number.
 */
void
haul_array_set_double (HaulArray *self,
                       gsize      index,
                       double     value)
{
  g_return_if_fail (HAUL_IS_ARRAY (self));
  g_return_if_fail (index < self->elements.n);

  haul_elements_set_double (&self->elements, index, value);
}

/**
 * haul_array_add_int64:
 * @self: an array of any type but "d"
 * @index: which
 * @by: what to add
 *
 * Adds to a number in one step, as haul_value_add_int64() does.
 *
 * Returns: what the number was before
 */
gint64
haul_array_add_int64 (HaulArray *self,
                      gsize      index,
                      gint64     by)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);
  g_return_val_if_fail (index < self->elements.n, 0);

  return haul_elements_add_int64 (&self->elements, index, by);
}

/**
 * haul_array_add_double:
 * @self: an array of the type "d"
 * @index: which
 * @by: what to add
 *
 * Adds to a number in one step, as haul_value_add_double() does.
 *
 * Returns: what the number was before
 */
double
haul_array_add_double (HaulArray *self,
                       gsize      index,
                       double     by)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), 0);
  g_return_val_if_fail (index < self->elements.n, 0);

  return haul_elements_add_double (&self->elements, index, by);
}

/**
 * haul_array_compare_exchange_int64:
 * @self: an array of any type but "d"
 * @index: which
 * @expected: what the number should be
 * @value: what it is to be then
 *
 * Sets a number, in one step, unless it is another than was expected, as
 * haul_value_compare_exchange_int64() does.
 *
 * Returns: whether it was set
 */
gboolean
haul_array_compare_exchange_int64 (HaulArray *self,
                                   gsize      index,
                                   gint64     expected,
                                   gint64     value)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), FALSE);
  g_return_val_if_fail (index < self->elements.n, FALSE);

  return haul_elements_compare_exchange_int64 (&self->elements, index, expected, value);
}

/**
 * haul_array_compare_exchange_double:
 * @self: an array of the type "d"
 * @index: which
 * @expected: what the number should be
 * @value: what it is to be then
 *
 * Sets a number, in one step, unless it is another than was expected, as
 * haul_value_compare_exchange_double() does.
 *
 * Returns: whether it was set
 */
gboolean
haul_array_compare_exchange_double (HaulArray *self,
                                    gsize      index,
                                    double     expected,
                                    double     value)
{
  g_return_val_if_fail (HAUL_IS_ARRAY (self), FALSE);
  g_return_val_if_fail (index < self->elements.n, FALSE);

  return haul_elements_compare_exchange_double (&self->elements, index, expected, value);
}

static gboolean
haul_array_open (HaulShareable  *shareable,
                 GError        **error)
{
  return haul_elements_open (&HAUL_ARRAY (shareable)->elements, shareable, error);
}

static void
haul_array_dispose (GObject *object)
{
  haul_elements_clear (&HAUL_ARRAY (object)->elements);

  G_OBJECT_CLASS (haul_array_parent_class)->dispose (object);
}

static void
haul_array_class_init (HaulArrayClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = haul_array_dispose;

  shareable_class->kind = "array";
  shareable_class->n_fds = HAUL_ELEMENTS_N_FDS;
  shareable_class->n_optional_fds = HAUL_ELEMENTS_N_OPTIONAL_FDS;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_array_open;
}

static void
haul_array_init (HaulArray *self)
{
}
