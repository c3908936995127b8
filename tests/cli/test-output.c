/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul-cli-output.h"
#include "haul-cli-print.h"
#include "haul-cli-writer.h"
#include "haul-test.h"

typedef struct
{
  char *dir;    /* (owned) */
  char *path;   /* (owned) in it */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  self->dir = g_dir_make_tmp ("haul-output-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->dir, "result", NULL);
}

static guint
count_entries (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr(GDir) dir = g_dir_open (self->dir, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->dir, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }

  g_assert_cmpint (g_rmdir (self->dir), ==, 0);
  g_free (self->path);
  g_free (self->dir);
}

static void
put (const char *path,
     const char *text)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_content (const char *path,
                const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
write_text (HaulCliOutput *output,
            const char    *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_cli_output_write (output, bytes, &error));
  g_assert_no_error (error);
}

static void
assert_refused (const char          *path,
                HaulCliOutputPolicy  policy,
                const char          *part)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = haul_cli_output_new (path, policy, &error);

  g_assert_null (output);
  haul_test_assert_contains (error->message, part);
}

static void
test_new (Fixture       *self,
          gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = haul_cli_output_new (self->path, HAUL_CLI_OUTPUT_KEEP, &error);
  struct stat info;
  mode_t mask = umask (0);

  (void) umask (mask);
  g_assert_no_error (error);
  g_assert_cmpuint (count_entries (self->dir), ==, 0);   /* looking changes nothing */

  write_text (output, "3.14\n");
  assert_content (self->path, "3.14\n");
  g_assert_cmpuint (count_entries (self->dir), ==, 1);
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0666 & ~mask);
}

static void
test_replace (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = NULL;
  struct stat info;

  put (self->path, "old");
  g_assert_cmpint (chmod (self->path, 0640), ==, 0);
  assert_refused (self->path, HAUL_CLI_OUTPUT_KEEP, "exists; --force replaces it");
  assert_content (self->path, "old");

  output = haul_cli_output_new (self->path, HAUL_CLI_OUTPUT_REPLACE, &error);
  g_assert_no_error (error);
  assert_content (self->path, "old");
  write_text (output, "new");
  assert_content (self->path, "new");
  g_assert_cmpuint (count_entries (self->dir), ==, 1);
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0640);
}

/* Links to where nothing is yet, and one that leads nowhere. */
static void
test_link_to_nothing (Fixture       *self,
                      gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = NULL;
  g_autofree char *link_path = g_build_filename (self->dir, "link", NULL);
  g_autofree char *far_path = g_build_filename (self->dir, "far", NULL);
  g_autofree char *round_path = g_build_filename (self->dir, "round", NULL);

  g_assert_cmpint (symlink ("result", link_path), ==, 0);
  g_assert_cmpint (symlink (link_path, far_path), ==, 0);
  g_assert_cmpint (symlink ("round", round_path), ==, 0);
  assert_refused (round_path, HAUL_CLI_OUTPUT_REPLACE, g_strerror (ELOOP));
  output = haul_cli_output_new (far_path, HAUL_CLI_OUTPUT_KEEP, &error);
  g_assert_no_error (error);
  write_text (output, "new");
  assert_content (self->path, "new");
  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (far_path, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (self->path, G_FILE_TEST_IS_SYMLINK));
}

/* A link stays one; what it points at is replaced. */
static void
test_link (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = NULL;
  g_autofree char *link_path = g_build_filename (self->dir, "link", NULL);

  put (self->path, "old");
  g_assert_cmpint (symlink ("result", link_path), ==, 0);
  output = haul_cli_output_new (link_path, HAUL_CLI_OUTPUT_REPLACE, &error);
  g_assert_no_error (error);
  write_text (output, "new");
  assert_content (self->path, "new");
  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
}

static void
test_appeared (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = haul_cli_output_new (self->path, HAUL_CLI_OUTPUT_KEEP, &error);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("hours of work", 13);
  g_autoptr(GDir) dir = NULL;
  const char *name = NULL;
  guint n_kept = 0;

  g_assert_no_error (error);
  put (self->path, "somebody else's");
  g_assert_false (haul_cli_output_write (output, bytes, &error));
  haul_test_assert_contains (error->message, "appeared meanwhile; the result is in");
  assert_content (self->path, "somebody else's");

  dir = g_dir_open (self->dir, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->dir, name, NULL);

      if (g_str_equal (name, "result"))
        continue;
      n_kept++;
      assert_content (path, "hours of work");
    }

  g_assert_cmpuint (n_kept, ==, 1);
}

