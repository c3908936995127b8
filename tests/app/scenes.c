/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "scenes.h"

#define STEPS(...) ((const char * const[]) { __VA_ARGS__, NULL })

const Scene scenes[] = {
  { "empty", "The window when it is opened for the first time",
    STEPS ("wait 2") },
  { "jobs", "One job has drawn a picture, one is paused, one runs in a pool, and one in a process",
    STEPS ("start mandelbrot --iterations 2000", "ended",
           "start pi --digits 30000000", "fraction 0.3", "pause",
           "start pi --digits 60000000 --executor pool", "fraction 0.3",
           "start pi --digits 20000000", "fraction 0.6", "select 1") },
  { "parts", "A job in a pool, and its parts",
    STEPS ("start pi --digits 60000000 --executor pool", "fraction 0.3", "select 1", "page parts") },
  { "many", "Two jobs run, and hundreds wait",
    STEPS ("starts 400 sleep --seconds 600", "wait 10", "select 400") },
  { "failed", "Jobs that failed, crashed, were cancelled, and one that went well",
    STEPS ("start fibonacci", "ended", "start sleep --seconds 600", "fraction 0", "wait 3", "cancel", "ended",
           "start command --command \"sh -c 'kill -SEGV $$'\"", "ended",
           "start command --command \"ls /no/such/folder\"", "ended", "select 4", "page log") },
  { "no-match", "No job is among those that were asked for",
    STEPS ("start fibonacci", "ended", "win filter 'problems'") },
  { "processes", "The app, its fork servers, their workers, and a zombie that nobody has joined yet",
    STEPS ("win view 'processes'", "start pi --digits 60000000 --executor pool", "start sleep --seconds 1 --hold",
           "start pi --digits 30000000", "wait 20", "pause", "wait 5", "start pi --digits 30000000", "wait 25") },
  { "no-process", "No process is among those that were asked for",
    STEPS ("win view 'processes'", "wait 10", "search cpu>400", "wait 5") },
  { "timeline", "What the workers of a pool were at, and a job that was told to end",
    STEPS ("start sleep --seconds 600", "start pi --digits 30000000 --executor pool", "fraction 0.4",
           "app cancel-job uint32 1", "start pi --digits 10000000", "win view 'timeline'", "ended", "wait 5") },
  { "no-timeline", "The timeline before anything has run",
    STEPS ("win view 'timeline'", "wait 3") },
  { "lab", "The gallery of experiments",
    STEPS ("win view 'lab'", "wait 3") },
  { "experiment", "An experiment before it runs",
    STEPS ("app lab-open 'lost-updates'", "wait 3") },
  { "revealed", "An experiment, and what came out",
    STEPS ("win view 'lab'", "app lab-run 'lost-updates --predict less'", "revealed lost-updates", "wait 5") },
  { "curve", "How many workers make it faster",
    STEPS ("win view 'lab'", "app lab-run 'how-many-workers --predict cores'", "revealed how-many-workers", "wait 5") },
  { "lanes", "What three children were at, and when",
    STEPS ("win view 'lab'", "app lab-run 'terminate-then-join --predict one'", "revealed terminate-then-join", "wait 5") },
  { "history", "What has run before",
    STEPS ("start fibonacci", "ended", "start primes", "ended", "start command --command false", "ended",
           "app history", "wait 5") },
  { "form", "A new job",
    STEPS ("app new-job 'mandelbrot'", "wait 3") },
  { "preferences", "The preferences",
    STEPS ("app preferences", "wait 3") },
  { "held", "A queue that is held",
    STEPS ("app hold-queue", "start pi", "start primes", "start sleep --seconds 5", "select 1", "wait 3") },
  { "messages", "What a job and the window tell each other",
    STEPS ("start sleep --seconds 5", "ended", "select 1", "page messages") },
  { "facts", "All that is known of a job",
    STEPS ("start fibonacci", "ended", "select 1", "page details") },
  { "hint", "What a newcomer is told while the first job runs",
    STEPS ("win calculate-pi", "fraction 0.1") },
  { "properties", "All that is known of a process",
    STEPS ("win view 'processes'", "start sleep --seconds 600", "wait 20", "properties", "wait 5") },
  { "compare", "One task in every way to run it",
    STEPS ("app lab-compare 'sleep'", "wait 60") },
  { "no-history", "The history before anything has run",
    STEPS ("app history", "wait 3") },
  { "leaving", "Leaving while a daemon and another job run",
    STEPS ("start sleep --seconds 600 --daemon", "start pi --digits 60000000", "fraction 0.3", "app quit", "wait 5") },
  { "shortcuts", "The keyboard shortcuts",
    STEPS ("win show-help-overlay", "wait 3") },
  { NULL }
};

const Scene *
scene_lookup (const char *name)
{
  for (const Scene *scene = scenes; scene->name != NULL; scene++)
    {
      if (g_strcmp0 (scene->name, name) == 0)
        return scene;
    }
  return NULL;
}
