/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"
#include "hash-digest.h"
#include "hash-list.h"

/* A file is never divided. More shares than workers, as they never take the same time. */
#define SHARES_PER_WORKER 4
#define MAX_SHARES        1024

extern const HaulTask haul_task_hash;
extern const HaulTask haul_task_hash_part;

/* The lines of a run, and what it comes to. */
typedef struct
{
  HaulContext *context;      /* borrowed */
  gsize        size;         /* of a digest */
  guint        n_files;
  guint        n_unreadable;
  guint        n_wrong;
} Report;

/* As sha256sum writes names that would break its lines. */
static void
append_name (GString    *line,
             const char *name)
{
  if (name[strcspn (name, "\\\n\r")] == '\0')
    {
      g_string_append (line, name);
      return;
    }
  g_string_prepend_c (line, '\\');
  for (const char *at = name; *at != '\0'; at++)
    {
      if (*at == '\\' || *at == '\n' || *at == '\r')
        g_string_append_c (line, '\\');
      g_string_append_c (line, *at == '\n' ? 'n' : *at == '\r' ? 'r' : *at);
    }
}

/* @digest NULL for a file that cannot be read. */
static void
report_file (Report          *self,
             const HashEntry *entry,
             const guint8    *digest)
{
  g_autoptr(GString) line = g_string_new (NULL);
  g_autoptr(GString) digits = g_string_new (NULL);
  gboolean right;

  self->n_files++;
  self->n_unreadable += digest == NULL;
  for (gsize i = 0; digest != NULL && i < self->size; i++)
    g_string_append_printf (digits, "%02x", digest[i]);

  if (*entry->expected == '\0' && digest == NULL)
    return;
  if (*entry->expected == '\0')
    {
      g_string_append_printf (line, "%s  ", digits->str);
      append_name (line, entry->path);
    }
  else
    {
      right = g_str_equal (digits->str, entry->expected);
      self->n_wrong += digest != NULL && !right;
      append_name (line, entry->path);
      g_string_append (line, right ? ": OK" : digest != NULL ? ": FAILED" : ": FAILED open or read");
    }
  g_string_append_c (line, '\n');
  haul_context_emit (self->context, line->str, line->len);
}

/* Files that cannot be read do not spoil the checksums of the others; but where checksums were to be
 * confirmed, none may be missing. */
static gboolean
finish_report (Report    *self,
               HashList  *list,
               gboolean   checks,
               GError   **error)
{
  if (list->n_skipped > 0)
    haul_context_log (self->context, HAUL_LOG_INFO, _("%u links and special files were left out"), list->n_skipped);
  if (!checks && self->n_unreadable > 0)
    haul_context_log (self->context, HAUL_LOG_WARNING, _("%u of %u files could not be read"), self->n_unreadable, self->n_files);
  if (!checks && (self->n_unreadable < self->n_files || self->n_files == 0))
    return TRUE;
  if (checks && self->n_wrong + self->n_unreadable == 0)
    return TRUE;

  if (checks)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK,
                 _("of %u files, %u are not as they were and %u could not be read; the log names them"),
                 self->n_files, self->n_wrong, self->n_unreadable);
  else
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("nothing could be read; the log says why"));
  return FALSE;
}

static gboolean
list_files (HashList     *list,
            HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  const char *sums = haul_arguments_get_string (arguments, "check");
  gsize size = hash_digest_size (haul_arguments_get_string (arguments, "algorithm"));

  hash_list_init (list);
  return *sums != '\0'
         ? hash_list_add_sums (list, context, sums, 2 * size, error)
         : hash_list_add_path (list, context, haul_arguments_get_string (arguments, "path"), error);
}

static void
warn_of (HaulContext *context,
         const char  *path,
         int          errsv)
{
  g_autofree char *name = haul_text_clean (path, -1);

  if (errsv != 0)
    haul_context_log (context, HAUL_LOG_WARNING, _("cannot read “%s”: %s"), name, g_strerror (errsv));
  else
    haul_context_log (context, HAUL_LOG_WARNING, _("“%s” is not as it was"), name);
}

