/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-menu.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "lt-process-column.h"
#include "lt-process-properties.h"
#include "lt-processes-view.h"
#include "lt-window.h"

/* The row as it was when somebody asked, and where to answer. */
typedef struct
{
  HaulProcessInfo *info;     /* (owned) */
  GPtrArray       *group;    /* (owned) (nullable) of HaulProcessInfo: its process group, if all of that is ours */
  GWeakRef         widget;
} Target;

static Target *
target_new (HaulProcessInfo *info,
            GPtrArray       *group,
            GtkWidget       *widget)
{
  Target *self = g_new0 (Target, 1);

  self->info = g_object_ref (info);
  self->group = group != NULL ? g_ptr_array_ref (group) : NULL;
  g_weak_ref_init (&self->widget, widget);
  return self;
}

static void
target_free (gpointer data)
{
  Target *self = data;

  g_object_unref (self->info);
  g_clear_pointer (&self->group, g_ptr_array_unref);
  g_weak_ref_clear (&self->widget);
  g_free (self);
}

static void
tell (Target     *self,
      const char *text)
{
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&self->widget);
  GtkRoot *root = widget != NULL ? gtk_widget_get_root (widget) : NULL;

  if (root != NULL && LT_IS_WINDOW (root))
    lt_window_toast (LT_WINDOW (root), text, NULL, NULL);
}

static void
tell_error (Target       *self,
            const GError *error)
{
  /* Translators: the name of a process, and why nothing was done to it */
  g_autofree char *text = g_strdup_printf (_("Nothing was done to “%s”: %s"), haul_process_info_get_name (self->info), error->message);

  tell (self, text);
}

static gboolean
send_signal (Target *self,
             int     number)
{
  g_autoptr(GError) error = NULL;

  if (haul_process_info_signal (self->info, number, &error))
    return TRUE;
  tell_error (self, error);
  return FALSE;
}

/* A job is told, and not only its process: so it knows that it is paused, or canceled and did not crash. */
static gboolean
has_job (Target   *self,
         HaulJob **ret_job)
{
  *ret_job = haul_process_info_dup_job (self->info);
  if (*ret_job != NULL && haul_job_is_active (*ret_job) && haul_job_get_pid (*ret_job) == haul_process_info_get_pid (self->info))
    return TRUE;
  g_clear_object (ret_job);
  return FALSE;
}

static void
pause_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  g_autoptr(HaulJob) job = NULL;

  if (has_job (user_data, &job) && haul_job_get_can_pause (job))
    haul_job_pause (job);
  else
    (void) send_signal (user_data, SIGSTOP);
}

static void
resume_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  g_autoptr(HaulJob) job = NULL;

  if (has_job (user_data, &job) && haul_job_get_state (job) == HAUL_JOB_PAUSED)
    haul_job_resume (job);
  else
    (void) send_signal (user_data, SIGCONT);
}

static void
end_cb (GSimpleAction *action,
        GVariant      *parameter,
        gpointer       user_data)
{
  g_autoptr(HaulJob) job = NULL;

  if (has_job (user_data, &job))
    haul_job_cancel (job);
  else if (send_signal (user_data, SIGTERM)
           && g_str_equal (haul_process_info_get_state (((Target *) user_data)->info), "T"))
    (void) send_signal (user_data, SIGCONT);   /* what is stopped does not hear it */
}

/* One by one, each of them as it was in the list: who came into the group later is not meant. */
static void
send_group (Target *self,
            int     number)
{
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; self->group != NULL && i < self->group->len; i++)
    n += haul_process_info_signal (self->group->pdata[i], number, NULL);
  if (n == 0)
    text = g_strdup (_("Nothing was done: all of the group are gone"));
  else
    /* Translators: the name of a signal, and to how many processes it was sent */
    text = g_strdup_printf (ngettext ("%s sent to %u process", "%s sent to %u processes", n), haul_signal_name (number), n);
  tell (self, text);
}

