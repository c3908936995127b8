/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-process-column.h"
#include "lt-process-layout.h"
#include "lt-processes-view.h"

G_BEGIN_DECLS

/* The inside of the page of processes, for the files that make it up: lt-processes-view.c is the widget, with
 * its actions, lt-processes-columns.c has the columns, lt-processes-rows.c the rows below them, and
 * lt-processes-keys.c what can be done with the keys and the menu. */

struct _LtProcessesView
{
  AdwBin              parent_instance;

  GtkLabel           *scope_label;
  GtkSearchEntry     *entry;
  GtkWidget          *freeze_button;
  GtkInfoBar         *trouble;
  GtkLabel           *trouble_label;
  GMenu              *sort_menu;
  GMenu              *columns_menu;
  GtkStack           *stack;
  GtkWidget          *list_page;
  GtkWidget          *no_match_page;
  GtkColumnView      *view;        /* has no rows: it is the titles, their order and widths, and what sorts */
  GtkScrolledWindow  *scroller;
  GtkListView        *rows;
  GtkSingleSelection *selection;
  GtkEventControllerMotion *motion;
  GtkLabel           *summary;
  GtkButton          *resume;

  HaulProcessList    *list;        /* (owned) */
  LtProcessModel     *model;       /* (owned) */
  LtProcessLayout    *layout;      /* (owned) of the rows */
  HaulProcessInfo    *selected;    /* (owned) (nullable) */
  gboolean            arranging;   /* the selection changes because rows do */
  guint               sight_id;    /* a tick callback, 0 for none */
  GSimpleActionGroup *actions;     /* (owned) "processes" */
  GtkColumnViewColumn *columns[LT_PROCESS_N_COLUMNS];   /* (unowned) of view */
  int                 widths[LT_PROCESS_N_COLUMNS];     /* px, if nobody changes them; of the name the least */
  LtProcessColumn     sorted_by;   /* by the menu, LT_PROCESS_N_COLUMNS if it was not */
  GtkSortType         sort_order;
  guint               chosen;      /* a bit for each column that people want */
  GtkWidget          *menu;        /* (unowned) (weak) the one that is open */
  gint64              refreshed_at; /* µs, monotonic */
  guint               age_id;       /* while frozen: what says how old it is */
  guint               fold_id;
  gboolean            compact;
};

void     lt_processes_view_update_paused      (LtProcessesView       *self);

/* Makes them, and chooses those that people chose. */
void     lt_processes_view_add_columns        (LtProcessesView       *self);
/* Gives them the room that they need for what is usually in them. */
void     lt_processes_view_update_widths      (LtProcessesView       *self);
/* After other ones were chosen elsewhere. */
void     lt_processes_view_reload_columns     (LtProcessesView       *self);
void     lt_processes_view_add_column_actions (LtProcessesView       *self);

void     lt_processes_view_add_rows           (LtProcessesView       *self);
void     lt_processes_view_clear_rows         (LtProcessesView       *self);
/* In two lines, or not any more. */
void     lt_processes_view_fold_rows          (LtProcessesView       *self);
void     lt_processes_view_selected           (LtProcessesView       *self);

void     lt_processes_view_forget_menu        (LtProcessesView       *self);
void     lt_processes_view_right_click        (GtkGestureClick       *gesture,
                                               int                    n_press,
                                               double                 x,
                                               double                 y,
                                               LtProcessesView       *self);
void     lt_processes_view_long_press         (GtkGestureLongPress   *gesture,
                                               double                 x,
                                               double                 y,
                                               LtProcessesView       *self);
gboolean lt_processes_view_key_pressed        (GtkEventControllerKey *controller,
                                               guint                  key,
                                               guint                  code,
                                               GdkModifierType        state,
                                               LtProcessesView       *self);
/* Return, or a double click: its job, if it has one. */
void     lt_processes_view_activate           (LtProcessesView       *self,
                                               guint                  position);

G_END_DECLS
