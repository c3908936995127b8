/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Keeps a scrolled window at its end while it grows, until somebody scrolls up; at the end it holds
 * on again. */
#define LT_TYPE_FOLLOWER (lt_follower_get_type ())
G_DECLARE_FINAL_TYPE (LtFollower, lt_follower, LT, FOLLOWER, GObject)

LtFollower *lt_follower_new    (GtkScrolledWindow *window) G_GNUC_WARN_UNUSED_RESULT;
void        lt_follower_follow (LtFollower        *self);

G_END_DECLS
