/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-save.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "lab-timeline-export.h"
#include "lt-file-dialog.h"
#include "lt-save.h"
#include "lt-timeline-paint.h"

/* Of a picture, in units: what a page of a document has room for, twice as fine. */
#define PICTURE_WIDTH 960
#define PICTURE_SCALE 2

/* What is kept by the graphics card is not for other threads. */
static GdkTexture *
take_to_memory (GdkTexture *texture)   /* (transfer full) */
{
  gsize stride = 4 * (gsize) gdk_texture_get_width (texture);
  gsize size = stride * gdk_texture_get_height (texture);
  g_autoptr(GdkTexture) other = texture;
  g_autoptr(GBytes) bytes = NULL;
  guint8 *pixels;

  if (GDK_IS_MEMORY_TEXTURE (texture))
    return g_steal_pointer (&other);
  pixels = g_malloc (size);
  gdk_texture_download (texture, pixels, stride);
  bytes = g_bytes_new_take (pixels, size);
  return gdk_memory_texture_new (gdk_texture_get_width (texture), gdk_texture_get_height (texture), GDK_MEMORY_DEFAULT,
                                 bytes, stride);
}

/* Drawn by what draws the window, in light colours on white, as a document wants it. */
static GdkTexture *
render_texture (GtkWidget             *widget,
                const LabTimelineRun  *runs,
                guint                  n_runs,
                gint64                 now,
                GError               **error)
{
  const LabTimelineScale scale = {
    .now = now, .width = PICTURE_WIDTH, .rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL
  };
  g_autoptr(LabDrawing) drawing = lab_timeline_picture_new (runs, n_runs, &scale, NULL);
  g_autoptr(LtTimelinePaint) paint = lt_timeline_paint_new ();
  g_autoptr(GtkSnapshot) snapshot = gtk_snapshot_new ();
  double unit = lt_timeline_paint_get_unit (widget) * PICTURE_SCALE;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) ceil (lab_drawing_get_width (drawing) * unit),
                                               (float) ceil (lab_drawing_get_height (drawing) * unit));
  GtkNative *native = gtk_widget_get_native (widget);
  GdkTexture *texture;
  GskRenderNode *node;

  if (native == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED, _("the window is not there"));
      return NULL;
    }
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 1, 1, 1, 1 }, &bounds);
  gtk_snapshot_scale (snapshot, PICTURE_SCALE, PICTURE_SCALE);
  lt_timeline_paint_draw (paint, widget, snapshot, drawing, FALSE);
  node = gtk_snapshot_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (native), node, &bounds);
  gsk_render_node_unref (node);
  return take_to_memory (texture);
}

GBytes *
lt_timeline_save_render (GtkWidget             *widget,
                         const LabTimelineRun  *runs,
                         guint                  n_runs,
                         gint64                 now,
                         const char            *format,
                         GError               **error)
{
  g_autoptr(GdkTexture) texture = NULL;
  char *text;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  if (g_str_equal (format, "png"))
    {
      texture = render_texture (widget, runs, n_runs, now, error);
      return texture != NULL ? gdk_texture_save_to_png_bytes (texture) : NULL;
    }
  if (g_str_equal (format, "svg"))
    text = lab_timeline_to_svg (runs, n_runs, now);
  else if (g_str_equal (format, "csv"))
    text = lab_timeline_to_csv (runs, n_runs, now);
  else
    text = lab_timeline_to_trace (runs, n_runs, now);
  return g_bytes_new_take (text, strlen (text));
}

/* What is to be written was made when it was asked for: later it would be another. A picture is pressed into a file
 * once there is one, which takes a second for a few hundred rows. */

static void
encode_thread (GTask        *task,
               gpointer      source,
               gpointer      texture,
               GCancellable *cancellable)
{
  g_task_return_pointer (task, gdk_texture_save_to_png_bytes (texture), (GDestroyNotify) g_bytes_unref);
}

static void
encoded_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GFile) file = user_data;
  g_autoptr(GBytes) bytes = g_task_propagate_pointer (G_TASK (result), NULL);

  lt_save_bytes (GTK_WIDGET (source), bytes, file);
}

void
lt_timeline_save_picture (GtkWidget  *widget,
                          GFile      *file,
                          GdkTexture *texture)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (GDK_IS_TEXTURE (texture));

  task = g_task_new (widget, NULL, encoded_cb, g_object_ref (file));
  g_task_set_source_tag (task, lt_timeline_save_picture);
  g_task_set_name (task, "[long-tasks] picture of a timeline");
  g_task_set_task_data (task, g_object_ref (texture), g_object_unref);
  g_task_run_in_thread (task, encode_thread);
}

static void
picture_chosen_cb (GtkWidget *widget,
                   GFile     *file,
                   gpointer   texture)
{
  lt_timeline_save_picture (widget, file, texture);
}

static void
text_chosen_cb (GtkWidget *widget,
                GFile     *file,
                gpointer   bytes)
{
  lt_save_bytes (widget, bytes, file);
}

void
lt_timeline_save_ask (GtkWidget            *widget,
                      const LabTimelineRun *runs,
                      guint                 n_runs,
                      gint64                now,
                      const char           *format)
{
  g_autoptr(GError) error = NULL;
  gboolean is_picture = g_str_equal (format, "png");
  g_autofree char *name = g_strdup_printf ("%s.%s", _("timeline"), format);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog;
  gpointer made;

  if (is_picture)
    made = render_texture (widget, runs, n_runs, now, &error);
  else
    made = lt_timeline_save_render (widget, runs, n_runs, now, format, &error);
  if (made == NULL)
    {
      if (LT_IS_WINDOW (root))
        lt_window_toast (LT_WINDOW (root), error->message, NULL, NULL);
      return;
    }
  dialog = lt_file_dialog_new (widget, GTK_FILE_CHOOSER_ACTION_SAVE, _("Export Timeline"), _("_Save"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  if (is_picture)
    lt_file_dialog_ask (dialog, widget, picture_chosen_cb, made, g_object_unref);
  else
    lt_file_dialog_ask (dialog, widget, text_chosen_cb, made, (GDestroyNotify) g_bytes_unref);
}
