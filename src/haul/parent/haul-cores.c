/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <gio/gio.h>

#include "haul-timeline-recorder-private.h"

/* On a machine with many processors the kernel takes a while for the file. */

typedef struct
{
  guint64 busy;
  guint64 all;
} Ticks;

struct _HaulCores
{
  Ticks    ticks;      /* of the last time; all 0 before it */
  double   fraction;   /* below 0 for not known */
  gboolean asking;
};

/* "cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL …", since the machine was started. What waits for a disk is
 * not busy; guests are in USER already. */
gboolean
haul_cores_parse (const char *text,
                  guint64    *ret_busy,
                  guint64    *ret_all)
{
  g_autofree char *line = NULL;
  g_auto(GStrv) words = NULL;
  guint64 busy = 0, all = 0;
  guint n = 0;

  if (!g_str_has_prefix (text, "cpu "))
    return FALSE;

  line = g_strndup (text, strcspn (text, "\n"));
  words = g_strsplit (line, " ", -1);
  for (guint i = 1; words[i] != NULL && n < 8; i++)
    {
      guint64 number;

      if (*words[i] == '\0')
        continue;
      if (!g_ascii_string_to_unsigned (words[i], 10, 0, G_MAXINT64 / 16, &number, NULL))
        return FALSE;
      all += number;
      busy += n == 3 || n == 4 ? 0 : number;
      n++;
    }
  if (n < 4)
    return FALSE;

  *ret_busy = busy;
  *ret_all = all;
  return TRUE;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_autofree char *text = NULL;
  g_autofree Ticks *ticks = g_new0 (Ticks, 1);

  if (g_file_get_contents ("/proc/stat", &text, NULL, NULL) && haul_cores_parse (text, &ticks->busy, &ticks->all))
    g_task_return_pointer (task, g_steal_pointer (&ticks), g_free);
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  HaulCores *self = user_data;
  g_autofree Ticks *ticks = g_task_propagate_pointer (G_TASK (result), NULL);

  self->asking = FALSE;
  if (ticks != NULL)
    {
      /* The counts of a processor that was switched off may go back. */
      if (self->ticks.all != 0 && ticks->all > self->ticks.all && ticks->busy >= self->ticks.busy)
        self->fraction = MIN (1.0, (double) (ticks->busy - self->ticks.busy) / (ticks->all - self->ticks.all));
      self->ticks = *ticks;
    }
  g_rc_box_release (self);
}

HaulCores *
haul_cores_new (void)
{
  HaulCores *self = g_rc_box_new0 (HaulCores);

  self->fraction = -1;
  return self;
}

void
haul_cores_free (HaulCores *self)
{
  g_rc_box_release (self);
}

double
haul_cores_poll (HaulCores *self)
{
  g_autoptr(GTask) task = NULL;

  if (!self->asking)
    {
      self->asking = TRUE;
      task = g_task_new (NULL, NULL, read_cb, g_rc_box_acquire (self));
      g_task_set_source_tag (task, haul_cores_poll);
      g_task_set_name (task, "[haul] read /proc/stat");
      g_task_run_in_thread (task, read_thread);
    }
  return self->fraction;
}
