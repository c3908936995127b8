#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Runs a program on a display, a session bus and in a home of its own, all gone afterwards.

in-display.py [--size WxH] [--manager] PROGRAM [ARGUMENT…]

With --manager a window manager runs as well: the focus, the full screen, rounded corners, shadows.
Exit status: that of the program, 77 where one of these is not installed.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile


def start_display(size='1400x1000'):
    read_end, write_end = os.pipe()
    # -r: no key repeats itself while a busy machine is slow to let it go.
    server = subprocess.Popen(
        ['Xvfb', '-displayfd', str(write_end), '-screen', '0', size + 'x24', '-nolisten', 'tcp', '-noreset', '-r'],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as stream:
        number = stream.readline().strip()
    if not number:
        sys.exit('in-display: Xvfb did not start')
    return server, ':' + number


def start_bus(env=None):
    daemon = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address'], env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    address = daemon.stdout.readline().strip()
    if not address:
        sys.exit('in-display: no session bus')
    return daemon, address


def stop(process):
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument('--size', default='1400x1000')
    parser.add_argument('--manager', action='store_true')
    parser.add_argument('command', nargs=argparse.REMAINDER)
    options = parser.parse_args()

    for program in ['Xvfb', 'dbus-daemon'] + ['mutter'] * options.manager:
        if shutil.which(program) is None:
            print('1..0 # SKIP %s is not installed' % program)
            return 77

    # A signal to us, as the test runner sends after a timeout, still takes everything down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = tempfile.mkdtemp(prefix='long-tasks-test-')
    server = bus = manager = program = None
    try:
        runtime = os.path.join(home, 'runtime')
        os.mkdir(runtime, 0o700)
        os.makedirs(os.path.join(home, '.config', 'gtk-4.0'))
        with open(os.path.join(home, '.config', 'gtk-4.0', 'settings.ini'), 'w') as stream:
            stream.write('[Settings]\ngtk-font-name=Cantarell 11\n')
        server, display = start_display(options.size)
        env = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=runtime, DISPLAY=display, GDK_BACKEND='x11',
                   XDG_CONFIG_HOME=os.path.join(home, '.config'), XDG_DATA_HOME=os.path.join(home, 'data'),
                   XDG_CACHE_HOME=os.path.join(home, 'cache'), NO_AT_BRIDGE='0')
        env.setdefault('GSK_RENDERER', 'cairo')
        for name in ['WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XAUTHORITY']:
            env.pop(name, None)
        bus, env['DBUS_SESSION_BUS_ADDRESS'] = start_bus(env)
        if options.manager:
            manager = subprocess.Popen(['mutter', '--x11', '--sm-disable'], env=env,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        program = subprocess.Popen(options.command, env=env)
        return program.wait()
    finally:
        stop(program)
        stop(manager)
        stop(bus)
        stop(server)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == '__main__':
    sys.exit(main())
