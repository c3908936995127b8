# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The files of this tree, and how to read them. To be used from the top of the tree."""

import os
import re

# What was built, and what belongs to other programs.
FOREIGN = {'.git', '.cache', '__pycache__'}

TRANSLATED_C = re.compile(r'\b(?:N?C?_|Q_|ngettext|g_d[cn]?gettext|g_dngettext|g_dpgettext2?)\s*\(\s*"')
TRANSLATED_XML = re.compile(r'\btranslatable="(?:yes|true)"')


def files():
    """All files, as paths from the top, without those of build folders."""
    found = []
    for folder, folders, names in os.walk('.'):
        folders[:] = [name for name in folders
                      if name not in FOREIGN
                      and not name.startswith('_build')
                      and not os.path.exists(os.path.join(folder, name, 'meson-private'))]
        found += [os.path.normpath(os.path.join(folder, name)) for name in names if name not in FOREIGN]
    return sorted(path for path in found if not path.endswith('~'))


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def c_files():
    return [path for path in files() if path.endswith(('.c', '.h'))]


def code(path):
    """A C file whose comments are blank, with every line where it was."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)

    def blank(match):
        text = match.group()
        return text if text[0] in '"\'' else re.sub(r'[^\n]', ' ', text)

    return pattern.sub(blank, read(path))


def lines_with(pattern, path, text=None):
    """Where pattern matches, as "path:line: the line"."""
    text = code(path) if text is None else text
    lines = text.split('\n')
    numbers = [text.count('\n', 0, match.start()) for match in re.finditer(pattern, text)]
    return [f'{path}:{number + 1}: {lines[number].strip()}' for number in numbers]


def is_translated(path):
    """Whether translators have something to do in the file."""
    if path.startswith(('tests/', 'bench/', 'examples/', 'docs/')):
        return False
    if path.endswith(('.c', '.h')):
        return bool(TRANSLATED_C.search(code(path)))
    if path.endswith(('.ui', '.gschema.xml')):
        return bool(TRANSLATED_XML.search(read(path)) or ' l10n="' in read(path))
    return bool(re.search(r'\.(?:desktop|metainfo\.xml)(?:\.in)+$', path))


def potfiles():
    """What po/POTFILES should list."""
    return [path for path in files() if is_translated(path)]
