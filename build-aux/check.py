# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Checks on the tree that no compiler makes, as TAP. `./dev check` runs it.

Each check is a function that yields what is wrong, one line each; nothing means fine.
With --c-files it only lists the C files.
"""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import headers
import lab
import pot
import tree

MAX_FILE = 600       # lines of a .c file
MAX_FUNCTION = 60    # lines of a function, from brace to brace
FORMATTER = '0.72'


class Skip(Exception):
    """Why a check cannot be made here."""


def run(*command):
    """What a program has to say when it fails, as lines; nothing when it is content."""
    if not shutil.which(command[0]):
        raise Skip(f'{command[0]} is not installed')
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding='utf-8', errors='replace')
    if done.returncode == 0:
        return []
    return done.stdout.strip().splitlines() or [f'{command[0]} ended with {done.returncode}']


def run_on_copies(suffix, *command):
    """Runs a validator on files that are called NAME.in here, filled in and under the name that it insists on."""
    with tempfile.TemporaryDirectory() as folder:
        for path in tree.files():
            name = re.sub(r'(?:\.in)+$', '', os.path.basename(path))
            if name.endswith(suffix):
                copy = os.path.join(folder, name)
                text = tree.read(path).replace('@app_id@', name.removesuffix(suffix)).replace('@version@', '0.1')
                with open(copy, 'w', encoding='utf-8') as file:
                    file.write(text)
                yield from (line.replace(copy, path) for line in run(*command, copy))


def c_files_are_laid_out():
    """C code is laid out as `./dev format` does it"""
    if not shutil.which('uncrustify'):
        raise Skip('uncrustify is not installed')
    version = subprocess.run(['uncrustify', '--version'], stdout=subprocess.PIPE, encoding='utf-8').stdout.strip()
    if FORMATTER not in version:
        raise Skip(f'{version} is here; the tree follows {FORMATTER}')
    said = '\n'.join(run('uncrustify', '-q', '-l', 'C', '-c', 'build-aux/uncrustify.cfg', '--check', *tree.c_files()))
    yield from re.findall(r'FAIL: (\S+)', said) or said.splitlines()
    for path in tree.c_files():
        yield from tree.lines_with(r'(?m)[ \t]+$', path, tree.read(path))


def only_the_app_knows_gtk():
    """Only src/app and tests/app include GTK and libadwaita"""
    for path in tree.c_files():
        if not path.startswith(('src/app/', 'tests/app/')):
            yield from tree.lines_with(r'#\s*include\s*[<"](?:gtk|gdk|gsk|adwaita|libadwaita)\b[^\n]*', path)


def layers_point_downwards():
    """The library's layers include only what is below them"""
    above = {
        'src/haul/wire/': r'sync/|worker/|parent/|tasks/|app/|cli/|catalogue',
        'src/haul/sync/': r'worker/|parent/|tasks/|app/|cli/|catalogue',
        'src/haul/worker/': r'parent/|tasks/|app/|cli/|catalogue',
        'src/haul/parent/': r'tasks/|app/|cli/|catalogue',
        'src/tasks/': r'parent/|app/|cli/|haul/haul\.h',
        'src/worker/': r'parent/|app/|cli/|haul/haul\.h',
        'src/lab/': r'app/|cli/',
        'src/cli/': r'app/',
        'src/app/': r'cli/',
    }
    for path in tree.c_files():
        for folder, names in above.items():
            if path.startswith(folder):
                yield from tree.lines_with(rf'#\s*include\s*"[^"]*(?:{names})[^"]*"', path)


def public_headers_are_public():
    """No public header includes a private one"""
    for path in tree.c_files():
        if path.endswith('.h') and not path.endswith('-private.h') and path.startswith('src/haul/'):
            yield from tree.lines_with(r'#\s*include\s*[<"][^>"]*-private\.h', path)


