/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"
#include "tasks/words-files.h"
#include "tasks/words-scan.h"

extern const HaulTask haul_task_wordcount;

static char *dir;   /* of this program, removed in the end */

static char *
write_file (const char *name,
            const char *bytes,
            gssize      size)
{
  char *path = g_build_filename (dir, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, bytes, size, &error);
  g_assert_no_error (error);
  return path;
}

/* All words of a table, "word 3 other 1 ". */
static char *
describe (WordsTable *table)
{
  g_autoptr(GArray) top = words_table_find_top (table, 10000);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < top->len; i++)
    {
      WordsEntry *entry = &g_array_index (top, WordsEntry, i);

      g_string_append_printf (text, "%.*s %" G_GUINT64_FORMAT " ", (int) entry->length, entry->word, entry->count);
    }
  return g_string_free (text, FALSE);
}

static char *
count_text (const char *text,
            gsize       size,
            gsize       step)
{
  g_autoptr(WordsTable) table = words_table_new ();
  WordsScanner scanner;
  gsize from = 0, end = 0;

  words_scanner_init (&scanner, table);
  while (end < size)
    {
      end = MIN (end + step, size);
      from += words_scanner_feed (&scanner, text + from, end - from);
      g_assert_cmpuint (end - from, <, 4);
    }
  words_scanner_end (&scanner, from < end);
  return describe (table);
}

static const struct { const char *text; const char *words; } rows[] = {
  { "", "" },
  { "one", "one 1 " },
  { "One ONE one, (one)!", "one 4 " },
  { "don't e-mail x_y", "don 1 e 1 mail 1 t 1 x 1 y 1 " },
  { "mp3 3d 42 x2y a1-b c", "b 1 c 1 " },
  { "a\tb\r\nc\vd\fe", "a 1 b 1 c 1 d 1 e 1 " },
  { ".. comment\ntext\n  .. note:: more\n\t..\nlast", "last 1 text 1 " },
  { ". one\n.. two\n... three\n.four\n. .five\nsix .. seven", "five 1 four 1 one 1 seven 1 six 1 " },
  { "\n\n..\n..x\ny\n", "y 1 " },
  { "Ähnlich ÄHNLICH ähnlich – “Straße” «été»…", "ähnlich 3 straße 1 été 1 " },
  { "ΑΒΓ αβγ Привет привет 漢字 हिन्दी", "αβγ 2 привет 2 हिन्दी 1 漢字 1 " },
  { "caf\xc3\xa9 caf\xe9 caf\xc3 caf\xc3\xa9\xff x", "café 1 x 1 " },
  { "\xef\xbb\xbfmark", "mark 1 " },
  { "x²y №5 ½ x", "x 1 " },
  { "end cut\xc3", "end 1 " },
  { "one \xf8\x88\x80\x80\x80two \xfc\x84\x80\x80\x80\x80 three\xfc\x84\x80\x80\x80", "one 1 " },
  { "nul\0inside", "nul 1 " },
};

/* In one go, and in pieces that end everywhere. */
static void
test_scan (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize step = 1; step < 40; step++)
      {
        g_autofree char *words = count_text (rows[i].text, strlen (rows[i].text), step);

        g_assert_cmpstr (words, ==, rows[i].words);
      }
}

static void
test_long_words (void)
{
  for (guint length = 253; length <= 258; length++)
    {
      g_autofree char *longest = g_strnfill (length, 'x');
      g_autofree char *text = g_strdup_printf ("a %s b", longest);
      g_autofree char *wide = g_strdup_printf ("a %.*sé b", (int) length - 2, longest);
      g_autofree char *words = count_text (text, strlen (text), 7);
      g_autofree char *other = count_text (wide, strlen (wide), 7);

      g_assert_cmpuint (strlen (words), ==, length <= 255 ? length + 11 : 8);
      g_assert_cmpuint (strlen (other), ==, length <= 255 ? length + 11 : 8);
    }
}

static char *
count_ranges (const char *path,
              guint       n)
{
  g_auto(WordsFiles) files = { NULL };
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(FakeContext) finder = fake_context_new ();

  words_files_init (&files);
  g_assert_true (words_files_find (&files, path, finder->context, NULL));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      g_autoptr(GError) error = NULL;

      haul_context_set_total (fake->context, 1e6);
      words_files_count (&files, files.total * i / n, files.total * (i + 1) / n, table, fake->context, &error);
      g_assert_no_error (error);
    }
  return describe (table);
}

/* However a text is cut into ranges, each line is counted once: also where they are shorter than a line. */
static void
test_ranges (void)
{
  static const char * const texts[] = {
    "one two\nthree\n\n\nfour five six seven eight nine ten\n.. eleven twelve\nthirteen",
    "a\nb\nc\nd\n", "\n", "x", "Ä Ö\nÜ ß\n ..\nñ\n", "one line that has no end at all and is long",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = write_file ("text", texts[i], -1);
      g_autofree char *whole = count_text (texts[i], strlen (texts[i]), 1000);

      for (guint n = 1; n <= 100; n++)
        {
          g_autofree char *words = count_ranges (path, n);

          g_assert_cmpstr (words, ==, whole);
        }
      g_unlink (path);
    }
}

