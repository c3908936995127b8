/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>

#include "haul-test.h"

#include "haul/sync/haul-array.h"
#include "haul/sync/haul-shareable-private.h"
#include "haul/sync/haul-value.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define N_THREADS 4
#define N_STEPS   20000

static HaulValue *
value_new (const char *type)
{
  g_autoptr(GError) error = NULL;
  HaulValue *value = haul_value_new_raw (type, &error);

  g_assert_no_error (error);
  return value;
}

static HaulArray *
array_new (const char *type,
           gsize       length)
{
  g_autoptr(GError) error = NULL;
  HaulArray *array = haul_array_new_raw (type, length, &error);

  g_assert_no_error (error);
  return array;
}

/* As another process has it: an object of its own, in a map of its own. */
static gpointer
pass_on (gpointer   shareable,
         GError   **error)
{
  int fds[HAUL_SHAREABLE_MAX_FDS];
  guint n_fds = haul_shareable_get_n_fds (shareable);

  for (guint i = 0; i < n_fds; i++)
    fds[i] = fcntl (haul_shareable_get_fd (shareable, i), F_DUPFD_CLOEXEC, 3);
  return haul_shareable_new_for_fds (haul_shareable_get_kind (shareable), fds, n_fds, error);
}

/* Each line: a type, and the least and the largest number that it has. */
static const struct
{
  const char *type;
  gint64      least;
  guint64     largest;
} ranges[] = {
  { "y", 0, G_MAXUINT8 },
  { "n", G_MININT16, G_MAXINT16 },
  { "q", 0, G_MAXUINT16 },
  { "i", G_MININT32, G_MAXINT32 },
  { "u", 0, G_MAXUINT32 },
  { "x", G_MININT64, G_MAXINT64 },
  { "t", 0, G_MAXUINT64 },
};

#define assert_critical(pattern, call) G_STMT_START {                         \
    g_test_expect_message ("haul", G_LOG_LEVEL_CRITICAL, (pattern));          \
    call;                                                                     \
    g_test_assert_expected_messages ();                                       \
  } G_STMT_END

static void
test_ranges (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr(HaulValue) value = value_new (ranges[i].type);

      g_assert_cmpstr (haul_value_get_number_type (value), ==, ranges[i].type);
      g_assert_cmpint (haul_value_get_int64 (value), ==, 0);

      haul_value_set_int64 (value, ranges[i].least);
      g_assert_cmpint (haul_value_get_int64 (value), ==, ranges[i].least);
      g_assert_cmpfloat (haul_value_get_double (value), ==, (double) ranges[i].least);
      if (ranges[i].least > G_MININT64)
        assert_critical ("*fits (*", haul_value_set_int64 (value, ranges[i].least - 1));
      if (ranges[i].least < 0)
        assert_critical ("*value <= G_MAXINT64*", g_assert_cmpuint (haul_value_get_uint64 (value), ==, 0));
      g_assert_cmpint (haul_value_get_int64 (value), ==, ranges[i].least);

      haul_value_set_uint64 (value, ranges[i].largest);
      g_assert_cmpuint (haul_value_get_uint64 (value), ==, ranges[i].largest);
      g_assert_cmpfloat (haul_value_get_double (value), ==, (double) ranges[i].largest);
      if (ranges[i].largest < G_MAXUINT64)
        assert_critical ("*fits (*", haul_value_set_uint64 (value, ranges[i].largest + 1));
      if (ranges[i].largest > G_MAXINT64)
        assert_critical ("*value <= G_MAXINT64*", g_assert_cmpint (haul_value_get_int64 (value), ==, G_MAXINT64));
      g_assert_cmpuint (haul_value_get_uint64 (value), ==, ranges[i].largest);

      /* Past the largest comes the smallest. */
      (void) haul_value_add_int64 (value, 1);
      g_assert_cmpint (haul_value_get_int64 (value), ==, ranges[i].least);
      g_assert_cmpint (haul_value_add_int64 (value, 5), ==, ranges[i].least);
      g_assert_true (haul_value_compare_exchange_int64 (value, ranges[i].least + 5, 7));
      g_assert_false (haul_value_compare_exchange_int64 (value, ranges[i].least + 5, 8));
      g_assert_cmpint (haul_value_get_int64 (value), ==, 7);
      assert_critical ("*self->type*'d'*", haul_value_set_double (value, 1));
    }
}