def public_headers_are_listed():
    """The library's headers are public in every respect, or private"""
    listed = headers.public()
    for path in headers.present():
        if path not in listed:
            yield f'{path}: add it to haul_headers in {headers.LIST} and to src/haul/haul.h, or call it …-private.h'
        elif path not in headers.included():
            yield f'{path}: src/haul/haul.h does not include it'
        elif re.search(r'\bG_(?:BEGIN|END)_DECLS', re.sub(r'#.*', '', tree.code(path))):
            yield f'{path}: what is public stands between HAUL_BEGIN_DECLS and HAUL_END_DECLS, or is not exported'
    yield from (f'{headers.LIST}: {path} is not there' for path in listed if path not in headers.present())


def public_functions_are_documented():
    """Every public function has a comment that says what it takes and gives"""
    comments = headers.comments()
    for path in headers.public():
        for name, returns, parameters in headers.functions(path):
            if name.endswith('_get_type'):
                continue
            comment = comments.get(name)
            if comment is None:
                yield f'{path}: {name}() has no comment; write /** {name}: … */ above it, here or in its .c file'
                continue
            missing = [f'@{parameter}:' for parameter in parameters if f'* @{parameter}:' not in comment]
            if returns and '* Returns:' not in comment:
                missing.append('Returns:')
            if not re.search(r'(?m)^ \*\n \* (?!Returns:)', comment):
                missing.append('sentence that says what it does')
            if missing:
                yield f'{path}: the comment of {name}() has no {", ".join(missing)}'


def one_fork():
    """fork is called in one place under src/haul/wire, and in the lab, which shows what it does"""
    calls = [line for path in tree.c_files() if path.startswith('src/')
             for line in tree.lines_with(r'\b(?:v?fork|_Fork|clone3?|forkpty|daemon)\s*\(', path,
                                         re.sub(r'"(?:\\.|[^"\\\n])*"', '""', tree.code(path)))]
    yield from (call for call in calls if not call.startswith(('src/haul/wire/', 'src/lab/lab-child.c')))
    if len(calls) > 2:
        yield from calls


def child_side_starts_no_thread():
    """Nothing under src/haul/wire, sync and worker starts a thread"""
    starters = (r'\b(?:g_thread_(?:try_)?new|g_thread_pool_\w+|g_unix_signal_\w+|g_subprocess_\w+|g_bus_\w+|g_dbus_\w+'
                r'|g_task_run_in_thread\w*|g_application_\w+|g_resolver_\w+|g_file_\w+_async|pthread_create)\s*\(')
    for path in tree.c_files():
        if path.startswith(('src/haul/wire/', 'src/haul/sync/', 'src/haul/worker/')):
            yield from tree.lines_with(starters, path)


def signals_go_to_somebody():
    """No signal goes to every process, or to the own group by the number 0"""
    for path in tree.c_files():
        yield from tree.lines_with(r'\b(?:kill|killpg)\s*\(\s*(?:-\s*1|0)\s*,', path)
    for path in tree.files():
        if path.endswith(('.sh', '.py')) or path in ('dev', '.ci/run'):
            yield from tree.lines_with(r'\bkill\s+(?:-\w+\s+)*(?:--\s+)?(?:-1|0)\b|\bos\.killp?g?\((?:-1|0)\b|\bpkill\b|\bkillall\b',
                                       path, re.sub(r"r'.*", '', tree.read(path)))


def files_and_functions_are_short():
    """No .c file is longer than 600 lines, no function than 60"""
    for path in tree.c_files():
        lines = tree.code(path).split('\n')
        if path.endswith('.c') and len(lines) > MAX_FILE + 1:
            yield f'{path}: {len(lines) - 1} lines'
        start = 0
        for number, line in enumerate(lines):
            if line == '{':
                start = number
            elif line == '}' and start:
                name = lines[start - 1] if start else ''
                head = next((text for text in reversed(lines[:start]) if re.match(r'\w+ \(', text)), name)
                name = head.split(' ')[0]
                if number - start - 1 > MAX_FUNCTION and not name.endswith('_class_init'):
                    yield f'{path}:{start}: {name} has {number - start - 1} lines'
                start = 0


