/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-record-view.h"

#include <glib/gi18n.h>

#include "lt-follower.h"
#include "lt-records.h"

struct _LtRecordView
{
  AdwBin             parent_instance;

  GtkStack          *stack;
  GtkLabel          *empty;
  GtkWidget         *box;
  GtkSearchBar      *search_bar;
  GtkSearchEntry    *entry;
  GtkStack          *list_stack;
  GtkScrolledWindow *scroller;
  GtkWidget         *no_match;
  GtkLabel          *summary;

  gboolean           messages;    /* those of the pipe, not the log */
  char              *needle;      /* (owned) (nullable) what is looked for, case-folded; NULL for nothing */
  GtkFilter         *matcher;     /* (owned) of needle */
  GtkFilterListModel *filtered;   /* (owned) */
  GtkNoSelection    *selection;   /* (owned) what the list shows */
  HaulJob           *job;         /* (owned) (nullable) */
  GSignalGroup      *signals;     /* (owned) of the job's records */
  LtFollower        *follower;    /* (owned) */
};

typedef enum
{
  PROP_LIST = 1,
  PROP_EMPTY_TEXT,
  PROP_MESSAGES,
} LtRecordViewProperty;

static GParamSpec *properties[PROP_MESSAGES + 1];

G_DEFINE_FINAL_TYPE (LtRecordView, lt_record_view, ADW_TYPE_BIN)

static GListModel *
get_records (LtRecordView *self)
{
  return self->messages ? haul_job_get_messages (self->job) : haul_job_get_log (self->job);
}

static gboolean
match_cb (gpointer item,
          gpointer user_data)
{
  LtRecordView *self = user_data;

  return self->needle == NULL || lt_record_matches (item, self->needle);
}

/* What the ring had to let go of is said, not hidden. */
static char *
format_summary (LtRecordView *self,
                guint         n)
{
  guint64 all = self->messages ? haul_job_get_n_messages (self->job)
                               : n + haul_ring_get_dropped (HAUL_RING (haul_job_get_log (self->job)));
  g_autofree char *shown = haul_format_count (n);
  g_autofree char *total = haul_format_count (all);
  g_autofree char *found = NULL;
  guint n_found;

  if (self->needle != NULL)
    {
      n_found = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
      found = haul_format_count (n_found);
      /* Translators: two numbers: how many lines match what is looked for, and how many there are */
      return g_strdup_printf (_("%s of %s match"), found, shown);
    }
  if (all > n && self->messages)
    return g_strdup_printf (_("The last %s of %s messages"), shown, total);
  if (all > n)
    return g_strdup_printf (_("The last %s of %s lines"), shown, total);
  if (self->messages)
    return g_strdup_printf (ngettext ("%s message", "%s messages", n), shown);
  return g_strdup_printf (ngettext ("%s line", "%s lines", n), shown);
}

static void
update_pages (LtRecordView *self)
{
  guint n = self->job != NULL ? g_list_model_get_n_items (get_records (self)) : 0;
  guint n_found = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  g_autofree char *text = n > 0 ? format_summary (self, n) : NULL;

  gtk_stack_set_visible_child (self->list_stack, self->needle == NULL || n_found > 0
                               ? GTK_WIDGET (self->scroller) : self->no_match);
  gtk_stack_set_visible_child (self->stack, n > 0 ? self->box : GTK_WIDGET (self->empty));
  if (text != NULL)
    gtk_label_set_label (self->summary, text);
}

static void
search_changed_cb (LtRecordView *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  g_free (self->needle);
  self->needle = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  /* Without a filter nothing is looked at twice. */
  gtk_filter_list_model_set_filter (self->filtered, self->needle != NULL ? self->matcher : NULL);
  gtk_filter_changed (self->matcher, GTK_FILTER_CHANGE_DIFFERENT);
  update_pages (self);
  lt_follower_follow (self->follower);
}

