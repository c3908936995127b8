/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "words-table.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"

/* A hash table with open addressing: of a slot only eight bytes are looked at, and the words lie one
 * behind the other. */

#define FIRST_SLOTS 4096

typedef struct
{
  guint32 tag;     /* of the hash */
  guint32 number;  /* of the entry, from 1; 0: the slot is free */
} Slot;

typedef struct
{
  guint64 hash;
  guint64 count;    /* 0: removed */
  gsize   offset;   /* of the word */
  guint   length;
} Entry;

struct _WordsTable
{
  Slot       *slots;     /* (owned) */
  guint32     mask;
  GArray     *entries;   /* (owned) of Entry */
  GByteArray *words;     /* (owned) */
};

WordsTable *
words_table_new (void)
{
  WordsTable *self = g_new0 (WordsTable, 1);

  self->slots = g_new0 (Slot, FIRST_SLOTS);
  self->mask = FIRST_SLOTS - 1;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->words = g_byte_array_new ();
  return self;
}

void
words_table_free (WordsTable *self)
{
  g_free (self->slots);
  g_array_unref (self->entries);
  g_byte_array_unref (self->words);
  g_free (self);
}

static Entry *
nth (WordsTable *self,
     guint       n)
{
  return &g_array_index (self->entries, Entry, n);
}

static const char *
get_word (WordsTable  *self,
          const Entry *entry)
{
  return (const char *) self->words->data + entry->offset;
}

/* Eight bytes at a time: most words are done in one step. */
static guint64
hash_word (const char *word,
           guint       length)
{
  guint64 hash = length * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  for (guint i = 0; i < length; i += 8)
    {
      guint64 bytes = 0;

      memcpy (&bytes, word + i, MIN (8, length - i));
      hash = (hash ^ bytes) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  return hash;
}

/* The slot of the word, or the free one where it would be. */
static Slot *
find_slot (WordsTable *self,
           guint64     hash,
           const char *word,
           guint       length)
{
  guint32 i = hash & self->mask;

  for (;; i = (i + 1) & self->mask)
    {
      Slot *slot = &self->slots[i];
      Entry *entry;

      if (slot->number == 0)
        return slot;
      if (slot->tag != hash >> 32)
        continue;
      entry = nth (self, slot->number - 1);
      if (entry->length == length && memcmp (get_word (self, entry), word, length) == 0)
        return slot;
    }
}

static void
grow (WordsTable *self)
{
  guint32 n = (self->mask + 1) * 2;

  g_free (self->slots);
  self->slots = g_new0 (Slot, n);
  self->mask = n - 1;
  for (guint i = 0; i < self->entries->len; i++)
    {
      guint64 hash = nth (self, i)->hash;
      guint32 at = hash & self->mask;

      while (self->slots[at].number != 0)
        at = (at + 1) & self->mask;
      self->slots[at] = (Slot) { hash >> 32, i + 1 };
    }
}

gboolean
words_table_add (WordsTable *self,
                 const char *word,
                 guint       length,
                 guint64     count)
{
  Entry entry = { hash_word (word, length), count, self->words->len, length };
  Slot *slot = find_slot (self, entry.hash, word, length);

  if (slot->number != 0)
    {
      nth (self, slot->number - 1)->count += count;
      return TRUE;
    }
  if (self->entries->len >= WORDS_MAX_DIFFERENT)
    return FALSE;

  g_byte_array_append (self->words, (const guint8 *) word, length);
  g_array_append_val (self->entries, entry);
  *slot = (Slot) { entry.hash >> 32, self->entries->len };
  if (self->entries->len > self->mask / 2)
    grow (self);
  return TRUE;
}

void
words_table_remove (WordsTable *self,
                    const char *word)
{
  guint length = strlen (word);
  Slot *slot = find_slot (self, hash_word (word, length), word, length);

  if (slot->number != 0)
    nth (self, slot->number - 1)->count = 0;
}

guint
words_table_get_n_words (WordsTable *self)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += nth (self, i)->count > 0;
  return n;
}

guint64
words_table_get_total (WordsTable *self)
{
  guint64 total = 0;

  for (guint i = 0; i < self->entries->len; i++)
    total += nth (self, i)->count;
  return total;
}

static gboolean
comes_before (const WordsEntry *a,
              const WordsEntry *b)
{
  int order;

  if (a->count != b->count)
    return a->count > b->count;
  order = memcmp (a->word, b->word, MIN (a->length, b->length));
  return order < 0 || (order == 0 && a->length < b->length);
}

