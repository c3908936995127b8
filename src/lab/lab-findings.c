/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-findings.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-message.h"
#include "lab-field.h"

/* What the process of an experiment may say. It is sacrificed, so nothing of it is trusted. */
#define MAX_LINE_BYTES (16 * 1024)
#define MAX_KEYS       64
#define MAX_ITEMS      4096
#define MAX_LANES      1024
#define MAX_RUNS       1000
#define MAX_FIELDS     5

/* What one run said of a number of an item. */
typedef struct
{
  double value;
  guint  run;
} Value;

struct _LabFindings
{
  GObject     parent_instance;

  GString    *line;        /* (owned) that has begun */
  guint       n_lines;     /* of this run */
  GError     *error;       /* (owned) (nullable) of this run: the rest of it is not read */

  guint       n_runs;
  GHashTable *keys;        /* (owned) (element-type utf8 utf8) a set */
  GPtrArray  *items;       /* (owned) (element-type utf8) as they were said first */
  GHashTable *item_set;    /* (owned) borrows them */
  GHashTable *samples;     /* (owned) (element-type utf8 GArray) of Value, run after run, by key, tab, item */
  GHashTable *texts;       /* (owned) (element-type utf8 utf8) of this run */
  HaulTimeline *timeline;  /* (owned) of this run; empty before it starts */
  gboolean    started;
  GHashTable *lanes;       /* (owned) (element-type utf8 HaulLane) of the timeline, by name */
  GHashTable *last_texts;  /* (owned) of the last run that was whole, should this one be dropped */
  HaulTimeline *last_timeline;   /* (owned) likewise */
  GVariant   *arguments;   /* (owned) (nullable) */

  GSource    *news;        /* (owned) (nullable) until "changed" is emitted */
};

G_DEFINE_FINAL_TYPE (LabFindings, lab_findings, G_TYPE_OBJECT)

static guint changed_signal;

static gboolean
news_cb (gpointer user_data)
{
  LabFindings *self = user_data;

  g_clear_pointer (&self->news, g_source_unref);
  g_signal_emit (self, changed_signal, 0);
  return G_SOURCE_REMOVE;
}

static void
plan_news (LabFindings *self)
{
  if (self->news != NULL)
    return;

  self->news = g_idle_source_new ();
  g_source_set_priority (self->news, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->news, news_cb, self, NULL);
  g_source_set_static_name (self->news, "[lab] findings changed");
  g_source_attach (self->news, g_main_context_get_thread_default ());
}

static GHashTable *
texts_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* --- The lines ------------------------------------------------------------ */

/* One kind of line: its word, how many fields follow, and what becomes of them. */
typedef struct
{
  const char *word;
  guint       n_fields;
  gboolean  (*take)(LabFindings *self,
                    char       **fields);
} LineKind;

static gboolean
add_key (LabFindings *self,
         const char  *key)
{
  if (!lab_field_is_name (key))
    return FALSE;
  if (g_hash_table_contains (self->keys, key))
    return TRUE;
  if (g_hash_table_size (self->keys) >= MAX_KEYS)
    return FALSE;

  g_hash_table_add (self->keys, g_strdup (key));
  return TRUE;
}

static gboolean
add_item (LabFindings *self,
          const char  *item)
{
  char *copy = NULL;

  if (!lab_field_is_name (item))
    return FALSE;
  if (g_hash_table_contains (self->item_set, item))
    return TRUE;
  if (self->items->len >= MAX_ITEMS)
    return FALSE;

  copy = g_strdup (item);
  g_ptr_array_add (self->items, copy);
  g_hash_table_add (self->item_set, copy);
  return TRUE;
}

/* (nullable) where it cannot be one. */
static HaulLane *
find_lane (LabFindings *self,
           const char  *name)
{
  g_autofree char *title = NULL;
  HaulLane *lane = g_hash_table_lookup (self->lanes, name);

  if (lane != NULL)
    return lane;
  if (!self->started || !lab_field_is_name (name) || g_hash_table_size (self->lanes) >= MAX_LANES)
    return NULL;

  title = lab_field_describe_lane (name);
  lane = haul_timeline_add_lane (self->timeline, HAUL_LANE_WORKER, title, 0);
  g_hash_table_insert (self->lanes, g_strdup (name), g_object_ref (lane));
  return lane;
}

