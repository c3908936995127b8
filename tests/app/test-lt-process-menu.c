/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lt-process-files.h"
#include "lt-process-menu.h"
#include "lt-process-properties.h"
#include "lt-processes-view-private.h"
#include "lt-test.h"
#include "lt-test-page.h"
#include "lt-window.h"

/* What can be done to a process from its row, on real ones. */

#define SOON 30000

extern char **environ;

/* A job is told: it is paused, and canceled, and did not crash. */
static void
test_job (void)
{
  LtTestPage page;
  HaulJob *job;
  g_autoptr(GSimpleActionGroup) actions = NULL;

  lt_test_page_init (&page, 960);
  job = lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  g_assert_cmpstr (haul_process_info_get_name (lt_test_page_find (&page)), ==, haul_job_get_title (job));
  actions = lt_process_actions_new (lt_test_page_find (&page), GTK_WIDGET (page.view));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "pause", NULL);
  lt_test_page_wait_state (&page, "T");
  g_assert_cmpint (haul_job_get_state (job), ==, HAUL_JOB_PAUSED);
  g_action_group_activate_action (G_ACTION_GROUP (actions), "resume", NULL);
  lt_test_page_wait_state (&page, "S");
  g_assert_cmpint (haul_job_get_state (job), ==, HAUL_JOB_RUNNING);
  g_action_group_change_action_state (G_ACTION_GROUP (actions), "nice", g_variant_new_int32 (15));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "show-job", NULL);
  g_assert_true (lt_window_get_selected (page.window) == job);
  g_action_group_activate_action (G_ACTION_GROUP (actions), "end", NULL);
  while (haul_job_is_active (job))   /* the alarm ends this */
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (haul_job_get_verdict (job), ==, HAUL_VERDICT_CANCELLED);
  g_clear_object (&actions);
  lt_test_page_clear (&page);
}

static gboolean
is_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

/* SIGKILL asks first, from wherever it was chosen. */
static void
answer (const char *response)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n_asked = 0;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (windows, i);

      if (!ADW_IS_MESSAGE_DIALOG (window) || !gtk_widget_get_visible (GTK_WIDGET (window)))
        continue;
      g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (window)), ==, "cancel");
      adw_message_dialog_response (ADW_MESSAGE_DIALOG (window), response);
      gtk_window_destroy (window);
      n_asked++;
      break;
    }
  g_assert_cmpuint (n_asked, ==, 1);
}

/* What was chosen in a menu that was opened before the end goes to nobody. */
static void
test_too_late (void)
{
  LtTestPage page;
  HaulJob *job;
  g_autoptr(GSimpleActionGroup) actions = NULL;
  g_autoptr(HaulProcessInfo) info = NULL;
  g_autoptr(GError) error = NULL;

  lt_test_page_init (&page, 960);
  job = lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  info = g_object_ref (lt_test_page_find (&page));
  actions = lt_process_actions_new (info, GTK_WIDGET (page.view));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "signal", g_variant_new_int32 (SIGKILL));
  answer ("force");
  lt_test_run_until (is_ended, job, SOON);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
  g_action_group_activate_action (G_ACTION_GROUP (actions), "signal", g_variant_new_int32 (SIGTERM));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "signal", g_variant_new_int32 (0));
  g_assert_false (haul_process_info_signal (info, SIGTERM, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_ENDED);
  g_clear_object (&actions);
  g_clear_object (&info);
  lt_test_page_clear (&page);
}

static gboolean
is_gone (gpointer data)
{
  return lt_test_page_find (data) == NULL;
}

/* The lesson: it has finished, and is there until somebody joins it. */
static void
test_zombie (void)
{
  LtTestPage page;
  HaulJob *job;
  g_autoptr(GSimpleActionGroup) actions = NULL;
  g_autoptr(HaulProcessInfo) info = NULL;

  lt_test_page_init (&page, 960);
  job = lt_jobs_start (page.jobs, haul_task_lookup ("sleep", NULL), g_variant_new_parsed ("{'seconds': <0.1>}"),
                       &(LtJobOptions) { .where = LT_RUN_IN_PROCESS, .hold = TRUE }, NULL);
  lt_test_run_until (is_ended, job, SOON);
  page.pid = haul_job_get_pid (job);
  lt_test_page_wait_state (&page, "Z");
  info = g_object_ref (lt_test_page_find (&page));
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "exit 0");
  g_assert_false (g_str_equal (haul_process_info_get_state (haul_process_info_get_parent (info)), "Z"));
  actions = lt_process_actions_new (info, GTK_WIDGET (page.view));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "join", NULL);
  lt_test_run_until (is_gone, &page, SOON);
  g_assert_true (haul_process_info_get_is_ended (info));
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "exit 0");
  g_clear_object (&actions);
  g_clear_object (&info);
  lt_test_page_clear (&page);
}

