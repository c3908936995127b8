/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-table.h"

#include <glib/gi18n.h>

#include "haul/parent/haul-format.h"

struct _LtTimelineEntry
{
  GObject   parent_instance;

  char            *lane;    /* (owned) */
  HaulSpan        *span;    /* (owned) a copy */
  LtTimelineTable *table;   /* (owned) which knows what time it is */
};

G_DEFINE_FINAL_TYPE (LtTimelineEntry, lt_timeline_entry, G_TYPE_OBJECT)

enum { TICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* A row: enough to tell whether it is still the same. */
typedef struct
{
  HaulLane *lane;      /* borrowed: of rows */
  guint     run;
  gint64    start;
  gint64    end;
} Key;

struct _LtTimelineTable
{
  GObject  parent_instance;

  GArray  *rows;       /* (owned) (nullable) of LabTimelineRow: keeps the lanes */
  GArray  *keys;       /* (owned) of Key */
  char    *titles[2];  /* (owned) (nullable) of the runs */
  gint64   now;        /* µs */
};

static GType
lt_timeline_table_get_item_type (GListModel *model)
{
  return LT_TYPE_TIMELINE_ENTRY;
}

static guint
lt_timeline_table_get_n_items (GListModel *model)
{
  return LT_TIMELINE_TABLE (model)->keys->len;
}

static gpointer
lt_timeline_table_get_item (GListModel *model,
                            guint       position)
{
  LtTimelineTable *self = LT_TIMELINE_TABLE (model);
  LtTimelineEntry *entry;
  HaulSpan span = { 0 };
  const Key *key;

  if (position >= self->keys->len)
    return NULL;

  key = &g_array_index (self->keys, Key, position);
  entry = g_object_new (LT_TYPE_TIMELINE_ENTRY, NULL);
  if (self->titles[key->run] != NULL)
    entry->lane = g_strdup_printf (_("%s, %s"), self->titles[key->run], haul_lane_get_title (key->lane));
  else
    entry->lane = g_strdup (haul_lane_get_title (key->lane));
  entry->table = g_object_ref (self);
  for (guint i = MAX (lab_lane_find_span (key->lane, key->start), 1) - 1; i < haul_lane_get_n_spans (key->lane); i++)
    if (haul_lane_get_span (key->lane, i)->start == key->start && haul_lane_get_span (key->lane, i)->end == key->end)
      {
        span = *haul_lane_get_span (key->lane, i);
        break;
      }
  entry->span = g_boxed_copy (HAUL_TYPE_SPAN, &span);
  return entry;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lt_timeline_table_get_item_type;
  iface->get_n_items = lt_timeline_table_get_n_items;
  iface->get_item = lt_timeline_table_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (LtTimelineTable, lt_timeline_table, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
lt_timeline_entry_finalize (GObject *object)
{
  LtTimelineEntry *self = LT_TIMELINE_ENTRY (object);

  g_free (self->lane);
  g_clear_object (&self->table);
  if (self->span != NULL)
    g_boxed_free (HAUL_TYPE_SPAN, self->span);

  G_OBJECT_CLASS (lt_timeline_entry_parent_class)->finalize (object);
}

static void
lt_timeline_entry_class_init (LtTimelineEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lt_timeline_entry_finalize;
}

static void
lt_timeline_entry_init (LtTimelineEntry *self)
{
}

static char *
format_seconds (gint64 at)
{
  /* TRANSLATORS: seconds, of a moment */
  return g_strdup_printf (_("%.3f s"), at / (double) G_USEC_PER_SEC);
}

char *
lt_timeline_entry_format (LtTimelineEntry  *self,
                          LtTimelineColumn  column)
{
  gint64 end;
  const char *kind;

  g_return_val_if_fail (LT_IS_TIMELINE_ENTRY (self), NULL);

  end = lab_span_get_end (self->span, self->table->now);
  kind = lab_span_kind_get_title (self->span->kind);
  switch (column)
    {
    case LT_TIMELINE_LANE:
      return g_strdup (self->lane);

    case LT_TIMELINE_WHAT:
      return self->span->text != NULL ? g_strdup_printf ("%s · %s", kind, self->span->text) : g_strdup (kind);

    case LT_TIMELINE_FROM:
      return format_seconds (self->span->start);

    case LT_TIMELINE_TO:
      return self->span->end < self->span->start ? g_strdup ("…") : format_seconds (end);

    case LT_TIMELINE_LASTING:
      return haul_format_duration ((end - self->span->start) / (double) G_USEC_PER_SEC);

    case LT_N_TIMELINE_COLUMNS:
    default:
      g_return_val_if_reached (NULL);
    }
}

char *
lt_timeline_entry_describe (LtTimelineEntry *self)
{
  g_autofree char *words = NULL;

  g_return_val_if_fail (LT_IS_TIMELINE_ENTRY (self), NULL);

  words = lab_span_describe (self->span, self->table->now);
  return g_strdup_printf (_("%s: %s"), self->lane, words);
}

static void
lt_timeline_table_finalize (GObject *object)
{
  LtTimelineTable *self = LT_TIMELINE_TABLE (object);

  g_clear_pointer (&self->rows, g_array_unref);
  g_array_unref (self->keys);
  g_free (self->titles[0]);
  g_free (self->titles[1]);

  G_OBJECT_CLASS (lt_timeline_table_parent_class)->finalize (object);
}

static void
lt_timeline_table_class_init (LtTimelineTableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lt_timeline_table_finalize;

  /* What is open lasts longer than when it was looked at last. */
  signals[TICKED] = g_signal_new ("ticked", LT_TYPE_TIMELINE_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lt_timeline_table_init (LtTimelineTable *self)
{
  self->keys = g_array_new (FALSE, FALSE, sizeof (Key));
}

LtTimelineTable *
lt_timeline_table_new (void)
{
  return g_object_new (LT_TYPE_TIMELINE_TABLE, NULL);
}

static GArray *
collect_keys (GArray *rows)
{
  GArray *keys = g_array_new (FALSE, FALSE, sizeof (Key));

  for (guint i = 0; i < rows->len; i++)
    {
      const LabTimelineRow *row = &g_array_index (rows, LabTimelineRow, i);

      for (guint j = 0; row->lane != NULL && j < haul_lane_get_n_spans (row->lane); j++)
        {
          const HaulSpan *span = haul_lane_get_span (row->lane, j);
          const Key key = { row->lane, row->run, span->start, span->end };

          g_array_append_val (keys, key);
        }
    }
  return keys;
}

static gboolean
is_same (GArray *a,
         guint   i,
         GArray *b,
         guint   j)
{
  const Key *first = &g_array_index (a, Key, i), *second = &g_array_index (b, Key, j);

  return first->lane == second->lane && first->run == second->run && first->start == second->start
         && first->end == second->end;
}

void
lt_timeline_table_update (LtTimelineTable      *self,
                          const LabTimelineRun *runs,
                          guint                 n_runs,
                          gint64                now)
{
  g_autoptr(GArray) old = NULL;
  g_autoptr(GArray) old_rows = NULL;
  GArray *keys;
  guint head = 0, tail = 0, most;

  g_return_if_fail (LT_IS_TIMELINE_TABLE (self));
  g_return_if_fail (n_runs <= G_N_ELEMENTS (self->titles));

  old_rows = g_steal_pointer (&self->rows);
  old = self->keys;
  for (guint i = 0; i < G_N_ELEMENTS (self->titles); i++)
    {
      g_free (self->titles[i]);
      self->titles[i] = i < n_runs ? g_strdup (runs[i].title) : NULL;
    }
  self->rows = lab_timeline_rows_new (runs, n_runs);
  self->keys = keys = collect_keys (self->rows);
  self->now = now;

  most = MIN (old->len, keys->len);
  while (head < most && is_same (old, head, keys, head))
    head++;
  while (tail < most - head && is_same (old, old->len - 1 - tail, keys, keys->len - 1 - tail))
    tail++;
  if (head + tail < MAX (old->len, keys->len))
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, keys->len - head - tail);
  g_signal_emit (self, signals[TICKED], 0);
}

/* The columns. A factory that is described in a file cannot give its cells a name for those who hear them. */

#define COLUMN_KEY "lt-column"

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  column)
{
  gboolean is_number = GPOINTER_TO_UINT (column) >= LT_TIMELINE_FROM;
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "xalign", is_number ? 1.0 : 0.0, "ellipsize", PANGO_ELLIPSIZE_END,
                                   "width-chars", is_number ? 8 : 10, NULL);

  if (is_number)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
  g_object_set_data (G_OBJECT (item), COLUMN_KEY, column);
}

static void
update_cell (GtkListItem *item)
{
  LtTimelineEntry *entry = gtk_list_item_get_item (item);
  LtTimelineColumn column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (item), COLUMN_KEY));
  GtkWidget *label = gtk_list_item_get_child (item);
  g_autofree char *text = lt_timeline_entry_format (entry, column);
  g_autofree char *words = lt_timeline_entry_describe (entry);

