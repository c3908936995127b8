/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-properties.h"

#include <glib/gi18n.h>

#include "lt-process-column.h"
#include "lt-process-files.h"
#include "lt-settings.h"

struct _LtProcessProperties
{
  AdwWindow        parent_instance;

  AdwViewStack    *stack;
  GtkLabel        *sentence;
  GtkListBox      *facts;
  GtkListBox      *files;
  GtkLabel        *files_note;

  HaulProcessInfo *info;         /* (owned) */
  HaulProcessList *list;         /* (owned) */
  LtProcessFiles  *read;         /* (owned) (nullable) the newest */
  GPtrArray       *values;       /* (owned) of GtkLabel (unowned): what stands in the facts */
  char            *shown_files;  /* (owned) (nullable) all of them as text: rows are made anew only when that changes */
  GCancellable    *cancellable;  /* (owned) */
  gboolean         reading;
};

G_DEFINE_FINAL_TYPE (LtProcessProperties, lt_process_properties, ADW_TYPE_WINDOW)

/* What is known. */

typedef struct
{
  int         column;   /* -1 for none */
  const char *title;    /* of what is in no column */
  const char *source;   /* below /proc/PID, as proc(5) calls it; NULL for what this program knows itself */
} Fact;

enum { GROUP, OWN_MEMORY, PROGRAM, FOLDER, COMMAND };

static const Fact facts[] = {
  { LT_PROCESS_NAME, NULL, NULL },
  { LT_PROCESS_STATE, NULL, "stat: state (3)" },
  { LT_PROCESS_PID, NULL, "stat: pid (1)" },
  { LT_PROCESS_PARENT, NULL, "stat: ppid (4)" },
  { -1 - GROUP, N_("Process Group"), "stat: pgrp (5)" },
  { LT_PROCESS_CPU, NULL, "stat: utime (14), stime (15)" },
  { LT_PROCESS_CPU_TIME, NULL, "stat: utime (14), stime (15)" },
  { LT_PROCESS_MEMORY, NULL, "stat: rss (24)" },
  { -1 - OWN_MEMORY, N_("Memory, Shared Parts Divided"), "smaps_rollup: Pss" },
  { LT_PROCESS_THREADS, NULL, "stat: num_threads (20)" },
  { LT_PROCESS_NICE, NULL, "stat: nice (19)" },
  { LT_PROCESS_CORE, NULL, "stat: processor (39)" },
  { LT_PROCESS_ELAPSED, NULL, "stat: starttime (22)" },
  { LT_PROCESS_DAEMON, NULL, NULL },
  { LT_PROCESS_EXIT, NULL, "stat: exit_code (52)" },
  { -1 - COMMAND, N_("Command"), "cmdline" },
  { -1 - PROGRAM, N_("Program"), "exe" },
  { -1 - FOLDER, N_("Folder"), "cwd" },
};

static const char *
get_title (const Fact *fact)
{
  return fact->column >= 0 ? g_dpgettext2 (NULL, "process", lt_process_column_get (fact->column)->title) : _(fact->title);
}

static char *
get_more (LtProcessProperties *self,
          int                  what)
{
  switch (what)
    {
    case GROUP:
      return g_strdup_printf ("%d", haul_process_info_get_group (self->info));

    case OWN_MEMORY:
      return haul_process_info_get_own_memory (self->info) < 0 ? NULL : lt_settings_format_size (haul_process_info_get_own_memory (self->info));

    case PROGRAM:
      return self->read != NULL ? g_strdup (self->read->program) : NULL;

    case FOLDER:
      return self->read != NULL ? g_strdup (self->read->folder) : NULL;

    case COMMAND:
    default:
      return self->read != NULL ? g_strdup (self->read->command) : NULL;
    }
}

static char *
get_value (LtProcessProperties *self,
           const Fact          *fact)
{
  g_autofree char *value = fact->column < 0 ? get_more (self, -1 - fact->column) : NULL;

  if (fact->column == LT_PROCESS_STATE)
    value = lt_process_column_explain (LT_PROCESS_STATE, self->info);
  else if (fact->column == LT_PROCESS_DAEMON)
    value = lt_process_column_speak (LT_PROCESS_DAEMON, self->info);
  else if (fact->column >= 0)
    value = lt_process_column_format (fact->column, self->info);
  return value != NULL && *value != '\0' ? g_steal_pointer (&value) : g_strdup ("–");
}

