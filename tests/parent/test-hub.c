/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/parent/haul-hub-private.h"
#include "haul/wire/haul-fd-private.h"

/* A pipe that the hub watches. */
typedef struct _Pipe Pipe;

struct _Pipe
{
  int              fds[2];
  HaulWatch       *watch;     /* (owned) (nullable) */
  gsize            share;     /* bytes a call */
  gsize            kept;      /* read and not counted yet */
  guint64          n_bytes;
  guint            n_calls;
  gboolean         ended;
  gboolean         free_self;
  Pipe            *victim;    /* (nullable) whose watch it frees */
};

/* Reads all at once, and takes it in parts: epoll does not know that there is more. */
static HaulWatchResult
eager_cb (gpointer user_data)
{
  Pipe *pipe = user_data;
  static char bytes[1024 * 1024];
  ssize_t n = pipe->kept == 0 ? read (pipe->fds[0], bytes, sizeof bytes) : 0;

  pipe->n_calls++;
  if (pipe->victim != NULL)
    g_clear_pointer (&pipe->victim->watch, haul_watch_free);
  pipe->kept += MAX (n, 0);
  n = MIN (pipe->kept, pipe->share);
  pipe->kept -= n;
  pipe->n_bytes += n;
  if (n > 0 && pipe->kept == 0)
    pipe->ended = TRUE;
  return pipe->kept > 0 ? HAUL_WATCH_AGAIN : HAUL_WATCH_WAIT;
}

static HaulWatchResult
read_cb (gpointer user_data)
{
  Pipe *pipe = user_data;
  g_autofree char *bytes = g_malloc (pipe->share);
  ssize_t n = read (pipe->fds[0], bytes, pipe->share);

  pipe->n_calls++;
  g_assert_false (pipe->ended);
  if (pipe->victim != NULL)
    g_clear_pointer (&pipe->victim->watch, haul_watch_free);
  if (pipe->free_self)
    {
      g_clear_pointer (&pipe->watch, haul_watch_free);
      return HAUL_WATCH_WAIT;   /* nobody looks at it any more */
    }
  if (n > 0)
    {
      pipe->n_bytes += n;
      return (gsize) n == pipe->share ? HAUL_WATCH_MORE : HAUL_WATCH_WAIT;
    }
  if (n < 0 && errno == EAGAIN)
    return HAUL_WATCH_WAIT;
  pipe->ended = TRUE;
  return HAUL_WATCH_END;
}

static void
pipe_init_func (Pipe          *pipe,
                gsize          share,
                HaulWatchFunc  func)
{
  g_autoptr(GError) error = NULL;

  *pipe = (Pipe) { { -1, -1 }, NULL, share };
  g_assert_true (haul_open_pipe (pipe->fds, 0, &error));
  g_assert_true (haul_fd_set_blocking (pipe->fds[0], FALSE, &error));
  g_assert_true (haul_fd_set_blocking (pipe->fds[1], FALSE, &error));
  pipe->watch = haul_hub_watch (pipe->fds[0], func, pipe, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pipe->watch);
}

static void
pipe_init (Pipe  *pipe,
           gsize  share)
{
  pipe_init_func (pipe, share, read_cb);
}

static void
pipe_clear (Pipe *pipe)
{
  g_clear_pointer (&pipe->watch, haul_watch_free);
  haul_clear_fd (&pipe->fds[0]);
  haul_clear_fd (&pipe->fds[1]);
}

/* As much as fits. */
static gsize
fill (Pipe *pipe)
{
  static const char bytes[4096];
  gsize total = 0;
  ssize_t n;

  while ((n = write (pipe->fds[1], bytes, sizeof bytes)) > 0)
    total += n;
  return total;
}

typedef struct
{
  Pipe    *pipe;
  guint64  bytes;
} Goal;

static gboolean
has_read (gpointer data)
{
  Goal *goal = data;

  return goal->pipe->n_bytes >= goal->bytes;
}

