/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* What is known about a job, as pairs of a name and a value that can be copied. */
#define LT_TYPE_FACTS_VIEW (lt_facts_view_get_type ())
G_DECLARE_FINAL_TYPE (LtFactsView, lt_facts_view, LT, FACTS_VIEW, AdwBin)

void lt_facts_view_set_job (LtFactsView *self,
                            HaulJob     *job);

G_END_DECLS
