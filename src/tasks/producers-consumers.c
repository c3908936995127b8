/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "haul/sync/haul-queue.h"
#include "haul/sync/haul-value.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* Some make items, others take them, and a queue that holds only so many makes who is faster wait. All of
 * them are threads. In a pool they are those of several processes, a station each, and every station that
 * makes something also takes something. So a station that has a worker always gets on, whatever the workers
 * do that it has no part in: however few they are, nobody waits for somebody who cannot begin. */

#define MAX_HANDS    32
#define MAX_ITEMS    1e7
#define MAX_SIZE     (1024 * 1024)
#define MAX_CAPACITY 1000000

/* Room for items that are as large as they may be; the queue wants some bytes for each. */
#define MAX_BYTES    (64 * 1024 * 1024)

extern const HaulTask haul_task_producers_consumers;
extern const HaulTask haul_task_producers_consumers_part;

/* What an item begins with. */
typedef struct
{
  guint32 producer;
  guint32 padding;
  guint64 number;   /* of this producer: 1, 2, 3, … */
} Item;

/* What became of a producer or a consumer: this travels. */
typedef struct
{
  guint64 is_consumer;
  guint64 index;
  guint64 pid;
  guint64 items;
  guint64 sum;       /* of the numbers of all items */
  guint64 fill;      /* the most that it has seen in the queue */
  gint64  wait_us;
} Tally;

/* A producer or a consumer. */
typedef struct
{
  HaulQueue *queue;       /* borrowed */
  HaulValue *producing;   /* borrowed: how many producers are not done yet */
  Tally      tally;
  guint64    items;       /* of a producer: how many to make */
  gsize      size;
  guint64    last[MAX_HANDS];   /* of a consumer: the number that it had last of each producer */
} Hand;

/* Producers. */

static gboolean
put_item (Hand          *self,
          guint64        number,
          GCancellable  *cancellable,
          GError       **error)
{
  Item head = { self->tally.index, 0, number };
  guint8 *bytes = g_malloc0 (self->size);
  g_autoptr(GBytes) item = NULL;
  gint64 before;

  memcpy (bytes, &head, sizeof head);
  item = g_bytes_new_take (bytes, self->size);
  before = g_get_monotonic_time ();
  if (!haul_queue_put (self->queue, item, -1, cancellable, error))
    return FALSE;
  self->tally.wait_us += g_get_monotonic_time () - before;
  self->tally.fill = MAX (self->tally.fill, haul_queue_get_n_items (self->queue));
  self->tally.items++;
  self->tally.sum += number;
  return TRUE;
}

static gboolean
produce (Crew    *crew,
         Hand    *self,
         GError **error)
{
  for (guint64 number = 1; number <= self->items; number++)
    {
      if (!put_item (self, number, crew->cancellable, error))
        return FALSE;
      crew_add_done (crew, 1);
    }
  if (haul_value_add_int64 (self->producing, -1) == 1)
    haul_queue_close (self->queue);   /* it was the last: who takes gets what is left */
  return TRUE;
}

/* Consumers. */

static gboolean
check_item (Hand    *self,
            GBytes  *bytes,
            GError **error)
{
  Item item;

  if (g_bytes_get_size (bytes) == self->size)
    {
      memcpy (&item, g_bytes_get_data (bytes, NULL), sizeof item);
      if (item.producer < MAX_HANDS && item.number > self->last[item.producer])
        {
          self->last[item.producer] = item.number;
          self->tally.items++;
          self->tally.sum += item.number;
          return TRUE;
        }
    }
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("an item came changed, twice, or out of order"));
  return FALSE;
}

static gboolean
consume (Crew    *crew,
         Hand    *self,
         GError **error)
{
  for (;;)
    {
      g_autoptr(GError) local_error = NULL;
      g_autoptr(GBytes) item = NULL;
      gint64 before = g_get_monotonic_time ();

      item = haul_queue_get (self->queue, -1, crew->cancellable, &local_error);
      self->tally.wait_us += g_get_monotonic_time () - before;
      if (g_error_matches (local_error, HAUL_ERROR, HAUL_ERROR_CLOSED))
        return TRUE;
      if (item == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!check_item (self, item, error) || !haul_queue_task_done (self->queue, error))
        return FALSE;
      crew_add_done (crew, 1);
    }
}