static gboolean
has_ended (gpointer data)
{
  return ((Pipe *) data)->ended;
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

static void
test_read (void)
{
  Pipe pipe;
  Goal goal = { &pipe, 5 };
  guint calls;

  haul_test_begin ();
  pipe_init (&pipe, 100);
  (void) haul_test_run_for (never, NULL, 50);
  g_assert_cmpuint (pipe.n_calls, ==, 0);

  g_assert_cmpint (write (pipe.fds[1], "hello", 5), ==, 5);
  haul_test_run_until (has_read, &goal, HAUL_TEST_SOON_MS);
  calls = pipe.n_calls;
  (void) haul_test_run_for (never, NULL, 50);
  g_assert_cmpuint (pipe.n_calls, ==, calls);   /* nothing there, nothing to do */

  /* What is in the pipe comes before its end. */
  g_assert_cmpint (write (pipe.fds[1], "world", 5), ==, 5);
  haul_clear_fd (&pipe.fds[1]);
  haul_test_run_until (has_ended, &pipe, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (pipe.n_bytes, ==, 10);
  calls = pipe.n_calls;
  (void) haul_test_run_for (never, NULL, 100);  /* an end that nobody takes away must not spin */
  g_assert_cmpuint (pipe.n_calls, ==, calls);
  pipe_clear (&pipe);
  haul_test_assert_clean ();
}

/* Whoever uses its whole share rests: it is called some times in a second, and not all the time. */
static void
test_rest (void)
{
  Pipe pipe;
  Goal goal;
  gint64 start;
  gsize total;

  haul_test_begin ();
  pipe_init (&pipe, 1024);
  total = fill (&pipe);
  g_assert_cmpuint (total, >, 32 * 1024);
  goal = (Goal) { &pipe, total };
  start = g_get_monotonic_time ();
  haul_test_run_until (has_read, &goal, HAUL_TEST_SOON_MS);
  g_test_message ("%u calls in %.1f ms", pipe.n_calls, (g_get_monotonic_time () - start) / 1e3);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, (gint64) (pipe.n_calls - 2) * 5000);
  haul_clear_fd (&pipe.fds[1]);
  haul_test_run_until (has_ended, &pipe, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (pipe.n_bytes, ==, total);
  pipe_clear (&pipe);
  haul_test_assert_clean ();
}

/* Those that do not rest have their turn again at once, each of them, and a quiet one in between. */
static void
test_eager (void)
{
  Pipe loud[8], quiet;
  Goal goal = { &quiet, 1 };
  gint64 start;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (loud); i++)
    {
      pipe_init_func (&loud[i], 100, eager_cb);
      (void) fill (&loud[i]);
    }
  loud[6].victim = &loud[7];
  pipe_init (&quiet, 100);
  g_assert_cmpint (write (quiet.fds[1], "x", 1), ==, 1);
  haul_test_run_until (has_read, &goal, HAUL_TEST_SOON_MS);
  g_assert_false (loud[0].ended);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 7; i++)
    haul_test_run_until (has_ended, &loud[i], HAUL_TEST_SOON_MS);
  g_test_message ("%u calls in %.1f ms", loud[0].n_calls, (g_get_monotonic_time () - start) / 1e3);
  g_assert_cmpuint (loud[0].n_calls, >=, loud[0].n_bytes / 100);
  g_assert_cmpint (g_get_monotonic_time () - start, <, (gint64) loud[0].n_calls * 10 * 1000 / 2);
  (void) haul_test_run_for (never, NULL, 50);
  g_assert_false (loud[7].ended);
  for (guint i = 0; i < G_N_ELEMENTS (loud); i++)
    pipe_clear (&loud[i]);
  pipe_clear (&quiet);
  haul_test_assert_clean ();
}

