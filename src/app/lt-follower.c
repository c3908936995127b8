/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-follower.h"

struct _LtFollower
{
  GObject        parent_instance;

  GtkAdjustment *adjustment;   /* (owned) */
  double         end;          /* where the end was when we last looked */
  gboolean       holds;
  guint          follow_id;
};

G_DEFINE_FINAL_TYPE (LtFollower, lt_follower, G_TYPE_OBJECT)

static double
get_end (LtFollower *self)
{
  return gtk_adjustment_get_upper (self->adjustment) - gtk_adjustment_get_page_size (self->adjustment);
}

static gboolean
follow_cb (gpointer user_data)
{
  LtFollower *self = user_data;

  self->follow_id = 0;
  if (self->holds)
    gtk_adjustment_set_value (self->adjustment, get_end (self));
  return G_SOURCE_REMOVE;
}

/* Not at once: the adjustment changes in the middle of a size allocation. */
static void
changed_cb (LtFollower *self)
{
  self->end = get_end (self);
  if (!self->holds || self->follow_id != 0)
    return;
  self->follow_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, follow_cb, self, NULL);
  g_source_set_name_by_id (self->follow_id, "[long-tasks] follow");
}

static void
value_changed_cb (LtFollower *self)
{
  if (self->follow_id == 0)
    self->holds = gtk_adjustment_get_value (self->adjustment) >= self->end - 4;
}

static void
lt_follower_dispose (GObject *object)
{
  LtFollower *self = LT_FOLLOWER (object);

  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->adjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->adjustment, self);
  g_clear_object (&self->adjustment);

  G_OBJECT_CLASS (lt_follower_parent_class)->dispose (object);
}

static void
lt_follower_class_init (LtFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_follower_dispose;
}

static void
lt_follower_init (LtFollower *self)
{
  self->holds = TRUE;
}

LtFollower *
lt_follower_new (GtkScrolledWindow *window)
{
  LtFollower *self = g_object_new (LT_TYPE_FOLLOWER, NULL);

  self->adjustment = g_object_ref (gtk_scrolled_window_get_vadjustment (window));
  g_signal_connect_swapped (self->adjustment, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  return self;
}

void
lt_follower_follow (LtFollower *self)
{
  g_return_if_fail (LT_IS_FOLLOWER (self));

  self->holds = TRUE;
  changed_cb (self);
}
