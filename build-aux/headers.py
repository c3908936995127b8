# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The public headers of libhaul: which they are, what they declare, and what is written about it.
To be used from the top of the tree."""

import re

import tree

LIST = 'src/haul/meson.build'


def public():
    """The public headers, as paths from the top."""
    names = re.search(r"haul_headers = \[(.*?)\]", tree.read(LIST), re.DOTALL).group(1)
    return ['src/haul/' + name for name in re.findall(r"'([^']+)'", names)]


def present():
    """The headers that are not called private."""
    return [path for path in tree.files()
            if path.startswith('src/haul/') and path.endswith('.h') and not path.endswith('-private.h')]


def included():
    """The public headers that haul.h includes, at once or through others."""
    found, to_read = set(), ['src/haul/haul.h']
    while to_read:
        path = to_read.pop()
        if path not in found:
            found.add(path)
            for name in re.findall(r'#include "([^"]+)"', tree.read(path)):
                to_read.append(re.sub(r'[^/]+/\.\./', '', path.rpartition('/')[0] + '/' + name))
    return found


def functions(path, inline=True):
    """What a header declares: (name, returns something, names of its parameters) for each function.
    Without those that are inline, if these are not wanted."""
    text = re.sub(r'(?m)^#(?:.*\\\n)*.*$', '', tree.code(path))
    for macro, name in re.findall(r'\b(G_DECLARE_\w+_TYPE|G_DECLARE_INTERFACE)\s*\(\s*\w+,\s*(\w+)', text):
        yield name + '_get_type', True, []
    for match in re.finditer(r'(?m)^([A-Za-z][\w \t*]*[ \t*\n])?(haul_\w+)\s*\(([^;{]*?)\)[^;{()]*(?:\([^)]*\)[^;{()]*)?[;{]', text):
        kind, name, inside = match.groups()
        if 'inline' in (kind or '').split() and not inline:
            continue
        inside = re.sub(r'\[[^]]*\]', '', inside)
        names = [re.search(r'(\w+|\.\.\.)\s*$', part).group(1) for part in inside.split(',')]
        returns = re.sub(r'\b(?:static|inline|const|extern)\b', '', kind or '').split() != ['void']
        yield name, returns, [] if names == ['void'] else names


def comments():
    """What is written about each symbol: the comments /** name: … */ of the library."""
    found = {}
    for path in tree.files():
        if path.startswith('src/haul/') and path.endswith(('.c', '.h')):
            for name, text in re.findall(r'/\*\*\n \* (\w+):(.*?)\*/', tree.read(path), re.DOTALL):
                found[name] = text
    return found
