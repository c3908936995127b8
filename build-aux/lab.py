# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The table of experiments in docs/lab.md, as the sources say it. `./dev pot` writes it, `./dev check` looks."""

import re
import sys

import tree

DOCUMENT = 'docs/lab.md'
BEGIN = '<!-- experiments -->\n'
END = '<!-- end of experiments -->\n'
TEXT = r'(?:N_\s*\(\s*)?((?:"(?:\\.|[^"\\])*"\s*)+)'


def text_of(literals):
    """One C string, of the pieces that stand beside each other."""
    pieces = re.findall(r'"((?:\\.|[^"\\])*)"', literals)
    return re.sub(r'\\(.)', r'\1', ''.join(pieces))


def member(name, source, path):
    match = re.search(rf'\.{name} = {TEXT}', source)
    if not match:
        raise ValueError(f'{path}: no .{name} = "…"')
    return text_of(match[1])


def params(source):
    """The names in the array of parameters."""
    match = re.search(r'static const HaulParam params\[\] = \{(.*?)\n\};', source, re.DOTALL)
    return re.findall(r'\n  \{ "([^"]+)"', match[1]) if match else []


def table():
    names = re.search(r'experiment_names = \[(.*?)\]', tree.read('src/lab/meson.build'), re.DOTALL)[1]
    lines = ['| experiment | what it does | what may be set |\n', '|---|---|---|\n']
    for name in re.findall(r"'([^']+)'", names):
        path = f'src/lab/experiments/{name}.c'
        source = tree.code(path)
        title, summary = member('title', source, path), member('summary', source, path)
        settings = ', '.join(f'`{param}`' for param in params(source))
        lines.append(f'| `{name}` | {title}: {summary} | {settings} |\n')
    return ''.join(lines)


def expected(document):
    head, _, rest = document.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + '\n' + table() + '\n' + END + tail


def write():
    document = tree.read(DOCUMENT)
    new = expected(document)
    if new != document:
        with open(DOCUMENT, 'w', encoding='utf-8') as file:
            file.write(new)
        print(f'{DOCUMENT} was brought up to date', file=sys.stderr)


if __name__ == '__main__':
    write()
