#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""test-translations.py PO HAUL [LONG-TASKS]: whether each translation fits its messages, and is what the programs say.

PO is where the sources of the translations are; $TEXTDOMAINDIR is where they were built.
"""

import gettext
import os
import subprocess
import sys

po, haul, *app = sys.argv[1:]


def say(language, *command):
    """What a program has to say in a language: all of it, or why it said nothing."""
    done = subprocess.run(command, env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language}, encoding='utf-8',
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
    return done.stdout


def missing(spoken, expected):
    return [f'there is no “{text}” in:\n{spoken}' for text in expected if text not in spoken]


def formats_agree(language, catalogue):
    """has the directives and the plurals of what it translates"""
    said = say('C', 'msgfmt', '--check', '--output-file=/dev/null', os.path.join(po, language + '.po')).splitlines()
    return [line for line in said if not line[:1].isdigit()]   # the rest counts the messages


def numbers_have_plurals(language, catalogue):
    """has one plural or more for every number, and a number for every plural"""
    forms = {}
    for key, text in catalogue._catalog.items():
        if isinstance(key, tuple):
            forms.setdefault(key[0], {})[key[1]] = text
    used = {catalogue.plural(n) for n in range(1001)}
    return [f'“{message}” has {sorted(texts)}, of which {sorted(used)} are needed'
            for message, texts in forms.items() if set(texts) != used or not all(texts.values())]


def haul_speaks(language, catalogue):
    """is what haul says"""
    verbs = ('Run a task, and write its result to standard output', 'List the processes of long tasks', 'Explain a verb')
    tasks = ('Calculate Pi', 'Count Primes', 'Mandelbrot Set', 'Wait, and say how much of the time has passed')
    return (missing(say(language, haul, 'help'), map(catalogue.gettext, verbs))
            + missing(say(language, haul, 'tasks'), map(catalogue.gettext, tasks)))


def worker_speaks(language, catalogue):
    """is what a task says in a process of its own"""
    return missing(say(language, haul, 'run', 'sleep', '--seconds', '0.1', '--quiet'),
                   [catalogue.gettext('Slept for %g s') % 0.1])


def app_speaks(language, catalogue):
    """is what Long Tasks says"""
    return missing(say(language, *app, '--help'), [catalogue.gettext('Print the version and exit')])


with open(os.path.join(po, 'LINGUAS'), encoding='utf-8') as file:
    languages = [line.strip() for line in file if line.strip() and not line.startswith('#')]
tests = [formats_agree, numbers_have_plurals, haul_speaks, worker_speaks] + [app_speaks] * len(app)

print(f'1..{len(languages) * len(tests)}')
number = 0
for language in languages:
    catalogue = gettext.translation('long-tasks', os.environ['TEXTDOMAINDIR'], [language])
    for test in tests:
        number += 1
        wrong = test(language, catalogue)
        print(f'{"not ok" if wrong else "ok"} {number} - {language} {test.__doc__}')
        for line in '\n'.join(wrong).splitlines():
            print(f'# {line}')
sys.exit(0)
