/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes lines to a descriptor without ever making the main loop wait for whoever reads them:
 * what does not fit now waits in memory. */
typedef struct _HaulCliWriter HaulCliWriter;

typedef void (*HaulCliWriterFunc) (gpointer user_data);

/* @failed is called once, when nothing can be written any more. */
HaulCliWriter *haul_cli_writer_new       (int                  fd,
                                          HaulCliWriterFunc  failed,
                                          gpointer             user_data) G_GNUC_WARN_UNUSED_RESULT;
void           haul_cli_writer_free      (HaulCliWriter       *self);
/* Called whenever all that had to wait is written. */
void           haul_cli_writer_set_drained (HaulCliWriter     *self,
                                            HaulCliWriterFunc  drained);

void           haul_cli_writer_add       (HaulCliWriter       *self,
                                          const char          *text);
void           haul_cli_writer_add_bytes (HaulCliWriter       *self,
                                          const void          *bytes,
                                          gsize                size);
gsize          haul_cli_writer_get_n_waiting (HaulCliWriter   *self);
gboolean       haul_cli_writer_is_behind (HaulCliWriter       *self);
const GError  *haul_cli_writer_get_error (HaulCliWriter       *self);

/* Waits until all is written. */
gboolean       haul_cli_writer_finish    (HaulCliWriter       *self,
                                          GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliWriter, haul_cli_writer_free)

G_END_DECLS
