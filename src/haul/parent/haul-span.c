/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-timeline-private.h"

G_DEFINE_ENUM_TYPE (HaulSpanKind, haul_span_kind,
                    G_DEFINE_ENUM_VALUE (HAUL_SPAN_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (HAUL_SPAN_WORKING, "working"),
                    G_DEFINE_ENUM_VALUE (HAUL_SPAN_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (HAUL_SPAN_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (HAUL_SPAN_ZOMBIE, "zombie"))

G_DEFINE_ENUM_TYPE (HaulMarkKind, haul_mark_kind,
                    G_DEFINE_ENUM_VALUE (HAUL_MARK_SIGNAL, "signal"),
                    G_DEFINE_ENUM_VALUE (HAUL_MARK_MESSAGE, "message"),
                    G_DEFINE_ENUM_VALUE (HAUL_MARK_EXIT, "exit"),
                    G_DEFINE_ENUM_VALUE (HAUL_MARK_JOIN, "join"))

G_DEFINE_ENUM_TYPE (HaulLaneKind, haul_lane_kind,
                    G_DEFINE_ENUM_VALUE (HAUL_LANE_WORKER, "worker"),
                    G_DEFINE_ENUM_VALUE (HAUL_LANE_LOOP, "loop"),
                    G_DEFINE_ENUM_VALUE (HAUL_LANE_CORES, "cores"))

const char *
haul_span_keep_text (const char *text)
{
  return text != NULL ? g_ref_string_new_intern (text) : NULL;
}

static void
let_text_go (const char *text)
{
  if (text != NULL)
    g_ref_string_release ((char *) text);
}

static HaulSpan *
span_copy (HaulSpan *span)
{
  HaulSpan *copy = g_memdup2 (span, sizeof *span);

  copy->text = haul_span_keep_text (span->text);
  return copy;
}

void
haul_span_clear (gpointer data)
{
  let_text_go (((HaulSpan *) data)->text);
}

static void
span_free (HaulSpan *span)
{
  haul_span_clear (span);
  g_free (span);
}

static HaulMark *
mark_copy (HaulMark *mark)
{
  HaulMark *copy = g_memdup2 (mark, sizeof *mark);

  copy->text = haul_span_keep_text (mark->text);
  return copy;
}

void
haul_mark_clear (gpointer data)
{
  let_text_go (((HaulMark *) data)->text);
}

static void
mark_free (HaulMark *mark)
{
  haul_mark_clear (mark);
  g_free (mark);
}

G_DEFINE_BOXED_TYPE (HaulSpan, haul_span, span_copy, span_free)
G_DEFINE_BOXED_TYPE (HaulMark, haul_mark, mark_copy, mark_free)
static const char *
enum_to_nick (GType type,
              int   value)
{
  g_autoptr(GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value (klass, value);

  return found != NULL ? found->value_nick : "unknown";
}

/**
 * haul_span_kind_to_nick:
 * @kind: a kind
 *
 * Names a kind of span for programs: what files and logs have.
 *
 * Returns: (transfer none): "starting", "working", "waiting", "paused" or "zombie"
 */
const char *
haul_span_kind_to_nick (HaulSpanKind kind)
{
  return enum_to_nick (HAUL_TYPE_SPAN_KIND, kind);
}

/**
 * haul_mark_kind_to_nick:
 * @kind: a kind
 *
 * Names a kind of mark for programs: what files and logs have.
 *
 * Returns: (transfer none): "signal", "message", "exit" or "join"
 */
const char *
haul_mark_kind_to_nick (HaulMarkKind kind)
{
  return enum_to_nick (HAUL_TYPE_MARK_KIND, kind);
}
