#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""One whole story in the real app, with keys alone, and checked by what a screen reader reads. To be run by in-display.py;
the argument is the app."""

import os
import signal
import sqlite3
import sys

from driven import App, Atspi, Notifications, children_of, is_gone, pid_of, press_key, run, state_of, type_text, wait_for

TIME_LEFT = r'(, (about .* left|almost done))?'


def start_from_menu(app, title, fill, row):
    """Ctrl+N, down to the task, its form, whatever is filled in there, and Start; then the focus is on its row."""
    before = children_of(app.process.pid)
    press_key('Control+n')
    app.wait_focused('.*', Atspi.Role.MENU_ITEM)
    app.press_until('Down', title + '…', Atspi.Role.MENU_ITEM)
    press_key('Return')
    app.wait_active(title)
    start = app.wait('Start', Atspi.Role.PUSH_BUTTON)
    fill()
    wait_for('Start', lambda: start.get_state_set().contains(Atspi.StateType.SENSITIVE))
    press_key('Alt+s')
    wait_for('a child', lambda: set(children_of(app.process.pid)) - set(before))
    app.settle()
    return pid_of(app.wait_focused(row))


def switch_on(app, name):
    """Tab to a switch, and Space."""
    app.press_until('Tab', name, Atspi.Role.CHECK_BOX)
    press_key('space')
    wait_for(name + ' to be on', lambda: (box := app.find(name, Atspi.Role.CHECK_BOX)) is not None
             and box.get_state_set().contains(Atspi.StateType.CHECKED))


def run_four_at_once(app):
    """However few cores there are."""
    press_key('Control+comma')
    app.wait_active('Preferences')
    app.press_until('Tab', '.*Jobs at Once', Atspi.Role.SPIN_BUTTON)
    type_text('4')
    press_key('Tab')
    app.wait_focused('Start Method')
    press_key('Escape')
    app.wait_active('Long Tasks')


def first_job(app):
    """One key, and it runs; one more, and it is paused. Its names are those that are promised."""
    app.wait_focused('Calculate Pi', Atspi.Role.PUSH_BUTTON)
    press_key('Return')
    name = r'Calculate Pi, running, \d+ percent' + TIME_LEFT + r', process \d+'
    pid = pid_of(app.wait_focused(name, Atspi.Role.LIST_ITEM))
    assert children_of(app.process.pid) == [pid]
    for button in ['Pause Calculate Pi', 'Cancel Calculate Pi']:
        app.wait(button, Atspi.Role.PUSH_BUTTON)
    bar = app.wait('Calculate Pi', Atspi.Role.PROGRESS_BAR)
    assert (Atspi.Value.get_minimum_value(bar), Atspi.Value.get_maximum_value(bar)) == (0, 1)
    app.wait(r'Window response \d+ milliseconds?', Atspi.Role.LEVEL_BAR)
    app.wait('Calculate Pi: started', Atspi.Role.STATUS_BAR)

    press_key('space')
    app.wait_focused(r'Calculate Pi, paused, \d+ percent, process %d' % pid)
    wait_for('the process to be stopped', lambda: state_of(pid) == 'T')
    app.wait('Resume Calculate Pi', Atspi.Role.PUSH_BUTTON)
    return pid


def zombie(app, pid):
    """Delete cancels the job; its process stays, as a zombie, until the menu of its row joins it."""
    press_key('Delete')
    wait_for('the zombie', lambda: state_of(pid) == 'Z')
    app.wait_focused(r'Sleep, canceled, zombie until joined, process %d' % pid)
    press_key('Alt+2')
    app.wait('PID %d' % pid)
    app.wait('State Zombie, finished.*')
    press_key('Alt+1')
    app.wait_focused(r'Sleep, canceled, zombie until joined, process %d' % pid)
    press_key('Menu')
    app.press_until('Down', 'Start Again', Atspi.Role.MENU_ITEM)
    app.press_until('Up', 'Join', Atspi.Role.MENU_ITEM)
    press_key('Return')
    wait_for('the zombie to be gone', lambda: is_gone(pid) and state_of(pid) is None)
    app.settle()
    app.wait_focused(r'Sleep, canceled, process %d' % pid)


def test_story(program):
    """Three jobs are started, one is paused, one is canceled, a zombie and joined; then the app is quit while a daemon and
    another job run: the one is stopped, the other is waited for."""
    notifications = Notifications()
    app = App(program, env={'LSAN_OPTIONS': 'detect_leaks=0'})   # GLib forgets its table of names when it needs a larger one
    app.wait_active('Long Tasks')
    app.wait('No Jobs Yet')
    run_four_at_once(app)
    pi = first_job(app)

    def sleep_long():
        type_text('600')   # in the first field, in the place of what is proposed there
    daemon = start_from_menu(app, 'Sleep', lambda: (sleep_long(), switch_on(app, 'Daemon')),
                             r'Sleep, running.*, daemon, process \d+')
    app.wait(r'Sleep  600 seconds · pid %d · daemon' % daemon, Atspi.Role.LABEL)
    held = start_from_menu(app, 'Sleep', lambda: (sleep_long(), switch_on(app, 'Hold Until Joined')),
                           r'Sleep, running((?!daemon).)*, process \d+')
    zombie(app, held)

    press_key('Control+q')
    app.wait('Stopped')
    app.wait('Waited For')
    app.wait(r'Sleep, running.*, daemon, process %d' % daemon)
    app.wait(r'Calculate Pi, paused.*, process %d' % pi)
    app.wait_active(r'Quit Long Tasks\?')
    press_key('Alt+w')
    wait_for('the daemon to be gone', lambda: is_gone(daemon))
    wait_for('the other to go on', lambda: state_of(pi) not in ('T', None))
    assert app.process.poll() is None
    os.kill(pi, signal.SIGKILL)   # its end, however it comes
    app.finish()
    wait_for('all to be gone', lambda: all(state_of(pid) is None for pid in [pi, daemon, held, app.process.pid]))

    notifications.stop()
    history = sqlite3.connect(os.path.join(os.environ['XDG_DATA_HOME'], 'long-tasks', 'history.db'))
    assert list(history.execute('SELECT task, daemon, verdict FROM jobs ORDER BY key')) == [
        ('pi', 0, 'crashed'), ('sleep', 1, 'cancelled'), ('sleep', 0, 'cancelled')]


if __name__ == '__main__':
    sys.exit(run([test_story]))
