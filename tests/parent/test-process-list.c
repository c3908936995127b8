/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "haul-test.h"
#include "haul/parent/haul-format.h"
#include "haul/parent/haul-process-list-private.h"
#include "haul/wire/haul-error.h"

/* The list on processes that are made up, at times that are: how it compares, marks and tells. */

#define SECOND G_USEC_PER_SEC

typedef struct
{
  HaulProcessList *list;      /* (owned) */
  GArray          *samples;   /* (owned) of HaulProcSample */
  gint64           now;
  GString         *changes;   /* (owned) "position,removed,added " */
  guint            n_refreshed;
} Fixture;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Fixture *self = user_data;

  g_string_append_printf (self->changes, "%u,%u,%u ", position, removed, added);
}

static void
refreshed_cb (HaulProcessList *list,
              gpointer         user_data)
{
  ((Fixture *) user_data)->n_refreshed++;
}

static void
fixture_init (Fixture          *self,
              HaulProcessScope  scope)
{
  haul_test_begin ();
  self->list = haul_process_list_new (scope);
  self->samples = g_array_new (FALSE, FALSE, sizeof (HaulProcSample));
  self->now = 1000 * SECOND;
  self->changes = g_string_new (NULL);
  self->n_refreshed = 0;
  g_signal_connect (self->list, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect (self->list, "refreshed", G_CALLBACK (refreshed_cb), self);
}

static void
fixture_clear (Fixture *self)
{
  g_assert_finalize_object (g_steal_pointer (&self->list));
  g_array_unref (self->samples);
  g_string_free (self->changes, TRUE);
  haul_test_assert_clean ();
}

/* Started five seconds after the machine. */
static HaulProcSample *
add (Fixture    *self,
     int         pid,
     int         parent_pid,
     const char *name)
{
  HaulProcSample sample = {
    .pid = pid, .parent_pid = parent_pid, .uid = getuid (), .start = 5 * SECOND, .state = 'S', .n_threads = 1,
    .own_memory = -1, .exit_status = -1,
  };

  g_strlcpy (sample.name, name, sizeof sample.name);
  g_array_append_val (self->samples, sample);
  return &g_array_index (self->samples, HaulProcSample, self->samples->len - 1);
}

static HaulProcSample *
find (Fixture *self,
      int      pid)
{
  for (guint i = 0; i < self->samples->len; i++)
    if (g_array_index (self->samples, HaulProcSample, i).pid == pid)
      return &g_array_index (self->samples, HaulProcSample, i);
  g_assert_not_reached ();
}

static void
drop (Fixture *self,
      int      pid)
{
  for (guint i = 0; i < self->samples->len; i++)
    if (g_array_index (self->samples, HaulProcSample, i).pid == pid)
      g_array_remove_index (self->samples, i--);
}

static void
apply_after (Fixture *self,
             gint64   time)
{
  self->now += time;
  for (guint i = 0; i < self->samples->len; i++)
    g_array_index (self->samples, HaulProcSample, i).read_at = self->now;
  haul_process_list_apply (self->list, self->samples, self->now);
}

static char *
rows (Fixture *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr(HaulProcessInfo) info = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      g_string_append_printf (text, "%s%d%s", i > 0 ? " " : "", haul_process_info_get_pid (info),
                              haul_process_info_get_state (info));
    }
  return g_string_free (text, FALSE);
}

#define assert_rows(fixture, expected) G_STMT_START {   \
    g_autofree char *now_there = rows (fixture);        \
    g_assert_cmpstr (now_there, ==, expected);          \
  } G_STMT_END

#define assert_changes(fixture, expected) G_STMT_START {         \
    g_assert_cmpstr ((fixture)->changes->str, ==, expected);     \
    g_string_truncate ((fixture)->changes, 0);                   \
  } G_STMT_END

