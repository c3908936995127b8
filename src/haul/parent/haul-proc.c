/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-proc-private.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-message.h"

/* The fields of /proc/PID/stat after the name and the state, by their numbers in proc(5). */
enum
{
  FIRST = 4,
  PARENT = 4,
  GROUP = 5,
  USER_TIME = 14,
  SYSTEM_TIME = 15,
  NICE = 19,
  N_THREADS = 20,
  START = 22,
  MEMORY = 24,
  CORE = 39,
  EXIT_STATUS = 52,
  LAST = 52
};

/* A line has some 350 bytes, and cannot have more than this. */
#define MAX_STAT 2048

gint64
haul_proc_now (void)
{
  struct timespec now = { 0 };

  (void) clock_gettime (CLOCK_BOOTTIME, &now);   /* cannot fail: every kernel that this runs on has it */
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static guint64
ticks_to_us (guint64 ticks)
{
  static long ticks_a_second;

  if (ticks_a_second == 0)
    ticks_a_second = sysconf (_SC_CLK_TCK);
  return ticks * G_USEC_PER_SEC / ticks_a_second;
}

/* Most names are plain, and are copied as they are. */
static void
set_name (HaulProcSample *sample,
          const char     *bytes,
          gsize           size)
{
  g_autofree char *clean = NULL;

  for (gsize i = 0; i < size && clean == NULL; i++)
    if (bytes[i] < ' ' || bytes[i] > '~')
      clean = haul_text_clean (bytes, size);

  if (clean != NULL)
    {
      bytes = clean;
      size = strlen (clean);
    }
  size = MIN (size, HAUL_PROC_NAME_SIZE - 1);
  memcpy (sample->name, bytes, size);
  sample->name[size] = '\0';
  *(char *) g_utf8_offset_to_pointer (sample->name, g_utf8_strlen (sample->name, size)) = '\0';
}

static gboolean
parse_numbers (const char *text,
               gint64      ret_values[LAST + 1])
{
  for (guint i = FIRST; i <= LAST; i++)
    {
      char *end = NULL;

      /* Some are unsigned, and none of those that we want needs the last bit. */
      ret_values[i] = (gint64) strtoull (text, &end, 10);
      if (end == text)
        return i > CORE;   /* an older kernel has fewer */
      text = end;
    }
  return TRUE;
}

/* The name comes in parentheses, and can have any bytes, ')' among them: the last one ends it. */
gboolean
haul_proc_parse (const char     *text,
                 gsize           size,
                 HaulProcSample *ret_sample)
{
  const char *open = memchr (text, '(', size);
  const char *close = memrchr (text, ')', size);
  gint64 values[LAST + 1] = { 0 };
  char rest[MAX_STAT];
  HaulProcSample sample = { .pid = atoi (text), .own_memory = -1, .exit_status = -1 };

  if (open == NULL || close == NULL || close < open || sample.pid <= 0)
    return FALSE;
  size = MIN (size - (close + 1 - text), sizeof rest - 1);
  memcpy (rest, close + 1, size);
  rest[size] = '\0';
  if (size < 3 || rest[0] != ' ' || rest[2] != ' ')
    return FALSE;
  values[EXIT_STATUS] = -1;
  if (!parse_numbers (rest + 3, values))
    return FALSE;

  set_name (&sample, open + 1, close - open - 1);
  sample.state = rest[1];
  sample.parent_pid = values[PARENT];
  sample.group = values[GROUP];
  sample.start = ticks_to_us (values[START]);
  sample.cpu_us = ticks_to_us (values[USER_TIME] + values[SYSTEM_TIME]);
  sample.memory = values[MEMORY] * sysconf (_SC_PAGESIZE);
  sample.nice = values[NICE];
  sample.n_threads = values[N_THREADS];
  sample.core = values[CORE];
  /* The kernel says 0 to who may not know. */
  if (sample.state == 'Z')
    sample.exit_status = values[EXIT_STATUS];
  *ret_sample = sample;
  return TRUE;
}

static gboolean
read_stat (int             proc_fd,
           const char     *pid,
           HaulProcSample *ret_sample)
{
  char path[64], text[MAX_STAT];
  struct stat status;
  haul_autofd int fd = -1;
  gssize size;

  (void) g_snprintf (path, sizeof path, "%s/stat", pid);
  fd = openat (proc_fd, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &status) < 0)
    return FALSE;
  size = read (fd, text, sizeof text - 1);
  if (size <= 0)
    return FALSE;

  text[size] = '\0';
  if (!haul_proc_parse (text, size, ret_sample))
    return FALSE;
  ret_sample->uid = status.st_uid;
  return TRUE;
}