static void
test_double (void)
{
  g_autoptr(HaulValue) value = value_new ("d");

  g_assert_cmpfloat (haul_value_get_double (value), ==, 0);
  haul_value_set_double (value, 0.5);
  g_assert_cmpfloat (haul_value_add_double (value, 0.25), ==, 0.5);
  g_assert_cmpfloat (haul_value_get_double (value), ==, 0.75);
  g_assert_false (haul_value_compare_exchange_double (value, 0.5, 1));
  g_assert_true (haul_value_compare_exchange_double (value, 0.75, NAN));
  g_assert_true (haul_value_compare_exchange_double (value, NAN, -3));
  g_assert_cmpfloat (haul_value_get_double (value), ==, -3);
  haul_value_set_int64 (value, -4);
  g_assert_cmpfloat (haul_value_get_double (value), ==, -4);

  assert_critical ("*'d'*", g_assert_cmpint (haul_value_get_int64 (value), ==, 0));
  assert_critical ("*'d'*", g_assert_cmpint (haul_value_add_int64 (value, 1), ==, 0));
  assert_critical ("*'d'*", g_assert_false (haul_value_compare_exchange_int64 (value, 0, 1)));
}

static void
test_bad_types (void)
{
  const char *types[] = { "", "s", "b", "ai", "ii", "c", "h" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr(GError) of_value = NULL;
      g_autoptr(GError) of_array = NULL;

      g_assert_null (haul_value_new_raw (types[i], &of_value));
      g_assert_error (of_value, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
      g_assert_null (haul_array_new_raw (types[i], 1, &of_array));
      g_assert_error (of_array, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

static void
test_array (void)
{
  g_autoptr(HaulArray) array = array_new ("n", 10);
  g_autoptr(HaulArray) empty = array_new ("d", 0);
  g_autoptr(GVariant) numbers = NULL;
  g_autoptr(GVariant) none = haul_array_dup_numbers (empty);

  g_assert_cmpuint (haul_array_get_length (array), ==, 10);
  g_assert_cmpstr (haul_array_get_number_type (array), ==, "n");
  for (gsize i = 0; i < 10; i++)
    haul_array_set_int64 (array, i, -(gint64) i);
  g_assert_cmpint (haul_array_add_int64 (array, 9, 4), ==, -9);
  g_assert_true (haul_array_compare_exchange_int64 (array, 8, -8, 80));
  haul_array_set_uint64 (array, 0, 11);
  g_assert_cmpint (((gint16 *) haul_array_get_data (array))[8], ==, 80);
  g_assert_cmpuint (haul_array_get_uint64 (array, 0), ==, 11);
  g_assert_cmpfloat (haul_array_get_double (array, 1), ==, -1);

  g_assert_true (haul_array_set_numbers (array, 2, g_variant_new_parsed ("[@n 5, 6]")));
  numbers = haul_array_dup_numbers (array);
  g_assert_cmpvariant (numbers, g_variant_new_parsed ("[@n 11, -1, 5, 6, -4, -5, -6, -7, 80, -5]"));
  g_assert_cmpvariant (none, g_variant_new_parsed ("@ad []"));

  assert_critical ("*index < *", haul_array_set_int64 (array, 10, 1));
  assert_critical ("*index < *", g_assert_cmpint (haul_array_get_int64 (array, G_MAXSIZE), ==, 0));
  assert_critical ("*index < *", g_assert_cmpint (haul_array_add_int64 (array, 10, 1), ==, 0));
  assert_critical ("*index <= *", haul_array_set_numbers (array, 9, g_variant_new_parsed ("[@n 5, 6]")));
  assert_critical ("*index <= *", haul_array_set_numbers (array, 11, g_variant_new_parsed ("@an []")));
  assert_critical ("*type_string*", haul_array_set_numbers (array, 0, g_variant_new_parsed ("[@i 5]")));
  assert_critical ("*VARIANT_TYPE_ARRAY*", haul_array_set_numbers (array, 0, g_variant_new_int16 (5)));
  g_assert_true (haul_array_set_numbers (array, 10, g_variant_new_parsed ("@an []")));
}

static void
test_too_large (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) other_error = NULL;

  g_assert_null (haul_array_new_raw ("d", G_MAXSIZE, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  g_assert_null (haul_array_new_raw ("y", G_MAXINT64 - 128, &other_error));
  g_assert_nonnull (other_error);
}

/* Memory that was given back comes back as it should. */
static void
test_zeroed (void)
{
  g_test_summary ("T57: an array is zeroed, each of the three times that the memory is used anew");
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr(HaulArray) array = array_new ("x", 100000);

      for (gsize i = 0; i < 100000; i++)
        {
          g_assert_cmpint (haul_array_get_int64 (array, i), ==, 0);
          haul_array_set_int64 (array, i, -1);
        }
    }
}

static void
test_passed (void)
{
  g_autoptr(HaulArray) array = array_new ("d", 3);
  g_autoptr(HaulValue) value = value_new ("i");
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulArray) their_array = pass_on (array, &error);
  g_autoptr(HaulValue) their_value = pass_on (value, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (haul_array_get_number_type (their_array), ==, "d");
  g_assert_cmpuint (haul_array_get_length (their_array), ==, 3);
  haul_array_set_double (their_array, 2, 2.5);
  g_assert_cmpfloat (haul_array_add_double (array, 2, 1), ==, 2.5);
  g_assert_true (haul_array_compare_exchange_double (their_array, 2, 3.5, 4));
  haul_value_set_int64 (their_value, 7);
  g_assert_cmpint (haul_value_get_int64 (value), ==, 7);

  /* The memory stays for as long as anybody has it. */
  g_clear_object (&array);
  g_assert_cmpfloat (haul_array_get_double (their_array, 2), ==, 4);
}

/* What another process may have made of it. */
static void
test_hostile (void)
{
  const struct
  {
    guint   at;      /* in the memory */
    guint64 bytes;
  } lies[] = {
    { 0, 0 },                   /* the magic number */
    { 4, 2 },                   /* the version */
    { 8, 0x6b636f6c },          /* the kind: "lock" */
    { 24, 1 << 20 },            /* the size of the body */
    { 128, 0 },                 /* how many numbers */
    { 128, 4 },
    { 128, G_MAXUINT64 },
    { 128, 1ULL << 61 },        /* times 8 it is 0 */
    { 136, 's' },               /* their type */
    { 136, 'y' },
    { 136, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr(HaulArray) array = array_new ("d", 3);
      g_autoptr(HaulArray) theirs = NULL;
      g_autoptr(GError) error = NULL;
      guint8 *memory = (guint8 *) haul_array_get_data (array) - 64 - 128;

      if (lies[i].at == 4 || lies[i].at == 0)
        *(guint32 *) (memory + lies[i].at) = lies[i].bytes;
      else
        *(guint64 *) (memory + lies[i].at) = lies[i].bytes;
      theirs = pass_on (array, &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_null (theirs);
    }
}

static void
test_hostile_fds (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) other_error = NULL;
  g_autoptr(GError) third_error = NULL;
  int null_fd = g_open ("/dev/null", O_RDWR | O_CLOEXEC);
  int fds[2] = { haul_shared_new (64, &error), haul_shared_new (4096, &error) };

  g_assert_no_error (error);
  g_assert_null (haul_shareable_new_for_fds ("value", &null_fd, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_null (haul_shareable_new_for_fds ("value", &fds[0], 1, &other_error));
  g_assert_error (other_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_null (haul_shareable_new_for_fds ("array", &fds[1], 1, &third_error));
  g_assert_error (third_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* The lock goes with it. */
static void
test_lock (void)
{
  guint n_fds = haul_test_count_fds ();
  g_autoptr(GError) error = NULL;
  HaulValue *value = haul_value_new ("i", &error);
  HaulArray *array = haul_array_new ("y", 5, &error);
  g_autoptr(HaulValue) raw = value_new ("i");
  HaulValue *their_value;
  HaulArray *their_array;

  g_assert_no_error (error);
  g_assert_null (haul_value_get_lock (raw));
  g_assert_cmpuint (haul_shareable_get_n_fds (HAUL_SHAREABLE (raw)), ==, 1);
  g_assert_cmpuint (haul_shareable_get_n_fds (HAUL_SHAREABLE (value)), ==, 2);
  their_value = pass_on (value, &error);
  their_array = pass_on (array, &error);
  g_assert_no_error (error);

  g_assert_true (haul_rlock_acquire (haul_value_get_lock (value), 0, NULL, &error));
  g_assert_true (haul_rlock_acquire (haul_value_get_lock (value), 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (haul_rlock_acquire (haul_value_get_lock (their_value), 0, NULL, &error));
  g_assert_nonnull (error);   /* this thread has it, by another object */
  g_clear_error (&error);
  haul_rlock_release (haul_value_get_lock (value));
  haul_rlock_release (haul_value_get_lock (value));
  g_assert_true (haul_rlock_acquire (haul_value_get_lock (their_value), 0, NULL, &error));
  g_assert_true (haul_rlock_acquire (haul_array_get_lock (their_array), 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (haul_rlock_acquire (haul_array_get_lock (array), 0, NULL, NULL));
  haul_rlock_release (haul_array_get_lock (their_array));
  haul_rlock_release (haul_value_get_lock (their_value));

  g_assert_finalize_object (value);
  g_assert_finalize_object (their_value);
  g_assert_finalize_object (array);
  g_assert_finalize_object (their_array);
  g_assert_cmpuint (haul_test_count_fds (), ==, n_fds + 1);
}

/* Something else where the lock should be. */
static void
test_hostile_lock (void)
{
  g_autoptr(HaulValue) value = value_new ("i");
  g_autoptr(HaulValue) other = value_new ("i");
  g_autoptr(GError) error = NULL;
  int fds[2] = { fcntl (haul_shareable_get_fd (HAUL_SHAREABLE (value), 0), F_DUPFD_CLOEXEC, 3),
                 fcntl (haul_shareable_get_fd (HAUL_SHAREABLE (other), 0), F_DUPFD_CLOEXEC, 3) };

  g_assert_null (haul_shareable_new_for_fds ("value", fds, 2, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

typedef struct
{
  HaulValue *value;
  HaulArray *array;
} Counted;

static gpointer
count_up (gpointer data)
{
  Counted *counted = data;

  for (guint i = 0; i < N_STEPS; i++)
    {
      (void) haul_value_add_int64 (counted->value, 1);
      (void) haul_array_add_double (counted->array, i % 2, 0.5);
    }
  return NULL;
}

static void
test_atomic (void)
{
  g_autoptr(HaulValue) value = value_new ("u");
  g_autoptr(HaulArray) array = array_new ("d", 2);
  Counted counted = { value, array };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("count", count_up, &counted);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (haul_value_get_int64 (value), ==, N_THREADS * N_STEPS);
  g_assert_cmpfloat (haul_array_get_double (array, 0), ==, N_THREADS * N_STEPS / 4.0);
  g_assert_cmpfloat (haul_array_get_double (array, 1), ==, N_THREADS * N_STEPS / 4.0);
}

static void
test_life (void)
{
  guint n_fds = haul_test_count_fds ();
  HaulValue *value = value_new ("i");
  HaulArray *array = array_new ("i", 1);

  g_assert_cmpuint (haul_test_count_fds (), ==, n_fds + 2);
  g_assert_finalize_object (value);
  g_assert_finalize_object (array);
  g_assert_cmpuint (haul_test_count_fds (), ==, n_fds);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/value/life", test_life);
  g_test_add_func ("/value/ranges", test_ranges);
  g_test_add_func ("/value/double", test_double);
  g_test_add_func ("/value/bad-types", test_bad_types);
  g_test_add_func ("/value/array", test_array);
  g_test_add_func ("/value/too-large", test_too_large);
  g_test_add_func ("/value/zeroed", test_zeroed);
  g_test_add_func ("/value/passed", test_passed);
  g_test_add_func ("/value/hostile", test_hostile);
  g_test_add_func ("/value/hostile-fds", test_hostile_fds);
  g_test_add_func ("/value/lock", test_lock);
  g_test_add_func ("/value/hostile-lock", test_hostile_lock);
  g_test_add_func ("/value/atomic", test_atomic);

  return g_test_run ();
}
