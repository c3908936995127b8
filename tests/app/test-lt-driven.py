#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The first job, results, the pool, the form, and bad calls, in the real app. To be run by in-display.py; the argument is the app."""

import os
import subprocess
import sys

from driven import App, Atspi, GLib, PATH, SOON, children_of, is_gone, pid_of, run, state_of, wait_for


def row(state):
    return r'Calculate Pi, %s.*' % state


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
    wait_for('it to be gone', lambda: not app.find_all(row('done')))
    app.activate('undo-remove')
    wait_for('it to be back', lambda: app.find_all(row('done')))
    app.activate('quit')
    app.finish()


def test_bad_calls(program):
    """Whatever arrives over the bus, nothing breaks."""
    app = App(program)
    for task in ['', 'nothing', 'pi --digits', 'pi --digits -1', 'pi --digits 1e12', 'pi --what 1', 'pi "', 'pi-part']:
        app.activate('start-job', GLib.Variant('s', task))
    for task in ['nothing', 'pi-part']:
        app.activate('new-job', GLib.Variant('s', task))
    app.activate('move-job', GLib.Variant('(uu)', (4711, 9)))
    app.activate('renice-job', GLib.Variant('(ui)', (4711, 99)))
    for name in ['collect-job', 'toggle-daemon', 'show-job', 'pause-job', 'resume-job', 'cancel-job', 'force-job', 'start-again', 'remove-job', 'select-job',
                 'duplicate-job', 'copy-row', 'copy-command', 'copy-result', 'save-result']:
        app.activate(name, GLib.Variant('u', 4711))
    app.activate('undo-remove')
    app.settle()
    app.wait('All 0', Atspi.Role.PUSH_BUTTON)
    assert app.find_all('.*, (waiting|starting|running|done|failed|crashed).*') == []
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


def test_processes(program):
    """The page of processes has those of the app; its cells say what they are about; and it finds some."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    app.wait(r'Sleep, running.*')   # only then can it be paused
    app.activate('view', GLib.Variant('s', 'processes'), path=PATH + '/window/1')
    child = wait_for('the child', lambda: children_of(app.process.pid))[0]
    app.wait('PID %d' % child)
    app.wait('Parent %d' % app.process.pid)
    for words in [r'CPU \d+\.\d percent', r'CPU history, now \d+ percent', r'Memory .*B', r'Threads \d+', 'Nice 19',
                  'State Sleeping, it waits for something to happen, and a signal can wake it']:
        app.wait(words)
    app.activate('pause-job', GLib.Variant('u', 1))
    app.wait('State Stopped, a signal has stopped it, and SIGCONT lets it go on')
    app.wait(r'2 processes · CPU .* of one processor · Memory .*')
    app.activate('freeze', path=PATH + '/window/1')
    app.wait(r'Frozen, updated \d+ s ago · Go On')
    app.press(r'Frozen, updated \d+ s ago · Go On')
    app.process.terminate()
    app.finish()
    wait_for('the child to be gone', lambda: is_gone(child))


def test_queue(program):
    """A held queue starts nothing; a job that is moved to its front is the first to run."""
    app = App(program)
    app.activate('hold-queue')
    for seconds in ['600', '601', '602']:
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds ' + seconds))
    wait_for('all to wait', lambda: len(app.find_all('Sleep, waiting: the queue is held.*')) == 3)
    assert children_of(app.process.pid) == []
    app.activate('move-job', GLib.Variant('(uu)', (3, 0)))
    app.wait_toast('“Sleep” is number 1 in the queue')
    app.activate('move-job', GLib.Variant('(uu)', (4711, 0)))
    app.activate('hold-queue')
    wait_for('some to run', lambda: children_of(app.process.pid))
    app.activate('pause-job', GLib.Variant('u', 3))
    wait_for('the last to run among the first', lambda: app.find_all('Sleep, paused.*') or
             app.activate('pause-job', GLib.Variant('u', 3)))
    for job in [1, 2, 3]:
        app.activate('cancel-job', GLib.Variant('u', job))
    wait_for('all to be canceled', lambda: len(app.find_all('Sleep, canceled.*')) == 3)
    app.activate('quit')
    app.finish()


def test_priority(program):
    """A queued job with a higher priority is the next; one that runs gets it if the system allows that."""
    app = App(program)
    app.activate('hold-queue')
    for _ in range(2):
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    app.activate('renice-job', GLib.Variant('(ui)', (2, 10)))
    app.wait('Sleep  600 seconds · normal priority', Atspi.Role.LABEL)
    app.activate('run-later', path=PATH + '/window/1')   # the newest is selected
    app.wait_toast('“Sleep” is number 2 in the queue')
    app.activate('hold-queue')
    pid = pid_of(app.wait(r'Sleep, running.*process \d+'))
    app.activate('renice-job', GLib.Variant('(ui)', (1, 0)))
    wait_for('the answer', lambda: app.find('the system lets nobody but root .*', Atspi.Role.LABEL, backwards=True)
             or [job for job in children_of(app.process.pid) if os.getpriority(os.PRIO_PROCESS, job) == 0])
    assert pid in children_of(app.process.pid)
    app.process.terminate()
    app.finish()


def test_form(program):
    """The form opens from its action, and Start starts the job."""
    app = App(program)
    app.activate('new-job', GLib.Variant('s', 'sleep'))
    start = app.wait('Start', Atspi.Role.PUSH_BUTTON)
    wait_for('Start to be sensitive', lambda: start.get_state_set().contains(Atspi.StateType.SENSITIVE))
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


if __name__ == '__main__':
    sys.exit(run([test_first_job, test_result, test_bad_calls, test_pool, test_processes, test_queue, test_priority, test_form, test_no_display, test_no_schema]))
