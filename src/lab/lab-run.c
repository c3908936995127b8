/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-run.h"

#include <glib/gi18n-lib.h>

#include "haul/wire/haul-error.h"

#define MAX_SECONDS      15
#define GRACE_MS         1000
#define MAX_RESULT_BYTES (16 * 1024 * 1024)
#define PIECE_BYTES      4096

struct _LabRun
{
  GObject              parent_instance;

  const LabExperiment *experiment;  /* static */
  LabRunState          state;       /* every change through set_state() */
  char                *question;    /* (owned) (nullable) instead of that of the experiment */
  const char          *prediction;  /* (nullable) static */
  const char          *outcome;     /* (nullable) static */
  char                *message;     /* (owned) (nullable) */
  GError              *error;       /* (owned) (nullable) */
  GVariant            *arguments;   /* (owned) a{sv}, complete */

  LabFindings         *findings;    /* (owned) */
  LabFindings         *earlier;     /* (owned) (nullable) */

  HaulExecutor        *executor;    /* (owned) (nullable) from the first run on */
  HaulJob             *job;         /* (owned) (nullable) */
  gsize                n_taken;     /* bytes of its result */
  GError              *nonsense;    /* (owned) (nullable) what was wrong with them */
  guint                seconds;     /* that one may take */
  guint                n_times;
  guint                n_done;      /* of n_times */
  gboolean             cancelled;
};

typedef enum
{
  PROP_STATE = 1,
  PROP_PREDICTION,
  PROP_OUTCOME,
  PROP_MESSAGE,
  PROP_FRACTION,
  PROP_FINDINGS,
} LabRunProperty;

static GParamSpec *properties[PROP_FINDINGS + 1];

G_DEFINE_FINAL_TYPE (LabRun, lab_run, G_TYPE_OBJECT)

static void
start_next (LabRun *self);

