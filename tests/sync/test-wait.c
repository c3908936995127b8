/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul-test.h"
#include "sync-child.h"

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define N_MEMBERS 8

static SyncBoard *
board_new (int *ret_fd)
{
  g_autoptr(GError) error = NULL;
  SyncBoard *board;

  *ret_fd = haul_shared_new (sizeof *board, &error);
  g_assert_no_error (error);
  board = haul_shared_map (*ret_fd, sizeof *board, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (haul_members_size (N_MEMBERS), <=, sizeof board->room);
  haul_mutex_init (&board->mutex, FALSE);
  haul_members_init (&board->members, N_MEMBERS);
  return board;
}

static gboolean
is_ready (gpointer data)
{
  SyncBoard *board = data;

  return __atomic_load_n (&board->word, __ATOMIC_ACQUIRE) == 1;
}

static GSubprocess *
start_child (SyncBoard  *board,
             int         fd,
             const char *mode)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GError) error = NULL;
  GSubprocess *child;

  board->word = 0;
  g_subprocess_launcher_take_fd (launcher, dup (fd), 3);
  child = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_SYNC_CHILD"), mode, NULL);
  g_assert_no_error (error);
  haul_test_poll_until (is_ready, board, HAUL_TEST_SOON_MS);
  return child;
}

static void
kill_child (GSubprocess *child)
{
  g_autoptr(GError) error = NULL;

  g_subprocess_force_exit (child);
  (void) g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
}

static void
test_timeouts (void)
{
  guint32 word = 0;
  gint64 begun = g_get_monotonic_time ();
  HaulWaited waited;
  HaulWait wait;

  haul_wait_init (&wait, 0, NULL);
  g_assert_cmpint (haul_wait_on (&wait, &word, 0), ==, HAUL_WAIT_WOULD_BLOCK);

  haul_wait_init (&wait, 50, NULL);
  g_assert_cmpint (haul_wait_on (&wait, &word, 1), ==, HAUL_WAITED);   /* it is not 1: no sleep */
  g_assert_false (haul_wait_is_long (&wait));
  while ((waited = haul_wait_on (&wait, &word, 0)) == HAUL_WAITED)
    g_assert_true (haul_wait_is_long (&wait));
  g_assert_cmpint (waited, ==, HAUL_WAIT_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 50 * 1000);
}