static guint
count_items (GMenuModel *menu)
{
  guint n = 0;

  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr(GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autoptr(GMenuModel) submenu = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SUBMENU);

      n += section != NULL ? count_items (section) : submenu != NULL ? count_items (submenu) : 1;
    }
  return n;
}

/* This app is not signalled from its own list, and all of this user's are only looked at. */
static void
test_menu (void)
{
  LtTestPage page;
  g_autoptr(GMenuModel) own = NULL, job_menu = NULL, others = NULL;

  lt_test_page_init (&page, 960);
  (void) lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  job_menu = lt_process_menu_build (lt_test_page_find (&page), NULL);
  g_assert_cmpuint (count_items (job_menu), >=, 3 + 8 + 4 + 1 + 2);
  page.pid = getpid ();
  own = lt_process_menu_build (lt_test_page_find (&page), NULL);
  g_assert_cmpuint (count_items (own), ==, 3);   /* to copy, its files, its properties */
  gtk_widget_activate_action (GTK_WIDGET (page.view), "processes.scope", "s", "user");
  lt_test_page_wait_state (&page, "R");
  others = lt_process_menu_build (lt_test_page_find (&page), NULL);
  g_assert_cmpuint (count_items (others), ==, 3);

  lt_processes_view_select (page.view, lt_test_page_find (&page));
  g_assert_nonnull (lt_processes_view_popup_menu (page.view));
  lt_test_page_clear (&page);
}

/* A shell and one that it started, in a group of their own. */
static int
spawn_group (void)
{
  char * const argv[] = { (char *) "sh", (char *) "-c", (char *) "sleep 600 & wait", NULL };
  posix_spawnattr_t attributes;
  int pid = 0;

  g_assert_cmpint (posix_spawnattr_init (&attributes), ==, 0);
  g_assert_cmpint (posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP), ==, 0);
  g_assert_cmpint (posix_spawnattr_setpgroup (&attributes, 0), ==, 0);
  g_assert_cmpint (posix_spawn (&pid, "/bin/sh", NULL, &attributes, argv, environ), ==, 0);
  (void) posix_spawnattr_destroy (&attributes);
  return pid;
}

static gboolean
has_group (gpointer data)
{
  LtTestPage *self = data;
  g_autoptr(GPtrArray) group = lt_test_page_find (self) != NULL ? lt_process_menu_dup_group (lt_test_page_find (self), GTK_WIDGET (self->view)) : NULL;

  return group != NULL && group->len == 2;
}

static gboolean
is_group_over (gpointer group)
{
  GPtrArray *rows = group;

  for (guint i = 0; i < rows->len; i++)
    if (!haul_process_info_get_is_ended (rows->pdata[i]) && !g_str_equal (haul_process_info_get_state (rows->pdata[i]), "Z"))
      return FALSE;
  return TRUE;
}

/* Both get it, after it was asked; and a group that this program is in is offered nothing. */
static void
test_group (void)
{
  LtTestPage page;
  g_autoptr(GSimpleActionGroup) actions = NULL;
  g_autoptr(GPtrArray) group = NULL;
  g_autoptr(GPtrArray) none = NULL;
  g_autoptr(GMenuModel) with = NULL, without = NULL;
  int shell = spawn_group ();

  lt_test_page_init (&page, 960);
  page.pid = shell;
  lt_test_run_until (has_group, &page, SOON);
  group = lt_process_menu_dup_group (lt_test_page_find (&page), GTK_WIDGET (page.view));
  with = lt_process_menu_build (lt_test_page_find (&page), group);
  without = lt_process_menu_build (lt_test_page_find (&page), NULL);
  g_assert_cmpuint (count_items (with), >, count_items (without));
  actions = lt_process_actions_new (lt_test_page_find (&page), GTK_WIDGET (page.view));
  g_action_group_activate_action (G_ACTION_GROUP (actions), "signal-group", g_variant_new_int32 (SIGKILL));
  answer ("force-group");
  lt_test_run_until (is_group_over, group, SOON);
  g_assert_cmpint (waitpid (shell, NULL, 0), ==, shell);

  page.pid = getpid ();
  none = lt_process_menu_dup_group (lt_test_page_find (&page), GTK_WIDGET (page.view));
  g_assert_null (none);
  g_clear_object (&actions);
  lt_test_page_clear (&page);
}