  gtk_label_set_label (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, column == LT_TIMELINE_WHAT ? text : NULL);
  if (column == LT_TIMELINE_LANE)
    gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  LtTimelineEntry *entry = gtk_list_item_get_item (item);

  update_cell (item);
  if (entry->span->end < entry->span->start)
    g_signal_connect_object (entry->table, "ticked", G_CALLBACK (update_cell), item, G_CONNECT_SWAPPED);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item)
{
  LtTimelineEntry *entry = gtk_list_item_get_item (item);

  g_signal_handlers_disconnect_by_func (entry->table, update_cell, item);
}

void
lt_timeline_table_fill_view (GtkColumnView *view)
{
  const char *titles[LT_N_TIMELINE_COLUMNS] = {
    C_("timeline", "Lane"), C_("timeline", "What"), C_("timeline", "From"), C_("timeline", "To"), C_("timeline", "Lasting")
  };

  g_return_if_fail (GTK_IS_COLUMN_VIEW (view));

  for (guint i = 0; i < LT_N_TIMELINE_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr(GtkColumnViewColumn) column = NULL;

      g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (i));
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
      g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
      column = gtk_column_view_column_new (titles[i], factory);
      gtk_column_view_column_set_expand (column, i == LT_TIMELINE_WHAT);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_append_column (view, column);
    }
}