/* @ret_read FALSE for a file that cannot be read, which is no error. */
static gboolean
digest_entry (HaulContext      *context,
              const HashEntry  *entry,
              const char       *algorithm,
              double           *done,
              guint8           *ret_digest,
              gboolean         *ret_read,
              GError          **error)
{
  int errsv;

  *ret_read = hash_digest_file (algorithm, entry->path, context, done, ret_digest, &errsv, error);
  if (!*ret_read && errsv == 0)
    return FALSE;
  if (!*ret_read)
    warn_of (context, entry->path, errsv);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  const char *algorithm = haul_arguments_get_string (arguments, "algorithm");
  g_auto(HashList) list = { 0 };
  Report report = { .context = context, .size = hash_digest_size (algorithm) };
  guint8 digest[HASH_MAX_DIGEST];
  double done = 0;

  if (!list_files (&list, context, arguments, error))
    return FALSE;

  haul_context_set_total (context, list.size);
  haul_context_progress (context, 0);
  for (guint i = 0; i < list.entries->len; i++)
    {
      const HashEntry *entry = list.entries->pdata[i];
      guint n_wrong = report.n_wrong;
      gboolean was_read;

      if (!digest_entry (context, entry, algorithm, &done, digest, &was_read, error))
        return FALSE;
      report_file (&report, entry, was_read ? digest : NULL);
      if (report.n_wrong > n_wrong)
        warn_of (context, entry->path, 0);
    }
  return finish_report (&report, &list, *haul_arguments_get_string (arguments, "check") != '\0', error);
}

static gboolean
check (GVariant  *arguments,
       GError   **error)
{
  gboolean has_path = *haul_arguments_get_string (arguments, "path") != '\0';
  gboolean has_sums = *haul_arguments_get_string (arguments, "check") != '\0';

  if (has_path != has_sums)
    return TRUE;
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
                       has_path ? _("either a file or folder is summed up, or a list is checked: leave out path or check")
                                : _("say which file or folder in path, or which list of checksums in check"));
  return FALSE;
}

/* In parts: one lists the files; others, given the list, read their shares of them; the last, given all
 * that, reports. A share is a byte for each file, 1 if it was read, and then the digest. */

static gboolean
run_share (HaulContext  *context,
           GVariant     *arguments,
           HashList     *list,
           GError      **error)
{
  const char *algorithm = haul_arguments_get_string (arguments, "algorithm");
  gsize size = hash_digest_size (algorithm);
  guint share = haul_arguments_get_int (arguments, "share");
  g_autofree guint *shares = hash_list_share_out (list, haul_arguments_get_int (arguments, "shares"));
  g_autoptr(GByteArray) found = g_byte_array_new ();
  double done = 0, total = 0;

  for (guint i = 0; i < list->entries->len; i++)
    total += shares[i] == share ? ((HashEntry *) list->entries->pdata[i])->size : 0;
  haul_context_set_total (context, total);
  haul_context_progress (context, 0);

  for (guint i = 0; i < list->entries->len; i++)
    {
      guint8 digest[HASH_MAX_DIGEST] = { 0 }, was_read = 0;
      gboolean read_it = FALSE;

      if (shares[i] != share)
        continue;
      if (!digest_entry (context, list->entries->pdata[i], algorithm, &done, digest, &read_it, error))
        return FALSE;
      was_read = read_it;
      g_byte_array_append (found, &was_read, 1);
      g_byte_array_append (found, digest, size);
    }
  haul_context_emit (context, found->data, found->len);
  return TRUE;
}

static gboolean
run_report (HaulContext  *context,
            GVariant     *arguments,
            HashList     *list,
            GError      **error)
{
  gsize size = hash_digest_size (haul_arguments_get_string (arguments, "algorithm"));
  guint n_shares = haul_arguments_get_int (arguments, "shares");
  g_autofree guint *shares = hash_list_share_out (list, n_shares);
  g_autofree gsize *used = g_new0 (gsize, n_shares);
  Report report = { .context = context, .size = size };

  for (guint i = 0; i < list->entries->len; i++)
    {
      const HashEntry *entry = list->entries->pdata[i];
      guint n_wrong = report.n_wrong;
      gsize n;
      const guint8 *found;

      if (shares[i] + 1 >= haul_context_get_n_inputs (context))
        break;
      found = g_bytes_get_data (haul_context_get_input (context, shares[i] + 1), &n);
      if (n < used[shares[i]] + 1 + size)
        break;
      found += used[shares[i]];
      used[shares[i]] += 1 + size;
      report_file (&report, entry, *found ? found + 1 : NULL);
      if (report.n_wrong > n_wrong)
        warn_of (context, entry->path, 0);
    }
  if (report.n_files == list->entries->len)
    return finish_report (&report, list, *haul_arguments_get_string (arguments, "check") != '\0', error);

  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave what are no checksums"));
  return FALSE;
}

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  g_auto(HashList) list = { 0 };

  if (haul_context_get_n_inputs (context) > 0)
    {
      hash_list_init (&list);
      if (!hash_list_read (&list, haul_context_get_input (context, 0), error))
        return FALSE;
      return haul_context_get_n_inputs (context) == 1
             ? run_share (context, arguments, &list, error)
             : run_report (context, arguments, &list, error);
    }

  if (!list_files (&list, context, arguments, error))
    return FALSE;
  if (list.n_skipped > 0)
    haul_context_log (context, HAUL_LOG_INFO, _("%u links and special files were left out"), list.n_skipped);
  haul_context_set_total (context, list.size);
  haul_context_progress (context, 0);
  hash_list_emit (&list, context);
  haul_context_progress (context, list.size);
  return TRUE;
}

