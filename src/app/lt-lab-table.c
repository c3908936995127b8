/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-table.h"

#include <glib/gi18n.h>

#include "haul/haul.h"
#include "lab-table.h"
#include "lab-timeline-picture.h"

/* What is more than that is counted. */
#define MAX_ROWS 200

static GtkWidget *
create_label (const char *text,
              const char *style,
              float       xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_widget_set_halign (label, xalign > 0 ? GTK_ALIGN_END : GTK_ALIGN_START);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkGrid *
create_grid (const char *name)
{
  GtkGrid *grid = g_object_new (GTK_TYPE_GRID, "accessible-role", GTK_ACCESSIBLE_ROLE_TABLE, NULL);

  gtk_grid_set_column_spacing (grid, 24);
  gtk_grid_set_row_spacing (grid, 6);
  gtk_widget_add_css_class (GTK_WIDGET (grid), "lab-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (grid), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return grid;
}

/* Wide ones are scrolled, rather than that the window gets wider. */
static GtkWidget *
wrap (GtkGrid *grid)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (grid));
  return scrolled;
}

/* The same cell of another table, which need not have the same rows and columns; NULL where it has none. */
static const char *
find_cell (const LabTable *table,
           const char     *item,
           const char     *measure)
{
  for (guint row = 1; table != NULL && row < lab_table_get_n_rows (table); row++)
    {
      if (!g_str_equal (lab_table_get (table, row, 0), item))
        continue;
      for (guint column = 1; column < lab_table_get_n_columns (table); column++)
        if (g_str_equal (lab_table_get (table, 0, column), measure))
          return lab_table_get (table, row, column);
    }
  return NULL;
}

/* The number, and below it the one from before. */
static GtkWidget *
create_cell (const char *item,
             const char *measure,
             const char *value,
             const char *earlier)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = create_label (value, "numeric", 1);
  g_autofree char *name = g_strdup_printf ("%s, %s: %s", item, measure, value);
  g_autofree char *text = NULL;

  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), label);
  if (earlier == NULL)
    return box;

  /* Translators: the number that was found before something was changed */
  text = g_strdup_printf (_("before: %s"), earlier);
  label = create_label (text, "caption", 1);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

GtkWidget *
lt_lab_table_new_numbers (const LabExperiment *experiment,
                          LabFindings         *findings,
                          LabFindings         *earlier)
{
  GtkGrid *grid = create_grid (_("What was found"));
  g_autoptr(LabTable) table = lab_table_new (experiment, findings);
  g_autoptr(LabTable) before = earlier != NULL ? lab_table_new (experiment, earlier) : NULL;
  guint n_rows = MIN (lab_table_get_n_rows (table), MAX_ROWS);

  for (guint column = 1; column < lab_table_get_n_columns (table); column++)
    gtk_grid_attach (grid, create_label (lab_table_get (table, 0, column), "caption-heading", 1), (int) column, 0, 1, 1);
  for (guint row = 1; row < n_rows; row++)
    {
      const char *item = lab_table_get (table, row, 0);

      gtk_grid_attach (grid, create_label (item, NULL, 0), 0, (int) row, 1, 1);
      for (guint column = 1; column < lab_table_get_n_columns (table); column++)
        {
          const char *measure = lab_table_get (table, 0, column);
          GtkWidget *cell = create_cell (item, measure, lab_table_get (table, row, column), find_cell (before, item, measure));

          gtk_grid_attach (grid, cell, (int) column, (int) row, 1, 1);
        }
    }
  return wrap (grid);
}

static int
add_row (GtkGrid    *grid,
         int         row,
         const char *lane,
         const char *what,
         gint64      from,
         gint64      to)
{
  g_autofree char *start = haul_format_duration ((double) from / G_USEC_PER_SEC);
  g_autofree char *end = to > from ? haul_format_duration ((double) to / G_USEC_PER_SEC) : g_strdup ("");
  const char *cells[] = { lane, what, start, end };

  for (int i = 0; i < (int) G_N_ELEMENTS (cells); i++)
    gtk_grid_attach (grid, create_label (cells[i], i < 2 ? NULL : "numeric", i < 2 ? 0 : 1), i, row, 1, 1);
  return row + 1;
}

static int
add_lane (GtkGrid      *grid,
          int           row,
          HaulLane     *lane,
          gint64        end)
{
  const char *title = haul_lane_get_title (lane);

  for (guint i = 0; i < haul_lane_get_n_spans (lane) && row <= MAX_ROWS; i++)
    {
      const HaulSpan *span = haul_lane_get_span (lane, i);

      row = add_row (grid, row, title, lab_span_kind_get_title (span->kind), span->start, span->end >= span->start ? span->end : end);
    }
  for (guint i = 0; i < haul_lane_get_n_marks (lane) && row <= MAX_ROWS; i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);
      gboolean is_named = mark->text != NULL && *mark->text != '\0';

      row = add_row (grid, row, title, is_named ? mark->text : lab_mark_kind_get_title (mark->kind), mark->at, 0);
    }
  return row;
}

GtkWidget *
lt_lab_table_new_lanes (HaulTimeline *timeline)
{
  GtkGrid *grid = create_grid (_("Who was at what, and when"));
  const char *titles[] = { _("Who"), _("What"), _("From"), _("To") };
  int row = 1;

  for (int i = 0; i < (int) G_N_ELEMENTS (titles); i++)
    gtk_grid_attach (grid, create_label (titles[i], "caption-heading", i < 2 ? 0 : 1), i, 0, 1, 1);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      row = add_lane (grid, row, lane, haul_timeline_get_end (timeline));
    }
  if (row > MAX_ROWS)
    gtk_grid_attach (grid, create_label (_("Only the first of many are listed"), "dim-label", 0), 0, row, 4, 1);
  return wrap (grid);
}