/* The one that is asked about, or its group. */
static void
answered_cb (AdwMessageDialog *dialog,
             const char       *response,
             Target           *target)
{
  if (g_str_equal (response, "force"))
    (void) send_signal (target, SIGKILL);
  else if (g_str_equal (response, "force-group"))
    send_group (target, SIGKILL);
}

static void
free_target_cb (gpointer  target,
                GClosure *closure)
{
  target_free (target);
}

static void
ask (Target     *self,
     const char *heading,
     const char *body,
     const char *response)
{
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&self->widget);
  GtkRoot *root = widget != NULL ? gtk_widget_get_root (widget) : NULL;
  GtkWidget *dialog;

  if (root == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (root), heading, body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), response, _("_Force Stop"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), response, ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), target_new (self->info, self->group, GTK_WIDGET (root)),
                         free_target_cb, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
force_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  Target *self = user_data;
  g_autofree char *heading = g_strdup_printf (_("Force Stop “%s”?"), haul_process_info_get_name (self->info));
  g_autofree char *body = g_strdup_printf (_("Process %d ends at once. What it has done since it last said something is lost."),
                                           haul_process_info_get_pid (self->info));

  ask (self, heading, body, "force");
}

static void
force_group (Target *self)
{
  g_autofree char *heading = g_strdup_printf (ngettext ("Force Stop %u Process?", "Force Stop %u Processes?", self->group->len),
                                              self->group->len);
  g_autofree char *body = g_strdup_printf (_("All of the group of “%s” end at once. What they have done since they last said something is lost."),
                                           haul_process_info_get_name (self->info));

  ask (self, heading, body, "force-group");
}

/* SIGKILL is Force Stop, by whatever name it is asked for. */
static void
signal_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  Target *self = user_data;
  int number = g_variant_get_int32 (parameter);
  g_autofree char *text = NULL;

  if (number == SIGKILL)
    {
      force_cb (action, NULL, self);
      return;
    }
  if (haul_signal_meaning (number)[0] == '\0' || !send_signal (self, number))
    return;
  /* Translators: the name of a signal, of a process, and its number */
  text = g_strdup_printf (_("%s sent to “%s”, process %d"), haul_signal_name (number), haul_process_info_get_name (self->info),
                          haul_process_info_get_pid (self->info));
  tell (self, text);
}

static void
signal_group_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  Target *self = user_data;
  int number = g_variant_get_int32 (parameter);

  if (self->group == NULL || haul_signal_meaning (number)[0] == '\0')
    return;
  if (number == SIGKILL)
    force_group (self);
  else
    send_group (self, number);
}

static void
nice_cb (GSimpleAction *action,
         GVariant      *state,
         gpointer       user_data)
{
  Target *self = user_data;
  g_autoptr(GError) error = NULL;
  int nice = g_variant_get_int32 (state);

  if (nice < -20 || nice > 19)
    return;
  if (haul_process_info_set_nice (self->info, nice, &error))
    g_simple_action_set_state (action, state);
  else
    tell_error (self, error);
}

/* Switches one on or off; one has to be left. */
static void
cpu_cb (GSimpleAction *action,
        GVariant      *state,
        gpointer       user_data)
{
  Target *self = user_data;
  g_autoptr(GError) error = NULL;
  guint number = (guint) g_ascii_strtoull (g_action_get_name (G_ACTION (action)) + strlen ("cpu-"), NULL, 10);
  gsize n_before = 0;
  g_autofree guint *before = haul_process_info_dup_cpus (self->info, &n_before, &error);
  g_autoptr(GArray) cpus = g_array_new (FALSE, FALSE, sizeof (guint));

  for (gsize i = 0; i < n_before; i++)
    if (before[i] != number)
      g_array_append_val (cpus, before[i]);
  if (g_variant_get_boolean (state))
    g_array_append_val (cpus, number);

  if (before == NULL)
    tell_error (self, error);
  else if (cpus->len == 0)
    tell (self, _("A process needs a processor to run on"));
  else if (haul_process_info_set_cpus (self->info, (const guint *) cpus->data, cpus->len, &error))
    g_simple_action_set_state (action, state);
  else
    tell_error (self, error);
}

