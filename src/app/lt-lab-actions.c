/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-actions.h"

static LtWindow *
get_window (LtApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *link = windows; link != NULL; link = link->next)
    if (LT_IS_WINDOW (link->data))
      return link->data;
  return NULL;
}

/* The Lab, with a window around it; NULL where there can be none. */
static LtLabView *
show_lab (LtApplication *self)
{
  /* Called from elsewhere there may be no window yet. */
  if (get_window (self) == NULL)
    g_application_activate (G_APPLICATION (self));
  if (get_window (self) == NULL)
    return NULL;
  g_action_group_activate_action (G_ACTION_GROUP (get_window (self)), "view", g_variant_new_string ("lab"));
  return lt_window_get_lab_view (get_window (self));
}

static void
tell (LtApplication *self,
      const GError  *error)
{
  if (get_window (self) != NULL)
    lt_window_toast (get_window (self), error->message, NULL, NULL);
}

static void
lab_open_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  LtLabView *view = show_lab (user_data);
  const char *id = g_variant_get_string (parameter, NULL);
  g_autoptr(GError) error = NULL;

  if (view == NULL)
    return;
  if (*id == '\0')
    lt_lab_view_open_gallery (view);
  else if (lt_lab_view_open (view, id, &error) == NULL)
    tell (user_data, error);
}

static void
lab_run_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  LtLabView *view = show_lab (user_data);
  g_autoptr(GError) error = NULL;

  if (view != NULL && !lt_lab_view_run (view, g_variant_get_string (parameter, NULL), &error))
    tell (user_data, error);
}

static void
lab_stop_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  LtWindow *window = get_window (user_data);

  if (window != NULL)
    lt_lab_view_stop (lt_window_get_lab_view (window));
}

static void
lab_lesson_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (g_variant_get_string (parameter, NULL));
  LtLabView *view = show_lab (user_data);

  if (view != NULL)
    lt_lab_view_open_lesson (view, file);
}

static void
lab_compare_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  LtLabView *view = show_lab (user_data);

  if (view != NULL && !lt_lab_view_compare (view, g_variant_get_string (parameter, NULL)))
    g_message ("“%s” is not compared", g_variant_get_string (parameter, NULL));
}

static const GActionEntry entries[] = {
  { "lab-open", lab_open_cb, "s" },
  { "lab-run", lab_run_cb, "s" },
  { "lab-stop", lab_stop_cb },
  { "lab-lesson", lab_lesson_cb, "s" },
  { "lab-compare", lab_compare_cb, "s" },
};

void
lt_lab_actions_add (LtApplication *application)
{
  g_return_if_fail (LT_IS_APPLICATION (application));

  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
}
