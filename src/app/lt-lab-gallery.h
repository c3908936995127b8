/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* All experiments as cards in their groups, and a search over them. Signal "open" with the id of the one that was
 * chosen, "" for the comparison of executors. */
#define LT_TYPE_LAB_GALLERY (lt_lab_gallery_get_type ())
G_DECLARE_FINAL_TYPE (LtLabGallery, lt_lab_gallery, LT, LAB_GALLERY, AdwBin)

void  lt_lab_gallery_find    (LtLabGallery *self);
/* Marks what was done meanwhile. */
void  lt_lab_gallery_refresh (LtLabGallery *self);
/* The card of the one that people come back from; another for NULL. */
void  lt_lab_gallery_focus   (LtLabGallery *self,
                              const char   *id);
/* "about 5 seconds" */
char *lt_lab_gallery_format_seconds (guint seconds) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
