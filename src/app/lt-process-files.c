/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A program may have a million files open; nobody reads on after so many. */
#define MAX_FILES 1000

static void
file_free (gpointer data)
{
  LtProcessFile *file = data;

  g_free (file->target);
  g_free (file->words);
  g_free (file);
}

void
lt_process_files_free (LtProcessFiles *self)
{
  g_ptr_array_unref (self->files);
  g_free (self->command);
  g_free (self->program);
  g_free (self->folder);
  g_free (self);
}

/* What has no path has a name of the kernel's. */
static const struct { const char *prefix; const char *words; } kinds[] = {
  { "anon_inode:[eventfd]", N_("A counter that wakes whoever waits for it") },
  { "anon_inode:[eventpoll]", N_("Waits for many things at once (epoll)") },
  { "anon_inode:[timerfd]", N_("A timer") },
  { "anon_inode:[signalfd]", N_("Receives signals") },
  { "anon_inode:inotify", N_("Watches files for changes") },
  { "anon_inode:[pidfd]", N_("Stands for a process, and for no other that gets its number") },
  { "pidfd:", N_("Stands for a process, and for no other that gets its number") },
  { "socket:", N_("A socket: talks with another program, here or elsewhere") },
  { "/dev/null", N_("Nothing: what is written there is gone, and there is nothing to read") },
  { "/dev/pts/", N_("A terminal") },
  { "/dev/tty", N_("A terminal") },
  { "/memfd:", N_("Memory that can be shared with other processes") },
  { "/dev/shm/", N_("Memory that can be shared with other processes") },
  { "/dev/", N_("A device") },
  { "anon_inode:", N_("Something of the kernel") },
};

static const char *
choose (int         flags,
        const char *reads,
        const char *writes,
        const char *both)
{
  return (flags & O_ACCMODE) == O_RDONLY ? reads : (flags & O_ACCMODE) == O_WRONLY ? writes : both;
}

char *
lt_process_file_describe (const char *target,
                          gboolean    is_folder,
                          int         flags)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (target, kinds[i].prefix))
      return g_strdup (_(kinds[i].words));
  if (g_str_has_prefix (target, "pipe:"))
    return g_strdup (choose (flags, _("A pipe, which it reads from"), _("A pipe, which it writes into"), _("Both ends of a pipe")));
  if (g_str_has_suffix (target, " (deleted)"))
    return g_strdup (_("A file that was removed, and is there as long as it is open"));
  if (is_folder)
    return g_strdup (_("A folder"));
  return g_strdup (choose (flags, _("A file, to read"), _("A file, to write"), _("A file, to read and write")));
}

/* In a thread from here on, up to the results. */

static char *
read_link (int         folder,
           const char *name)
{
  char target[PATH_MAX];
  gssize size = readlinkat (folder, name, target, sizeof target);

  return size > 0 ? g_utf8_make_valid (target, size) : NULL;
}

static gssize
read_some (int         folder,
           const char *name,
           char       *bytes,
           gsize       size)
{
  int fd = openat (folder, name, O_RDONLY | O_CLOEXEC);
  gssize n = fd < 0 ? -1 : read (fd, bytes, size);

  if (fd >= 0)
    (void) close (fd);
  return n;
}

/* As one line; each argument ends with a 0. */
static char *
read_command (int folder)
{
  char bytes[4096];
  gssize size = read_some (folder, "cmdline", bytes, sizeof bytes);

  if (size <= 0)
    return NULL;
  for (gssize i = 0; i < size; i++)
    if (bytes[i] == '\0')
      bytes[i] = ' ';
  return g_strchomp (g_utf8_make_valid (bytes, size));
}

static int
read_flags (int         folder,
            const char *fd)
{
  g_autofree char *path = g_strconcat ("fdinfo/", fd, NULL);
  char text[512];
  gssize size = read_some (folder, path, text, sizeof text - 1);
  const char *line;

  text[MAX (size, 0)] = '\0';
  line = strstr (text, "flags:");
  return line != NULL ? (int) strtol (line + strlen ("flags:"), NULL, 8) : O_RDWR;
}

static LtProcessFile *
read_file (int         folder,
           const char *fd)
{
  g_autofree char *path = g_strconcat ("fd/", fd, NULL);
  g_autofree char *target = read_link (folder, path);
  LtProcessFile *file;
  struct stat status = { 0 };

  if (target == NULL)
    return NULL;   /* closed meanwhile */
  (void) fstatat (folder, path, &status, 0);
  file = g_new0 (LtProcessFile, 1);
  file->fd = atoi (fd);
  file->words = lt_process_file_describe (target, S_ISDIR (status.st_mode), read_flags (folder, fd));
  file->target = g_steal_pointer (&target);
  return file;
}

static int
compare_fds (gconstpointer a,
             gconstpointer b)
{
  return (*(LtProcessFile * const *) a)->fd - (*(LtProcessFile * const *) b)->fd;
}

/* -1 and errno when they may not be read. */
static int
read_files (int        folder,
            GPtrArray *files)
{
  int fd = openat (folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *fds = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  if (fds == NULL)
    return -1;
  while (files->len < MAX_FILES && (entry = readdir (fds)) != NULL)
    {
      LtProcessFile *file = g_ascii_isdigit (entry->d_name[0]) ? read_file (folder, entry->d_name) : NULL;

      if (file != NULL)
        g_ptr_array_add (files, file);
    }
  (void) closedir (fds);
  g_ptr_array_sort (files, compare_fds);
  return 0;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  int folder = GPOINTER_TO_INT (data) - 1;
  LtProcessFiles *self = g_new0 (LtProcessFiles, 1);

  self->files = g_ptr_array_new_with_free_func (file_free);
  self->command = read_command (folder);
  self->program = read_link (folder, "exe");
  self->folder = read_link (folder, "cwd");
  if (read_files (folder, self->files) < 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
      lt_process_files_free (self);
    }
  else
    {
      g_task_return_pointer (task, self, (GDestroyNotify) lt_process_files_free);
    }
}

static void
close_folder (gpointer data)
{
  (void) close (GPOINTER_TO_INT (data) - 1);
}

/* The folder first and the question then: what is open stays that of this process. */
void
lt_process_files_read_async (HaulProcessInfo     *info,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d", haul_process_info_get_pid (info));
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  int folder;

  g_task_set_source_tag (task, lt_process_files_read_async);
  g_task_set_name (task, "[long-tasks] files of a process");
  folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0)
    g_task_set_task_data (task, GINT_TO_POINTER (folder + 1), close_folder);
  if (folder < 0 || !haul_process_info_is_there (info))
    g_task_return_new_error (task, HAUL_ERROR, HAUL_ERROR_ENDED, _("process %d is gone"), haul_process_info_get_pid (info));
  else
    g_task_run_in_thread (task, read_thread);
}

LtProcessFiles *
lt_process_files_read_finish (GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