def every_file_has_a_licence():
    """Every file says its licence, and LICENSES has the text of it"""
    with open('REUSE.toml', 'rb') as file:
        patterns = [(pattern, block['SPDX-License-Identifier'])
                    for block in tomllib.load(file)['annotations']
                    for pattern in ([block['path']] if isinstance(block['path'], str) else block['path'])]
    for path in tree.files():
        if path.startswith('LICENSES/') or path.endswith('.license'):
            continue
        names = [licence for pattern, licence in patterns if fnmatch.fnmatch(path, pattern)]
        try:
            with open(path + '.license' if os.path.exists(path + '.license') else path, encoding='utf-8') as file:
                head = ''.join(file.readlines()[:8])
        except UnicodeDecodeError:
            head = ''
        said = re.search(r'SPDX-License-Identifier: ([\w.+-]+)', head)
        if said:
            names = [said.group(1)]
        elif path.endswith(('.c', '.h', '.c.in')):
            names = []
        if not names:
            yield f'{path}: no SPDX-License-Identifier, and REUSE.toml does not name it'
        elif not os.path.exists(f'LICENSES/{names[-1]}.txt'):
            yield f'{path}: LICENSES has no {names[-1]}.txt'


def translations_are_complete():
    """po/POTFILES has every translated file (if not: ./dev pot)"""
    here = set(tree.potfiles())
    listed = {line for line in tree.read('po/POTFILES').splitlines() if line and not line.startswith('#')}
    yield from (f'{path}: not in po/POTFILES' for path in sorted(here - listed))
    yield from (f'po/POTFILES: {path} has nothing to translate, or is not there' for path in sorted(listed - here))


def template_is_up_to_date():
    """The translation template is what the sources say (if not: ./dev pot)"""
    if not shutil.which('xgettext'):
        raise Skip('xgettext is not installed')

    def messages(text):
        return re.findall(r'(?m)^(?:msg(?:id|ctxt|id_plural)|").*', text.partition('\n\n#')[2])

    if messages(tree.read(pot.TEMPLATE)) != messages(pot.template()):
        yield f'{pot.TEMPLATE} is out of date'


def catalogues_are_complete():
    """Every language has every message (if not: ./dev pot, and translate what is empty or fuzzy)"""
    here = {path for path in tree.files() if path.startswith('po/') and path.endswith('.po')}
    listed = set(pot.catalogues())
    yield from (f'{path}: not in po/LINGUAS' for path in sorted(here - listed))
    yield from (f'{path}: po/LINGUAS names it, and it is not there' for path in sorted(listed - here))
    for path in sorted(here & listed):
        yield from run('msgfmt', '--check', '--output-file=/dev/null', path)
        wrong = [line for line in run('msgcmp', path, pot.TEMPLATE) if not line.startswith('msgcmp:')]
        yield from wrong[:10]
        if len(wrong) > 10:
            yield f'{path}: {len(wrong) - 10} more'


def desktop_files_are_valid():
    """The desktop files are valid"""
    yield from run_on_copies('.desktop', 'desktop-file-validate')


def metainfo_is_valid():
    """The metainfo is valid"""
    yield from run_on_copies('.metainfo.xml', 'appstreamcli', 'validate', '--no-net')


def schemas_compile():
    """The settings schemas compile"""
    for folder in {os.path.dirname(path) for path in tree.files() if path.endswith('.gschema.xml')}:
        yield from run('glib-compile-schemas', '--strict', '--dry-run', folder)


def xml_is_well_formed():
    """All XML is well formed"""
    for path in tree.files():
        if path.endswith(('.ui', '.xml', '.svg', '.xml.in')):
            yield from run('xmllint', '--noout', '--nonet', path)


