/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"

#include "haul/worker/haul-context.h"

/* A sink that keeps what it is told. */
typedef struct
{
  GArray     *progress;   /* (owned) of Sample */
  GByteArray *data;       /* (owned) */
  GPtrArray  *log;        /* (owned) of char * */
  guint       n_data;
  gsize       largest;
} Sink;

typedef struct
{
  gint64  time;
  double  done;
  double  total;
  char   *phase;   /* (owned) (nullable) */
} Sample;

static int never;

static void
sample_clear (gpointer data)
{
  Sample *sample = data;

  g_free (sample->phase);
}

static void
sink_init (Sink *sink)
{
  *sink = (Sink) { g_array_new (FALSE, FALSE, sizeof (Sample)), g_byte_array_new (),
                   g_ptr_array_new_with_free_func (g_free), 0, 0 };
  g_array_set_clear_func (sink->progress, sample_clear);
}

static void
sink_clear (Sink *sink)
{
  g_array_unref (sink->progress);
  g_byte_array_unref (sink->data);
  g_ptr_array_unref (sink->log);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sink, sink_clear)

static void
sink_cb (const HaulMessage *message,
         gpointer           user_data)
{
  Sink *sink = user_data;

  switch (message->type)
    {
    case HAUL_FRAME_PROGRESS:
      {
        Sample sample = { g_get_monotonic_time (), message->progress.done, message->progress.total,
                          g_strdup (message->progress.phase) };

        g_array_append_val (sink->progress, sample);
        break;
      }
    case HAUL_FRAME_DATA:
      g_byte_array_append (sink->data, message->data.bytes, message->data.size);
      sink->n_data++;
      sink->largest = MAX (sink->largest, message->data.size);
      break;
    case HAUL_FRAME_LOG:
      g_ptr_array_add (sink->log, g_strdup_printf ("%d %s", message->log.level, message->log.text));
      break;
    case HAUL_FRAME_HELLO:
    case HAUL_FRAME_RUN:
    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_ERROR:
    case HAUL_FRAME_TILE:
    default:
      g_error ("a context does not send type %d by itself", message->type);
    }
}

static Sample *
nth (Sink  *sink,
     guint  i)
{
  g_assert_cmpuint (i, <, sink->progress->len);
  return &g_array_index (sink->progress, Sample, i);
}

static Sample *
last (Sink *sink)
{
  return nth (sink, sink->progress->len - 1);
}

/* A million reports in a loop of 300 ms: few are sent, none sooner than 50 ms after another, they
 * only grow, and the last is there after a flush. */
static void
test_coalesced (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  gint64 start = g_get_monotonic_time (), now;
  double n = 0;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_set_total (context, 1e12);
  while ((now = g_get_monotonic_time ()) < start + 300 * 1000 || sink.progress->len < 3)
    for (guint i = 0; i < 100; i++)
      haul_context_progress (context, n++);
  haul_context_flush (context);

  g_test_message ("%g calls, %u sent", n, sink.progress->len);
  g_assert_cmpuint (sink.progress->len, <=, (now - start) / 50000 + 2);
  for (guint i = 1; i < sink.progress->len; i++)
    {
      g_assert_cmpfloat (nth (&sink, i)->done, >=, nth (&sink, i - 1)->done);
      if (i < sink.progress->len - 1)
        g_assert_cmpint (nth (&sink, i)->time - nth (&sink, i - 1)->time, >=, 49 * 1000);
    }
  g_assert_cmpfloat (last (&sink)->total, ==, 1e12);
}

/* What the last call said is what the last message says, to the bit. */
static void
test_last_value (void)
{
  static const double steps[] = { 1, 3, 0.1, 1e9, 1e-9 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_auto(Sink) sink = { 0 };
      g_autoptr(HaulContext) context = NULL;
      double done = 0;

      sink_init (&sink);
      context = haul_context_new (sink_cb, &sink, &never);
      for (guint n = 0; n < 1000; n++)
        haul_context_progress (context, done += steps[i]);
      haul_context_progress (context, done);
      haul_context_flush (context);
      g_assert_cmpfloat (last (&sink)->done, ==, done);
    }
}

