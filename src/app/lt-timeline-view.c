/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-view-private.h"

#include <glib/gi18n.h>

#include "lt-timeline-legend.h"
#include "lt-timeline-save.h"

/* How often it is drawn while time goes on; with animations off it goes on in steps. */
#define TICK_MS       100
#define STEP_MS       1000
#define TABLE_TICK_US G_USEC_PER_SEC
#define SPEEDUP_MS    250   /* after a change: a thousand jobs change often */

#define ZOOM   1.5
#define NARROW 560

typedef enum { PROP_FOLLOW = 1, PROP_TABLE, PROP_COMPACT } LtTimelineViewProperty;
static GParamSpec *properties[PROP_COMPACT + 1];

G_DEFINE_FINAL_TYPE (LtTimelineView, lt_timeline_view, ADW_TYPE_BIN)

/* Time */

/* Time goes on in what is shown. */
static gboolean
is_moving (LtTimelineView *self)
{
  return self->job == NULL ? lt_timeline_record_get_busy (self->record) : self->grows;
}

static gboolean
tick_cb (gpointer user_data)
{
  LtTimelineView *self = user_data;

  if (self->job == NULL)
    lt_timeline_canvas_set_now (self->canvas, lt_timeline_record_get_now (self->record));
  else
    lt_timeline_view_grow (self);
  if (self->as_table && g_get_monotonic_time () - self->tabled_at >= TABLE_TICK_US)
    lt_timeline_view_update_table (self);
  lt_timeline_view_update_page (self);
  lt_timeline_view_update_labels (self);
  if (is_moving (self))
    return G_SOURCE_CONTINUE;

  self->tick_id = 0;
  lt_timeline_view_update_table (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_animated (LtTimelineView *self)
{
  gboolean enabled = TRUE;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &enabled, NULL);
  return enabled;
}

void
lt_timeline_view_update_ticking (LtTimelineView *self)
{
  gboolean wanted = self->record != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)) && is_moving (self);

  if (!wanted)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
    }
  else if (self->tick_id == 0)
    {
      self->tick_id = g_timeout_add (is_animated (self) ? TICK_MS : STEP_MS, tick_cb, self);
      g_source_set_name_by_id (self->tick_id, "[long-tasks] timeline");
    }
}

static gboolean
speedup_cb (gpointer user_data)
{
  LtTimelineView *self = user_data;

  self->speedup_id = 0;
  lt_timeline_view_update_speedup (self);
  return G_SOURCE_REMOVE;
}

/* Once more when it stops, for the end of what was last. */
static void
record_changed_cb (LtTimelineView *self)
{
  lt_timeline_view_update_ticking (self);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  lt_timeline_view_update_choices (self);
  lt_timeline_view_update_page (self);
  if (self->job == NULL)
    lt_timeline_canvas_set_now (self->canvas, lt_timeline_record_get_now (self->record));
  else
    lt_timeline_view_grow (self);
  lt_timeline_view_update_labels (self);
  if (self->speedup_id != 0)
    return;
  self->speedup_id = g_timeout_add (SPEEDUP_MS, speedup_cb, self);
  g_source_set_name_by_id (self->speedup_id, "[long-tasks] speed-up");
}

static void
status_cb (LtTimelineView *self)
{
  if (self->record != NULL)
    lt_timeline_view_update_labels (self);
}

static void
follow_changed_cb (LtTimelineView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOW]);
}

/* Actions */

static void
zoom_in_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  lt_timeline_canvas_zoom (LT_TIMELINE_VIEW (widget)->canvas, ZOOM, -1);
}

static void
zoom_out_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  lt_timeline_canvas_zoom (LT_TIMELINE_VIEW (widget)->canvas, 1 / ZOOM, -1);
}

static void
fit_cb (GtkWidget  *widget,
        const char *name,
        GVariant   *parameter)
{
  lt_timeline_canvas_fit (LT_TIMELINE_VIEW (widget)->canvas);
}

static void
export_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (widget);
  guint n_runs;
  const LabTimelineRun *runs = lt_timeline_canvas_get_runs (self->canvas, &n_runs);

  lt_timeline_save_ask (widget, runs, n_runs, lt_timeline_canvas_get_now (self->canvas),
                        g_variant_get_string (parameter, NULL));
}

/* The widget */