/* What the kernel writes, and what it cannot. */
static void
test_parse (void)
{
  static const char tail[] = " S 1 2 3 0 -1 4194304 1 2 3 4 250 50 0 0 20 5 7 0 1234 1000000 300 18446744073709551615 1 1 0 0 0 0 "
                             "0 0 0 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 768\n";
  static const struct { const char *name; const char *expected; } names[] = {
    { "sh", "sh" }, { "a) R 1 (\n\xff", "a) R 1 ( \xef\xbf\xbd" }, { "", "" }, { ")", ")" }, { "(((", "(((" }, { "a b", "a b" },
    { "\xc3\xa4", "\xc3\xa4" },
  };
  static const char * const bad[] = { "", "1", "1 (a", "1 a)", "1 (a)", "1 (a) S", "1 (a) S 1 2", "x (a) S 1", "-3 (a) S 1", ")(" };
  HaulProcSample sample;
  g_autofree char *long_name = g_strnfill (5000, 'x');
  g_autofree char *text = g_strconcat ("9 (", long_name, ")", tail, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = g_strconcat ("42 (", names[i].name, ")", tail, NULL);

      g_assert_true (haul_proc_parse (line, strlen (line), &sample));
      g_assert_cmpstr (sample.name, ==, names[i].expected);
      g_assert_cmpint (sample.pid, ==, 42);
      g_assert_cmpint (sample.parent_pid, ==, 1);
      g_assert_cmpint (sample.state, ==, 'S');
      g_assert_cmpint (sample.nice, ==, 5);
      g_assert_cmpuint (sample.n_threads, ==, 7);
      g_assert_cmpint (sample.core, ==, 3);
      g_assert_cmpuint (sample.cpu_us, ==, 300 * (guint64) SECOND / sysconf (_SC_CLK_TCK));
      g_assert_cmpuint (sample.start, ==, 1234 * (guint64) SECOND / sysconf (_SC_CLK_TCK));
      g_assert_cmpuint (sample.memory, ==, 300 * (guint64) sysconf (_SC_PAGESIZE));
      g_assert_cmpint (sample.exit_status, ==, -1);   /* it lives */
    }
  g_assert_true (haul_proc_parse (text, strlen (text), &sample));
  g_assert_cmpuint (strlen (sample.name), <, HAUL_PROC_NAME_SIZE);
  g_assert_true (g_utf8_validate (sample.name, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (haul_proc_parse (bad[i], strlen (bad[i]), &sample));
}

/* One change for a run of rows, and none for what only has other values. */
static void
test_changes (void)
{
  Fixture f;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  for (int pid = 10; pid < 20; pid++)
    add (&f, pid, 1, "x");
  apply_after (&f, 0);
  assert_changes (&f, "0,0,10 ");
  find (&f, 15)->state = 'R';
  apply_after (&f, SECOND);
  assert_changes (&f, "");
  assert_rows (&f, "10S 11S 12S 13S 14S 15R 16S 17S 18S 19S");

  drop (&f, 11);
  drop (&f, 12);
  drop (&f, 17);
  add (&f, 20, 1, "y");
  add (&f, 21, 1, "y");
  apply_after (&f, SECOND);
  assert_changes (&f, "10,0,2 ");
  assert_rows (&f, "10S 11X 12X 13S 14S 15R 16S 17X 18S 19S 20S 21S");

  apply_after (&f, 3 * SECOND - 1);
  assert_changes (&f, "");
  apply_after (&f, 1);
  assert_changes (&f, "1,2,0 5,1,0 ");
  assert_rows (&f, "10S 13S 14S 15R 16S 18S 19S 20S 21S");
  g_assert_cmpuint (f.n_refreshed, ==, 5);
  fixture_clear (&f);
}

/* New for two seconds, but not what was there at first. */
static void
test_new (void)
{
  Fixture f;
  HaulProcessInfo *first, *second;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "x");
  apply_after (&f, 0);
  first = haul_process_list_lookup (f.list, 10);
  g_assert_false (haul_process_info_get_is_new (first));
  add (&f, 11, 1, "x");
  apply_after (&f, SECOND);
  second = haul_process_list_lookup (f.list, 11);
  g_assert_true (haul_process_info_get_is_new (second));
  g_assert_cmpint (haul_process_list_expire (f.list, f.now), ==, f.now + 2 * SECOND);
  g_assert_cmpint (haul_process_list_expire (f.list, f.now + 2 * SECOND - 1), !=, 0);
  g_assert_true (haul_process_info_get_is_new (second));
  g_assert_cmpint (haul_process_list_expire (f.list, f.now + 2 * SECOND), ==, 0);
  g_assert_false (haul_process_info_get_is_new (second));
  fixture_clear (&f);
}

/* The same number and another start: another process, and the old row does not become it. */
static void
test_pid_reuse (void)
{
  Fixture f;
  g_autoptr(HaulProcessInfo) before = NULL;
  HaulProcessInfo *after;
  g_autoptr(GError) error = NULL;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "old");
  apply_after (&f, 0);
  before = g_object_ref (haul_process_list_lookup (f.list, 10));
  find (&f, 10)->start += 10000;
  g_strlcpy (find (&f, 10)->name, "new", HAUL_PROC_NAME_SIZE);
  apply_after (&f, SECOND);
  after = haul_process_list_lookup (f.list, 10);
  g_assert_true (after != before);
  g_assert_true (haul_process_info_get_is_ended (before));
  g_assert_false (haul_process_info_get_is_ended (after));
  g_assert_cmpstr (haul_process_info_get_name (before), ==, "old");
  g_assert_cmpstr (haul_process_info_get_name (after), ==, "new");
  assert_rows (&f, "10X 10S");
  g_assert_false (haul_process_info_signal (before, SIGKILL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_ENDED);
  apply_after (&f, 3 * SECOND);
  assert_rows (&f, "10S");
  g_assert_true (haul_process_list_lookup (f.list, 10) == after);
  g_clear_object (&before);
  fixture_clear (&f);
}

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

/* Each property tells only when it is another. */
static void
test_properties (void)
{
  Fixture f;
  HaulProcessInfo *info;
  guint n_state = 0, n_cpu = 0, n_memory = 0, n_name = 0;
  float history[HAUL_PROCESS_HISTORY];

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "x")->cpu_us = 50 * SECOND;
  apply_after (&f, 0);
  info = haul_process_list_lookup (f.list, 10);
  g_assert_cmpfloat_with_epsilon (haul_process_info_get_cpu (info), 100.0 * 50 / 995, 0.001);
  g_assert_cmpfloat_with_epsilon (haul_process_info_get_elapsed (info), 995, 0.001);
  g_signal_connect_swapped (info, "notify::state", G_CALLBACK (count_cb), &n_state);
  g_signal_connect_swapped (info, "notify::cpu", G_CALLBACK (count_cb), &n_cpu);
  g_signal_connect_swapped (info, "notify::memory", G_CALLBACK (count_cb), &n_memory);
  g_signal_connect_swapped (info, "notify::name", G_CALLBACK (count_cb), &n_name);
  for (guint i = 0; i < 100; i++)
    {
      find (&f, 10)->cpu_us += i < 50 ? SECOND : SECOND / 2;
      apply_after (&f, SECOND);
    }
  g_assert_cmpuint (n_cpu, ==, 2);
  g_assert_cmpuint (n_state, ==, 0);
  g_assert_cmpuint (n_memory, ==, 0);
  g_assert_cmpuint (n_name, ==, 0);
  g_assert_cmpfloat (haul_process_info_get_cpu (info), ==, 50);
  g_assert_cmpfloat (haul_process_list_get_cpu (f.list), ==, 50);
  g_assert_cmpuint (haul_process_info_get_history (info, history, 2), ==, 2);
  g_assert_cmpuint (haul_process_info_get_history (info, history, HAUL_PROCESS_HISTORY), ==, HAUL_PROCESS_HISTORY);
  g_assert_cmpfloat (history[0], ==, 100);
  g_assert_cmpfloat (history[9], ==, 100);
  g_assert_cmpfloat (history[10], ==, 50);
  g_assert_cmpfloat (history[59], ==, 50);
  fixture_clear (&f);
}

