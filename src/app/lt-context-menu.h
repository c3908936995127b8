/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows a menu over @parent that goes away by itself: keys move in it whatever @parent is, and give
 * the focus back where it was. The actions of @group are called @prefix and a dot. (transfer none) */
GtkWidget *lt_context_menu_popup (GMenuModel         *menu,
                                  const char         *prefix,
                                  GActionGroup       *group,
                                  GtkWidget          *parent,
                                  const GdkRectangle *where);

G_END_DECLS
