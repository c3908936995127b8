/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-pool-view.h"

#include <glib/gi18n.h>

#include "lt-pool-text.h"

struct _LtPoolView
{
  AdwBin          parent_instance;

  GtkSpinButton  *size;
  GtkSwitch      *held;
  GtkStack       *stack;
  GtkWidget      *empty;
  GtkWidget      *scroller;
  GtkNoSelection *selection;
  GtkLabel       *queue;

  HaulExecutor   *executor;    /* (owned) (nullable) */
  HaulPool       *pool;        /* (unowned) (nullable) of executor */
  GSignalGroup   *signals;     /* (owned) of pool */
  GSignalGroup   *executor_signals;   /* (owned) of executor */
  GBindingGroup  *bindings;    /* (owned) of pool */
};

G_DEFINE_FINAL_TYPE (LtPoolView, lt_pool_view, ADW_TYPE_BIN)

static void
size_changed_cb (LtPoolView *self)
{
  guint n = (guint) gtk_spin_button_get_value_as_int (self->size);

  if (self->pool != NULL && n != haul_pool_get_n_workers (self->pool))
    gtk_widget_activate_action (GTK_WIDGET (self), "app.pool-workers", "u", n);
}

static void
update_size (LtPoolView *self)
{
  if (self->pool != NULL)
    gtk_spin_button_set_value (self->size, haul_pool_get_n_workers (self->pool));
}

/* Jobs that have not begun, and of those that have the parts. */
static void
update_queue (LtPoolView *self)
{
  g_autofree char *n_jobs = NULL;
  g_autofree char *n_parts = NULL;
  g_autofree char *text = NULL;
  guint jobs;
  guint64 parts;

  if (self->executor == NULL)
    return;

  jobs = haul_executor_get_n_queued (self->executor);
  parts = haul_pool_get_n_queued (self->pool);
  n_jobs = g_strdup_printf (ngettext ("%u job", "%u jobs", jobs), jobs);
  n_parts = g_strdup_printf (ngettext ("%u part", "%u parts", parts), (guint) parts);
  /* Translators: “2 jobs” and “3 parts” */
  if (jobs > 0 && parts > 0)
    text = g_strdup_printf (_("Waiting: %s and %s"), n_jobs, n_parts);
  else if (jobs > 0 || parts > 0)
    text = g_strdup_printf (_("Waiting: %s"), jobs > 0 ? n_jobs : n_parts);
  gtk_label_set_label (self->queue, text != NULL ? text : _("Nothing waits for a worker"));
}

static void
update_pages (LtPoolView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  gtk_stack_set_visible_child (self->stack, n > 0 ? self->scroller : self->empty);
}

static void
lt_pool_view_dispose (GObject *object)
{
  LtPoolView *self = LT_POOL_VIEW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->executor_signals);
  g_clear_object (&self->bindings);
  g_clear_object (&self->executor);

  G_OBJECT_CLASS (lt_pool_view_parent_class)->dispose (object);
}

static void
lt_pool_view_class_init (LtPoolViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_pool_view_dispose;

  lt_pool_text_ensure ();
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-pool-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, size);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, held);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, empty);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, scroller);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, selection);
  gtk_widget_class_bind_template_child (widget_class, LtPoolView, queue);
  gtk_widget_class_bind_template_callback (widget_class, size_changed_cb);
}

static void
lt_pool_view_init (LtPoolView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (HAUL_TYPE_POOL);
  g_signal_group_connect_swapped (self->signals, "notify::n-workers", G_CALLBACK (update_size), self);
  g_signal_group_connect_swapped (self->signals, "notify::n-queued", G_CALLBACK (update_queue), self);
  self->executor_signals = g_signal_group_new (HAUL_TYPE_EXECUTOR);
  g_signal_group_connect_swapped (self->executor_signals, "notify::n-queued", G_CALLBACK (update_queue), self);
  self->bindings = g_binding_group_new ();
  g_binding_group_bind (self->bindings, "held", self->held, "active", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (update_pages), self, G_CONNECT_SWAPPED);
}

void
lt_pool_view_set_executor (LtPoolView       *self,
                           HaulPoolExecutor *executor)
{
  g_return_if_fail (LT_IS_POOL_VIEW (self));

  if (!g_set_object (&self->executor, (HaulExecutor *) executor))
    return;

  self->pool = executor != NULL ? haul_pool_executor_get_pool (executor) : NULL;
  g_signal_group_set_target (self->signals, self->pool);
  g_signal_group_set_target (self->executor_signals, executor);
  g_binding_group_set_source (self->bindings, self->pool);
  gtk_no_selection_set_model (self->selection, self->pool != NULL ? haul_pool_get_workers (self->pool) : NULL);
  update_size (self);
  update_queue (self);
  update_pages (self);
}