static void
notify (LabRun         *self,
        LabRunProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_state (LabRun      *self,
           LabRunState  state)
{
  if (self->state == state)
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

static void
set_outcome (LabRun     *self,
             const char *outcome)
{
  if (self->outcome == outcome)
    return;
  self->outcome = outcome;
  notify (self, PROP_OUTCOME);
}

static void
take_message (LabRun *self,
              char   *message)
{
  if (g_strcmp0 (self->message, message) == 0)
    {
      g_free (message);
      return;
    }
  g_free (self->message);
  self->message = message;
  notify (self, PROP_MESSAGE);
}

/* --- The job -------------------------------------------------------------- */

char *
lab_run_find_worker (void)
{
  const char *given = g_getenv ("HAUL_LAB_WORKER");

  return g_strdup (given != NULL && *given != '\0' ? given : HAUL_LIBEXECDIR "/haul-lab-worker");
}

/* What has come since it was looked at last. */
static void
take_result (LabRun *self)
{
  char piece[PIECE_BYTES];
  gsize size = 0;

  while (self->nonsense == NULL && (size = haul_job_peek_result (self->job, self->n_taken, piece, sizeof piece)) > 0)
    {
      self->n_taken += size;
      if (self->n_taken > MAX_RESULT_BYTES)
        g_set_error_literal (&self->nonsense, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("the experiment says too much"));
      else
        (void) lab_findings_take (self->findings, piece, size, &self->nonsense);
    }
}

static void
result_size_cb (HaulJob    *job,
                GParamSpec *pspec,
                LabRun     *self)
{
  take_result (self);
  if (self->nonsense != NULL)
    haul_job_cancel (job);
}

static void
fraction_cb (HaulJob    *job,
             GParamSpec *pspec,
             LabRun     *self)
{
  notify (self, PROP_FRACTION);
}

/* All runs are over, or the rest of them is not wanted any more. */
static void
reveal (LabRun *self)
{
  g_autofree char *why_not = NULL;
  const char *outcome = NULL;

  if (lab_findings_get_n_runs (self->findings) > 0)
    outcome = self->experiment->judge (self->findings, &why_not);

  if (self->error == NULL)
    take_message (self, outcome == NULL ? g_steal_pointer (&why_not) : NULL);
  set_outcome (self, outcome);
  set_state (self, LAB_RUN_REVEALED);
}

static char *
describe_failure (LabRun *self)
{
  const char *title = g_dgettext (GETTEXT_PACKAGE, self->experiment->task.title);

  if (g_error_matches (self->error, HAUL_ERROR, HAUL_ERROR_START) && haul_job_get_pid (self->job) == 0)
    return g_strdup_printf (_("%s: %s. Install haul-lab-worker, or say in HAUL_LAB_WORKER where it is."),
                            title, self->error->message);
  if (g_error_matches (self->error, HAUL_ERROR, HAUL_ERROR_TIMED_OUT))
    return g_strdup_printf (ngettext ("%s did not end within %d second, and was stopped.",
                                      "%s did not end within %d seconds, and was stopped.", (int) self->seconds),
                            title, (int) self->seconds);
  return g_strdup_printf ("%s: %s", title, self->error->message);
}

static void
run_failed (LabRun *self)
{
  take_message (self, describe_failure (self));
  reveal (self);
}

static void
run_cancelled (LabRun *self)
{
  g_clear_error (&self->error);
  if (lab_findings_get_n_runs (self->findings) > 0)
    reveal (self);
  else
    set_state (self, LAB_RUN_READY);
}

static void
ended_cb (HaulJob *job,
          LabRun  *self)
{
  g_autoptr(LabRun) keep G_GNUC_UNUSED = self;   /* that start_next() took */

  g_signal_handlers_disconnect_by_data (job, self);
  take_result (self);

  if (self->nonsense != NULL)
    self->error = g_steal_pointer (&self->nonsense);
  else if (haul_job_get_error (job) != NULL)
    self->error = g_error_copy (haul_job_get_error (job));

  if (self->error != NULL || self->cancelled)
    lab_findings_drop_run (self->findings);
  else
    self->n_done++;
  notify (self, PROP_FRACTION);

  if (self->cancelled)
    run_cancelled (self);
  else if (self->error != NULL)
    run_failed (self);
  else if (self->n_done < self->n_times)
    start_next (self);
  else
    reveal (self);
}

static void
start_next (LabRun *self)
{
  g_clear_object (&self->job);
  self->n_taken = 0;
  lab_findings_begin_run (self->findings);

  /* The arguments were checked, and are complete. */
  self->job = haul_job_new (&self->experiment->task, self->arguments, NULL);
  g_assert (self->job != NULL);
  haul_job_set_nice (self->job, 0);   /* as an experiment is about time, and short */
  haul_job_set_timeout (self->job, self->seconds * 1000);
  haul_job_set_grace (self->job, GRACE_MS, TRUE);

  g_signal_connect (self->job, "notify::result-size", G_CALLBACK (result_size_cb), self);
  g_signal_connect (self->job, "notify::fraction", G_CALLBACK (fraction_cb), self);
  g_signal_connect (self->job, "ended", G_CALLBACK (ended_cb), g_object_ref (self));
  haul_executor_submit (self->executor, self->job);
}

gboolean
lab_run_start (LabRun *self,
               guint   n_times)
{
  g_return_val_if_fail (LAB_IS_RUN (self), FALSE);
  g_return_val_if_fail (n_times > 0 && n_times <= LAB_RUN_MAX_TIMES, FALSE);

  if (self->state != LAB_RUN_READY && self->state != LAB_RUN_REVEALED)
    return FALSE;

  if (self->executor == NULL)
    {
      g_autofree char *worker = lab_run_find_worker ();

      self->executor = haul_process_executor_new (worker);
    }

  self->n_times = n_times;
  self->n_done = 0;
  self->cancelled = FALSE;
  g_clear_error (&self->error);
  take_message (self, NULL);
  set_outcome (self, NULL);
  set_state (self, LAB_RUN_RUNNING);
  start_next (self);
  return TRUE;
}

void
lab_run_cancel (LabRun *self)
{
  g_return_if_fail (LAB_IS_RUN (self));

  if (self->state != LAB_RUN_RUNNING)
    return;
  self->cancelled = TRUE;
  haul_job_cancel (self->job);
}

/* --- What is asked, and with what ----------------------------------------- */

const char *
lab_run_get_question (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->question != NULL ? self->question : g_dgettext (GETTEXT_PACKAGE, self->experiment->question);
}

void
lab_run_set_question (LabRun     *self,
                      const char *question)
{
  g_return_if_fail (LAB_IS_RUN (self));

  g_free (self->question);
  self->question = g_strdup (question);
}

void
lab_run_predict (LabRun     *self,
                 const char *prediction)
{
  const HaulChoice *choice = NULL;

  g_return_if_fail (LAB_IS_RUN (self));

  choice = self->experiment->predictions;
  while (choice != NULL && choice->id != NULL && g_strcmp0 (choice->id, prediction) != 0)
    choice++;
  g_return_if_fail (choice != NULL && choice->id != NULL);

  /* Who has seen what comes out does not predict it any more. */
  if (self->state != LAB_RUN_ASKING && self->state != LAB_RUN_READY)
    return;

  if (self->prediction != choice->id)
    {
      self->prediction = choice->id;
      notify (self, PROP_PREDICTION);
    }
  set_state (self, LAB_RUN_READY);
}

void
lab_run_skip (LabRun *self)
{
  g_return_if_fail (LAB_IS_RUN (self));

  if (self->state == LAB_RUN_ASKING)
    set_state (self, LAB_RUN_READY);
}

static void
begin_findings (LabRun *self)
{
  if (self->findings != NULL && lab_findings_get_n_runs (self->findings) > 0)
    {
      g_clear_object (&self->earlier);
      self->earlier = g_steal_pointer (&self->findings);
    }
  g_clear_object (&self->findings);
  self->findings = lab_findings_new ();
  lab_findings_set_arguments (self->findings, self->arguments);
  notify (self, PROP_FINDINGS);
}

gboolean
lab_run_set_arguments (LabRun    *self,
                       GVariant  *arguments,
                       GError   **error)
{
  g_autoptr(GVariant) complete = NULL;

  g_return_val_if_fail (LAB_IS_RUN (self), FALSE);

  if (self->state == LAB_RUN_RUNNING)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                           _("the experiment is running; stop it before you change it"));
      return FALSE;
    }

  complete = haul_task_complete (&self->experiment->task, arguments, error);
  if (complete == NULL)
    return FALSE;
  if (g_variant_equal (complete, self->arguments))
    return TRUE;

  g_variant_unref (self->arguments);
  self->arguments = g_steal_pointer (&complete);
  begin_findings (self);
  if (self->state == LAB_RUN_REVEALED)
    {
      g_clear_error (&self->error);
      take_message (self, NULL);
      set_outcome (self, NULL);
      set_state (self, LAB_RUN_READY);
    }
  return TRUE;
}

