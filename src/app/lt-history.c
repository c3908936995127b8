/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-history.h"

#include <glib/gi18n.h>

#include "lt-history-store.h"

struct _LtHistory
{
  GObject         parent_instance;

  LtHistoryStore *store;      /* (owned) */
  GListStore     *model;      /* (owned) of LtHistoryEntry, newest first */
  GHashTable     *followed;   /* (owned) of HaulJob (unowned): its newest entry (owned) */
  char           *message;    /* (owned) (nullable) */
  gint64          last_key;
  gboolean        loading;    /* the model is filled, or will be */
  gboolean        interrupted; /* the app is ended from outside, and its jobs with it */
};

typedef enum
{
  PROP_MESSAGE = 1,
} LtHistoryProperty;

static GParamSpec *properties[PROP_MESSAGE + 1];

enum { CLEARED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtHistory, lt_history, G_TYPE_OBJECT)

/* What the thread of the store has to say, in the main loop. */

static void
told_cb (gpointer  user_data,
         char     *message)
{
  LtHistory *self = user_data;

  g_free (self->message);
  self->message = message;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

/* Those of this run, which may be newer by now, are there already. */
static void
loaded_cb (gpointer   user_data,
           GPtrArray *entries)
{
  LtHistory *self = user_data;
  guint n_before = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autoptr(GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < n_before; i++)
    {
      g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      g_hash_table_add (known, &entry->key);   /* the model keeps it */
    }
  for (guint i = 0; i < entries->len; i++)
    {
      LtHistoryEntry *entry = entries->pdata[i];

      if (!g_hash_table_contains (known, &entry->key))
        g_ptr_array_add (others, entry);
    }
  g_list_store_splice (self->model, n_before, 0, others->pdata, others->len);
}

static const LtHistoryListener listener = { told_cb, loaded_cb };

/* Jobs. */

static gboolean
is_same (gconstpointer a,
         gconstpointer b)
{
  return ((LtHistoryEntry *) a)->key == ((LtHistoryEntry *) b)->key;
}

static void
remember (LtHistory *self,
          HaulJob   *job)
{
  LtHistoryEntry *before = g_hash_table_lookup (self->followed, job);
  g_autoptr(LtHistoryEntry) entry = lt_history_entry_new_for_job (job, before->key);
  guint position;

  if (self->interrupted && entry->verdict == HAUL_VERDICT_CANCELLED)
    entry->verdict = HAUL_VERDICT_INTERRUPTED;
  lt_history_store_write (self->store, entry);
  if (g_list_store_find_with_equal_func (self->model, entry, (GEqualFunc) is_same, &position))
    g_list_store_splice (self->model, position, 1, (gpointer *) &entry, 1);
  g_hash_table_insert (self->followed, job, g_steal_pointer (&entry));
}

static void
state_cb (HaulJob    *job,
          GParamSpec *pspec,
          LtHistory  *self)
{
  if (haul_job_get_state (job) == HAUL_JOB_RUNNING && g_hash_table_contains (self->followed, job))
    remember (self, job);
}

static void
ended_cb (HaulJob   *job,
          LtHistory *self)
{
  if (!g_hash_table_contains (self->followed, job))
    return;
  remember (self, job);
  g_hash_table_remove (self->followed, job);
}

void
lt_history_follow (LtHistory *self,
                   HaulJob   *job)
{
  LtHistoryEntry *entry;

  g_return_if_fail (LT_IS_HISTORY (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  self->last_key = MAX (self->last_key + 1, g_get_real_time ());
  entry = lt_history_entry_new_for_job (job, self->last_key);
  g_list_store_insert (self->model, 0, entry);
  lt_history_store_write (self->store, entry);
  g_hash_table_insert (self->followed, job, entry);
  g_signal_connect_object (job, "notify::state", G_CALLBACK (state_cb), self, 0);
  g_signal_connect_object (job, "ended", G_CALLBACK (ended_cb), self, 0);
}

void
lt_history_interrupt (LtHistory *self)
{
  g_return_if_fail (LT_IS_HISTORY (self));

  self->interrupted = TRUE;
}

typedef gboolean (*IsMeant) (LtHistoryEntry *entry,
                             gpointer        data);

static gboolean
is_over (LtHistory *self,
         guint      position,
         IsMeant    is_meant,
         gpointer   data)
{
  g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  return entry->verdict != HAUL_VERDICT_NONE && is_meant (entry, data);
}

/* Takes away those that are meant and over, neighbours together: each change is told to the list that shows them,
 * and there may be thousands. */
static guint
take_away (LtHistory *self,
           IsMeant    is_meant,
           gpointer   data)
{
  guint end = g_list_model_get_n_items (G_LIST_MODEL (self->model)), n_taken = 0;

  while (end > 0)
    {
      guint start = end;

      while (start > 0 && is_over (self, start - 1, is_meant, data))
        start--;
      if (start < end)
        g_list_store_splice (self->model, start, end - start, NULL, 0);
      n_taken += end - start;
      end = start > 0 ? start - 1 : 0;
    }
  return n_taken;
}

static gboolean
is_in (LtHistoryEntry *entry,
       gpointer        entries)
{
  return g_hash_table_contains (entries, entry);
}

guint
lt_history_remove (LtHistory *self,
                   GPtrArray *entries)
{
  g_autoptr(GHashTable) meant = g_hash_table_new (NULL, NULL);

  g_return_val_if_fail (LT_IS_HISTORY (self), 0);
  g_return_val_if_fail (entries != NULL, 0);

  for (guint i = 0; i < entries->len; i++)
    {
      LtHistoryEntry *entry = entries->pdata[i];

      if (entry->verdict == HAUL_VERDICT_NONE)
        continue;
      lt_history_store_remove (self->store, entry->key);
      g_hash_table_add (meant, entry);
    }
  return take_away (self, is_in, meant);
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b,
                      gpointer      user_data)
{
  const LtHistoryEntry *x = a, *y = b;

  return (x->key < y->key) - (x->key > y->key);
}

void
lt_history_restore (LtHistory *self,
                    GPtrArray *entries)
{
  g_return_if_fail (LT_IS_HISTORY (self));
  g_return_if_fail (entries != NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      lt_history_store_write (self->store, entries->pdata[i]);
      g_list_store_insert_sorted (self->model, entries->pdata[i], compare_newest_first, NULL);
    }
}

static gboolean
is_before (LtHistoryEntry *entry,
           gpointer        time)
{
  return entry->key < *(gint64 *) time;
}

void
lt_history_forget_before (LtHistory *self,
                          gint64     time)
{
  g_return_if_fail (LT_IS_HISTORY (self));

  lt_history_store_forget (self->store, time);
  (void) take_away (self, is_before, &time);
}

void
lt_history_clear (LtHistory *self)
{
  lt_history_forget_before (self, G_MAXINT64);
  g_signal_emit (self, signals[CLEARED], 0);
}

static void
lt_history_dispose (GObject *object)
{
  LtHistory *self = LT_HISTORY (object);

  g_clear_pointer (&self->store, lt_history_store_free);
  g_clear_pointer (&self->followed, g_hash_table_unref);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (lt_history_parent_class)->dispose (object);
}

static void
lt_history_finalize (GObject *object)
{
  LtHistory *self = LT_HISTORY (object);

  g_free (self->message);

  G_OBJECT_CLASS (lt_history_parent_class)->finalize (object);
}

static void
lt_history_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  LtHistory *self = LT_HISTORY (object);

  switch ((LtHistoryProperty) prop_id)
    {
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_history_class_init (LtHistoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lt_history_dispose;
  object_class->finalize = lt_history_finalize;
  object_class->get_property = lt_history_get_property;

  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[CLEARED] = g_signal_new ("cleared", LT_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lt_history_init (LtHistory *self)
{
  self->model = g_list_store_new (LT_TYPE_HISTORY_ENTRY);
  self->followed = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

LtHistory *
lt_history_new (const char *path)
{
  LtHistory *self = g_object_new (LT_TYPE_HISTORY, NULL);
  g_autofree char *usual = g_build_filename (g_get_user_data_dir (), "long-tasks", "history.db", NULL);

  self->store = lt_history_store_new (path != NULL ? path : usual, &listener, self);
  return self;
}

GListModel *
lt_history_get_model (LtHistory *self)
{
  g_return_val_if_fail (LT_IS_HISTORY (self), NULL);

  if (!self->loading)
    lt_history_store_load (self->store);
  self->loading = TRUE;
  return G_LIST_MODEL (self->model);
}

const char *
lt_history_get_message (LtHistory *self)
{
  g_return_val_if_fail (LT_IS_HISTORY (self), NULL);

  return self->message;
}

void
lt_history_flush (LtHistory *self)
{
  g_return_if_fail (LT_IS_HISTORY (self));

  lt_history_store_flush (self->store);
}
