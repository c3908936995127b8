/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "catalogue.h"
#include "lt-application.h"
#include "lt-job-details.h"
#include "lt-processes-view.h"
#include "lt-window.h"

/* Makes the picture of a view: the real window with real jobs in real states, rendered off screen.
 * lt-screenshot [--view NAME] [--search TEXT] [--dark] [--rtl] [--width N] [--scale N] [--text-scale X]
 * [--page NAME] FILE */

#define ALARM_SECONDS 240
#define HEIGHT        640

static char *file_name;
static gboolean dark;
static gboolean rtl;
static int width = 960;
static int scale = 1;
static double text_scale = 1;
static char *page;
static char *view;
static char *search;

typedef enum
{
  STEP_DONE,      /* wait for the first job to end */
  STEP_PAUSE,     /* wait for the second to be some way along */
  STEP_DIVIDE,    /* wait for some parts of the third, which the pool runs, to be done */
  STEP_RUN,       /* wait for the fourth to be at some sixty percent */
  STEP_WATCH,     /* of processes: let them compute for a while */
  STEP_SETTLE,    /* let the last frames be drawn */
} Step;

static Step step;
static guint n_settled;
static guint n_watched;   /* of 200 ms */

static void
start (GApplication *application,
       const char   *command)
{
  g_action_group_activate_action (G_ACTION_GROUP (application), "start-job", g_variant_new_string (command));
}

static void
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
  if (!gsk_renderer_realize (renderer, NULL, &error))
    g_error ("%s", error->message);
  texture = gsk_renderer_render_texture (renderer, node,
                                         &GRAPHENE_RECT_INIT (0, 0, natural_width * scale, natural_height * scale));
  if (!gdk_texture_save_to_png (texture, file_name))
    g_error ("%s could not be written", file_name);
  gsk_renderer_unrealize (renderer);
  gsk_render_node_unref (node);
}

/* The result of the job that is done, or what was asked for, of the job that the pool runs. */
static void
show_page (LtWindow *window,
           LtJobs   *jobs)
{
  lt_window_select (window, lt_jobs_lookup (jobs, page != NULL ? 3 : 1));
  if (page != NULL)
    lt_window_set_page (window, page);
  if (search != NULL)
    lt_processes_view_search (lt_window_get_processes_view (window), search);
  if (page != NULL && width < 600)
    g_action_group_activate_action (G_ACTION_GROUP (window), "toggle-details", NULL);
}

static gboolean
step_cb (gpointer user_data)
{
  LtApplication *application = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  g_autoptr(HaulJob) newest = g_list_model_get_item (lt_jobs_get_model (lt_application_get_jobs (application)), 0);

  switch (step)
    {
    case STEP_DONE:
      if (haul_job_is_active (newest))
        break;
      start (G_APPLICATION (application), "pi --digits 30000000");
      step = STEP_PAUSE;
      break;

    case STEP_PAUSE:
      if (haul_job_get_fraction (newest) < 0.3)
        break;
      haul_job_pause (newest);
      start (G_APPLICATION (application), "pi --digits 60000000 --executor pool");
      step = STEP_DIVIDE;
      break;

    case STEP_DIVIDE:
      if (haul_job_get_fraction (newest) < 0.3)
        break;
      start (G_APPLICATION (application), "pi --digits 20000000");
      step = STEP_RUN;
      break;

    case STEP_RUN:
      if (haul_job_get_fraction (newest) < 0.6)
        break;
      g_assert_cmpint (haul_job_get_state (newest), ==, HAUL_JOB_RUNNING);
      show_page (LT_WINDOW (window), lt_application_get_jobs (application));
      step = STEP_SETTLE;
      break;

    case STEP_WATCH:
      n_watched++;
      if (n_watched == 20)
        haul_job_pause (newest);
      if (n_watched == 25)
        start (G_APPLICATION (application), "pi --digits 30000000");
      if (n_watched < 50)
        break;
      show_page (LT_WINDOW (window), lt_application_get_jobs (application));
      step = STEP_SETTLE;
      break;

    case STEP_SETTLE:
    default:
      if (++n_settled < 5)
        break;
      save (GTK_WIDGET (window));
      lt_application_stop (application, 3000);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
scale_text (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", (int) ((dpi > 0 ? dpi : 96 * 1024) * text_scale), NULL);
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
  gtk_window_set_default_size (window, width, HEIGHT);
  if (dark)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  if (view != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (window), "view", g_variant_new_string (view));
  if (g_strcmp0 (view, "processes") == 0)
    {
      start (application, "pi --digits 60000000 --executor pool");
      start (application, "sleep --seconds 1 --hold");
      start (application, "pi --digits 30000000");
      step = STEP_WATCH;
    }
  else
    {
      start (application, "mandelbrot --iterations 2000");
    }
  g_timeout_add (200, step_cb, application);
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
    { "page", 0, 0, G_OPTION_ARG_STRING, &page, "Page of the details of the job in the pool", "NAME" },
    { "view", 0, 0, G_OPTION_ARG_STRING, &view, "Which view: jobs or processes", "NAME" },
    { "search", 0, 0, G_OPTION_ARG_STRING, &search, "What to look for among the processes", "TEXT" },
    { "text-scale", 0, 0, G_OPTION_ARG_DOUBLE, &text_scale, "Size of the text, 2 for twice as large", "X" },
    { "scale", 0, 0, G_OPTION_ARG_INT, &scale, "Pixels for each pixel", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new ("FILE");
  g_autoptr(LtApplication) application = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;

  wait_for_manager (argv);
  alarm (ALARM_SECONDS);
  signal (SIGPIPE, SIG_IGN);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      g_printerr ("lt-screenshot: %s\n", error != NULL ? error->message : "one file is wanted");
      return 2;
    }

  file_name = argv[1];
  folder = g_path_get_dirname (file_name);
  g_mkdir_with_parents (folder, 0755);
  haul_tasks_register (haul_catalogue);
  gtk_init ();
  if (rtl)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  application = lt_application_new ();
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