static gboolean
work (Crew      *crew,
      gpointer   member,
      GError   **error)
{
  Hand *self = member;

  return self->tally.is_consumer ? consume (crew, self, error) : produce (crew, self, error);
}

/* A station: some of the producers and some of the consumers. */

typedef struct
{
  guint index;
  guint of;
} Station;

/* Every of'th, from the index on. */
static guint
add_hands (Hand      *hands,
           guint      n,
           GVariant  *arguments,
           Station    station,
           gboolean   consumers,
           HaulQueue *queue,
           HaulValue *producing)
{
  guint count = haul_arguments_get_int (arguments, consumers ? "consumers" : "producers");
  guint64 items = haul_arguments_get_int (arguments, "items");

  for (guint i = station.index; i < count; i += station.of)
    hands[n++] = (Hand) {
      .queue = queue, .producing = producing,
      .tally = { .is_consumer = consumers, .index = i, .pid = getpid () },
      .items = items / count + (i < items % count),
      .size = haul_arguments_get_int (arguments, "size"),
    }
  ;
  return n;
}

/* Each item counts twice: when it is put, and when it is taken. How many a consumer takes nobody knows
 * before, so in parts they are told as if all took as many. */
static gboolean
run_station (HaulContext  *context,
             GVariant     *arguments,
             Station       station,
             HaulQueue    *queue,
             HaulValue    *producing,
             GArray       *tallies,
             GError      **error)
{
  g_autofree Hand *hands = g_new0 (Hand, 2 * MAX_HANDS);
  guint64 total = 0;
  guint n;

  n = add_hands (hands, 0, arguments, station, FALSE, queue, producing);
  n = add_hands (hands, n, arguments, station, TRUE, queue, producing);
  for (guint i = 0; i < n; i++)
    total += hands[i].items;
  haul_context_set_total (context, total);
  haul_context_progress (context, 0);
  if (!crew_run (context, work, hands, n, sizeof *hands, error))
    return FALSE;
  haul_context_progress (context, total);
  for (guint i = 0; i < n; i++)
    g_array_append_val (tallies, hands[i].tally);
  return TRUE;
}

/* What came of it. */

static int
compare_tallies (gconstpointer a,
                 gconstpointer b)
{
  const Tally *x = a, *y = b;

  if (x->is_consumer != y->is_consumer)
    return x->is_consumer ? 1 : -1;
  return (x->index > y->index) - (x->index < y->index);
}

static gboolean
check_sums (GArray     *tallies,
            HaulQueue  *queue,
            GError    **error)
{
  guint64 items[2] = { 0 }, sums[2] = { 0 };

  for (guint i = 0; i < tallies->len; i++)
    {
      Tally *tally = &g_array_index (tallies, Tally, i);

      items[tally->is_consumer != 0] += tally->items;
      sums[tally->is_consumer != 0] += tally->sum;
    }
  if (items[0] == items[1] && sums[0] == sums[1])
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK,
               "%" G_GUINT64_FORMAT " items were made and %" G_GUINT64_FORMAT " taken; the queue knows of %" G_GUINT64_FORMAT " that were lost",
               items[0], items[1], haul_queue_get_n_lost (queue) + haul_queue_get_n_abandoned (queue));
  return FALSE;
}

