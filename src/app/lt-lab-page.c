/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-page.h"

#include <glib/gi18n.h>

#include "haul/haul.h"
#include "lt-lab-params.h"
#include "lt-lab-picture.h"
#include "lt-lab-why.h"
#include "lt-scroll.h"
#include "lt-settings.h"

#define PULSE_MS      100
#define N_REPEAT      5

/* The window that freezes: told first, and then for so long. */
#define ANNOUNCE_MS   2000
#define FREEZE_US     (3 * G_USEC_PER_SEC)

struct _LtLabPage
{
  AdwBin               parent_instance;

  GtkScrolledWindow   *scrolled;
  GtkWidget           *column;
  GtkLabel            *question;
  GtkWidget           *hints_box;
  GtkLabel            *hints;
  GtkWidget           *predict_section;
  GtkBox              *predictions;
  GtkWidget           *skip_button;
  GtkWidget           *watch_section;
  LtLabParams         *params;
  GtkWidget           *run_button;
  GtkLabel            *run_label;
  GtkWidget           *stop_button;
  GtkWidget           *repeat_button;
  GtkProgressBar      *progress;
  GtkLabel            *status;
  LtLabPicture        *picture;
  GtkWidget           *why_section;
  LtLabWhy            *why;
  GtkWidget           *end_buttons;
  GtkButton           *next_button;

  const LabExperiment *experiment;
  const LabExperiment *next;         /* (nullable) */
  LabRun              *run;          /* (owned) */
  AdwAnimation        *scrolling;    /* (owned) (nullable) */
  gboolean             typed_wrong;  /* a parameter cannot be what was typed */
  gboolean             stopped;      /* and therefore there is nothing to see */
  guint                n_times;      /* that it is run */
  guint                pulse_id;
  guint                freeze_id;
  guint                scroll_id;
  double               scroll_top;   /* where to, when that was looked at last */
};

enum { OPEN, SAVE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtLabPage, lt_lab_page, ADW_TYPE_BIN)

static void
set_status (LtLabPage  *self,
            const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (self->status), text) == 0)
    return;
  gtk_label_set_label (self->status, text);
  gtk_widget_set_visible (GTK_WIDGET (self->status), *text != '\0');
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* What has just begun to happen is to be in sight, once it has a place and kept it for a moment. */
static gboolean
scroll_cb (gpointer user_data)
{
  LtLabPage *self = user_data;
  GtkWidget *picture = gtk_widget_get_visible (GTK_WIDGET (self->picture)) ? GTK_WIDGET (self->picture) : self->why_section;
  GtkWidget *outcome = lt_lab_why_get_outcome (self->why);
  gboolean revealed = lab_run_get_state (self->run) == LAB_RUN_REVEALED && gtk_widget_get_mapped (outcome);
  double top = lt_scroll_get_top (self->column, self->watch_section);

  if (revealed)
    top = MAX (top, lt_scroll_find_top (self->scrolled, self->column, picture, outcome));
  if (top != self->scroll_top || (revealed && gtk_widget_get_height (outcome) == 0))
    {
      self->scroll_top = top;
      return G_SOURCE_CONTINUE;
    }
  self->scroll_id = 0;
  g_clear_object (&self->scrolling);
  self->scrolling = lt_scroll_to (self->scrolled, top);
  return G_SOURCE_REMOVE;
}

static void
plan_scroll (LtLabPage *self)
{
  if (self->scroll_id != 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->scroll_top = -1;
  self->scroll_id = g_timeout_add (50, scroll_cb, self);
  g_source_set_name_by_id (self->scroll_id, "[long-tasks] scroll an experiment");
}

/* What stands on the page now. */

static gboolean
pulse_cb (gpointer user_data)
{
  LtLabPage *self = user_data;

  if (lab_run_get_fraction (self->run) == 0)
    gtk_progress_bar_pulse (self->progress);
  return G_SOURCE_CONTINUE;
}

static char *
describe_progress (LtLabPage *self)
{
  HaulJob *job = lab_run_get_job (self->run);
  g_autofree char *progress = job != NULL ? haul_format_progress (job) : NULL;
  guint now;

  if (self->n_times <= 1)
    return progress != NULL && *progress != '\0' ? g_steal_pointer (&progress) : g_strdup (_("Running"));
  now = MIN ((guint) (lab_run_get_fraction (self->run) * self->n_times + 1e-9) + 1, self->n_times);
  return g_strdup_printf (_("Run %u of %u"), now, self->n_times);
}

static void
fraction_cb (LtLabPage *self)
{
  double fraction = lab_run_get_fraction (self->run);
  g_autofree char *text = NULL;

  if (lab_run_get_state (self->run) != LAB_RUN_RUNNING)
    return;
  text = describe_progress (self);
  if (fraction > 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  gtk_progress_bar_set_text (self->progress, text);
}

static void
show_running (LtLabPage *self,
              gboolean   running)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));   /* none when another page has taken its place */
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean had_focus = focus != NULL && (focus == self->run_button || focus == self->stop_button);

  gtk_widget_set_visible (self->run_button, !running);
  gtk_widget_set_visible (self->stop_button, running);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->watch_section), GTK_ACCESSIBLE_STATE_BUSY, running, -1);
  if (had_focus)
    gtk_widget_grab_focus (running ? self->stop_button : self->run_button);
  if (running && self->pulse_id == 0)
    {
      self->pulse_id = g_timeout_add (PULSE_MS, pulse_cb, self);
      g_source_set_name_by_id (self->pulse_id, "[long-tasks] experiment runs");
    }
  else if (!running)
    {
      g_clear_handle_id (&self->pulse_id, g_source_remove);
      gtk_progress_bar_set_fraction (self->progress, 0);
    }
}