static gboolean
fold_cb (gpointer user_data)
{
  LtTimelineView *self = user_data;

  self->fold_id = 0;
  self->compact = gtk_widget_get_width (GTK_WIDGET (self)) < NARROW;
  if (self->record != NULL)
    lt_timeline_view_update_page (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPACT]);
  return G_SOURCE_REMOVE;
}

static GtkSizeRequestMode
lt_timeline_view_get_request_mode (GtkWidget *widget)
{
  return gtk_widget_get_request_mode (adw_bin_get_child (ADW_BIN (widget)));
}

static void
lt_timeline_view_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  gtk_widget_measure (adw_bin_get_child (ADW_BIN (widget)), orientation, for_size, minimum, natural, NULL, NULL);
}

/* Later: nothing may change its size in the middle of an allocation. */
static void
lt_timeline_view_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (widget);

  gtk_widget_allocate (adw_bin_get_child (ADW_BIN (widget)), width, height, baseline, NULL);
  if (self->compact == (width < NARROW) || self->fold_id != 0)
    return;
  self->fold_id = g_idle_add (fold_cb, self);
  g_source_set_name_by_id (self->fold_id, "[long-tasks] fold the timeline");
}

static void
lt_timeline_view_map (GtkWidget *widget)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (widget);

  GTK_WIDGET_CLASS (lt_timeline_view_parent_class)->map (widget);

  if (self->record == NULL)
    return;
  record_changed_cb (self);
  lt_timeline_view_update_table (self);
}

static void
lt_timeline_view_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&LT_TIMELINE_VIEW (widget)->tick_id, g_source_remove);

  GTK_WIDGET_CLASS (lt_timeline_view_parent_class)->unmap (widget);
}

static void
lt_timeline_view_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (object);

  switch ((LtTimelineViewProperty) prop_id)
    {
    case PROP_FOLLOW:
      lt_timeline_canvas_set_follow (self->canvas, g_value_get_boolean (value));
      break;

    case PROP_TABLE:
      if (self->as_table == g_value_get_boolean (value))
        return;
      self->as_table = g_value_get_boolean (value);
      lt_timeline_view_update_page (self);
      lt_timeline_view_update_table (self);
      lt_timeline_view_update_labels (self);
      g_object_notify_by_pspec (object, pspec);
      break;

    case PROP_COMPACT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_timeline_view_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (object);

  switch ((LtTimelineViewProperty) prop_id)
    {
    case PROP_FOLLOW:
      g_value_set_boolean (value, lt_timeline_canvas_get_follow (self->canvas));
      break;

    case PROP_TABLE:
      g_value_set_boolean (value, self->as_table);
      break;

    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_timeline_view_dispose (GObject *object)
{
  LtTimelineView *self = LT_TIMELINE_VIEW (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->fold_id, g_source_remove);
  g_clear_handle_id (&self->speedup_id, g_source_remove);
  g_clear_object (&self->record);
  g_clear_object (&self->table);
  g_clear_object (&self->job);
  g_clear_object (&self->other);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_byte_array_unref);

  G_OBJECT_CLASS (lt_timeline_view_parent_class)->dispose (object);
}

static void
bind_keys (GtkWidgetClass *widget_class)
{
  static const struct { guint key; const char *action; } keys[] = {
    { GDK_KEY_plus, "timeline.zoom-in" }, { GDK_KEY_equal, "timeline.zoom-in" }, { GDK_KEY_KP_Add, "timeline.zoom-in" },
    { GDK_KEY_minus, "timeline.zoom-out" }, { GDK_KEY_KP_Subtract, "timeline.zoom-out" },
    { GDK_KEY_0, "timeline.fit" }, { GDK_KEY_KP_0, "timeline.fit" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, GDK_CONTROL_MASK, keys[i].action, NULL);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, empty_page);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, start_button);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, content);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, run);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, compare);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, run_names);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, compare_names);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, follow_button);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, speedup_button);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, speedup);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, legend_button);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, legend);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, pages);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, picture_page);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, table_page);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, canvas);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, rows);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, status);
  gtk_widget_class_bind_template_child (widget_class, LtTimelineView, shown);
  gtk_widget_class_bind_template_callback_full (widget_class, "chosen_cb", G_CALLBACK (lt_timeline_view_take_choice));
  gtk_widget_class_bind_template_callback (widget_class, status_cb);
  gtk_widget_class_bind_template_callback (widget_class, follow_changed_cb);
}