static void
test_file_words (void)
{
  static const struct { const char *target; gboolean is_folder; int flags; const char *words; } cases[] = {
    { "pipe:[12]", FALSE, O_RDONLY, "A pipe, which it reads from" },
    { "pipe:[12]", FALSE, O_WRONLY, "A pipe, which it writes into" },
    { "/dev/null", FALSE, O_RDWR, "Nothing: what is written there is gone, and there is nothing to read" },
    { "/dev/pts/3", FALSE, O_RDWR, "A terminal" },
    { "/tmp", TRUE, O_RDONLY, "A folder" },
    { "/tmp/a", FALSE, O_RDONLY | O_CLOEXEC, "A file, to read" },
    { "/tmp/a", FALSE, O_WRONLY | O_APPEND, "A file, to write" },
    { "/tmp/a (deleted)", FALSE, O_RDWR, "A file that was removed, and is there as long as it is open" },
    { "/memfd:haul (deleted)", FALSE, O_RDWR, "Memory that can be shared with other processes" },
    { "anon_inode:[eventpoll]", FALSE, O_RDWR, "Waits for many things at once (epoll)" },
    { "anon_inode:new", FALSE, O_RDWR, "Something of the kernel" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = lt_process_file_describe (cases[i].target, cases[i].is_folder, cases[i].flags);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  *(LtProcessFiles **) user_data = lt_process_files_read_finish (result, &error);
  g_assert_no_error (error);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

static void
too_late_to_read_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(LtProcessFiles) files = lt_process_files_read_finish (result, user_data);

  g_assert_null (files);
}

/* Of a worker, which has its input, its output, its errors and its channel; and of one that is gone. */
static void
test_files (void)
{
  LtTestPage page;
  HaulJob *job;
  g_autoptr(HaulProcessInfo) info = NULL;
  g_autoptr(LtProcessFiles) files = NULL;
  g_autoptr(GError) error = NULL;

  lt_test_page_init (&page, 960);
  job = lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  info = g_object_ref (lt_test_page_find (&page));
  lt_process_files_read_async (info, NULL, read_cb, &files);
  lt_test_run_until (is_set, &files, SOON);
  g_assert_cmpuint (files->files->len, >=, 5);
  g_assert_cmpint (((LtProcessFile *) files->files->pdata[0])->fd, ==, 0);
  g_assert_nonnull (strstr (files->program, "haul-worker"));
  g_assert_nonnull (strstr (files->command, "haul-worker"));

  haul_job_cancel (job);
  lt_test_run_until (is_ended, job, SOON);
  lt_process_files_read_async (info, NULL, too_late_to_read_cb, &error);
  lt_test_run_until (is_set, &error, SOON);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_ENDED);
  g_clear_object (&info);
  lt_test_page_clear (&page);
}

static GtkWindow *
find_properties (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (windows, i);

      if (LT_IS_PROCESS_PROPERTIES (window))
        return window;
    }
  return NULL;
}

static gboolean
has_text (GtkWidget  *widget,
          const char *part)
{
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_label (GTK_LABEL (widget)), part) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_text (child, part))
      return TRUE;
  return FALSE;
}

static gboolean
shows_program (gpointer window)
{
  return has_text (window, "haul-worker") && has_text (window, "A pipe, which it ");
}

/* Alt+Return: what is known, where that comes from, and its files; also after its end. */
static void
test_properties (void)
{
  LtTestPage page;
  HaulJob *job;
  GtkWindow *window;
  g_autofree char *pid = NULL;
  g_autofree char *source = NULL;
  g_autofree char *sentence = NULL;

  lt_test_page_init (&page, 960);
  job = lt_test_page_start_job (&page);
  lt_test_page_wait_state (&page, "S");
  lt_processes_view_select (page.view, lt_test_page_find (&page));
  g_action_group_activate_action (G_ACTION_GROUP (page.window), "show-details", NULL);
  window = find_properties ();
  g_assert_nonnull (window);
  lt_test_run_until (shows_program, window, SOON);
  pid = g_strdup_printf ("%d", page.pid);
  source = g_strdup_printf ("/proc/%d/stat: state (3)", page.pid);
  sentence = lt_process_properties_explain (lt_test_page_find (&page));
  g_assert_true (has_text (GTK_WIDGET (window), pid));
  g_assert_true (has_text (GTK_WIDGET (window), source));
  g_assert_nonnull (strstr (sentence, "its state is "));   /* it may just have been awake */
  haul_job_cancel (job);
  lt_test_run_until (is_gone, &page, SOON);
  g_assert_true (shows_program (window));   /* what was known last */
  gtk_window_destroy (window);
  lt_test_page_clear (&page);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/process-menu/job", test_job);
  g_test_add_func ("/app/process-menu/too-late", test_too_late);
  g_test_add_func ("/app/process-menu/zombie", test_zombie);
  g_test_add_func ("/app/process-menu/menu", test_menu);
  g_test_add_func ("/app/process-menu/group", test_group);
  g_test_add_func ("/app/process-menu/file-words", test_file_words);
  g_test_add_func ("/app/process-menu/files", test_files);
  g_test_add_func ("/app/process-menu/properties", test_properties);
  return g_test_run ();
}
