/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-pool-text.h"

#include <glib/gi18n.h>

void
lt_pool_text_count (GListModel  *parts,
                    LtPartCount *ret_count)
{
  *ret_count = (LtPartCount) { 0 };
  ret_count->n = g_list_model_get_n_items (parts);
  for (guint i = 0; i < ret_count->n; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      ret_count->n_in[haul_part_get_state (part)]++;
    }
}

char *
lt_pool_text_short (const LtPartCount *count)
{
  /* Translators: how many are done, and how many there are */
  return g_strdup_printf (ngettext ("%u of %u part", "%u of %u parts", count->n),
                          count->n_in[HAUL_PART_DONE], count->n);
}

static void
append_count (GString *text,
              guint    n,
              char    *words)
{
  if (n > 0)
    g_string_append_printf (text, ", %s", words);
  g_free (words);
}

char *
lt_pool_text_long (const LtPartCount *count)
{
  guint n_running = count->n_in[HAUL_PART_RUNNING];
  guint n_failed = count->n_in[HAUL_PART_FAILED];
  guint n_cancelled = count->n_in[HAUL_PART_CANCELLED];
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, ngettext ("%u of %u part done", "%u of %u parts done", count->n),
                          count->n_in[HAUL_PART_DONE], count->n);
  append_count (text, n_running, g_strdup_printf (ngettext ("%u running", "%u running", n_running), n_running));
  append_count (text, n_failed, g_strdup_printf (ngettext ("%u failed", "%u failed", n_failed), n_failed));
  append_count (text, n_cancelled, g_strdup_printf (ngettext ("%u canceled", "%u canceled", n_cancelled), n_cancelled));
  return g_string_free (text, FALSE);
}

/* What a pointer over its tile reads. */
char *
lt_pool_text_part (HaulPart *part)
{
  g_autofree char *state = lt_part_format_state (NULL, haul_part_get_state (part));
  g_autofree char *progress = lt_part_format_progress (NULL, haul_part_get_state (part), haul_part_get_fraction (part));
  const char *title = haul_part_get_title (part);
  GString *text = g_string_new (title != NULL ? title : "");

  g_string_append_printf (text, " · %s", state);
  if (haul_part_get_state (part) == HAUL_PART_RUNNING)
    g_string_append_printf (text, " · %s", progress);
  return g_string_free (text, FALSE);
}

char *
lt_part_format_icon (GtkListItem   *item,
                     HaulPartState  state)
{
  static const char * const icons[] = {
    [HAUL_PART_WAITING] = "job-queued-symbolic",
    [HAUL_PART_RUNNING] = "job-running-symbolic",
    [HAUL_PART_DONE] = "job-done-symbolic",
    [HAUL_PART_FAILED] = "job-failed-symbolic",
    [HAUL_PART_CANCELLED] = "job-canceled-symbolic",
  };

  return g_strdup (icons[MIN (state, HAUL_PART_CANCELLED)]);
}

char *
lt_part_format_state (GtkListItem   *item,
                      HaulPartState  state)
{
  switch (state)
    {
    case HAUL_PART_WAITING:
      return g_strdup (_("Waiting"));

    case HAUL_PART_RUNNING:
      return g_strdup (_("Running"));

    case HAUL_PART_DONE:
      return g_strdup (_("Done"));

    case HAUL_PART_FAILED:
      return g_strdup (_("Failed"));

    case HAUL_PART_CANCELLED:
    default:
      return g_strdup (_("Canceled"));
    }
}

char *
lt_part_format_progress (GtkListItem   *item,
                         HaulPartState  state,
                         double         fraction)
{
  if (state == HAUL_PART_WAITING)
    return g_strdup ("");
  /* Translators: with a narrow no-break space before the percent sign */
  return g_strdup_printf (_("%.0f %%"), fraction * 100);
}

char *
lt_pool_format_pid (GtkListItem *item,
                    int          pid)
{
  return pid > 0 ? g_strdup_printf ("%d", pid) : g_strdup ("");
}

char *
lt_worker_format_state (GtkListItem         *item,
                        HaulPoolWorkerState  state)
{
  switch (state)
    {
    case HAUL_POOL_WORKER_STARTING:
      return g_strdup (_("Starting"));

    case HAUL_POOL_WORKER_IDLE:
      return g_strdup (_("Idle"));

    case HAUL_POOL_WORKER_BUSY:
      return g_strdup (_("Busy"));

    case HAUL_POOL_WORKER_ENDING:
    default:
      return g_strdup (_("Ending"));
    }
}

char *
lt_worker_format_what (GtkListItem *item,
                       const char  *what)
{
  return g_strdup (what != NULL ? _(what) : "");
}

char *
lt_worker_format_count (GtkListItem *item,
                        guint64      count)
{
  return haul_format_count ((double) count);
}

void
lt_pool_text_ensure (void)
{
  static const gpointer closures[] = {
    lt_part_format_icon, lt_part_format_state, lt_part_format_progress, lt_pool_format_pid,
    lt_worker_format_state, lt_worker_format_what, lt_worker_format_count,
  };

  g_assert (closures[0] != NULL);
  g_type_ensure (HAUL_TYPE_PART);
  g_type_ensure (HAUL_TYPE_POOL_WORKER_INFO);
}
