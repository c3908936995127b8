/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-map-session.h"

#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-feed.h"
#include "haul-cli-map-reporter.h"
#include "haul-cli-print.h"
#include "haul-cli-signals.h"
#include "haul-cli-writer.h"
#include "haul-cli.h"
#include "haul/parent/haul-cpus.h"
#include "haul/parent/haul-estimator.h"
#include "haul/wire/haul-fd-private.h"

#define TICK_MS     100                 /* ten times a second is as fast as anybody reads */
#define MAX_NAME    60                  /* characters of a value that its name is made of */
#define MAX_WAITING (1024 * 1024)       /* bytes for a slow reader, before no more is calculated */

typedef struct
{
  const HaulCliOptions *options;        /* borrowed */
  HaulCliValues        *values;         /* borrowed */
  HaulCliOutput        *output;         /* borrowed (nullable) */
  int                   output_fd;      /* (owned) or -1 */

  HaulPool             *pool;           /* (owned) */
  HaulCliFeed          *feed;           /* (owned) */
  HaulCliTerminal      *terminal;       /* (owned) (nullable) */
  HaulCliWriter        *events;         /* (owned) (nullable) with --json */
  HaulCliWriter        *results;        /* (owned) (nullable) of results as they are */
  HaulCliMapReporter   *reporter;       /* (owned) */
  gboolean              shared;         /* results and progress are on the same terminal */
  HaulCliSignals       *signals;        /* (owned) while workers may be alive */
  GMainLoop            *loop;           /* (owned) */
  HaulEstimator         estimator;
  gint64                begin;          /* µs */
  guint                 tick_id;
  guint                 terminate_id;

  guint64               n_done;         /* told */
  guint64               n_failed;
  GError               *error;          /* (owned) (nullable) why it ended before its values did */
  guint                 n_interrupts;
  int                   status;
} Session;

static void
session_clear (Session *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->terminate_id, g_source_remove);
  g_clear_pointer (&self->feed, haul_cli_feed_free);
  g_clear_pointer (&self->reporter, haul_cli_map_reporter_free);
  g_clear_pointer (&self->signals, haul_cli_signals_free);
  g_clear_pointer (&self->terminal, haul_cli_terminal_free);
  g_clear_pointer (&self->events, haul_cli_writer_free);
  g_clear_pointer (&self->results, haul_cli_writer_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->pool);
  g_clear_error (&self->error);
  haul_clear_fd (&self->output_fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* The one for standard output. */
static HaulCliWriter *
stdout_writer (Session *self)
{
  if (self->events != NULL)
    return self->events;

  return self->output == NULL ? self->results : NULL;
}

static HaulCliMapNews
make_news (Session *self)
{
  gint64 now = g_get_monotonic_time ();
  HaulCliMapNews news = {
    .options = self->options,
    .pool = self->pool,
    .n_done = self->n_done,
    .n_failed = self->n_failed,
    .total = haul_cli_feed_get_total (self->feed),
    .rate = haul_estimator_get_rate (&self->estimator),
    .left = haul_estimator_get_left (&self->estimator, now),
    .elapsed = (now - self->begin) / 1e6,
    .stopping = self->n_interrupts > 0,
    .status = self->status,
    .error = self->error,
  };

  return news;
}

static gboolean
tick_cb (gpointer user_data)
{
  Session *self = user_data;
  HaulCliMapNews news = make_news (self);

  /* What waits for its turn is done, too. */
  haul_cli_feed_get_counts (self->feed, &news.n_done, &news.n_failed);
  haul_estimator_add (&self->estimator, g_get_monotonic_time (), (double) (news.n_done + news.n_failed),
                      news.total != HAUL_CLI_VALUES_UNKNOWN ? (double) news.total : 0);
  /* Not into the middle of a result. */
  if (self->shared && haul_cli_writer_is_behind (self->results))
    return G_SOURCE_CONTINUE;
  if (self->reporter->funcs->progress != NULL)
    self->reporter->funcs->progress (self->reporter, &news);
  return G_SOURCE_CONTINUE;
}

static void
start_tick (Session *self)
{
  self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
  g_source_set_name_by_id (self->tick_id, "[haul] draw");
}

/* Items. */

/* One line that says which one, even when that is very long. */
static void
say_failure (Session      *self,
             const char   *text,
             const GError *error)
{
  g_autofree char *name = haul_text_clean (text, -1);
  gboolean is_long = g_utf8_strlen (name, -1) > MAX_NAME;
  g_autofree char *start = g_utf8_substring (name, 0, MIN (g_utf8_strlen (name, -1), MAX_NAME));
  g_autofree char *message = haul_text_clean (error->message, -1);
  g_autofree char *line = g_strdup_printf ("haul: %s: %s=%s%s: %s\n", self->options->task->id,
                                           self->options->over_param->name, start, is_long ? "…" : "", message);

  self->reporter->funcs->say (self->reporter, line);
}

static void
item_cb (const HaulCliMapItem *item,
         const char           *text,
         gpointer              user_data)
{
  Session *self = user_data;
  gsize size = 0;
  const char *data = NULL;

  if (item->error != NULL)
    {
      self->n_failed++;
      say_failure (self, text, item->error);
    }
  else
    {
      self->n_done++;
    }

  if (self->reporter->funcs->item != NULL)
    self->reporter->funcs->item (self->reporter, item);

  if (item->error != NULL || self->results == NULL)
    return;

  if (self->reporter->funcs->hide != NULL)
    self->reporter->funcs->hide (self->reporter);
  data = g_bytes_get_data (item->result, &size);
  haul_cli_writer_add_bytes (self->results, data, size);
  if (self->options->task->result != HAUL_RESULT_IMAGE && (size == 0 || data[size - 1] != '\n'))
    haul_cli_writer_add (self->results, "\n");
}

static gboolean
has_room (gpointer user_data)
{
  Session *self = user_data;

  return (self->events == NULL || haul_cli_writer_get_n_waiting (self->events) < MAX_WAITING) &&
         (self->results == NULL || haul_cli_writer_get_n_waiting (self->results) < MAX_WAITING);
}

static void
drained (gpointer user_data)
{
  Session *self = user_data;

  if (self->feed != NULL)
    haul_cli_feed_wake (self->feed);
}

/* What the workers say. */

static void
log_cb (GListModel *log,
        guint       position,
        guint       n_removed,
        guint       n_added,
        Session    *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, position + i);

      self->reporter->funcs->log (self->reporter, record);
    }
}

