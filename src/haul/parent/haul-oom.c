/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-oom-private.h"

#include <string.h>

#define ROOT "/sys/fs/cgroup"

/* A line of the file is "oom_kill 3". */
static gboolean
read_count (const char *path,
            guint64    *ret_count)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "oom_kill "))
      return g_ascii_string_to_unsigned (lines[i] + strlen ("oom_kill "), 10, 0, G_MAXUINT64, ret_count, NULL);
  return FALSE;
}

/* In a container the path may be one that is seen from outside only: then what is mounted is its own. */
static gboolean
read_group (const char *root,
            const char *folder,
            const char *path,
            const char *name,
            guint64    *ret_count)
{
  g_autofree char *own = g_build_filename (root, folder, path, name, NULL);
  g_autofree char *top = g_build_filename (root, folder, name, NULL);

  return (strstr (path, "/..") == NULL && read_count (own, ret_count)) || read_count (top, ret_count);
}

/* A line is "0::/path" in version 2, and "4:memory:/path" in version 1. */
static gboolean
read_line (const char *root,
           const char *line,
           guint64    *ret_count)
{
  g_auto(GStrv) fields = g_strsplit (line, ":", 3);

  if (g_strv_length (fields) != 3 || fields[2][0] != '/')
    return FALSE;
  if (strcmp (fields[1], "memory") == 0)
    return read_group (root, "memory", fields[2], "memory.oom_control", ret_count);
  return strcmp (fields[0], "0") == 0 && fields[1][0] == '\0'
         && read_group (root, "", fields[2], "memory.events", ret_count);
}

gboolean
haul_oom_read (const char *root,
               const char *groups,
               guint64    *ret_count)
{
  g_auto(GStrv) lines = g_strsplit (groups, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (read_line (root, lines[i], ret_count))
      return TRUE;
  return FALSE;
}

guint64
haul_oom_count (void)
{
  g_autofree char *groups = NULL;
  guint64 count;

  if (g_file_get_contents ("/proc/self/cgroup", &groups, NULL, NULL) && haul_oom_read (ROOT, groups, &count))
    return count;
  return G_MAXUINT64;
}

gboolean
haul_oom_claim (guint64 before)
{
  static guint64 claimed;   /* of this program, in whose main loop all workers end */
  guint64 now = haul_oom_count ();

  if (now == G_MAXUINT64 || before == G_MAXUINT64 || now <= MAX (claimed, before))
    return FALSE;

  claimed = MAX (claimed, before) + 1;
  return TRUE;
}