/* The newest value goes if it is of @run. */
static void
drop_last (GArray *values,
           guint   run)
{
  if (values->len > 0 && g_array_index (values, Value, values->len - 1).run == run)
    g_array_set_size (values, values->len - 1);
}

static gboolean
take_start (LabFindings *self,
            char       **fields)
{
  gint64 origin = 0;

  if (self->started || !g_ascii_string_to_signed (fields[0], 10, 0, G_MAXINT64, &origin, NULL))
    return FALSE;
  self->started = TRUE;
  g_object_unref (self->timeline);
  self->timeline = haul_timeline_new (origin);
  return TRUE;
}

static gboolean
take_number (LabFindings *self,
             char       **fields)
{
  g_autofree char *name = NULL;
  GArray *values = NULL;
  Value value = { 0, self->n_runs };

  if (!lab_field_read_number (fields[2], &value.value)
      || !add_key (self, fields[0]) || !add_item (self, fields[1]))
    return FALSE;

  name = g_strconcat (fields[0], "\t", fields[1], NULL);
  values = g_hash_table_lookup (self->samples, name);
  if (values == NULL)
    {
      values = g_array_new (FALSE, FALSE, sizeof (Value));
      g_hash_table_insert (self->samples, g_steal_pointer (&name), values);
    }
  drop_last (values, self->n_runs);
  g_array_append_val (values, value);
  return TRUE;
}

static gboolean
take_text (LabFindings *self,
           char       **fields)
{
  if (!add_key (self, fields[0]))
    return FALSE;
  g_hash_table_insert (self->texts, g_strdup (fields[0]), g_strdup (fields[1]));
  return TRUE;
}

static gboolean
take_span (LabFindings *self,
           char       **fields)
{
  HaulLane *lane = NULL;
  gint64 start = 0;
  guint kind = 0;

  if (!lab_field_read_kind (fields[1], HAUL_N_SPAN_KINDS, &kind) || !lab_field_read_time (fields[2], &start)
      || (lane = find_lane (self, fields[0])) == NULL)
    return FALSE;
  haul_lane_begin (lane, (HaulSpanKind) kind, start, NULL);
  return TRUE;
}

static gboolean
take_end (LabFindings *self,
          char       **fields)
{
  HaulLane *lane = NULL;
  gint64 end = 0;

  if (!lab_field_read_time (fields[1], &end) || (lane = find_lane (self, fields[0])) == NULL)
    return FALSE;
  haul_lane_end (lane, end);
  return TRUE;
}

static gboolean
take_work (LabFindings *self,
           char       **fields)
{
  HaulLane *lane = NULL;
  gint64 start = 0;

  if (!lab_field_read_time (fields[1], &start) || strlen (fields[2]) > LAB_FIELD_MAX_NAME
      || (lane = find_lane (self, fields[0])) == NULL)
    return FALSE;
  haul_lane_begin (lane, HAUL_SPAN_WORKING, start, fields[2]);
  return TRUE;
}

static gboolean
take_mark (LabFindings *self,
           char       **fields)
{
  HaulLane *lane = NULL;
  gint64 at = 0;
  guint kind = 0;

  if (!lab_field_read_kind (fields[1], HAUL_N_MARK_KINDS, &kind) || !lab_field_read_time (fields[2], &at)
      || strlen (fields[3]) > LAB_FIELD_MAX_NAME || (lane = find_lane (self, fields[0])) == NULL)
    return FALSE;
  haul_lane_mark (lane, (HaulMarkKind) kind, at, *fields[3] != '\0' ? fields[3] : NULL);
  return TRUE;
}

static const LineKind line_kinds[] = {
  { "start", 1, take_start },
  { "number", 3, take_number },
  { "text", 2, take_text },
  { "span", 3, take_span },
  { "work", 3, take_work },
  { "end", 2, take_end },
  { "mark", 4, take_mark },
};

