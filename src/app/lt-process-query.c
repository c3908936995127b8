/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-query.h"

#include <string.h>

typedef double (*GetNumber) (HaulProcessInfo *info);

static double
get_cpu (HaulProcessInfo *info)
{
  return haul_process_info_get_cpu (info);
}

static double
get_memory (HaulProcessInfo *info)
{
  return haul_process_info_get_memory (info) / 1e6;
}

static double
get_nice (HaulProcessInfo *info)
{
  return haul_process_info_get_nice (info);
}

static double
get_threads (HaulProcessInfo *info)
{
  return haul_process_info_get_n_threads (info);
}

static double
get_pid (HaulProcessInfo *info)
{
  return haul_process_info_get_pid (info);
}

static double
get_parent (HaulProcessInfo *info)
{
  return haul_process_info_get_parent_pid (info);
}

static const struct { const char *name; GetNumber get; } numbers[] = {
  { "cpu", get_cpu }, { "memory", get_memory }, { "mem", get_memory }, { "nice", get_nice }, { "threads", get_threads },
  { "pid", get_pid }, { "parent", get_parent },
};

typedef struct
{
  char      *word;     /* (owned) folded, a part of a name or of a state; NULL for a number */
  gboolean   is_state;
  GetNumber  get;
  char       how;      /* '<', '>', '=' */
  double     value;
} Condition;

struct _LtProcessQuery
{
  GArray *conditions;   /* (owned) of Condition */
};

static void
condition_clear (gpointer data)
{
  g_free (((Condition *) data)->word);
}

/* “cpu>10”, “pid:42”. */
static gboolean
parse_number (const char *word,
              Condition  *ret_condition)
{
  gsize length = strcspn (word, "<>:=");
  const char *value = word + length + 1;
  char *end = NULL;

  if (word[length] == '\0')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (strlen (numbers[i].name) == length && g_ascii_strncasecmp (word, numbers[i].name, length) == 0)
      {
        ret_condition->get = numbers[i].get;
        ret_condition->how = word[length] == ':' ? '=' : word[length];
        ret_condition->value = g_ascii_strtod (value, &end);
        return end != value && *end == '\0';
      }
  return FALSE;
}

static Condition
parse (const char *word)
{
  Condition condition = { 0 };

  if (parse_number (word, &condition))
    return condition;
  condition.get = NULL;
  condition.is_state = g_ascii_strncasecmp (word, "state:", 6) == 0;
  condition.word = condition.is_state && strlen (word) == 7 ? g_strdup (word + 6)
                                                            : g_utf8_casefold (condition.is_state ? word + 6 : word, -1);
  return condition;
}

LtProcessQuery *
lt_process_query_new (const char *text)
{
  g_auto(GStrv) words = g_strsplit_set (text, " \t\n", -1);
  g_autoptr(LtProcessQuery) self = g_new0 (LtProcessQuery, 1);

  self->conditions = g_array_new (FALSE, FALSE, sizeof (Condition));
  g_array_set_clear_func (self->conditions, condition_clear);
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      {
        Condition condition = parse (words[i]);

        g_array_append_val (self->conditions, condition);
      }
  return self->conditions->len > 0 ? g_steal_pointer (&self) : NULL;
}

void
lt_process_query_free (LtProcessQuery *self)
{
  g_array_unref (self->conditions);
  g_free (self);
}

static gboolean
contains (const char *text,
          const char *folded_part)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return strstr (folded, folded_part) != NULL;
}

/* A letter is as in proc(5), where t and T are two; or a part of the word. */
static gboolean
matches_state (const Condition *condition,
               HaulProcessInfo *info)
{
  const char *state = haul_process_info_get_state (info);

  if (strlen (condition->word) == 1)
    return g_str_equal (state, condition->word)
           || (g_ascii_islower (condition->word[0]) && condition->word[0] != 't'
               && g_ascii_toupper (condition->word[0]) == state[0]);
  return contains (haul_process_state_word (state), condition->word);
}

static gboolean
matches (const Condition *condition,
         HaulProcessInfo *info)
{
  g_autofree char *pid = NULL;
  double number;

  if (condition->is_state)
    return matches_state (condition, info);
  if (condition->get != NULL)
    {
      number = condition->get (info);
      return condition->how == '<' ? number < condition->value
             : condition->how == '>' ? number > condition->value : number == condition->value;
    }

  pid = g_strdup_printf ("%d", haul_process_info_get_pid (info));
  return g_str_equal (pid, condition->word) || contains (haul_process_info_get_name (info), condition->word)
         || contains (haul_process_info_get_command (info), condition->word);
}

gboolean
lt_process_query_matches (const LtProcessQuery *self,
                          HaulProcessInfo      *info)
{
  for (guint i = 0; i < self->conditions->len; i++)
    if (!matches (&g_array_index (self->conditions, Condition, i), info))
      return FALSE;
  return TRUE;
}