/* A pipe that is hung up while it rests costs nothing until it is looked at again. */
static void
test_hang_up_while_resting (void)
{
  Pipe pipe;
  gsize total;

  haul_test_begin ();
  pipe_init (&pipe, 1024);
  total = fill (&pipe);
  haul_clear_fd (&pipe.fds[1]);
  haul_test_run_until (has_ended, &pipe, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (pipe.n_bytes, ==, total);
  g_assert_cmpuint (pipe.n_calls, <=, total / 1024 + 3);
  pipe_clear (&pipe);
  haul_test_assert_clean ();
}

/* Turns that a pipe may have before another that is ready as well has one, on however slow a machine:
 * half of what it would take to be empty. */
#define MAX_CALLS 64

/* A flooder does not keep the others from being heard. */
static void
test_fair (void)
{
  Pipe loud[40], quiet;
  Goal goal = { &quiet, 1 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (loud); i++)
    {
      pipe_init (&loud[i], 512);
      (void) fill (&loud[i]);
    }
  pipe_init (&quiet, 512);
  g_assert_cmpint (write (quiet.fds[1], "x", 1), ==, 1);
  haul_test_run_until (has_read, &goal, HAUL_TEST_SOON_MS);
  for (guint i = 0; i < G_N_ELEMENTS (loud); i++)
    {
      g_test_message ("%u calls of a flooder before it", loud[i].n_calls);
      g_assert_cmpuint (loud[i].n_calls, <=, MAX_CALLS);
      pipe_clear (&loud[i]);
    }
  pipe_clear (&quiet);
  haul_test_assert_clean ();
}

/* Freed in the middle of a turn: its own watch, and that of another which is ready as well. */
static void
test_free_in_callback (void)
{
  Pipe pipes[6];

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (pipes); i++)
    {
      pipe_init (&pipes[i], 16);
      g_assert_cmpint (write (pipes[i].fds[1], "x", 1), ==, 1);
    }
  pipes[0].free_self = TRUE;
  pipes[1].victim = &pipes[2];
  pipes[2].victim = &pipes[1];
  pipes[3].victim = &pipes[4];
  pipes[4].victim = &pipes[3];
  while (pipes[0].n_calls + pipes[1].n_calls + pipes[2].n_calls + pipes[3].n_calls + pipes[4].n_calls + pipes[5].n_calls < 4)
    g_main_context_iteration (NULL, TRUE);
  (void) haul_test_run_for (never, NULL, 100);   /* and no more than these */
  g_assert_cmpuint (pipes[0].n_calls, ==, 1);
  g_assert_cmpuint (pipes[1].n_calls + pipes[2].n_calls, ==, 1);
  g_assert_cmpuint (pipes[3].n_calls + pipes[4].n_calls, ==, 1);
  g_assert_cmpuint (pipes[5].n_calls, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (pipes); i++)
    pipe_clear (&pipes[i]);
  haul_test_assert_clean ();   /* the epoll fd went with the last watch */
}

