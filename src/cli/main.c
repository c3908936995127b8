/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <libintl.h>
#include <locale.h>

#include "catalogue.h"
#include "haul-cli-print.h"
#include "haul-cli-signals.h"
#include "haul-cli.h"
#include "haul/wire/haul-locale-private.h"

int
main (int    argc,
      char **argv)
{
  haul_cli_descriptors_reset ();
  haul_cli_signals_reset ();
  haul_raise_fd_limit ();
  setlocale (LC_ALL, "");
  haul_locale_set ();
  textdomain (GETTEXT_PACKAGE);

  g_set_prgname ("haul");
  g_log_writer_default_set_use_stderr (TRUE);   /* whatever G_MESSAGES_DEBUG is, standard output has the results alone */
  haul_tasks_register (haul_catalogue);

  return haul_cli_main (argc, argv);
}
