/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "words-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "words-scan.h"

#define CHUNK      (128 * 1024)
#define SNIFF      4096
#define MAX_FILES  1000000

#define PACKED_TYPE "a(ayt)"

void
words_files_init (WordsFiles *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->total = 0;
}

void
words_files_clear (WordsFiles *self)
{
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->sizes, g_array_unref);
}

static gboolean
throw_errno (GError     **error,
             const char  *path)
{
  int errsv = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), _("cannot read %s: %s"), name, g_strerror (errsv));
  return FALSE;
}

static void
add_file (WordsFiles *self,
          const char *path,
          guint64     size)
{
  g_ptr_array_add (self->paths, g_strdup (path));
  g_array_append_val (self->sizes, size);
  self->total += size;
}

/* O_NONBLOCK: should it have become a named pipe, nobody waits for its writer. */
static int
open_file (const char *path)
{
  return open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static gboolean
is_text (const char  *path,
         gboolean    *ret_text,
         GError     **error)
{
  haul_autofd int fd = open_file (path);
  char head[SNIFF];
  ssize_t n;

  if (fd < 0 || (n = pread (fd, head, sizeof head, 0)) < 0)
    return throw_errno (error, path);
  *ret_text = memchr (head, '\0', n) == NULL;
  return TRUE;
}

/* Adds a file of a folder, or to @folders another folder. */
static gboolean
take_child (WordsFiles  *self,
            GQueue      *folders,
            const char  *path,
            GError     **error)
{
  struct stat info;
  gboolean text = FALSE;

  if (lstat (path, &info) < 0)
    return throw_errno (error, path);
  if (S_ISDIR (info.st_mode))
    g_queue_push_tail (folders, g_strdup (path));
  if (!S_ISREG (info.st_mode) || info.st_size == 0)
    return TRUE;
  if (!is_text (path, &text, error))
    return FALSE;
  if (text)
    add_file (self, path, info.st_size);
  return TRUE;
}

static gboolean
check_limits (WordsFiles   *self,
              HaulContext  *context,
              GError      **error)
{
  if (!haul_context_check (context, error))
    return FALSE;
  if (self->paths->len >= MAX_FILES)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("there are more than %u files"), MAX_FILES);
      return FALSE;
    }
  return TRUE;
}

static gboolean
find_in_folder (WordsFiles   *self,
                GQueue       *folders,
                const char   *folder,
                HaulContext  *context,
                GError      **error)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!check_limits (self, context, error))
        return FALSE;
      if (name[0] != '.' && !take_child (self, folders, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_all (WordsFiles   *self,
          GQueue       *folders,
          HaulContext  *context,
          GError      **error)
{
  char *folder;

  while ((folder = g_queue_pop_head (folders)) != NULL)
    {
      gboolean ok = find_in_folder (self, folders, folder, context, error);

      g_free (folder);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
words_files_find (WordsFiles   *self,
                  const char   *path,
                  HaulContext  *context,
                  GError      **error)
{
  GQueue folders = G_QUEUE_INIT;
  struct stat info;
  gboolean ok;

  if (stat (path, &info) < 0)
    return throw_errno (error, path);
  if (S_ISREG (info.st_mode))
    {
      add_file (self, path, info.st_size);
      return TRUE;
    }
  if (!S_ISDIR (info.st_mode))
    {
      errno = EINVAL;   /* a device or a pipe may have no end */
      return throw_errno (error, path);
    }

  g_queue_push_tail (&folders, g_strdup (path));
  ok = find_all (self, &folders, context, error);
  g_queue_clear_full (&folders, g_free);
  return ok;
}

GBytes *
words_files_pack (WordsFiles *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (PACKED_TYPE));
  g_autoptr(GVariant) packed = NULL;

  for (guint i = 0; i < self->paths->len; i++)
    g_variant_builder_add (&builder, "(@ayt)", g_variant_new_bytestring (self->paths->pdata[i]),
                           g_array_index (self->sizes, guint64, i));
  packed = g_variant_ref_sink (g_variant_builder_end (&builder));
  return g_variant_get_data_as_bytes (packed);
}

gboolean
words_files_unpack (WordsFiles  *self,
                    GBytes      *packed,
                    GError     **error)
{
  g_autoptr(GVariant) files = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (PACKED_TYPE), packed, FALSE));
  GVariantIter iter;
  GVariant *path;
  guint64 size;

  if (!g_variant_is_normal_form (files))
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave what is no list of files"));
      return FALSE;
    }
  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(@ayt)", &path, &size))
    {
      add_file (self, g_variant_get_bytestring (path), size);
      g_variant_unref (path);
    }
  return TRUE;
}

