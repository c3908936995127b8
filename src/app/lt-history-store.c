/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-history-store.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

/* PRAGMA user_version of what this version writes. One that is greater was written by a later version. */
#define SCHEMA_VERSION 1

/* More than these are not shown, and the oldest are forgotten. */
#define MAX_ENTRIES 10000

typedef enum
{
  OP_WRITE,
  OP_REMOVE,
  OP_FORGET,
  OP_LOAD,
  OP_FLUSH,
  OP_QUIT,
} Op;

typedef struct
{
  Op              op;
  LtHistoryEntry *entry;   /* (owned) (nullable) */
  gint64          key;
  gboolean       *done;    /* of OP_FLUSH */
} Request;

struct _LtHistoryStore
{
  char                    *path;       /* (owned) */
  const LtHistoryListener *listener;
  gpointer                 user_data;

  GThread                 *thread;
  GAsyncQueue             *requests;   /* (owned) of Request */
  GMutex                   mutex;      /* of what follows */
  GCond                    cond;
  GPtrArray               *answers;    /* (owned) of Answer: not given in the main loop yet */
  guint                    answer_id;

  /* The thread's own. */
  sqlite3                 *db;         /* (nullable) */
  sqlite3_stmt            *write;      /* (nullable) */
  gboolean                 failed;     /* to write, and people were told */
};

typedef struct
{
  char      *message;   /* (owned) (nullable) */
  GPtrArray *entries;   /* (owned) (nullable) */
} Answer;

static void
answer_free (Answer *answer)
{
  g_free (answer->message);
  g_clear_pointer (&answer->entries, g_ptr_array_unref);
  g_free (answer);
}

static void
request_free (Request *request)
{
  g_clear_object (&request->entry);
  g_free (request);
}

static gboolean
answer_cb (gpointer user_data)
{
  LtHistoryStore *self = user_data;
  g_autoptr(GPtrArray) answers = NULL;

  g_mutex_lock (&self->mutex);
  answers = g_steal_pointer (&self->answers);
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
  self->answer_id = 0;
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < answers->len; i++)
    {
      Answer *answer = answers->pdata[i];

      if (answer->message != NULL)
        self->listener->told (self->user_data, g_steal_pointer (&answer->message));
      if (answer->entries != NULL)
        self->listener->loaded (self->user_data, answer->entries);
    }
  return G_SOURCE_REMOVE;
}

static void
give (LtHistoryStore *self,
      char           *message,   /* (transfer full) (nullable) */
      GPtrArray      *entries)   /* (transfer full) (nullable) */
{
  Answer *answer = g_new0 (Answer, 1);

  answer->message = message;
  answer->entries = entries;
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->answers, answer);
  if (self->answer_id == 0)
    {
      self->answer_id = g_idle_add (answer_cb, self);
      g_source_set_name_by_id (self->answer_id, "[long-tasks] history");
    }
  g_mutex_unlock (&self->mutex);
}

/* The database. */

static gboolean
run (LtHistoryStore *self,
     const char     *sql)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  g_debug ("history: %s: %s", sql, sqlite3_errmsg (self->db));
  return FALSE;
}

/* -1 when it cannot be asked. */
static int
ask_number (LtHistoryStore *self,
            const char     *sql)
{
  sqlite3_stmt *statement = NULL;
  int number = -1;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return number;
}

