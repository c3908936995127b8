/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "catalogue.h"
#include "haul/wire/haul-locale-private.h"
#include "lt-application.h"

/* Whoever started us may have left signals ignored or blocked, and that is handed on: then ends of children are
 * not told, and nobody can ask us to end. */
static void
reset_signals (void)
{
  sigset_t none;

  sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);
  (void) signal (SIGCHLD, SIG_DFL);
  /* A job that dies while we write to it is an error to handle, not the end of us. */
  (void) signal (SIGPIPE, SIG_IGN);
}

static gboolean
needs_display (int    argc,
               char **argv)
{
  static const char * const without[] = { "-h", "--help", "--help-all", "--help-gapplication", "--help-gtk", "--version", NULL };

  for (int i = 1; i < argc; i++)
    if (g_strv_contains (without, argv[i]))
      return FALSE;
  return TRUE;
}

static int
local_options_cb (GApplication *application,
                  GVariantDict *options,
                  gpointer      user_data)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("long-tasks %s\n", LT_VERSION);
  return 0;
}

int
main (int    argc,
      char **argv)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
    { NULL },
  };
  g_autoptr(LtApplication) application = NULL;

  reset_signals ();
  haul_raise_fd_limit ();
  setlocale (LC_ALL, "");
  haul_locale_set ();
  textdomain (GETTEXT_PACKAGE);
  haul_tasks_register (haul_catalogue);

  if (needs_display (argc, argv) && !gtk_init_check ())
    {
      g_printerr ("%s\n", _("long-tasks: no display to open a window on; in a terminal ‘haul run pi’ does the same"));
      return 1;
    }

  application = lt_application_new ();
  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_signal_connect (application, "handle-local-options", G_CALLBACK (local_options_cb), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