/* Words in lines of all lengths, some longer than what is read at once, with letters of two bytes, so that
 * every end of a read cuts something somewhere. */
static char *
make_text (gsize size)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (4);
  GString *text = g_string_new (NULL);

  while (text->len < size)
    {
      guint n = g_rand_int_range (random, 0, 200) == 0 ? 40000 : g_rand_int_range (random, 0, 40);

      if (g_rand_int_range (random, 0, 20) == 0)
        g_string_append (text, ".. ");
      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s%c%c ", g_rand_boolean (random) ? "é" : "",
                                'A' + g_rand_int_range (random, 0, 26), 'a' + g_rand_int_range (random, 0, 26));
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static void
test_divided (void)
{
  static const guint n_workers[] = { 2, 3, 4, 100 };
  g_autofree char *text = make_text (5 * 1024 * 1024);
  g_autofree char *path = write_file ("large", text, -1);
  g_autofree char *arguments = g_strdup_printf ("{'path': <'%s'>, 'top': <int64 300>}", path);
  g_autoptr(FakeContext) whole = fake_context_new ();

  g_assert_true (fake_context_run (whole, &haul_task_wordcount, arguments));
  g_assert_cmpfloat (whole->total, ==, strlen (text));
  g_assert_cmpfloat (whole->done, ==, strlen (text));
  for (guint i = 0; i < G_N_ELEMENTS (n_workers); i++)
    {
      guint n_parts;
      g_autofree char *error = NULL;
      g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_wordcount, arguments, n_workers[i], &n_parts, &error);

      g_assert_cmpuint (n_parts, >, 2 * MIN (n_workers[i], 64));
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), whole->result->str, whole->result->len);
    }
  g_unlink (path);
}

/* Whole; and in parts, if it is divided. */
static void
assert_result (const char *arguments,
               const char *expected)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *error = NULL;
  g_autoptr(GBytes) result = NULL;
  guint n_parts;

  g_assert_true (fake_context_run (fake, &haul_task_wordcount, arguments));
  g_assert_cmpstr (fake->result->str, ==, expected);
  result = fake_context_run_divided (&haul_task_wordcount, arguments, 3, &n_parts, &error);
  if (n_parts > 0)
    g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), expected, strlen (expected));
}

static void
test_task (void)
{
  g_autofree char *path = write_file ("text", "The cat and the dog. A dog, a DOG!\n.. the comment\nbird\n", -1);
  g_autofree char *plain = g_strdup_printf ("{'path': <'%s'>}", path);
  g_autofree char *two = g_strdup_printf ("{'path': <'%s'>, 'top': <int64 2>}", path);
  g_autofree char *all = g_strdup_printf ("{'path': <'%s'>, 'stop-words': <'none'>}", path);

  assert_result (plain, "Word\tCount\ndog\t3\nbird\t1\ncat\t1\n");
  assert_result (two, "Word\tCount\ndog\t3\nbird\t1\n");
  assert_result (all, "Word\tCount\ndog\t3\na\t2\nthe\t2\nand\t1\nbird\t1\ncat\t1\n");
  g_unlink (path);
}

/* What is in a folder, and what is not looked at. */
static void
test_folder (void)
{
  g_autofree char *sub = g_build_filename (dir, "sub", NULL);
  g_autofree char *deep = g_build_filename (sub, "deep", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);
  g_autofree char *loop = g_build_filename (sub, "loop", NULL);
  g_autofree char *pipe = g_build_filename (dir, "pipe", NULL);
  g_autofree char *arguments = g_strdup_printf ("{'path': <'%s'>}", dir);
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *hidden = NULL, *binary = NULL, *empty = NULL;

  g_assert_cmpint (g_mkdir_with_parents (deep, 0700), ==, 0);
  first = write_file ("first", "one two", -1);
  second = write_file ("sub/second", "two three", -1);
  third = write_file ("sub/deep/third", "three three\n", -1);
  hidden = write_file (".hidden", "hidden", -1);
  binary = write_file ("binary", "text\0text", 9);
  empty = write_file ("empty", "", 0);
  g_assert_cmpint (symlink (first, link), ==, 0);
  g_assert_cmpint (symlink (dir, loop), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  assert_result (arguments, "Word\tCount\nthree\t3\ntwo\t2\none\t1\n");

  {
    const char * const paths[] = { first, second, third, hidden, binary, empty, link, loop, pipe, deep, sub };

    for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
      g_assert_cmpint (g_remove (paths[i]), ==, 0);
  }
  assert_result (arguments, "Word\tCount\n");
}

static void
test_refused (void)
{
  static const struct { const char *arguments; const char *error; } cases[] = {
    { "{'path': <'/nonexistent/file'>}", "cannot read /nonexistent/file: No such file or directory" },
    { "{'path': <'/dev/zero'>}", "cannot read /dev/zero: Invalid argument" },
  };
  guint n_parts;
  g_autofree char *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();

      g_assert_false (fake_context_run (fake, &haul_task_wordcount, cases[i].arguments));
      g_assert_cmpstr (fake->error, ==, cases[i].error);
      g_assert_null (fake_context_run_divided (&haul_task_wordcount, cases[i].arguments, 4, &n_parts, &error));
      g_assert_cmpuint (n_parts, ==, 0);
    }
  g_assert_null (haul_task_complete (&haul_task_wordcount, NULL, NULL));
}

