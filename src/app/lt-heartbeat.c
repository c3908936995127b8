/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-heartbeat.h"

#include <glib/gi18n.h>

#include "lt-strip.h"

/* The strip is drawn anew after so many beats: five times a second looks alive and costs little. */
#define BEATS_A_DRAW   4
/* From here on people say that it hangs. */
#define FROZEN_MS      500
/* And so long it is said after it has passed. */
#define FROZEN_SHOW_US (6 * G_USEC_PER_SEC)

struct _LtHeartbeat
{
  GtkWidget      parent_instance;

  GtkStack      *wide;
  GtkWidget     *wide_quick;
  LtStrip       *strip;
  GtkLabel      *wide_label;
  GtkWidget     *wide_frozen;
  GtkLabel      *wide_frozen_label;
  GtkStack      *narrow;
  GtkLabel      *narrow_label;
  GtkWidget     *narrow_frozen;
  GtkLabel      *narrow_frozen_label;

  HaulHeartbeat *heart;        /* (owned) */
  guint          n_beats;
  int            shown;        /* ms in the label, -1 before the first */
  double         frozen_ms;    /* the last freeze, 0 for none to show */
  gint64         frozen_until;
};

G_DEFINE_FINAL_TYPE (LtHeartbeat, lt_heartbeat, GTK_TYPE_WIDGET)

/* "UI 4 ms", or after a freeze "UI frozen 3.2 s"; where there is little room the number alone. */
char *
lt_heartbeat_format (double   latency,
                     gboolean compact)
{
  g_autofree char *duration = haul_format_duration (latency / 1000);

  if (compact)
    return g_steal_pointer (&duration);
  if (latency < FROZEN_MS)
    /* Translators: how late the user interface is, short */
    return g_strdup_printf (_("UI %s"), duration);
  return g_strdup_printf (_("UI frozen %s"), duration);
}

/* One to a hundred milliseconds, each ten times more half of the height. */
float
lt_heartbeat_height (float latency)
{
  return CLAMP (log10f (MAX (latency, 1)) / 2, 0, 1);
}

static gboolean
is_animated (LtHeartbeat *self)
{
  gboolean enabled = TRUE;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &enabled, NULL);
  return enabled;
}

static void
set_text (GtkLabel   *label,
          const char *text,
          gboolean    reserve)
{
  gtk_label_set_label (label, text);
  if (reserve)
    gtk_label_set_width_chars (label, (int) g_utf8_strlen (text, -1));
}

/* The header bar must not move with every number: there is always room for the longest usual one, and
 * for a freeze as well, since a stack is as wide as the widest of what is in it. */
static void
reserve (LtHeartbeat *self)
{
  for (int compact = FALSE; compact <= TRUE; compact++)
    {
      g_autofree char *quick = lt_heartbeat_format (88, compact);
      g_autofree char *frozen = lt_heartbeat_format (8800, compact);

      set_text (compact ? self->narrow_label : self->wide_label, quick, TRUE);
      set_text (compact ? self->narrow_frozen_label : self->wide_frozen_label, frozen, TRUE);
    }
}

static void
update_label (LtHeartbeat *self)
{
  gboolean frozen = self->frozen_ms > 0;
  double latency = frozen ? self->frozen_ms : haul_heartbeat_get_latency (self->heart);
  g_autofree char *text = NULL;
  g_autofree char *number = NULL;
  g_autofree char *name = NULL;

  if ((int) (latency + 0.5) == self->shown)
    return;

  self->shown = (int) (latency + 0.5);
  text = lt_heartbeat_format (latency, FALSE);
  number = lt_heartbeat_format (latency, TRUE);
  name = g_strdup_printf (ngettext ("Window response %d millisecond", "Window response %d milliseconds", self->shown),
                          self->shown);
  set_text (frozen ? self->wide_frozen_label : self->wide_label, text, FALSE);
  set_text (frozen ? self->narrow_frozen_label : self->narrow_label, number, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, latency,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text,
                                  -1);
}

