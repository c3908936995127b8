/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-worker.h"

/* Tasks that go wrong as programs do: by a real bad pointer, a real limit, a real deadlock. Nothing here
 * lives for longer than this, should the test that started it have failed. */
#define LIFE_S 30

static void
wait_for_the_end (void)
{
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    g_usleep (10000);
}

static void
set_limit (int    resource,
           rlim_t value)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) < 0)
    _exit (90);
  limit.rlim_cur = value;
  if (setrlimit (resource, &limit) < 0)
    _exit (91);
}

/* A kilobyte of stack for each; the result keeps the compiler from making a loop of it. */
static G_GNUC_NO_INLINE guint
recurse (guint depth)
{
  volatile char bytes[1024];

  if (depth == G_MAXUINT)
    return 0;
  bytes[depth % sizeof bytes] = (char) depth;
  return recurse (depth + 1) + bytes[(depth * 7) % sizeof bytes];
}

static void
exceed_cpu_time (void)
{
  struct rusage usage;

  if (getrusage (RUSAGE_SELF, &usage) < 0)
    _exit (92);
  set_limit (RLIMIT_CPU, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1);
  for (gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC; g_get_monotonic_time () < end;)
    ;
}

static void
exceed_file_size (void)
{
  static const char bytes[8192];
  int fd = memfd_create ("limited", MFD_CLOEXEC);

  set_limit (RLIMIT_FSIZE, 4096);
  while (fd >= 0 && write (fd, bytes, sizeof bytes) > 0)
    ;
  _exit (93);
}

/* As much memory as there cannot be. A task that looks at what it gets can say so, and its worker lives on. */
static gboolean
exceed_memory (GError **error)
{
  struct rlimit before;
  gpointer volatile memory;

  if (getrlimit (RLIMIT_AS, &before) < 0)
    _exit (94);
  set_limit (RLIMIT_AS, 256 << 20);
  memory = malloc ((gsize) 1 << 30);
  (void) setrlimit (RLIMIT_AS, &before);
  if (memory == NULL)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, "there is not enough memory");
      return FALSE;
    }
  free (memory);
  return TRUE;
}

/* No more than a test may take. */
static void
eat (void)
{
  enum { PIECE = 8 << 20, PIECES = 32 };

  for (guint i = 0; i < PIECES; i++)
    memset (g_malloc (PIECE), (int) i + 1, PIECE);
}

static void
lock_twice (void)
{
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

  pthread_mutex_lock (&mutex);
  alarm (LIFE_S);   /* its default action is the end */
  pthread_mutex_lock (&mutex);
}

static gboolean
run_die (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  const char *mode = haul_arguments_get_string (arguments, "mode");
  const char *path = haul_arguments_get_string (arguments, "path");
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());
  int * volatile pointer = GINT_TO_POINTER (8);

  haul_context_log (context, HAUL_LOG_INFO, "here it comes");
  if (strcmp (mode, "pointer") == 0)
    *pointer = 1;
  else if (strcmp (mode, "abort") == 0)
    abort ();
  else if (strcmp (mode, "assert") == 0)
    assert (strcmp (mode, "right") == 0);
  else if (strcmp (mode, "g-error") == 0)
    g_error ("no way out");
  else if (strcmp (mode, "stack") == 0)
    {
      set_limit (RLIMIT_STACK, 256 << 10);
      return recurse (0) > 0;
    }
  else if (strcmp (mode, "cpu") == 0)
    exceed_cpu_time ();
  else if (strcmp (mode, "file-size") == 0)
    exceed_file_size ();
  else if (strcmp (mode, "malloc") == 0)
    return exceed_memory (error);
  else if (strcmp (mode, "g-malloc") == 0)
    {
      set_limit (RLIMIT_AS, 256 << 20);
      memset (g_malloc ((gsize) 1 << 30), 1, 1);
    }
  else if (strcmp (mode, "eat") == 0)
    eat ();
  else if (strcmp (mode, "lock") == 0)
    lock_twice ();
  else if (strcmp (mode, "traced") == 0)
    {
      (void) prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY);   /* where no such permission is needed, there is none to give */
      haul_context_log (context, HAUL_LOG_INFO, "may be traced");
      if (*path != '\0' && !g_file_set_contents (path, text, -1, error))
        return FALSE;
      wait_for_the_end ();
    }
  return TRUE;
}

static const HaulParam die_params[] = {
  { "mode", "Mode", NULL, "How", HAUL_PARAM_STRING, .initial_text = "pointer" },
  { "path", "Path", NULL, "Where it writes its pid", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

/* One message of each type, well-formed; whether it may come here is another matter. */
static void
say (HaulContext *context,
     gint64       type)
{
  g_autoptr(GVariant) none = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  HaulMessage message = { .type = type };

  switch ((HaulFrameType) type)
    {
    case HAUL_FRAME_HELLO:
      message.hello.version = HAUL_PROTOCOL_VERSION;
      message.hello.program = (char *) "test-child";
      break;

    case HAUL_FRAME_RUN:
      message.run.task = (char *) "ok";
      message.run.arguments = none;
      break;

    case HAUL_FRAME_LOG:
      message.log.text = (char *) "a line";
      break;

    case HAUL_FRAME_DATA:
      haul_context_emit (context, "x", 1);
      return;

    case HAUL_FRAME_TILE:
      haul_context_emit_tile (context, 1, 1, 0, 0, 1, 1, (const guint8 *) "rgb");
      return;

    case HAUL_FRAME_RESULT:
      message.result.size = haul_context_get_emitted (context);
      break;

    case HAUL_FRAME_ERROR:
      message.error.text = (char *) "as it was told";
      break;

    case HAUL_FRAME_PROGRESS:
      message.progress.phase = (char *) "";
      break;

    case HAUL_FRAME_CANCEL:
    default:
      break;
    }
  haul_context_send (context, &message);
}

static gboolean
run_say (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  say (context, haul_arguments_get_int (arguments, "first"));
  say (context, haul_arguments_get_int (arguments, "second"));
  _exit (0);
}

static const HaulParam say_params[] = {
  { "first", "First", NULL, "Type of a message", HAUL_PARAM_INT, HAUL_FRAME_HELLO, HAUL_FRAME_ERROR, HAUL_FRAME_LOG },
  { "second", "Second", NULL, "Type of a message", HAUL_PARAM_INT, HAUL_FRAME_HELLO, HAUL_FRAME_ERROR, HAUL_FRAME_LOG },
  { NULL }
};

static const HaulTask die_task = {
  .id = "die", .title = "die", .summary = "Tests", .unit = "steps", .params = die_params, .run = run_die,
};
static const HaulTask say_task = {
  .id = "say", .title = "say", .summary = "Tests", .unit = "steps", .params = say_params, .run = run_say,
};

const HaulTask * const haul_test_fault_tasks[] = { &die_task, &say_task, NULL };