static gboolean
is_sound (LtHistoryStore *self)
{
  sqlite3_stmt *statement = NULL;
  gboolean sound = sqlite3_prepare_v2 (self->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK
                   && sqlite3_step (statement) == SQLITE_ROW
                   && g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;

  sqlite3_finalize (statement);
  return sound;
}

static void
close_db (LtHistoryStore *self)
{
  g_clear_pointer (&self->write, sqlite3_finalize);
  g_clear_pointer (&self->db, sqlite3_close);
}

static gboolean
open_db (LtHistoryStore *self)
{
  if (sqlite3_open_v2 (self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
    {
      sqlite3_busy_timeout (self->db, 2000);
      return TRUE;
    }
  close_db (self);
  return FALSE;
}

/* A database is never thrown away: somebody may want it, or read it with a later version. */
static char *
set_aside (LtHistoryStore *self)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *aside = g_strdup_printf ("%s.%s", self->path, stamp);

  for (guint i = 1; g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.%s-%u", self->path, stamp, i);
    }
  for (guint i = 0; i < 3; i++)
    {
      static const char * const endings[] = { "", "-wal", "-shm" };
      g_autofree char *from = g_strconcat (self->path, endings[i], NULL);
      g_autofree char *to = g_strconcat (aside, endings[i], NULL);

      if (g_rename (from, to) < 0 && i == 0)
        return NULL;
    }
  return g_steal_pointer (&aside);
}

static const char schema[] =
  "PRAGMA journal_mode = WAL;"
  "PRAGMA synchronous = NORMAL;"   /* a killed program loses nothing, a power cut the last moment */
  "CREATE TABLE IF NOT EXISTS jobs ("
  "  key INTEGER PRIMARY KEY, task TEXT NOT NULL, title TEXT NOT NULL, arguments TEXT NOT NULL,"
  "  executor TEXT, nice INTEGER NOT NULL, daemon INTEGER NOT NULL, verdict TEXT,"
  "  elapsed_us INTEGER NOT NULL, exit_code INTEGER NOT NULL, exit_signal INTEGER NOT NULL,"
  "  result_size INTEGER NOT NULL, error TEXT);"
  "PRAGMA user_version = 1;"
  /* Whoever wrote these did not live to see their end. */
  "UPDATE jobs SET verdict = 'interrupted' WHERE verdict IS NULL;";

static const char write_sql[] =
  "INSERT OR REPLACE INTO jobs (key, task, title, arguments, executor, nice, daemon, verdict, elapsed_us, exit_code,"
  "  exit_signal, result_size, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static gboolean
prepare (LtHistoryStore *self)
{
  g_autofree char *forget = g_strdup_printf ("DELETE FROM jobs WHERE key NOT IN (SELECT key FROM jobs ORDER BY key DESC LIMIT %d)",
                                             MAX_ENTRIES);

  return run (self, schema) && run (self, forget)
         && sqlite3_prepare_v2 (self->db, write_sql, -1, &self->write, NULL) == SQLITE_OK;
}

/* After an error: whether that was of what is around the database, which may be as it should be. */
static gboolean
is_in_the_way (LtHistoryStore *self)
{
  switch (sqlite3_errcode (self->db) & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return TRUE;

    default:
      return FALSE;
    }
}

static void
open_history (LtHistoryStore *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *aside = NULL;
  gboolean sound, from_later, in_the_way;

  (void) g_mkdir_with_parents (folder, 0700);   /* if it cannot, opening says so */
  if (open_db (self))
    {
      sound = is_sound (self);
      from_later = sound && ask_number (self, "PRAGMA user_version") > SCHEMA_VERSION;
      if (!from_later && sound && prepare (self))
        return;

      in_the_way = !from_later && is_in_the_way (self);
      close_db (self);
      aside = in_the_way ? NULL : set_aside (self);
      if (aside != NULL && open_db (self) && prepare (self))
        {
          give (self, g_strdup_printf (from_later
                                       ? _("The history was written by a later version, and is kept as %s. A new one was begun.")
                                       : _("The history could not be read, and is kept as %s. A new one was begun."), aside),
                NULL);
          return;
        }
    }
  close_db (self);
  give (self, g_strdup_printf (_("There is no history: %s cannot be written"), self->path), NULL);
}

static void
bind_text (sqlite3_stmt *statement,
           int           index,
           const char   *text)
{
  (void) sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);   /* of NULL it makes a NULL */
}

static void
write_entry (LtHistoryStore *self,
             LtHistoryEntry *entry)
{
  g_autofree char *arguments = g_variant_print (entry->arguments, TRUE);
  sqlite3_stmt *statement = self->write;

  (void) sqlite3_bind_int64 (statement, 1, entry->key);
  bind_text (statement, 2, entry->task);
  bind_text (statement, 3, entry->title);
  bind_text (statement, 4, arguments);
  bind_text (statement, 5, entry->executor);
  (void) sqlite3_bind_int (statement, 6, entry->nice);
  (void) sqlite3_bind_int (statement, 7, entry->daemon);
  bind_text (statement, 8, entry->verdict != HAUL_VERDICT_NONE ? haul_job_verdict_to_nick (entry->verdict) : NULL);
  (void) sqlite3_bind_int64 (statement, 9, entry->elapsed_us);
  (void) sqlite3_bind_int (statement, 10, entry->exit_code);
  (void) sqlite3_bind_int (statement, 11, entry->exit_signal);
  (void) sqlite3_bind_int64 (statement, 12, (gint64) entry->result_size);
  bind_text (statement, 13, entry->error);
  if (sqlite3_step (statement) == SQLITE_DONE)
    self->failed = FALSE;
  else if (!self->failed)
    {
      self->failed = TRUE;
      give (self, g_strdup_printf (_("The history cannot be written: %s"), sqlite3_errmsg (self->db)), NULL);
    }
  (void) sqlite3_reset (statement);
}

static char *
dup_text (sqlite3_stmt *statement,
          int           column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

/* What was written by hand, or by another version, may be anything: NULL for what makes no sense. */
static LtHistoryEntry *
read_entry (sqlite3_stmt *statement)
{
  g_autoptr(LtHistoryEntry) entry = g_object_new (LT_TYPE_HISTORY_ENTRY, NULL);
  const char *arguments = (const char *) sqlite3_column_text (statement, 3);
  const char *verdict = (const char *) sqlite3_column_text (statement, 7);

  entry->key = sqlite3_column_int64 (statement, 0);
  entry->task = dup_text (statement, 1);
  entry->title = dup_text (statement, 2);
  if (arguments != NULL)
    entry->arguments = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, NULL);
  entry->executor = dup_text (statement, 4);
  entry->nice = CLAMP (sqlite3_column_int (statement, 5), -20, 19);
  entry->daemon = sqlite3_column_int (statement, 6) != 0;
  for (HaulJobVerdict i = HAUL_VERDICT_NONE; verdict != NULL && i <= HAUL_VERDICT_INTERRUPTED; i++)
    if (g_str_equal (haul_job_verdict_to_nick (i), verdict))
      entry->verdict = i;
  entry->elapsed_us = sqlite3_column_int64 (statement, 8);
  entry->exit_code = sqlite3_column_int (statement, 9);
  entry->exit_signal = sqlite3_column_int (statement, 10);
  entry->result_size = MAX (sqlite3_column_int64 (statement, 11), 0);
  entry->error = dup_text (statement, 12);
  if (entry->task == NULL || entry->title == NULL || entry->arguments == NULL
      || !g_utf8_validate (entry->title, -1, NULL) || (entry->error != NULL && !g_utf8_validate (entry->error, -1, NULL)))
    return NULL;
  return g_steal_pointer (&entry);
}

static void
load (LtHistoryStore *self)
{
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db,
                          "SELECT key, task, title, arguments, executor, nice, daemon, verdict, elapsed_us, exit_code,"
                          " exit_signal, result_size, error FROM jobs ORDER BY key DESC",
                          -1, &statement, NULL) == SQLITE_OK)
    while (sqlite3_step (statement) == SQLITE_ROW)
      {
        LtHistoryEntry *entry = read_entry (statement);

        if (entry != NULL)
          g_ptr_array_add (entries, entry);
      }
  sqlite3_finalize (statement);
  give (self, NULL, g_steal_pointer (&entries));
}