/* The end. */

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Session *self = user_data;

  /* It was closed, so this cannot fail. */
  (void) haul_pool_join_finish (self->pool, result, NULL);
  g_main_loop_quit (self->loop);
}

static void
ended_cb (const GError *error,
          gpointer      user_data)
{
  Session *self = user_data;

  if (error != NULL && self->error == NULL)
    self->error = g_error_copy (error);
  haul_pool_close (self->pool);
  haul_pool_join_async (self->pool, joined_cb, self);
}

static gboolean
terminate_cb (gpointer user_data)
{
  Session *self = user_data;

  self->terminate_id = 0;
  haul_pool_terminate (self->pool);
  haul_cli_feed_stop (self->feed);
  return G_SOURCE_REMOVE;
}

/* In the next turn of the loop: this may be in the middle of what the pool does. */
static void
terminate (Session *self)
{
  if (self->terminate_id != 0 || self->pool == NULL)
    return;

  self->terminate_id = g_idle_add_full (G_PRIORITY_DEFAULT, terminate_cb, self, NULL);
  g_source_set_name_by_id (self->terminate_id, "[haul] terminate");
}

/* Nobody reads what we write: no reason to go on. */
static void
write_failed (gpointer user_data)
{
  terminate (user_data);
}

static int
status_for (Session *self)
{
  if (self->n_interrupts > 0)
    return HAUL_CLI_EXIT_CANCELLED;

  return self->error != NULL || self->n_failed > 0 ? HAUL_CLI_EXIT_FAILED : HAUL_CLI_EXIT_DONE;
}

/* A file with the results of a map that went to its end, whatever became of some of its items. */
static void
deliver_to_file (Session *self)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GError) error = NULL;

  if (self->output == NULL)
    return;

  if (self->n_interrupts > 0 || self->error != NULL || (self->options->fail_fast && self->n_failed > 0))
    {
      haul_cli_output_abort (self->output);
      return;
    }

  (void) haul_cli_writer_finish (self->results, &problem);
  if (haul_cli_output_end (self->output, self->output_fd, problem, &error))
    return;

  self->status = HAUL_CLI_EXIT_FAILED;
  self->error = g_steal_pointer (&error);
}

static void
report_end (Session *self)
{
  HaulCliMapNews news = make_news (self);
  const char *id = self->options->task->id;

  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (self->reporter->funcs->end != NULL)
    self->reporter->funcs->end (self->reporter, &news);

  if (self->n_interrupts > 0 && !self->options->quiet)
    haul_cli_complain (_("%s: canceled"), id);
  else if (self->n_interrupts == 0 && g_error_matches (self->error, HAUL_ERROR, HAUL_ERROR_START))
    haul_cli_complain (_("%s: %s; install it, or say in HAUL_WORKER where it is"), id, self->error->message);
  else if (self->n_interrupts == 0 && self->error != NULL)
    haul_cli_complain ("%s: %s", id, self->error->message);
}

static int
deliver_to_stdout (Session *self)
{
  g_autoptr(GError) error = NULL;

  if (stdout_writer (self) == NULL || haul_cli_writer_finish (stdout_writer (self), &error))
    return self->status;

  return haul_cli_stdout_error (error);
}

/* Signals. */

/* Workers that do not listen end with their fork server, which ends with us; it waits for nothing. */
static void
abandon (Session *self)
{
  self->status = HAUL_CLI_EXIT_CANCELLED;
  if (self->output != NULL)
    haul_cli_output_abort (self->output);
  report_end (self);
  _exit (HAUL_CLI_EXIT_CANCELLED);
}

