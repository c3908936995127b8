/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-gallery.h"

#include <glib/gi18n.h>

#include "lt-lab-card.h"
#include "lt-settings.h"

struct _LtLabGallery
{
  AdwBin          parent_instance;

  GtkSearchBar   *search_bar;
  GtkSearchEntry *search_entry;
  GtkStack       *stack;
  GtkBox         *groups;

  GPtrArray      *cards;                  /* (owned) of LtLabCard, each owned by its group */
  GtkWidget      *sections[LAB_N_GROUPS]; /* owned by @groups */
};

enum { OPEN, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtLabGallery, lt_lab_gallery, ADW_TYPE_BIN)

static const char *
get_group_title (LabGroup group)
{
  switch (group)
    {
    case LAB_GROUP_WINDOW:
      return _("Keep the Window Quick");

    case LAB_GROUP_MEMORY:
      return _("What Is Shared, and What Is Lost");

    case LAB_GROUP_LIFE:
      return _("How Processes Start and End");

    case LAB_GROUP_SPEED:
      return _("What Makes It Faster");

    case LAB_N_GROUPS:
    default:
      return "";
    }
}

char *
lt_lab_gallery_format_seconds (guint seconds)
{
  return g_strdup_printf (ngettext ("about %u second", "about %u seconds", seconds), seconds);
}

static void
card_clicked_cb (LtLabCard    *card,
                 LtLabGallery *self)
{
  g_signal_emit (self, signals[OPEN], 0, lt_lab_card_get_id (card));
}

static GtkFlowBox *
add_section (LtLabGallery *self,
             LabGroup      group)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *title = gtk_label_new (get_group_title (group));
  GtkFlowBox *cards = GTK_FLOW_BOX (gtk_flow_box_new ());

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_add_css_class (title, "title-4");
  gtk_widget_set_vexpand (section, FALSE);   /* as the cards would: they fill their row */
  gtk_flow_box_set_homogeneous (cards, TRUE);
  gtk_flow_box_set_selection_mode (cards, GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (cards, 1);
  gtk_flow_box_set_max_children_per_line (cards, 3);
  gtk_flow_box_set_column_spacing (cards, 12);
  gtk_flow_box_set_row_spacing (cards, 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cards), GTK_ACCESSIBLE_PROPERTY_LABEL, get_group_title (group), -1);
  gtk_box_append (GTK_BOX (section), title);
  gtk_box_append (GTK_BOX (section), GTK_WIDGET (cards));
  gtk_box_append (self->groups, section);
  self->sections[group] = section;
  return cards;
}

static void
add_card (LtLabGallery *self,
          GtkFlowBox   *cards,
          GtkWidget    *card)
{
  GtkWidget *child = gtk_flow_box_child_new ();

  /* The card itself is what takes the focus. */
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), card);
  gtk_flow_box_append (cards, child);
  g_ptr_array_add (self->cards, card);
  g_signal_connect (card, "clicked", G_CALLBACK (card_clicked_cb), self);
}

static void
add_groups (LtLabGallery *self)
{
  for (LabGroup group = 0; group < LAB_N_GROUPS; group++)
    {
      GtkFlowBox *cards = add_section (self, group);

      for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
        if ((*experiment)->group == group)
          add_card (self, cards, lt_lab_card_new (*experiment));
      if (group == LAB_GROUP_SPEED)
        add_card (self, cards, lt_lab_card_new (NULL));
    }
}

static void
search_changed_cb (LtLabGallery *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  guint n_shown[LAB_N_GROUPS] = { 0 }, n = 0;

  for (guint i = 0; i < self->cards->len; i++)
    {
      LtLabCard *card = g_ptr_array_index (self->cards, i);
      gboolean shown = lt_lab_card_matches (card, text);

      gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (card)), shown);
      n_shown[lt_lab_card_get_group (card)] += shown;
      n += shown;
    }
  for (LabGroup group = 0; group < LAB_N_GROUPS; group++)
    gtk_widget_set_visible (self->sections[group], n_shown[group] > 0);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "cards" : "none");
}

/* Enter opens the only one that is left. */
static void
search_activate_cb (LtLabGallery *self)
{
  LtLabCard *found = NULL;

  for (guint i = 0; i < self->cards->len; i++)
    {
      LtLabCard *card = g_ptr_array_index (self->cards, i);

      if (!gtk_widget_get_visible (gtk_widget_get_parent (GTK_WIDGET (card))))
        continue;
      if (found != NULL)
        return;
      found = card;
    }
  if (found != NULL)
    card_clicked_cb (found, self);
}

static void
clear_clicked_cb (LtLabGallery *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
}

static void
lt_lab_gallery_dispose (GObject *object)
{
  LtLabGallery *self = LT_LAB_GALLERY (object);

  g_ptr_array_set_size (self->cards, 0);

  G_OBJECT_CLASS (lt_lab_gallery_parent_class)->dispose (object);
}

static void
lt_lab_gallery_finalize (GObject *object)
{
  g_ptr_array_unref (LT_LAB_GALLERY (object)->cards);

  G_OBJECT_CLASS (lt_lab_gallery_parent_class)->finalize (object);
}

static void
lt_lab_gallery_class_init (LtLabGalleryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_lab_gallery_dispose;
  object_class->finalize = lt_lab_gallery_finalize;

  signals[OPEN] = g_signal_new ("open", LT_TYPE_LAB_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-gallery.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabGallery, search_bar);
  gtk_widget_class_bind_template_child (widget_class, LtLabGallery, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LtLabGallery, stack);
  gtk_widget_class_bind_template_child (widget_class, LtLabGallery, groups);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
}

static void
lt_lab_gallery_init (LtLabGallery *self)
{
  self->cards = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  add_groups (self);
  search_changed_cb (self);
}

void
lt_lab_gallery_find (LtLabGallery *self)
{
  g_return_if_fail (LT_IS_LAB_GALLERY (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

void
lt_lab_gallery_refresh (LtLabGallery *self)
{
  g_return_if_fail (LT_IS_LAB_GALLERY (self));

  for (guint i = 0; i < self->cards->len; i++)
    lt_lab_card_refresh (g_ptr_array_index (self->cards, i));
}

void
lt_lab_gallery_focus (LtLabGallery *self,
                      const char   *id)
{
  g_return_if_fail (LT_IS_LAB_GALLERY (self));

  for (guint i = 0; i < self->cards->len; i++)
    if (g_strcmp0 (lt_lab_card_get_id (g_ptr_array_index (self->cards, i)), id) == 0)
      {
        gtk_widget_grab_focus (g_ptr_array_index (self->cards, i));
        return;
      }
  gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}
