/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cpus-private.h"

#include <math.h>
#include <sched.h>
#include <string.h>

#define ROOT           "/sys/fs/cgroup"
#define DEFAULT_PERIOD 100000   /* µs */

/* A quota is the processor time that a group may use in each period. */

typedef struct
{
  HaulCpusRead read;
  gpointer     user_data;
  double       least;      /* processors, of the groups so far */
} Search;

static char *
read_in (Search     *search,
         const char *folder,
         const char *name)
{
  g_autofree char *path = g_strconcat (folder, "/", name, NULL);

  return search->read (path, search->user_data);
}

/* What is no number, such as "max", "-1" or nothing, is no limit. */
static gboolean
parse (const char *text,
       double     *ret_number)
{
  g_autofree char *word = g_strstrip (g_strdup (text));
  guint64 number;

  if (!g_ascii_string_to_unsigned (word, 10, 1, G_MAXINT64, &number, NULL))
    return FALSE;

  *ret_number = number;
  return TRUE;
}

static void
add_quota (Search     *search,
           const char *quota_text,
           const char *period_text)   /* (nullable) */
{
  double quota, period = DEFAULT_PERIOD;

  if (!parse (quota_text, &quota) || (period_text != NULL && !parse (period_text, &period)))
    return;

  search->least = MIN (search->least, quota / period);
}

/* Version 2: both numbers in one file. */
static void
look_in_group (Search     *search,
               const char *folder)
{
  g_autofree char *text = read_in (search, folder, "cpu.max");
  g_auto(GStrv) words = NULL;

  if (text == NULL)
    return;

  words = g_strsplit (g_strstrip (text), " ", 2);
  if (words[0] != NULL)
    add_quota (search, words[0], words[1]);
}

static void
look_in_old_group (Search     *search,
                   const char *folder)
{
  g_autofree char *quota = read_in (search, folder, "cpu.cfs_quota_us");
  g_autofree char *period = read_in (search, folder, "cpu.cfs_period_us");

  if (quota != NULL)
    add_quota (search, quota, period);
}

/* In the group at @path, and in all that it is in. In a container the path may be one that is seen from
 * outside only: then there is nothing but what is mounted, the top. */
static void
look_upwards (Search     *search,
              const char *root,
              const char *path,
              void      (*look)(Search     *search,
                                const char *folder))
{
  g_autofree char *rest = g_strdup (strstr (path, "/..") != NULL ? "" : path);

  for (char *slash = rest + strlen (rest); slash != NULL; slash = strrchr (rest, '/'))
    {
      g_autofree char *folder = NULL;

      *slash = '\0';
      if (*rest == '\0')
        break;
      folder = g_strconcat (root, rest, NULL);
      look (search, folder);
    }
  look (search, root);
}

static gboolean
has_controller (const char *list,
                const char *name)
{
  g_auto(GStrv) names = g_strsplit (list, ",", -1);

  return g_strv_contains ((const char * const *) names, name);
}

/* A line is "0::/path" in version 2, and "4:cpu,cpuacct:/path" in version 1. */
static void
look_at_line (Search     *search,
              const char *line)
{
  g_auto(GStrv) fields = g_strsplit (line, ":", 3);

  if (g_strv_length (fields) != 3 || fields[2][0] != '/')
    return;

  if (strcmp (fields[0], "0") == 0 && fields[1][0] == '\0')
    {
      look_upwards (search, ROOT, fields[2], look_in_group);
      look_upwards (search, ROOT "/unified", fields[2], look_in_group);
    }
  else if (has_controller (fields[1], "cpu"))
    {
      look_upwards (search, ROOT "/cpu", fields[2], look_in_old_group);
      if (strcmp (fields[1], "cpu") != 0)
        {
          g_autofree char *root = g_strconcat (ROOT "/", fields[1], NULL);

          look_upwards (search, root, fields[2], look_in_old_group);
        }
    }
}

guint
haul_cpus_count (guint         n_allowed,
                 HaulCpusRead  read,
                 gpointer      user_data)
{
  Search search = { read, user_data, n_allowed };
  g_autofree char *groups = read ("/proc/self/cgroup", user_data);
  g_auto(GStrv) lines = g_strsplit (groups != NULL ? groups : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    look_at_line (&search, *line);
  return MAX (1, (guint) ceil (search.least));
}

static char *
read_file (const char *path,
           gpointer    user_data)
{
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* A machine may have more processors than a cpu_set_t. */
static guint
count_allowed (void)
{
  for (int n = CPU_SETSIZE; n <= 64 * CPU_SETSIZE; n *= 2)
    {
      gsize size = CPU_ALLOC_SIZE (n);
      cpu_set_t *set = CPU_ALLOC (n);
      int found = sched_getaffinity (0, size, set) == 0 ? CPU_COUNT_S (size, set) : 0;

      CPU_FREE (set);
      if (found > 0)
        return found;
    }
  return g_get_num_processors ();
}

guint
haul_usable_cpus (void)
{
  return haul_cpus_count (count_allowed (), read_file, NULL);
}
