#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Leaving the real app while jobs run, and what is left behind. To be run by in-display.py; the argument is the app."""

import os
import signal
import sys
import time

from driven import App, GLib, Notifications, PATH, SOON, Session, children_of, is_gone, pid_of, run, state_of, wait_for


def test_keep_waiting(program):
    """Quitting with a running job asks first; to keep waiting changes nothing."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('quit')
    app.press('Keep Open')
    app.activate('pause-job', GLib.Variant('u', 1))
    wait_for('the pause', lambda: state_of(pid) == 'T')
    app.process.send_signal(signal.SIGINT)
    app.finish()
    wait_for('the child to be gone', lambda: is_gone(pid))


def test_stop_and_quit(program):
    """Closing the window with a running job asks as well, then stops it and really quits."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('close', path=PATH + '/window/1')
    app.press('.*Stop All and Quit')
    app.finish()
    wait_for('the child to be gone', lambda: is_gone(pid))


def test_daemons(program):
    """Daemons alone are stopped without a question, and soon."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --daemon'))
    pid = pid_of(app.wait(r'Sleep, running.*daemon.*process \d+'))
    app.activate('quit')
    app.finish()
    wait_for('the daemon to be gone', lambda: is_gone(pid))


def test_wait_then_quit(program):
    """Who waits sees the daemon stopped, and the app quits when the other is done."""
    notifications = Notifications()   # or the end of the other is a warning, if all this takes more than ten seconds
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --daemon'))
    daemon = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    other = [pid for pid in wait_for('both', lambda: len(children_of(app.process.pid)) == 2 and children_of(app.process.pid))
             if pid != daemon][0]
    app.activate('quit')
    app.wait('Stopped')
    app.wait('Waited For')
    app.press('.*Wait, Then Quit')
    wait_for('the daemon to be gone', lambda: is_gone(daemon))
    app.settle()
    app.wait('Waiting for Jobs…')
    assert app.process.poll() is None and not is_gone(other)
    os.kill(other, signal.SIGKILL)   # its end, however it comes
    app.finish()
    notifications.stop()


def test_in_background(program):
    """Kept in the background the app lives on without a window, and tells of its last job and ends."""
    notifications = Notifications()
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('close', path=PATH + '/window/1')
    app.press('.*Keep in Background')
    wait_for('the window to be gone', lambda: not app.has_window())
    assert app.process.poll() is None and not is_gone(pid)
    app.activate('cancel-job', GLib.Variant('u', 1))
    app.finish()
    wait_for('the notification', lambda: notifications.shown)   # it may still be on its way
    assert notifications.shown == [('All Jobs Have Ended', '0 done')], notifications.shown   # it was canceled
    notifications.stop()


def test_file_dialog(program):
    """One that asks for a file goes with the window: nobody would be there for the answer."""
    app = App(program, env={'LSAN_OPTIONS': 'detect_leaks=0'})   # the file chooser of GTK 4.8 keeps what its libraries look up
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    app.wait(r'Sleep, running.*process \d+')
    app.activate('export-jobs', path=PATH + '/window/1')
    app.wait('Export Jobs.*')
    app.activate('close', path=PATH + '/window/1')
    app.press('.*Keep in Background')
    wait_for('the window to be gone', lambda: not app.has_window())
    app.settle()
    wait_for('the dialog to be gone', lambda: app.root.get_child_count() == 0)
    app.process.terminate()
    app.finish()


def test_awake(program):
    """The machine is kept awake, and the window says so, for as long as a job runs."""
    session = Session()
    before = os.environ.get('LSAN_OPTIONS', '')
    os.environ['LSAN_OPTIONS'] = 'detect_leaks=0'   # GTK 4.8 never frees what the session calls it
    try:
        app = App(program)
    finally:
        os.environ['LSAN_OPTIONS'] = before
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    app.wait(r'Sleep, running.*process \d+')
    wait_for('the session to be asked', lambda: session.inhibited)
    assert list(session.inhibited.values()) == [('Jobs are running', 1 | 4)], session.inhibited
    app.wait('Keeping awake')
    app.activate('cancel-job', GLib.Variant('u', 1))
    wait_for('the session to be let go', lambda: not session.inhibited)
    app.activate('quit')
    app.finish()
    session.stop()


def test_zombie(program):
    """A job that is held is a zombie until it is joined."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 0.01 --hold'))
    pid = pid_of(app.wait(r'Sleep, done, zombie until joined, process \d+'))
    wait_for('the zombie', lambda: state_of(pid) == 'Z')
    app.press('Join Sleep')
    wait_for('the zombie to be gone', lambda: is_gone(pid))
    app.wait(r'Sleep, done, process \d+')
    app.activate('quit')
    app.finish()


def test_signal(program):
    """SIGTERM stops the jobs, also a paused one, and ends the app when they are gone."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('pause-job', GLib.Variant('u', 1))
    app.wait(r'Sleep, paused.*')
    app.process.terminate()
    app.finish()
    assert is_gone(pid)


def is_deaf(pid):
    """Whether it ignores SIGTERM."""
    try:
        with open('/proc/%d/status' % pid) as stream:
            ignored = next(line for line in stream if line.startswith('SigIgn:')).split()[1]
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return False
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


if __name__ == '__main__':
    sys.exit(run([test_keep_waiting, test_stop_and_quit, test_daemons, test_wait_then_quit, test_in_background, test_file_dialog, test_awake, test_zombie,
                  test_signal, test_killed]))
