/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-parts.h"

#include <glib/gi18n.h>

typedef struct
{
  HaulCliParts *parts;   /* borrowed */
  guint         index;
  HaulPart     *part;    /* (owned) */
} Entry;

struct _HaulCliParts
{
  GListModel      *model;     /* (owned) only grows */
  GPtrArray       *entries;   /* (owned) of Entry */
  HaulCliPartFunc  func;
  gpointer         user_data;
};

static void
state_cb (HaulPart   *part,
          GParamSpec *pspec,
          Entry      *entry)
{
  entry->parts->func (entry->index, part, entry->parts->user_data);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_signal_handlers_disconnect_by_data (entry->part, entry);
  g_object_unref (entry->part);
  g_free (entry);
}

static void
items_changed_cb (GListModel   *model,
                  guint         position,
                  guint         n_removed,
                  guint         n_added,
                  HaulCliParts *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      Entry *entry = g_new0 (Entry, 1);

      entry->parts = self;
      entry->index = position + i;
      entry->part = g_list_model_get_item (model, entry->index);
      g_ptr_array_add (self->entries, entry);
      g_signal_connect (entry->part, "notify::state", G_CALLBACK (state_cb), entry);
      self->func (entry->index, entry->part, self->user_data);
    }
}

HaulCliParts *
haul_cli_parts_new (HaulJob         *job,
                    HaulCliPartFunc  func,
                    gpointer         user_data)
{
  HaulCliParts *self = g_new0 (HaulCliParts, 1);

  self->model = g_object_ref (haul_job_get_parts (job));
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->func = func;
  self->user_data = user_data;
  g_signal_connect (self->model, "items-changed", G_CALLBACK (items_changed_cb), self);
  return self;
}

void
haul_cli_parts_free (HaulCliParts *self)
{
  g_signal_handlers_disconnect_by_data (self->model, self);
  g_ptr_array_unref (self->entries);
  g_object_unref (self->model);
  g_free (self);
}

char *
haul_cli_format_parts (HaulJob *job)
{
  GListModel *parts = haul_job_get_parts (job);
  guint n = g_list_model_get_n_items (parts), n_running = 0, n_done = 0;

  if (n < 2)
    return NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      n_running += haul_part_get_state (part) == HAUL_PART_RUNNING;
      n_done += haul_part_get_state (part) == HAUL_PART_DONE;
    }

  /* Translators: of a job that is divided; the second number is 2 or more. */
  return g_strdup_printf (_("%u of %u parts done, %u running"), n_done, n, n_running);
}
