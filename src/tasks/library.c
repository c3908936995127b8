/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "library.h"

#include <dlfcn.h>
#include <glib/gi18n-lib.h>

#include "haul/wire/haul-error.h"

/* (element-type Library): those that are loaded, under lock */
static GMutex  lock;
static GSList *loaded;

static gboolean
load (const Library  *self,
      GError        **error)
{
  void *handle = dlopen (self->file, RTLD_NOW | RTLD_LOCAL);

  for (const struct LibrarySymbol *symbol = self->symbols; handle != NULL && symbol->name != NULL; symbol++)
    {
      *symbol->place = dlsym (handle, symbol->name);
      if (*symbol->place == NULL)
        handle = NULL;
    }
  if (handle != NULL)
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("this task needs %s, which cannot be loaded (%s); install it"),
               self->file, dlerror ());
  return FALSE;
}

gboolean
library_load (const Library  *self,
              GError        **error)
{
  gboolean ok;

  g_mutex_lock (&lock);
  ok = g_slist_find (loaded, self) != NULL;
  if (!ok && (ok = load (self, error)))
    loaded = g_slist_prepend (loaded, (gpointer) self);
  g_mutex_unlock (&lock);
  return ok;
}