static char *
get_source (LtProcessProperties *self,
            const Fact          *fact)
{
  if (fact->source == NULL)
    return g_strdup (_("known to this app"));
  return g_strdup_printf ("/proc/%d/%s", haul_process_info_get_pid (self->info), fact->source);
}

char *
lt_process_properties_explain (HaulProcessInfo *info)
{
  const char *state = haul_process_info_get_state (info);
  g_autofree char *lived = haul_format_duration (haul_process_info_get_elapsed (info));
  g_autofree char *computed = haul_format_duration (haul_process_info_get_cpu_time (info));

  if (haul_process_info_get_is_ended (info))
    /* Translators: a name, a number, how long it lived, how long it computed */
    return g_strdup_printf (_("“%s”, process %d, lived for %s and computed for %s of that; it has ended and was joined."),
                            haul_process_info_get_name (info), haul_process_info_get_pid (info), lived, computed);
  /* Translators: a name, a number, that of the parent, how long it has lived and computed, a letter, a word, and what they mean */
  return g_strdup_printf (_("“%s” is process %d, a child of process %d; it has lived for %s and computed for %s of that, and its state is "
                            "%s, %s: %s."),
                          haul_process_info_get_name (info), haul_process_info_get_pid (info), haul_process_info_get_parent_pid (info),
                          lived, computed, state, haul_process_state_word (state), haul_process_state_text (state));
}

/* Rows. */

static GtkWidget *
create_label (const char *text,
              const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  return label;
}

/* A caption, what it is about, and where that comes from. Returns the label of the value. */
static GtkWidget *
append_row (GtkListBox *list,
            const char *caption,
            const char *value,
            const char *source)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = create_label (caption, "caption");
  GtkWidget *from = create_label (source, "caption");
  GtkWidget *label = create_label (value, "numeric");

  gtk_widget_add_css_class (name, "dim-label");
  gtk_widget_add_css_class (from, "dim-label");
  gtk_widget_set_hexpand (name, TRUE);
  gtk_label_set_xalign (GTK_LABEL (from), 1);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), from);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_list_box_append (list, row);
  return label;
}

static void
update_facts (LtProcessProperties *self)
{
  g_autofree char *sentence = lt_process_properties_explain (self->info);

  gtk_label_set_label (self->sentence, sentence);
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *value = get_value (self, &facts[i]);

      if (g_strcmp0 (gtk_label_get_label (self->values->pdata[i]), value) != 0)
        gtk_label_set_label (self->values->pdata[i], value);
    }
}

static void
add_facts (LtProcessProperties *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *source = get_source (self, &facts[i]);

      g_ptr_array_add (self->values, append_row (self->facts, get_title (&facts[i]), "", source));
    }
}

static char *
describe_files (LtProcessProperties *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; self->read != NULL && i < self->read->files->len; i++)
    {
      LtProcessFile *file = self->read->files->pdata[i];

      g_string_append_printf (text, "%d\t%s\t%s\n", file->fd, file->target, file->words);
    }
  return g_string_free (text, FALSE);
}

