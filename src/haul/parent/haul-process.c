/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "haul-format.h"
#include "haul-joiners-private.h"
#include "haul-process-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-current-process.h"

static GParamSpec *properties[PROP_EXIT_CODE + 1];

enum { ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (HaulProcessState, haul_process_state,
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_INITIAL, "initial"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_STARTED, "started"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_CLOSED, "closed"))

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulProcess, haul_process, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_WAITABLE, haul_process_waitable_init))

void
haul_process_notify (HaulProcess         *self,
                     HaulProcessProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
haul_process_emit_ended (HaulProcess *self)
{
  g_signal_emit (self, signals[ENDED], 0);
}

void
haul_process_set_state (HaulProcess      *self,
                        HaulProcessState  state)
{
  static const struct { HaulProcessState from, to; } edges[] = {
    { HAUL_PROCESS_INITIAL, HAUL_PROCESS_STARTED }, { HAUL_PROCESS_INITIAL, HAUL_PROCESS_STOPPED },
    { HAUL_PROCESS_INITIAL, HAUL_PROCESS_CLOSED }, { HAUL_PROCESS_STARTED, HAUL_PROCESS_STOPPED },
    { HAUL_PROCESS_STOPPED, HAUL_PROCESS_CLOSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    if (edges[i].from == self->state && edges[i].to == state)
      {
        self->state = state;
        haul_process_notify (self, PROP_STATE);
        if (edges[i].from == HAUL_PROCESS_INITIAL && state != HAUL_PROCESS_STARTED)
          haul_process_notify (self, PROP_ALIVE);   /* it never was, and who waits for it hears that here */
        return;
      }
  g_critical ("process ‘%s’ cannot go from state %d to %d", self->name, self->state, state);
}

gboolean
haul_process_check_usable (HaulProcess  *self,
                           GError      **error)
{
  if (self->creator != getpid ())
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 _("‘%s’ is a child of another process: only the one that made it may use it"), self->name);
  else if (self->state == HAUL_PROCESS_CLOSED)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("‘%s’ was closed"), self->name);
  else
    return TRUE;
  return FALSE;
}

gboolean
haul_process_check_started (HaulProcess  *self,
                            GError      **error)
{
  if (!haul_process_check_usable (self, error))
    return FALSE;
  if (self->state != HAUL_PROCESS_INITIAL)
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("‘%s’ was not started yet"), self->name);
  return FALSE;
}

static void
haul_process_dispose (GObject *object)
{
  HaulProcess *self = HAUL_PROCESS (object);

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_object (&self->executor);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);   /* each of which would have kept us */

  G_OBJECT_CLASS (haul_process_parent_class)->dispose (object);
}

static void
haul_process_finalize (GObject *object)
{
  HaulProcess *self = HAUL_PROCESS (object);

  haul_process_sentinel_close (self);
  g_free (self->name);
  g_free (self->worker_path);

  G_OBJECT_CLASS (haul_process_parent_class)->finalize (object);
}

static void
haul_process_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  HaulProcess *self = HAUL_PROCESS (object);

  switch ((HaulProcessProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_DAEMON:
      g_value_set_boolean (value, self->daemon);
      break;

    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;

    case PROP_ALIVE:
      g_value_set_boolean (value, haul_process_is_alive (self));
      break;

    case PROP_PID:
      g_value_set_int (value, haul_process_get_pid (self));
      break;

    case PROP_HAS_EXIT_CODE:
      g_value_set_boolean (value, self->has_exit_code);
      break;

    case PROP_EXIT_CODE:
      g_value_set_int (value, self->exit_code);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  switch ((HaulProcessProperty) prop_id)
    {
    case PROP_NAME:
      haul_process_set_name (HAUL_PROCESS (object), g_value_get_string (value));
      break;

    case PROP_DAEMON:
    case PROP_STATE:
    case PROP_ALIVE:
    case PROP_PID:
    case PROP_HAS_EXIT_CODE:
    case PROP_EXIT_CODE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_class_init (HaulProcessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = haul_process_dispose;
  object_class->finalize = haul_process_finalize;
  object_class->get_property = haul_process_get_property;
  object_class->set_property = haul_process_set_property;

  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DAEMON] =
    g_param_spec_boolean ("daemon", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_PROCESS_STATE, HAUL_PROCESS_INITIAL,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ALIVE] =
    g_param_spec_boolean ("alive", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PID] =
    g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HAS_EXIT_CODE] =
    g_param_spec_boolean ("has-exit-code", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_EXIT_CODE] =
    g_param_spec_int ("exit-code", NULL, NULL, -128, 255, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[ENDED] =
    g_signal_new ("ended", HAUL_TYPE_PROCESS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* "Process-3"; in a process that is itself called that, "Process-3:1". */
static char *
next_name (void)
{
  static guint n_made;

  n_made++;
  if (g_str_equal (haul_current_process_get_name (), "MainProcess"))
    return g_strdup_printf ("Process-%u", n_made);

  return g_strdup_printf ("%s:%u", haul_current_process_get_name (), n_made);
}

static void
haul_process_init (HaulProcess *self)
{
  self->name = next_name ();
  self->daemon = haul_current_process_get_daemon ();
  self->creator = getpid ();
  self->joiners = haul_joiners_new ();
  self->sentinel_fd = self->ended_fd = self->pidfd = -1;
}

/**
 * haul_process_new:
 * @task: what it runs
 * @arguments: (nullable): `a{sv}`; a floating reference is taken
 * @error: set when the arguments are not right
 *
 * A process that is ready to be started: called `Process-N`, or `NAME:N` in a
 * process that is itself called NAME; a daemon where the one that makes it is.
 *
 * Returns: (transfer full): the process
 */
HaulProcess *
haul_process_new (const HaulTask  *task,
                  GVariant        *arguments,
                  GError         **error)
{
  g_autoptr(HaulJob) job = NULL;
  HaulProcess *self;

  g_return_val_if_fail (task != NULL, NULL);

  job = haul_job_new (task, arguments, error);
  if (job == NULL)
    return NULL;

  self = g_object_new (HAUL_TYPE_PROCESS, NULL);
  self->job = g_steal_pointer (&job);
  haul_job_set_title (self->job, self->name);
  haul_process_watch_job (self);
  return self;
}

/**
 * haul_process_get_job:
 * @self: a process
 *
 * The run of its task: progress, log, result and verdict; and haul_job_cancel(),
 * the way to end it that gives the task time to tidy up and then uses force.
 * Before the start, haul_job_set_nice() and haul_job_set_timeout() count. Do
 * not submit it to an executor.
 *
 * Returns: (transfer none) (nullable): the job; %NULL once the process was closed
 */
HaulJob *
haul_process_get_job (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), NULL);

  return self->job;
}

/**
 * haul_process_get_name:
 * @self: a process
 *
 * Gets #HaulProcess:name.
 *
 * Returns: (transfer none): what it is called
 */
const char *
haul_process_get_name (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), NULL);

  return self->name;
}

