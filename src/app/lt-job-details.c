/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-details.h"

#include <glib/gi18n.h>

#include "lt-facts-view.h"
#include "lt-job-text.h"
#include "lt-life-strip.h"
#include "lt-jobs.h"
#include "lt-parts-view.h"
#include "lt-pool-view.h"
#include "lt-record-view.h"
#include "lt-result-view.h"

struct _LtJobDetails
{
  AdwBin         parent_instance;

  GtkStack      *stack;
  AdwViewStack  *pages;
  AdwViewStackPage *messages_page;
  AdwViewStackPage *parts_page;
  AdwViewStackPage *pool_page;
  GtkLabel      *title;
  GtkLabel      *summary;
  LtLifeStrip   *life;
  LtResultView  *result;
  LtRecordView  *log;
  LtRecordView  *messages;
  LtPartsView   *parts;
  LtPoolView    *pool;
  LtFactsView   *details;

  HaulJob       *job;        /* (owned) (nullable) */
  GSignalGroup  *signals;    /* (owned) of job */
};

G_DEFINE_FINAL_TYPE (LtJobDetails, lt_job_details, ADW_TYPE_BIN)

/* In the order of the strip: what it does not say. */
static char *
format_summary (HaulJob *job)
{
  GString *text = g_string_new (lt_job_text_executor (job));
  g_autofree char *exit = lt_job_text_exit (job);
  g_autofree char *elapsed = NULL;

  if (haul_job_get_pid (job) > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, _("pid %d"), haul_job_get_pid (job));
    }
  if (haul_job_is_active (job))
    return g_string_free (text, FALSE);

  if (exit != NULL)
    g_string_append_printf (text, " · %s", exit);
  if (haul_job_get_stamp (job, HAUL_STAMP_STARTED) > 0)
    {
      elapsed = haul_format_duration (haul_job_get_elapsed (job));
      g_string_append_printf (text, " · %s", elapsed);
    }
  if (haul_job_get_error (job) != NULL && haul_job_get_verdict (job) != HAUL_VERDICT_CANCELLED)
    {
      const char *message = haul_job_get_error (job)->message;

      g_string_append_c (text, '\n');
      g_string_append_unichar (text, g_unichar_totitle (g_utf8_get_char (message)));
      g_string_append (text, g_utf8_next_char (message));
    }
  return g_string_free (text, FALSE);
}

static void
update (LtJobDetails *self)
{
  g_autofree char *summary = NULL;

  if (self->job == NULL)
    return;

  summary = format_summary (self->job);
  gtk_label_set_label (self->title, haul_job_get_title (self->job));
  gtk_label_set_label (self->summary, summary);
  lt_life_strip_refresh (self->life);
  lt_parts_view_refresh (self->parts);
}

static void
lt_job_details_dispose (GObject *object)
{
  LtJobDetails *self = LT_JOB_DETAILS (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_job_details_parent_class)->dispose (object);
}

static void
lt_job_details_class_init (LtJobDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_job_details_dispose;

  g_type_ensure (LT_TYPE_FACTS_VIEW);
  g_type_ensure (LT_TYPE_LIFE_STRIP);
  g_type_ensure (LT_TYPE_PARTS_VIEW);
  g_type_ensure (LT_TYPE_POOL_VIEW);
  g_type_ensure (LT_TYPE_RECORD_VIEW);
  g_type_ensure (LT_TYPE_RESULT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-job-details.ui");
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, stack);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, pages);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, title);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, summary);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, life);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, result);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, log);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, messages);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, parts);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, pool);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, messages_page);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, parts_page);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, pool_page);
  gtk_widget_class_bind_template_child (widget_class, LtJobDetails, details);
}

static void
lt_job_details_init (LtJobDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (HAUL_TYPE_JOB);
  /* Whatever changes: some steps of a life, as TERM sent, come with no state of their own. */
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "ended", G_CALLBACK (update), self);
}

/* A job has a pipe of its own, or the workers of a pool have theirs. */
static void
set_pool (LtJobDetails     *self,
          HaulPoolExecutor *executor)
{
  lt_parts_view_set_parts (self->parts, executor != NULL ? haul_job_get_parts (self->job) : NULL);
  lt_pool_view_set_executor (self->pool, executor);
  adw_view_stack_page_set_visible (self->parts_page, executor != NULL);
  adw_view_stack_page_set_visible (self->pool_page, executor != NULL);
  adw_view_stack_page_set_visible (self->messages_page, executor == NULL);
}

HaulJob *
lt_job_details_get_job (LtJobDetails *self)
{
  g_return_val_if_fail (LT_IS_JOB_DETAILS (self), NULL);

  return self->job;
}

void
lt_job_details_set_job (LtJobDetails *self,
                        HaulJob      *job)
{
  g_return_if_fail (LT_IS_JOB_DETAILS (self));

  if (!g_set_object (&self->job, job))
    return;

  g_signal_group_set_target (self->signals, job);
  gtk_stack_set_visible_child_name (self->stack, job != NULL ? "job" : "none");
  lt_life_strip_set_job (self->life, job);
  lt_result_view_set_job (self->result, job);
  lt_record_view_set_job (self->log, job);
  lt_record_view_set_job (self->messages, job);
  lt_facts_view_set_job (self->details, job);
  set_pool (self, job != NULL ? lt_jobs_find_pool_executor (job) : NULL);
  update (self);
}

void
lt_job_details_set_page (LtJobDetails *self,
                         const char   *name)
{
  g_return_if_fail (LT_IS_JOB_DETAILS (self));

  if (adw_view_stack_get_child_by_name (self->pages, name) != NULL)
    adw_view_stack_set_visible_child_name (self->pages, name);
}

void
lt_job_details_find (LtJobDetails *self)
{
  const char *page = adw_view_stack_get_visible_child_name (self->pages);

  g_return_if_fail (LT_IS_JOB_DETAILS (self));

  if (g_strcmp0 (page, "messages") == 0)
    {
      lt_record_view_find (self->messages, NULL);
      return;
    }
  adw_view_stack_set_visible_child_name (self->pages, "log");
  lt_record_view_find (self->log, NULL);
}
