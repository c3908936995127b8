# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Counts what tests said: TAP files, and the testlog.json files of `meson test`.

Prints why something failed or was skipped, and last the line "N passed, N failed". With --quiet
only that line. Ends with 1 if anything failed, or if nothing ran.
"""

import json
import re
import sys

TAP_LINE = re.compile(r'^(ok|not ok)\b[ \t]*(\d*)[ \t]*(?:- )?([^#\n]*?)[ \t]*(?:#[ \t]*(\w+)\b:?[ \t]*(.*))?$', re.MULTILINE)
TAIL = 40


class Tally:
    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []

    def add_tap(self, name, text):
        """Counts the points of TAP output, and returns how many there are and how many of them failed."""
        points = failed = 0
        for verdict, _, title, directive, reason in TAP_LINE.findall(text):
            points += 1
            if directive.upper().startswith('SKIP'):
                self.skips.append(f'{name}: {title}: {reason or "no reason given"}')
            elif verdict == 'ok' or directive.upper() == 'TODO':
                self.passed += 1
            else:
                failed += 1
                self.failures.append((f'{name}: {title}', ''))
        return points, failed

    def add_test(self, test):
        """One test of a testlog.json: a program, and the TAP points that it printed."""
        name, result = test['name'], test['result']
        output = test.get('stdout') or ''
        everything = output + (test.get('stderr') or '')
        points, failed = self.add_tap(name, output)

        if result == 'SKIP' and points == 0:
            reason = re.search(r'(?:^|\n)1\.\.0 *# *(?:SKIP)?:? *(.*)', output, re.IGNORECASE)
            said = reason.group(1) if reason else everything.strip().split('\n')[-1]
            self.skips.append(f'{name}: {said or "no reason given"}')
        elif result in ('OK', 'EXPECTEDFAIL', 'SKIP'):
            self.passed += 1 if points == 0 else 0
        elif failed == 0:
            self.failures.append((f'{name}: {result.lower()}, exit status {test.get("returncode")}', everything))
        else:
            self.failures[-1] = (self.failures[-1][0], everything)

    def add_file(self, path):
        try:
            with open(path, encoding='utf-8', errors='replace') as file:
                text = file.read()
        except FileNotFoundError:
            self.failures.append((f'{path} is not there: what should have written it did not run', ''))
            return
        if not path.endswith('.json'):
            self.add_tap(path.rsplit('/', 1)[-1].removesuffix('.tap'), text)
            return
        for line in text.splitlines():
            if line.strip():
                self.add_test(json.loads(line))

    def explain(self):
        for name, output in self.failures:
            print(f'\nFailed: {name}')
            for line in output.strip().splitlines()[-TAIL:]:
                print(f'    {line}')
        if self.skips:
            print()
        for skip in self.skips:
            print(f'Skipped: {skip}')

    def last_line(self):
        skipped = f', {len(self.skips)} skipped' if self.skips else ''
        return f'{self.passed} passed, {len(self.failures)} failed{skipped}'


def main():
    arguments = sys.argv[1:]
    quiet = '--quiet' in arguments
    tally = Tally()
    for path in arguments:
        if path != '--quiet':
            tally.add_file(path)
    if tally.passed + len(tally.failures) == 0:
        tally.failures.append(('no test ran', ''))
    if not quiet:
        tally.explain()
        print()
    print(tally.last_line())
    return 1 if tally.failures else 0


if __name__ == '__main__':
    sys.exit(main())