static gboolean
take_line (LabFindings  *self,
           const char   *line,
           gsize         size,
           GError      **error)
{
  g_auto(GStrv) fields = lab_field_split (line, size, MAX_FIELDS + 1);
  g_autofree char *clean = NULL;

  self->n_lines++;
  for (guint i = 0; fields != NULL && i < G_N_ELEMENTS (line_kinds); i++)
    {
      if (g_strcmp0 (fields[0], line_kinds[i].word) == 0
          && g_strv_length (fields) == line_kinds[i].n_fields + 1
          && line_kinds[i].take (self, fields + 1))
        return TRUE;
    }

  clean = haul_text_clean (line, MIN (size, 60));
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL,
               _("line %u of what the experiment found makes no sense: ‘%s’"), self->n_lines, clean);
  return FALSE;
}

/* Up to the next end of a line, or to the end of what there is. Returns how many bytes it took. */
static gsize
take_piece (LabFindings  *self,
            const char   *bytes,
            gsize         size,
            GError      **error)
{
  const char *end = memchr (bytes, '\n', size);
  gsize length = end != NULL ? (gsize) (end - bytes) : size;

  if (length > MAX_LINE_BYTES - self->line->len)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                   _("line %u of what the experiment found is too long"), self->n_lines + 1);
      return 0;
    }

  g_string_append_len (self->line, bytes, (gssize) length);
  if (end == NULL)
    return length;

  if (!take_line (self, self->line->str, self->line->len, error))
    return 0;
  g_string_truncate (self->line, 0);
  return length + 1;
}

gboolean
lab_findings_take (LabFindings  *self,
                   const char   *bytes,
                   gsize         size,
                   GError      **error)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), FALSE);
  g_return_val_if_fail (self->n_runs > 0, FALSE);

  for (gsize taken = 0; self->error == NULL && taken < size;)
    taken += take_piece (self, bytes + taken, size - taken, &self->error);

  if (size > 0)
    plan_news (self);
  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  return self->error == NULL;
}

/* --- What there is -------------------------------------------------------- */

void
lab_findings_begin_run (LabFindings *self)
{
  g_return_if_fail (LAB_IS_FINDINGS (self));
  g_return_if_fail (self->n_runs < MAX_RUNS);

  self->n_runs++;
  self->n_lines = 0;
  g_string_truncate (self->line, 0);
  g_clear_error (&self->error);
  g_hash_table_unref (self->last_texts);
  self->last_texts = g_steal_pointer (&self->texts);
  self->texts = texts_new ();
  g_hash_table_remove_all (self->lanes);
  g_object_unref (self->last_timeline);
  self->last_timeline = g_steal_pointer (&self->timeline);
  self->timeline = haul_timeline_new (0);
  self->started = FALSE;
  plan_news (self);
}

static gboolean
drop_value_cb (gpointer key,
               gpointer value,
               gpointer user_data)
{
  LabFindings *self = user_data;
  GArray *values = value;

  drop_last (values, self->n_runs);
  return values->len == 0;
}

void
lab_findings_drop_run (LabFindings *self)
{
  g_return_if_fail (LAB_IS_FINDINGS (self));
  g_return_if_fail (self->n_runs > 0);

  (void) g_hash_table_foreach_remove (self->samples, drop_value_cb, self);
  self->n_runs--;
  if (self->n_runs == 0)
    {
      g_hash_table_remove_all (self->item_set);
      g_ptr_array_set_size (self->items, 0);
    }
  g_hash_table_unref (self->texts);
  self->texts = g_steal_pointer (&self->last_texts);
  self->last_texts = texts_new ();
  g_hash_table_remove_all (self->lanes);
  g_object_unref (self->timeline);
  self->timeline = g_steal_pointer (&self->last_timeline);
  self->last_timeline = haul_timeline_new (0);
  plan_news (self);
}

guint
lab_findings_get_n_runs (LabFindings *self)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), 0);

  return self->n_runs;
}

static int
compare_values (gconstpointer a,
                gconstpointer b)
{
  double x = ((const Value *) a)->value, y = ((const Value *) b)->value;

  return (x > y) - (x < y);
}