static void
append_row (GString     *text,
            const Tally *tally)
{
  char wait[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *who = g_strdup_printf (tally->is_consumer ? _("Consumer %u") : _("Producer %u"), (guint) tally->index + 1);

  g_ascii_formatd (wait, sizeof wait, "%.3f", tally->wait_us / 1e6);
  g_string_append_printf (text, "%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\n", who, tally->pid, tally->items, wait);
}

static gboolean
emit_result (HaulContext  *context,
             GArray       *tallies,
             HaulQueue    *queue,
             GError      **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint64 fill = 0;

  if (!check_sums (tallies, queue, error))
    return FALSE;

  g_array_sort (tallies, compare_tallies);
  g_string_append_printf (text, "%s\t%s\t%s\t%s\n", _("Who"), _("Process"), _("Items"), _("Waited (s)"));
  for (guint i = 0; i < tallies->len; i++)
    {
      Tally *tally = &g_array_index (tallies, Tally, i);

      append_row (text, tally);
      fill = MAX (fill, tally->fill);
    }
  g_string_append_printf (text, "%s\t\t%" G_GUINT64_FORMAT "\t\n", _("Most in the queue"), fill);
  haul_context_emit (context, text->str, text->len);
  return TRUE;
}

static gboolean
make_shared (GVariant   *arguments,
             HaulQueue **ret_queue,
             HaulValue **ret_producing,
             GError    **error)
{
  *ret_queue = haul_queue_new (haul_arguments_get_int (arguments, "capacity"), MAX_BYTES, error);
  *ret_producing = *ret_queue != NULL ? haul_value_new_raw ("x", error) : NULL;
  if (*ret_producing == NULL)
    return FALSE;
  haul_value_set_int64 (*ret_producing, haul_arguments_get_int (arguments, "producers"));
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_autoptr(HaulQueue) queue = NULL;
  g_autoptr(HaulValue) producing = NULL;
  g_autoptr(GArray) tallies = g_array_new (FALSE, FALSE, sizeof (Tally));

  return make_shared (arguments, &queue, &producing, error)
         && run_station (context, arguments, (Station) { 0, 1 }, queue, producing, tallies, error)
         && emit_result (context, tallies, queue, error);
}

static gboolean
collect (HaulContext  *context,
         HaulQueue    *queue,
         GError      **error)
{
  g_autoptr(GArray) tallies = g_array_new (FALSE, FALSE, sizeof (Tally));

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      const void *bytes = g_bytes_get_data (haul_context_get_input (context, i), &size);

      if (size % sizeof (Tally) != 0)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave something else than tallies"));
          return FALSE;
        }
      g_array_append_vals (tallies, bytes, size / sizeof (Tally));
    }
  return emit_result (context, tallies, queue, error);
}

/* A part is a station; the last one, with inputs, tells what came of it. */
static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  Station station = { haul_arguments_get_int (arguments, "station"), haul_arguments_get_int (arguments, "stations") };
  HaulShareable *queue = haul_context_get_shared (context, "queue", HAUL_TYPE_QUEUE, error);
  HaulShareable *producing = queue != NULL ? haul_context_get_shared (context, "producing", HAUL_TYPE_VALUE, error) : NULL;
  g_autoptr(GArray) tallies = g_array_new (FALSE, FALSE, sizeof (Tally));

  if (producing == NULL)
    return FALSE;
  if (haul_context_get_n_inputs (context) > 0)
    return collect (context, HAUL_QUEUE (queue), error);

  if (!run_station (context, arguments, station, HAUL_QUEUE (queue), HAUL_VALUE (producing), tallies, error))
    return FALSE;
  haul_context_emit (context, tallies->data, tallies->len * sizeof (Tally));
  return TRUE;
}

static GVariant *
station_arguments (GVariant *arguments,
                   guint     index,
                   guint     of)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (arguments);

  g_variant_dict_insert (&dict, "station", "x", (gint64) index);
  g_variant_dict_insert (&dict, "stations", "x", (gint64) of);
  return g_variant_dict_end (&dict);
}

/* There are no more stations than consumers, so each has one. The first ones have the producers: they are begun
 * first. */
