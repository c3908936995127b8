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

/* Drawn by what draws the window, in light colours on white, as a document wants it. */
static GBytes *
render_png (GtkWidget             *widget,
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
  g_autoptr(GdkTexture) texture = NULL;
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
  return gdk_texture_save_to_png_bytes (texture);
}

GBytes *
lt_timeline_save_render (GtkWidget             *widget,
                         const LabTimelineRun  *runs,
                         guint                  n_runs,
                         gint64                 now,
                         const char            *format,
                         GError               **error)
{
  char *text;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  if (g_str_equal (format, "png"))
    return render_png (widget, runs, n_runs, now, error);
  if (g_str_equal (format, "svg"))
    text = lab_timeline_to_svg (runs, n_runs, now);
  else if (g_str_equal (format, "csv"))
    text = lab_timeline_to_csv (runs, n_runs, now);
  else
    text = lab_timeline_to_trace (runs, n_runs, now);
  return g_bytes_new_take (text, strlen (text));
}

/* What is to be written was made when it was asked for: later it would be another. */
static void
chosen_cb (GtkWidget *widget,
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
  GBytes *bytes = lt_timeline_save_render (widget, runs, n_runs, now, format, &error);
  g_autofree char *name = g_strdup_printf ("%s.%s", _("timeline"), format);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog;

  if (bytes == NULL)
    {
      if (LT_IS_WINDOW (root))
        lt_window_toast (LT_WINDOW (root), error->message, NULL, NULL);
      return;
    }
  dialog = lt_file_dialog_new (widget, GTK_FILE_CHOOSER_ACTION_SAVE, _("Export Timeline"), _("_Save"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  lt_file_dialog_ask (dialog, widget, chosen_cb, bytes, (GDestroyNotify) g_bytes_unref);
}
