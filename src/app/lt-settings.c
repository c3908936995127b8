/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-settings.h"

#include "haul/haul.h"

#define DEFAULT_GRACE_MS    3000
#define DEFAULT_LAB_SECONDS 15

static GHashTable *finished;

GSettings *
lt_settings_get (void)
{
  static gboolean looked;
  static GSettings *settings;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr(GSettingsSchema) schema = NULL;

  if (looked)
    return settings;

  looked = TRUE;
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, LT_APP_ID, TRUE);
  if (schema != NULL)
    settings = g_settings_new_full (schema, NULL, NULL);
  else
    g_debug ("no schema %s, so nothing is remembered", LT_APP_ID);

  return settings;
}

guint
lt_settings_get_grace (void)
{
  GSettings *settings = lt_settings_get ();

  return settings != NULL ? g_settings_get_uint (settings, "grace-time") : DEFAULT_GRACE_MS;
}

gboolean
lt_settings_get_details (void)
{
  GSettings *settings = lt_settings_get ();

  return settings == NULL || g_settings_get_boolean (settings, "show-details");
}

guint
lt_settings_get_jobs (void)
{
  GSettings *settings = lt_settings_get ();
  guint n = settings != NULL ? g_settings_get_uint (settings, "jobs-at-once") : 0;

  return n > 0 ? n : haul_usable_cpus ();
}

guint
lt_settings_get_history_days (void)
{
  GSettings *settings = lt_settings_get ();

  return settings != NULL ? g_settings_get_uint (settings, "history-days") : 0;
}

static gboolean
is_chosen (const char *key,
           const char *choice)
{
  GSettings *settings = lt_settings_get ();
  g_autofree char *chosen = settings != NULL ? g_settings_get_string (settings, key) : NULL;

  return g_strcmp0 (chosen, choice) == 0;
}

gboolean
lt_settings_get_forks (void)
{
  return is_chosen ("start-method", "forkserver");
}

char *
lt_settings_format_size (guint64 size)
{
  return g_format_size_full (size, is_chosen ("units", "binary") ? G_FORMAT_SIZE_IEC_UNITS : G_FORMAT_SIZE_DEFAULT);
}

LtNotify
lt_settings_get_notify (void)
{
  if (is_chosen ("notify", "never"))
    return LT_NOTIFY_NEVER;
  return is_chosen ("notify", "each") ? LT_NOTIFY_EACH : LT_NOTIFY_QUEUE;
}

LtOnClose
lt_settings_get_on_close (void)
{
  if (is_chosen ("on-close", "background"))
    return LT_ON_CLOSE_BACKGROUND;
  return is_chosen ("on-close", "stop") ? LT_ON_CLOSE_STOP : LT_ON_CLOSE_ASK;
}

gboolean
lt_settings_get_keep_awake (void)
{
  GSettings *settings = lt_settings_get ();

  return settings == NULL || g_settings_get_boolean (settings, "keep-awake");
}

gboolean
lt_settings_get_all_cpus (void)
{
  return lt_settings_get () != NULL && is_chosen ("processes-cpu-scale", "all");
}

gboolean
lt_settings_get_pss (void)
{
  return lt_settings_get () == NULL || is_chosen ("processes-memory", "pss");
}

guint
lt_settings_get_workers (void)
{
  GSettings *settings = lt_settings_get ();

  return settings != NULL ? g_settings_get_uint (settings, "pool-workers") : 0;
}

void
lt_settings_set_workers (guint n_workers)
{
  if (lt_settings_get () != NULL)
    g_settings_set_uint (lt_settings_get (), "pool-workers", n_workers);
}

/* What was finished in this run, as "key/name", for when nothing can be stored. */
static gboolean
is_in_list (const char *key,
            const char *name)
{
  GSettings *settings = lt_settings_get ();
  g_autofree char *path = g_strdup_printf ("%s/%s", key, name);
  g_auto(GStrv) names = NULL;

  if (finished != NULL && g_hash_table_contains (finished, path))
    return TRUE;
  if (settings == NULL)
    return FALSE;

  names = g_settings_get_strv (settings, key);
  return g_strv_contains ((const char * const *) names, name);
}

static void
add_to_list (const char *key,
             const char *name)
{
  GSettings *settings = lt_settings_get ();
  g_autoptr(GStrvBuilder) builder = NULL;
  g_auto(GStrv) names = NULL;
  g_auto(GStrv) all = NULL;

  if (is_in_list (key, name))
    return;
  if (settings == NULL)
    {
      if (finished == NULL)
        finished = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_add (finished, g_strdup_printf ("%s/%s", key, name));
      return;
    }

  builder = g_strv_builder_new ();
  names = g_settings_get_strv (settings, key);
  g_strv_builder_addv (builder, (const char **) names);
  g_strv_builder_add (builder, name);
  all = g_strv_builder_end (builder);
  g_settings_set_strv (settings, key, (const char * const *) all);
}

gboolean
lt_settings_is_hint_done (const char *name)
{
  g_return_val_if_fail (name != NULL, FALSE);

  return is_in_list ("hints-done", name);
}

void
lt_settings_finish_hint (const char *name)
{
  g_return_if_fail (name != NULL);

  add_to_list ("hints-done", name);
}

gboolean
lt_settings_is_lab_done (const char *experiment)
{
  g_return_val_if_fail (experiment != NULL, FALSE);

  return is_in_list ("lab-done", experiment);
}

void
lt_settings_finish_lab (const char *experiment)
{
  g_return_if_fail (experiment != NULL);

  add_to_list ("lab-done", experiment);
}

gboolean
lt_settings_get_predicts (void)
{
  GSettings *settings = lt_settings_get ();

  return settings == NULL || g_settings_get_boolean (settings, "lab-predict");
}

guint
lt_settings_get_lab_seconds (void)
{
  GSettings *settings = lt_settings_get ();

  return settings != NULL ? g_settings_get_uint (settings, "lab-time-limit") : DEFAULT_LAB_SECONDS;
}

char *
lt_settings_dup_python (void)
{
  GSettings *settings = lt_settings_get ();

  return settings != NULL ? g_settings_get_string (settings, "lab-python") : g_strdup ("");
}

void
lt_settings_restore_hints (void)
{
  g_clear_pointer (&finished, g_hash_table_unref);
  if (lt_settings_get () != NULL)
    g_settings_reset (lt_settings_get (), "hints-done");
}