/* Calls that cost one comparison leave the context untouched: counted by how often its threshold
 * moves, and not by time. */
static void
test_hot_calls (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  HaulContextHot *hot;
  guint64 calls = 0, slow = 0;
  gint64 start = g_get_monotonic_time ();

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  hot = (HaulContextHot *) context;
  haul_context_set_total (context, 1e15);
  while (g_get_monotonic_time () < start + 400 * 1000)
    for (guint i = 0; i < 1000; i++)
      {
        double next = hot->next;

        calls++;
        haul_context_progress (context, calls);
        if (hot->next != next)
          slow++;
      }
  g_test_message ("%" G_GUINT64_FORMAT " calls, %" G_GUINT64_FORMAT " of them slow", calls, slow);
  g_assert_cmpuint (calls, >, 10000);
  g_assert_cmpuint (slow * 20, <, calls);
  g_assert_cmpuint (sink.progress->len, >, 1);   /* and yet it is heard */
}

static void
test_never_backwards (void)
{
  static const double said[] = { 10, 5, 20, 19.5, -1, NAN, INFINITY, -INFINITY, 0, 30 };
  static const double heard[] = { 10, 10, 20, 20, 20, 20, 20, 20, 20, 30 };
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_set_total (context, 100);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      haul_context_progress (context, said[i]);
      haul_context_flush (context);
      g_assert_cmpfloat (last (&sink)->done, ==, heard[i]);
    }
  haul_context_progress (context, 150);
  haul_context_flush (context);
  g_assert_cmpfloat (last (&sink)->done, ==, 100);
}

/* A fast stretch must not silence the slow one after it, here of a twentieth of its speed. */
static void
test_fast_then_slow (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  double done = 0;
  gint64 start;
  guint n_fast = 0, n_slow = 0, n_heard;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  start = g_get_monotonic_time ();
  while (g_get_monotonic_time () < start + 150 * 1000)
    {
      haul_context_progress (context, done += 20000);
      n_fast++;
      g_usleep (100);
    }

  /* Counted in calls, since a machine that is busy makes any stretch slow: those that get as far as the
   * fast one did, and enough for three times 50 ms. */
  n_heard = sink.progress->len;
  while (sink.progress->len < n_heard + 3 && n_slow < 20 * n_fast + 5000)
    {
      haul_context_progress (context, done += 1000);
      n_slow++;
      g_usleep (100);
    }
  g_test_message ("%u fast calls, and 3 heard in %u slow ones", n_fast, n_slow);
  g_assert_cmpuint (sink.progress->len, >=, n_heard + 3);
}

static void
test_first_is_sent (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_set_total (context, 1000);
  haul_context_progress (context, 0);
  g_assert_cmpuint (sink.progress->len, ==, 1);
  g_assert_cmpfloat (nth (&sink, 0)->done, ==, 0);
  g_assert_cmpfloat (nth (&sink, 0)->total, ==, 1000);

  haul_context_flush (context);   /* nothing new */
  g_assert_cmpuint (sink.progress->len, ==, 1);
}

/* A total alone is worth knowing. */
static void
test_total_only (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_set_total (context, 1000);
  haul_context_flush (context);
  g_assert_cmpfloat (last (&sink)->total, ==, 1000);
}

static void
test_phase (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  g_autofree char *long_phase = g_strnfill (10000, 'p');

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_set_phase (context, "Looking");
  g_assert_cmpstr (last (&sink)->phase, ==, "Looking");
  haul_context_progress (context, 5);
  haul_context_set_phase (context, "Leaping");
  g_assert_cmpstr (last (&sink)->phase, ==, "Leaping");
  g_assert_cmpfloat (last (&sink)->done, ==, 5);
  haul_context_set_phase (context, NULL);
  g_assert_cmpstr (last (&sink)->phase, ==, NULL);

  /* As long as a phase may be, whatever the task says. */
  haul_context_set_phase (context, long_phase);
  g_assert_cmpuint (strlen (last (&sink)->phase), <=, HAUL_MAX_TEXT);
  haul_context_set_phase (context, "bad \xff");
  g_assert_true (g_utf8_validate (last (&sink)->phase, -1, NULL));
}

