/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-list.h"

#include "haul-process-list-private.h"
#include "haul-source-private.h"

typedef enum { PROP_SCOPE = 1, PROP_INTERVAL, PROP_FROZEN, PROP_CPU, PROP_MEMORY, PROP_ERROR } HaulProcessListProperty;
static GParamSpec *properties[PROP_ERROR + 1];

enum { REFRESHED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_ENUM_TYPE (HaulProcessScope, haul_process_scope,
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_SCOPE_OWN, "own"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_SCOPE_HAUL, "haul"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_SCOPE_USER, "user"))

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulProcessList, haul_process_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* The model. */

static GType
get_item_type (GListModel *model)
{
  return HAUL_TYPE_PROCESS_INFO;
}

static guint
get_n_items (GListModel *model)
{
  return HAUL_PROCESS_LIST (model)->rows->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  HaulProcessList *self = HAUL_PROCESS_LIST (model);

  return position < self->rows->len ? g_object_ref (self->rows->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static HaulProcessInfo *
row_at (HaulProcessList *self,
        guint            position)
{
  return self->rows->pdata[position];
}

/* Bringing it up to date. */

/* A process cannot be older than its parent; the number may be a later one's by now. */
static HaulProcessInfo *
find_parent (HaulProcessList *self,
             HaulProcessInfo *info)
{
  HaulProcessInfo *parent = g_hash_table_lookup (self->living, GINT_TO_POINTER (info->sample.parent_pid));

  return parent != NULL && parent != info && parent->sample.start <= info->sample.start ? parent : NULL;
}

static guint
count_ancestors (HaulProcessList *self,
                 HaulProcessInfo *info)
{
  guint depth = 0;

  for (info = info->parent; info != NULL && depth < self->rows->len; info = info->parent)
    depth++;
  return depth;
}

/* Where each stands in the tree. One that is gone stays below the parent that it had. */
static void
set_places (HaulProcessList *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      HaulProcessInfo *info = row_at (self, i);

      info->n_children_counted = 0;
      if (info->ended_at == 0)
        haul_process_info_set_parent (info, find_parent (self, info));
    }
  for (guint i = 0; i < self->rows->len; i++)
    if (row_at (self, i)->parent != NULL)
      row_at (self, i)->parent->n_children_counted++;
  for (guint i = 0; i < self->rows->len; i++)
    haul_process_info_set_place (row_at (self, i), count_ancestors (self, row_at (self, i)),
                                 row_at (self, i)->n_children_counted);
}

static void
name_rows (HaulProcessList *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (row_at (self, i)->ended_at == 0 || !row_at (self, i)->exit_known)
      haul_process_info_recognize (row_at (self, i));
}

static void
add_up (HaulProcessList *self)
{
  double cpu = 0;
  guint64 memory = 0;

  for (guint i = 0; i < self->rows->len; i++)
    if (row_at (self, i)->ended_at == 0)
      {
        cpu += row_at (self, i)->cpu;
        memory += haul_process_info_get_memory (row_at (self, i));
      }
  if (self->cpu != cpu)
    {
      self->cpu = cpu;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CPU]);
    }
  if (self->memory != memory)
    {
      self->memory = memory;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMORY]);
    }
}

static void
end_row (HaulProcessList *self,
         HaulProcessInfo *info,
         gint64           now)
{
  if (g_hash_table_lookup (self->living, GINT_TO_POINTER (info->sample.pid)) == info)
    (void) g_hash_table_remove (self->living, GINT_TO_POINTER (info->sample.pid));
  haul_process_info_end (info, now);
}

static int
compare_starts (gconstpointer a,
                gconstpointer b)
{
  const HaulProcessInfo *x = *(HaulProcessInfo * const *) a, *y = *(HaulProcessInfo * const *) b;

  if (x->sample.start != y->sample.start)
    return x->sample.start < y->sample.start ? -1 : 1;
  return (x->sample.pid > y->sample.pid) - (x->sample.pid < y->sample.pid);
}

/* Updates the rows that there are, and returns the new ones. */
static GPtrArray *
match_rows (HaulProcessList *self,
            GArray          *samples,
            gint64           now)
{
  GPtrArray *added = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree guint8 *selected = haul_process_scope_select (self, samples);

  self->round++;
  for (guint i = 0; i < samples->len; i++)
    {
      HaulProcSample *sample = &g_array_index (samples, HaulProcSample, i);
      HaulProcessInfo *info = g_hash_table_lookup (self->living, GINT_TO_POINTER (sample->pid));

      if (!selected[i])
        continue;
      if (info != NULL && info->sample.start == sample->start)
        {
          haul_process_info_update (info, sample);
        }
      else
        {
          if (info != NULL)
            end_row (self, info, now);
          info = haul_process_info_new (sample);
          haul_process_info_set_own (info, self->scope == HAUL_PROCESS_SCOPE_OWN);
          haul_process_info_set_new (info, self->filled ? now : 0);
          g_hash_table_insert (self->living, GINT_TO_POINTER (sample->pid), info);
          g_ptr_array_add (added, info);
        }
      info->round = self->round;
    }
  g_ptr_array_sort (added, compare_starts);
  return added;
}

