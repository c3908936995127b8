/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "lt-countdown.h"
#include "lt-job-menu.h"
#include "lt-job-text.h"
#include "lt-jobs.h"
#include "lt-pool-text.h"
#include "lt-tiles.h"

/* Between two looks at what changes with the time alone: the time left, how long there is no news. */
#define TICK_MS 500

struct _LtJobRow
{
  GtkWidget       parent_instance;

  GtkImage       *icon;
  GtkLabel       *title;
  GtkProgressBar *bar;
  GtkWidget      *parts_box;
  LtTiles        *tiles;
  GtkLabel       *parts;
  GtkLabel       *caption;
  GtkLabel       *left;
  GtkButton      *first_button;
  GtkButton      *second_button;
  LtCountdown    *countdown;

  HaulJob        *job;         /* (owned) (nullable) */
  GSignalGroup   *signals;     /* (owned) of job */
  GSignalGroup   *pool_signals;   /* (owned) of the pool that runs it, if one does */
  const char     *style;       /* the class that icon has now */
  guint           update_id;
  guint           tick_id;     /* only while mapped and the job runs */
};

typedef enum
{
  PROP_JOB = 1,
} LtJobRowProperty;

static GParamSpec *properties[PROP_JOB + 1];

G_DEFINE_FINAL_TYPE (LtJobRow, lt_job_row, GTK_TYPE_WIDGET)

static void
set_button (LtJobRow   *self,
            GtkButton  *button,
            const char *icon,
            const char *tooltip,
            const char *action,
            const char *label)
{
  gtk_widget_set_visible (GTK_WIDGET (button), icon != NULL);
  if (icon == NULL)
    return;

  gtk_button_set_icon_name (button, icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), tooltip);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", haul_job_get_id (self->job));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Translators: each of these is the name of a button, with the title of its job. */
static void
update_first_button (LtJobRow *self)
{
  const char *title = haul_job_get_title (self->job);
  g_autofree char *label = NULL;

  if (haul_job_get_state (self->job) == HAUL_JOB_PAUSED)
    {
      label = g_strdup_printf (_("Resume %s"), title);
      set_button (self, self->first_button, "media-playback-start-symbolic", _("Resume"), "app.resume-job", label);
    }
  else if (haul_job_get_can_pause (self->job) && haul_job_get_state (self->job) == HAUL_JOB_RUNNING)
    {
      label = g_strdup_printf (_("Pause %s"), title);
      set_button (self, self->first_button, "media-playback-pause-symbolic", _("Pause"), "app.pause-job", label);
    }
  else if (haul_job_get_held (self->job))
    {
      label = g_strdup_printf (_("Join %s"), title);
      set_button (self, self->first_button, "job-join-symbolic", _("Join"), "app.collect-job", label);
    }
  else if (!haul_job_is_active (self->job))
    {
      label = g_strdup_printf (_("Start %s Again"), title);
      set_button (self, self->first_button, "view-refresh-symbolic", _("Start Again"), "app.start-again", label);
    }
  else
    {
      set_button (self, self->first_button, NULL, NULL, NULL, NULL);
    }
}

/* In the place of Force Stop, until that comes. */
static void
update_countdown (LtJobRow *self)
{
  gint64 end = lt_job_text_force_time (self->job);
  double seconds = haul_job_get_grace (self->job) / 1000.0;
  g_autofree char *tooltip = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->countdown), end > 0);
  if (end == 0)
    return;

  /* Translators: with a narrow no-break space; the grace time of a job that was canceled */
  tooltip = g_strdup_printf (_("Can Be Stopped by Force After %.0f s"), ceil (seconds));
  lt_countdown_set_end (self->countdown, end, seconds);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->countdown), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->countdown), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
}

static void
update_second_button (LtJobRow *self)
{
  const char *title = haul_job_get_title (self->job);
  HaulJobState state = haul_job_get_state (self->job);
  g_autofree char *label = NULL;

  if (state == HAUL_JOB_ENDED)
    {
      label = g_strdup_printf (_("Remove %s"), title);
      set_button (self, self->second_button, "user-trash-symbolic", _("Remove"), "app.remove-job", label);
    }
  else if (haul_job_get_overdue (self->job) && haul_job_get_can_force (self->job) && !haul_job_get_stuck (self->job))
    {
      label = g_strdup_printf (_("Force Stop %s"), title);
      set_button (self, self->second_button, "job-force-symbolic", _("Force Stop"), "app.force-job", label);
    }
  else if (state != HAUL_JOB_CANCELLING && state != HAUL_JOB_FINISHING)
    {
      label = g_strdup_printf (_("Cancel %s"), title);
      set_button (self, self->second_button, "window-close-symbolic", _("Cancel"), "app.cancel-job", label);
    }
  else
    {
      set_button (self, self->second_button, NULL, NULL, NULL, NULL);
    }
  if (state == HAUL_JOB_CANCELLING && haul_job_get_overdue (self->job))
    gtk_widget_add_css_class (GTK_WIDGET (self->second_button), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->second_button), "error");
}

