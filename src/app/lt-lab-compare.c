/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-compare.h"

#include <glib/gi18n.h>
#include <math.h>

#include "haul/haul.h"
#include "lab-compare-words.h"
#include "lt-settings.h"

/* Words among numbers: so wide they are at most, so that all of the sheet is seen in a usual window. */
#define VICTIMS_CHARS 26

struct _LtLabCompare
{
  AdwBin       parent_instance;

  AdwComboRow *task;
  GtkWidget   *run_button;
  GtkWidget   *stop_button;
  GtkWidget   *copy_button;
  GtkLabel    *status;
  GtkWidget   *sheet_card;
  GtkGrid     *sheet;

  LabCompare  *compare;    /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LtLabCompare, lt_lab_compare, ADW_TYPE_BIN)

static void
set_status (LtLabCompare *self,
            const char   *text)
{
  gtk_label_set_label (self->status, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static GtkWidget *
create_label (const char *text,
              const char *style,
              float       xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

/* The sheet for reports has units of its own, which do not depend on who looks. */
static char *
format_cell (LtLabCompare *self,
             LabWay        way,
             LabColumn     column)
{
  double memory = lab_compare_get_result (self->compare, way)->memory;

  if (column == LAB_COLUMN_MEMORY && !isnan (memory))
    return lt_settings_format_size ((guint64) memory);
  return lab_compare_format (self->compare, way, column);
}

static float
get_xalign (LabColumn column)
{
  return column == LAB_COLUMN_VICTIMS ? 0 : 1;
}

static void
add_cells (LtLabCompare *self,
           LabWay        way,
           int           row)
{
  for (LabColumn column = 0; column < LAB_N_COLUMNS; column++)
    {
      g_autofree char *text = format_cell (self, way, column);
      g_autofree char *name = g_strdup_printf ("%s, %s: %s", lab_way_get_title (way), lab_compare_get_column (column), text);
      GtkWidget *label = create_label (text, "numeric", get_xalign (column));

      gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
      if (column == LAB_COLUMN_VICTIMS)
        {
          gtk_label_set_wrap (GTK_LABEL (label), TRUE);
          gtk_label_set_width_chars (GTK_LABEL (label), VICTIMS_CHARS);
          gtk_label_set_max_width_chars (GTK_LABEL (label), VICTIMS_CHARS);
        }
      gtk_grid_attach (self->sheet, label, (int) column + 1, row, 1, 1);
    }
}

static void
add_way (LtLabCompare *self,
         LabWay        way)
{
  const LabWayResult *result = lab_compare_get_result (self->compare, way);
  GtkWidget *title = create_label (lab_way_get_title (way), "heading", 0);
  const char *text = result->state == LAB_WAY_RUNS ? _("running…") : "";
  int row = (int) way + 1;

  gtk_grid_attach (self->sheet, title, 0, row, 1, 1);
  if (result->state == LAB_WAY_DONE)
    {
      add_cells (self, way, row);
      return;
    }
  if (result->state == LAB_WAY_FAILED || result->state == LAB_WAY_SKIPPED)
    text = result->message;
  if (result->state == LAB_WAY_WAITS)
    gtk_widget_add_css_class (title, "dim-label");
  gtk_grid_attach (self->sheet, create_label (text, "dim-label", 0), 1, row, LAB_N_COLUMNS, 1);
}

static void
fill_sheet (LtLabCompare *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->sheet))) != NULL)
    gtk_grid_remove (self->sheet, child);
  for (LabColumn column = 0; column < LAB_N_COLUMNS; column++)
    gtk_grid_attach (self->sheet, create_label (lab_compare_get_column (column), "caption-heading", get_xalign (column)),
                     (int) column + 1, 0, 1, 1);
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    add_way (self, way);
}

