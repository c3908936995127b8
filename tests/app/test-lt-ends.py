#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Ways in which the life of the real app ends from outside: nothing is left behind, and the history says so. To be run by
in-display.py; the argument is the app."""

import os
import resource
import signal
import sys
import tempfile
import time

from driven import App, GLib, SOON, Session, ask_history, children_of, is_gone, run, start_bus, start_display, wait_for


class Remote(App):
    """One that is driven through its actions alone, on any bus and display, and with a history of its own."""

    def __init__(self, program, env={}, **options):
        self.data = tempfile.mkdtemp(dir=os.environ['HOME'])
        self.known = set()
        super().__init__(program, env=dict(env, XDG_DATA_HOME=self.data), tree=False, **options)

    def start_jobs(self):
        """One of each kind that has a process: exec'd, paused, a daemon, in the pool, and a zombie."""
        for what in ['--seconds 600', '--seconds 601', '--seconds 602 --daemon', '--seconds 603 --executor pool',
                     '--seconds 0.01 --hold']:
            self.activate('start-job', GLib.Variant('s', 'sleep ' + what))
        self.activate('pause-job', GLib.Variant('u', 2))
        wait_for('some of them to run', lambda: len(self.look()) >= 4)
        # It is written by a thread: who is killed before that has no history.
        wait_for('all to be in the history', lambda: len(self.verdicts()) == 4)

    def look(self):
        """All processes of it, and those that there were."""
        todo = [self.process.pid]
        found = set()
        while todo:
            children = children_of(todo.pop())
            found.update(children)
            todo.extend(children)
        self.known |= found
        return found

    def is_clean(self):
        return all(is_gone(pid) for pid in self.known)

    def check_gone(self):
        begin = time.monotonic()
        wait_for('its processes to be gone', self.is_clean)
        print('# %d processes gone after %.0f ms' % (len(self.known), 1000 * (time.monotonic() - begin)))

    def verdicts(self):
        return [verdict for verdict, in ask_history(self.data, 'SELECT verdict FROM jobs WHERE arguments NOT LIKE \'%0.01%\'')]

    def check_history(self):
        assert set(self.verdicts()) == {'interrupted'}, self.verdicts()

    def check_history_next_time(self, program):
        """What it could not write itself, the next one does."""
        again = App(program, env={'XDG_DATA_HOME': self.data}, tree=False)
        wait_for('the history to be put right', lambda: set(self.verdicts()) == {'interrupted'})
        again.process.terminate()
        again.finish()


def test_signals(program):
    """SIGTERM, SIGINT and SIGHUP end it in good order."""
    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
        app = Remote(program)
        app.start_jobs()
        app.process.send_signal(number)
        app.finish()
        app.check_gone()
        app.check_history()


def test_second_signal(program):
    """Who signals twice means it: workers that are deaf to SIGTERM get no grace any more."""
    took = []
    deaf = {'HAUL_WORKER': os.environ['HAUL_TEST_DEAF_WORKER']}
    # Two of a kind might come as one.
    for signals in [[signal.SIGTERM], [signal.SIGTERM, signal.SIGINT]]:
        app = Remote(program, env=deaf)
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
        wait_for('the worker', lambda: [pid for pid in app.look() if is_deaf(pid)])
        begin = time.monotonic()
        for number in signals:
            app.process.send_signal(number)
        wait_for('the worker to be gone', app.is_clean)
        took.append(time.monotonic() - begin)
        app.finish()
        app.check_gone()
        app.check_history()
    print('# one signal: %.1f s, two: %.1f s' % tuple(took))
    assert took[0] >= 2.5 and took[0] > took[1], took


def is_deaf(pid):
    try:
        with open('/proc/%d/status' % pid) as stream:
            ignored = next(line for line in stream if line.startswith('SigIgn:')).split()[1]
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return False
    return int(ignored, 16) >> (signal.SIGTERM - 1) & 1


def test_all_at_once(program):
    """The whole session is signalled, as systemd does it: its workers die at the same time."""
    app = Remote(program)
    app.start_jobs()
    for pid in app.look() | {app.process.pid}:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass   # it went with the one before
    app.finish()
    app.check_gone()
    assert set(app.verdicts()) <= {'interrupted', 'crashed'}, app.verdicts()


def test_killed(program):
    """Killed, or crashed: its processes notice by themselves."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in [signal.SIGKILL, signal.SIGSEGV]:
        app = Remote(program)
        app.start_jobs()
        app.process.send_signal(number)
        assert app.process.wait(SOON) != 0
        app.check_gone()
        app.check_history_next_time(program)


def test_display_lost(program):
    """The display server dies: so does the app, at once, and all that it started."""
    server, display = start_display()
    app = Remote(program, env={'DISPLAY': display, 'GTK_A11Y': 'none'})
    app.start_jobs()
    server.kill()
    server.wait()
    assert app.process.wait(SOON) == 1
    app.check_gone()
    app.check_history_next_time(program)


def test_bus_lost(program):
    """The session bus dies: as if it had been asked to end."""
    daemon, address = start_bus()
    app = Remote(program, env={'DBUS_SESSION_BUS_ADDRESS': address, 'GTK_A11Y': 'none'}, bus=address)
    app.start_jobs()
    daemon.kill()
    daemon.wait()
    app.finish()
    app.check_gone()
    app.check_history()


def test_logout(program):
    """The session asks whether it may end, and ends."""
    session = Session()
    app = Remote(program, env={'LSAN_OPTIONS': 'detect_leaks=0'})   # GTK 4.8 never frees what the session calls it
    app.start_jobs()
    wait_for('the session to be asked to go on', lambda: session.inhibited)
    session.tell('QueryEndSession')
    wait_for('the answer', lambda: session.answers == [True])
    session.tell('EndSession')
    app.finish()
    app.check_gone()
    app.check_history()
    session.stop()


if __name__ == '__main__':
    sys.exit(run([test_signals, test_second_signal, test_all_at_once, test_killed, test_display_lost, test_bus_lost, test_logout]))