static gpointer
cancel_soon (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_autoptr(GError) error = NULL;
  const int cancelled = 1;
  guint32 word = 0;
  HaulWaited waited;
  HaulWait wait;

  haul_wait_init (&wait, -1, cancellable);
  while ((waited = haul_wait_on (&wait, &word, 0)) == HAUL_WAITED)
    ;
  g_assert_cmpint (waited, ==, HAUL_WAIT_CANCELLED);
  g_thread_join (thread);

  haul_wait_init (&wait, -1, NULL);
  g_assert_null (haul_wait_set_cancelled (&cancelled));
  g_assert_cmpint (haul_wait_on (&wait, &word, 0), ==, HAUL_WAIT_CANCELLED);
  g_assert_true (haul_wait_set_cancelled (NULL) == &cancelled);

  g_assert_false (haul_wait_fail (waited, "cannot wait", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gpointer
wake_up (gpointer data)
{
  guint32 *word = data;

  __atomic_store_n (word, 1, __ATOMIC_RELEASE);
  haul_wake (word, 1);
  return NULL;
}

static void
test_woken (void)
{
  guint32 word = 0;
  GThread *thread = g_thread_new ("wake", wake_up, &word);
  HaulWait wait;

  haul_wait_init (&wait, -1, NULL);
  while (__atomic_load_n (&word, __ATOMIC_ACQUIRE) == 0)
    g_assert_cmpint (haul_wait_on (&wait, &word, 0), ==, HAUL_WAITED);
  g_thread_join (thread);
}

static void
test_owner_died (void)
{
  haul_autofd int fd = -1;
  SyncBoard *board = board_new (&fd);
  g_autoptr(GSubprocess) child = start_child (board, fd, "hold");
  HaulWaited waited = HAUL_WAITED;
  HaulWait wait;

  haul_wait_init (&wait, 0, NULL);
  g_assert_cmpint (haul_mutex_lock (&board->mutex, &wait, &waited), ==, ETIMEDOUT);
  g_assert_cmpint (waited, ==, HAUL_WAIT_WOULD_BLOCK);
  haul_wait_init (&wait, 10, NULL);
  g_assert_cmpint (haul_mutex_lock (&board->mutex, &wait, &waited), ==, ETIMEDOUT);
  g_assert_cmpint (waited, ==, HAUL_WAIT_TIMED_OUT);

  kill_child (child);
  haul_wait_init (&wait, -1, NULL);
  g_assert_cmpint (haul_mutex_lock (&board->mutex, &wait, NULL), ==, EOWNERDEAD);
  pthread_mutex_unlock (&board->mutex);
  g_assert_cmpint (haul_mutex_lock (&board->mutex, &wait, NULL), ==, 0);
  pthread_mutex_unlock (&board->mutex);
  haul_shared_unmap (board, sizeof *board);
}

static void
count_cb (HaulMember *member,
          guint       index G_GNUC_UNUSED,
          gpointer    user_data)
{
  int *pid = user_data;

  g_assert_cmpint (*pid, ==, 0);
  *pid = member->pid;
}

static void
test_members (void)
{
  haul_autofd int fd = -1;
  SyncBoard *board = board_new (&fd);
  g_autoptr(GSubprocess) child = start_child (board, fd, "leave");
  int child_pid = atoi (g_subprocess_get_identifier (child));
  guint member;
  int died = 0;

  g_assert_true (haul_members_join (&board->members, N_MEMBERS, &member));
  g_assert_cmpuint (member, ==, 1);
  g_assert_cmpuint (haul_members_bury (&board->members, N_MEMBERS, count_cb, &died), ==, 0);

  kill_child (child);
  g_assert_cmpuint (haul_members_bury (&board->members, N_MEMBERS, count_cb, &died), ==, 1);
  g_assert_cmpint (died, ==, child_pid);
  g_assert_true (haul_members_join (&board->members, N_MEMBERS, &member));
  g_assert_cmpuint (member, ==, 0);   /* its place is free again */

  board->members.members[0].pid = 1;   /* its number came round again: somebody else has it */
  g_assert_cmpuint (haul_members_bury (&board->members, N_MEMBERS, NULL, NULL), ==, 1);
  for (guint i = 0; i < N_MEMBERS - 1; i++)
    g_assert_true (haul_members_join (&board->members, N_MEMBERS, &member));
  g_assert_false (haul_members_join (&board->members, N_MEMBERS, &member));

  /* Whatever somebody wrote there, nothing behind the table is looked at. */
  memset (board->room + haul_members_size (N_MEMBERS), 0xff, sizeof board->room - haul_members_size (N_MEMBERS));
  board->members.n_used = G_MAXUINT32;
  g_assert_false (haul_members_join (&board->members, N_MEMBERS, &member));
  g_assert_cmpuint (haul_members_bury (&board->members, N_MEMBERS, NULL, NULL), ==, 0);
  haul_shared_unmap (board, sizeof *board);
}

/* Leaves this process @n fds that it may still open. The lowest that is free comes next. */
static void
leave_fds (guint          n,
           struct rlimit *ret_before)
{
  int next = dup (0);
  struct rlimit limit;

  g_assert_cmpint (next, >, 0);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, ret_before), ==, 0);
  limit = *ret_before;
  limit.rlim_cur = next + n;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* Who has no fd left to look with must not take those that live for dead. */
static void
test_members_without_fds (void)
{
  haul_autofd int fd = -1;
  SyncBoard *board = board_new (&fd);
  g_autoptr(GSubprocess) child = start_child (board, fd, "leave");
  const HaulMember *theirs = &board->members.members[0];
  HaulMember unknown = *theirs;
  struct rlimit before;
  gboolean is_dead;
  guint member;

  g_test_summary ("A process at its limit of open files neither buries others nor is buried");

  /* None, one for the pidfd alone, and enough. */
  for (guint n = 0; n < 3; n++)
    {
      leave_fds (n, &before);
      is_dead = haul_member_is_dead (theirs);
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
      g_assert_false (is_dead);
    }

  leave_fds (0, &before);
  g_assert_true (haul_members_join (&board->members, N_MEMBERS, &member));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_cmpuint (board->members.members[member].start, ==, 0);
  unknown.start = 0;   /* as theirs would be then */
  g_assert_false (haul_member_is_dead (&unknown));

  kill_child (child);
  g_assert_true (haul_member_is_dead (theirs));
  g_assert_true (haul_member_is_dead (&unknown));
  haul_shared_unmap (board, sizeof *board);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/wait/timeouts", test_timeouts);
  g_test_add_func ("/wait/cancelled", test_cancelled);
  g_test_add_func ("/wait/woken", test_woken);
  g_test_add_func ("/wait/owner-died", test_owner_died);
  g_test_add_func ("/wait/members", test_members);
  g_test_add_func ("/wait/members-without-fds", test_members_without_fds);

  return g_test_run ();
}