/* What cannot be written whole leaves what was there, and nothing beside it. */
static void
test_too_large (Fixture       *self,
                gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) output = NULL;
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  struct rlimit old, low;

  put (self->path, "old");
  output = haul_cli_output_new (self->path, HAUL_CLI_OUTPUT_REPLACE, &error);
  g_assert_no_error (error);

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  low = old;
  low.rlim_cur = 4096;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &low), ==, 0);
  g_assert_false (haul_cli_output_write (output, bytes, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);

  haul_test_assert_contains (error->message, "could not write");
  haul_test_assert_contains (error->message, g_strerror (EFBIG));
  assert_content (self->path, "old");
  g_assert_cmpuint (count_entries (self->dir), ==, 1);
}

static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *missing = g_build_filename (self->dir, "none", "result", NULL);
  g_autofree char *slash = g_strconcat (self->dir, "/none/", NULL);
  g_autofree char *below = g_build_filename (self->path, "below", NULL);

  put (self->path, "a file");
  assert_refused (self->dir, HAUL_CLI_OUTPUT_REPLACE, "is a directory; name a file in it");
  assert_refused (slash, HAUL_CLI_OUTPUT_REPLACE, "is a directory; name a file in it");
  assert_refused (missing, HAUL_CLI_OUTPUT_REPLACE, g_strerror (ENOENT));
  assert_refused (below, HAUL_CLI_OUTPUT_REPLACE, g_strerror (ENOTDIR));
  /* Not even root makes files there. */
  assert_refused ("/proc/self/result", HAUL_CLI_OUTPUT_REPLACE, "cannot write");
}

static void
test_device (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliOutput) null = haul_cli_output_new ("/dev/null", HAUL_CLI_OUTPUT_KEEP, &error);
  g_autoptr(HaulCliOutput) full = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  struct stat info;

  g_assert_no_error (error);
  write_text (null, "x");
  g_assert_cmpint (stat ("/dev/null", &info), ==, 0);
  g_assert_true (S_ISCHR (info.st_mode));

  full = haul_cli_output_new ("/dev/full", HAUL_CLI_OUTPUT_KEEP, &error);
  g_assert_no_error (error);
  g_assert_false (haul_cli_output_write (full, bytes, &error));
  haul_test_assert_contains (error->message, g_strerror (ENOSPC));
}

static void
failed_cb (gpointer user_data)
{
  guint *n_failed = user_data;

  (*n_failed)++;
}

/* A reader that does not read keeps nobody waiting, and loses nothing. */
static void
test_writer_slow (void)
{
  int fds[2];
  guint n_failed = 0;
  HaulCliWriter *writer = NULL;
  g_autofree char *line = g_strnfill (9999, 'a');
  g_autofree char *buffer = g_malloc (70000);
  gsize n_read = 0;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  writer = haul_cli_writer_new (fds[1], failed_cb, &n_failed);
  for (guint i = 0; i < 100; i++)
    haul_cli_writer_add (writer, line);
  g_assert_true (haul_cli_writer_is_behind (writer));

  while (haul_cli_writer_is_behind (writer))
    {
      ssize_t n = read (fds[0], buffer, 70000);

      g_assert_cmpint (n, >, 0);
      n_read += (gsize) n;
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }

  g_assert_true (haul_cli_writer_finish (writer, &error));
  haul_cli_writer_free (writer);
  close (fds[1]);
  for (ssize_t n; (n = read (fds[0], buffer, 70000)) > 0;)
    n_read += (gsize) n;
  close (fds[0]);

  g_assert_cmpuint (n_read, ==, 100 * 9999);
  g_assert_cmpuint (n_failed, ==, 0);
}

static void
test_writer_closed (void)
{
  int fds[2];
  guint n_failed = 0;
  HaulCliWriter *writer = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  writer = haul_cli_writer_new (fds[1], failed_cb, &n_failed);
  close (fds[0]);
  haul_cli_writer_add (writer, "one\n");
  haul_cli_writer_add (writer, "two\n");
  g_assert_cmpuint (n_failed, ==, 1);
  g_assert_false (haul_cli_writer_finish (writer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  haul_cli_writer_free (writer);
  close (fds[1]);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

#define ADD(name, function) g_test_add ("/cli/output/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("new", test_new);
  ADD ("replace", test_replace);
  ADD ("link", test_link);
  ADD ("link-to-nothing", test_link_to_nothing);
  ADD ("appeared", test_appeared);
  ADD ("too-large", test_too_large);
  ADD ("refused", test_refused);
  ADD ("device", test_device);
#undef ADD
  g_test_add_func ("/cli/writer/slow", test_writer_slow);
  g_test_add_func ("/cli/writer/closed", test_writer_closed);

  return g_test_run ();
}