static void
test_emit (void)
{
  static const gsize sizes[] = {
    0, 1, HAUL_FRAME_MAX_DATA - 1, HAUL_FRAME_MAX_DATA, HAUL_FRAME_MAX_DATA + 1, 3 * HAUL_FRAME_MAX_DATA + 7,
  };
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  g_autoptr(GByteArray) all = g_byte_array_new ();
  guint n_due = 0;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *bytes = g_malloc (sizes[i] + 1);

      for (gsize j = 0; j < sizes[i]; j++)
        bytes[j] = g_test_rand_int_range (0, 256);
      haul_context_emit (context, bytes, sizes[i]);
      g_byte_array_append (all, bytes, sizes[i]);
      memset (bytes, 0, sizes[i]);   /* it was copied, or sent */
      n_due += (sizes[i] + HAUL_FRAME_MAX_DATA - 1) / HAUL_FRAME_MAX_DATA;
      g_assert_cmpuint (haul_context_get_emitted (context), ==, all->len);
    }
  g_assert_cmpuint (sink.largest, <=, HAUL_FRAME_MAX_DATA);
  g_assert_cmpuint (sink.n_data, ==, n_due);
  g_assert_cmpmem (sink.data->data, sink.data->len, all->data, all->len);
}

static void
test_log (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  g_autofree char *big = g_strnfill (100000, 'x');

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &never);
  haul_context_log (context, HAUL_LOG_DEBUG, "%s %d", "a", 1);
  haul_context_log (context, HAUL_LOG_WARNING, "bad \xff\n");
  haul_context_log (context, HAUL_LOG_INFO, "%s", big);
  g_assert_cmpuint (sink.log->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (sink.log, 0), ==, "0 a 1");
  g_assert_true (g_utf8_validate (g_ptr_array_index (sink.log, 1), -1, NULL));
  g_assert_cmpuint (strlen (g_ptr_array_index (sink.log, 2)), ==, HAUL_MAX_TEXT + 2);

  /* No line has this level: whoever reads it would end the job. */
  g_test_expect_message ("haul", G_LOG_LEVEL_CRITICAL, "*level*");
  haul_context_log (context, HAUL_LOG_NOTSET, "never");
  g_test_assert_expected_messages ();
  g_assert_cmpuint (sink.log->len, ==, 3);
}

static void
test_cancelled (void)
{
  g_auto(Sink) sink = { 0 };
  g_autoptr(HaulContext) context = NULL;
  g_autoptr(GError) error = NULL;
  int cancelled = 0;

  sink_init (&sink);
  context = haul_context_new (sink_cb, &sink, &cancelled);
  g_assert_false (haul_context_is_cancelled (context));
  g_assert_true (haul_context_check (context, &error));
  g_assert_no_error (error);
  cancelled = 1;
  g_assert_true (haul_context_is_cancelled (context));
  g_assert_false (haul_context_check (context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/worker/context/coalesced", test_coalesced);
  g_test_add_func ("/worker/context/last-value", test_last_value);
  g_test_add_func ("/worker/context/hot-calls", test_hot_calls);
  g_test_add_func ("/worker/context/never-backwards", test_never_backwards);
  g_test_add_func ("/worker/context/fast-then-slow", test_fast_then_slow);
  g_test_add_func ("/worker/context/first-is-sent", test_first_is_sent);
  g_test_add_func ("/worker/context/total-only", test_total_only);
  g_test_add_func ("/worker/context/phase", test_phase);
  g_test_add_func ("/worker/context/emit", test_emit);
  g_test_add_func ("/worker/context/log", test_log);
  g_test_add_func ("/worker/context/cancelled", test_cancelled);
  return g_test_run ();
}