/**
 * haul_process_set_name:
 * @self: a process
 * @name: what it is called
 *
 * Names a process, and its job. The name means nothing; two may have the same.
 * It may be set at any time, but the child hears only of what it is called at
 * its start.
 */
void
haul_process_set_name (HaulProcess *self,
                       const char  *name)
{
  g_return_if_fail (HAUL_IS_PROCESS (self));
  g_return_if_fail (name != NULL);

  if (g_str_equal (self->name, name))
    return;

  g_free (self->name);
  self->name = g_strdup (name);
  if (self->job != NULL)
    haul_job_set_title (self->job, name);
  haul_process_notify (self, PROP_NAME);
}

/**
 * haul_process_get_state:
 * @self: a process
 *
 * Gets #HaulProcess:state.
 *
 * Returns: where it is in its life. What was terminated stays
 *   %HAUL_PROCESS_STARTED until it has ended and is collected
 */
HaulProcessState
haul_process_get_state (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), HAUL_PROCESS_CLOSED);

  return self->state;
}

/**
 * haul_process_is_alive:
 * @self: a process
 *
 * Gets #HaulProcess:alive.
 *
 * Returns: %TRUE from its start until it is known to have ended: a zombie that
 *   is held is not alive
 */
gboolean
haul_process_is_alive (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  return self->state == HAUL_PROCESS_STARTED && haul_job_is_active (self->job);
}

/**
 * haul_process_get_pid:
 * @self: a process
 *
 * With the fork server it comes a moment after the start.
 *
 * Returns: its number; 0 before there is one, and once it was closed. Kept after
 *   the end, when it may be somebody else's
 */
int
haul_process_get_pid (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), 0);

  return self->job != NULL ? haul_job_get_pid (self->job) : 0;
}

/**
 * haul_process_get_parent_pid:
 * @self: a process
 *
 * Tells which process is its parent.
 *
 * Returns: number of the program that made it, which alone may use it
 */
int
haul_process_get_parent_pid (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), 0);

  return self->creator;
}

/**
 * haul_process_get_exit_code:
 * @self: a process
 * @ret_code: (out) (optional): 0 to 255: what it exited with (0 when its task
 *   succeeded, 1 when that failed); below 0: the signal that ended it, -15 for
 *   SIGTERM
 *
 * Tells how it ended.
 *
 * Returns: %FALSE when there is none: it was not started, has not ended, was
 *   closed, or has ended and nobody knows how; see haul_job_get_error() then
 */
gboolean
haul_process_get_exit_code (HaulProcess *self,
                            int         *ret_code)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!self->has_exit_code)
    return FALSE;
  if (ret_code != NULL)
    *ret_code = self->exit_code;
  return TRUE;
}

/**
 * haul_process_dup_description:
 * @self: a process
 *
 * For logs and tests, as Python has it:
 * `<Process name='Process-1' pid=4242 parent=4200 stopped exitcode=-SIGTERM daemon>`.
 *
 * Returns: (transfer full): the text; never translated
 */
char *
haul_process_dup_description (HaulProcess *self)
{
  g_autoptr(GEnumClass) states = g_type_class_ref (HAUL_TYPE_PROCESS_STATE);
  GString *text = g_string_new ("<Process name=");

  g_return_val_if_fail (HAUL_IS_PROCESS (self), g_string_free (text, FALSE));

  g_string_append_printf (text, "'%s'", self->name);
  if (haul_process_get_pid (self) != 0)
    g_string_append_printf (text, " pid=%d", haul_process_get_pid (self));
  g_string_append_printf (text, " parent=%d", self->creator);
  if (self->creator != getpid ())
    g_string_append (text, " unknown");
  else
    g_string_append_printf (text, " %s", g_enum_get_value (states, self->state)->value_nick);
  if (self->has_exit_code && self->exit_code < 0)
    g_string_append_printf (text, " exitcode=-%s", haul_signal_name (-self->exit_code));
  else if (self->has_exit_code)
    g_string_append_printf (text, " exitcode=%d", self->exit_code);
  if (self->daemon)
    g_string_append (text, " daemon");
  g_string_append_c (text, '>');
  return g_string_free (text, FALSE);
}
