/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs-picture.h"

#include <glib/gi18n.h>

#include "lab-drawing.h"
#include "lt-job-text.h"

/* In units, which are pixels on a screen of the usual kind. */
#define WIDTH 720
#define MARGIN 16
#define ICON 16
#define START (MARGIN + ICON + 12)   /* of what is beside the icon */
#define HEAD 36
#define ROW 62
#define ENDED_ROW 46                 /* has no bar */
#define BAR 8

typedef struct
{
  LabDrawing *drawing;   /* (unowned) */
  gboolean    rtl;
  double      y;         /* of the row */
} Canvas;

/* Hebrew, Arabic, and what is near to them. */
static gboolean
runs_left (gunichar character)
{
  return (character >= 0x590 && character <= 0x8ff) || (character >= 0xfb1d && character <= 0xfdff)
         || (character >= 0xfe70 && character <= 0xfeff);
}

/* In a picture each text would be laid out from left to right: where one has other letters, its first says how. */
static char *
isolate (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (runs_left (g_utf8_get_char (p)))
      return g_strdup_printf ("\342\201\250%s\342\201\251", text);
  return g_strdup (text);
}

/* As much of it as there is room for. */
static char *
fit (const char *text,
     gboolean    small,
     double      room)
{
  g_autoptr(GString) part = g_string_new (text);
  gboolean cut = FALSE;

  while (part->len > 0 && lab_text_guess_width (part->str, small) > room - (cut ? 10 : 0))
    {
      g_string_truncate (part, (gsize) (g_utf8_find_prev_char (part->str, part->str + part->len) - part->str));
      cut = TRUE;
    }
  if (cut)
    g_string_append (part, "…");
  return isolate (part->str);
}

static double
add_text (Canvas     *canvas,
          LabInk      ink,
          double      x,
          double      y,
          double      align,
          gboolean    small,
          double      room,
          const char *text)
{
  g_autofree char *words = fit (text, small, room);

  lab_drawing_add_text (canvas->drawing, ink, canvas->rtl ? WIDTH - x : x, canvas->y + y, canvas->rtl ? 1 - align : align, small, words);
  return lab_text_guess_width (words, small);
}

static void
add_rect (Canvas     *canvas,
          LabInk      ink,
          double      x,
          double      y,
          double      width,
          double      height,
          const char *text)
{
  lab_drawing_add_rect (canvas->drawing, ink, canvas->rtl ? WIDTH - x - width : x, canvas->y + y, width, height, text);
}

