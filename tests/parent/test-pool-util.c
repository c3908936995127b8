/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-pool-util.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "haul/parent/haul-pool-private.h"

static void
item_cb (HaulBatch *batch,
         guint64    index,
         GBytes    *result,
         GError    *error,
         gpointer   user_data)
{
  Watched *self = user_data;
  gsize size = 0;
  const char *bytes = result != NULL ? g_bytes_get_data (result, &size) : NULL;

  g_assert_true ((result == NULL) != (error == NULL));
  g_assert_cmpuint (self->n_ended, ==, 0);
  g_assert_true (haul_batch_is_active (batch));
  g_assert_cmpuint (index, <, haul_batch_get_n_items (batch));
  if (self->ordered)
    g_assert_cmpuint (index, ==, self->order->len);
  g_array_append_val (self->order, index);
  g_assert_true (g_hash_table_insert (self->texts, GSIZE_TO_POINTER (index),
                                      error != NULL ? g_strconcat ("!", error->message, NULL)
                                                    : g_strndup (bytes, MIN (size, 200))));
}

static void
ended_cb (HaulBatch *batch,
          gpointer   user_data)
{
  Watched *self = user_data;

  g_assert_false (haul_batch_is_active (batch));
  g_assert_true (haul_batch_get_is_complete (batch));
  g_assert_cmpuint (haul_batch_get_n_done (batch) + haul_batch_get_n_failed (batch), <=, haul_batch_get_n_items (batch));
  self->n_ended++;
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Watched *self = user_data;

  g_assert_false (self->joined);
  self->joined = TRUE;
  g_assert_true (haul_batch_join_finish (self->batch, result, &self->error) == (self->error == NULL));
}

Watched *
pool_watch (HaulBatch *batch)
{
  Watched *self = g_new0 (Watched, 1);

  self->batch = batch;
  self->ordered = TRUE;
  self->texts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), self);
  g_signal_connect (batch, "ended", G_CALLBACK (ended_cb), self);
  return self;
}

void
pool_watched_free (Watched *self)
{
  g_signal_handlers_disconnect_by_data (self->batch, self);
  g_clear_object (&self->batch);
  g_hash_table_unref (self->texts);
  g_array_unref (self->order);
  g_clear_error (&self->error);
  g_free (self);
}

void
pool_submit (HaulPool *pool,
             Watched  *self)
{
  g_autoptr(GError) error = NULL;

  haul_batch_join_async (self->batch, -1, NULL, joined_cb, self);
  g_assert_true (haul_pool_submit (pool, self->batch, &error));
  g_assert_no_error (error);
}

gboolean
pool_has_ended (gpointer watched)
{
  Watched *self = watched;

  return self->n_ended > 0 && self->joined;
}

typedef struct
{
  Watched *watched;
  guint    n_items;   /* that had come when we looked last */
} Progress;

static gboolean
is_further (gpointer data)
{
  Progress *progress = data;

  return pool_has_ended (progress->watched) || progress->watched->order->len > progress->n_items;
}

/* Many items may take long, and none of them for long. */
void
pool_wait (Watched *self)
{
  Progress progress = { self, 0 };

  while (!pool_has_ended (self))
    {
      progress.n_items = self->order->len;
      haul_test_run_until (is_further, &progress, HAUL_TEST_SOON_MS);
    }
  g_assert_cmpuint (self->n_ended, ==, 1);
}

const char *
pool_text (Watched *self,
           guint64  index)
{
  const char *text = g_hash_table_lookup (self->texts, GSIZE_TO_POINTER (index));

  return text != NULL ? text : "";
}

guint
pool_count (Watched    *self,
            const char *text)
{
  guint n = 0;

  for (guint i = 0; i < self->order->len; i++)
    n += strstr (pool_text (self, g_array_index (self->order, guint64, i)), text) != NULL;
  return n;
}

HaulPool *
pool_new (guint n_workers)
{
  HaulPool *pool = haul_pool_new (g_getenv ("HAUL_TEST_CHILD"), n_workers);

  haul_pool_set_nice (pool, 0);
  return pool;
}

int
pool_server_pid (HaulPool *pool)
{
  return haul_fork_client_get_server_pid (pool->client);
}

guint
pool_n_pids (HaulPool *pool)
{
  g_autoptr(GVariant) pids = haul_pool_dup_pids (pool);

  return g_variant_n_children (pids);
}

int
pool_nth_pid (HaulPool *pool,
              guint     n)
{
  g_autoptr(GVariant) pids = haul_pool_dup_pids (pool);
  int pid;

  g_variant_get_child (pids, n, "i", &pid);
  return pid;
}

gboolean
pool_is_idle (gpointer data)
{
  HaulPool *pool = data;

  return pool_n_pids (pool) > 0 && haul_pool_get_n_busy (pool) == 0;
}

void
pool_normal (HaulPool *pool)
{
  g_autoptr(Watched) normal = pool_items (10, "square");

  pool_submit (pool, normal);
  pool_wait (normal);
  g_assert_no_error (normal->error);
  g_assert_cmpuint (haul_batch_get_n_done (normal->batch), ==, 10);
  for (guint64 i = 0; i < 10; i++)
    {
      g_autofree char *expected = g_strdup_printf ("%d", (int) (i * i));

      g_assert_cmpstr (pool_text (normal, i), ==, expected);
    }
}

static void
pool_joined_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_pool_join_finish (HAUL_POOL (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

void
pool_join (HaulPool *pool)
{
  gboolean joined = FALSE;

  haul_pool_join_async (pool, pool_joined_cb, &joined);
  haul_test_run_until (is_true, &joined, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (pool_n_pids (pool), ==, 0);
}

/* Batches. */

typedef struct
{
  guint64  n;
  char    *format;   /* (owned) */
} Input;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_free (input->format);
  g_free (input);
}

static GVariant *
input_cb (guint64  index,
          gpointer user_data)
{
  Input *input = user_data;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, index);
  g_auto(GStrv) parts = g_strsplit (input->format, "%d", -1);
  g_autofree char *text = g_strjoinv (number, parts);
  g_autoptr(GError) error = NULL;
  GVariant *arguments;

  if (index >= input->n)
    return NULL;
  arguments = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);
  return arguments;
}

HaulBatch *
pool_batch (const char *task,
            guint64     n,
            const char *format)
{
  Input *input = g_new (Input, 1);

  input->n = n;
  input->format = g_strdup (format);
  return haul_batch_new (haul_test_task (task), input_cb, input, input_free);
}

Watched *
pool_items (guint64     n,
            const char *mode)
{
  g_autofree char *format = g_strdup_printf ("{'number': <int64 %%d>, 'mode': <'%s'>}", mode);

  return pool_watch (pool_batch ("item", n, format));
}

Watched *
pool_list (const char *task,
           const char *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) list = g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), arguments, NULL, NULL, &error);

  g_assert_no_error (error);
  return pool_watch (haul_batch_new_for_list (haul_test_task (task), list));
}

/* Files. */

char *
pool_dir_new (void)
{
  g_autoptr(GError) error = NULL;
  char *dir = g_dir_make_tmp ("haul-pool-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

void
pool_dir_free (char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (g_unlink (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_free (path);
}

static int
read_pid (const char *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || strchr (text, '\n') == NULL)
    return 0;
  return atoi (text);
}

static gboolean
has_pid (gpointer path)
{
  return read_pid (path) > 0;
}

int
pool_wait_pid (const char *path)
{
  haul_test_run_until (has_pid, (gpointer) path, HAUL_TEST_SOON_MS);
  return read_pid (path);
}
