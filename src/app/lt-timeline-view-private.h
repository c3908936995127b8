/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-speedup.h"
#include "lt-timeline-table.h"
#include "lt-timeline-view.h"

G_BEGIN_DECLS

/* The inside of the view: lt-timeline-view.c is the widget, and goes along with the time; lt-timeline-choice.c has it
 * show what people have chosen. */

struct _LtTimelineView
{
  AdwBin             parent_instance;

  GtkStack          *stack;
  GtkWidget         *empty_page;
  GtkWidget         *start_button;
  GtkWidget         *content;
  GtkDropDown       *run;
  GtkDropDown       *compare;
  GtkStringList     *run_names;
  GtkStringList     *compare_names;
  GtkWidget         *follow_button;
  GtkWidget         *speedup_button;
  LtSpeedup         *speedup;
  GtkWidget         *legend_button;
  GtkWidget         *legend;
  GtkStack          *pages;
  GtkScrolledWindow *picture_page;
  GtkWidget         *table_page;
  LtTimelineCanvas  *canvas;
  GtkColumnView     *rows;
  GtkLabel          *status;
  GtkLabel          *shown;

  LtTimelineRecord  *record;     /* (owned) */
  LtTimelineTable   *table;      /* (owned) */
  GPtrArray         *jobs;       /* (owned) of HaulJob: those that can be chosen */
  GByteArray        *states;     /* (owned) of HaulJobState: what they were when they were named */
  HaulJob           *job;        /* (owned) (nullable) that is shown; NULL for now */
  HaulJob           *other;      /* (owned) (nullable) and compared with it */
  gboolean           filling;    /* what can be chosen */
  gboolean           grows;      /* a run that was chosen is not over, or was not when it was shown */
  gboolean           as_table;
  gboolean           compact;
  gint64             tabled_at;  /* µs */
  gint64             grown_at;   /* µs */
  guint              tick_id;
  guint              fold_id;
  guint              speedup_id;
};

/* What can be chosen, and what was. */
void lt_timeline_view_update_choices (LtTimelineView *self);
void lt_timeline_view_take_choice    (LtTimelineView *self);
void lt_timeline_view_choose         (LtTimelineView *self,
                                      GtkDropDown    *drop_down,
                                      HaulJob        *job);    /* (nullable) */
/* Has the canvas show it. */
void lt_timeline_view_show           (LtTimelineView *self);
/* Runs that were chosen before they are over, as they are by now. */
void lt_timeline_view_grow           (LtTimelineView *self);

/* Whether time goes on in what is shown. */
void lt_timeline_view_update_ticking (LtTimelineView *self);
void lt_timeline_view_update_page    (LtTimelineView *self);
void lt_timeline_view_update_table   (LtTimelineView *self);
void lt_timeline_view_update_labels  (LtTimelineView *self);
/* What more workers were good for: of the run that is shown, or the last of which that can be said. */
void lt_timeline_view_update_speedup (LtTimelineView *self);

G_END_DECLS
