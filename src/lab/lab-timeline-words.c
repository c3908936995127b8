/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "haul/parent/haul-format.h"
#include "lab-timeline-picture.h"

const char *
lab_span_kind_get_title (HaulSpanKind kind)
{
  static const char * const titles[HAUL_N_SPAN_KINDS] = {
    [HAUL_SPAN_STARTING] = N_("starting"),
    [HAUL_SPAN_WORKING] = N_("working"),
    [HAUL_SPAN_WAITING] = N_("waiting"),
    [HAUL_SPAN_PAUSED] = N_("paused"),
    [HAUL_SPAN_ZOMBIE] = N_("exited, not joined"),
  };

  return _(titles[kind]);
}

const char *
lab_mark_kind_get_title (HaulMarkKind kind)
{
  static const char * const titles[HAUL_N_MARK_KINDS] = {
    [HAUL_MARK_SIGNAL] = N_("signal"),
    [HAUL_MARK_MESSAGE] = N_("message"),
    [HAUL_MARK_EXIT] = N_("exit"),
    [HAUL_MARK_JOIN] = N_("joined"),
  };

  return _(titles[kind]);
}

LabInk
lab_span_kind_get_ink (HaulSpanKind kind)
{
  return LAB_INK_STARTING + (kind - HAUL_SPAN_STARTING);
}

/* As many digits after the point as tell two neighbours apart. */
char *
lab_timeline_format_time (gint64 at,
                          gint64 step)
{
  double seconds = at / (double) G_USEC_PER_SEC;
  int n_digits = step >= G_USEC_PER_SEC ? 0 : (int) ceil (-log10 (step / (double) G_USEC_PER_SEC) - 1e-9);

  if (step >= G_USEC_PER_SEC && ABS (at) >= 120 * (gint64) G_USEC_PER_SEC)
    {
      gint64 whole = at / G_USEC_PER_SEC;

      if (whole >= 3600)
        return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", whole / 3600, (int) (whole / 60 % 60), (int) (whole % 60));
      return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d", whole / 60, (int) (whole % 60));
    }
  /* TRANSLATORS: seconds, on the axis of a timeline */
  return g_strdup_printf (_("%.*f s"), MIN (n_digits, 6), seconds);
}

/* What is short is told exactly. */
static gint64
get_precision (gint64 duration)
{
  if (duration >= G_USEC_PER_SEC)
    return G_USEC_PER_SEC / 10;
  return duration >= 10 * 1000 ? 1000 : 10;
}

char *
lab_span_describe (const HaulSpan *span,
                   gint64          now)
{
  gint64 end = lab_span_get_end (span, now);
  int n_digits = (int) round (-log10 (get_precision (end - span->start) / (double) G_USEC_PER_SEC));

  /* TRANSLATORS: what a worker is at, and from when to when: “working 0.0 to 12.4 s” */
  return g_strdup_printf (_("%s %.*f to %.*f s"), lab_span_kind_get_title (span->kind),
                          n_digits, span->start / (double) G_USEC_PER_SEC, n_digits, end / (double) G_USEC_PER_SEC);
}

static guint
count_workers (HaulTimeline *timeline)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      n += haul_lane_get_kind (lane) == HAUL_LANE_WORKER;
    }
  return n;
}

char *
lab_timeline_describe (const LabTimelineRun *runs,
                       guint                 n_runs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_runs; i++)
    {
      guint n = count_workers (runs[i].timeline);
      gint64 end = runs[i].end > 0 ? runs[i].end : haul_timeline_get_end (runs[i].timeline);
      g_autofree char *duration = haul_format_duration (end / (double) G_USEC_PER_SEC);

      if (runs[i].title != NULL)
        g_string_append_printf (text, "%s: ", runs[i].title);
      /* TRANSLATORS: the second is a duration: “2 workers in 12.4 s. ” */
      g_string_append_printf (text, ngettext ("%u worker in %s. ", "%u workers in %s. ", n), n, duration);
    }
  if (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

char *
lab_timeline_format_shown (const LabTimelineShown *shown)
{
  GString *text;

  if (shown->n_drawn >= shown->n_spans && shown->n_dropped == 0)
    return NULL;

  text = g_string_new (NULL);
  if (shown->n_drawn < shown->n_spans)
    g_string_append_printf (text, _("Showing %'u of %'u bars"), shown->n_drawn, shown->n_spans);
  if (shown->n_dropped > 0)
    {
      guint n = (guint) MIN (shown->n_dropped, G_MAXUINT);

      if (text->len > 0)
        g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%'u older entry was dropped", "%'u older entries were dropped", n), n);
    }
  return g_string_free (text, FALSE);
}

char *
lab_timeline_format_saved (const LabTimelineRun *runs,
                           guint                 n_runs)
{
  gint64 longer, shorter;
  g_autofree char *saved = NULL;

  if (n_runs != 2 || runs[0].end <= 0 || runs[1].end <= 0)
    return NULL;

  longer = MAX (runs[0].end, runs[1].end);
  shorter = MIN (runs[0].end, runs[1].end);
  saved = haul_format_duration ((longer - shorter) / (double) G_USEC_PER_SEC);
  /* TRANSLATORS: how much sooner one of two was over: “−46 %, 5.7 s less” */
  return g_strdup_printf (_("−%.0f %%, %s less"), 100.0 * (longer - shorter) / longer, saved);
}
