/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-log-view.h"

#include <glib/gi18n.h>

#include "lt-follower.h"
#include "lt-records.h"

struct _LtLogView
{
  AdwBin             parent_instance;

  GtkStack          *stack;
  GtkWidget         *empty;
  GtkScrolledWindow *scroller;
  GtkNoSelection    *selection;

  HaulJob           *job;        /* (owned) (nullable) */
  GSignalGroup      *signals;    /* (owned) of the job's records */
  LtFollower        *follower;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (LtLogView, lt_log_view, ADW_TYPE_BIN)

static void
records_changed_cb (LtLogView *self)
{
  guint n = self->job != NULL ? g_list_model_get_n_items (haul_job_get_log (self->job)) : 0;

  gtk_stack_set_visible_child (self->stack, n > 0 ? GTK_WIDGET (self->scroller) : self->empty);
}

/* Only what is seen is kept up to date: a job may write thousands of lines a second. */
static void
attach (LtLogView *self)
{
  gboolean wanted = self->job != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));
  GListModel *records = wanted ? haul_job_get_log (self->job) : NULL;

  if (wanted)
    lt_records_set_origin (haul_job_get_stamp (self->job, HAUL_STAMP_QUEUED));
  gtk_no_selection_set_model (self->selection, records);
  g_signal_group_set_target (self->signals, records);
  records_changed_cb (self);
  if (wanted)
    lt_follower_follow (self->follower);
}

static void
lt_log_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_log_view_parent_class)->map (widget);

  attach (LT_LOG_VIEW (widget));
}

static void
lt_log_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_log_view_parent_class)->unmap (widget);

  attach (LT_LOG_VIEW (widget));
}

static void
lt_log_view_dispose (GObject *object)
{
  LtLogView *self = LT_LOG_VIEW (object);

  g_clear_object (&self->follower);
  g_clear_object (&self->signals);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_log_view_parent_class)->dispose (object);
}

static void
lt_log_view_class_init (LtLogViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_log_view_dispose;
  widget_class->map = lt_log_view_map;
  widget_class->unmap = lt_log_view_unmap;

  lt_records_ensure ();
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-log-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLogView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtLogView, empty);
  gtk_widget_class_bind_template_child (widget_class, LtLogView, scroller);
  gtk_widget_class_bind_template_child (widget_class, LtLogView, selection);
}

static void
lt_log_view_init (LtLogView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->follower = lt_follower_new (self->scroller);
  self->signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->signals, "items-changed", G_CALLBACK (records_changed_cb), self);
}

void
lt_log_view_set_job (LtLogView *self,
                     HaulJob    *job)
{
  g_return_if_fail (LT_IS_LOG_VIEW (self));

  if (g_set_object (&self->job, job))
    attach (self);
}