static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint n = MIN (n_workers, (guint) haul_arguments_get_int (arguments, "consumers"));
  guint64 items = haul_arguments_get_int (arguments, "items");
  g_autoptr(HaulQueue) queue = NULL;
  g_autoptr(HaulValue) producing = NULL;
  guint parts[MAX_HANDS];
  HaulPlan *plan;

  if (n < 2 || !make_shared (arguments, &queue, &producing, NULL))
    return NULL;

  plan = haul_plan_new ();
  haul_plan_share (plan, "queue", HAUL_SHAREABLE (queue));
  haul_plan_share (plan, "producing", HAUL_SHAREABLE (producing));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strdup_printf (_("Station %u of %u"), i + 1, n);

      parts[i] = haul_plan_add (plan, &haul_task_producers_consumers_part, title, station_arguments (arguments, i, n), 1, NULL, 0);
    }
  haul_plan_add (plan, &haul_task_producers_consumers_part, _("Comparing"), station_arguments (arguments, 0, n), 0, parts, n);
  haul_plan_set_total (plan, 2 * items);
  return plan;
}

#define PARAMS                                                                             \
  {                                                                                        \
    .name = "producers",                                                                   \
    .title = N_("Producers"),                                                              \
    .unit = N_("producers"),                                                               \
    .help = N_("How many make items"),                                                     \
    .type = HAUL_PARAM_INT,                                                                \
    .min = 1,                                                                              \
    .max = MAX_HANDS,                                                                      \
    .initial = 2,                                                                          \
  },                                                                                       \
  {                                                                                        \
    .name = "consumers",                                                                   \
    .title = N_("Consumers"),                                                              \
    .unit = N_("consumers"),                                                               \
    .help = N_("How many take them"),                                                      \
    .type = HAUL_PARAM_INT,                                                                \
    .min = 1,                                                                              \
    .max = MAX_HANDS,                                                                      \
    .initial = 2,                                                                          \
  },                                                                                       \
  {                                                                                        \
    .name = "items",                                                                       \
    .title = N_("Items"),                                                                  \
    .unit = N_("items"),                                                                   \
    .help = N_("How many they make in all"),                                               \
    .type = HAUL_PARAM_INT,                                                                \
    .min = 1,                                                                              \
    .max = MAX_ITEMS,                                                                      \
    .initial = 100000,                                                                     \
  },                                                                                       \
  {                                                                                        \
    .name = "size",                                                                        \
    .title = N_("Size"),                                                                   \
    .unit = N_("bytes"),                                                                   \
    .help = N_("How large each item is"),                                                  \
    .type = HAUL_PARAM_INT,                                                                \
    .min = sizeof (Item),                                                                  \
    .max = MAX_SIZE,                                                                       \
    .initial = 100,                                                                        \
  },                                                                                       \
  {                                                                                        \
    .name = "capacity",                                                                    \
    .title = N_("Capacity"),                                                               \
    .unit = N_("items"),                                                                   \
    .help = N_("How many the queue holds before who makes more has to wait"),              \
    .type = HAUL_PARAM_INT,                                                                \
    .min = 1,                                                                              \
    .max = MAX_CAPACITY,                                                                   \
    .initial = 100,                                                                        \
  }

const HaulTask haul_task_producers_consumers = {
  .id = "producers-consumers",
  .title = N_("Producers and Consumers"),
  .summary = N_("Let some make items and others take them, through a queue that holds only so many"),
  .unit = N_("steps"),
  .result = HAUL_RESULT_TABLE,
  .params = (const HaulParam[]) { PARAMS, { NULL } },
  .run = run,
  .divide = divide,
};

const HaulTask haul_task_producers_consumers_part = {
  .id = "producers-consumers-part",
  .title = N_("Part of Producers and Consumers"),
  .summary = "Make and take some of the items, or tell what came of it",
  .unit = "steps",
  .result = HAUL_RESULT_TABLE,
  .params = (const HaulParam[]) {
    PARAMS,
    { .name = "station", .title = "Station", .help = "Which of several", .type = HAUL_PARAM_INT, .max = MAX_HANDS },
    { .name = "stations", .title = "Stations", .help = "How many there are", .type = HAUL_PARAM_INT, .min = 1, .max = MAX_HANDS, .initial = 1 },
    { NULL },
  },
  .run = run_part,
  .hidden = TRUE,
};