static guint
add_part (HaulPlan    *plan,
          GVariant    *arguments,
          const char  *title,
          gint64       share,
          gint64       n_shares,
          double       weight,
          const guint *inputs,
          guint        n_inputs)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (arguments);

  g_variant_dict_insert (&dict, "share", "x", share);
  g_variant_dict_insert (&dict, "shares", "x", n_shares);
  return haul_plan_add (plan, &haul_task_hash_part, title, g_variant_dict_end (&dict), weight, inputs, n_inputs);
}

/* One file is read by one worker; whether it is a folder with many small ones, only a worker may find
 * out, as that takes its time. */
static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint n_shares = MIN (n_workers * SHARES_PER_WORKER, MAX_SHARES);
  g_autofree guint *parts = g_new0 (guint, n_shares + 1);
  HaulPlan *plan;

  if (n_workers < 2)
    return NULL;

  plan = haul_plan_new ();
  parts[0] = add_part (plan, arguments, _("Looking for files"), 0, n_shares, 0.02, NULL, 0);
  haul_plan_set_measure (plan, parts[0]);
  for (guint i = 0; i < n_shares; i++)
    {
      g_autofree char *title = g_strdup_printf (_("Reading, share %u of %u"), i + 1, n_shares);

      parts[i + 1] = add_part (plan, arguments, title, i, n_shares, 1, parts, 1);
    }
  add_part (plan, arguments, _("Reporting"), 0, n_shares, 0.01, parts, n_shares + 1);
  return plan;
}

/* Those of a part; those of the task begin after the first two. */
static const HaulParam params[] = {
  { .name = "share", .title = "Share", .help = "Which share of the files", .max = MAX_SHARES },
  { .name = "shares", .title = "Shares", .help = "How many there are", .min = 1, .max = MAX_SHARES, .initial = 1 },
  {
    .name = "path",
    .title = N_("File or Folder"),
    .help = N_("What to read; of a folder, all that is in it and below"),
    .type = HAUL_PARAM_FILE,
    .initial_text = "",
  },
  {
    .name = "algorithm",
    .title = N_("Algorithm"),
    .help = N_("Which checksum; MD5 and SHA-1 find mistakes, but no malice"),
    .type = HAUL_PARAM_CHOICE,
    .initial_text = "sha256",
    .choices = (const HaulChoice[]) {
      { "sha256", N_("SHA-256") },
      { "sha512", N_("SHA-512") },
      { "sha1", N_("SHA-1") },
      { "md5", N_("MD5") },
      { "blake2b", N_("BLAKE2b") },
      { NULL },
    },
  },
  {
    .name = "check",
    .title = N_("Checksums to Check"),
    .help = N_("Instead of a file or folder: a list of checksums, as sha256sum writes them, to see whether they still hold"),
    .type = HAUL_PARAM_FILE,
    .initial_text = "",
  },
  { NULL },
};

const HaulTask haul_task_hash = {
  .id = "hash",
  .title = N_("Checksums"),
  .summary = N_("Calculate the checksums of files, or check them against a list"),
  .unit = N_("bytes"),
  .result = HAUL_RESULT_TEXT,
  .params = params + 2,
  .run = run,
  .check = check,
  .divide = divide,
};

const HaulTask haul_task_hash_part = {
  .id = "hash-part",
  .title = N_("Part of Checksums"),
  .summary = "List the files, read a share of them, or report",
  .unit = "bytes",
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run_part,
  .hidden = TRUE,
};