static void
interrupted (int      signum,
             gpointer user_data)
{
  Session *self = user_data;
  g_autofree char *line = NULL;

  self->n_interrupts++;
  if (self->n_interrupts > 1)
    abandon (self);

  terminate (self);
  if (self->options->quiet || self->options->json)
    return;

  line = g_strdup_printf ("haul: %s\n", _("canceling; Ctrl+C once more ends it at once"));
  self->reporter->funcs->say (self->reporter, line);
}

static void
stopping (gpointer user_data)
{
  Session *self = user_data;

  g_clear_handle_id (&self->tick_id, g_source_remove);
  haul_estimator_pause (&self->estimator, g_get_monotonic_time ());
  if (self->reporter->funcs->stop != NULL)
    self->reporter->funcs->stop (self->reporter);
  haul_pool_suspend (self->pool);
  haul_cli_signals_stop (self->signals);
  haul_pool_resume (self->pool);
  haul_estimator_resume (&self->estimator, g_get_monotonic_time ());
  start_tick (self);
}

static void
resized (gpointer user_data)
{
  (void) tick_cb (user_data);
}

/* All of it. */

/* Whether results and progress are on the same terminal, as far as can be known. */
static gboolean
is_shared (void)
{
  struct stat out, err;

  return isatty (STDOUT_FILENO) && fstat (STDOUT_FILENO, &out) == 0 && fstat (STDERR_FILENO, &err) == 0 &&
         out.st_rdev == err.st_rdev;
}

static gboolean
open_writers (Session *self)
{
  g_autoptr(GError) error = NULL;
  int fd = self->output == NULL && !self->options->json ? STDOUT_FILENO : -1;

  if (self->output != NULL)
    {
      fd = self->output_fd = haul_cli_output_begin (self->output, &error);
      if (fd < 0)
        {
          haul_cli_complain ("%s", error->message);
          return FALSE;
        }
    }

  if (fd >= 0)
    {
      self->results = haul_cli_writer_new (fd, write_failed, self);
      haul_cli_writer_set_drained (self->results, drained);
    }

  if (self->options->json)
    {
      self->events = haul_cli_writer_new (STDOUT_FILENO, write_failed, self);
      haul_cli_writer_set_drained (self->events, drained);
    }

  return TRUE;
}

static void
make_reporter (Session *self)
{
  if (self->events != NULL)
    {
      self->reporter = haul_cli_map_json_reporter_new (self->events);
      return;
    }

  if (self->options->quiet)
    {
      self->reporter = haul_cli_map_quiet_reporter_new ();
      return;
    }

  self->terminal = haul_cli_terminal_new (STDERR_FILENO);
  self->shared = self->terminal != NULL && self->output == NULL && is_shared ();
  if (self->terminal != NULL)
    self->reporter = haul_cli_map_terminal_reporter_new (self->terminal, self->shared);
  else
    self->reporter = haul_cli_map_plain_reporter_new ();
}

static void
make_pool (Session *self)
{
  guint64 total = haul_cli_values_get_total (self->values);
  guint wanted = self->options->n_workers > 0 ? self->options->n_workers : haul_usable_cpus ();

  self->pool = haul_pool_new (NULL, (guint) CLAMP (total, 1, wanted));
  if (self->options->nice != HAUL_CLI_NICE_UNSET)
    haul_pool_set_nice (self->pool, self->options->nice);
  haul_log_set_level (self->options->log_level);
  if (self->options->log_level != HAUL_LOG_NOTSET && self->reporter->funcs->log != NULL)
    g_signal_connect (haul_pool_get_log (self->pool), "items-changed", G_CALLBACK (log_cb), self);
}

int
haul_cli_map_session_run (const HaulCliOptions *options,
                          HaulCliValues        *values,
                          HaulCliOutput        *output)
{
  static const HaulCliSignalFuncs signal_funcs = { interrupted, stopping, resized };
  static const HaulCliFeedFuncs feed_funcs = { has_room, item_cb, ended_cb };
  g_auto(Session) self = { options, values, output, -1 };
  HaulCliMapNews news;

  if (!open_writers (&self))
    return HAUL_CLI_EXIT_USAGE;

  make_reporter (&self);
  make_pool (&self);
  haul_estimator_init (&self.estimator);
  self.begin = g_get_monotonic_time ();
  self.loop = g_main_loop_new (NULL, FALSE);
  self.feed = haul_cli_feed_new (&feed_funcs, options, values, self.pool, &self);
  self.signals = haul_cli_signals_new (&signal_funcs, FALSE, &self);

  news = make_news (&self);
  if (self.reporter->funcs->start != NULL)
    self.reporter->funcs->start (self.reporter, &news);
  start_tick (&self);
  g_main_loop_run (self.loop);
  g_signal_handlers_disconnect_by_data (haul_pool_get_log (self.pool), &self);

  /* From here on Ctrl+C does what it does to any program: no worker is left that it could leave. */
  g_clear_pointer (&self.signals, haul_cli_signals_free);
  self.status = status_for (&self);
  /* That nobody reads what we write is the reason then, and all there is to say. */
  if (stdout_writer (&self) != NULL && haul_cli_writer_get_error (stdout_writer (&self)) != NULL)
    return deliver_to_stdout (&self);

  deliver_to_file (&self);
  report_end (&self);
  return deliver_to_stdout (&self);
}