static void
test_bad_fd (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  haul_autofd int file = -1;
  Pipe pipe;

  haul_test_begin ();
  g_assert_null (haul_hub_watch (-1, read_cb, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  file = g_file_open_tmp ("haul-test-XXXXXX", &path, NULL);   /* epoll takes no plain files */
  g_assert_null (haul_hub_watch (file, read_cb, NULL, &error));
  g_assert_nonnull (error);
  unlink (path);
  haul_clear_fd (&file);

  pipe_init (&pipe, 16);                                       /* and it works normally afterwards */
  haul_clear_fd (&pipe.fds[1]);
  haul_test_run_until (has_ended, &pipe, HAUL_TEST_SOON_MS);
  pipe_clear (&pipe);
  haul_test_assert_clean ();
}

/* Runs the loop until there is nothing to do, in the middle of its turn. */
static HaulWatchResult
nesting_cb (gpointer user_data)
{
  Pipe *pipe = user_data;

  while (g_main_context_iteration (NULL, FALSE))
    pipe->n_bytes++;
  g_assert_cmpuint (pipe->n_bytes, <, 10);   /* it is not as if there were always something */
  return read_cb (user_data);
}

static void
test_nested_loop (void)
{
  Pipe outer, inner;

  haul_test_begin ();
  pipe_init_func (&outer, 16, nesting_cb);
  pipe_init (&inner, 16);
  for (guint round = 1; round <= 3; round++)
    {
      outer.n_bytes = 0;
      g_assert_cmpint (write (outer.fds[1], "x", 1), ==, 1);
      g_assert_cmpint (write (inner.fds[1], "x", 1), ==, 1);
      while (outer.n_calls < round || inner.n_calls < round)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (outer.n_calls, ==, round);   /* not once more from within */
      g_assert_cmpuint (inner.n_calls, ==, round);
    }
  pipe_clear (&outer);
  pipe_clear (&inner);
  haul_test_assert_clean ();
}

static gboolean
set_cb (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the loop for as long as those two after it, one that rests and one that is eager, would wait for their
 * turn; and another one goes. */
static HaulWatchResult
long_nesting_cb (gpointer user_data)
{
  Pipe *pipe = user_data;
  guint n_calls = pipe[1].n_calls + pipe[2].n_calls;
  gboolean over = FALSE;

  if (pipe->victim != NULL)
    g_clear_pointer (&pipe->victim->watch, haul_watch_free);
  (void) g_timeout_add_full (G_PRIORITY_LOW, 50, set_cb, &over, NULL);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (pipe[1].n_calls + pipe[2].n_calls, ==, n_calls);
  return read_cb (user_data);
}

static gboolean
is_through (gpointer pipes)
{
  Pipe *all = pipes;

  return all[0].n_calls == 1 && all[1].n_bytes == 20 && all[2].n_bytes == 200;
}

/* Those that rest, and those that are eager, have no turn in the middle of that of another one either. */
static void
test_nested_turns (void)
{
  static const char bytes[200];
  Pipe pipes[4];

  haul_test_begin ();
  pipe_init_func (&pipes[0], 16, long_nesting_cb);
  pipe_init (&pipes[1], 1);
  pipe_init_func (&pipes[2], 1, eager_cb);
  pipe_init (&pipes[3], 16);
  g_assert_cmpint (write (pipes[1].fds[1], bytes, 20), ==, 20);
  g_assert_cmpint (write (pipes[2].fds[1], bytes, 200), ==, 200);
  while (pipes[1].n_calls == 0 || pipes[2].n_calls == 0)
    g_main_context_iteration (NULL, TRUE);

  pipes[0].victim = &pipes[3];
  g_assert_cmpint (write (pipes[0].fds[1], "x", 1), ==, 1);
  g_assert_cmpint (write (pipes[3].fds[1], "x", 1), ==, 1);
  haul_test_run_until (is_through, pipes, HAUL_TEST_SOON_MS);
  for (guint i = 0; i < G_N_ELEMENTS (pipes); i++)
    pipe_clear (&pipes[i]);
  haul_test_assert_clean ();
}

static gpointer
thread_main (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Pipe pipe;

  g_main_context_push_thread_default (context);
  pipe_init (&pipe, 16);
  g_assert_cmpint (write (pipe.fds[1], "x", 1), ==, 1);
  haul_clear_fd (&pipe.fds[1]);
  while (!pipe.ended)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (pipe.n_bytes, ==, 1);
  pipe_clear (&pipe);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Each main context has its own. */
static void
test_threads (void)
{
  haul_test_begin ();
  for (guint round = 0; round < 20; round++)
    {
      GThread *threads[4];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("hub", thread_main, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/hub/read", test_read);
  g_test_add_func ("/parent/hub/rest", test_rest);
  g_test_add_func ("/parent/hub/eager", test_eager);
  g_test_add_func ("/parent/hub/hang-up-while-resting", test_hang_up_while_resting);
  g_test_add_func ("/parent/hub/fair", test_fair);
  g_test_add_func ("/parent/hub/free-in-callback", test_free_in_callback);
  g_test_add_func ("/parent/hub/nested-loop", test_nested_loop);
  g_test_add_func ("/parent/hub/nested-turns", test_nested_turns);
  g_test_add_func ("/parent/hub/bad-fd", test_bad_fd);
  g_test_add_func ("/parent/hub/threads", test_threads);
  return g_test_run ();
}
