/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-result-view.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

struct _LtResultView
{
  AdwBin        parent_instance;

  GtkStack     *stack;
  GtkStack     *kinds;
  GtkWidget    *text_page;
  GtkTextView  *text;
  GtkPicture   *picture;
  GtkLabel     *empty;
  GtkLabel     *size;
  GtkButton    *copy_button;
  GtkButton    *save_button;

  HaulJob      *job;       /* (owned) (nullable) */
  GSignalGroup *signals;   /* (owned) of job */
  gsize         shown;     /* bytes of the result when it was last shown */
  guint         n_tiles;   /* of the picture that was last shown before there was a result */
  guint         update_id;
};

G_DEFINE_FINAL_TYPE (LtResultView, lt_result_view, ADW_TYPE_BIN)

/* A piece of the result; valid UTF-8 even where the cut goes through a character. */
static char *
dup_piece (HaulJob *job,
           gsize    offset,
           gsize    size)
{
  g_autofree char *buffer = g_malloc (size + 1);
  gsize got = haul_job_peek_result (job, offset, buffer, size);

  return g_utf8_make_valid (buffer, got);
}

char *
lt_result_view_preview (HaulJob *job)
{
  g_autofree char *head = NULL;
  g_autofree char *tail = NULL;
  g_autofree char *count = NULL;
  gsize size;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  size = haul_job_get_result_size (job);
  if (size <= LT_RESULT_HEAD + LT_RESULT_TAIL)
    return dup_piece (job, 0, size);

  head = dup_piece (job, 0, LT_RESULT_HEAD);
  tail = dup_piece (job, size - LT_RESULT_TAIL, LT_RESULT_TAIL);
  count = haul_format_count (size - LT_RESULT_HEAD - LT_RESULT_TAIL);
  /* Translators: the beginning of a long text, the number of characters left out, and its end */
  return g_strdup_printf (_("%s\n… %s more …\n%s"), head, count, tail);
}

static void
show_empty (LtResultView *self)
{
  const char *text = _("No result yet");

  if (self->job == NULL)
    text = "";
  else if (haul_job_get_error (self->job) != NULL && haul_job_get_verdict (self->job) != HAUL_VERDICT_CANCELLED)
    text = haul_job_get_error (self->job)->message;
  else if (!haul_job_is_active (self->job))
    text = _("No result");
  gtk_label_set_label (self->empty, text);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static void
show_image (LtResultView *self)
{
  g_autoptr(GBytes) bytes = haul_job_dup_result (self->job);
  g_autoptr(GdkTexture) texture = gdk_texture_new_from_bytes (bytes, NULL);

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_stack_set_visible_child (self->kinds, GTK_WIDGET (self->picture));
}

/* What there is of it so far. */
static void
show_tiles (LtResultView *self)
{
  guint width, height;
  g_autoptr(GBytes) pixels = haul_job_dup_picture (self->job, &width, &height);
  g_autoptr(GdkTexture) texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, pixels, 3 * (gsize) width);

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_stack_set_visible_child (self->kinds, GTK_WIDGET (self->picture));
  gtk_label_set_label (self->size, _("So far"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->copy_button), FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save_button), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "result");
}

GArray *
lt_result_view_measure (const char *text)
{
  GArray *lengths = g_array_new (FALSE, TRUE, sizeof (guint));
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) cells = g_strsplit (lines[i], "\t", -1);

      for (guint n = 0; cells[n] != NULL; n++)
        {
          if (n == lengths->len)
            g_array_set_size (lengths, n + 1);
          g_array_index (lengths, guint, n) = MAX (g_array_index (lengths, guint, n), g_utf8_strlen (cells[n], -1));
        }
    }
  return lengths;
}

/* A table is not wrapped, and its columns are as wide as they have to be. */
static void
set_columns (LtResultView *self,
             const char   *text)
{
  g_autoptr(GArray) lengths = lt_result_view_measure (text);
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self->text), "0");
  PangoTabArray *tabs = pango_tab_array_new (lengths->len, TRUE);
  int width, position = 0;

  pango_layout_get_pixel_size (layout, &width, NULL);
  for (guint i = 0; i < lengths->len; i++)
    {
      position += (g_array_index (lengths, guint, i) + 2) * width;
      pango_tab_array_set_tab (tabs, i, PANGO_TAB_LEFT, position);
    }
  gtk_text_view_set_tabs (self->text, tabs);
  pango_tab_array_free (tabs);
}

