/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What people chose, kept over runs. Where the schema is not installed these are the defaults, and
 * what is set is forgotten: an app that aborts for want of a file helps nobody. */

typedef enum
{
  LT_NOTIFY_NEVER,
  LT_NOTIFY_QUEUE,   /* when all jobs have ended */
  LT_NOTIFY_EACH,
} LtNotify;

typedef enum
{
  LT_ON_CLOSE_ASK,
  LT_ON_CLOSE_BACKGROUND,
  LT_ON_CLOSE_STOP,
} LtOnClose;

GSettings *lt_settings_get          (void);   /* (nullable) (transfer none) */
/* How long ended jobs are kept; 0 for ever. */
guint      lt_settings_get_history_days (void);
guint      lt_settings_get_grace    (void);   /* ms */
gboolean   lt_settings_get_details  (void);
guint      lt_settings_get_jobs     (void);   /* at once, as many as there are usable CPUs if nobody chose */
gboolean   lt_settings_get_forks    (void);   /* from the fork server */
LtNotify   lt_settings_get_notify   (void);
LtOnClose  lt_settings_get_on_close (void);
gboolean   lt_settings_get_keep_awake (void);
gboolean   lt_settings_get_all_cpus (void);   /* 100 % of processor time are all processors, and not one */
/* “14.2 MB” or “13.5 MiB”, as was chosen. */
char      *lt_settings_format_size  (guint64     size) G_GNUC_WARN_UNUSED_RESULT;
gboolean   lt_settings_get_pss      (void);   /* the memory of a process is without the parts of others in it */
guint      lt_settings_get_workers  (void);   /* 0 for as many as there are usable CPUs */
void       lt_settings_set_workers  (guint       n_workers);
gboolean   lt_settings_is_hint_done (const char *name);
void       lt_settings_finish_hint  (const char *name);
/* From the next job on all of them come again. */
void       lt_settings_restore_hints (void);
gboolean   lt_settings_is_lab_done  (const char *experiment);
void       lt_settings_finish_lab   (const char *experiment);
gboolean   lt_settings_get_predicts (void);   /* before an experiment runs */
guint      lt_settings_get_lab_seconds (void);
char      *lt_settings_dup_python   (void) G_GNUC_WARN_UNUSED_RESULT;   /* "" for the one in the PATH */

G_END_DECLS