static void
update_bar (LtJobRow *self)
{
  double fraction = haul_job_get_fraction (self->job);
  g_autofree char *text = haul_format_progress (self->job);
  gboolean active = haul_job_is_active (self->job);

  gtk_widget_set_visible (GTK_WIDGET (self->bar), active);
  if (!active)
    return;

  if (fraction >= 0)
    {
      gtk_progress_bar_set_fraction (self->bar, fraction);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, haul_job_get_title (self->job),
                                      GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                      GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
                                      GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, fraction,
                                      GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text,
                                      -1);
      return;
    }

  if (haul_job_get_state (self->job) == HAUL_JOB_RUNNING)
    gtk_progress_bar_pulse (self->bar);
  else
    gtk_progress_bar_set_fraction (self->bar, 0);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW);
}

/* Of a job that was divided, until it is clear that all went well. */
static void
update_parts (LtJobRow *self)
{
  g_autofree char *text = NULL;
  LtPartCount count;

  lt_pool_text_count (haul_job_get_parts (self->job), &count);
  gtk_widget_set_visible (self->parts_box, count.n > 1 && haul_job_get_verdict (self->job) != HAUL_VERDICT_DONE);
  if (count.n <= 1)
    return;
  text = lt_pool_text_short (&count);
  gtk_label_set_label (self->parts, text);
}

static void
update_style (LtJobRow *self)
{
  HaulJobState state = haul_job_get_state (self->job);
  const char *style = lt_job_text_style (self->job);

  if (g_strcmp0 (self->style, style) != 0)
    {
      if (self->style != NULL)
        gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->style);
      gtk_widget_add_css_class (GTK_WIDGET (self->icon), style);
      self->style = style;
    }

  if (state == HAUL_JOB_PAUSED)
    gtk_widget_add_css_class (GTK_WIDGET (self), "paused");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "paused");
  if (state == HAUL_JOB_CANCELLING)
    gtk_widget_add_css_class (GTK_WIDGET (self), "leaving");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "leaving");
}

/* Whether what it says changes with the time alone. */
static gboolean
is_ticking (LtJobRow *self)
{
  return self->job != NULL
         && (haul_job_get_state (self->job) == HAUL_JOB_RUNNING || lt_job_text_force_time (self->job) > 0);
}

static gboolean tick_cb (gpointer user_data);

static void
update_tick (LtJobRow *self)
{
  gboolean wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && is_ticking (self);

  if (wanted && self->tick_id == 0)
    {
      self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
      g_source_set_name_by_id (self->tick_id, "[long-tasks] row tick");
    }
  else if (!wanted)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
    }
}

static void
update_accessible (LtJobRow *self)
{
  g_autofree char *label = lt_job_text_accessible (self->job);
  gboolean busy = haul_job_is_active (self->job);
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_BUSY, busy, -1);
  /* The item of the list is what gets the focus, and what is read out. */
  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update (LtJobRow *self)
{
  g_autofree char *about = NULL;
  g_autofree char *title = NULL;
  g_autofree char *caption = NULL;
  g_autofree char *left = NULL;

  g_clear_handle_id (&self->update_id, g_source_remove);
  update_tick (self);
  if (self->job == NULL)
    return;

  about = lt_job_text_about (self->job);
  /* One label: where there is no room for both, the title stays. */
  title = g_markup_printf_escaped ("<b>%s</b>  <span alpha='55%%'>%s</span>", haul_job_get_title (self->job), about);
  caption = lt_job_text_caption (self->job);
  left = lt_job_text_left (self->job);

  gtk_image_set_from_icon_name (self->icon, lt_job_text_icon (self->job));
  gtk_label_set_markup (self->title, title);
  gtk_label_set_label (self->caption, caption);
  gtk_label_set_label (self->left, left != NULL ? left : "");
  gtk_widget_set_visible (GTK_WIDGET (self->left), left != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->caption), haul_job_is_active (self->job) ? NULL : caption);
  update_style (self);
  update_bar (self);
  update_parts (self);
  update_first_button (self);
  update_second_button (self);
  update_countdown (self);
  update_accessible (self);
}

