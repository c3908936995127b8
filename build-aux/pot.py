# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Writes po/POTFILES and the translation template, and brings the translations up to it. `./dev pot` runs it."""

import re
import subprocess

import tree

TEMPLATE = 'po/long-tasks.pot'
HEAD = '# SPDX-License-Identifier: CC0-1.0\n# SPDX-FileCopyrightText: The Long Tasks authors\n\n'

# The same keywords and flags that meson's preset "glib" has.
OPTIONS = '''
--from-code=UTF-8 --add-comments --add-location=file --sort-by-file --no-wrap
--package-name=long-tasks --copyright-holder=The-Long-Tasks-authors
--msgid-bugs-address=https://github.com/longtasks/longtasks/issues
--keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2
--keyword=g_dgettext:2 --keyword=g_dcgettext:2 --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3
--flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format
--flag=g_dngettext:2:pass-c-format --flag=g_strdup_printf:1:c-format --flag=g_string_printf:2:c-format
--flag=g_string_append_printf:2:c-format --flag=g_error_new:3:c-format --flag=g_set_error:4:c-format
--flag=g_prefix_error:2:c-format --flag=g_print:1:c-format --flag=g_printerr:1:c-format
'''.split()


def potfiles():
    return HEAD + ''.join(path + '\n' for path in tree.potfiles())


def template():
    """The template, without the date: the same sources give the same bytes."""
    paths = tree.potfiles()
    if not paths:
        return ''
    made = subprocess.run(['xgettext', *OPTIONS, '--output=-', *paths],
                          check=True, stdout=subprocess.PIPE, encoding='utf-8').stdout
    return re.sub(r'"POT-Creation-Date:[^\n]*\n', '', made).replace('The-Long-Tasks-authors', 'The Long Tasks authors')


def catalogues():
    """The translations that po/LINGUAS names."""
    return [f'po/{line}.po' for line in tree.read('po/LINGUAS').split('\n') if line and not line.startswith('#')]


def bring_up_to_date(path):
    """New messages are empty or, where an old one is like them, fuzzy; what nothing uses any more goes."""
    layout = ['--no-wrap', '--add-location=file']
    subprocess.run(['msgmerge', '--quiet', '--update', '--backup=off', *layout, path, TEMPLATE], check=True)
    subprocess.run(['msgattrib', '--no-obsolete', *layout, f'--output-file={path}', path], check=True)


if __name__ == '__main__':
    for name, text in (('po/POTFILES', potfiles()), (TEMPLATE, template())):
        with open(name, 'w', encoding='utf-8') as file:
            file.write(text)
    for name in catalogues():
        bring_up_to_date(name)