/* Into a list that is in order, and stays as long as it may be. */
static void
insert (GArray           *top,
        guint             n,
        const WordsEntry *entry)
{
  guint low = 0, high = top->len;

  if (top->len == n && !comes_before (entry, &g_array_index (top, WordsEntry, n - 1)))
    return;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (comes_before (entry, &g_array_index (top, WordsEntry, middle)))
        high = middle;
      else
        low = middle + 1;
    }
  if (top->len == n)
    g_array_set_size (top, n - 1);
  g_array_insert_val (top, low, *entry);
}

GArray *
words_table_find_top (WordsTable *self,
                      guint       n)
{
  GArray *top = g_array_new (FALSE, FALSE, sizeof (WordsEntry));

  for (guint i = 0; i < self->entries->len && n > 0; i++)
    {
      Entry *entry = nth (self, i);
      WordsEntry found = { get_word (self, entry), entry->length, entry->count };

      if (entry->count > 0)
        insert (top, n, &found);
    }
  return top;
}

/* Packed: the number of sections, and the size of each, 64 bits each; then for each word of a section
 * its count, 64 bits, its length, a byte, and its bytes. */

static void
put (GByteArray *to,
     guint64     value)
{
  g_byte_array_append (to, (const guint8 *) &value, sizeof value);
}

static void
put_word (GByteArray *to,
          const char *word,
          guint8      length,
          guint64     count)
{
  put (to, count);
  g_byte_array_append (to, &length, 1);
  g_byte_array_append (to, (const guint8 *) word, length);
}

static GBytes *
join_sections (GPtrArray *sections)
{
  GByteArray *packed = g_byte_array_new ();

  put (packed, sections->len);
  for (guint i = 0; i < sections->len; i++)
    put (packed, ((GByteArray *) sections->pdata[i])->len);
  for (guint i = 0; i < sections->len; i++)
    {
      GByteArray *section = sections->pdata[i];

      g_byte_array_append (packed, section->data, section->len);
    }
  return g_byte_array_free_to_bytes (packed);
}

GBytes *
words_table_pack (WordsTable *self,
                  guint       n_sections)
{
  g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);

  for (guint i = 0; i < n_sections; i++)
    g_ptr_array_add (sections, g_byte_array_new ());
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = nth (self, i);

      /* Of the upper half: slots go by the lower one. */
      if (entry->count > 0)
        put_word (sections->pdata[(entry->hash >> 40) % n_sections], get_word (self, entry), entry->length, entry->count);
    }
  return join_sections (sections);
}

GBytes *
words_entries_pack (GArray *entries)
{
  g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GByteArray *section = g_byte_array_new ();

  g_ptr_array_add (sections, section);
  for (guint i = 0; i < entries->len; i++)
    {
      WordsEntry *entry = &g_array_index (entries, WordsEntry, i);

      put_word (section, entry->word, entry->length, entry->count);
    }
  return join_sections (sections);
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave something else than words"));
  return FALSE;
}

static guint64
take (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return value;
}

/* Where the section begins and ends. */
static gboolean
find_section (const guint8 *bytes,
              gsize         size,
              guint         section,
              gsize        *ret_from,
              gsize        *ret_to)
{
  guint64 n = size >= 8 ? take (bytes) : 0;
  gsize from = (n + 1) * 8;

  if (section >= n || n > G_MAXUINT16 || from > size)
    return FALSE;
  for (guint i = 0; i < section; i++)
    {
      guint64 length = take (bytes + (i + 1) * 8);

      if (length > size - from)
        return FALSE;
      from += length;
    }
  if (take (bytes + (section + 1) * 8) > size - from)
    return FALSE;
  *ret_from = from;
  *ret_to = from + take (bytes + (section + 1) * 8);
  return TRUE;
}

gboolean
words_table_unpack (WordsTable  *self,
                    GBytes      *packed,
                    guint        section,
                    GError     **error)
{
  gsize size, at, end;
  const guint8 *bytes = g_bytes_get_data (packed, &size);

  if (!find_section (bytes, size, section, &at, &end))
    return refuse (error);

  while (at < end)
    {
      guint8 length;

      if (end - at < 9)
        return refuse (error);
      length = bytes[at + 8];
      if (length == 0 || end - at - 9 < length)
        return refuse (error);
      if (!words_table_add (self, (const char *) bytes + at + 9, length, take (bytes + at)))
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("there are more than %u different words"), WORDS_MAX_DIFFERENT);
          return FALSE;
        }
      at += 9 + length;
    }
  return TRUE;
}
