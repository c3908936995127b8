/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <unistd.h>

#include "catalogue.h"
#include "haul/wire/haul-locale-private.h"
#include "lt-application.h"
#include "lt-lab-view.h"
#include "lt-window.h"
#include "scenes.h"

/* Makes the picture of a scene, as of scenes.c, rendered off screen:
 * lt-screenshot [--dark] [--rtl] [--width N] [--scale N] [--text-scale X] SCENE FILE */

#define ALARM_SECONDS 240
#define HEIGHT        640
#define LOOK_MS       200
/* At least: what moves when something has changed has then come to rest, on however slow a machine. */
#define N_FRAMES      60

static char *file_name;
static gboolean dark;
static gboolean rtl;
static int width = 960;
static int scale = 1;
static double text_scale = 1;

static const Scene *scene;
static guint next_step;
static guint waited;      /* looks that the step has waited for */
static guint n_frames;     /* drawn since the last step was done */
static gboolean fitted;     /* the dialog to the screen */

static HaulJob *
dup_newest (LtApplication *application)
{
  HaulJob *newest = g_list_model_get_item (lt_jobs_get_model (lt_application_get_jobs (application)), 0);

  if (newest == NULL)
    g_error ("%s: no job was started: %s", scene->name, scene->steps[next_step]);
  return newest;
}

/* "quit", or "new-job 'pi'". */
static void
act (GActionGroup *group,
     const char   *text)
{
  g_auto(GStrv) words = g_strsplit (text, " ", 2);
  g_autoptr(GVariant) parameter = NULL;
  g_autoptr(GError) error = NULL;

  if (words[1] != NULL)
    parameter = g_variant_parse (NULL, words[1], NULL, NULL, &error);
  if (error != NULL || !g_action_group_has_action (group, words[0]))
    g_error ("%s: %s", text, error != NULL ? error->message : "there is no such action");
  g_action_group_activate_action (group, words[0], parameter);
}

static void
start_many (LtApplication *application,
            const char    *text)
{
  char *command;
  guint64 n = g_ascii_strtoull (text, &command, 10);
  g_autofree char *action = g_strdup_printf ("start-job '%s'", g_strchug (command));

  for (guint64 i = 0; i < n; i++)
    act (G_ACTION_GROUP (application), action);
}

static void
start_one (LtApplication *application,
           const char    *command)
{
  g_action_group_activate_action (G_ACTION_GROUP (application), "start-job", g_variant_new_string (command));
}

static void
show_properties (LtProcessesView *view)
{
  g_autoptr(HaulProcessInfo) first = g_list_model_get_item (G_LIST_MODEL (lt_processes_view_get_list (view)), 0);

  lt_processes_view_select (view, first);
  lt_processes_view_show_properties (view);
}

/* What waits for nothing. FALSE if it is none of these. */
static gboolean
do_step (LtApplication *application,
         LtWindow      *window,
         const char    *verb,
         const char    *rest)
{
  if (g_str_equal (verb, "start"))
    start_one (application, rest);
  else if (g_str_equal (verb, "starts"))
    start_many (application, rest);
  else if (g_str_equal (verb, "select"))
    lt_window_select (window, lt_jobs_lookup (lt_application_get_jobs (application), (guint) g_ascii_strtoull (rest, NULL, 10)));
  else if (g_str_equal (verb, "page"))
    lt_window_set_page (window, rest);
  else if (g_str_equal (verb, "search"))
    lt_processes_view_search (lt_window_get_processes_view (window), rest);
  else if (g_str_equal (verb, "properties"))
    show_properties (lt_window_get_processes_view (window));
  else if (g_str_equal (verb, "app"))
    act (G_ACTION_GROUP (application), rest);
  else if (g_str_equal (verb, "win"))
    act (G_ACTION_GROUP (window), rest);
  else
    return FALSE;
  return TRUE;
}

/* Whether what a step waits for has come. */
static gboolean
try_step (LtApplication *application,
          LtWindow      *window,
          const char    *verb,
          const char    *rest)
{
  g_autoptr(HaulJob) newest = NULL;

  if (g_str_equal (verb, "wait"))
    return waited >= g_ascii_strtoull (rest, NULL, 10);
  if (g_str_equal (verb, "revealed"))
    {
      LtLabPage *page = lt_lab_view_open (lt_window_get_lab_view (window), rest, NULL);

      return lab_run_get_state (lt_lab_page_get_run (page)) == LAB_RUN_REVEALED;
    }

  newest = dup_newest (application);
  if (g_str_equal (verb, "ended"))
    return !haul_job_is_active (newest);
  if (g_str_equal (verb, "fraction"))
    return haul_job_get_state (newest) == HAUL_JOB_RUNNING && haul_job_get_fraction (newest) >= g_ascii_strtod (rest, NULL);
  if (g_str_equal (verb, "pause"))
    haul_job_pause (newest);
  else if (g_str_equal (verb, "cancel"))
    haul_job_cancel (newest);
  else
    g_error ("%s: what is “%s”?", scene->name, scene->steps[next_step]);
  return TRUE;
}

/* TRUE once all steps are done. */
static gboolean
play (LtApplication *application,
      LtWindow      *window)
{
  for (; scene->steps[next_step] != NULL; next_step++, waited = 0)
    {
      g_auto(GStrv) words = g_strsplit (scene->steps[next_step], " ", 2);
      const char *rest = words[1] != NULL ? words[1] : "";

      if (!do_step (application, window, words[0], rest) && !try_step (application, window, words[0], rest))
        {
          waited++;
          return FALSE;
        }
    }
  return TRUE;
}

