/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-parts-view.h"

#include "lt-pool-text.h"

struct _LtPartsView
{
  AdwBin          parent_instance;

  GtkNoSelection *selection;
  GtkLabel       *summary;

  GListModel     *parts;       /* (owned) (nullable) of HaulPart */
};

G_DEFINE_FINAL_TYPE (LtPartsView, lt_parts_view, ADW_TYPE_BIN)

/* Only what is seen is kept up to date. */
static void
attach (LtPartsView *self)
{
  gtk_no_selection_set_model (self->selection, gtk_widget_get_mapped (GTK_WIDGET (self)) ? self->parts : NULL);
  lt_parts_view_refresh (self);
}

static void
lt_parts_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_parts_view_parent_class)->map (widget);

  attach (LT_PARTS_VIEW (widget));
}

static void
lt_parts_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_parts_view_parent_class)->unmap (widget);

  attach (LT_PARTS_VIEW (widget));
}

static void
lt_parts_view_dispose (GObject *object)
{
  LtPartsView *self = LT_PARTS_VIEW (object);

  g_clear_object (&self->parts);

  G_OBJECT_CLASS (lt_parts_view_parent_class)->dispose (object);
}

static void
lt_parts_view_class_init (LtPartsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_parts_view_dispose;
  widget_class->map = lt_parts_view_map;
  widget_class->unmap = lt_parts_view_unmap;

  lt_pool_text_ensure ();
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-parts-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtPartsView, selection);
  gtk_widget_class_bind_template_child (widget_class, LtPartsView, summary);
}

static void
lt_parts_view_init (LtPartsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lt_parts_view_set_parts (LtPartsView *self,
                         GListModel  *parts)
{
  g_return_if_fail (LT_IS_PARTS_VIEW (self));

  if (g_set_object (&self->parts, parts))
    attach (self);
}

void
lt_parts_view_refresh (LtPartsView *self)
{
  g_autofree char *text = NULL;
  LtPartCount count;

  g_return_if_fail (LT_IS_PARTS_VIEW (self));

  if (self->parts == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  lt_pool_text_count (self->parts, &count);
  text = lt_pool_text_long (&count);
  gtk_label_set_label (self->summary, text);
}
