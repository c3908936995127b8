/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-layout.h"

#include "lt-process-row.h"

/* px around the text, and the least that a finger finds. */
#define PADDING     10
#define MIN_HEIGHT  28
#define MIN_COMPACT 50

struct _LtProcessLayout
{
  GObject               parent_instance;

  LtProcessModel       *model;       /* (owned) */
  GPtrArray            *rows;        /* (owned) of LtProcessRow (unowned) */
  LtProcessLayoutColumn columns[LT_PROCESS_N_COLUMNS];
  guint                 n_columns;
  gboolean              compact;
  int                   line;        /* px */
  guint                 first;       /* in sight */
  guint                 end;         /* the first that is not any more */
};

G_DEFINE_FINAL_TYPE (LtProcessLayout, lt_process_layout, G_TYPE_OBJECT)

static void
lt_process_layout_dispose (GObject *object)
{
  g_clear_object (&LT_PROCESS_LAYOUT (object)->model);

  G_OBJECT_CLASS (lt_process_layout_parent_class)->dispose (object);
}

static void
lt_process_layout_finalize (GObject *object)
{
  g_ptr_array_unref (LT_PROCESS_LAYOUT (object)->rows);

  G_OBJECT_CLASS (lt_process_layout_parent_class)->finalize (object);
}

static void
lt_process_layout_class_init (LtProcessLayoutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lt_process_layout_dispose;
  object_class->finalize = lt_process_layout_finalize;
}

static void
lt_process_layout_init (LtProcessLayout *self)
{
  self->rows = g_ptr_array_new ();
  self->line = MIN_HEIGHT - PADDING;
}

LtProcessLayout *
lt_process_layout_new (LtProcessModel *model)
{
  LtProcessLayout *self;

  g_return_val_if_fail (LT_IS_PROCESS_MODEL (model), NULL);

  self = g_object_new (LT_TYPE_PROCESS_LAYOUT, NULL);
  self->model = g_object_ref (model);
  return self;
}

LtProcessModel *
lt_process_layout_get_model (LtProcessLayout *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), NULL);

  return self->model;
}

gboolean
lt_process_layout_get_compact (LtProcessLayout *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), FALSE);

  return self->compact;
}

/* All rows have another size, also those that nobody sees: the list is as long as they are high. */
static void
resize_rows (LtProcessLayout *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_queue_resize (self->rows->pdata[i]);
  lt_process_layout_update (self);
}

void
lt_process_layout_set_compact (LtProcessLayout *self,
                               gboolean         compact)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  if (self->compact == compact)
    return;
  self->compact = compact;
  resize_rows (self);
}

const LtProcessLayoutColumn *
lt_process_layout_get_columns (LtProcessLayout *self,
                               guint           *ret_n_columns)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), NULL);

  *ret_n_columns = self->n_columns;
  return self->columns;
}

static gboolean
is_same (const LtProcessLayoutColumn *a,
         const LtProcessLayoutColumn *b)
{
  return a->column == b->column && a->width == b->width && a->expand == b->expand;
}

void
lt_process_layout_set_columns (LtProcessLayout             *self,
                               const LtProcessLayoutColumn *columns,
                               guint                        n_columns)
{
  gboolean same;

  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));
  g_return_if_fail (n_columns <= LT_PROCESS_N_COLUMNS);

  same = self->n_columns == n_columns;
  for (guint i = 0; i < n_columns; i++)
    {
      same = same && is_same (&self->columns[i], &columns[i]);
      self->columns[i] = columns[i];
    }
  self->n_columns = n_columns;
  if (!same)
    resize_rows (self);
}

void
lt_process_layout_set_line (LtProcessLayout *self,
                            int              line)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  if (self->line == line)
    return;
  self->line = line;
  resize_rows (self);
}

int
lt_process_layout_get_line (LtProcessLayout *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), 0);

  return self->line;
}

int
lt_process_layout_get_height (LtProcessLayout *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), 0);

  return self->compact ? MAX (2 * self->line + PADDING + 2, MIN_COMPACT) : MAX (self->line + PADDING, MIN_HEIGHT);
}

void
lt_process_layout_set_sight (LtProcessLayout *self,
                             guint            first,
                             guint            end)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  if (first == self->first && end == self->end)
    return;
  self->first = first;
  self->end = end;
  lt_process_layout_update (self);
}

gboolean
lt_process_layout_is_in_sight (LtProcessLayout *self,
                               guint            position)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), FALSE);

  return position >= self->first && position < self->end;
}

void
lt_process_layout_update (LtProcessLayout *self)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  for (guint i = 0; i < self->rows->len; i++)
    lt_process_row_update (self->rows->pdata[i]);
}

void
lt_process_layout_add_row (LtProcessLayout *self,
                           GtkWidget       *row)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  g_ptr_array_add (self->rows, row);
}

void
lt_process_layout_remove_row (LtProcessLayout *self,
                              GtkWidget       *row)
{
  g_return_if_fail (LT_IS_PROCESS_LAYOUT (self));

  (void) g_ptr_array_remove_fast (self->rows, row);
}

GtkWidget *
lt_process_layout_find_row (LtProcessLayout *self,
                            guint            position)
{
  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (self), NULL);

  for (guint i = 0; i < self->rows->len; i++)
    if (lt_process_row_get_position (self->rows->pdata[i]) == position)
      return self->rows->pdata[i];
  return NULL;
}
