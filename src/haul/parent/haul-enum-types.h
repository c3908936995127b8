/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

#include "../wire/haul-decls.h"
#include "../wire/haul-frame.h"
#include "../wire/haul-message.h"
#include "../worker/haul-task.h"

HAUL_BEGIN_DECLS

/* The enumerations of the layers below, as types. Those layers do without GObject, which a worker
 * would otherwise have to load. */

#define HAUL_TYPE_FRAME_TYPE  (haul_frame_type_get_type ())
#define HAUL_TYPE_LOG_LEVEL   (haul_log_level_get_type ())
#define HAUL_TYPE_PARAM_TYPE  (haul_param_type_get_type ())
#define HAUL_TYPE_RESULT_KIND (haul_result_kind_get_type ())

GType haul_frame_type_get_type  (void);
GType haul_log_level_get_type   (void);
GType haul_param_type_get_type  (void);
GType haul_result_kind_get_type (void);

HAUL_END_DECLS