/* (nullable) of Value, the least first. */
static GArray *
sort_values (LabFindings *self,
             const char  *key,
             const char  *item)
{
  g_autofree char *name = g_strconcat (key, "\t", item, NULL);
  GArray *values = g_hash_table_lookup (self->samples, name);
  GArray *sorted = values != NULL ? g_array_copy (values) : NULL;

  if (sorted != NULL)
    g_array_sort (sorted, compare_values);
  return sorted;
}

double
lab_findings_get (LabFindings *self,
                  const char  *key,
                  const char  *item)
{
  g_autoptr(GArray) sorted = NULL;
  guint middle = 0;

  g_return_val_if_fail (LAB_IS_FINDINGS (self), NAN);

  sorted = sort_values (self, key, item);
  if (sorted == NULL)
    return NAN;

  middle = sorted->len / 2;
  if (sorted->len % 2 == 1)
    return g_array_index (sorted, Value, middle).value;
  return (g_array_index (sorted, Value, middle - 1).value + g_array_index (sorted, Value, middle).value) / 2;
}

guint
lab_findings_get_spread (LabFindings *self,
                         const char  *key,
                         const char  *item,
                         double      *ret_least,
                         double      *ret_greatest)
{
  g_autoptr(GArray) sorted = NULL;

  g_return_val_if_fail (LAB_IS_FINDINGS (self), 0);

  sorted = sort_values (self, key, item);
  if (sorted == NULL)
    return 0;

  *ret_least = g_array_index (sorted, Value, 0).value;
  *ret_greatest = g_array_index (sorted, Value, sorted->len - 1).value;
  return sorted->len;
}

const char *
lab_findings_get_text (LabFindings *self,
                       const char  *key)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), NULL);

  return g_hash_table_lookup (self->texts, key);
}

guint
lab_findings_get_n_items (LabFindings *self)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), 0);

  return self->items->len;
}

const char *
lab_findings_get_item (LabFindings *self,
                       guint        index)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return self->items->pdata[index];
}

HaulTimeline *
lab_findings_get_timeline (LabFindings *self)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), NULL);

  return self->timeline;
}

void
lab_findings_set_arguments (LabFindings *self,
                            GVariant    *arguments)
{
  g_return_if_fail (LAB_IS_FINDINGS (self));

  g_clear_pointer (&self->arguments, g_variant_unref);
  self->arguments = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
}

GVariant *
lab_findings_get_arguments (LabFindings *self)
{
  g_return_val_if_fail (LAB_IS_FINDINGS (self), NULL);

  return self->arguments;
}

LabFindings *
lab_findings_new (void)
{
  return g_object_new (LAB_TYPE_FINDINGS, NULL);
}

static void
lab_findings_dispose (GObject *object)
{
  LabFindings *self = LAB_FINDINGS (object);

  if (self->news != NULL)
    g_source_destroy (self->news);
  g_clear_pointer (&self->news, g_source_unref);

  G_OBJECT_CLASS (lab_findings_parent_class)->dispose (object);
}

static void
lab_findings_finalize (GObject *object)
{
  LabFindings *self = LAB_FINDINGS (object);

  g_string_free (self->line, TRUE);
  g_clear_error (&self->error);
  g_hash_table_unref (self->keys);
  g_hash_table_unref (self->item_set);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->samples);
  g_hash_table_unref (self->texts);
  g_hash_table_unref (self->lanes);
  g_object_unref (self->timeline);
  g_hash_table_unref (self->last_texts);
  g_object_unref (self->last_timeline);
  g_clear_pointer (&self->arguments, g_variant_unref);

  G_OBJECT_CLASS (lab_findings_parent_class)->finalize (object);
}

static void
lab_findings_class_init (LabFindingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lab_findings_dispose;
  object_class->finalize = lab_findings_finalize;

  changed_signal = g_signal_new ("changed", LAB_TYPE_FINDINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lab_findings_init (LabFindings *self)
{
  self->line = g_string_new (NULL);
  self->timeline = haul_timeline_new (0);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->items = g_ptr_array_new_with_free_func (g_free);
  self->item_set = g_hash_table_new (g_str_hash, g_str_equal);
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  self->texts = texts_new ();
  self->last_texts = texts_new ();
  self->last_timeline = haul_timeline_new (0);
  self->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}