static void
update_files (LtProcessProperties *self,
              const GError        *error)
{
  g_autofree char *text = describe_files (self);
  GtkWidget *row;

  gtk_label_set_label (self->files_note, error != NULL ? error->message : _("What it has open, by number: 0 is its input, 1 its output, 2 its errors"));
  gtk_widget_set_visible (GTK_WIDGET (self->files), *text != '\0');
  if (g_strcmp0 (text, self->shown_files) == 0)
    return;
  g_free (self->shown_files);
  self->shown_files = g_steal_pointer (&text);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->files))) != NULL)
    gtk_list_box_remove (self->files, row);
  for (guint i = 0; self->read != NULL && i < self->read->files->len; i++)
    {
      LtProcessFile *file = self->read->files->pdata[i];
      g_autofree char *number = g_strdup_printf ("%d", file->fd);

      (void) append_row (self->files, number, file->target, file->words);
    }
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr(LtProcessProperties) self = g_weak_ref_get (weak);
  g_autoptr(GError) error = NULL;
  g_autoptr(LtProcessFiles) read = lt_process_files_read_finish (result, &error);

  g_weak_ref_clear (weak);
  g_free (weak);
  if (self == NULL || self->info == NULL)
    return;   /* it was closed */
  self->reading = FALSE;
  /* Of one that is gone the last that was known stays. */
  if (read != NULL)
    {
      g_clear_pointer (&self->read, lt_process_files_free);
      self->read = g_steal_pointer (&read);
    }
  update_facts (self);
  update_files (self, error);
}

static void
refresh (LtProcessProperties *self)
{
  GWeakRef *weak;

  update_facts (self);
  if (self->reading)
    return;
  self->reading = TRUE;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  lt_process_files_read_async (self->info, self->cancellable, read_cb, weak);
}

/* All of the page that is shown, as lines. */
static void
copy_clicked_cb (LtProcessProperties *self)
{
  GString *text = g_string_new (NULL);

  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "files") == 0)
    {
      g_string_append (text, self->shown_files != NULL ? self->shown_files : "");
    }
  else
    {
      g_string_append_printf (text, "%s\n", gtk_label_get_label (self->sentence));
      for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
        {
          g_autofree char *source = get_source (self, &facts[i]);

          g_string_append_printf (text, "%s\t%s\t%s\n", get_title (&facts[i]), gtk_label_get_label (self->values->pdata[i]), source);
        }
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  g_string_free (text, TRUE);
}

static void
lt_process_properties_dispose (GObject *object)
{
  LtProcessProperties *self = LT_PROCESS_PROPERTIES (object);

  g_cancellable_cancel (self->cancellable);
  if (self->list != NULL)
    g_signal_handlers_disconnect_by_data (self->list, self);
  g_clear_object (&self->info);
  g_clear_object (&self->list);

  G_OBJECT_CLASS (lt_process_properties_parent_class)->dispose (object);
}

static void
lt_process_properties_finalize (GObject *object)
{
  LtProcessProperties *self = LT_PROCESS_PROPERTIES (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->read, lt_process_files_free);
  g_ptr_array_unref (self->values);
  g_free (self->shown_files);

  G_OBJECT_CLASS (lt_process_properties_parent_class)->finalize (object);
}

static void
lt_process_properties_class_init (LtProcessPropertiesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_process_properties_dispose;
  object_class->finalize = lt_process_properties_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-process-properties.ui");
  gtk_widget_class_bind_template_child (widget_class, LtProcessProperties, stack);
  gtk_widget_class_bind_template_child (widget_class, LtProcessProperties, sentence);
  gtk_widget_class_bind_template_child (widget_class, LtProcessProperties, facts);
  gtk_widget_class_bind_template_child (widget_class, LtProcessProperties, files);
  gtk_widget_class_bind_template_child (widget_class, LtProcessProperties, files_note);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
}

static void
lt_process_properties_init (LtProcessProperties *self)
{
  self->cancellable = g_cancellable_new ();
  self->values = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lt_process_properties_present (HaulProcessInfo *info,
                               HaulProcessList *list,
                               GtkWindow       *parent,
                               const char      *page)
{
  LtProcessProperties *self;

  g_return_if_fail (HAUL_IS_PROCESS_INFO (info));
  g_return_if_fail (HAUL_IS_PROCESS_LIST (list));

  self = g_object_new (LT_TYPE_PROCESS_PROPERTIES, "transient-for", parent, "title", haul_process_info_get_name (info), NULL);
  self->info = g_object_ref (info);
  self->list = g_object_ref (list);
  add_facts (self);
  refresh (self);
  g_signal_connect_swapped (list, "refreshed", G_CALLBACK (refresh), self);
  adw_view_stack_set_visible_child_name (self->stack, page);
  gtk_window_present (GTK_WINDOW (self));
}
