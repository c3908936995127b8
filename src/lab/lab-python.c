/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-python.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "haul/wire/haul-fd-private.h"
#include "lab-child.h"
#include "lab-program.h"

#define USUAL        "/usr/bin/python3"
#define PATIENCE_US  (6 * G_USEC_PER_SEC)    /* for an answer */

static const char script[] =
  "import sys, threading, time\n"
  "def work(count):\n"
  "    while count:\n"
  "        count -= 1\n"
  "def serially(n, count):\n"
  "    for _ in range(n): work(count)\n"
  "def together(n, count):\n"
  "    threads = [threading.Thread(target=work, args=(count,)) for _ in range(n)]\n"
  "    for t in threads: t.start()\n"
  "    for t in threads: t.join()\n"
  "print(sys.version.split()[0], flush=True)\n"
  "for line in sys.stdin:\n"
  "    how, n, count = line.split()\n"
  "    start = time.perf_counter()\n"
  "    (together if how == 'threads' else serially)(int(n), int(count))\n"
  "    print(time.perf_counter() - start, flush=True)\n";

/* Where version managers put a script that looks for the right one: that takes longer than what is measured. */
static gboolean
is_script (const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GFileInputStream) stream = g_file_read (file, NULL, NULL);
  char start[2] = { 0 };

  return stream != NULL
         && g_input_stream_read_all (G_INPUT_STREAM (stream), start, sizeof start, NULL, NULL, NULL)
         && memcmp (start, "#!", sizeof start) == 0;
}

char *
lab_python_find (const char *name)
{
  char *path = g_find_program_in_path (name);

  if (path == NULL || !g_str_equal (name, LAB_PYTHON) || !is_script (path) || !g_file_test (USUAL, G_FILE_TEST_IS_EXECUTABLE))
    return path;
  g_free (path);
  return g_strdup (USUAL);
}

gboolean
lab_python_start (LabPython   *self,
                  const char  *path,
                  GError     **error)
{
  const char *argv[] = { path, "-c", script, NULL };

  self->pid = lab_program_start (argv, &self->input, &self->output, error);
  return self->pid > 0;
}

void
lab_python_end (LabPython *self)
{
  close (self->input);
  close (self->output);
  lab_child_end (self->pid);
}

char *
lab_python_read_version (LabPython *self)
{
  char *version = lab_program_read (self->output, g_get_monotonic_time () + PATIENCE_US);

  if (version != NULL && !g_ascii_isdigit (*version))
    g_clear_pointer (&version, g_free);
  return version;
}

gboolean
lab_python_ask (LabPython   *self,
                const char  *how,
                guint        n,
                guint64      turns,
                GError     **error)
{
  g_autofree char *line = g_strdup_printf ("%s %u %" G_GUINT64_FORMAT "\n", how, n, turns);

  return haul_write_all (self->input, line, strlen (line), NULL, 0, error);
}

double
lab_python_answer (LabPython  *self,
                   GError    **error)
{
  g_autofree char *line = lab_program_read (self->output, g_get_monotonic_time () + PATIENCE_US);

  if (line != NULL)
    return g_ascii_strtod (line, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "python3 did not answer");
  return -1;
}
