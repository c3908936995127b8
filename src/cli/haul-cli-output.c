/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-output.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "haul-cli-print.h"
#include "haul/wire/haul-fd-private.h"

/* As many as the kernel follows. */
#define MAX_LINKS 40

struct _HaulCliOutput
{
  char     *path;       /* (owned) with links followed */
  char     *name;       /* (owned) as people see it, UTF-8 */
  gboolean  direct;     /* a device, a pipe or a socket: written to as it is */
  gboolean  replaces;   /* what is there may go */
  char     *temporary;  /* (owned) (nullable) from begin to end: what is beside its place */
  mode_t    mode;       /* of what is replaced; 0 for that of a new file */
};

void
haul_cli_output_free (HaulCliOutput *self)
{
  haul_cli_output_abort (self);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

static gboolean
throw_output (GError     **error,
              int          errsv,
              const char  *format,
              ...) G_GNUC_PRINTF (3, 4);

/* With @errsv, its text goes after the message. */
static gboolean
throw_output (GError     **error,
              int          errsv,
              const char  *format,
              ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  if (errsv != 0)
    return haul_throw_errno (error, errsv, message);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  return FALSE;
}

static int
open_beside (const char  *path,
             char       **ret_path)
{
  char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  int errsv = errno;

  if (fd < 0)
    {
      g_free (temporary);
      errno = errsv;
      return -1;
    }

  *ret_path = temporary;
  return fd;
}

/* No rule of who may write what is asked; it is tried. */
static gboolean
try_beside (HaulCliOutput  *self,
            GError        **error)
{
  g_autofree char *temporary = NULL;
  haul_autofd int fd = open_beside (self->path, &temporary);

  if (fd < 0)
    return throw_output (error, errno, _("cannot write ‘%s’"), self->name);

  (void) g_unlink (temporary);
  return TRUE;
}

static gboolean
ask (const char *name)
{
  g_autofree char *question = NULL;
  char answer[16] = "";

  /* Translators: y stands for yes and n for no; keep both letters. */
  question = g_strdup_printf (_("%s exists. Replace it? [y/N] "), name);
  haul_cli_say (question);

  return fgets (answer, sizeof answer, stdin) != NULL && g_ascii_tolower (answer[0]) == 'y';
}

static gboolean
may_replace (HaulCliOutput        *self,
             HaulCliOutputPolicy   policy,
             GError              **error)
{
  self->replaces = policy == HAUL_CLI_OUTPUT_REPLACE;
  if (policy == HAUL_CLI_OUTPUT_ASK)
    self->replaces = ask (self->name);

  if (self->replaces)
    return TRUE;

  if (policy == HAUL_CLI_OUTPUT_ASK)
    return throw_output (error, 0, _("‘%s’ is left as it is"), self->name);

  return throw_output (error, 0, _("‘%s’ exists; --force replaces it"), self->name);
}

static gboolean
check (HaulCliOutput        *self,
       HaulCliOutputPolicy   policy,
       GError              **error)
{
  struct stat info;

  if (stat (self->path, &info) < 0)
    {
      if (errno != ENOENT)
        return throw_output (error, errno, _("cannot write ‘%s’"), self->name);
      return try_beside (self, error);
    }

  if (S_ISDIR (info.st_mode))
    return throw_output (error, 0, _("‘%s’ is a directory; name a file in it"), self->name);

  if (!S_ISREG (info.st_mode))
    {
      self->direct = TRUE;
      if (access (self->path, W_OK) < 0)
        return throw_output (error, errno, _("cannot write ‘%s’"), self->name);
      return TRUE;
    }

  self->mode = info.st_mode & 07777;
  return may_replace (self, policy, error) && try_beside (self, error);
}

/* (transfer full): where a path leads, links followed, also where nothing is yet. */
static char *
resolve (const char *path,
         guint       n_links)
{
  char *real = realpath (path, NULL);
  g_autofree char *target = real == NULL && n_links < MAX_LINKS ? g_file_read_link (path, NULL) : NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *next = NULL;

  if (real != NULL || target == NULL)
    return real != NULL ? real : g_strdup (path);

  next = g_path_is_absolute (target) ? g_strdup (target) : g_build_filename (folder, target, NULL);
  return resolve (next, n_links + 1);
}

/**
 * haul_cli_output_new:
 * @path: where the result shall go
 * @policy: what to do with a file that is there already
 * @error: why not, and what to do
 *
 * Finds out whether a result can be written to @path, and changes nothing.
 */
HaulCliOutput *
haul_cli_output_new (const char           *path,
                     HaulCliOutputPolicy   policy,
                     GError              **error)
{
  g_autoptr(HaulCliOutput) self = g_new0 (HaulCliOutput, 1);

  self->path = resolve (path, 0);
  self->name = g_filename_display_name (path);

  if (g_str_has_suffix (path, "/") && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      throw_output (error, 0, _("‘%s’ is a directory; name a file in it"), self->name);
      return NULL;
    }

  return check (self, policy, error) ? g_steal_pointer (&self) : NULL;
}

/* Moves @temporary to its place, and refuses where something appeared there meanwhile. */
static gboolean
move_into_place (HaulCliOutput *self,
                 const char    *temporary)
{
  if (!self->replaces)
    {
      if (renameat2 (AT_FDCWD, temporary, AT_FDCWD, self->path, RENAME_NOREPLACE) == 0)
        return TRUE;
      /* Not every file system can do that; then there is a moment in which somebody may be faster. */
      if (errno != EINVAL && errno != ENOSYS)
        return FALSE;
      if (access (self->path, F_OK) == 0)
        {
          errno = EEXIST;
          return FALSE;
        }
    }

  return rename (temporary, self->path) == 0;
}

/* Opens what is written to: something beside the place, or the device itself. */
int
haul_cli_output_begin (HaulCliOutput  *self,
                       GError        **error)
{
  int fd;

  if (self->direct)
    fd = open (self->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  else
    fd = open_beside (self->path, &self->temporary);

  if (fd < 0)
    {
      throw_output (error, errno, _("could not write ‘%s’"), self->name);
      return -1;
    }

  if (self->mode != 0)
    (void) fchmod (fd, self->mode);   /* the result matters more than who may read it */
  return fd;
}

void
haul_cli_output_abort (HaulCliOutput *self)
{
  if (self->temporary != NULL)
    (void) g_unlink (self->temporary);
  g_clear_pointer (&self->temporary, g_free);
}

static gboolean
keep_temporary (HaulCliOutput  *self,
                GError        **error)
{
  g_autofree char *kept = g_filename_display_name (self->temporary);

  g_clear_pointer (&self->temporary, g_free);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _("‘%s’ appeared meanwhile; the result is in ‘%s’"), self->name, kept);
  return FALSE;
}

/* With @problem, of writing, nothing is kept. */
gboolean
haul_cli_output_end (HaulCliOutput  *self,
                     int             fd,
                     const GError   *problem,
                     GError        **error)
{
  g_autoptr(GError) sync_problem = NULL;

  if (problem == NULL && !self->direct && fsync (fd) < 0 && errno != EINVAL)
    {
      haul_throw_errno (&sync_problem, errno, "fsync");
      problem = sync_problem;
    }

  if (problem != NULL)
    {
      haul_cli_output_abort (self);
      g_set_error (error, problem->domain, problem->code, _("could not write ‘%s’: %s"), self->name, problem->message);
      return FALSE;
    }

  if (self->direct)
    return TRUE;

  if (move_into_place (self, self->temporary))
    {
      g_clear_pointer (&self->temporary, g_free);
      return TRUE;
    }

  if (errno == EEXIST)
    return keep_temporary (self, error);

  throw_output (error, errno, _("could not write ‘%s’"), self->name);
  haul_cli_output_abort (self);
  return FALSE;
}

gboolean
haul_cli_output_write (HaulCliOutput  *self,
                       GBytes         *bytes,
                       GError        **error)
{
  g_autoptr(GError) problem = NULL;
  haul_autofd int fd = haul_cli_output_begin (self, error);
  gsize size = 0;
  const void *data = g_bytes_get_data (bytes, &size);

  if (fd < 0)
    return FALSE;

  (void) haul_cli_write_all (fd, data, size, &problem);
  return haul_cli_output_end (self, fd, problem, error);
}
