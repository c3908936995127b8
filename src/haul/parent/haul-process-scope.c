/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-list-private.h"

#include <unistd.h>

/* Which processes are in a scope: those that are by themselves, and whatever those started. */

typedef enum { UNKNOWN, NO, YES, ASKED } Mark;

typedef struct
{
  HaulProcessList *list;
  GArray          *samples;   /* of HaulProcSample */
  GHashTable      *index;     /* (owned) pid → its index and 1 */
  guint8          *marks;     /* (owned) of Mark */
} Search;

static HaulProcSample *
sample_at (Search *search,
           guint   i)
{
  return &g_array_index (search->samples, HaulProcSample, i);
}

/* Once in our tree, always in it: one whose parent has died is given to another one. */
static gboolean
was_own (Search         *search,
         HaulProcSample *sample)
{
  HaulProcessInfo *info = g_hash_table_lookup (search->list->living, GINT_TO_POINTER (sample->pid));

  return info != NULL && info->own && info->sample.start == sample->start;
}

static gboolean
is_root (Search         *search,
         HaulProcSample *sample)
{
  if (search->list->scope == HAUL_PROCESS_SCOPE_OWN)
    return sample->pid == getpid () || was_own (search, sample);
  return sample->program != HAUL_PROC_OTHER;
}

/* Up to the first that is known, and down again. */
static Mark
mark_one (Search *search,
          guint   i)
{
  guint at = i;
  Mark mark = UNKNOWN;

  while (mark == UNKNOWN)
    {
      HaulProcSample *sample = sample_at (search, at);
      guint parent = GPOINTER_TO_UINT (g_hash_table_lookup (search->index, GINT_TO_POINTER (sample->parent_pid)));

      if (is_root (search, sample))
        mark = YES;
      else if (parent == 0)
        mark = NO;
      else
        mark = search->marks[parent - 1];
      search->marks[at] = ASKED;
      at = parent - 1;
      if (mark == ASKED)
        mark = NO;   /* a ring, of numbers that were given anew while we read */
    }

  for (at = i; search->marks[at] == ASKED;)
    {
      search->marks[at] = mark;
      at = GPOINTER_TO_UINT (g_hash_table_lookup (search->index, GINT_TO_POINTER (sample_at (search, at)->parent_pid))) - 1;
      if (at >= search->samples->len)
        break;
    }
  return mark;
}

/* The program that a worker belongs to, whatever that is called. */
static void
mark_programs (Search *search)
{
  for (guint i = 0; i < search->samples->len; i++)
    {
      HaulProcSample *sample = sample_at (search, i);
      guint parent = GPOINTER_TO_UINT (g_hash_table_lookup (search->index, GINT_TO_POINTER (sample->parent_pid)));

      if ((sample->program == HAUL_PROC_WORKER || sample->program == HAUL_PROC_FORK_SERVER)
          && parent != 0 && sample->parent_pid > 1 && sample_at (search, parent - 1)->uid == sample->uid
          && sample_at (search, parent - 1)->program == HAUL_PROC_OTHER)
        sample_at (search, parent - 1)->program = HAUL_PROC_PROGRAM;
    }
}

static void
select_tree (Search *search)
{
  search->index = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < search->samples->len; i++)
    g_hash_table_insert (search->index, GINT_TO_POINTER (sample_at (search, i)->pid), GUINT_TO_POINTER (i + 1));
  if (search->list->scope == HAUL_PROCESS_SCOPE_HAUL)
    mark_programs (search);
  for (guint i = 0; i < search->samples->len; i++)
    if (search->marks[i] == UNKNOWN)
      (void) mark_one (search, i);
  g_clear_pointer (&search->index, g_hash_table_unref);
}

guint8 *
haul_process_scope_select (HaulProcessList *self,
                           GArray          *samples)
{
  Search search = { .list = self, .samples = samples, .marks = g_new0 (guint8, samples->len + 1) };

  if (self->scope == HAUL_PROCESS_SCOPE_USER)
    for (guint i = 0; i < samples->len; i++)
      search.marks[i] = (guint) sample_at (&search, i)->uid == getuid () ? YES : NO;
  else
    select_tree (&search);

  g_hash_table_remove_all (self->foreign);
  for (guint i = 0; i < samples->len; i++)
    {
      search.marks[i] = search.marks[i] == YES
                        && (self->scope != HAUL_PROCESS_SCOPE_HAUL || sample_at (&search, i)->pid != getpid ());
      if (!search.marks[i])
        (void) g_hash_table_add (self->foreign, GINT_TO_POINTER (sample_at (&search, i)->group));
    }
  return search.marks;
}

/* A zombie has no use for a signal, and is no reason to send none. */
GPtrArray *
haul_process_list_dup_group (HaulProcessList *self,
                             HaulProcessInfo *info)
{
  g_autoptr(GPtrArray) group = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), NULL);
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (info), NULL);

  if (g_hash_table_contains (self->foreign, GINT_TO_POINTER (info->sample.group)))
    return NULL;
  for (guint i = 0; i < self->rows->len; i++)
    {
      HaulProcessInfo *row = self->rows->pdata[i];

      if (row->ended_at != 0 || row->state[0] == 'Z' || row->sample.group != info->sample.group)
        continue;
      if (!haul_process_info_get_can_control (row))
        return NULL;
      g_ptr_array_add (group, g_object_ref (row));
    }
  return group->len > 0 ? g_steal_pointer (&group) : NULL;
}
