/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"
#include "tasks/hash-list.h"

extern const HaulTask haul_task_hash;

static char *folder;   /* where all of it is */

static char *
make_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_file (const char *name,
            const char *bytes,
            gssize      size)
{
  g_autofree char *path = make_path (name);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_file_set_contents (path, bytes, size, &error);
  g_assert_no_error (error);
}

static void
link_to (const char *target,
         const char *name)
{
  g_autofree char *path = make_path (name);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

/* Names that break lines, folders within folders, a loop of links, a pipe that nobody writes to. */
static void
make_tree (void)
{
  g_autofree char *large = g_strnfill (3000001, 'x');
  g_autofree char *pipe_path = make_path ("tree/pipe");

  write_file ("tree/empty", "", 0);
  write_file ("tree/abc", "abc", 3);
  write_file ("tree/a name  with spaces", "1", 1);
  write_file ("tree/line\nfeed", "2", 1);
  write_file ("tree/back\\slash", "3", 1);
  write_file ("tree/return\r", "4", 1);
  write_file ("tree/not UTF-8 \xff", "5", 1);
  write_file ("tree/*star", "6", 1);
  write_file ("tree/below/deeper/large", large, -1);
  write_file ("tree/below/nul", "a\0b", 3);
  link_to ("..", "tree/below/loop");
  link_to ("abc", "tree/link");
  link_to ("/nonexistent", "tree/dangling");
  g_assert_cmpint (mkfifo (pipe_path, 0644), ==, 0);
}

/* Runs a program in the folder. */
static int
spawn (char **argv)
{
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  g_spawn_sync (folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_test_message ("%s%s", out, err);
  return status;
}

static char *
make_arguments (const char *path,
                const char *algorithm,
                const char *sums)
{
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'path': <%s>, 'algorithm': <%s>, 'check': <%s>}",
                                                                            path, algorithm, sums));

  return g_variant_print (arguments, TRUE);
}

static FakeContext *
run (const char *path,
     const char *algorithm,
     const char *sums,
     gboolean    right)
{
  FakeContext *fake = fake_context_new ();
  g_autofree char *arguments = make_arguments (path, algorithm, sums);
  gboolean ok = fake_context_run (fake, &haul_task_hash, arguments);

  if (ok != right)
    g_error ("%s: %s", arguments, fake->error);
  return fake;
}

/* What we write, coreutils find right; and what they write, we find right, too. */
static void
test_coreutils (void)
{
  static const struct { const char *algorithm, *program; } rows[] = {
    { "sha256", "sha256sum" }, { "sha512", "sha512sum" }, { "sha1", "sha1sum" }, { "md5", "md5sum" }, { "blake2b", "b2sum" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sums = make_path ("sums");
      g_autofree char *command = g_strdup_printf ("find tree -type f -print0 | LC_ALL=C sort -z | xargs -0 %s > sums", rows[i].program);
      char *check[] = { (char *) rows[i].program, (char *) "--strict", (char *) "-c", (char *) "sums", NULL };
      char *make[] = { (char *) "sh", (char *) "-c", command, NULL };
      g_autoptr(FakeContext) ours = run ("tree", rows[i].algorithm, "", TRUE);
      g_autoptr(FakeContext) checked = NULL;

      g_assert_cmpfloat (ours->total, ==, 3000001 + 3 + 6 + 3);
      g_assert_cmpfloat (ours->done, ==, ours->total);
      write_file ("sums", ours->result->str, ours->result->len);
      g_assert_cmpint (spawn (check), ==, 0);

      g_assert_cmpint (spawn (make), ==, 0);
      checked = run ("", rows[i].algorithm, sums, TRUE);
      g_assert_nonnull (strstr (checked->result->str, "tree/abc: OK\n"));
      g_assert_null (strstr (checked->result->str, "FAILED"));
    }
}

static void
test_known (void)
{
  g_autoptr(FakeContext) abc = run ("tree/abc", "sha256", "", TRUE);
  g_autoptr(FakeContext) empty = run ("tree/empty", "md5", "", TRUE);

  g_assert_cmpstr (abc->result->str, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  tree/abc\n");
  g_assert_cmpstr (empty->result->str, ==, "d41d8cd98f00b204e9800998ecf8427e  tree/empty\n");
}

/* Links and pipes are left out, and counted; but a link that somebody names is followed. */
static void
test_links (void)
{
  g_autoptr(FakeContext) tree = run ("tree", "md5", "", TRUE);
  g_autoptr(FakeContext) link = run ("tree/link", "sha1", "", TRUE);
  g_auto(GStrv) lines = g_strsplit (tree->result->str, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 10 + 1);
  g_assert_nonnull (strstr (tree->log->str, "4 links and special files"));
  g_assert_cmpstr (link->result->str, ==, "a9993e364706816aba3e25717850c26c9cd0d89d  tree/link\n");
}

static void
test_check (void)
{
  static const char list[] =
    "# a remark\n"
    "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD *tree/abc\n"
    "0000000000000000000000000000000000000000000000000000000000000000  tree/empty\n"
    "0000000000000000000000000000000000000000000000000000000000000000  tree/missing\n"
    "0000000000000000000000000000000000000000000000000000000000000000  tree/pipe\n"
    "what is this?\n";
  g_autoptr(FakeContext) fake = NULL;

  write_file ("list", list, -1);
  fake = run ("", "sha256", "list", FALSE);
  g_assert_cmpstr (fake->result->str, ==,
                   "tree/abc: OK\ntree/empty: FAILED\ntree/missing: FAILED open or read\ntree/pipe: FAILED open or read\n");
  g_assert_nonnull (strstr (fake->error, "of 4 files, 1 are not as they were and 2 could not be read"));
  g_assert_nonnull (strstr (fake->log->str, "tree/missing"));
  g_assert_nonnull (strstr (fake->log->str, "1 lines"));
}

/* What cannot be read says so; one file among others does not spoil the rest. */
static void
test_unreadable (void)
{
  g_autoptr(FakeContext) missing = run ("tree/nothing", "sha256", "", FALSE);
  g_autoptr(FakeContext) pipe = run ("tree/pipe", "sha256", "", FALSE);
  g_autoptr(FakeContext) faulty = run ("/proc/self/mem", "sha256", "", FALSE);   /* nothing is at address 0 */
  g_autoptr(FakeContext) list = run ("", "sha256", "tree/nothing", FALSE);
  g_autoptr(FakeContext) no_list = run ("", "sha256", "tree/abc", FALSE);

  g_assert_nonnull (strstr (missing->error, "nothing"));
  g_assert_nonnull (strstr (pipe->error, "neither a file nor a folder"));
  g_assert_nonnull (strstr (faulty->log->str, "/proc/self/mem"));
  g_assert_nonnull (strstr (list->error, "nothing"));
  g_assert_nonnull (strstr (no_list->error, "no line"));
  g_assert_cmpuint (missing->result->len + pipe->result->len + faulty->result->len, ==, 0);
}

static void
assert_divided (const char *path,
                const char *sums,
                guint       n_workers)
{
  g_autoptr(FakeContext) whole = fake_context_new ();
  g_autofree char *arguments = make_arguments (path, "sha1", sums);
  g_autofree char *error = NULL;
  gboolean ok = fake_context_run (whole, &haul_task_hash, arguments);
  guint n_parts;
  g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_hash, arguments, n_workers, &n_parts, &error);

  g_assert_cmpuint (n_parts, ==, 4 * n_workers + 2);
  g_assert_cmpint (result != NULL, ==, ok);
  if (ok)
    g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), whole->result->str, whole->result->len);
  else
    g_assert_cmpstr (error, ==, whole->error);
}