def scripts_are_clean():
    """shellcheck finds nothing in the shell scripts, and Python compiles its own"""
    for path in tree.files():
        if path.endswith('.py'):
            try:
                compile(tree.read(path), path, 'exec')
            except SyntaxError as error:
                yield f'{path}:{error.lineno}: {error.msg}'
            continue
        with open(path, 'rb') as file:
            first = file.readline(64)
        if re.match(rb'#!.*\b(?:ba)?sh\b', first):
            yield from run('shellcheck', path)


def examples_in_the_documents_are_real():
    """Code in README.md and docs is a part of a file that is built, or installed"""
    for path in tree.files():
        if not path.endswith('.md'):
            continue
        for source, block in re.findall(r'(?m)^<!-- (\S+) -->\n+```(?:c|json)\n(.*?)^```', tree.read(path), re.DOTALL | re.MULTILINE):
            if not os.path.exists(source):
                yield f'{path}: {source} is not there'
            elif block.strip() not in tree.read(source):
                yield f'{path}: its code is not what {source} has'
        named = len(re.findall(r'(?m)^<!-- \S+ -->\n+```(?:c|json)\n', tree.read(path)))
        if named != len(re.findall(r'(?m)^```(?:c|json)\n', tree.read(path))):
            yield f'{path}: C code or JSON without the comment that names its file'


def links_in_the_documents_lead_somewhere():
    """Pictures and files that the documents name are there"""
    for path in tree.files():
        if path.endswith('.md'):
            for target in re.findall(r'\]\((?!https?:|#)([^)#]+)', tree.read(path)):
                if not os.path.exists(os.path.join(os.path.dirname(path), target)):
                    yield f'{path}: {target} is not there'


def dependencies_are_listed():
    """Every dependency that meson looks for is in build-aux/packages.txt"""
    with_gtk = {'glib-2.0', 'gobject-2.0', 'gio-2.0', 'gio-unix-2.0', 'gmodule-2.0', 'threads'}
    listed = set(re.findall(r'pkg-config:([\w.+-]+?)(?:>=|\s)', tree.read('build-aux/packages.txt')))
    for path in tree.files():
        if os.path.basename(path) == 'meson.build':
            for name in re.findall(r"\bdependency\(\s*'([^']+)'", tree.read(path)):
                if name not in listed | with_gtk:
                    yield f'{path}: {name}'


def experiments_are_documented():
    """The table in docs/lab.md is what the experiments say (if not: ./dev pot)"""
    document = tree.read(lab.DOCUMENT)
    if lab.expected(document) != document:
        yield f'{lab.DOCUMENT} is out of date'


CHECKS = [
    c_files_are_laid_out,
    only_the_app_knows_gtk,
    layers_point_downwards,
    public_headers_are_public,
    public_headers_are_listed,
    public_functions_are_documented,
    one_fork,
    child_side_starts_no_thread,
    signals_go_to_somebody,
    files_and_functions_are_short,
    every_file_has_a_licence,
    translations_are_complete,
    template_is_up_to_date,
    catalogues_are_complete,
    desktop_files_are_valid,
    metainfo_is_valid,
    schemas_compile,
    xml_is_well_formed,
    scripts_are_clean,
    examples_in_the_documents_are_real,
    links_in_the_documents_lead_somewhere,
    dependencies_are_listed,
    experiments_are_documented,
]


def main():
    if '--c-files' in sys.argv:
        print('\n'.join(tree.c_files()))
        return 0
    failed = False
    print(f'1..{len(CHECKS)}')
    for number, check in enumerate(CHECKS, 1):
        try:
            problems = list(dict.fromkeys(check()))
        except Skip as reason:
            print(f'ok {number} - {check.__doc__} # SKIP {reason}')
            continue
        print(f'{"not ok" if problems else "ok"} {number} - {check.__doc__}')
        for problem in problems:
            print(f'  {problem}')
        failed = failed or bool(problems)
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