/* Only so much as is asked for. */
static void
test_memory (void)
{
  Fixture f;
  HaulProcessInfo *info;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "x")->memory = 5000;
  apply_after (&f, 0);
  info = haul_process_list_lookup (f.list, 10);
  g_assert_cmpuint (haul_process_info_get_memory (info), ==, 5000);
  g_assert_cmpint (haul_process_info_get_own_memory (info), ==, -1);
  g_object_set (info, "measured", TRUE, NULL);
  find (&f, 10)->own_memory = 3000;
  apply_after (&f, SECOND);
  g_assert_cmpuint (haul_process_info_get_memory (info), ==, 3000);
  g_assert_cmpuint (haul_process_list_get_memory (f.list), ==, 3000);
  fixture_clear (&f);
}

static int
by_cpu (gconstpointer a,
        gconstpointer b,
        gpointer      data)
{
  double x = haul_process_info_get_cpu ((HaulProcessInfo *) a), y = haul_process_info_get_cpu ((HaulProcessInfo *) b);

  return (x < y) - (x > y);
}

static char *
tree_text (HaulProcessList  *list,
           GCompareDataFunc  compare)
{
  g_autoptr(GPtrArray) tree = haul_process_list_dup_tree (list, compare, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tree->len; i++)
    g_string_append_printf (text, "%s%d:%u/%u", i > 0 ? " " : "", haul_process_info_get_pid (tree->pdata[i]),
                            haul_process_info_get_depth (tree->pdata[i]), haul_process_info_get_n_children (tree->pdata[i]));
  return g_string_free (text, FALSE);
}