void
haul_process_list_apply (HaulProcessList *self,
                         GArray          *samples,
                         gint64           now)
{
  g_autoptr(HaulProcessList) alive = g_object_ref (self);
  g_autoptr(GPtrArray) added = match_rows (self, samples, now);
  guint n_before = self->rows->len, n_added = added->len;

  for (guint i = 0; i < n_before; i++)
    if (row_at (self, i)->ended_at == 0 && row_at (self, i)->round != self->round)
      end_row (self, row_at (self, i), now);

  g_ptr_array_extend_and_steal (self->rows, g_steal_pointer (&added));
  set_places (self);
  name_rows (self);
  add_up (self);
  self->filled = TRUE;
  if (n_added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, n_added);
  haul_process_list_plan_expiry (self, haul_process_list_expire (self, now), now);
  g_signal_emit (alive, signals[REFRESHED], 0);
}

static gboolean
is_over (HaulProcessInfo *info,
         gint64           now)
{
  return info->ended_at != 0 && now - info->ended_at >= HAUL_PROCESS_ENDED_US;
}

/* The rows from @start on that are over, as one run. */
static guint
count_over (HaulProcessList *self,
            guint            start,
            gint64           now)
{
  guint end = start;

  while (end < self->rows->len && is_over (row_at (self, end), now))
    end++;
  return end - start;
}

/* What is below one that goes stands by itself: before it goes, so that whoever hears of that finds a tree. */
static void
leave_over (HaulProcessList *self,
            gint64           now)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (row_at (self, i)->parent != NULL && is_over (row_at (self, i)->parent, now))
      haul_process_info_set_parent (row_at (self, i), NULL);
}

static gint64
sooner (gint64 a,
        gint64 b)
{
  return a == 0 ? b : MIN (a, b);
}

gint64
haul_process_list_expire (HaulProcessList *self,
                          gint64           now)
{
  gboolean gone = FALSE;
  gint64 due = 0;

  leave_over (self, now);
  for (guint i = 0; i < self->rows->len; i++)
    {
      HaulProcessInfo *info = row_at (self, i);
      guint n = count_over (self, i, now);

      if (n > 0)
        {
          g_ptr_array_remove_range (self->rows, i, n);
          g_list_model_items_changed (G_LIST_MODEL (self), i, n, 0);
          gone = TRUE;
          i--;
          continue;
        }
      if (info->added_at != 0 && now - info->added_at >= HAUL_PROCESS_NEW_US)
        haul_process_info_set_new (info, 0);
      if (info->added_at != 0)
        due = sooner (due, info->added_at + HAUL_PROCESS_NEW_US);
      if (info->ended_at != 0)
        due = sooner (due, info->ended_at + HAUL_PROCESS_ENDED_US);
    }

  if (gone)
    set_places (self);
  return due;
}

void
haul_process_list_clear (HaulProcessList *self)
{
  guint n = self->rows->len;

  haul_source_clear (&self->expiry);
  g_hash_table_remove_all (self->living);
  g_ptr_array_set_size (self->rows, 0);
  self->filled = FALSE;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

void
haul_process_list_take_error (HaulProcessList *self,
                              GError          *error)
{
  g_autoptr(GError) old = self->error;

  self->error = error;
  if (g_strcmp0 (old != NULL ? old->message : NULL, error != NULL ? error->message : NULL) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

HaulProcessInfo *
haul_process_list_lookup (HaulProcessList *self,
                          int              pid)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), NULL);

  return g_hash_table_lookup (self->living, GINT_TO_POINTER (pid));
}

/* The tree. */

typedef struct
{
  GCompareDataFunc compare;
  gpointer         user_data;
} Order;

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  Order *order = user_data;

  return order->compare (*(gpointer const *) a, *(gpointer const *) b, order->user_data);
}

static GHashTable *
group_by_parent (HaulProcessList *self,
                 Order           *order)
{
  GHashTable *groups = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer group;

  for (guint i = 0; i < self->rows->len; i++)
    {
      group = g_hash_table_lookup (groups, row_at (self, i)->parent);
      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (groups, row_at (self, i)->parent, group);
        }
      g_ptr_array_add (group, row_at (self, i));
    }
  g_hash_table_iter_init (&iter, groups);
  while (order->compare != NULL && g_hash_table_iter_next (&iter, NULL, &group))
    g_ptr_array_sort_with_data (group, compare_rows, order);
  return groups;
}