static void
set_frozen (LtHeartbeat *self,
            double       frozen_ms)
{
  gboolean frozen = frozen_ms > 0;

  self->frozen_ms = frozen_ms;
  gtk_stack_set_visible_child (self->wide, frozen ? self->wide_frozen : self->wide_quick);
  gtk_stack_set_visible_child (self->narrow, frozen ? self->narrow_frozen : GTK_WIDGET (self->narrow_label));
  if (frozen)
    gtk_widget_add_css_class (GTK_WIDGET (self), "frozen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "frozen");
}

static void
beat_cb (LtHeartbeat *self)
{
  float beats[LT_STRIP_N_BARS];
  float newest;

  haul_heartbeat_get_beats (self->heart, beats, LT_STRIP_N_BARS);
  newest = beats[LT_STRIP_N_BARS - 1];
  if (newest >= FROZEN_MS)
    {
      set_frozen (self, newest);
      self->frozen_until = g_get_monotonic_time () + FROZEN_SHOW_US;
    }
  else if (self->frozen_ms > 0 && g_get_monotonic_time () >= self->frozen_until)
    {
      set_frozen (self, 0);
    }

  if (++self->n_beats % BEATS_A_DRAW != 0 && newest < FROZEN_MS)
    return;
  update_label (self);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self->strip)))
    return;

  for (guint i = 0; i < LT_STRIP_N_BARS; i++)
    beats[i] = lt_heartbeat_height (beats[i]);
  lt_strip_set_heights (self->strip, beats);
}

static gboolean
lt_heartbeat_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  LtHeartbeat *self = LT_HEARTBEAT (widget);
  g_autofree char *text = g_strdup_printf (_("How Late This Window Answers, Worst So Far %.0f ms"),
                                           haul_heartbeat_get_worst (self->heart));

  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
lt_heartbeat_dispose (GObject *object)
{
  LtHeartbeat *self = LT_HEARTBEAT (object);

  if (self->heart != NULL)
    g_signal_handlers_disconnect_by_data (self->heart, self);
  g_clear_object (&self->heart);
  gtk_widget_dispose_template (GTK_WIDGET (self), LT_TYPE_HEARTBEAT);

  G_OBJECT_CLASS (lt_heartbeat_parent_class)->dispose (object);
}

static void
lt_heartbeat_class_init (LtHeartbeatClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_heartbeat_dispose;
  widget_class->query_tooltip = lt_heartbeat_query_tooltip;

  g_type_ensure (LT_TYPE_STRIP);
  gtk_widget_class_set_css_name (widget_class, "heartbeat");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-heartbeat.ui");
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, wide);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, wide_quick);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, strip);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, wide_label);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, wide_frozen);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, wide_frozen_label);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, narrow);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, narrow_label);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, narrow_frozen);
  gtk_widget_class_bind_template_child (widget_class, LtHeartbeat, narrow_frozen_label);
}

static void
lt_heartbeat_init (LtHeartbeat *self)
{
  self->shown = -1;
  self->heart = haul_heartbeat_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self->strip), is_animated (self));
  reserve (self);
  update_label (self);
  g_signal_connect_swapped (self->heart, "beat", G_CALLBACK (beat_cb), self);
}

HaulHeartbeat *
lt_heartbeat_get_heart (LtHeartbeat *self)
{
  g_return_val_if_fail (LT_IS_HEARTBEAT (self), NULL);

  return self->heart;
}

void
lt_heartbeat_set_compact (LtHeartbeat *self,
                          gboolean     compact)
{
  g_return_if_fail (LT_IS_HEARTBEAT (self));

  gtk_widget_set_visible (GTK_WIDGET (self->wide), !compact);
  gtk_widget_set_visible (GTK_WIDGET (self->narrow), compact);
}