static void
show_text (LtResultView *self)
{
  g_autofree char *text = lt_result_view_preview (self->job);
  gboolean is_table = haul_job_get_task (self->job)->result == HAUL_RESULT_TABLE;

  gtk_text_view_set_wrap_mode (self->text, is_table ? GTK_WRAP_NONE : GTK_WRAP_CHAR);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->text_page),
                                  is_table ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  if (is_table)
    set_columns (self, text);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), text, -1);
  gtk_stack_set_visible_child (self->kinds, self->text_page);
}

static void
update_size (LtResultView *self,
             gsize         size)
{
  g_autofree char *count = haul_format_count (size);
  g_autofree char *text = NULL;

  if (haul_job_get_task (self->job)->result == HAUL_RESULT_IMAGE)
    text = lt_settings_format_size (size);
  else
    text = g_strdup_printf (ngettext ("%s character", "%s characters", size), count);
  gtk_label_set_label (self->size, text);
}

static void
update (LtResultView *self)
{
  gsize size;
  gboolean complete;

  if (self->job == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  size = haul_job_get_result_size (self->job);
  complete = !haul_job_is_active (self->job);
  if (!complete && haul_job_get_n_tiles (self->job) > 0)
    {
      if (self->n_tiles != haul_job_get_n_tiles (self->job))
        show_tiles (self);
      self->n_tiles = haul_job_get_n_tiles (self->job);
      return;
    }
  if (size == 0 || (haul_job_get_task (self->job)->result == HAUL_RESULT_IMAGE && !complete))
    {
      show_empty (self);
      return;
    }

  gtk_widget_set_sensitive (GTK_WIDGET (self->copy_button), complete);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save_button), complete);
  gtk_stack_set_visible_child_name (self->stack, "result");
  if (size == self->shown)
    return;

  self->shown = size;
  update_size (self, size);
  if (haul_job_get_task (self->job)->result == HAUL_RESULT_IMAGE)
    show_image (self);
  else
    show_text (self);
}

static gboolean
update_cb (gpointer user_data)
{
  LtResultView *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
job_changed_cb (LtResultView *self)
{
  if (self->update_id != 0)
    return;
  self->update_id = g_idle_add (update_cb, self);
  g_source_set_name_by_id (self->update_id, "[long-tasks] update result");
}

static void
lt_result_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_result_view_parent_class)->map (widget);

  update (LT_RESULT_VIEW (widget));
}

static void
lt_result_view_dispose (GObject *object)
{
  LtResultView *self = LT_RESULT_VIEW (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_result_view_parent_class)->dispose (object);
}

static void
lt_result_view_class_init (LtResultViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_result_view_dispose;
  widget_class->map = lt_result_view_map;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-result-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtResultView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, kinds);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, text_page);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, text);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, picture);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, empty);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, size);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, copy_button);
  gtk_widget_class_bind_template_child (widget_class, LtResultView, save_button);
}

static void
lt_result_view_init (LtResultView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (HAUL_TYPE_JOB);
  g_signal_group_connect_swapped (self->signals, "notify::result-size", G_CALLBACK (job_changed_cb), self);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (job_changed_cb), self);
}

/* The target first: an action without the one it wants is worth a warning to GTK. */
static void
bind_action (GtkButton  *button,
             const char *action,
             HaulJob    *job)
{
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", haul_job_get_id (job));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
}

void
lt_result_view_set_job (LtResultView *self,
                        HaulJob      *job)
{
  g_return_if_fail (LT_IS_RESULT_VIEW (self));

  if (!g_set_object (&self->job, job))
    return;

  self->shown = 0;
  self->n_tiles = 0;
  g_signal_group_set_target (self->signals, job);
  if (job == NULL)
    {
      show_empty (self);
      return;
    }

  bind_action (self->copy_button, "app.copy-result", job);
  bind_action (self->save_button, "app.save-result", job);
  update (self);
}
