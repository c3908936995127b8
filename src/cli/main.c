/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <locale.h>

#include <glib/gi18n.h>

#include "catalogue.h"
#include "haul-cli-print.h"
#include "haul-cli-signals.h"
#include "haul-cli.h"

int
main (int    argc,
      char **argv)
{
  haul_cli_descriptors_reset ();
  haul_cli_signals_reset ();
  haul_raise_fd_limit ();

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LT_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_set_prgname ("haul");
  haul_tasks_register (haul_catalogue);

  return haul_cli_main (argc, argv);
}
