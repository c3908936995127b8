/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-process-column.h"
#include "lt-processes-view.h"

G_BEGIN_DECLS

/* The inside of the page of processes, for the files that make it up: lt-processes-view.c is the widget, with
 * its list, menu and keys, and lt-processes-columns.c has the columns. */

struct _LtProcessesView
{
  AdwBin              parent_instance;

  GtkLabel           *scope_label;
  GtkSearchEntry     *entry;
  GtkWidget          *freeze_button;
  GtkStack           *stack;
  GtkWidget          *list_page;
  GtkWidget          *no_match_page;
  GtkColumnView      *view;
  GtkSingleSelection *selection;
  GtkEventControllerMotion *motion;
  GtkLabel           *summary;
  GtkButton          *resume;

  HaulProcessList    *list;        /* (owned) */
  LtProcessModel     *model;       /* (owned) */
  GSimpleActionGroup *actions;     /* (owned) "processes" */
  GtkColumnViewColumn *columns[LT_PROCESS_N_COLUMNS];   /* (unowned) of view */
  guint               chosen;      /* a bit for each column that people want */
  GtkWidget          *menu;        /* (unowned) (weak) the one that is open */
  guint               fold_id;
  gboolean            compact;
};

/* Makes them, and chooses those that people chose. */
void lt_processes_view_add_columns        (LtProcessesView  *self);
/* Shows those that are chosen and that there is room for. */
void lt_processes_view_update_columns     (LtProcessesView  *self);
void lt_processes_view_add_column_actions (LtProcessesView  *self);

G_END_DECLS
