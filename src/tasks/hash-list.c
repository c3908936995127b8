/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "hash-list.h"

#include <dirent.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"

static void
entry_free (gpointer data)
{
  HashEntry *entry = data;

  g_free (entry->path);
  g_free (entry->expected);
  g_free (entry);
}

void
hash_list_init (HashList *self)
{
  *self = (HashList) { .entries = g_ptr_array_new_with_free_func (entry_free) };
}

void
hash_list_clear (HashList *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
}

static void
add (HashList   *self,
     const char *path,
     const char *expected,
     guint64     size)
{
  HashEntry *entry = g_new0 (HashEntry, 1);

  entry->path = g_strdup (path);
  entry->expected = g_ascii_strdown (expected, -1);
  entry->size = size;
  self->size += size;
  g_ptr_array_add (self->entries, entry);
}

static void
warn (HaulContext *context,
      const char  *path,
      int          errsv)
{
  g_autofree char *name = haul_text_clean (path, -1);

  haul_context_log (context, HAUL_LOG_WARNING, _("cannot read “%s”: %s"), name, g_strerror (errsv));
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* (nullable) (element-type filename): what is in a folder, sorted. */
static GPtrArray *
read_folder (const char  *path,
             HaulContext *context)
{
  GPtrArray *names = NULL;
  DIR *folder = opendir (path);
  struct dirent *entry;

  if (folder == NULL)
    {
      warn (context, path, errno);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((entry = readdir (folder)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  closedir (folder);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Paths have 4,096 bytes at most, so it does not go deeper than the half of that. */
static void
add_folder (HashList    *self,
            HaulContext *context,
            const char  *path)
{
  g_autoptr(GPtrArray) names = read_folder (path, context);

  for (guint i = 0; names != NULL && i < names->len && !haul_context_is_cancelled (context); i++)
    {
      g_autofree char *below = g_build_filename (path, names->pdata[i], NULL);
      struct stat info;

      if (lstat (below, &info) < 0)
        warn (context, below, errno);
      else if (S_ISDIR (info.st_mode))
        add_folder (self, context, below);
      else if (S_ISREG (info.st_mode))
        add (self, below, "", info.st_size);
      else
        self->n_skipped++;
    }
}

gboolean
hash_list_add_path (HashList     *self,
                    HaulContext  *context,
                    const char   *path,
                    GError      **error)
{
  struct stat info;

  if (stat (path, &info) < 0 || (S_ISDIR (info.st_mode) && access (path, R_OK | X_OK) < 0))
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("cannot read “%s”: %s"), path, g_strerror (errno));
      return FALSE;
    }
  if (S_ISREG (info.st_mode))
    {
      add (self, path, "", info.st_size);
      return TRUE;
    }
  if (!S_ISDIR (info.st_mode))
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("“%s” is neither a file nor a folder"), path);
      return FALSE;
    }
  add_folder (self, context, path);
  return haul_context_check (context, error);
}

/* A name with a line feed in it is written "\n", and the line then begins with a backslash. */
static char *
unescape (const char *name)
{
  GString *text = g_string_new (NULL);

  for (const char *at = name; *at != '\0'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        {
          at++;
          g_string_append_c (text, *at == 'n' ? '\n' : *at == 'r' ? '\r' : *at);
        }
      else
        {
          g_string_append_c (text, *at);
        }
    }
  return g_string_free (text, FALSE);
}

/* "0123…  name", or "0123… *name". */
static gboolean
add_line (HashList   *self,
          const char *line,
          gsize       n_digits)
{
  gboolean escaped = *line == '\\';
  const char *digits = escaped ? line + 1 : line;
  g_autofree char *expected = NULL;
  g_autofree char *path = NULL;
  struct stat info;

  if (strspn (digits, "0123456789abcdefABCDEF") != n_digits || digits[n_digits] != ' '
      || (digits[n_digits + 1] != ' ' && digits[n_digits + 1] != '*') || digits[n_digits + 2] == '\0')
    return FALSE;

  expected = g_strndup (digits, n_digits);
  path = escaped ? unescape (digits + n_digits + 2) : g_strdup (digits + n_digits + 2);
  add (self, path, expected, stat (path, &info) == 0 && S_ISREG (info.st_mode) ? info.st_size : 0);
  return TRUE;
}

gboolean
hash_list_add_sums (HashList     *self,
                    HaulContext  *context,
                    const char   *path,
                    gsize         n_digits,
                    GError      **error)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && !haul_context_is_cancelled (context); i++)
    if (*lines[i] != '\0' && *lines[i] != '#' && !add_line (self, lines[i], n_digits))
      self->n_bad++;

  if (self->entries->len == 0 && haul_context_check (context, error))
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("“%s” has no line with a checksum of this kind; choose another algorithm"), path);
  else if (self->n_bad > 0)
    haul_context_log (context, HAUL_LOG_WARNING, _("%u lines of “%s” are no checksums of this kind"), self->n_bad, path);
  return self->entries->len > 0 && haul_context_check (context, error);
}

void
hash_list_emit (HashList    *self,
                HaulContext *context)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      HashEntry *entry = self->entries->pdata[i];

      g_byte_array_append (bytes, (const guint8 *) &entry->size, sizeof entry->size);
      g_byte_array_append (bytes, (const guint8 *) entry->path, strlen (entry->path) + 1);
      g_byte_array_append (bytes, (const guint8 *) entry->expected, strlen (entry->expected) + 1);
    }
  haul_context_emit (context, bytes->data, bytes->len);
}

/* A text that ends within the bytes that are left, or NULL. */
static const char *
take_text (const char **at,
           gsize       *left)
{
  const char *text = *at;
  const char *end = memchr (text, '\0', *left);

  if (end == NULL)
    return NULL;
  *left -= end + 1 - text;
  *at = end + 1;
  return text;
}

gboolean
hash_list_read (HashList  *self,
                GBytes    *bytes,
                GError   **error)
{
  gsize left;
  const char *at = g_bytes_get_data (bytes, &left);

  while (left >= sizeof (guint64))
    {
      const char *path, *expected;
      guint64 size;

      memcpy (&size, at, sizeof size);
      at += sizeof size;
      left -= sizeof size;
      path = take_text (&at, &left);
      expected = path != NULL ? take_text (&at, &left) : NULL;
      if (expected == NULL)
        break;
      add (self, path, expected, size);
    }
  if (left == 0)
    return TRUE;
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave what is no list of files"));
  return FALSE;
}

typedef struct
{
  guint   index;
  guint64 size;
} Weight;

static int
compare_weights (gconstpointer a,
                 gconstpointer b)
{
  const Weight *x = a, *y = b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* To open a file costs about as much as to read so many bytes. */
#define COST_OF_FILE 16384

/* The largest first, each to who has the least. */
guint *
hash_list_share_out (HashList *self,
                     guint     n_shares)
{
  guint *shares = g_new0 (guint, self->entries->len + 1);
  g_autofree guint64 *sums = g_new0 (guint64, n_shares);
  g_autoptr(GArray) weights = g_array_sized_new (FALSE, FALSE, sizeof (Weight), self->entries->len);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Weight weight = { i, ((HashEntry *) self->entries->pdata[i])->size };

      g_array_append_val (weights, weight);
    }
  g_array_sort (weights, compare_weights);

  for (guint i = 0; i < weights->len; i++)
    {
      const Weight *weight = &g_array_index (weights, Weight, i);
      guint least = 0;

      for (guint j = 1; j < n_shares; j++)
        if (sums[j] < sums[least])
          least = j;
      sums[least] += weight->size + COST_OF_FILE;
      shares[weight->index] = least;
    }
  return shares;
}
