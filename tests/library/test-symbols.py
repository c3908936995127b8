#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""test-symbols.py LIBRARY: whether the library exports what its public headers declare, and nothing else."""

import os
import shutil
import subprocess
import sys

library = os.path.abspath(sys.argv[1])
os.chdir(os.path.join(os.path.dirname(__file__), '..', '..'))
sys.path.insert(0, 'build-aux')

import headers  # noqa: E402

if not shutil.which('nm'):
    print('1..0 # SKIP nm is not installed')
    sys.exit(0)

symbols = subprocess.run(['nm', '-D', '--defined-only', library], stdout=subprocess.PIPE, encoding='utf-8', check=True)
exported = {line.split()[2].partition('@')[0] for line in symbols.stdout.splitlines()}
declared = {name for path in headers.public() for name, *_ in headers.functions(path, inline=False)}
# What some linkers add.
exported -= {'_init', '_fini', '_edata', '_end', '__bss_start'}

print('1..2')
for number, (title, wrong) in enumerate((
        ('every public function is exported', declared - exported),
        ('nothing else is exported', exported - declared)), 1):
    print(f'{"not ok" if wrong else "ok"} {number} - {title}')
    for name in sorted(wrong):
        print(f'# {name}')
sys.exit(0)