/* Only what is seen is kept up to date: a job may write thousands of lines a second. */
static void
attach (LtRecordView *self)
{
  gboolean wanted = self->job != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));
  GListModel *records = wanted ? get_records (self) : NULL;

  if (wanted)
    lt_records_set_job (haul_job_get_id (self->job), haul_job_get_stamp (self->job, HAUL_STAMP_QUEUED));
  gtk_filter_list_model_set_model (self->filtered, records);
  g_signal_group_set_target (self->signals, records);
  update_pages (self);
  if (wanted)
    lt_follower_follow (self->follower);
}

static void
lt_record_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_record_view_parent_class)->map (widget);

  attach (LT_RECORD_VIEW (widget));
}

static void
lt_record_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_record_view_parent_class)->unmap (widget);

  attach (LT_RECORD_VIEW (widget));
}

static void
lt_record_view_dispose (GObject *object)
{
  LtRecordView *self = LT_RECORD_VIEW (object);

  g_clear_object (&self->follower);
  g_clear_object (&self->signals);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->matcher);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_record_view_parent_class)->dispose (object);
}

static void
lt_record_view_finalize (GObject *object)
{
  LtRecordView *self = LT_RECORD_VIEW (object);

  g_free (self->needle);

  G_OBJECT_CLASS (lt_record_view_parent_class)->finalize (object);
}

static void
lt_record_view_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  LtRecordView *self = LT_RECORD_VIEW (object);

  switch ((LtRecordViewProperty) prop_id)
    {
    case PROP_LIST:
      g_value_set_object (value, gtk_scrolled_window_get_child (self->scroller));
      break;

    case PROP_EMPTY_TEXT:
      g_value_set_string (value, gtk_label_get_label (self->empty));
      break;

    case PROP_MESSAGES:
      g_value_set_boolean (value, self->messages);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_record_view_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  LtRecordView *self = LT_RECORD_VIEW (object);
  GtkWidget *list;

  switch ((LtRecordViewProperty) prop_id)
    {
    case PROP_LIST:
      list = g_value_get_object (value);
      gtk_scrolled_window_set_child (self->scroller, list);
      if (list != NULL)
        g_object_set (list, "model", self->selection, NULL);
      break;

    case PROP_EMPTY_TEXT:
      gtk_label_set_label (self->empty, g_value_get_string (value));
      break;

    case PROP_MESSAGES:
      self->messages = g_value_get_boolean (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_record_view_class_init (LtRecordViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_record_view_dispose;
  object_class->finalize = lt_record_view_finalize;
  object_class->get_property = lt_record_view_get_property;
  object_class->set_property = lt_record_view_set_property;
  widget_class->map = lt_record_view_map;
  widget_class->unmap = lt_record_view_unmap;

  /* A GtkListView or a GtkColumnView. */
  properties[PROP_LIST] = g_param_spec_object ("list", NULL, NULL, GTK_TYPE_WIDGET,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_EMPTY_TEXT] = g_param_spec_string ("empty-text", NULL, NULL, NULL,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MESSAGES] = g_param_spec_boolean ("messages", NULL, NULL, FALSE,
                                                    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  lt_records_ensure ();
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-record-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, empty);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, box);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, entry);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, list_stack);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, scroller);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, no_match);
  gtk_widget_class_bind_template_child (widget_class, LtRecordView, summary);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
}

static void
lt_record_view_init (LtRecordView *self)
{
  self->matcher = GTK_FILTER (gtk_custom_filter_new (match_cb, self, NULL));
  self->filtered = gtk_filter_list_model_new (NULL, NULL);
  self->selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->filtered)));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->entry));

  self->follower = lt_follower_new (self->scroller);
  self->signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->signals, "items-changed", G_CALLBACK (update_pages), self);
}

void
lt_record_view_set_job (LtRecordView *self,
                        HaulJob      *job)
{
  g_return_if_fail (LT_IS_RECORD_VIEW (self));

  if (g_set_object (&self->job, job))
    attach (self);
}

void
lt_record_view_find (LtRecordView *self,
                     const char   *text)
{
  g_return_if_fail (LT_IS_RECORD_VIEW (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  if (text != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

const char *
lt_record_view_get_summary (LtRecordView *self)
{
  g_return_val_if_fail (LT_IS_RECORD_VIEW (self), NULL);

  return gtk_label_get_label (self->summary);
}
