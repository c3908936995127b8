/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-enum-types.h"

G_DEFINE_ENUM_TYPE (HaulFrameType, haul_frame_type,
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_HELLO, "hello"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_RUN, "run"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_CANCEL, "cancel"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_PROGRESS, "progress"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_LOG, "log"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_DATA, "data"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_RESULT, "result"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_ERROR, "error"),
                    G_DEFINE_ENUM_VALUE (HAUL_FRAME_TILE, "tile"))

G_DEFINE_ENUM_TYPE (HaulLogLevel, haul_log_level,
                    G_DEFINE_ENUM_VALUE (HAUL_LOG_DEBUG, "debug"),
                    G_DEFINE_ENUM_VALUE (HAUL_LOG_INFO, "info"),
                    G_DEFINE_ENUM_VALUE (HAUL_LOG_WARNING, "warning"),
                    G_DEFINE_ENUM_VALUE (HAUL_LOG_OUTPUT, "output"),
                    G_DEFINE_ENUM_VALUE (HAUL_LOG_NOTSET, "notset"))

G_DEFINE_ENUM_TYPE (HaulParamType, haul_param_type,
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_INT, "int"),
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_DOUBLE, "double"),
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_CHOICE, "choice"),
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_STRING, "string"),
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_FILE, "file"),
                    G_DEFINE_ENUM_VALUE (HAUL_PARAM_COMMAND, "command"))

G_DEFINE_ENUM_TYPE (HaulResultKind, haul_result_kind,
                    G_DEFINE_ENUM_VALUE (HAUL_RESULT_TEXT, "text"),
                    G_DEFINE_ENUM_VALUE (HAUL_RESULT_TABLE, "table"),
                    G_DEFINE_ENUM_VALUE (HAUL_RESULT_IMAGE, "image"))
