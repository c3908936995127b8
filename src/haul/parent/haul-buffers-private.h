/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large results, which is used again: fresh pages, which the kernel has to find and to
 * clear, would cost more than what is written into them. Safe from any thread. */

/* haul_buffer_new:
 * @size: of the first bytes that will be added
 *
 * Returns: (transfer full): an empty array, with room for more where @size is large
 */
GByteArray *haul_buffer_new      (gsize       size);

/* haul_buffer_to_bytes:
 * @self: (transfer full): the array, filled
 *
 * Returns: (transfer full): what is in it. Its memory is used again once nobody has the bytes any more
 */
GBytes     *haul_buffer_to_bytes (GByteArray *self);

/* Gives back what nobody uses now. */
void        haul_buffers_drop    (void);

G_END_DECLS