void
lab_run_set_time_limit (LabRun *self,
                        guint   seconds)
{
  g_return_if_fail (LAB_IS_RUN (self));
  g_return_if_fail (seconds >= 1 && seconds <= MAX_SECONDS);

  self->seconds = seconds;
}

GVariant *
lab_run_get_arguments (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->arguments;
}

const LabExperiment *
lab_run_get_experiment (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->experiment;
}

LabRunState
lab_run_get_state (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), LAB_RUN_ASKING);

  return self->state;
}

const char *
lab_run_get_prediction (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->prediction;
}

const char *
lab_run_get_outcome (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->outcome;
}

const char *
lab_run_get_message (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->message;
}

const GError *
lab_run_get_error (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->error;
}

LabFindings *
lab_run_get_findings (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->findings;
}

LabFindings *
lab_run_get_earlier (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->earlier;
}

HaulJob *
lab_run_get_job (LabRun *self)
{
  g_return_val_if_fail (LAB_IS_RUN (self), NULL);

  return self->job;
}

double
lab_run_get_fraction (LabRun *self)
{
  double of_this = 0;

  g_return_val_if_fail (LAB_IS_RUN (self), 0);

  if (self->n_times == 0)
    return 0;
  if (self->state == LAB_RUN_RUNNING && haul_job_is_active (self->job))
    of_this = CLAMP (haul_job_get_fraction (self->job), 0, 1);
  return ((double) self->n_done + of_this) / (double) self->n_times;
}

/* --- The object ----------------------------------------------------------- */

LabRun *
lab_run_new (const LabExperiment *experiment)
{
  LabRun *self = NULL;

  g_return_val_if_fail (experiment != NULL, NULL);

  self = g_object_new (LAB_TYPE_RUN, NULL);
  self->experiment = experiment;
  self->state = experiment->predictions != NULL ? LAB_RUN_ASKING : LAB_RUN_READY;
  /* What is initial is right by itself. */
  self->arguments = haul_task_complete (&experiment->task, NULL, NULL);
  g_assert (self->arguments != NULL);
  begin_findings (self);
  return self;
}

static void
lab_run_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  LabRun *self = LAB_RUN (object);

  switch ((LabRunProperty) prop_id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;

    case PROP_PREDICTION:
      g_value_set_string (value, self->prediction);
      break;

    case PROP_OUTCOME:
      g_value_set_string (value, self->outcome);
      break;

    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;

    case PROP_FRACTION:
      g_value_set_double (value, lab_run_get_fraction (self));
      break;

    case PROP_FINDINGS:
      g_value_set_object (value, self->findings);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lab_run_finalize (GObject *object)
{
  LabRun *self = LAB_RUN (object);

  g_clear_object (&self->job);
  g_clear_object (&self->executor);
  g_clear_object (&self->findings);
  g_clear_object (&self->earlier);
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->nonsense);
  g_free (self->message);
  g_free (self->question);

  G_OBJECT_CLASS (lab_run_parent_class)->finalize (object);
}

static void
lab_run_class_init (LabRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = lab_run_get_property;
  object_class->finalize = lab_run_finalize;

  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, LAB_RUN_REVEALED, LAB_RUN_ASKING, flags);
  properties[PROP_PREDICTION] = g_param_spec_string ("prediction", NULL, NULL, NULL, flags);
  properties[PROP_OUTCOME] = g_param_spec_string ("outcome", NULL, NULL, NULL, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_FINDINGS] = g_param_spec_object ("findings", NULL, NULL, LAB_TYPE_FINDINGS, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
lab_run_init (LabRun *self)
{
  self->seconds = MAX_SECONDS;
}