static void
remove_key (LtHistoryStore *self,
            gint64          key)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM jobs WHERE key = %" G_GINT64_FORMAT, key);

  (void) run (self, sql);
}

static void
forget_before (LtHistoryStore *self,
               gint64          key)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM jobs WHERE verdict IS NOT NULL AND key < %" G_GINT64_FORMAT, key);

  (void) run (self, sql);
}

static void
carry_out (LtHistoryStore *self,
           Request        *request)
{
  if (request->op == OP_FLUSH)
    {
      g_mutex_lock (&self->mutex);
      *request->done = TRUE;
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->mutex);
    }
  if (self->db == NULL)
    return;
  if (request->op == OP_WRITE)
    write_entry (self, request->entry);
  else if (request->op == OP_REMOVE)
    remove_key (self, request->key);
  else if (request->op == OP_FORGET)
    forget_before (self, request->key);
  else if (request->op == OP_LOAD)
    load (self);
}

static gpointer
work (gpointer data)
{
  LtHistoryStore *self = data;
  gboolean quit = FALSE;

  open_history (self);
  while (!quit)
    {
      Request *request = g_async_queue_pop (self->requests);

      carry_out (self, request);
      quit = request->op == OP_QUIT;
      request_free (request);
    }
  close_db (self);
  return NULL;
}

static void
request (LtHistoryStore *self,
         Op              op,
         LtHistoryEntry *entry,
         gint64          key,
         gboolean       *done)
{
  Request *wanted = g_new0 (Request, 1);

  wanted->op = op;
  wanted->entry = entry != NULL ? g_object_ref (entry) : NULL;
  wanted->key = key;
  wanted->done = done;
  g_async_queue_push (self->requests, wanted);
}

void
lt_history_store_write (LtHistoryStore *self,
                        LtHistoryEntry *entry)
{
  request (self, OP_WRITE, entry, 0, NULL);
}

void
lt_history_store_remove (LtHistoryStore *self,
                         gint64          key)
{
  request (self, OP_REMOVE, NULL, key, NULL);
}

void
lt_history_store_forget (LtHistoryStore *self,
                         gint64          before)
{
  request (self, OP_FORGET, NULL, before, NULL);
}

void
lt_history_store_load (LtHistoryStore *self)
{
  request (self, OP_LOAD, NULL, 0, NULL);
}

void
lt_history_store_flush (LtHistoryStore *self)
{
  gboolean done = FALSE;

  request (self, OP_FLUSH, NULL, 0, &done);
  g_mutex_lock (&self->mutex);
  while (!done)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

LtHistoryStore *
lt_history_store_new (const char              *path,
                      const LtHistoryListener *listener,
                      gpointer                 user_data)
{
  LtHistoryStore *self = g_new0 (LtHistoryStore, 1);

  self->path = g_strdup (path);
  self->listener = listener;
  self->user_data = user_data;
  self->requests = g_async_queue_new ();
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("history", work, self);
  return self;
}

void
lt_history_store_free (LtHistoryStore *self)
{
  request (self, OP_QUIT, NULL, 0, NULL);
  g_thread_join (self->thread);
  g_clear_handle_id (&self->answer_id, g_source_remove);
  g_ptr_array_unref (self->answers);
  g_async_queue_unref (self->requests);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
