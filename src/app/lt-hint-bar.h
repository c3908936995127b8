/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* Three hints of one line that go along with somebody's first job: each is shown once in a life. */
#define LT_TYPE_HINT_BAR (lt_hint_bar_get_type ())
G_DECLARE_FINAL_TYPE (LtHintBar, lt_hint_bar, LT, HINT_BAR, AdwBin)

/* Follows @job, unless another one is being followed already. */
void lt_hint_bar_follow (LtHintBar *self,
                         HaulJob   *job);

G_END_DECLS
