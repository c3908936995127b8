/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

/**
 * HAUL_BEGIN_DECLS: (skip)
 *
 * What stands between this and %HAUL_END_DECLS, in a public header, is the interface of
 * libhaul: C++ can use it, and the shared library exports it. Nothing else is exported.
 */
#ifdef __GI_SCANNER__
#define HAUL_BEGIN_DECLS G_BEGIN_DECLS
#else
#define HAUL_BEGIN_DECLS G_BEGIN_DECLS _Pragma("GCC visibility push (default)")
#endif

/**
 * HAUL_END_DECLS: (skip)
 *
 * The end of what %HAUL_BEGIN_DECLS began.
 */
#ifdef __GI_SCANNER__
#define HAUL_END_DECLS G_END_DECLS
#else
#define HAUL_END_DECLS _Pragma("GCC visibility pop") G_END_DECLS
#endif
