/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The signals that people send to a foreground job, as calls from the main loop. */
typedef struct _HaulCliSignals HaulCliSignals;

typedef struct _HaulCliSignalFuncs HaulCliSignalFuncs;

struct _HaulCliSignalFuncs
{
  void (*interrupted) (int signum, gpointer user_data);   /* SIGINT, SIGTERM, SIGHUP */
  void (*stopping)    (gpointer user_data);               /* Ctrl+Z: get ready, and call stop() */
  void (*resized)     (gpointer user_data);
};

/* With @loop_blocks nothing can be called in time: those that interrupt end the program at once. */
HaulCliSignals *haul_cli_signals_new   (const HaulCliSignalFuncs *funcs,
                                        gboolean                  loop_blocks,
                                        gpointer                  user_data) G_GNUC_WARN_UNUSED_RESULT;
void            haul_cli_signals_free  (HaulCliSignals           *self);

/* Stops this process as Ctrl+Z does, and returns when it goes on. */
void            haul_cli_signals_stop  (HaulCliSignals           *self);

/* First thing in main(): what whoever started us left behind is not for us, nor for our children. */
void            haul_cli_signals_reset (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliSignals, haul_cli_signals_free)

G_END_DECLS