#define assert_tree(fixture, compare, expected) G_STMT_START {                   \
    g_autofree char *now_there = tree_text ((fixture)->list, compare);           \
    g_assert_cmpstr (now_there, ==, expected);                                   \
  } G_STMT_END

/* This program, what it started, and so on; also what was given to another parent since. */
static void
test_own_tree (void)
{
  Fixture f;
  int self = getpid ();
  g_autofree char *by_start = NULL, *sorted = NULL, *adopted = NULL;
  HaulProcessInfo *grandchild;

  fixture_init (&f, HAUL_PROCESS_SCOPE_OWN);
  add (&f, 1, 0, "init")->start = 0;
  add (&f, self, 1, "me")->start = SECOND;
  add (&f, 5000001, self, "child");
  add (&f, 5000002, self, "busy child");
  add (&f, 5000003, 5000001, "grandchild");
  add (&f, 5000004, 1, "somebody");
  add (&f, 5000005, 5000004, "somebody's");
  add (&f, 5000006, 5000007, "one of a ring");
  add (&f, 5000007, 5000006, "one of a ring");
  apply_after (&f, 0);
  by_start = g_strdup_printf ("%d:0/2 5000001:1/1 5000003:2/0 5000002:1/0", self);
  assert_tree (&f, NULL, by_start);
  find (&f, 5000002)->cpu_us = SECOND / 2;
  apply_after (&f, SECOND);
  sorted = g_strdup_printf ("%d:0/2 5000002:1/0 5000001:1/1 5000003:2/0", self);
  assert_tree (&f, by_cpu, sorted);

  grandchild = haul_process_list_lookup (f.list, 5000003);
  g_assert_true (haul_process_info_get_parent (grandchild) == haul_process_list_lookup (f.list, 5000001));
  drop (&f, 5000001);
  find (&f, 5000003)->parent_pid = 1;
  apply_after (&f, SECOND);
  g_assert_true (haul_process_list_lookup (f.list, 5000003) == grandchild);
  g_assert_null (haul_process_info_get_parent (grandchild));
  g_assert_true (haul_process_info_get_can_control (grandchild));
  apply_after (&f, 3 * SECOND);
  adopted = g_strdup_printf ("%d:0/1 5000002:1/0 5000003:0/0", self);
  assert_tree (&f, NULL, adopted);
  g_assert_false (haul_process_info_get_can_control (haul_process_list_lookup (f.list, self)));
  fixture_clear (&f);
}

