/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* The frames that went over the pipes of a job, both ways. */
#define LT_TYPE_MESSAGE_VIEW (lt_message_view_get_type ())
G_DECLARE_FINAL_TYPE (LtMessageView, lt_message_view, LT, MESSAGE_VIEW, AdwBin)

void lt_message_view_set_job (LtMessageView *self,
                              HaulJob    *job);

G_END_DECLS
