/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-model.h"

#include <string.h>

struct _LtProcessModel
{
  GObject          parent_instance;

  HaulProcessList *list;      /* (owned) */
  GtkSorter       *sorter;    /* (owned) (nullable) */
  LtProcessQuery  *query;     /* (owned) (nullable) */
  GHashTable      *closed;    /* (owned) set of HaulProcessInfo (owned): whose children are not shown */
  GPtrArray       *rows;      /* (owned) of HaulProcessInfo */
  gboolean         paused;
  gboolean         stale;
};

typedef enum { PROP_FLAT = 1, PROP_STALE } LtProcessModelProperty;
static GParamSpec *properties[PROP_STALE + 1];

enum { ARRANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LtProcessModel, lt_process_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return HAUL_TYPE_PROCESS_INFO;
}

static guint
get_n_items (GListModel *model)
{
  return LT_PROCESS_MODEL (model)->rows->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  LtProcessModel *self = LT_PROCESS_MODEL (model);

  return position < self->rows->len ? g_object_ref (self->rows->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* In what order. */

static int
by_start (gconstpointer a,
          gconstpointer b)
{
  HaulProcessInfo *x = (HaulProcessInfo *) a, *y = (HaulProcessInfo *) b;
  guint64 start_x = haul_process_info_get_start (x), start_y = haul_process_info_get_start (y);

  if (start_x != start_y)
    return start_x < start_y ? -1 : 1;
  return haul_process_info_get_pid (x) - haul_process_info_get_pid (y);
}

static int
by_sorter (gconstpointer a,
           gconstpointer b,
           gpointer      sorter)
{
  GtkOrdering order = sorter != NULL ? gtk_sorter_compare (sorter, (gpointer) a, (gpointer) b) : GTK_ORDERING_EQUAL;

  return order != GTK_ORDERING_EQUAL ? (int) order : by_start (a, b);
}

/* As they stand now; what is new comes last. */
static int
by_place (gconstpointer a,
          gconstpointer b,
          gpointer      places)
{
  guint x = GPOINTER_TO_UINT (g_hash_table_lookup (places, a)) - 1, y = GPOINTER_TO_UINT (g_hash_table_lookup (places, b)) - 1;

  return x != y ? (x < y ? -1 : 1) : by_start (a, b);
}

typedef struct
{
  GCompareDataFunc compare;
  gpointer         data;
} Order;

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  Order *order = user_data;

  return order->compare (*(gconstpointer *) a, *(gconstpointer *) b, order->data);
}

static gboolean
is_shown (LtProcessModel  *self,
          HaulProcessInfo *info,
          guint           *closed_depth)
{
  guint depth = haul_process_info_get_depth (info);

  if (self->query != NULL)
    return lt_process_query_matches (self->query, info);
  if (depth > *closed_depth)
    return FALSE;
  *closed_depth = g_hash_table_contains (self->closed, info) ? depth : G_MAXUINT;
  return TRUE;
}

static GPtrArray *
arrange (LtProcessModel   *self,
         GCompareDataFunc  compare,
         gpointer          data)
{
  Order order = { compare, data };
  g_autoptr(GPtrArray) tree = haul_process_list_dup_tree (self->list, self->query == NULL ? compare : NULL, data);
  GPtrArray *rows = g_ptr_array_new_full (tree->len, g_object_unref);
  guint closed_depth = G_MAXUINT;

  for (guint i = 0; i < tree->len; i++)
    if (is_shown (self, tree->pdata[i], &closed_depth))
      g_ptr_array_add (rows, g_object_ref (tree->pdata[i]));
  if (self->query != NULL)
    g_ptr_array_sort_with_data (rows, compare_rows, &order);
  return rows;
}

/* One change, from the first row that is another one to the last. */
static void
show_rows (LtProcessModel *self,
           GPtrArray      *rows)
{
  g_autoptr(GPtrArray) before = self->rows;
  guint start = 0, end = 0;

  while (start < before->len && start < rows->len && before->pdata[start] == rows->pdata[start])
    start++;
  while (end < before->len - start && end < rows->len - start
         && before->pdata[before->len - 1 - end] == rows->pdata[rows->len - 1 - end])
    end++;
  self->rows = rows;
  if (before->len - start - end > 0 || rows->len - start - end > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), start, before->len - start - end, rows->len - start - end);
  g_signal_emit (self, signals[ARRANGED], 0);
}

static void
set_stale (LtProcessModel *self,
           gboolean        stale)
{
  if (self->stale == stale)
    return;
  self->stale = stale;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STALE]);
}

static gboolean
is_same (GPtrArray *a,
         GPtrArray *b)
{
  return a->len == b->len && memcmp (a->pdata, b->pdata, a->len * sizeof (gpointer)) == 0;
}

void
lt_process_model_sort (LtProcessModel *self)
{
  g_return_if_fail (LT_IS_PROCESS_MODEL (self));

  set_stale (self, FALSE);
  show_rows (self, arrange (self, by_sorter, self->sorter));
}

static void
keep_places (LtProcessModel *self)
{
  g_autoptr(GHashTable) places = g_hash_table_new (NULL, NULL);
  g_autoptr(GPtrArray) sorted = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    g_hash_table_insert (places, self->rows->pdata[i], GUINT_TO_POINTER (i + 1));
  show_rows (self, arrange (self, by_place, places));
  sorted = arrange (self, by_sorter, self->sorter);
  set_stale (self, !is_same (sorted, self->rows));
}