static void
lt_timeline_view_class_init (LtTimelineViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = lt_timeline_view_dispose;
  object_class->set_property = lt_timeline_view_set_property;
  object_class->get_property = lt_timeline_view_get_property;
  widget_class->get_request_mode = lt_timeline_view_get_request_mode;
  widget_class->measure = lt_timeline_view_measure;
  widget_class->size_allocate = lt_timeline_view_size_allocate;
  widget_class->map = lt_timeline_view_map;
  widget_class->unmap = lt_timeline_view_unmap;

  properties[PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE, flags);
  properties[PROP_TABLE] = g_param_spec_boolean ("table", NULL, NULL, FALSE, flags);
  properties[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (LT_TYPE_SPEEDUP);
  g_type_ensure (LT_TYPE_TIMELINE_CANVAS);
  g_type_ensure (LT_TYPE_TIMELINE_LEGEND);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-timeline-view.ui");
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "timeline.zoom-in", NULL, zoom_in_cb);
  gtk_widget_class_install_action (widget_class, "timeline.zoom-out", NULL, zoom_out_cb);
  gtk_widget_class_install_action (widget_class, "timeline.fit", NULL, fit_cb);
  gtk_widget_class_install_action (widget_class, "timeline.export", "s", export_cb);
  gtk_widget_class_install_property_action (widget_class, "timeline.follow", "follow");
  gtk_widget_class_install_property_action (widget_class, "timeline.table", "table");
  bind_keys (widget_class);
}

/* Time runs from left to right, and so does what scrolls it. */
static void
set_left_to_right (GtkWidget *widget)
{
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    set_left_to_right (child);
}

static void
lt_timeline_view_init (LtTimelineView *self)
{
  g_autoptr(GtkSelectionModel) selection = NULL;

  /* With one it would not be asked for its size, nor told. */
  gtk_widget_set_layout_manager (GTK_WIDGET (self), NULL);
  gtk_widget_init_template (GTK_WIDGET (self));

  self->table = lt_timeline_table_new ();
  selection = GTK_SELECTION_MODEL (gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->table))));
  gtk_column_view_set_model (self->rows, selection);
  lt_timeline_table_fill_view (self->rows);
  set_left_to_right (gtk_scrolled_window_get_hscrollbar (self->picture_page));
}

void
lt_timeline_view_set_jobs (LtTimelineView *self,
                           LtJobs         *jobs,
                           HaulHeartbeat  *heart)
{
  g_return_if_fail (LT_IS_TIMELINE_VIEW (self));
  g_return_if_fail (self->record == NULL);

  self->record = lt_timeline_record_new (jobs, heart);
  g_signal_connect_object (self->record, "changed", G_CALLBACK (record_changed_cb), self, G_CONNECT_SWAPPED);
  lt_timeline_view_update_choices (self);
  lt_timeline_view_show (self);
}

LtTimelineRecord *
lt_timeline_view_get_record (LtTimelineView *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_VIEW (self), NULL);

  return self->record;
}

LtTimelineCanvas *
lt_timeline_view_get_canvas (LtTimelineView *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_VIEW (self), NULL);

  return self->canvas;
}

gboolean
lt_timeline_view_get_compact (LtTimelineView *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_VIEW (self), FALSE);

  return self->compact;
}

void
lt_timeline_view_focus (LtTimelineView *self)
{
  g_return_if_fail (LT_IS_TIMELINE_VIEW (self));

  if (gtk_stack_get_visible_child (self->stack) == self->empty_page)
    gtk_widget_grab_focus (self->start_button);
  else
    gtk_widget_grab_focus (self->as_table ? GTK_WIDGET (self->rows) : GTK_WIDGET (self->canvas));
}

void
lt_timeline_view_show_job (LtTimelineView *self,
                           HaulJob        *job)
{
  HaulLane *lane;

  g_return_if_fail (LT_IS_TIMELINE_VIEW (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  lt_timeline_view_update_choices (self);
  lt_timeline_view_choose (self, self->run, haul_job_is_active (job) ? NULL : job);
  if (!haul_job_is_active (job))
    return;
  lane = lt_timeline_record_find_lane (self->record, job);
  if (lane != NULL)
    lt_timeline_canvas_focus_lane (self->canvas, lane);
}

void
lt_timeline_view_compare (LtTimelineView *self,
                          HaulJob        *job)
{
  g_return_if_fail (LT_IS_TIMELINE_VIEW (self));
  g_return_if_fail (job == NULL || HAUL_IS_JOB (job));

  lt_timeline_view_update_choices (self);
  lt_timeline_view_choose (self, self->compare, job);
}