/* A stack, and no recursion: a tree may be as deep as it likes. */
GPtrArray *
haul_process_list_dup_tree (HaulProcessList  *self,
                            GCompareDataFunc  compare,
                            gpointer          user_data)
{
  Order order = { compare, user_data };
  g_autoptr(GHashTable) groups = NULL;
  g_autoptr(GPtrArray) stack = g_ptr_array_new ();
  GPtrArray *tree, *group;

  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), NULL);

  groups = group_by_parent (self, &order);
  tree = g_ptr_array_new_full (self->rows->len, g_object_unref);
  group = g_hash_table_lookup (groups, NULL);
  while (group != NULL || stack->len > 0)
    {
      HaulProcessInfo *info;

      for (guint i = group != NULL ? group->len : 0; i > 0; i--)
        g_ptr_array_add (stack, group->pdata[i - 1]);
      if (stack->len == 0)
        break;
      info = g_ptr_array_steal_index (stack, stack->len - 1);
      g_ptr_array_add (tree, g_object_ref (info));
      group = info->n_children > 0 ? g_hash_table_lookup (groups, info) : NULL;
    }
  return tree;
}

/* The object. */

void
haul_process_list_set_scope (HaulProcessList  *self,
                             HaulProcessScope  scope)
{
  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  if (self->scope == scope)
    return;
  self->scope = scope;
  haul_process_list_clear (self);
  haul_process_list_plan (self, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCOPE]);
}

void
haul_process_list_set_interval (HaulProcessList *self,
                                guint            interval_ms)
{
  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  interval_ms = CLAMP (interval_ms, HAUL_PROCESS_MIN_INTERVAL, HAUL_PROCESS_MAX_INTERVAL);
  if (self->interval_ms == interval_ms)
    return;
  self->interval_ms = interval_ms;
  haul_process_list_plan (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INTERVAL]);
}

void
haul_process_list_set_frozen (HaulProcessList *self,
                              gboolean         frozen)
{
  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  frozen = !!frozen;
  if (self->frozen == frozen)
    return;
  self->frozen = frozen;
  if (frozen)
    haul_source_clear (&self->expiry);
  haul_process_list_plan (self, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FROZEN]);
}

static void
haul_process_list_dispose (GObject *object)
{
  HaulProcessList *self = HAUL_PROCESS_LIST (object);

  haul_source_clear (&self->tick);
  haul_source_clear (&self->expiry);

  G_OBJECT_CLASS (haul_process_list_parent_class)->dispose (object);
}

static void
haul_process_list_finalize (GObject *object)
{
  HaulProcessList *self = HAUL_PROCESS_LIST (object);

  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->living);
  g_hash_table_unref (self->foreign);
  g_free (self->root);
  g_clear_error (&self->error);
  g_free (self->worker_path);

  G_OBJECT_CLASS (haul_process_list_parent_class)->finalize (object);
}

static void
haul_process_list_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  HaulProcessList *self = HAUL_PROCESS_LIST (object);

  switch ((HaulProcessListProperty) prop_id)
    {
    case PROP_SCOPE:
      g_value_set_enum (value, self->scope);
      break;

    case PROP_INTERVAL:
      g_value_set_uint (value, self->interval_ms);
      break;

    case PROP_FROZEN:
      g_value_set_boolean (value, self->frozen);
      break;

    case PROP_CPU:
      g_value_set_double (value, self->cpu);
      break;

    case PROP_MEMORY:
      g_value_set_uint64 (value, self->memory);
      break;

    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_list_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  HaulProcessList *self = HAUL_PROCESS_LIST (object);

  switch ((guint) prop_id)
    {
    case PROP_SCOPE:
      haul_process_list_set_scope (self, g_value_get_enum (value));
      break;

    case PROP_INTERVAL:
      haul_process_list_set_interval (self, g_value_get_uint (value));
      break;

    case PROP_FROZEN:
      haul_process_list_set_frozen (self, g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_list_class_init (HaulProcessListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = haul_process_list_dispose;
  object_class->finalize = haul_process_list_finalize;
  object_class->get_property = haul_process_list_get_property;
  object_class->set_property = haul_process_list_set_property;

  properties[PROP_SCOPE] = g_param_spec_enum ("scope", NULL, NULL, HAUL_TYPE_PROCESS_SCOPE, HAUL_PROCESS_SCOPE_OWN,
                                              read | G_PARAM_WRITABLE);
  properties[PROP_INTERVAL] = g_param_spec_uint ("interval", NULL, NULL, HAUL_PROCESS_MIN_INTERVAL,
                                                 HAUL_PROCESS_MAX_INTERVAL, 1000, read | G_PARAM_WRITABLE);
  properties[PROP_FROZEN] = g_param_spec_boolean ("frozen", NULL, NULL, FALSE, read | G_PARAM_WRITABLE);
  properties[PROP_CPU] = g_param_spec_double ("cpu", NULL, NULL, 0, G_MAXDOUBLE, 0, read);
  properties[PROP_MEMORY] = g_param_spec_uint64 ("memory", NULL, NULL, 0, G_MAXUINT64, 0, read);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, read);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * HaulProcessList::refreshed:
   * @self: the list
   *
   * Emitted whenever it was brought up to date: who sorts by what changes sorts now.
   */
  signals[REFRESHED] = g_signal_new ("refreshed", HAUL_TYPE_PROCESS_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
haul_process_list_init (HaulProcessList *self)
{
  self->root = g_strdup ("/proc");
  self->interval_ms = 1000;
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->living = g_hash_table_new (NULL, NULL);
  self->foreign = g_hash_table_new (NULL, NULL);
}
