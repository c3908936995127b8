/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-process-model.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_PLACE (lt_process_place_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessPlace, lt_process_place, LT, PROCESS_PLACE, GObject)

/**
 * LtProcessPlace:
 *
 * A place in the list of processes: the first, the second, …, and the process that
 * stands there now.
 */
guint            lt_process_place_get_position (LtProcessPlace   *self);
HaulProcessInfo *lt_process_place_get_info     (LtProcessPlace   *self);   /* (nullable) (transfer none) */

#define LT_TYPE_PROCESS_PLACES (lt_process_places_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessPlaces, lt_process_places, LT, PROCESS_PLACES, GObject)

/**
 * LtProcessPlaces:
 *
 * The places of a #LtProcessModel, as many as it has rows. When rows change places,
 * the places stay, so a list view keeps its widgets: with the rows themselves GTK
 * makes two hundred of them anew for each other order, and is deaf meanwhile. When
 * many come or go they do so a few at a time; a place that is about to go is empty.
 */
LtProcessPlaces *lt_process_places_new         (LtProcessModel   *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