/* What hangs below one that goes stands by itself, and is found in the tree. */
static void
test_orphans (void)
{
  Fixture f;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "a");
  add (&f, 11, 10, "b");
  add (&f, 12, 11, "c");
  apply_after (&f, 0);
  assert_tree (&f, NULL, "10:0/1 11:1/1 12:2/0");
  drop (&f, 11);
  drop (&f, 12);
  apply_after (&f, SECOND);
  assert_tree (&f, NULL, "10:0/1 11:1/1 12:2/0");
  add (&f, 13, 11, "d");
  apply_after (&f, 3 * SECOND);
  assert_tree (&f, NULL, "10:0/0 13:0/0");
  fixture_clear (&f);
}

/* From another terminal: programs by their own name, and whatever has a worker. */
static void
test_haul_scope (void)
{
  Fixture f;

  fixture_init (&f, HAUL_PROCESS_SCOPE_HAUL);
  add (&f, 10, 1, "bash")->start = SECOND;
  add (&f, 20, 10, "haul")->program = HAUL_PROC_PROGRAM;
  add (&f, 21, 20, "pi")->program = HAUL_PROC_WORKER;
  add (&f, 22, 21, "cat");
  add (&f, 30, 10, "a program");
  add (&f, 31, 30, "haul-worker")->program = HAUL_PROC_FORK_SERVER;
  add (&f, 32, 31, "haul-worker")->program = HAUL_PROC_FORK_SERVER;
  add (&f, 40, 10, "vi");
  add (&f, getpid (), 10, "haul")->program = HAUL_PROC_PROGRAM;
  apply_after (&f, 0);
  assert_tree (&f, NULL, "20:0/1 21:1/1 22:2/0 30:0/1 31:1/1 32:2/0");
  g_assert_cmpint (haul_process_info_get_kind (haul_process_list_lookup (f.list, 20)), ==, HAUL_PROCESS_PROGRAM);
  g_assert_cmpint (haul_process_info_get_kind (haul_process_list_lookup (f.list, 21)), ==, HAUL_PROCESS_WORKER);
  g_assert_cmpint (haul_process_info_get_kind (haul_process_list_lookup (f.list, 30)), ==, HAUL_PROCESS_PROGRAM);
  g_assert_cmpint (haul_process_info_get_kind (haul_process_list_lookup (f.list, 31)), ==, HAUL_PROCESS_FORK_SERVER);
  g_assert_cmpint (haul_process_info_get_kind (haul_process_list_lookup (f.list, 32)), ==, HAUL_PROCESS_WORKER);
  g_assert_cmpstr (haul_process_info_get_name (haul_process_list_lookup (f.list, 31)), ==, "Fork server");
  g_assert_false (haul_process_info_get_can_control (haul_process_list_lookup (f.list, 21)));
  fixture_clear (&f);
}

static void
test_other_users (void)
{
  Fixture f;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "mine");
  add (&f, 11, 1, "theirs")->uid = getuid () + 1;
  apply_after (&f, 0);
  assert_rows (&f, "10S");
  haul_process_list_set_scope (f.list, HAUL_PROCESS_SCOPE_OWN);
  assert_rows (&f, "");
  assert_changes (&f, "0,0,1 0,1,0 ");
  fixture_clear (&f);
}

/* The kernel tells how a zombie ended. */
static void
test_zombie (void)
{
  Fixture f;
  HaulProcessInfo *info;
  int code = 0, number = 0;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  add (&f, 10, 1, "x");
  add (&f, 11, 1, "y");
  apply_after (&f, 0);
  info = haul_process_list_lookup (f.list, 10);
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "");
  g_assert_false (haul_process_info_get_exit (info, NULL, NULL));
  find (&f, 10)->state = find (&f, 11)->state = 'Z';
  find (&f, 10)->exit_status = 3 << 8;
  find (&f, 11)->exit_status = SIGSEGV;
  apply_after (&f, SECOND);
  g_assert_true (haul_process_info_get_exit (info, &code, &number));
  g_assert_cmpint (code, ==, 3);
  g_assert_cmpint (number, ==, 0);
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "exit 3");
  g_assert_cmpstr (haul_process_info_get_exit_text (haul_process_list_lookup (f.list, 11)), ==, "signal 11, SIGSEGV");
  drop (&f, 10);
  apply_after (&f, SECOND);
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "exit 3");
  fixture_clear (&f);
}

