/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "together.h"

#include <string.h>

const HaulParam together_params[] = {
  { .name = "number", .help = "Which of the jobs it is", .type = HAUL_PARAM_INT, .min = 0, .max = 1000 },
  { NULL }
};

void
together_say (HaulContext *context,
              const char  *text)
{
  haul_context_emit (context, text, strlen (text));
}

static void
job_ended_cb (HaulJob *job,
              guint   *n_left)
{
  *n_left -= 1;
}

static void
print_outcome (HaulJob *job,
               guint    number)
{
  g_autoptr(GBytes) result = haul_job_dup_result (job);
  const GError *error = haul_job_get_error (job);

  if (error != NULL)
    g_print ("%u failed: %s\n", number, error->message);
  else
    g_print ("%u: %.*s\n", number, (int) g_bytes_get_size (result), (const char *) g_bytes_get_data (result, NULL));
}

void
together_run (const char     *worker,
              const HaulTask *task,
              guint           n,
              const Shared   *shared)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (worker);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_left = n;

  haul_executor_set_max_running (executor, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'number': <int64 %u>}", i);
      g_autoptr(GError) error = NULL;
      HaulJob *job = haul_job_new (task, g_variant_new_parsed (arguments), &error);

      if (job == NULL)
        g_error ("%s", error->message);
      g_ptr_array_add (jobs, job);
      for (const Shared *each = shared; each->name != NULL; each++)
        haul_job_share (job, each->name, each->shareable);
      g_signal_connect (job, "ended", G_CALLBACK (job_ended_cb), &n_left);
      haul_executor_submit (executor, job);
    }

  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < n; i++)
    print_outcome (g_ptr_array_index (jobs, i), i);
}