/* The dialog of the window, if one is open, and otherwise the window. */
static GtkWidget *
find_subject (GtkWindow *window)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr(GtkWindow) other = g_list_model_get_item (toplevels, i);

      if (gtk_window_get_transient_for (other) == window && gtk_widget_get_mapped (GTK_WIDGET (other)))
        return GTK_WIDGET (other);
    }
  return GTK_WIDGET (window);
}

/* FALSE if the window is just being laid out anew and so shows nothing: it will the next time. */
static gboolean
save (GtkWidget *window)
{
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr(GskRenderer) renderer = gsk_cairo_renderer_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int natural_width = gdk_paintable_get_intrinsic_width (paintable);
  int natural_height = gdk_paintable_get_intrinsic_height (paintable);
  GskRenderNode *node;

  gtk_snapshot_scale (snapshot, scale, scale);
  gdk_paintable_snapshot (paintable, snapshot, natural_width, natural_height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return FALSE;
  if (!gsk_renderer_realize (renderer, NULL, &error))
    g_error ("%s", error->message);
  texture = gsk_renderer_render_texture (renderer, node,
                                         &GRAPHENE_RECT_INIT (0, 0, natural_width * scale, natural_height * scale));
  if (!gdk_texture_save_to_png (texture, file_name))
    g_error ("%s could not be written", file_name);
  gsk_renderer_unrealize (renderer);
  gsk_render_node_unref (node);
  return TRUE;
}

/* On a phone a dialog is as wide as the screen, too. FALSE if it has to be drawn anew. */
static gboolean
fit (GtkWidget *subject,
     GtkWindow *window)
{
  if (fitted || width >= 600 || subject == GTK_WIDGET (window))
    return TRUE;
  gtk_window_set_default_size (GTK_WINDOW (subject), width, HEIGHT);
  fitted = TRUE;
  n_frames = 0;
  return FALSE;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  n_frames++;
  return G_SOURCE_CONTINUE;
}

static gboolean
look_cb (gpointer user_data)
{
  LtApplication *application = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  while (gtk_window_get_transient_for (window) != NULL)
    window = gtk_window_get_transient_for (window);
  if (!play (application, LT_WINDOW (window)))
    n_frames = 0;
  if (n_frames < N_FRAMES || !fit (find_subject (window), window) || !save (find_subject (window)))
    return G_SOURCE_CONTINUE;

  lt_application_stop (application, 3000);
  return G_SOURCE_REMOVE;
}

static void
scale_text (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", (int) ((dpi > 0 ? dpi : 96 * 1024) * text_scale), NULL);
}

/* As the last window was closed with: it must not be wide first. */
static void
set_size (void)
{
  g_autoptr(GSettings) settings = g_settings_new (LT_APP_ID);

  g_settings_set_int (settings, "window-width", width);
  g_settings_set_int (settings, "window-height", HEIGHT);
}

static void
activate_cb (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  /* A narrow window is that of a phone, which has no other buttons. */
  if (width < 600)
    g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":close", NULL);
  if (text_scale != 1)
    scale_text ();
  if (dark)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick_cb, NULL, NULL);
  g_timeout_add (LOOK_MS, look_cb, application);
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* The window has round corners only where a manager composes it, and GTK looks for one when it opens
 * the display: so wait until one is there, and then begin from the beginning. */
static void
wait_for_manager (char **argv)
{
  gint64 limit = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  guint wake;

  if (g_getenv ("LT_SCREENSHOT_BEGUN") != NULL)
    return;

  gtk_init ();
  wake = g_timeout_add (50, wake_cb, NULL);
  while (!gdk_display_is_composited (gdk_display_get_default ()) && g_get_monotonic_time () < limit)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
  g_setenv ("LT_SCREENSHOT_BEGUN", "1", TRUE);
  (void) execv ("/proc/self/exe", argv);
}

int
main (int    argc,
      char **argv)
{
  static const GOptionEntry options[] = {
    { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Dark style", NULL },
    { "rtl", 0, 0, G_OPTION_ARG_NONE, &rtl, "Right to left", NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &width, "Width of the window", "N" },
    { "text-scale", 0, 0, G_OPTION_ARG_DOUBLE, &text_scale, "Size of the text, 2 for twice as large", "X" },
    { "scale", 0, 0, G_OPTION_ARG_INT, &scale, "Pixels for each pixel", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new ("SCENE FILE");
  g_autoptr(LtApplication) application = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;

  wait_for_manager (argv);
  alarm (ALARM_SECONDS);
  signal (SIGPIPE, SIG_IGN);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 3 || (scene = scene_lookup (argv[1])) == NULL)
    {
      g_printerr ("lt-screenshot: %s\n", error != NULL ? error->message : "a scene of scenes.c is wanted, and a file");
      return 2;
    }

  file_name = argv[2];
  folder = g_path_get_dirname (file_name);
  g_mkdir_with_parents (folder, 0755);
  setlocale (LC_ALL, "");
  haul_locale_set ();
  textdomain (GETTEXT_PACKAGE);
  haul_tasks_register (haul_catalogue);
  gtk_init ();
  if (rtl)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  set_size ();
  application = lt_application_new ();
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