/* At random: after each round, the rows are those that were given, each once, with nothing lost. */
static void
test_many (void)
{
  Fixture f;
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  int next = 100;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  for (guint i = 0; i < 500; i++)
    add (&f, next++, 1, "x");
  for (guint n = 0; n < 50; n++)
    {
      g_autoptr(GPtrArray) tree = NULL;

      for (guint i = g_test_rand_int_range (0, 40); i > 0; i--)
        g_array_remove_index (f.samples, g_test_rand_int_range (0, f.samples->len));
      for (guint i = g_test_rand_int_range (0, 40); i > 0; i--)
        add (&f, next, g_test_rand_int_range (100, next), "y"), next++;
      apply_after (&f, SECOND);
      tree = haul_process_list_dup_tree (f.list, by_cpu, NULL);
      g_assert_cmpuint (tree->len, ==, g_list_model_get_n_items (G_LIST_MODEL (f.list)));
      g_hash_table_remove_all (seen);
      for (guint i = 0; i < tree->len; i++)
        g_assert_true (g_hash_table_add (seen, tree->pdata[i]));
      for (guint i = 0; i < f.samples->len; i++)
        g_assert_nonnull (haul_process_list_lookup (f.list, g_array_index (f.samples, HaulProcSample, i).pid));
    }
  g_hash_table_unref (seen);
  fixture_clear (&f);
}

static void
test_words (void)
{
  const int *numbers = haul_signals_list ();

  g_assert_cmpstr (haul_process_state_word ("Z"), ==, "Zombie");
  g_assert_cmpstr (haul_process_state_text ("Z"), ==, "finished, but its parent has not joined it yet");
  g_assert_cmpstr (haul_process_state_word ("?"), ==, "");
  g_assert_cmpstr (haul_process_state_text (""), ==, "");
  for (; *numbers != 0; numbers++)
    {
      g_assert_nonnull (haul_signal_name (*numbers));
      g_assert_cmpstr (haul_signal_meaning (*numbers), !=, "");
      g_assert_null (strchr (haul_signal_meaning (*numbers), '\n'));
    }
  g_assert_cmpint (numbers - haul_signals_list (), >=, 8);
  g_assert_cmpstr (haul_signal_meaning (SIGWINCH), ==, "");
}

static void
test_interval (void)
{
  Fixture f;
  guint interval = 0;

  fixture_init (&f, HAUL_PROCESS_SCOPE_USER);
  haul_process_list_set_interval (f.list, 1);
  g_assert_cmpuint (haul_process_list_get_interval (f.list), ==, HAUL_PROCESS_MIN_INTERVAL);
  haul_process_list_set_interval (f.list, 100000);
  g_object_get (f.list, "interval", &interval, NULL);
  g_assert_cmpuint (interval, ==, HAUL_PROCESS_MAX_INTERVAL);
  fixture_clear (&f);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/process-list/parse", test_parse);
  g_test_add_func ("/process-list/changes", test_changes);
  g_test_add_func ("/process-list/new", test_new);
  g_test_add_func ("/process-list/pid-reuse", test_pid_reuse);
  g_test_add_func ("/process-list/properties", test_properties);
  g_test_add_func ("/process-list/memory", test_memory);
  g_test_add_func ("/process-list/own-tree", test_own_tree);
  g_test_add_func ("/process-list/orphans", test_orphans);
  g_test_add_func ("/process-list/haul-scope", test_haul_scope);
  g_test_add_func ("/process-list/other-users", test_other_users);
  g_test_add_func ("/process-list/zombie", test_zombie);
  g_test_add_func ("/process-list/many", test_many);
  g_test_add_func ("/process-list/words", test_words);
  g_test_add_func ("/process-list/interval", test_interval);

  return g_test_run ();
}
