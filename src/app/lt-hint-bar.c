/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-hint-bar.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

/* When the second hint comes. */
#define CONTROL_AFTER_MS 5000

typedef enum
{
  HINT_PROCESS,
  HINT_CONTROL,
  HINT_DONE,
  N_HINTS
} Hint;

static const char * const names[N_HINTS] = { "process", "control", "done" };

struct _LtHintBar
{
  AdwBin        parent_instance;

  GtkRevealer  *revealer;
  GtkLabel     *label;
  GtkWidget    *timeline_button;

  HaulJob      *job;          /* (owned) (nullable) the one that the hints are about */
  GSignalGroup *signals;      /* (owned) of job */
  Hint          hint;         /* the one that is shown; N_HINTS for none */
  guint         control_id;
};

G_DEFINE_FINAL_TYPE (LtHintBar, lt_hint_bar, ADW_TYPE_BIN)

static char *
format_hint (LtHintBar *self,
             Hint       hint)
{
  g_autofree char *count = NULL;
  g_autofree char *elapsed = NULL;
  const char *unit = haul_job_get_task (self->job)->unit;

  switch (hint)
    {
    case HINT_PROCESS:
      return g_strdup_printf (_("Runs as process %d. Try dragging this window."), haul_job_get_pid (self->job));

    case HINT_CONTROL:
      return g_strdup (_("Pause or cancel any time."));

    case HINT_DONE:
    case N_HINTS:
    default:
      count = haul_format_count (haul_job_get_done (self->job));
      elapsed = haul_format_duration (haul_job_get_elapsed (self->job));
      /* Translators: a number, a plural noun and a time, "That was 3,000 digits in 19.8 s." */
      return g_strdup_printf (_("That was %s %s in %s."), count, unit != NULL ? _(unit) : "", elapsed);
    }
}

/* A hint that makes way for the next was seen, and does not come again. */
static void
show (LtHintBar *self,
      Hint       hint)
{
  g_autofree char *text = NULL;

  if (self->hint < N_HINTS)
    lt_settings_finish_hint (names[self->hint]);
  self->hint = N_HINTS;
  if (lt_settings_is_hint_done (names[hint]))
    {
      gtk_revealer_set_reveal_child (self->revealer, FALSE);
      return;
    }

  self->hint = hint;
  text = format_hint (self, hint);
  gtk_widget_set_visible (self->timeline_button, hint == HINT_DONE);
  /* The name last: an action that wants a number is not to be had without one. */
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->timeline_button), "u", haul_job_get_id (self->job));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->timeline_button), "app.show-in-timeline");
  gtk_label_set_label (self->label, text);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

static gboolean
control_cb (gpointer user_data)
{
  LtHintBar *self = user_data;

  self->control_id = 0;
  show (self, HINT_CONTROL);
  return G_SOURCE_REMOVE;
}

static void
pid_changed_cb (LtHintBar *self)
{
  if (haul_job_get_pid (self->job) == 0 || self->control_id != 0)
    return;

  show (self, HINT_PROCESS);
  self->control_id = g_timeout_add (CONTROL_AFTER_MS, control_cb, self);
  g_source_set_name_by_id (self->control_id, "[long-tasks] next hint");
}

static void
ended_cb (LtHintBar *self)
{
  g_clear_handle_id (&self->control_id, g_source_remove);
  if (haul_job_get_verdict (self->job) == HAUL_VERDICT_DONE)
    show (self, HINT_DONE);
  else
    gtk_revealer_set_reveal_child (self->revealer, FALSE);
  g_signal_group_set_target (self->signals, NULL);
  g_clear_object (&self->job);
}

static void
close_clicked_cb (LtHintBar *self)
{
  if (self->hint < N_HINTS)
    lt_settings_finish_hint (names[self->hint]);
  self->hint = N_HINTS;
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

static void
lt_hint_bar_dispose (GObject *object)
{
  LtHintBar *self = LT_HINT_BAR (object);

  g_clear_handle_id (&self->control_id, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_hint_bar_parent_class)->dispose (object);
}

static void
lt_hint_bar_class_init (LtHintBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_hint_bar_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-hint-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LtHintBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, LtHintBar, label);
  gtk_widget_class_bind_template_child (widget_class, LtHintBar, timeline_button);
  gtk_widget_class_bind_template_callback (widget_class, close_clicked_cb);
}

static void
lt_hint_bar_init (LtHintBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->hint = N_HINTS;
  self->signals = g_signal_group_new (HAUL_TYPE_JOB);
  g_signal_group_connect_swapped (self->signals, "notify::pid", G_CALLBACK (pid_changed_cb), self);
  g_signal_group_connect_swapped (self->signals, "ended", G_CALLBACK (ended_cb), self);
}

void
lt_hint_bar_follow (LtHintBar *self,
                    HaulJob   *job)
{
  g_return_if_fail (LT_IS_HINT_BAR (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  if (self->job != NULL || !haul_job_is_active (job))
    return;

  self->job = g_object_ref (job);
  g_signal_group_set_target (self->signals, job);
  pid_changed_cb (self);
}
