/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-code.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lt-settings.h"

struct _LtLabCode
{
  AdwBin               parent_instance;

  GtkWidget           *c_listing;
  GtkLabel            *c_code;
  GtkWidget           *python_listing;
  GtkLabel            *python_code;

  const LabExperiment *experiment;   /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LtLabCode, lt_lab_code, ADW_TYPE_BIN)

/* Where the comment that begins at @text ends. */
static const char *
find_comment_end (const char *text,
                  gboolean    is_python)
{
  const char *end = strstr (text, is_python ? "\n" : "*/");

  if (end == NULL)
    return text + strlen (text);
  return is_python ? end : end + 2;
}

char *
lt_lab_code_highlight (const char *code,
                       gboolean    is_python)
{
  GString *markup = g_string_new (NULL);
  char quote = '\0';

  while (*code != '\0')
    {
      const char *next = code + 1;
      gboolean is_comment = quote == '\0' && (is_python ? *code == '#' : g_str_has_prefix (code, "/*"));
      g_autofree char *escaped = NULL;

      if (is_comment)
        next = find_comment_end (code, is_python);
      else if (*code == '\\' && next[0] != '\0')
        next++;
      else if (*code == quote || (quote == '\0' && (*code == '"' || *code == '\'')))
        quote = quote == '\0' ? *code : '\0';

      escaped = g_markup_escape_text (code, next - code);
      g_string_append_printf (markup, is_comment ? "<span alpha=\"60%%\">%s</span>" : "%s", escaped);
      code = next;
    }
  return g_string_free (markup, FALSE);
}

static void
set_code (GtkLabel   *label,
          const char *code,
          gboolean    is_python)
{
  g_autofree char *chomped = g_strchomp (g_strdup (code != NULL ? code : ""));
  g_autofree char *markup = lt_lab_code_highlight (chomped, is_python);

  gtk_label_set_markup (label, markup);
}

static void
copy_c_clicked_cb (LtLabCode *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->experiment->c_code);
}

static void
copy_python_clicked_cb (LtLabCode *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->experiment->python_code);
}

static void
update (LtLabCode  *self,
        const char *language)
{
  gboolean has_c = self->experiment != NULL && self->experiment->c_code != NULL;
  gboolean has_python = self->experiment != NULL && self->experiment->python_code != NULL;

  gtk_widget_set_visible (self->c_listing, has_c && (!has_python || !g_str_equal (language, "python")));
  gtk_widget_set_visible (self->python_listing, has_python && (!has_c || !g_str_equal (language, "c")));
}

static void
language_cb (LtLabCode *self)
{
  g_autofree char *language = g_settings_get_string (lt_settings_get (), "lab-code");

  update (self, language);
}

static void
lt_lab_code_class_init (LtLabCodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-code.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabCode, c_listing);
  gtk_widget_class_bind_template_child (widget_class, LtLabCode, c_code);
  gtk_widget_class_bind_template_child (widget_class, LtLabCode, python_listing);
  gtk_widget_class_bind_template_child (widget_class, LtLabCode, python_code);
  gtk_widget_class_bind_template_callback (widget_class, copy_c_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_python_clicked_cb);
}

static void
lt_lab_code_init (LtLabCode *self)
{
  g_autoptr(GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr(GAction) language = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  if (lt_settings_get () == NULL)
    return;
  language = g_settings_create_action (lt_settings_get (), "lab-code");
  g_action_map_add_action (G_ACTION_MAP (actions), language);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "code", G_ACTION_GROUP (actions));
  g_signal_connect_object (lt_settings_get (), "changed::lab-code", G_CALLBACK (language_cb), self, G_CONNECT_SWAPPED);
}

void
lt_lab_code_set_experiment (LtLabCode           *self,
                            const LabExperiment *experiment)
{
  g_return_if_fail (LT_IS_LAB_CODE (self));

  self->experiment = experiment;
  set_code (self->c_code, experiment->c_code, FALSE);
  set_code (self->python_code, experiment->python_code, TRUE);
  if (lt_settings_get () != NULL)
    language_cb (self);
  else
    update (self, "both");
}
