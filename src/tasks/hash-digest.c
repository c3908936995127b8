/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "hash-digest.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "library.h"

/* Read at a time: a tenth of a millisecond's work. */
#define PIECE (256 * 1024)

static struct
{
  typeof (EVP_get_digestbyname) * get_digestbyname;
  typeof (EVP_MD_CTX_new)       * ctx_new;
  typeof (EVP_MD_CTX_free)      * ctx_free;
  typeof (EVP_DigestInit_ex)    * init;
  typeof (EVP_DigestUpdate)     * update;
  typeof (EVP_DigestFinal_ex)   * final;
} evp;

static const Library library = {
  CRYPTO_SONAME,
  (const struct LibrarySymbol[]) {
    { "EVP_get_digestbyname", (gpointer *) &evp.get_digestbyname },
    { "EVP_MD_CTX_new", (gpointer *) &evp.ctx_new },
    { "EVP_MD_CTX_free", (gpointer *) &evp.ctx_free },
    { "EVP_DigestInit_ex", (gpointer *) &evp.init },
    { "EVP_DigestUpdate", (gpointer *) &evp.update },
    { "EVP_DigestFinal_ex", (gpointer *) &evp.final },
    { NULL },
  },
};

static const struct
{
  const char *id;
  const char *name;   /* OpenSSL's */
  gsize       size;
} algorithms[] = {
  { "sha256", "SHA256", 32 },
  { "sha512", "SHA512", 64 },
  { "sha1", "SHA1", 20 },
  { "md5", "MD5", 16 },
  { "blake2b", "BLAKE2b512", 64 },
};

static guint
find_algorithm (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (g_str_equal (algorithms[i].id, id))
      return i;
  return 0;
}

gsize
hash_digest_size (const char *algorithm)
{
  return algorithms[find_algorithm (algorithm)].size;
}

static EVP_MD_CTX *
begin (const char  *algorithm,
       GError     **error)
{
  const char *name = algorithms[find_algorithm (algorithm)].name;
  EVP_MD_CTX *digest;
  const EVP_MD *kind;

  if (!library_load (&library, error))
    return NULL;
  kind = evp.get_digestbyname (name);
  digest = kind != NULL ? evp.ctx_new () : NULL;
  if (digest != NULL && evp.init (digest, kind, NULL))
    return digest;

  evp.ctx_free (digest);
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("OpenSSL does not offer %s here; choose another algorithm"), name);
  return NULL;
}

/* @ret_errno 0 for all that is right, or a wish to stop. */
static gboolean
read_all (int          fd,
          EVP_MD_CTX  *digest,
          HaulContext *context,
          double      *done,
          int         *ret_errno)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  ssize_t n;

  *ret_errno = 0;
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  while ((n = read (fd, piece, PIECE)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          *ret_errno = errno;
          return FALSE;
        }
      (void) evp.update (digest, piece, n);   /* of memory: it cannot fail */
      *done += n;
      haul_context_progress (context, *done);
      if (haul_context_is_cancelled (context))
        return FALSE;
    }
  return TRUE;
}

/* What has become a pipe or a device since it was listed must not hold us up. */
static int
open_file (const char *path,
           int        *ret_errno)
{
  haul_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat info;

  *ret_errno = errno;
  if (fd < 0)
    return -1;
  if (fstat (fd, &info) < 0 || !S_ISREG (info.st_mode))
    {
      *ret_errno = S_ISDIR (info.st_mode) ? EISDIR : EINVAL;
      return -1;
    }
  return g_steal_fd (&fd);
}

gboolean
hash_digest_file (const char   *algorithm,
                  const char   *path,
                  HaulContext  *context,
                  double       *done,
                  guint8       *ret_digest,
                  int          *ret_errno,
                  GError      **error)
{
  haul_autofd int fd = -1;
  EVP_MD_CTX *digest = begin (algorithm, error);
  gboolean ok = FALSE;

  *ret_errno = 0;
  if (digest == NULL)
    return FALSE;

  fd = open_file (path, ret_errno);
  if (fd >= 0)
    ok = read_all (fd, digest, context, done, ret_errno);
  if (ok)
    (void) evp.final (digest, ret_digest, NULL);
  evp.ctx_free (digest);
  if (!ok && *ret_errno == 0)
    (void) haul_context_check (context, error);
  return ok;
}