static void
show_status (LtLabPage   *self,
             LabRunState  state)
{
  HaulJob *job = lab_run_get_job (self->run);
  g_autofree char *duration = NULL;
  g_autofree char *text = NULL;

  if (self->typed_wrong || self->freeze_id != 0)
    return;
  if (state == LAB_RUN_ASKING)
    set_status (self, _("Choose what you think will happen, and run it"));
  else if (state == LAB_RUN_RUNNING)
    set_status (self, _("Running"));
  else if (self->stopped)
    set_status (self, _("Stopped"));
  else if (state == LAB_RUN_REVEALED && lab_run_get_error (self->run) == NULL && job != NULL)
    {
      duration = haul_format_duration (haul_job_get_elapsed (job));
      text = g_strdup_printf (_("Done in %s"), duration);
      set_status (self, text);
    }
  else
    set_status (self, "");
}

static void
update (LtLabPage *self)
{
  LabRunState state = lab_run_get_state (self->run);
  gboolean busy = state == LAB_RUN_RUNNING || self->freeze_id != 0;
  gboolean may_run = (state == LAB_RUN_READY || state == LAB_RUN_REVEALED) && !busy && !self->typed_wrong;

  gtk_widget_set_sensitive (GTK_WIDGET (self->predictions), state == LAB_RUN_ASKING || (state == LAB_RUN_READY && !busy));
  gtk_widget_set_visible (self->skip_button, state == LAB_RUN_ASKING);
  gtk_widget_set_sensitive (GTK_WIDGET (self->params), state != LAB_RUN_ASKING && !busy);
  gtk_widget_set_sensitive (self->run_button, may_run);
  gtk_widget_set_sensitive (self->end_buttons, !busy);
  gtk_widget_set_visible (self->repeat_button, state == LAB_RUN_REVEALED);
  gtk_widget_set_sensitive (self->repeat_button, may_run);
  gtk_label_set_label (self->run_label, state == LAB_RUN_REVEALED ? _("_Run Again") : _("_Run"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->run_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  state == LAB_RUN_REVEALED ? _("Run Again") : _("Run"), -1);
  gtk_widget_set_visible (self->why_section, state == LAB_RUN_REVEALED);
  show_status (self, state);
}

static void
findings_cb (LtLabPage *self)
{
  lt_lab_picture_set_findings (self->picture, self->experiment, lab_run_get_findings (self->run),
                               lab_run_get_earlier (self->run));
}

static void
state_cb (LtLabPage *self)
{
  LabRunState state = lab_run_get_state (self->run);

  if (state == LAB_RUN_REVEALED)
    {
      findings_cb (self);
      lt_lab_why_show (self->why, self->run);
      if (lab_run_get_error (self->run) == NULL)
        lt_settings_finish_lab (lab_experiment_get_id (self->experiment));
    }
  update (self);
  show_running (self, state == LAB_RUN_RUNNING);
  if (state == LAB_RUN_RUNNING || (state == LAB_RUN_REVEALED && !self->stopped))
    plan_scroll (self);
}

/* What people do. */

static void
params_changed_cb (LtLabPage *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) typed = lt_lab_params_dup_arguments (self->params, &error);

  self->stopped = FALSE;
  self->typed_wrong = typed == NULL || !lab_run_set_arguments (self->run, typed, &error);
  if (self->typed_wrong)
    set_status (self, error->message);
  update (self);
}

static void
prediction_toggled_cb (GtkCheckButton *button,
                       LtLabPage      *self)
{
  if (gtk_check_button_get_active (button))
    lab_run_predict (self->run, g_object_get_data (G_OBJECT (button), "prediction"));
}

/* The app's own loop computes here, and nothing else happens: that is what is shown. */
static void
freeze (void)
{
  gint64 end = g_get_monotonic_time () + FREEZE_US;

  while (g_get_monotonic_time () < end)
    for (volatile guint i = 0; i < 100000; i++)
      ;
}

