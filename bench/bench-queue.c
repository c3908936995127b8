/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What it takes to pass items between processes: bench-queue [queue_peers.py]. Each figure of HaulQueue stands
 * beside that of a bare pipe, and of Python's multiprocessing.Queue, measured in turns in the same run. A ratio
 * is how many times longer the other takes, so that above 1 is good. */

#include "config.h"

#include <gio/gio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "haul/sync/haul-queue.h"
#include "haul/sync/haul-shareable-private.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define ROUNDS 5
#define N_PROCESSES 4
#define WATCHDOG_S 240

/* What all processes of a round share. */
typedef struct
{
  guint32 n_ready;    /* atomic */
  guint32 go;         /* atomic */
  guint32 n_ended;    /* atomic: producers */
  gint64  ended;      /* when the last item was taken, of any consumer; atomic */
} Board;

typedef struct
{
  const char *name;
  guint       n_producers;
  guint       n_consumers;
  guint       n_items;        /* of ours and of the pipe, … */
  guint       n_items_peer;   /* … and of Python's */
  gsize       size;
  gboolean    has_pipe;
} Row;

static const Row rows[] = {
  { "100 bytes, 1 to 1", 1, 1, 400000, 40000, 100, TRUE },
  { "100 bytes, 4 to 4", 4, 4, 400000, 40000, 100, FALSE },
  { "64 KiB, 1 to 1", 1, 1, 10000, 4000, 64 * 1024, TRUE },
  { "1 MiB, 1 to 1", 1, 1, 1000, 300, 1024 * 1024, TRUE },
};

/* The children: this program, with the board at fd 3 and what it passes items by after it. */

static void
be_ready (Board *board)
{
  __atomic_add_fetch (&board->n_ready, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n (&board->go, __ATOMIC_SEQ_CST) == 0)
    g_usleep (100);
}

static void
have_ended (Board *board)
{
  gint64 now = g_get_monotonic_time (), before = __atomic_load_n (&board->ended, __ATOMIC_SEQ_CST);

  while (before < now && !__atomic_compare_exchange_n (&board->ended, &before, now, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    ;
}

static void
use_queue (Board    *board,
           gboolean  is_producer,
           guint     n_items,
           gsize     size)
{
  const int fds[] = { 4, 5 };
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulQueue) queue = HAUL_QUEUE (haul_shareable_new_for_fds ("queue", fds, 2, &error));
  g_autofree char *bytes = g_malloc0 (size);
  g_autoptr(GBytes) item = g_bytes_new_static (bytes, size);
  GBytes *got;

  if (queue == NULL)
    g_error ("%s", error->message);
  be_ready (board);
  for (guint i = 0; is_producer && i < n_items; i++)
    {
      if (!haul_queue_put (queue, item, -1, NULL, &error))
        g_error ("%s", error->message);
    }
  while (!is_producer && (got = haul_queue_get (queue, -1, NULL, NULL)) != NULL)
    g_bytes_unref (got);
}

static gboolean
read_all (char  *bytes,
          gsize  size)
{
  ssize_t n = 1;

  while (size > 0 && (n = read (4, bytes, size)) > 0)
    {
      bytes += n;
      size -= n;
    }
  return n > 0;
}

/* A length and the bytes, a write and a read each. */
static void
use_pipe (Board    *board,
          gboolean  is_producer,
          guint     n_items,
          gsize     size)
{
  g_autofree char *bytes = g_malloc0 (size);
  guint32 length = size;

  be_ready (board);
  for (guint i = 0; is_producer && i < n_items; i++)
    {
      if (!haul_write_all (4, &length, sizeof length, bytes, size, NULL))
        g_error ("the pipe is broken");
    }
  while (!is_producer && read_all ((char *) &length, sizeof length))
    {
      g_autofree char *item = g_malloc (length);

      if (!read_all (item, length))
        g_error ("the pipe is broken");
    }
}

static int
child_main (char **argv)
{
  Board *board = haul_shared_map (3, sizeof *board, NULL);
  gboolean is_producer = g_str_equal (argv[2], "put");
  void (*use) (Board *, gboolean, guint, gsize) = g_str_equal (argv[1], "--queue") ? use_queue : use_pipe;

  use (board, is_producer, atoi (argv[3]), atoi (argv[4]));
  if (!is_producer)
    have_ended (board);
  return 0;
}

/* The parent. */

static GSubprocess *
start (const Row  *row,
       int         board_fd,
       const char *what,
       const char *verb,
       const int   fds[2])
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *n_items = g_strdup_printf ("%u", row->n_items / row->n_producers);
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_FORMAT, row->size);
  g_autoptr(GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_take_fd (launcher, dup (board_fd), 3);
  for (guint i = 0; i < 2 && fds[i] >= 0; i++)
    g_subprocess_launcher_take_fd (launcher, dup (fds[i]), 4 + i);
  child = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", what, verb, n_items, size, NULL);
  if (child == NULL)
    g_error ("%s", error->message);
  return child;
}