static gboolean
is_gone (gpointer info,
         gpointer value G_GNUC_UNUSED,
         gpointer list)
{
  return haul_process_list_lookup (list, haul_process_info_get_pid (info)) != info;
}

static void
refresh (LtProcessModel *self)
{
  (void) g_hash_table_foreach_remove (self->closed, is_gone, self->list);
  if (self->paused)
    keep_places (self);
  else
    lt_process_model_sort (self);
}

static void
lt_process_model_dispose (GObject *object)
{
  LtProcessModel *self = LT_PROCESS_MODEL (object);

  if (self->list != NULL)
    g_signal_handlers_disconnect_by_data (self->list, self);
  if (self->sorter != NULL)
    g_signal_handlers_disconnect_by_data (self->sorter, self);
  g_clear_object (&self->sorter);
  g_clear_object (&self->list);

  G_OBJECT_CLASS (lt_process_model_parent_class)->dispose (object);
}

static void
lt_process_model_finalize (GObject *object)
{
  LtProcessModel *self = LT_PROCESS_MODEL (object);

  g_clear_pointer (&self->query, lt_process_query_free);
  g_hash_table_unref (self->closed);
  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (lt_process_model_parent_class)->finalize (object);
}

static void
lt_process_model_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  LtProcessModel *self = LT_PROCESS_MODEL (object);

  switch ((LtProcessModelProperty) prop_id)
    {
    case PROP_FLAT:
      g_value_set_boolean (value, lt_process_model_get_flat (self));
      break;

    case PROP_STALE:
      g_value_set_boolean (value, self->stale);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_process_model_class_init (LtProcessModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = lt_process_model_dispose;
  object_class->finalize = lt_process_model_finalize;
  object_class->get_property = lt_process_model_get_property;

  properties[PROP_FLAT] = g_param_spec_boolean ("flat", NULL, NULL, FALSE, flags);
  properties[PROP_STALE] = g_param_spec_boolean ("stale", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /* After it was brought up to date, whether rows have changed places or not. */
  signals[ARRANGED] = g_signal_new ("arranged", LT_TYPE_PROCESS_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lt_process_model_init (LtProcessModel *self)
{
  self->closed = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
}

LtProcessModel *
lt_process_model_new (HaulProcessList *list)
{
  LtProcessModel *self;

  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (list), NULL);

  self = g_object_new (LT_TYPE_PROCESS_MODEL, NULL);
  self->list = g_object_ref (list);
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (refresh), self);
  g_signal_connect_swapped (list, "refreshed", G_CALLBACK (refresh), self);
  refresh (self);
  return self;
}

HaulProcessList *
lt_process_model_get_list (LtProcessModel *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_MODEL (self), NULL);

  return self->list;
}

void
lt_process_model_set_sorter (LtProcessModel *self,
                             GtkSorter      *sorter)
{
  g_return_if_fail (LT_IS_PROCESS_MODEL (self));

  if (self->sorter == sorter)
    return;
  if (self->sorter != NULL)
    g_signal_handlers_disconnect_by_data (self->sorter, self);
  g_set_object (&self->sorter, sorter);
  /* Who chooses an order wants to see it. */
  if (sorter != NULL)
    g_signal_connect_swapped (sorter, "changed", G_CALLBACK (lt_process_model_sort), self);
  lt_process_model_sort (self);
}

void
lt_process_model_take_query (LtProcessModel *self,
                             LtProcessQuery *query)
{
  gboolean was_flat = self->query != NULL;

  g_return_if_fail (LT_IS_PROCESS_MODEL (self));

  g_clear_pointer (&self->query, lt_process_query_free);
  self->query = query;
  if (was_flat != (query != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FLAT]);
  lt_process_model_sort (self);
}

gboolean
lt_process_model_get_flat (LtProcessModel *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_MODEL (self), FALSE);

  return self->query != NULL;
}

void
lt_process_model_set_paused (LtProcessModel *self,
                             gboolean        paused)
{
  g_return_if_fail (LT_IS_PROCESS_MODEL (self));

  if (self->paused == paused)
    return;
  self->paused = paused;
  if (!paused && self->stale)
    lt_process_model_sort (self);
}

gboolean
lt_process_model_get_stale (LtProcessModel *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_MODEL (self), FALSE);

  return self->stale;
}

gboolean
lt_process_model_get_expanded (LtProcessModel  *self,
                               HaulProcessInfo *info)
{
  g_return_val_if_fail (LT_IS_PROCESS_MODEL (self), FALSE);

  return !g_hash_table_contains (self->closed, info);
}

void
lt_process_model_set_expanded (LtProcessModel  *self,
                               HaulProcessInfo *info,
                               gboolean         expanded)
{
  g_return_if_fail (LT_IS_PROCESS_MODEL (self));
  g_return_if_fail (HAUL_IS_PROCESS_INFO (info));

  if (expanded)
    (void) g_hash_table_remove (self->closed, info);
  else
    (void) g_hash_table_add (self->closed, g_object_ref (info));
  refresh (self);
}

guint
lt_process_model_find (LtProcessModel  *self,
                       HaulProcessInfo *info)
{
  guint position;

  g_return_val_if_fail (LT_IS_PROCESS_MODEL (self), GTK_INVALID_LIST_POSITION);

  return g_ptr_array_find (self->rows, info, &position) ? position : GTK_INVALID_LIST_POSITION;
}