static void
test_divided (void)
{
  for (guint n_workers = 2; n_workers <= 9; n_workers++)
    {
      write_file ("list", "0000000000000000000000000000000000000000  tree/abc\n", -1);
      assert_divided ("tree", "", n_workers);
      assert_divided ("tree/abc", "", n_workers);
      assert_divided ("tree/nothing", "", n_workers);
      assert_divided ("/proc/self/mem", "", n_workers);
      assert_divided ("", "list", n_workers);
    }
}

/* The largest files go to different shares, and none has much more than another. */
static void
test_shares (void)
{
  g_auto(HashList) list = { 0 };
  g_autofree guint *shares = NULL;
  guint64 sums[3] = { 0 };

  hash_list_init (&list);
  for (guint i = 0; i < 300; i++)
    {
      HashEntry *entry = g_new0 (HashEntry, 1);

      entry->size = i < 3 ? 100000000 : i * 1000;
      g_ptr_array_add (list.entries, entry);
    }
  shares = hash_list_share_out (&list, 3);
  for (guint i = 0; i < 300; i++)
    sums[shares[i]] += ((HashEntry *) list.entries->pdata[i])->size;
  g_assert_cmpuint (MAX (MAX (sums[0], sums[1]), sums[2]) - MIN (MIN (sums[0], sums[1]), sums[2]), <, 400000);
}

static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *arguments = make_arguments ("tree", "md5", "");

  fake->cancelled = 1;
  g_assert_false (fake_context_run (fake, &haul_task_hash, arguments));
  g_assert_cmpuint (fake->result->len, ==, 0);
}

static void
test_bad_arguments (void)
{
  static const char * const bad[] = { "{}", "{'path': <'a'>, 'check': <'b'>}", "{'path': <'a'>, 'algorithm': <'crc32'>}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, bad[i], NULL, NULL, NULL));

      g_assert_null (haul_task_complete (&haul_task_hash, arguments, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

int
main (int    argc,
      char **argv)
{
  char *clean[] = { (char *) "rm", (char *) "-r", (char *) "--", NULL, NULL };
  int status;

  alarm (240);
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("haul-hash-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_assert_cmpint (chdir (folder), ==, 0);
  make_tree ();

  g_test_add_func ("/hash/known", test_known);
  g_test_add_func ("/hash/coreutils", test_coreutils);
  g_test_add_func ("/hash/links", test_links);
  g_test_add_func ("/hash/check", test_check);
  g_test_add_func ("/hash/unreadable", test_unreadable);
  g_test_add_func ("/hash/divided", test_divided);
  g_test_add_func ("/hash/shares", test_shares);
  g_test_add_func ("/hash/cancel", test_cancel);
  g_test_add_func ("/hash/bad-arguments", test_bad_arguments);

  status = g_test_run ();
  clean[3] = folder;
  g_assert_cmpint (spawn (clean), ==, 0);
  g_free (folder);
  return status;
}
