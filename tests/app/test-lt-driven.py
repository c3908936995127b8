#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Drives the real app in a real window: acts through its actions and its accessible buttons, and reads
what a screen reader reads. To be run by in-display.py; the argument is the app."""

import os
import re
import signal
import subprocess
import sys
import time

try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, Gio, GLib
except (ImportError, ValueError) as error:
    print('1..0 # SKIP the accessible tree cannot be read: %s' % error)
    sys.exit(0)

APP_ID = 'io.github.longtasks.LongTasks'
PATH = '/io/github/longtasks/LongTasks'
SOON = 40
signal.alarm(280)


def wait_for(what, predicate, seconds=SOON):
    """The first true answer of predicate; trees change while they are read, so errors there are a no."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            answer = predicate()
        except GLib.Error:
            answer = None
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError('waited in vain for ' + what)


def children_of(pid):
    found = []
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % entry) as stream:
                fields = stream.read().rsplit(')', 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            found.append(int(entry))
    return found


def state_of(pid):
    """As one letter; None for a process that is gone."""
    try:
        with open('/proc/%d/stat' % pid) as stream:
            return stream.read().rsplit(')', 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_gone(pid):
    # Whoever adopted it may be slow to collect it.
    return state_of(pid) in (None, 'Z')


class App:
    def __init__(self, program):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.errors = open(os.path.join(os.environ['HOME'], 'errors'), 'w+')
        self.process = subprocess.Popen([program], stderr=self.errors)
        self.root = wait_for('the accessible tree', self.find_root)

    def find_root(self):
        if self.process.poll() is not None:
            raise AssertionError('the app ended with %d' % self.process.returncode)
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(index)
            if app is not None and app.get_process_id() == self.process.pid and app.get_child_count() > 0:
                return app
        return None

    def activate(self, name, *parameters, path=PATH):
        self.bus.call_sync(APP_ID, path, 'org.gtk.Actions', 'Activate',
                           GLib.Variant('(sava{sv})', (name, list(parameters), {})), None, Gio.DBusCallFlags.NONE, 5000, None)

    def walk(self, node=None):
        node = node or self.root
        yield node
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                yield from self.walk(child)

    def find(self, pattern, role=None):
        for node in self.walk():
            if re.fullmatch(pattern, node.get_name() or '') and role in (None, node.get_role()):
                return node
        return None

    def find_all(self, pattern):
        # A row and what the list makes of it have the same name: only the row is a group.
        return [node for node in self.walk() if node.get_role() == Atspi.Role.PANEL
                and re.fullmatch(pattern, node.get_name() or '')]

    def wait(self, pattern, role=None, seconds=SOON):
        return wait_for('“%s”' % pattern, lambda: self.find(pattern, role), seconds)

    def press(self, pattern):
        def try_it():
            node = self.find(pattern, Atspi.Role.PUSH_BUTTON)
            return node is not None and Atspi.Action.do_action(node, 0)
        wait_for('the button “%s”' % pattern, try_it)

    def finish(self, seconds=SOON):
        code = self.process.wait(seconds)
        self.errors.seek(0)
        text = self.errors.read()
        assert code == 0, 'exit status %d\n%s' % (code, text)
        assert 'WARNING' not in text and 'CRITICAL' not in text, text


def row(state):
    return r'Calculate Pi, %s.*' % state


def pid_of(node):
    return int(re.search(r'process (\d+)', node.get_name()).group(1))


def test_first_job(program):
    """One press starts a job that moves, pauses, resumes and is canceled."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.press('Calculate Pi')
    node = app.wait(row('running') + r'process \d+')
    pid = pid_of(node)
    assert children_of(app.process.pid) == [pid], children_of(app.process.pid)

    bar = wait_for('the bar', lambda: next((n for n in app.walk() if n.get_role() == Atspi.Role.PROGRESS_BAR), None))
    first = bar.get_value_iface().get_current_value()
    wait_for('progress', lambda: bar.get_value_iface().get_current_value() > first)

    app.press('Pause Calculate Pi')
    app.wait(row('paused'))
    wait_for('the process to be stopped', lambda: state_of(pid) == 'T')
    app.press('Resume Calculate Pi')
    app.wait(row('running'))
    app.press('Cancel Calculate Pi')
    app.wait(row('canceled'))
    wait_for('the child to be gone', lambda: is_gone(pid))
    assert children_of(app.process.pid) == []
    meter = app.wait(r'Window response \d+ milliseconds?')
    print('# ' + meter.get_name())
    app.activate('quit')
    app.finish()


def test_result(program):
    """A small job ends, says so, and its digits can be read; removed, it comes back."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1000'))
    app.wait(row('done'))
    app.wait(r'Calculate Pi: done in .*')
    text = wait_for('digits', lambda: next((n for n in app.walk() if n.get_role() == Atspi.Role.TEXT
                                            and Atspi.Text.get_text(n, 0, 12) == '3.1415926535'), None))
    assert Atspi.Text.get_character_count(text) == 1002
    app.press('Remove Calculate Pi')
    app.wait('No Jobs Yet')
    app.activate('undo-remove')
    app.wait(row('done'))
    app.activate('quit')
    app.finish()


def test_bad_calls(program):
    """Whatever arrives over the bus, nothing breaks."""
    app = App(program)
    for task in ['', 'nothing', 'pi --digits', 'pi --digits -1', 'pi --digits 1e12', 'pi --what 1', 'pi "', 'pi-part']:
        app.activate('start-job', GLib.Variant('s', task))
    for task in ['nothing', 'pi-part']:
        app.activate('new-job', GLib.Variant('s', task))
    for name in ['pause-job', 'resume-job', 'cancel-job', 'force-job', 'start-again', 'remove-job', 'select-job',
                 'duplicate-job', 'copy-row', 'copy-command', 'copy-result', 'save-result']:
        app.activate(name, GLib.Variant('u', 4711))
    app.activate('undo-remove')
    app.wait('No Jobs Yet')
    app.activate('quit')
    app.finish()


# GTK 4.8 crashes when its accessible tree is read while a dialog is being taken down. So after a
# dialog was answered these tests look at the processes, and act through the bus, alone.

def test_pool(program):
    """Jobs of the pool wait while its queue is held, then run in as many workers as it has, and end."""
    app = App(program)
    app.activate('pool-workers', GLib.Variant('u', 2))
    app.activate('hold-queue')
    for _ in range(2):
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --executor pool'))
    held = 'Sleep, waiting: the queue is held.*'
    app.wait(held)
    app.activate('show-page', GLib.Variant('s', 'pool'), path=PATH + '/window/1')
    app.wait('Hold Queue')
    app.wait('Workers', Atspi.Role.SPIN_BUTTON)

    app.activate('hold-queue')
    wait_for('both to run', lambda: len(app.find_all('Sleep, running.*')) == 2)
    assert app.find(held) is None
    server = children_of(app.process.pid)[0]
    first = wait_for('two workers', lambda: len(children_of(server)) == 2 and children_of(server))
    for pid in first:
        app.wait(str(pid))   # in the table of workers

    app.activate('pool-workers', GLib.Variant('u', 3))
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --executor pool'))
    wait_for('three to run', lambda: len(app.find_all('Sleep, running.*')) == 3)
    wait_for('three workers', lambda: len(children_of(server)) == 3)

    app.activate('pause-job', GLib.Variant('u', 1))
    app.wait('Sleep, paused.*')
    app.activate('resume-job', GLib.Variant('u', 1))
    wait_for('three to run again', lambda: len(app.find_all('Sleep, running.*')) == 3)
    app.activate('cancel-job', GLib.Variant('u', 1))
    app.activate('force-job', GLib.Variant('u', 2))
    wait_for('two to be canceled', lambda: len(app.find_all('Sleep, canceled.*')) == 2)
    assert len(app.find_all('Sleep, running.*')) == 1
    app.press('Cancel Sleep')   # its number is any: workers are numbered as well
    wait_for('all to be canceled', lambda: len(app.find_all('Sleep, canceled.*')) == 3)
    app.activate('quit')
    app.finish()
    wait_for('the workers to be gone', lambda: all(is_gone(pid) for pid in first + [server]))


def test_form(program):
    """The form opens from its action, and Start starts the job."""
    app = App(program)
    app.activate('new-job', GLib.Variant('s', 'sleep'))
    start = app.wait('Start', Atspi.Role.PUSH_BUTTON)
    assert start.get_state_set().contains(Atspi.StateType.SENSITIVE)
    app.press('Start')
    pid = wait_for('the child', lambda: children_of(app.process.pid))[0]

    def pause():
        # Without effect as long as the child is only being started.
        app.activate('pause-job', GLib.Variant('u', 1))
        return state_of(pid) == 'T'
    wait_for('the pause', pause)
    app.activate('cancel-job', GLib.Variant('u', 1))
    wait_for('the child to be gone', lambda: is_gone(pid))
    # Not by its action: the job may not have ended yet, and then that asks.
    app.process.terminate()
    app.finish()


def test_keep_waiting(program):
    """Quitting with a running job asks first; to keep waiting changes nothing."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('quit')
    app.press('.*Keep Waiting')
    app.activate('pause-job', GLib.Variant('u', 1))
    wait_for('the pause', lambda: state_of(pid) == 'T')
    app.process.send_signal(signal.SIGINT)
    app.finish(10)
    wait_for('the child to be gone', lambda: is_gone(pid))


def test_stop_and_quit(program):
    """Closing the window with a running job asks as well, then stops it and really quits."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('close', path=PATH + '/window/1')
    app.press('.*Stop Job and Quit')
    app.finish()
    wait_for('the child to be gone', lambda: is_gone(pid))


def test_signal(program):
    """SIGTERM stops the jobs, also a paused one, and ends the app within five seconds."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('pause-job', GLib.Variant('u', 1))
    app.wait(r'Sleep, paused.*')
    app.process.terminate()
    app.finish(5)
    wait_for('the child to be gone', lambda: is_gone(pid))


def is_deaf(pid):
    """Whether it ignores SIGTERM."""
    with open('/proc/%d/status' % pid) as stream:
        ignored = next(line for line in stream if line.startswith('SigIgn:')).split()[1]
    return int(ignored, 16) >> (signal.SIGTERM - 1) & 1


def test_killed(program):
    """Killed, it leaves nothing behind, though its workers are deaf to SIGTERM."""
    worker = os.environ['HAUL_WORKER']
    os.environ['HAUL_WORKER'] = os.environ['HAUL_TEST_DEAF_WORKER']
    try:
        app = App(program)
    finally:
        os.environ['HAUL_WORKER'] = worker
    for _ in range(40):
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds 60'))

    def deaf_children():
        pids = children_of(app.process.pid)
        return pids if pids and all(is_deaf(pid) for pid in pids) else None
    pids = wait_for('deaf workers', deaf_children)
    app.process.kill()
    assert app.process.wait(SOON) == -signal.SIGKILL
    begin = time.monotonic()
    wait_for('the workers to be gone', lambda: all(is_gone(pid) for pid in pids))
    print('# %d workers gone after %.0f ms' % (len(pids), 1000 * (time.monotonic() - begin)))


def test_no_display(program):
    """Without a display: one line that says what to do, and exit status 1."""
    env = {name: value for name, value in os.environ.items() if name not in ('DISPLAY', 'WAYLAND_DISPLAY')}
    done = subprocess.run([program], env=env, capture_output=True, text=True, timeout=SOON)
    assert done.returncode == 1, done.returncode
    assert done.stderr.count('\n') == 1 and 'haul run pi' in done.stderr, done.stderr
    done = subprocess.run([program, '--version'], env=env, capture_output=True, text=True, timeout=SOON)
    assert done.returncode == 0 and done.stdout.startswith('long-tasks '), done


def test_no_schema(program):
    """Without its settings installed the app starts all the same."""
    before = os.environ.pop('GSETTINGS_SCHEMA_DIR', None)
    try:
        app = App(program)
        app.wait('No Jobs Yet')
        app.activate('quit')
        app.finish()
    finally:
        if before is not None:
            os.environ['GSETTINGS_SCHEMA_DIR'] = before


def main():
    tests = [test_first_job, test_result, test_bad_calls, test_pool, test_form, test_keep_waiting, test_stop_and_quit,
             test_signal, test_killed, test_no_display, test_no_schema]
    print('1..%d' % len(tests))
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace('test_', '').replace('_', '-')
        try:
            test(sys.argv[1])
            print('ok %d %s' % (number, name), flush=True)
        except Exception as error:
            failed += 1
            print('not ok %d %s' % (number, name), flush=True)
            print('# ' + ('%s: %s' % (type(error).__name__, error)).replace('\n', '\n# '), flush=True)
            for process in children_of(os.getpid()):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
