/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-card.h"

#include <glib/gi18n.h>

#include "lt-lab-gallery.h"
#include "lt-settings.h"

struct _LtLabCard
{
  GtkButton            parent_instance;

  GtkLabel            *title;
  GtkLabel            *question;
  GtkLabel            *seconds;
  GtkWidget           *done;

  const LabExperiment *experiment;   /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LtLabCard, lt_lab_card, GTK_TYPE_BUTTON)

static void
lt_lab_card_class_init (LtLabCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-card.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabCard, title);
  gtk_widget_class_bind_template_child (widget_class, LtLabCard, question);
  gtk_widget_class_bind_template_child (widget_class, LtLabCard, seconds);
  gtk_widget_class_bind_template_child (widget_class, LtLabCard, done);
}

static void
lt_lab_card_init (LtLabCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lt_lab_card_new (const LabExperiment *experiment)
{
  LtLabCard *self = g_object_new (LT_TYPE_LAB_CARD, NULL);
  g_autofree char *seconds = experiment != NULL ? lt_lab_gallery_format_seconds (experiment->seconds) : NULL;

  self->experiment = experiment;
  gtk_label_set_label (self->title, experiment != NULL ? _(experiment->task.title) : _("Same Task, Every Executor"));
  gtk_label_set_label (self->question, experiment != NULL ? _(experiment->question)
                       : _("One task on the main loop, in a thread, in a process and in the pool: what does each cost, "
                           "and what does it spare you?"));
  gtk_label_set_label (self->seconds, seconds != NULL ? seconds : _("a task of your choice"));
  lt_lab_card_refresh (self);
  return GTK_WIDGET (self);
}

const char *
lt_lab_card_get_id (LtLabCard *self)
{
  g_return_val_if_fail (LT_IS_LAB_CARD (self), NULL);

  return self->experiment != NULL ? lab_experiment_get_id (self->experiment) : "";
}

LabGroup
lt_lab_card_get_group (LtLabCard *self)
{
  g_return_val_if_fail (LT_IS_LAB_CARD (self), LAB_GROUP_SPEED);

  return self->experiment != NULL ? self->experiment->group : LAB_GROUP_SPEED;
}

/* Whether each of the words begins one of its own. */
gboolean
lt_lab_card_matches (LtLabCard  *self,
                     const char *words)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) own = NULL;
  g_auto(GStrv) wanted = NULL;

  g_return_val_if_fail (LT_IS_LAB_CARD (self), FALSE);

  text = g_strdup_printf ("%s %s %s", gtk_label_get_label (self->title), gtk_label_get_label (self->question),
                          self->experiment != NULL ? _(self->experiment->task.summary) : "");
  own = g_str_tokenize_and_fold (text, NULL, NULL);
  wanted = g_str_tokenize_and_fold (words, NULL, NULL);
  for (guint i = 0; wanted[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (guint n = 0; own[n] != NULL && !found; n++)
        found = g_str_has_prefix (own[n], wanted[i]);
      if (!found)
        return FALSE;
    }
  return TRUE;
}

void
lt_lab_card_refresh (LtLabCard *self)
{
  gboolean done;
  g_autofree char *name = NULL;

  g_return_if_fail (LT_IS_LAB_CARD (self));

  done = self->experiment != NULL && lt_settings_is_lab_done (lab_experiment_get_id (self->experiment));
  gtk_widget_set_visible (self->done, done);
  if (done)
    /* Translators: what a screen reader says of a card: its title, and how long it takes */
    name = g_strdup_printf (_("%s, %s, done"), gtk_label_get_label (self->title), gtk_label_get_label (self->seconds));
  else
    name = g_strdup_printf ("%s, %s", gtk_label_get_label (self->title), gtk_label_get_label (self->seconds));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, gtk_label_get_label (self->question), -1);
}