static gboolean
freeze_cb (gpointer user_data)
{
  LtLabPage *self = user_data;

  freeze ();
  self->freeze_id = 0;
  (void) lab_run_start (self->run, self->n_times);
  return G_SOURCE_REMOVE;
}

void
lt_lab_page_start (LtLabPage *self,
                   guint      n_times)
{
  LabRunState state;

  g_return_if_fail (LT_IS_LAB_PAGE (self));

  state = lab_run_get_state (self->run);
  if ((state != LAB_RUN_READY && state != LAB_RUN_REVEALED) || self->typed_wrong || self->freeze_id != 0)
    return;
  self->n_times = n_times;
  self->stopped = FALSE;
  if (!self->experiment->freezes_window || n_times > 1)
    {
      (void) lab_run_start (self->run, n_times);
      return;
    }
  set_status (self, _("This window will stop for 3 seconds now. Watch the number in its header bar, and try to move it."));
  self->freeze_id = g_timeout_add (ANNOUNCE_MS, freeze_cb, self);
  g_source_set_name_by_id (self->freeze_id, "[long-tasks] freeze the window");
  update (self);
}

static void
run_clicked_cb (LtLabPage *self)
{
  lt_lab_page_start (self, 1);
}

static void
repeat_clicked_cb (LtLabPage *self)
{
  lt_lab_page_start (self, N_REPEAT);
}

static void
skip_clicked_cb (LtLabPage *self)
{
  lab_run_skip (self->run);
  gtk_widget_grab_focus (self->run_button);
  lt_lab_page_start (self, 1);
}

void
lt_lab_page_stop (LtLabPage *self)
{
  g_return_if_fail (LT_IS_LAB_PAGE (self));

  if (self->freeze_id != 0)
    {
      g_clear_handle_id (&self->freeze_id, g_source_remove);
      update (self);
    }
  self->stopped = lab_run_get_state (self->run) == LAB_RUN_RUNNING;
  lab_run_cancel (self->run);
}

gboolean
lt_lab_page_is_stopping (LtLabPage *self)
{
  g_return_val_if_fail (LT_IS_LAB_PAGE (self), FALSE);

  return self->stopped && lab_run_get_state (self->run) == LAB_RUN_RUNNING;
}

static void
next_clicked_cb (LtLabPage *self)
{
  if (self->next != NULL)
    g_signal_emit (self, signals[OPEN], 0, lab_experiment_get_id (self->next));
}

static void
save_clicked_cb (LtLabPage *self)
{
  g_signal_emit (self, signals[SAVE], 0);
}

/* Enter in a field runs it. */
static void
lt_lab_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_lab_page_parent_class)->map (widget);

  gtk_window_set_default_widget (GTK_WINDOW (gtk_widget_get_root (widget)), LT_LAB_PAGE (widget)->run_button);
}

static void
lt_lab_page_unmap (GtkWidget *widget)
{
  gtk_window_set_default_widget (GTK_WINDOW (gtk_widget_get_root (widget)), NULL);

  GTK_WIDGET_CLASS (lt_lab_page_parent_class)->unmap (widget);
}

static gboolean
lt_lab_page_grab_focus (GtkWidget *widget)
{
  LtLabPage *self = LT_LAB_PAGE (widget);

  if (gtk_widget_get_sensitive (GTK_WIDGET (self->predictions)))
    return gtk_widget_child_focus (GTK_WIDGET (self->predictions), GTK_DIR_TAB_FORWARD);
  return gtk_widget_grab_focus (self->run_button);
}

static void
lt_lab_page_dispose (GObject *object)
{
  LtLabPage *self = LT_LAB_PAGE (object);

  g_clear_handle_id (&self->pulse_id, g_source_remove);
  g_clear_handle_id (&self->freeze_id, g_source_remove);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  g_clear_object (&self->scrolling);
  if (self->run != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->run, self);
      lab_run_cancel (self->run);   /* which keeps itself until it has ended */
      g_clear_object (&self->run);
    }

  G_OBJECT_CLASS (lt_lab_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, column);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, question);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, hints_box);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, hints);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, predict_section);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, predictions);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, skip_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, watch_section);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, params);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, run_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, run_label);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, repeat_button);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, progress);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, status);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, picture);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, why_section);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, why);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, end_buttons);
  gtk_widget_class_bind_template_child (widget_class, LtLabPage, next_button);
}