static LabInk
get_ink (HaulJob *job)
{
  static const struct { const char *style; LabInk ink; } inks[] = {
    { "accent", LAB_INK_ACCENT }, { "success", LAB_INK_GOOD }, { "warning", LAB_INK_PAUSED }, { "error", LAB_INK_BAD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (inks); i++)
    if (g_strcmp0 (inks[i].style, lt_job_text_style (job)) == 0)
      return inks[i].ink;
  return LAB_INK_DIM;
}

/* The outlines of one of our icons, all of them as one: they are drawn in a square of 16. */
static char *
load_outline (const char *icon)
{
  g_autofree char *path = g_strdup_printf ("/io/github/longtasks/LongTasks/icons/scalable/actions/%s.svg", icon);
  g_autoptr(GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr(GRegex) regex = g_regex_new (" d=\"([^\"]*)\"", 0, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  GString *outline = g_string_new (NULL);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (text == NULL)
    return g_string_free (outline, FALSE);
  (void) g_regex_match_full (regex, text, (gssize) size, 0, 0, &match, NULL);
  for (; g_match_info_matches (match); (void) g_match_info_next (match, NULL))
    {
      g_autofree char *data = g_match_info_fetch (match, 1);

      g_string_append (outline, data);
    }
  return g_string_free (outline, FALSE);
}

static void
add_icon (Canvas  *canvas,
          HaulJob *job,
          double   height)
{
  g_autofree char *outline = load_outline (lt_job_text_icon (job));
  const LabShape shape = {
    .kind = LAB_SHAPE_PATH, .ink = get_ink (job), .x = canvas->rtl ? WIDTH - MARGIN - ICON : MARGIN,
    .y = canvas->y + (height - ICON) / 2, .width = ICON, .text = outline
  };

  lab_drawing_add (canvas->drawing, &shape);
}

static void
add_bar (Canvas  *canvas,
         HaulJob *job)
{
  g_autofree char *progress = haul_format_progress (job);
  double fraction = haul_job_get_fraction (job), room = WIDTH - MARGIN - START;
  LabInk ink = LAB_INK_STARTING;

  if (haul_job_get_state (job) == HAUL_JOB_RUNNING || haul_job_get_state (job) == HAUL_JOB_FINISHING)
    ink = LAB_INK_ACCENT;
  else if (haul_job_get_state (job) == HAUL_JOB_PAUSED)
    ink = LAB_INK_PAUSED;
  add_rect (canvas, LAB_INK_GRID, START, 27, room, BAR, progress);
  if (fraction > 0)
    add_rect (canvas, ink, START, 27, room * MIN (fraction, 1), BAR, progress);
}

static void
add_job (Canvas  *canvas,
         HaulJob *job)
{
  gboolean active = haul_job_is_active (job);
  g_autofree char *about = lt_job_text_about (job);
  g_autofree char *caption = lt_job_text_caption (job);
  g_autofree char *left = lt_job_text_left (job);
  double height = active ? ROW : ENDED_ROW, end = WIDTH - MARGIN, x;

  add_rect (canvas, LAB_INK_GRID, MARGIN, 0, WIDTH - 2 * MARGIN, 1, NULL);
  add_icon (canvas, job, height);
  if (left != NULL)
    end -= add_text (canvas, LAB_INK_DIM, end, 19, 1, TRUE, WIDTH / 3.0, left) + 12;
  x = START + add_text (canvas, LAB_INK_TEXT, START, 19, 0, FALSE, end - START, haul_job_get_title (job)) + 8;
  if (end - x > 40)
    (void) add_text (canvas, LAB_INK_DIM, x, 19, 0, TRUE, end - x, about);
  if (active)
    add_bar (canvas, job);
  (void) add_text (canvas, active || haul_job_get_verdict (job) == HAUL_VERDICT_DONE ? LAB_INK_DIM : get_ink (job), START, height - 12, 0, TRUE,
                   WIDTH - MARGIN - START, caption);
  canvas->y += height;
}

/* “Showing 200 of 1,234 jobs”, or how many there are. */
static char *
count (guint n_shown,
       guint n)
{
  g_autofree char *shown = haul_format_count (n_shown);
  g_autofree char *all = haul_format_count (n);

  if (n_shown < n)
    /* Translators: two numbers, “Showing 200 of 1,234 jobs” */
    return g_strdup_printf (ngettext ("Showing %s of %s job", "Showing %s of %s jobs", n), shown, all);
  return g_strdup_printf (ngettext ("%s job", "%s jobs", n), all);
}

char *
lt_jobs_picture_to_svg (GListModel *jobs,
                        gboolean    rtl)
{
  g_autoptr(LabDrawing) drawing = lab_drawing_new (WIDTH, HEAD);
  g_autoptr(GString) description = g_string_new (NULL);
  g_autofree char *head = NULL;
  g_autofree char *summary = NULL;
  Canvas canvas = { drawing, rtl, 0 };
  guint n, n_shown;

  g_return_val_if_fail (G_IS_LIST_MODEL (jobs), NULL);

  n = g_list_model_get_n_items (jobs);
  n_shown = MIN (n, LT_JOBS_PICTURE_MAX);
  head = count (n_shown, n);
  summary = lt_job_text_summary (jobs);
  (void) add_text (&canvas, LAB_INK_TEXT, MARGIN, 23, 0, FALSE, WIDTH / 2.0, head);
  (void) add_text (&canvas, LAB_INK_DIM, WIDTH - MARGIN, 23, 1, TRUE, WIDTH / 2.0, summary);
  canvas.y = HEAD;
  for (guint i = 0; i < n_shown; i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);
      g_autofree char *spoken = lt_job_text_accessible (job);

      add_job (&canvas, job);
      g_string_append_printf (description, "%s%s", i > 0 ? "; " : "", spoken);
    }
  lab_drawing_set_height (drawing, canvas.y + MARGIN / 2.0);
  return lab_drawing_to_svg (drawing, head, description->str);
}
