/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-task.h"

#include <string.h>
#include <sys/resource.h>

#include "haul-memory-private.h"

/* The number after @key in a file of the kernel's, in bytes, or G_MAXUINT64. */
static guint64
read_number (const char *path,
             const char *key)
{
  g_autofree char *text = NULL;
  const char *at;
  char *end;
  guint64 value;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return G_MAXUINT64;
  at = strstr (text, key);
  if (at == NULL)
    return G_MAXUINT64;

  value = g_ascii_strtoull (at + strlen (key), &end, 10);
  if (end == at + strlen (key))   /* "max" */
    return G_MAXUINT64;
  return g_str_has_prefix (end, " kB") ? value * 1024 : value;
}

/* What the group uses counts files that were read as well, which the kernel lets go of when somebody needs the
 * memory: who reads many is always at its limit. */
static guint64
cached_in_cgroup (const char *folder)
{
  static const char * const keys[] = { "\nactive_file ", "\ninactive_file " };
  g_autofree char *path = g_build_filename (folder, "memory.stat", NULL);
  guint64 cached = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      guint64 n = read_number (path, keys[i]);

      cached += n != G_MAXUINT64 ? n : 0;
    }
  return cached;
}

guint64
haul_memory_left_in_cgroup (const char *folder)
{
  g_autofree char *max_path = g_build_filename (folder, "memory.max", NULL);
  g_autofree char *current_path = g_build_filename (folder, "memory.current", NULL);
  guint64 max = read_number (max_path, "");
  guint64 current = read_number (current_path, "");

  if (max == G_MAXUINT64 || current == G_MAXUINT64)
    return G_MAXUINT64;
  current -= MIN (current, cached_in_cgroup (folder));
  return max > current ? max - current : 0;
}

/* The tightest limit of our control group and those above it (cgroup v2). */
static guint64
left_in_cgroups (void)
{
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  guint64 left = G_MAXUINT64;
  const char *at;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return left;
  at = strstr (text, "0::/");
  if (at == NULL)
    return left;

  folder = g_build_filename ("/sys/fs/cgroup", g_strchomp ((char *) at + strlen ("0::")), NULL);
  while (g_str_has_prefix (folder, "/sys/fs/cgroup"))
    {
      char *parent = g_path_get_dirname (folder);

      left = MIN (left, haul_memory_left_in_cgroup (folder));
      g_free (folder);
      folder = parent;
    }
  return left;
}

/**
 * haul_memory_available:
 *
 * What the kernel calls available, the limits of our control groups, and
 * RLIMIT_AS: the least of them.
 *
 * Returns: how many bytes a new job can use before somebody has to suffer
 */
guint64
haul_memory_available (void)
{
  guint64 available = read_number ("/proc/meminfo", "MemAvailable:");
  struct rlimit limit;

  available = MIN (available, left_in_cgroups ());
  if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    available = MIN (available, limit.rlim_cur);
  return available;
}