static void
lt_lab_page_class_init (LtLabPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_lab_page_dispose;
  widget_class->map = lt_lab_page_map;
  widget_class->unmap = lt_lab_page_unmap;
  widget_class->grab_focus = lt_lab_page_grab_focus;

  signals[OPEN] = g_signal_new ("open", LT_TYPE_LAB_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SAVE] = g_signal_new ("save", LT_TYPE_LAB_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (LT_TYPE_LAB_PARAMS);
  g_type_ensure (LT_TYPE_LAB_PICTURE);
  g_type_ensure (LT_TYPE_LAB_WHY);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, params_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, repeat_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, skip_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, lt_lab_page_stop);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked_cb);
}

static void
lt_lab_page_init (LtLabPage *self)
{
  self->n_times = 1;
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_predictions (LtLabPage *self)
{
  GtkCheckButton *first = NULL;

  for (const HaulChoice *choice = self->experiment->predictions; choice != NULL && choice->id != NULL; choice++)
    {
      GtkWidget *button = g_object_new (GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_RADIO, NULL);
      GtkWidget *label = gtk_label_new (_(choice->title));   /* its own would not wrap */

      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_set_margin_start (label, 6);
      gtk_check_button_set_child (GTK_CHECK_BUTTON (button), label);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _(choice->title), -1);
      gtk_check_button_set_group (GTK_CHECK_BUTTON (button), first);
      g_object_set_data (G_OBJECT (button), "prediction", (gpointer) choice->id);
      g_signal_connect (button, "toggled", G_CALLBACK (prediction_toggled_cb), self);
      gtk_box_append (self->predictions, button);
      if (first == NULL)
        first = GTK_CHECK_BUTTON (button);
    }
  gtk_widget_set_visible (self->predict_section, first != NULL);
}

static void
show_next (LtLabPage *self)
{
  g_autofree char *label = NULL;

  self->next = lt_lab_params_find_next (self->experiment);
  gtk_widget_set_visible (GTK_WIDGET (self->next_button), self->next != NULL);
  if (self->next == NULL)
    return;
  /* Translators: the title of an experiment */
  label = g_strdup_printf (_("Next: %s"), _(self->next->task.title));
  gtk_button_set_label (self->next_button, label);
}

GtkWidget *
lt_lab_page_new (const LabExperiment *experiment)
{
  LtLabPage *self;

  g_return_val_if_fail (experiment != NULL, NULL);

  self = g_object_new (LT_TYPE_LAB_PAGE, NULL);
  self->experiment = experiment;
  self->run = lab_run_new (experiment);
  lab_run_set_time_limit (self->run, lt_settings_get_lab_seconds ());
  if (!lt_settings_get_predicts ())
    lab_run_skip (self->run);
  gtk_label_set_label (self->question, _(experiment->question));
  add_predictions (self);
  lt_lab_params_set_task (self->params, &experiment->task);
  show_next (self);
  g_signal_connect_swapped (self->run, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->run, "notify::findings", G_CALLBACK (findings_cb), self);
  g_signal_connect_swapped (self->run, "notify::fraction", G_CALLBACK (fraction_cb), self);
  findings_cb (self);
  params_changed_cb (self);
  return GTK_WIDGET (self);
}

const LabExperiment *
lt_lab_page_get_experiment (LtLabPage *self)
{
  g_return_val_if_fail (LT_IS_LAB_PAGE (self), NULL);

  return self->experiment;
}

LabRun *
lt_lab_page_get_run (LtLabPage *self)
{
  g_return_val_if_fail (LT_IS_LAB_PAGE (self), NULL);

  return self->run;
}

gboolean
lt_lab_page_set_arguments (LtLabPage  *self,
                           GVariant   *arguments,
                           GError    **error)
{
  g_return_val_if_fail (LT_IS_LAB_PAGE (self), FALSE);

  if (!lab_run_set_arguments (self->run, arguments, error))
    return FALSE;
  lt_lab_params_set_arguments (self->params, lab_run_get_arguments (self->run));
  return TRUE;
}

void
lt_lab_page_predict (LtLabPage  *self,
                     const char *prediction)
{
  g_return_if_fail (LT_IS_LAB_PAGE (self));

  for (GtkWidget *button = gtk_widget_get_first_child (GTK_WIDGET (self->predictions)); button != NULL;
       button = gtk_widget_get_next_sibling (button))
    if (g_strcmp0 (g_object_get_data (G_OBJECT (button), "prediction"), prediction) == 0)
      gtk_check_button_set_active (GTK_CHECK_BUTTON (button), TRUE);
  if (lab_run_get_state (self->run) == LAB_RUN_ASKING)
    lab_run_skip (self->run);
}

void
lt_lab_page_set_lesson (LtLabPage  *self,
                        const char *question,
                        const char *hints)
{
  g_return_if_fail (LT_IS_LAB_PAGE (self));

  if (question != NULL && *question != '\0')
    gtk_label_set_label (self->question, question);
  gtk_label_set_label (self->hints, hints != NULL ? hints : "");
  gtk_widget_set_visible (self->hints_box, hints != NULL && *hints != '\0');
}
