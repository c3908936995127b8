/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-log-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "haul-current-process-private.h"

/* Read by any thread. */
static int level = HAUL_LOG_NOTSET;
static int stderr_level = HAUL_LOG_NOTSET;

/* Where the lines of this process go while a task runs. A process that the task forked has a copy of
 * this, and another thread: the pipe is not its to write to. */
static struct
{
  HaulContext *context;   /* (nullable) borrowed; others look whether there is one */
  pid_t        thread;
  gboolean     busy;      /* it is writing, and would get into its own way; its thread's alone */
} home;

/**
 * haul_log_set_level:
 * @level: the lowest level that comes home; %HAUL_LOG_NOTSET to go back to the beginning
 *
 * Sets what is wanted of the log lines of the jobs that begin from now on, in
 * every process that this one starts, and that those start. What is below is
 * not even sent. What a worker prints always comes.
 *
 * At first none is set: all of haul_context_log() comes home, and of g_log() what
 * any GLib program would print. Setting %HAUL_LOG_INFO or %HAUL_LOG_DEBUG also
 * brings messages on the lives of the processes themselves: that they started, what
 * they run and how they ended.
 */
void
haul_log_set_level (HaulLogLevel new_level)
{
  g_return_if_fail (new_level >= HAUL_LOG_DEBUG && new_level <= HAUL_LOG_NOTSET);

  __atomic_store_n (&level, (int) new_level, __ATOMIC_RELAXED);
}

/**
 * haul_log_get_level:
 *
 * Gets what haul_log_set_level() set; in a worker, what the program that started
 * it did.
 *
 * Returns: the lowest level that comes home; %HAUL_LOG_NOTSET if none is set
 */
HaulLogLevel
haul_log_get_level (void)
{
  return (HaulLogLevel) __atomic_load_n (&level, __ATOMIC_RELAXED);
}

/**
 * haul_log_to_stderr:
 * @level: the lowest level that is printed; %HAUL_LOG_NOTSET for nothing, as at first
 *
 * Prints what comes home on standard error, as `[INFO/Process-1] message`: a line,
 * and a write, each, in the thread of the main context that the job belongs to.
 * Sets @level as haul_log_set_level() does, unless that much comes home already.
 *
 * In a worker the lines go on home instead, and are printed there.
 */
void
haul_log_to_stderr (HaulLogLevel new_level)
{
  HaulLogLevel now = haul_log_get_level ();

  g_return_if_fail (new_level >= HAUL_LOG_DEBUG && new_level <= HAUL_LOG_NOTSET);

  __atomic_store_n (&stderr_level, (int) new_level, __ATOMIC_RELAXED);
  if (now == HAUL_LOG_NOTSET ? new_level <= HAUL_LOG_INFO : new_level < now)
    haul_log_set_level (new_level);
}

gboolean
haul_log_wants (HaulLogLevel line_level)
{
  HaulLogLevel wanted = haul_log_get_level ();

  return wanted == HAUL_LOG_NOTSET || line_level >= wanted;
}

gboolean
haul_log_wants_life (HaulLogLevel line_level)
{
  return line_level >= haul_log_get_level ();
}

char *
haul_log_format (HaulLogLevel  line_level,
                 const char   *process,
                 const char   *text)
{
  static const char * const names[] = { "DEBUG", "INFO", "WARNING", "OUTPUT" };

  return g_strdup_printf ("[%s/%s] %s", names[MIN (line_level, HAUL_LOG_OUTPUT)], process, text);
}

/* In one write, so that no other comes in between. */
static void
print_line (char *line)   /* (transfer full) */
{
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  gsize left = strlen (whole);
  const char *from = whole;

  g_free (line);
  while (left > 0)
    {
      ssize_t n = write (STDERR_FILENO, from, left);

      if (n < 0 && errno != EINTR)
        return;   /* nobody listens */
      from += MAX (n, 0);
      left -= MAX (n, 0);
    }
}

static gboolean
has_context (void)
{
  return __atomic_load_n (&home.context, __ATOMIC_ACQUIRE) != NULL;
}

static gboolean
is_home (void)
{
  return has_context () && gettid () == home.thread && !home.busy;
}

static void
send_home (const HaulMessage *log)
{
  home.busy = TRUE;
  haul_context_send (home.context, log);
  home.busy = FALSE;
}

void
haul_log_pass_on (const HaulMessage *log)
{
  if (is_home ())
    send_home (log);
  else if (haul_current_process_is_worker () || log->log.level >= (HaulLogLevel) __atomic_load_n (&stderr_level, __ATOMIC_RELAXED))
    print_line (haul_log_format (log->log.level, log->log.process, log->log.text));
}

void
haul_log_begin (HaulContext *context)
{
  if (home.thread == 0)
    home.thread = gettid ();   /* once: a worker has one that runs tasks, and items may be tiny */
  __atomic_store_n (&home.context, context, __ATOMIC_RELEASE);
}

void
haul_log_end (void)
{
  __atomic_store_n (&home.context, NULL, __ATOMIC_RELEASE);
}

/* What GLib hands to whoever writes messages. */

static HaulLogLevel
level_from_flags (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    return HAUL_LOG_WARNING;

  return flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? HAUL_LOG_INFO : HAUL_LOG_DEBUG;
}

/* Debug and info of a domain that G_MESSAGES_DEBUG names are wanted whatever the level. */
static gboolean
wants_message (GLogLevelFlags  flags,
               HaulLogLevel    line_level,
               const char     *domain)
{
  HaulLogLevel wanted = haul_log_get_level ();

  if (wanted != HAUL_LOG_NOTSET && line_level >= wanted)
    return TRUE;
  if (flags & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    return !g_log_writer_default_would_drop (flags, domain);

  return wanted == HAUL_LOG_NOTSET;
}

static char *
find_field (const GLogField *fields,
            gsize            n_fields,
            const char      *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return haul_text_clean (fields[i].value, fields[i].length);
  return NULL;
}

/* What is fatal is printed, by what needs least: the process may be broken already. */
static GLogWriterOutput
writer_cb (GLogLevelFlags   flags,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         user_data)
{
  HaulMessage log = { .type = HAUL_FRAME_LOG };
  g_autofree char *domain = NULL;
  g_autofree char *text = NULL;

  if (!has_context () || (flags & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR)) != 0)
    return g_log_writer_default (flags, fields, n_fields, user_data);

  domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  log.log.level = level_from_flags (flags);
  if (!wants_message (flags, log.log.level, domain))
    return G_LOG_WRITER_HANDLED;

  text = find_field (fields, n_fields, "MESSAGE");
  log.log.domain = domain;
  log.log.text = text != NULL ? text : (char *) "";
  if (is_home ())
    send_home (&log);
  else   /* of a thread or a process that the task started */
    print_line (g_strdup_printf ("%s%s%s", domain != NULL ? domain : "", domain != NULL ? ": " : "", log.log.text));
  return G_LOG_WRITER_HANDLED;
}

void
haul_log_install (void)
{
  g_log_set_writer_func (writer_cb, NULL, NULL);
}
