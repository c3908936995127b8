/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-param-row.h"

#include <glib/gi18n.h>

#include "lt-file-field.h"

struct _LtParamRow
{
  GtkBox           parent_instance;

  const HaulParam *param;
  GtkWidget       *row;       /* AdwEntryRow, or AdwComboRow for a choice */
  GtkLabel        *message;
  char            *help;      /* (owned) */
  gboolean         touched;   /* what is missing from the start is no mistake yet */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtParamRow, lt_param_row, GTK_TYPE_BOX)

static void
changed_cb (LtParamRow *self)
{
  self->touched = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
lt_param_row_finalize (GObject *object)
{
  LtParamRow *self = LT_PARAM_ROW (object);

  g_free (self->help);

  G_OBJECT_CLASS (lt_param_row_parent_class)->finalize (object);
}

/* What was typed there is selected, so that typing takes its place. */
static gboolean
lt_param_row_grab_focus (GtkWidget *widget)
{
  LtParamRow *self = LT_PARAM_ROW (widget);

  if (GTK_IS_EDITABLE (self->row))
    return gtk_widget_grab_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self->row))));
  return gtk_widget_grab_focus (self->row);
}

static void
lt_param_row_class_init (LtParamRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lt_param_row_finalize;
  GTK_WIDGET_CLASS (klass)->grab_focus = lt_param_row_grab_focus;

  signals[CHANGED] = g_signal_new ("changed", LT_TYPE_PARAM_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lt_param_row_init (LtParamRow *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
}

static guint
find_choice (const HaulParam *param,
             const char      *id)
{
  for (guint i = 0; param->choices[i].id != NULL; i++)
    if (g_strcmp0 (param->choices[i].id, id) == 0)
      return i;
  return 0;
}

static GtkWidget *
create_combo (LtParamRow *self,
              GVariant   *initial)
{
  const HaulParam *param = self->param;
  GtkStringList *words = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; param->choices[i].id != NULL; i++)
    gtk_string_list_append (words, _(param->choices[i].title));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (words));
  g_object_unref (words);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              find_choice (param, initial != NULL ? g_variant_get_string (initial, NULL) : param->initial_text));
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (changed_cb), self);
  return row;
}

/* As it is typed, and as haul_param_parse() reads it. */
static char *
format_initial (const HaulParam *param,
                GVariant        *initial)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (param->type != HAUL_PARAM_INT && param->type != HAUL_PARAM_DOUBLE)
    return g_strdup (initial != NULL ? g_variant_get_string (initial, NULL) : param->initial_text);
  if (param->type == HAUL_PARAM_INT)
    return g_strdup_printf ("%" G_GINT64_FORMAT, initial != NULL ? g_variant_get_int64 (initial) : (gint64) param->initial);
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.15g",
                                    initial != NULL ? g_variant_get_double (initial) : param->initial));
}

/* Numbers are written from left to right in all languages, or their sign would come behind them. */
static void
equip_number (AdwEntryRow *row)
{
  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (row));

  adw_entry_row_set_input_purpose (row, GTK_INPUT_PURPOSE_NUMBER);
  if (gtk_widget_get_direction (GTK_WIDGET (row)) == GTK_TEXT_DIR_RTL)
    gtk_editable_set_alignment (text, 1);
  gtk_widget_set_direction (GTK_WIDGET (text), GTK_TEXT_DIR_LTR);
}

static GtkWidget *
create_entry (LtParamRow *self,
              GVariant   *initial)
{
  GtkWidget *row = adw_entry_row_new ();
  g_autofree char *text = format_initial (self->param, initial);

  gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (row), TRUE);
  if (self->param->type == HAUL_PARAM_FILE)
    lt_file_field_equip (ADW_ENTRY_ROW (row));
  else if (self->param->type == HAUL_PARAM_INT || self->param->type == HAUL_PARAM_DOUBLE)
    equip_number (ADW_ENTRY_ROW (row));
  g_signal_connect_swapped (row, "changed", G_CALLBACK (changed_cb), self);
  return row;
}

static char *
format_help (const HaulParam *param)
{
  g_autofree char *range = NULL;
  g_autofree char *with_unit = NULL;
  const char *help = param->help != NULL ? _(param->help) : "";

  if (param->type != HAUL_PARAM_INT && param->type != HAUL_PARAM_DOUBLE)
    return g_strdup (help);
  range = haul_param_describe_range (param);
  if (range == NULL || *range == '\0')
    return g_strdup (help);
  if (param->unit == NULL)
    return g_strdup_printf ("%s · %s", help, range);
  with_unit = g_strdup_printf (_("%s %s"), range, _(param->unit));
  return g_strdup_printf ("%s · %s", help, with_unit);
}

LtParamRow *
lt_param_row_new (const HaulParam *param,
                  GVariant        *initial)
{
  LtParamRow *self;
  GtkWidget *list;

  g_return_val_if_fail (param != NULL, NULL);

  self = g_object_new (LT_TYPE_PARAM_ROW, NULL);
  self->param = param;
  self->help = format_help (param);
  self->row = param->type == HAUL_PARAM_CHOICE ? create_combo (self, initial) : create_entry (self, initial);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row), param->title != NULL ? _(param->title) : param->name);

  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), self->row);
  gtk_box_append (GTK_BOX (self), list);

  self->message = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->message, 0);
  gtk_label_set_wrap (self->message, TRUE);
  gtk_label_set_max_width_chars (self->message, 34);   /* or no two of them would be side by side */
  gtk_widget_set_margin_start (GTK_WIDGET (self->message), 12);
  gtk_widget_set_margin_end (GTK_WIDGET (self->message), 12);
  gtk_widget_add_css_class (GTK_WIDGET (self->message), "caption");
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->message));
  lt_param_row_set_error (self, NULL);

  return self;
}

const HaulParam *
lt_param_row_get_param (LtParamRow *self)
{
  g_return_val_if_fail (LT_IS_PARAM_ROW (self), NULL);

  return self->param;
}

GVariant *
lt_param_row_dup_value (LtParamRow  *self,
                        GError     **error)
{
  g_return_val_if_fail (LT_IS_PARAM_ROW (self), NULL);

  if (ADW_IS_COMBO_ROW (self->row))
    return haul_param_parse (self->param, self->param->choices[adw_combo_row_get_selected (ADW_COMBO_ROW (self->row))].id, error);
  return haul_param_parse (self->param, gtk_editable_get_text (GTK_EDITABLE (self->row)), error);
}

void
lt_param_row_set_text (LtParamRow *self,
                       const char *text)
{
  g_return_if_fail (LT_IS_PARAM_ROW (self));

  if (ADW_IS_COMBO_ROW (self->row))
    adw_combo_row_set_selected (ADW_COMBO_ROW (self->row), find_choice (self->param, text));
  else
    gtk_editable_set_text (GTK_EDITABLE (self->row), text);
}

void
lt_param_row_set_error (LtParamRow *self,
                        const char *message)
{
  g_return_if_fail (LT_IS_PARAM_ROW (self));

  if (!self->touched)
    message = NULL;
  gtk_label_set_label (self->message, message != NULL ? message : self->help);
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL || *self->help != '\0');
  if (message != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->row), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->message), "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->row), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->message), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->message), "dim-label");
    }
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->row), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  message != NULL ? message : self->help, -1);
}

const char *
lt_param_row_get_message (LtParamRow *self)
{
  g_return_val_if_fail (LT_IS_PARAM_ROW (self), NULL);

  return gtk_label_get_label (self->message);
}
