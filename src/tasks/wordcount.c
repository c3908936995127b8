/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "haul/worker/haul-plan.h"
#include "words-files.h"

/* Map and reduce, as MapReduce does it: a part finds the files; some count the words of a stretch of the
 * text, each word in a section that only the word decides; some add up what all counted, a section each;
 * and the last one puts the words in order that come most. */

#define DIVIDE_MIN       (4 * 1024 * 1024)   /* bytes: less is done before a second worker has begun */
#define PARTS_PER_WORKER 2
#define MAX_WORKERS      64
#define MAX_SECTIONS     16
#define MAX_TOP          10000

extern const HaulTask haul_task_wordcount;
extern const HaulTask haul_task_wordcount_part;

/* What nearly every English sentence has. */
static const char * const stop_words[] = {
  "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "he", "in", "is", "it", "its", "of", "on",
  "or", "that", "the", "to", "was", "were", "will", "with",
};

static void
drop_stop_words (WordsTable *table,
                 GVariant   *arguments)
{
  if (g_str_equal (haul_arguments_get_string (arguments, "stop-words"), "none"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (stop_words); i++)
    words_table_remove (table, stop_words[i]);
}

/* The steps. */

static void
emit_top (WordsTable  *table,
          guint        n,
          HaulContext *context)
{
  g_autoptr(GArray) top = words_table_find_top (table, n);
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s\t%s\n", _("Word"), _("Count"));
  for (guint i = 0; i < top->len; i++)
    {
      WordsEntry *entry = &g_array_index (top, WordsEntry, i);

      g_string_append_len (text, entry->word, entry->length);
      g_string_append_printf (text, "\t%" G_GUINT64_FORMAT "\n", entry->count);
    }
  haul_context_emit (context, text->str, text->len);
}

static void
emit_bytes (HaulContext *context,
            GBytes      *bytes)
{
  haul_context_emit (context, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_auto(WordsFiles) files = { NULL };
  g_autoptr(WordsTable) table = words_table_new ();

  words_files_init (&files);
  if (!words_files_find (&files, haul_arguments_get_string (arguments, "path"), context, error))
    return FALSE;
  haul_context_set_total (context, files.total);
  if (!words_files_count (&files, 0, files.total, table, context, error))
    return FALSE;
  drop_stop_words (table, arguments);
  emit_top (table, haul_arguments_get_int (arguments, "top"), context);
  return TRUE;
}

/* The parts. */

static gboolean
run_find (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  g_auto(WordsFiles) files = { NULL };
  g_autoptr(GBytes) packed = NULL;

  words_files_init (&files);
  if (!words_files_find (&files, haul_arguments_get_string (arguments, "path"), context, error))
    return FALSE;
  haul_context_set_total (context, files.total);
  haul_context_progress (context, 0);
  haul_context_progress (context, files.total);
  packed = words_files_pack (&files);
  emit_bytes (context, packed);
  return TRUE;
}

static gboolean
run_map (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  guint64 index = haul_arguments_get_int (arguments, "index"), n = haul_arguments_get_int (arguments, "of");
  g_auto(WordsFiles) files = { NULL };
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(GBytes) packed = NULL;
  guint64 from, to;

  words_files_init (&files);
  if (!words_files_unpack (&files, haul_context_get_input (context, 0), error))
    return FALSE;
  from = files.total / n * index + MIN (index, files.total % n);
  to = from + files.total / n + (index < files.total % n);
  haul_context_set_total (context, to - from);
  if (!words_files_count (&files, from, to, table, context, error))
    return FALSE;
  drop_stop_words (table, arguments);
  packed = words_table_pack (table, haul_arguments_get_int (arguments, "sections"));
  emit_bytes (context, packed);
  return TRUE;
}

static gboolean
unpack_all (WordsTable   *table,
            HaulContext  *context,
            guint         section,
            GError      **error)
{
  guint n = haul_context_get_n_inputs (context);

  haul_context_set_total (context, n);
  haul_context_progress (context, 0);
  for (guint i = 0; i < n; i++)
    {
      if (!haul_context_check (context, error)
          || !words_table_unpack (table, haul_context_get_input (context, i), section, error))
        return FALSE;
      haul_context_progress (context, i + 1);
    }
  return TRUE;
}

static gboolean
run_reduce (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  g_autoptr(WordsTable) table = words_table_new ();
  g_autoptr(GArray) top = NULL;
  g_autoptr(GBytes) packed = NULL;

  if (!unpack_all (table, context, haul_arguments_get_int (arguments, "index"), error))
    return FALSE;
  top = words_table_find_top (table, haul_arguments_get_int (arguments, "top"));
  packed = words_entries_pack (top);
  emit_bytes (context, packed);
  return TRUE;
}

static gboolean
run_order (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  g_autoptr(WordsTable) table = words_table_new ();

  if (!unpack_all (table, context, 0, error))
    return FALSE;
  emit_top (table, haul_arguments_get_int (arguments, "top"), context);
  return TRUE;
}

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  const char *step = haul_arguments_get_string (arguments, "step");
  gboolean needs_input = !g_str_equal (step, "find") && haul_context_get_n_inputs (context) == 0;

  if (needs_input)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part was given nothing to work on"));
      return FALSE;
    }
  if (g_str_equal (step, "find"))
    return run_find (context, arguments, error);
  if (g_str_equal (step, "map"))
    return run_map (context, arguments, error);
  if (g_str_equal (step, "reduce"))
    return run_reduce (context, arguments, error);
  return run_order (context, arguments, error);
}