/* Reading. */

typedef struct
{
  HaulContext  *context;   /* borrowed */
  const char   *path;      /* borrowed */
  int           fd;        /* borrowed */
  guint64       at;        /* of the next byte that is read */
  guint64       to;        /* lines that begin there are not ours */
  gboolean      skips;     /* the rest of a line that began before the range */
  gboolean      over;
  guint64       before;    /* bytes that were done before this file */
  guint64       from;
  WordsScanner  scanner;
} Reader;

/* What of the next bytes of the file is ours. They begin at @at. */
static void
cut_to_range (Reader      *self,
              guint64      at,
              const char **bytes,
              gsize       *size)
{
  const char *newline;
  gsize last;

  if (self->skips)
    {
      newline = memchr (*bytes, '\n', *size);
      if (newline == NULL)
        {
          *size = 0;
          return;
        }
      self->skips = FALSE;
      at += newline + 1 - *bytes;
      *size -= newline + 1 - *bytes;
      *bytes = newline + 1;
      if (at >= self->to)
        *size = 0;
    }
  if (at + *size < self->to)
    return;

  /* The line that has the last byte of the range is ours to its end. */
  last = at < self->to ? self->to - 1 - at : 0;
  newline = *size > last ? memchr (*bytes + last, '\n', *size - last) : NULL;
  if (newline != NULL)
    *size = newline + 1 - *bytes;
  self->over = newline != NULL || *size == 0;
}

static gboolean
read_range (Reader  *self,
            char    *buffer,
            GError **error)
{
  gsize kept = 0;   /* of a character that was cut */

  while (!self->over)
    {
      const char *bytes = buffer + kept;
      ssize_t n = pread (self->fd, buffer + kept, CHUNK, self->at);
      gsize size = MAX (n, 0), used;

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return throw_errno (error, self->path);
      if (n == 0 || haul_context_is_cancelled (self->context))
        break;

      cut_to_range (self, self->at, &bytes, &size);
      self->at += n;
      if (size > 0)
        {
          bytes -= kept;
          size += kept;
          used = words_scanner_feed (&self->scanner, bytes, size);
          kept = size - used;
          memmove (buffer, bytes + used, kept);
        }
      if (self->scanner.is_full)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("there are more than %u different words"), WORDS_MAX_DIFFERENT);
          return FALSE;
        }
      haul_context_progress (self->context, self->before + MIN (self->at, self->to) - self->from);
    }
  words_scanner_end (&self->scanner, kept > 0);
  return haul_context_check (self->context, error);
}

static gboolean
count_file (const char   *path,
            guint64       from,
            guint64       to,
            guint64       before,
            WordsTable   *table,
            HaulContext  *context,
            GError      **error)
{
  g_autofree char *buffer = g_malloc (CHUNK + 4);
  haul_autofd int fd = open_file (path);
  Reader reader = { context, path, fd, .at = from > 0 ? from - 1 : 0, .to = to, .skips = from > 0, .before = before, .from = from };

  if (fd < 0)
    return throw_errno (error, path);
  words_scanner_init (&reader.scanner, table);
  return read_range (&reader, buffer, error);
}

gboolean
words_files_count (WordsFiles   *self,
                   guint64       from,
                   guint64       to,
                   WordsTable   *table,
                   HaulContext  *context,
                   GError      **error)
{
  guint64 begin = 0, done = 0;

  haul_context_progress (context, 0);
  for (guint i = 0; i < self->paths->len; i++)
    {
      guint64 end = begin + g_array_index (self->sizes, guint64, i);
      guint64 first = MAX (from, begin), last = MIN (to, end);

      if (first < last)
        {
          if (!count_file (self->paths->pdata[i], first - begin, last - begin, done, table, context, error))
            return FALSE;
          done += last - first;
          haul_context_progress (context, done);
        }
      begin = end;
    }
  return TRUE;
}
