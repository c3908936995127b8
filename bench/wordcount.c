/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The words of a text of some MB, counted by a pool with two workers and by Python's multiprocessing with
 * two, in turns:
 *
 *   wordcount WORKER PEER [MB [ROUNDS]]
 *
 * PEER is wordcount_peer.py. The text is made up from a seed, in a folder for temporary files, and removed
 * again. Both have to find the same words. */

#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "haul/haul.h"

#define MAX_ROUNDS 99
#define MAX_MB     1000
#define N_WORKERS  2
#define N_WORDS    50000
#define GOAL       6.0

extern const HaulTask haul_task_wordcount;
extern const HaulTask haul_task_wordcount_part;

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static void
make_words (HaulRandom *random,
            char        words[N_WORDS][12])
{
  for (guint i = 0; i < N_WORDS; i++)
    {
      guint length = 2 + haul_random_next_below (random, 9);

      for (guint n = 0; n < length; n++)
        words[i][n] = "etaoinshrdlu"[haul_random_next_below (random, 12)];
      words[i][length] = '\0';
    }
}

/* As in a language: the n-th word comes about 1/n as often as the first, twelve words make a line. */
static gboolean
make_text (const char *path,
           gsize       size)
{
  static char words[N_WORDS][12];
  g_autoptr(HaulRandom) random = haul_random_new (1, 0);
  FILE *file = fopen (path, "w");
  gsize written = 0;

  if (file == NULL)
    return FALSE;
  make_words (random, words);
  for (guint i = 0; written < size; i++)
    {
      guint64 rank = N_WORDS / (1 + haul_random_next_below (random, N_WORDS));
      int n = fprintf (file, "%s%s", words[haul_random_next_below (random, rank + 1) % N_WORDS], i % 12 == 11 ? ".\n" : " ");

      if (n < 0)
        break;
      written += n;
    }
  return fclose (file) == 0 && written >= size;
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_main_loop_quit (user_data);
}

/* Seconds; *ret_text: the result. */
static double
run_haul (HaulExecutor  *executor,
          const char    *path,
          char         **ret_text)
{
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gint64 start = g_get_monotonic_time ();
  double seconds;

  g_variant_dict_insert (&arguments, "path", "s", path);
  job = haul_job_new (&haul_task_wordcount, g_variant_dict_end (&arguments), NULL);
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, joined_cb, loop);
  g_main_loop_run (loop);
  seconds = (g_get_monotonic_time () - start) / 1e6;

  if (haul_job_get_error (job) != NULL)
    g_error ("%s", haul_job_get_error (job)->message);
  bytes = haul_job_dup_result (job);
  *ret_text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return seconds;
}

/* Below 0: there is no Python. */
static double
run_peer (const char  *peer,
          const char  *path,
          char       **ret_text)
{
  g_autoptr(GSubprocess) process = NULL;
  g_autofree char *workers = g_strdup_printf ("%d", N_WORKERS);
  gint64 start = g_get_monotonic_time ();

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "python3", peer, path, workers, NULL);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, ret_text, NULL, NULL)
      || !g_subprocess_get_successful (process))
    return -1;
  return (g_get_monotonic_time () - start) / 1e6;
}

static int
compare_all (const char *worker,
             const char *peer,
             const char *path,
             guint       rounds)
{
  g_autoptr(HaulExecutor) executor = haul_pool_executor_new (worker, N_WORKERS);
  double ours[MAX_ROUNDS], theirs[MAX_ROUNDS], ratio;

  haul_pool_set_nice (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)), 0);
  for (guint i = 0; i < rounds; i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *other = NULL;

      ours[i] = run_haul (executor, path, &text);
      theirs[i] = run_peer (peer, path, &other);
      if (theirs[i] < 0)
        {
          g_print ("%.2f s; not compared: there is no python3 that runs %s\n", ours[i], peer);
          return 0;
        }
      if (strcmp (text, other) != 0)
        {
          g_printerr ("they found other words:\n%s\n%s", text, other);
          return 1;
        }
    }

  ratio = median (theirs, rounds) / median (ours, rounds);
  g_print ("%u workers: haul %.2f s, Python's Counter in a Pool %.2f s: %.1f times (wanted: %.0f)\n",
           N_WORKERS, median (ours, rounds), median (theirs, rounds), ratio, GOAL);
  return 0;
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_wordcount, &haul_task_wordcount_part, NULL };
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  guint mb = argc > 3 ? CLAMP (atoi (argv[3]), 1, MAX_MB) : 200;
  int status;

  if (argc < 3)
    {
      g_printerr ("Usage: %s WORKER PEER [MB [ROUNDS]]\n", argv[0]);
      return 2;
    }

  haul_tasks_register (tasks);
  dir = g_dir_make_tmp ("haul-wordcount-XXXXXX", NULL);
  path = g_build_filename (dir, "text", NULL);
  if (make_text (path, (gsize) mb * 1000 * 1000))
    {
      status = compare_all (argv[1], argv[2], path, argc > 4 ? CLAMP (atoi (argv[4]), 1, MAX_ROUNDS) : 3);
    }
  else
    {
      g_printerr ("cannot write %s\n", path);
      status = 1;
    }
  (void) g_unlink (path);   /* what is not there need not go */
  (void) g_rmdir (dir);
  return status;
}
