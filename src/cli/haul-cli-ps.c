/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "haul-cli-print.h"
#include "haul-cli-progress-line.h"
#include "haul-cli-ps-text.h"
#include "haul-cli-signals.h"
#include "haul-cli-terminal.h"

typedef struct
{
  gboolean         json;
  gboolean         watch;
  gboolean         tree;
  gboolean         all;

  HaulProcessList *list;       /* (owned) */
  GMainLoop       *loop;       /* (owned) */
  HaulCliTerminal *terminal;   /* (owned) (nullable) to draw on, over and over */
  HaulCliSignals  *signals;    /* (owned) (nullable) */
  guint            n_shown;
  int              status;
} Ps;

static void
ps_clear (Ps *self)
{
  g_clear_pointer (&self->terminal, haul_cli_terminal_free);
  g_clear_pointer (&self->signals, haul_cli_signals_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->list);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ps, ps_clear)

static char *
describe (Ps *self)
{
  g_autoptr(GPtrArray) rows = haul_process_list_dup_tree (self->list, NULL, NULL);

  if (self->json)
    return haul_cli_ps_to_json (rows, self->n_shown + 1);
  return haul_cli_ps_to_table (rows, self->tree);
}

/* As much of it as there is room for: the first rows. */
static void
draw (Ps         *self,
      const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr(GString) screen = g_string_new (NULL);
  guint height = haul_cli_terminal_get_height (self->terminal), width = haul_cli_terminal_get_width (self->terminal);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0' && i + 1 < height; i++)
    {
      g_autoptr(GString) line = g_string_new (lines[i]);

      haul_text_cut (line, width > 1 ? width - 1 : 1);
      g_string_append_printf (screen, "%s%s", i > 0 ? "\n" : "", line->str);
    }
  haul_cli_terminal_draw (self->terminal, screen->str);
}

static void
show (Ps *self)
{
  g_autofree char *text = NULL;
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->list)) == 0;

  if (self->status != HAUL_CLI_EXIT_DONE)
    return;   /* it is to end, and how is known */
  text = describe (self);
  if (self->terminal != NULL)
    draw (self, is_empty ? _("No long tasks are running.") : text);
  else if (is_empty && !self->watch)
    haul_cli_say (_("No long tasks are running.\n"));
  else if (self->json)
    self->status = haul_cli_print_bytes (text, strlen (text));
  else if (self->n_shown > 0)
    {
      g_autofree char *next = g_strconcat ("\n", text, NULL);

      self->status = haul_cli_print (next);
    }
  else
    {
      self->status = haul_cli_print (text);
    }

  self->n_shown++;
  if (!self->watch || self->status != HAUL_CLI_EXIT_DONE)
    g_main_loop_quit (self->loop);
}

static void
error_cb (Ps *self)
{
  if (haul_process_list_get_error (self->list) == NULL || self->status != HAUL_CLI_EXIT_DONE)
    return;
  haul_cli_complain (_("processes cannot be listed: %s"), haul_process_list_get_error (self->list)->message);
  self->status = HAUL_CLI_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static void
interrupted_cb (int      signum,
                gpointer user_data)
{
  Ps *self = user_data;

  self->status = HAUL_CLI_EXIT_CRASHED + signum;
  g_main_loop_quit (self->loop);
}

static void
stopping_cb (gpointer user_data)
{
  Ps *self = user_data;

  if (self->terminal != NULL)
    haul_cli_terminal_clear (self->terminal);
  haul_cli_signals_stop (self->signals);
}

static void
resized_cb (gpointer user_data)
{
  Ps *self = user_data;

  if (self->terminal != NULL && self->n_shown > 0)
    show (self);
}

static const HaulCliSignalFuncs signal_funcs = { interrupted_cb, stopping_cb, resized_cb };

static gboolean
parse (Ps    *self,
       int    argc,
       char **argv)
{
  for (int i = 0; i < argc; i++)
    {
      if (g_str_equal (argv[i], "--json"))
        self->json = TRUE;
      else if (g_str_equal (argv[i], "--watch"))
        self->watch = TRUE;
      else if (g_str_equal (argv[i], "--tree"))
        self->tree = TRUE;
      else if (g_str_equal (argv[i], "--all"))
        self->all = TRUE;
      else if (argv[i][0] == '-')
        {
          haul_cli_complain (_("‘haul ps’ has no option ‘%s’; it has --json, --watch, --tree and --all"), argv[i]);
          return FALSE;
        }
      else
        {
          haul_cli_complain (_("‘%s’ is one word too many; ‘haul ps’ takes only options"), argv[i]);
          return FALSE;
        }
    }
  return TRUE;
}

char *
haul_cli_ps_help (void)
{
  /* xgettext:no-c-format, "% i" is a percent sign and a word */
  return g_strdup (_("Lists the processes of all long tasks of this user: the programs, their fork\n"
                     "servers and workers, and what those started.\n"
                     "\n"
                     "  --tree   Show who started whom\n"
                     "  --watch  Go on, and look every second, until Ctrl+C\n"
                     "  --all    List all processes of this user\n"
                     "  --json   One JSON object a line for each process\n"
                     "\n"
                     "CPU% is in percent of one processor: over its whole life for a process that is\n"
                     "seen for the first time, then since it was looked at last.\n"));
}

int
haul_cli_ps (int    argc,
             char **argv)
{
  g_auto(Ps) self = { .status = HAUL_CLI_EXIT_DONE };

  if (!parse (&self, argc, argv))
    return HAUL_CLI_EXIT_USAGE;

  self.list = haul_process_list_new (self.all ? HAUL_PROCESS_SCOPE_USER : HAUL_PROCESS_SCOPE_HAUL);
  self.loop = g_main_loop_new (NULL, FALSE);
  if (self.watch)
    {
      self.terminal = self.json ? NULL : haul_cli_terminal_new (STDOUT_FILENO);
      self.signals = haul_cli_signals_new (&signal_funcs, FALSE, &self);
    }
  g_signal_connect_swapped (self.list, "refreshed", G_CALLBACK (show), &self);
  g_signal_connect_swapped (self.list, "notify::error", G_CALLBACK (error_cb), &self);
  haul_process_list_start (self.list);
  g_main_loop_run (self.loop);
  haul_process_list_stop (self.list);
  g_signal_handlers_disconnect_by_data (self.list, &self);
  return self.status;
}