static gboolean
tick_cb (gpointer user_data)
{
  LtJobRow *self = user_data;

  if (is_ticking (self))
    {
      update (self);
      return G_SOURCE_CONTINUE;
    }
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
update_cb (gpointer user_data)
{
  LtJobRow *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* One update before the next frame, however many properties change; none for what nobody sees. */
static void
job_changed_cb (LtJobRow *self)
{
  if (self->update_id != 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->update_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_cb, self, NULL);
  g_source_set_name_by_id (self->update_id, "[long-tasks] update row");
}

void
lt_job_row_popup_menu (LtJobRow *self,
                       double    x,
                       double    y)
{
  GtkWidget *list;
  double list_x;
  double list_y;

  g_return_if_fail (LT_IS_JOB_ROW (self));

  list = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  if (self->job != NULL && list != NULL
      && gtk_widget_translate_coordinates (GTK_WIDGET (self), list, x, y, &list_x, &list_y))
    lt_job_menu_popup (self->job, list, (int) list_x, (int) list_y);
}

static void
row_pressed_cb (GtkGestureClick *gesture,
                int              n_press,
                double           x,
                double           y,
                LtJobRow        *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  lt_job_row_popup_menu (self, x, y);
}

static void
row_long_pressed_cb (GtkGestureLongPress *gesture,
                     double               x,
                     double               y,
                     LtJobRow            *self)
{
  lt_job_row_popup_menu (self, x, y);
}

static void
lt_job_row_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_job_row_parent_class)->map (widget);

  update (LT_JOB_ROW (widget));
}

static void
lt_job_row_unmap (GtkWidget *widget)
{
  LtJobRow *self = LT_JOB_ROW (widget);

  GTK_WIDGET_CLASS (lt_job_row_parent_class)->unmap (widget);

  g_clear_handle_id (&self->update_id, g_source_remove);
  update_tick (self);
}

static void
lt_job_row_dispose (GObject *object)
{
  LtJobRow *self = LT_JOB_ROW (object);
  GtkWidget *child;

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->pool_signals);
  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (self), LT_TYPE_JOB_ROW);
  /* The one child that is not bound to a name. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (lt_job_row_parent_class)->dispose (object);
}

static void
lt_job_row_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  LtJobRow *self = LT_JOB_ROW (object);

  switch ((LtJobRowProperty) prop_id)
    {
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_job_row_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  LtJobRow *self = LT_JOB_ROW (object);

  switch ((LtJobRowProperty) prop_id)
    {
    case PROP_JOB:
      lt_job_row_set_job (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_job_row_class_init (LtJobRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_job_row_dispose;
  object_class->get_property = lt_job_row_get_property;
  object_class->set_property = lt_job_row_set_property;
  widget_class->map = lt_job_row_map;
  widget_class->unmap = lt_job_row_unmap;

  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, HAUL_TYPE_JOB,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (LT_TYPE_COUNTDOWN);
  g_type_ensure (LT_TYPE_TILES);
  gtk_widget_class_set_css_name (widget_class, "job");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, icon);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, bar);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, parts_box);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, tiles);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, parts);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, caption);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, left);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, first_button);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, second_button);
  gtk_widget_class_bind_template_child (widget_class, LtJobRow, countdown);
  gtk_widget_class_bind_template_callback (widget_class, row_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_long_pressed_cb);
}

static void
lt_job_row_init (LtJobRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");

  self->signals = g_signal_group_new (HAUL_TYPE_JOB);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (job_changed_cb), self);
  g_signal_group_connect_swapped (self->signals, "ended", G_CALLBACK (job_changed_cb), self);
  self->pool_signals = g_signal_group_new (HAUL_TYPE_POOL);
  g_signal_group_connect_swapped (self->pool_signals, "notify::held", G_CALLBACK (job_changed_cb), self);
}

HaulJob *
lt_job_row_get_job (LtJobRow *self)
{
  g_return_val_if_fail (LT_IS_JOB_ROW (self), NULL);

  return self->job;
}

void
lt_job_row_set_job (LtJobRow *self,
                    HaulJob  *job)
{
  g_return_if_fail (LT_IS_JOB_ROW (self));
  g_return_if_fail (job == NULL || HAUL_IS_JOB (job));

  if (!g_set_object (&self->job, job))
    return;

  g_signal_group_set_target (self->signals, job);
  g_signal_group_set_target (self->pool_signals, job != NULL ? lt_jobs_find_pool (job) : NULL);
  lt_tiles_set_parts (self->tiles, job != NULL ? haul_job_get_parts (job) : NULL);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
}