/* Dividing. */

static GVariant *
part_arguments (GVariant   *arguments,
                const char *step,
                guint       index,
                guint       of,
                guint       sections)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (arguments);

  g_variant_dict_insert (&dict, "step", "s", step);
  g_variant_dict_insert (&dict, "index", "x", (gint64) index);
  g_variant_dict_insert (&dict, "of", "x", (gint64) of);
  g_variant_dict_insert (&dict, "sections", "x", (gint64) sections);
  return g_variant_dict_end (&dict);
}

static void
add_parts (HaulPlan *plan,
           GVariant *arguments,
           guint     n_workers)
{
  guint n_maps = PARTS_PER_WORKER * n_workers, n_sections = MIN (n_workers, MAX_SECTIONS);
  guint files, maps[PARTS_PER_WORKER * MAX_WORKERS], reduces[MAX_SECTIONS];

  files = haul_plan_add (plan, &haul_task_wordcount_part, _("Finding the files"),
                         part_arguments (arguments, "find", 0, 1, 1), 1, NULL, 0);
  haul_plan_set_measure (plan, files);
  for (guint i = 0; i < n_maps; i++)
    {
      g_autofree char *title = g_strdup_printf (_("Counting part %u of %u"), i + 1, n_maps);

      maps[i] = haul_plan_add (plan, &haul_task_wordcount_part, title,
                               part_arguments (arguments, "map", i, n_maps, n_sections), 100, &files, 1);
    }
  for (guint i = 0; i < n_sections; i++)
    {
      g_autofree char *title = g_strdup_printf (_("Adding up section %u of %u"), i + 1, n_sections);

      reduces[i] = haul_plan_add (plan, &haul_task_wordcount_part, title,
                                  part_arguments (arguments, "reduce", i, n_sections, n_sections), 5, maps, n_maps);
    }
  haul_plan_add (plan, &haul_task_wordcount_part, _("Putting the words in order"),
                 part_arguments (arguments, "order", 0, 1, 1), 1, reduces, n_sections);
}

/* How much there is in a folder, the part that finds its files says. */
static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  struct stat info;
  HaulPlan *plan;

  if (n_workers < 2 || stat (haul_arguments_get_string (arguments, "path"), &info) < 0
      || (!S_ISDIR (info.st_mode) && info.st_size < DIVIDE_MIN))
    return NULL;

  plan = haul_plan_new ();
  add_parts (plan, arguments, MIN (n_workers, MAX_WORKERS));
  return plan;
}

#define TOP_PARAM                                                                         \
  {                                                                                       \
    .name = "top",                                                                        \
    .title = N_("Words"),                                                                 \
    .unit = N_("words"),                                                                  \
    .help = N_("How many of the words that come most to show"),                           \
    .type = HAUL_PARAM_INT,                                                               \
    .min = 1,                                                                             \
    .max = MAX_TOP,                                                                       \
    .initial = 20,                                                                        \
  }

#define STOP_PARAM                                                                        \
  {                                                                                       \
    .name = "stop-words",                                                                 \
    .title = N_("Left Out"),                                                              \
    .help = N_("Which words are not counted"),                                            \
    .type = HAUL_PARAM_CHOICE,                                                            \
    .initial_text = "english",                                                            \
    .choices = stop_choices,                                                              \
  }

static const HaulChoice stop_choices[] = {
  { "english", N_("“the”, “of” and their like") },
  { "none", N_("None") },
  { NULL }
};

static const HaulChoice steps[] = {
  { "find", "Find" },
  { "map", "Map" },
  { "reduce", "Reduce" },
  { "order", "Order" },
  { NULL }
};

const HaulTask haul_task_wordcount = {
  .id = "wordcount",
  .title = N_("Count Words"),
  .summary = N_("Count how often each word comes in text files"),
  .unit = N_("bytes"),
  .result = HAUL_RESULT_TABLE,
  .params = (const HaulParam[]) {
    {
      .name = "path",
      .title = N_("File or Folder"),
      .help = N_("The text: a file, or a folder with all files in it that are text"),
      .type = HAUL_PARAM_FILE,
      .required = TRUE,
    },
    TOP_PARAM, STOP_PARAM, { NULL }
  },
  .run = run,
  .divide = divide,
};

const HaulTask haul_task_wordcount_part = {
  .id = "wordcount-part",
  .title = N_("Part of Count Words"),
  .summary = "Count the words of some of the text, or add up what was counted",
  .unit = "bytes",
  .result = HAUL_RESULT_TABLE,
  .params = (const HaulParam[]) {
    { .name = "path", .title = "Path", .help = "The text", .type = HAUL_PARAM_FILE, .initial_text = "" },
    TOP_PARAM, STOP_PARAM,
    { .name = "step", .title = "Step", .help = "What to do", .type = HAUL_PARAM_CHOICE, .initial_text = "find", .choices = steps },
    { .name = "index", .title = "Index", .help = "Which of several", .type = HAUL_PARAM_INT, .max = PARTS_PER_WORKER * MAX_WORKERS },
    { .name = "of", .title = "Of", .help = "How many there are", .type = HAUL_PARAM_INT, .min = 1, .max = PARTS_PER_WORKER * MAX_WORKERS, .initial = 1 },
    { .name = "sections", .title = "Sections", .help = "How many sections the words have", .type = HAUL_PARAM_INT, .min = 1, .max = MAX_SECTIONS, .initial = 1 },
    { NULL },
  },
  .run = run_part,
  .hidden = TRUE,
};
