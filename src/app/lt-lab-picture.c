/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-picture.h"

#include <glib/gi18n.h>

#include "lab-chart.h"
#include "lab-timeline-picture.h"
#include "lt-drawing.h"
#include "lt-lab-table.h"

/* So often a table is built anew at most: it is read. */
#define TABLE_MS 250

struct _LtLabPicture
{
  AdwBin               parent_instance;

  GtkToggleButton     *as_table;
  GtkStack            *stack;
  LtDrawing           *drawing;
  AdwBin              *table;

  const LabExperiment *experiment;   /* (nullable) */
  LabFindings         *findings;     /* (owned) (nullable) */
  LabFindings         *earlier;      /* (owned) (nullable) to compare with */
  GSignalGroup        *signals;      /* (owned) of findings */
  guint                table_id;
};

G_DEFINE_FINAL_TYPE (LtLabPicture, lt_lab_picture, ADW_TYPE_BIN)

static gboolean
has_lanes (LtLabPicture *self)
{
  return self->experiment->picture == LAB_PICTURE_LANES;
}

static gboolean
is_empty (LtLabPicture *self)
{
  HaulTimeline *timeline = self->findings != NULL ? lab_findings_get_timeline (self->findings) : NULL;

  if (self->findings == NULL)
    return TRUE;
  if (has_lanes (self))
    return timeline == NULL || g_list_model_get_n_items (G_LIST_MODEL (timeline)) == 0;
  return lab_findings_get_n_items (self->findings) == 0;
}

static LabDrawing *
lay_out_lanes (LtLabPicture *self,
               double        width)
{
  HaulTimeline *timeline = lab_findings_get_timeline (self->findings);
  const LabTimelineRun run = { timeline, NULL, 0 };
  const LabTimelineScale scale = {
    .now = haul_timeline_get_end (timeline),
    .width = width,
    .rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL,
  };

  return lab_timeline_picture_new (&run, 1, &scale, NULL);
}

static LabDrawing *
lay_out_cb (double   width,
            gpointer user_data)
{
  LtLabPicture *self = user_data;

  if (is_empty (self))
    return lab_drawing_new (width, 1);
  if (has_lanes (self))
    return lay_out_lanes (self, width);
  return lab_chart_new (self->experiment, self->findings, self->earlier, width);
}

static char *
describe (LtLabPicture *self)
{
  const LabTimelineRun run = { lab_findings_get_timeline (self->findings), NULL, 0 };

  if (is_empty (self))
    return g_strdup ("");
  if (has_lanes (self))
    return lab_timeline_describe (&run, 1);
  return lab_chart_describe (self->experiment, self->findings);
}

static gboolean
build_table_cb (gpointer user_data)
{
  LtLabPicture *self = user_data;
  GtkWidget *table = NULL;

  self->table_id = 0;
  if (is_empty (self))
    return G_SOURCE_REMOVE;
  if (has_lanes (self))
    table = lt_lab_table_new_lanes (lab_findings_get_timeline (self->findings));
  else
    table = lt_lab_table_new_numbers (self->experiment, self->findings, NULL);
  adw_bin_set_child (self->table, table);
  return G_SOURCE_REMOVE;
}

static void
update (LtLabPicture *self)
{
  g_autofree char *text = NULL;

  if (self->experiment == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (self), !is_empty (self));
  lt_drawing_set_mirrors (self->drawing, !has_lanes (self));   /* time runs in one direction */
  lt_drawing_refresh (self->drawing);
  text = describe (self);
  lt_drawing_set_description (self->drawing, _(self->experiment->task.title), text);
  if (gtk_toggle_button_get_active (self->as_table) && self->table_id == 0)
    {
      self->table_id = g_timeout_add (TABLE_MS, build_table_cb, self);
      g_source_set_name_by_id (self->table_id, "[long-tasks] table of an experiment");
    }
}

static void
as_table_toggled_cb (LtLabPicture *self)
{
  gboolean active = gtk_toggle_button_get_active (self->as_table);

  if (active)
    {
      g_clear_handle_id (&self->table_id, g_source_remove);
      (void) build_table_cb (self);
    }
  gtk_stack_set_visible_child_name (self->stack, active ? "table" : "picture");
}

static void
lt_lab_picture_dispose (GObject *object)
{
  LtLabPicture *self = LT_LAB_PICTURE (object);

  g_clear_handle_id (&self->table_id, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->findings);
  g_clear_object (&self->earlier);

  G_OBJECT_CLASS (lt_lab_picture_parent_class)->dispose (object);
}

static void
lt_lab_picture_class_init (LtLabPictureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_lab_picture_dispose;

  g_type_ensure (LT_TYPE_DRAWING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-picture.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabPicture, as_table);
  gtk_widget_class_bind_template_child (widget_class, LtLabPicture, stack);
  gtk_widget_class_bind_template_child (widget_class, LtLabPicture, drawing);
  gtk_widget_class_bind_template_child (widget_class, LtLabPicture, table);
  gtk_widget_class_bind_template_callback (widget_class, as_table_toggled_cb);
}

static void
lt_lab_picture_init (LtLabPicture *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (LAB_TYPE_FINDINGS);
  g_signal_group_connect_swapped (self->signals, "changed", G_CALLBACK (update), self);
  lt_drawing_set_layout (self->drawing, lay_out_cb, self, NULL);
}

void
lt_lab_picture_set_findings (LtLabPicture        *self,
                             const LabExperiment *experiment,
                             LabFindings         *findings,
                             LabFindings         *earlier)
{
  g_return_if_fail (LT_IS_LAB_PICTURE (self));

  self->experiment = experiment;
  g_set_object (&self->earlier, earlier);
  if (g_set_object (&self->findings, findings))
    g_signal_group_set_target (self->signals, findings);
  update (self);
}