/* Bytes, where a page that four processes share counts as a quarter for each. */
static gint64
read_own_memory (int         proc_fd,
                 const char *pid)
{
  char path[64], text[4096];
  const char *line;
  haul_autofd int fd = -1;
  gssize size;

  (void) g_snprintf (path, sizeof path, "%s/smaps_rollup", pid);
  fd = openat (proc_fd, path, O_RDONLY | O_CLOEXEC);
  size = fd < 0 ? -1 : read (fd, text, sizeof text - 1);
  if (size <= 0)
    return -1;   /* it has ended, or we may not look */

  text[size] = '\0';
  line = strstr (text, "\nPss:");
  return line != NULL ? g_ascii_strtoll (line + strlen ("\nPss:"), NULL, 10) * 1024 : -1;
}

static gboolean
is_fork_server (int         proc_fd,
                const char *pid)
{
  static const char option[] = "\0--fork-server";
  char path[64], text[4096];
  haul_autofd int fd = -1;
  gssize size;

  (void) g_snprintf (path, sizeof path, "%s/cmdline", pid);
  fd = openat (proc_fd, path, O_RDONLY | O_CLOEXEC);
  size = fd < 0 ? -1 : read (fd, text, sizeof text);
  return size > 0 && memmem (text, size, option, sizeof option) != NULL;
}

static HaulProcProgram
find_program (int         proc_fd,
              const char *pid,
              const char *worker_path)
{
  char path[64], target[4096];
  const char *base;
  gssize size;

  (void) g_snprintf (path, sizeof path, "%s/exe", pid);
  size = readlinkat (proc_fd, path, target, sizeof target - 1);
  if (size <= 0)
    return HAUL_PROC_OTHER;

  target[size] = '\0';
  if (g_str_has_suffix (target, " (deleted)"))
    target[size - strlen (" (deleted)")] = '\0';
  base = strrchr (target, '/') != NULL ? strrchr (target, '/') + 1 : target;
  if (g_str_equal (base, "haul-worker") || g_strcmp0 (target, worker_path) == 0)
    return is_fork_server (proc_fd, pid) ? HAUL_PROC_FORK_SERVER : HAUL_PROC_WORKER;
  return g_str_equal (base, "haul") || g_str_equal (base, "long-tasks") ? HAUL_PROC_PROGRAM : HAUL_PROC_OTHER;
}

static gboolean
is_measured (const HaulProcWishes *wishes,
             int                   pid)
{
  for (guint i = 0; wishes->measure != NULL && i < wishes->measure->len; i++)
    if (g_array_index (wishes->measure, int, i) == pid)
      return TRUE;
  return FALSE;
}

/* Who is not there, or goes by another number, would take strangers for its own. */
static gboolean
shows_us (int proc_fd)
{
  char target[16];
  gssize size = readlinkat (proc_fd, "self", target, sizeof target - 1);

  target[MAX (size, 0)] = '\0';
  return atoi (target) == getpid ();
}

GArray *
haul_proc_read_all (const char            *root,
                    const HaulProcWishes  *wishes,
                    GError               **error)
{
  g_autoptr(GArray) samples = g_array_sized_new (FALSE, FALSE, sizeof (HaulProcSample), 256);
  DIR *folder = opendir (root);
  struct dirent *entry;

  if (folder == NULL)
    {
      int errsv = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), _("‘%s’ cannot be read: %s"), root, g_strerror (errsv));
      return NULL;
    }
  if (!shows_us (dirfd (folder)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("‘%s’ does not show this program"), root);
      (void) closedir (folder);
      return NULL;
    }
  while ((entry = readdir (folder)) != NULL)
    {
      HaulProcSample sample;

      if (!g_ascii_isdigit (entry->d_name[0]) || !read_stat (dirfd (folder), entry->d_name, &sample))
        continue;
      if (wishes->programs && (guint) sample.uid == getuid () && sample.state != 'Z')
        sample.program = find_program (dirfd (folder), entry->d_name, wishes->worker_path);
      if (is_measured (wishes, sample.pid))
        sample.own_memory = read_own_memory (dirfd (folder), entry->d_name);
      sample.read_at = haul_proc_now ();
      g_array_append_val (samples, sample);
    }
  (void) closedir (folder);
  return g_steal_pointer (&samples);
}

gboolean
haul_proc_read (const char     *root,
                int             pid,
                HaulProcSample *ret_sample)
{
  haul_autofd int fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char name[16];

  (void) g_snprintf (name, sizeof name, "%d", pid);
  if (fd < 0 || !read_stat (fd, name, ret_sample))
    return FALSE;
  ret_sample->read_at = haul_proc_now ();
  return TRUE;
}
