/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* An experiment in the gallery: what it asks, how long it takes, and whether it was done. */
#define LT_TYPE_LAB_CARD (lt_lab_card_get_type ())
G_DECLARE_FINAL_TYPE (LtLabCard, lt_lab_card, LT, LAB_CARD, GtkButton)

/* NULL for the comparison of executors. */
GtkWidget  *lt_lab_card_new       (const LabExperiment *experiment) G_GNUC_WARN_UNUSED_RESULT;

const char *lt_lab_card_get_id    (LtLabCard           *self);   /* "" for the comparison */
LabGroup    lt_lab_card_get_group (LtLabCard           *self);
gboolean    lt_lab_card_matches   (LtLabCard           *self,
                                   const char          *words);
void        lt_lab_card_refresh   (LtLabCard           *self);

G_END_DECLS
