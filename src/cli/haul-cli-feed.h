/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-map-reporter.h"
#include "haul-cli-values.h"

G_BEGIN_DECLS

/* Gives the values of a map to a pool as they come and as there is room for what becomes of them,
 * and gives back what became of them. A batch of the pool asks for values and cannot be told to
 * wait; so where there are none for now, it ends, and later there is another one. */
typedef struct _HaulCliFeed HaulCliFeed;

typedef struct _HaulCliFeedFuncs HaulCliFeedFuncs;

struct _HaulCliFeedFuncs
{
  gboolean (*has_room) (gpointer user_data);   /* for more results; haul_cli_feed_wake() when there is again */
  void     (*item)     (const HaulCliMapItem *item,
                        const char           *text,   /* its value as people see it */
                        gpointer              user_data);
  void     (*ended)    (const GError *error,          /* (nullable) why before the end of the values */
                        gpointer      user_data);
};

HaulCliFeed *haul_cli_feed_new         (const HaulCliFeedFuncs *funcs,
                                        const HaulCliOptions   *options,
                                        HaulCliValues          *values,
                                        HaulPool               *pool,
                                        gpointer                user_data) G_GNUC_WARN_UNUSED_RESULT;
void         haul_cli_feed_free        (HaulCliFeed            *self);

void         haul_cli_feed_wake        (HaulCliFeed            *self);
/* No value is taken any more; with the batches it ends. */
void         haul_cli_feed_stop        (HaulCliFeed            *self);

/* How many there will be, or HAUL_CLI_VALUES_UNKNOWN, and how many are over. */
guint64      haul_cli_feed_get_total   (HaulCliFeed            *self);
void         haul_cli_feed_get_counts  (HaulCliFeed            *self,
                                        guint64                *ret_n_done,
                                        guint64                *ret_n_failed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliFeed, haul_cli_feed_free)

G_END_DECLS