/* A file may go, or shrink, between two parts. */
static void
test_changed (void)
{
  g_autofree char *path = write_file ("text", "one two three", -1);
  g_auto(WordsFiles) files = { NULL };
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  words_files_init (&files);
  g_assert_true (words_files_find (&files, path, fake->context, NULL));
  haul_context_set_total (fake->context, 1e6);
  g_assert_cmpint (truncate (path, 3), ==, 0);
  g_assert_true (words_files_count (&files, 0, files.total, table, fake->context, &error));
  words = describe (table);
  g_assert_cmpstr (words, ==, "one 1 ");
  g_unlink (path);
  g_assert_false (words_files_count (&files, 0, files.total, table, fake->context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Every section has words that no other has, and all together have all. */
static void
test_pack (void)
{
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(WordsTable) again = words_table_new ();
  g_autoptr(GBytes) packed = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint sum = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *word = g_strdup_printf ("w%u", i);

      g_assert_true (words_table_add (table, word, strlen (word), 1 + i % 7));
    }
  words_table_remove (table, "w5");
  words_table_remove (table, "unknown");
  g_assert_cmpuint (words_table_get_n_words (table), ==, 19999);
  packed = words_table_pack (table, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(WordsTable) section = words_table_new ();

      g_assert_true (words_table_unpack (section, packed, i, NULL));
      g_assert_true (words_table_unpack (again, packed, i, NULL));
      g_assert_cmpuint (words_table_get_n_words (section), >, 3000);
      sum += words_table_get_n_words (section);
    }
  g_assert_cmpuint (sum, ==, 19999);
  g_assert_cmpuint (words_table_get_total (again), ==, words_table_get_total (table));
  before = describe (table);
  after = describe (again);
  g_assert_cmpstr (before, ==, after);
}

/* What comes from another process may be anything. */
static void
test_garbage (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (5);
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(GBytes) good = NULL;
  guint n_refused = 0;

  g_assert_true (words_table_add (table, "word", 4, 1));
  g_assert_true (words_table_add (table, "other", 5, 2));
  good = words_table_pack (table, 2);
  for (guint i = 0; i < 20000; i++)
    {
      gsize size = g_bytes_get_size (good);
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (good, NULL), size);
      g_autoptr(GBytes) bad = NULL;
      g_autoptr(WordsTable) into = words_table_new ();

      copy[g_rand_int_range (random, 0, size)] = g_rand_int (random);
      bad = g_bytes_new (copy, g_rand_boolean (random) ? size : (gsize) g_rand_int_range (random, 0, size));
      n_refused += !words_table_unpack (into, bad, g_rand_int_range (random, 0, 3), NULL);
    }
  g_assert_cmpuint (n_refused, >, 5000);
}

static void
test_cancel (void)
{
  g_autofree char *text = make_text (1024 * 1024);
  g_autofree char *path = write_file ("large", text, -1);
  g_autofree char *arguments = g_strdup_printf ("{'path': <'%s'>}", path);
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 1);
  g_assert_false (fake_context_run (fake, &haul_task_wordcount, arguments));
  g_assert_cmpuint (fake->result->len, ==, 0);
  g_unlink (path);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  dir = g_dir_make_tmp ("haul-words-XXXXXX", &error);
  g_assert_no_error (error);

  g_test_add_func ("/wordcount/scan", test_scan);
  g_test_add_func ("/wordcount/long-words", test_long_words);
  g_test_add_func ("/wordcount/ranges", test_ranges);
  g_test_add_func ("/wordcount/divided", test_divided);
  g_test_add_func ("/wordcount/task", test_task);
  g_test_add_func ("/wordcount/folder", test_folder);
  g_test_add_func ("/wordcount/refused", test_refused);
  g_test_add_func ("/wordcount/changed", test_changed);
  g_test_add_func ("/wordcount/pack", test_pack);
  g_test_add_func ("/wordcount/garbage", test_garbage);
  g_test_add_func ("/wordcount/cancel", test_cancel);

  status = g_test_run ();
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_free (dir);
  return status;
}