static void
join (GSubprocess *child)
{
  g_autoptr(GError) error = NULL;

  if (!g_subprocess_wait_check (child, NULL, &error))
    g_error ("%s", error->message);
  g_object_unref (child);
}

/* Seconds for all items. */
static double
measure (const Row *row,
         gboolean   is_queue)
{
  haul_autofd int board_fd = haul_shared_new (sizeof (Board), NULL);
  Board *board = haul_shared_map (board_fd, sizeof *board, NULL);
  g_autoptr(HaulQueue) queue = haul_queue_new (0, 0, NULL);
  GSubprocess *producers[N_PROCESSES], *consumers[N_PROCESSES];
  int fds[2], put_fds[2], get_fds[2];
  gint64 begun;
  double took;

  if (board == NULL || queue == NULL || !haul_open_pipe (fds, 0, NULL))
    g_error ("no memory");
  for (guint i = 0; i < 2; i++)
    {
      put_fds[i] = is_queue ? haul_shareable_get_fd (HAUL_SHAREABLE (queue), i) : i == 0 ? fds[1] : -1;
      get_fds[i] = is_queue ? put_fds[i] : i == 0 ? fds[0] : -1;
    }
  for (guint i = 0; i < row->n_consumers; i++)
    consumers[i] = start (row, board_fd, is_queue ? "--queue" : "--pipe", "get", get_fds);
  for (guint i = 0; i < row->n_producers; i++)
    producers[i] = start (row, board_fd, is_queue ? "--queue" : "--pipe", "put", put_fds);
  haul_clear_fd (&fds[0]);
  haul_clear_fd (&fds[1]);

  while (__atomic_load_n (&board->n_ready, __ATOMIC_SEQ_CST) < row->n_consumers + row->n_producers)
    g_usleep (1000);
  begun = g_get_monotonic_time ();
  __atomic_store_n (&board->go, 1, __ATOMIC_SEQ_CST);
  for (guint i = 0; i < row->n_producers; i++)
    join (producers[i]);
  haul_queue_close (queue);
  for (guint i = 0; i < row->n_consumers; i++)
    join (consumers[i]);

  took = (board->ended - begun) / 1e6;
  haul_shared_unmap (board, sizeof *board);
  return took;
}

/* NaN where there is no Python. */
static double
measure_python (const Row  *row,
                const char *script)
{
  g_autofree char *n_producers = g_strdup_printf ("%u", row->n_producers);
  g_autofree char *n_consumers = g_strdup_printf ("%u", row->n_consumers);
  g_autofree char *n_items = g_strdup_printf ("%u", row->n_items_peer);
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_FORMAT, row->size);
  g_autoptr(GSubprocess) python = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *said = NULL;

  python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3", script, n_producers, n_consumers, n_items,
                             size, NULL);
  if (python == NULL || !g_subprocess_communicate_utf8 (python, NULL, NULL, &said, NULL, &error)
      || !g_subprocess_get_successful (python))
    return 0.0 / 0.0;
  return g_ascii_strtod (said, NULL);
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
median (double values[ROUNDS])
{
  qsort (values, ROUNDS, sizeof *values, compare_doubles);
  return values[ROUNDS / 2];
}

static void
run_row (const Row  *row,
         const char *script)
{
  double ours[ROUNDS], pipes[ROUNDS], pythons[ROUNDS], took;

  for (guint i = 0; i < ROUNDS; i++)
    {
      alarm (WATCHDOG_S);
      ours[i] = measure (row, TRUE) / row->n_items;
      pipes[i] = row->has_pipe ? measure (row, FALSE) / row->n_items : 0;
      pythons[i] = script != NULL ? measure_python (row, script) / row->n_items_peer : 0;
    }
  took = median (ours);
  g_print ("%-20s queue %8.2f µs an item (%.2f GB/s)", row->name, took * 1e6, row->size / took / 1e9);
  if (row->has_pipe)
    g_print ("   pipe %.2f µs, ratio %.2f", median (pipes) * 1e6, median (pipes) / took);
  if (script != NULL)
    g_print ("   Python %.2f µs, ratio %.1f", median (pythons) * 1e6, median (pythons) / took);
  g_print ("\n");
}

int
main (int    argc,
      char **argv)
{
  const char *script = argc > 1 ? argv[1] : NULL;
  g_autofree char *python = g_find_program_in_path ("python3");

  setlocale (LC_ALL, "");
  if (argc == 5)
    return child_main (argv);
  if (script == NULL || python == NULL)
    {
      g_print ("# not beside Python's queue: %s\n", python == NULL ? "there is no python3" : "no script was given");
      script = NULL;
    }
  signal (SIGPIPE, SIG_IGN);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    run_row (&rows[i], script);
  return 0;
}