static void
show_job_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  Target *self = user_data;
  g_autoptr(HaulJob) job = haul_process_info_dup_job (self->info);
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&self->widget);
  GtkRoot *root = widget != NULL ? gtk_widget_get_root (widget) : NULL;

  if (job == NULL || root == NULL || !LT_IS_WINDOW (root))
    return;
  lt_window_select (LT_WINDOW (root), job);
  (void) gtk_widget_activate_action (GTK_WIDGET (root), "win.view", "s", "jobs");
}

static void
join_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_autoptr(HaulJob) job = haul_process_info_dup_job (((Target *) user_data)->info);

  if (job != NULL && haul_job_get_held (job))
    haul_job_collect (job);
}

static void
copy_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  Target *self = user_data;
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&self->widget);
  g_autofree char *text = lt_process_describe (self->info);

  if (widget != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
show_properties (Target     *self,
                 const char *page)
{
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&self->widget);
  GtkWidget *view = widget != NULL ? gtk_widget_get_ancestor (widget, LT_TYPE_PROCESSES_VIEW) : NULL;

  if (view == NULL || gtk_widget_get_root (view) == NULL)
    return;
  lt_process_properties_present (self->info, lt_processes_view_get_list (LT_PROCESSES_VIEW (view)),
                                 GTK_WINDOW (gtk_widget_get_root (view)), page);
}

static void
properties_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  show_properties (user_data, "properties");
}

static void
files_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  show_properties (user_data, "files");
}

static void
add (GSimpleActionGroup *group,
     GSimpleAction      *action,
     GCallback           callback,
     Target             *target)
{
  g_signal_connect (action, g_action_get_state_type (G_ACTION (action)) != NULL ? "change-state" : "activate", callback, target);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  g_object_unref (action);
}

static void
add_cpus (GSimpleActionGroup *group,
          Target             *target)
{
  gsize n = 0;
  g_autofree guint *cpus = haul_process_info_dup_cpus (target->info, &n, NULL);

  for (guint i = 0; i < g_get_num_processors (); i++)
    {
      g_autofree char *name = g_strdup_printf ("cpu-%u", i);
      gboolean allowed = FALSE;

      for (gsize j = 0; j < n; j++)
        allowed = allowed || cpus[j] == i;
      add (group, g_simple_action_new_stateful (name, NULL, g_variant_new_boolean (allowed)), G_CALLBACK (cpu_cb), target);
    }
}

GSimpleActionGroup *
lt_process_actions_new (HaulProcessInfo *info,
                        GtkWidget       *widget)
{
  static const struct { const char *name; GCallback callback; } entries[] = {
    { "pause", G_CALLBACK (pause_cb) }, { "resume", G_CALLBACK (resume_cb) }, { "end", G_CALLBACK (end_cb) },
    { "force", G_CALLBACK (force_cb) }, { "join", G_CALLBACK (join_cb) }, { "show-job", G_CALLBACK (show_job_cb) }, { "copy", G_CALLBACK (copy_cb) },
    { "properties", G_CALLBACK (properties_cb) }, { "files", G_CALLBACK (files_cb) },
  };
  GSimpleActionGroup *group = g_simple_action_group_new ();
  g_autoptr(GPtrArray) processes = lt_process_menu_dup_group (info, widget);
  Target *target = target_new (info, processes, widget);

  g_object_set_data_full (G_OBJECT (group), "target", target, target_free);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    add (group, g_simple_action_new (entries[i].name, NULL), entries[i].callback, target);
  add (group, g_simple_action_new ("signal", G_VARIANT_TYPE_INT32), G_CALLBACK (signal_cb), target);
  add (group, g_simple_action_new ("signal-group", G_VARIANT_TYPE_INT32), G_CALLBACK (signal_group_cb), target);
  add (group, g_simple_action_new_stateful ("nice", G_VARIANT_TYPE_INT32, g_variant_new_int32 (haul_process_info_get_nice (info))),
       G_CALLBACK (nice_cb), target);
  add_cpus (group, target);
  return group;
}