static void
show_status (LtLabCompare *self,
             gboolean      running)
{
  for (LabWay way = 0; running && way < LAB_N_WAYS; way++)
    {
      if (lab_compare_get_result (self->compare, way)->state != LAB_WAY_RUNS)
        continue;
      set_status (self, way == LAB_WAY_WINDOW ? _("On the main loop: this window stops until it is done")
                                              : lab_way_get_title (way));
      return;
    }
  if (!running)
    set_status (self, lab_compare_get_result (self->compare, LAB_WAY_POOL)->state == LAB_WAY_DONE ? _("Done") : "");
}

static void
update (LtLabCompare *self)
{
  gboolean running = lab_compare_is_running (self->compare);
  gboolean had_focus = gtk_widget_has_focus (running ? self->run_button : self->stop_button);

  gtk_widget_set_visible (self->run_button, !running);
  gtk_widget_set_visible (self->stop_button, running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->task), !running);
  gtk_widget_set_visible (self->copy_button, !running);
  gtk_widget_set_visible (self->sheet_card, TRUE);
  if (had_focus)
    gtk_widget_grab_focus (running ? self->stop_button : self->run_button);
  show_status (self, running);
  fill_sheet (self);
}

static void
drop_compare (LtLabCompare *self)
{
  if (self->compare == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->compare, self);
  lab_compare_cancel (self->compare);
  g_clear_object (&self->compare);
}

static void
run_clicked_cb (LtLabCompare *self)
{
  (void) lt_lab_compare_start (self, NULL);
}

static void
copy_clicked_cb (LtLabCompare *self)
{
  g_autofree char *text = lab_compare_to_markdown (self->compare);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static gboolean
lt_lab_compare_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (LT_LAB_COMPARE (widget)->run_button);
}

static void
lt_lab_compare_dispose (GObject *object)
{
  drop_compare (LT_LAB_COMPARE (object));

  G_OBJECT_CLASS (lt_lab_compare_parent_class)->dispose (object);
}

static void
lt_lab_compare_class_init (LtLabCompareClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_lab_compare_dispose;
  widget_class->grab_focus = lt_lab_compare_grab_focus;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-compare.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, task);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, run_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, stop_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, copy_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, status);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, sheet_card);
  gtk_widget_class_bind_template_child (widget_class, LtLabCompare, sheet);
  gtk_widget_class_bind_template_callback (widget_class, run_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, lt_lab_compare_stop);
}

static void
lt_lab_compare_init (LtLabCompare *self)
{
  g_autoptr(GtkStringList) titles = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (const LabComparison *comparison = lab_comparisons; comparison->task != NULL; comparison++)
    gtk_string_list_append (titles, _(haul_task_lookup (comparison->task, NULL)->title));
  adw_combo_row_set_model (self->task, G_LIST_MODEL (titles));
}

GtkWidget *
lt_lab_compare_new (void)
{
  return g_object_new (LT_TYPE_LAB_COMPARE, NULL);
}

gboolean
lt_lab_compare_start (LtLabCompare *self,
                      const char   *task)
{
  g_autofree char *python = lt_settings_dup_python ();

  g_return_val_if_fail (LT_IS_LAB_COMPARE (self), FALSE);

  if (self->compare != NULL && lab_compare_is_running (self->compare))
    return FALSE;
  for (guint i = 0; task != NULL; i++)
    {
      if (lab_comparisons[i].task == NULL)
        return FALSE;
      if (!g_str_equal (lab_comparisons[i].task, task))
        continue;
      adw_combo_row_set_selected (self->task, i);
      break;
    }
  drop_compare (self);
  self->compare = lab_compare_new (&lab_comparisons[adw_combo_row_get_selected (self->task)], python);
  g_signal_connect_swapped (self->compare, "changed", G_CALLBACK (update), self);
  return lab_compare_start (self->compare);
}

void
lt_lab_compare_stop (LtLabCompare *self)
{
  g_return_if_fail (LT_IS_LAB_COMPARE (self));

  if (self->compare != NULL)
    lab_compare_cancel (self->compare);
}
