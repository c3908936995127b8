#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""What keys do in the list of jobs of the real app. To be run by in-display.py; the argument is the app."""

import json
import os
import sys
import tempfile

from driven import App, Atspi, CALL_MS, GLib, PATH, children_of, is_gone, pid_of, press_key, run, state_of, type_text, wait_for

WINDOW = PATH + '/window/1'


def start(app, what):
    app.activate('start-job', GLib.Variant('s', what))


def first_in_list(app, pattern):
    """Gives the focus to the first row by keys."""
    app.wait_active('Long Tasks')
    app.press_until('Tab', 'Problems.*', Atspi.Role.PUSH_BUTTON)
    press_key('Tab')
    press_key('Home')
    return app.wait_focused(pattern, Atspi.Role.LIST_ITEM)


def test_search(program):
    """Typing searches, Escape shows all again; what does not match leads to a page that clears the filter."""
    app = App(program)
    start(app, 'pi --digits 1234')
    app.wait(r'Calculate Pi, done.*')
    start(app, 'sleep --seconds 600 --daemon')
    app.wait(r'Sleep, running.*')
    first_in_list(app, 'Sleep, running.*')
    type_text('1,2')
    app.wait_focused('Search Jobs', Atspi.Role.ENTRY)
    type_text('34 done')
    wait_for('one to be left', lambda: not app.find_all('Sleep, running.*') and app.find_all('Calculate Pi, done.*'))
    press_key('Escape')
    app.wait_focused('.*', Atspi.Role.LIST_ITEM)
    wait_for('both', lambda: app.find_all('Sleep, running.*') and app.find_all('Calculate Pi, done.*'))
    press_key('Control+f')
    app.wait_focused('Search Jobs', Atspi.Role.ENTRY)
    type_text('zzz')
    wait_for('none', lambda: not app.find_all('(Sleep|Calculate Pi), .*'))
    app.press('Clear Filter')
    wait_for('both again', lambda: app.find_all('Sleep, running.*') and app.find_all('Calculate Pi, done.*'))
    app.activate('quit')
    app.finish()


def test_focused_row(program):
    """A key is meant for the row with the focus, also when another job was selected in the meantime."""
    app = App(program)
    start(app, 'sleep --seconds 600')
    first = pid_of(app.wait(r'Sleep, running.*process \d+'))
    first_in_list(app, r'Sleep, running.*process %d' % first)
    start(app, 'sleep --seconds 601')
    second = wait_for('the other', lambda: set(children_of(app.process.pid)) - {first}).pop()
    app.wait(r'Sleep, running.*process %d' % second)
    press_key('space')
    app.wait_focused(r'Sleep, paused.*process %d' % first)
    wait_for('the first to be stopped', lambda: state_of(first) == 'T')
    assert state_of(second) != 'T'
    press_key('Delete')
    wait_for('it to be gone', lambda: is_gone(first))
    assert not is_gone(second)
    app.process.terminate()
    app.finish()


def test_projector(program):
    """F11 fills the screen, and F11 again does not."""
    app = App(program)
    app.wait_active('Long Tasks')

    def is_full():
        state = app.bus.call_sync('io.github.longtasks.LongTasks', WINDOW, 'org.gtk.Actions', 'Describe',
                                  GLib.Variant('(s)', ('projector',)), None, 0, CALL_MS, None)
        return state.unpack()[0][2] == [True]
    assert not is_full()
    press_key('F11')
    wait_for('the full screen', is_full)
    press_key('F11')
    wait_for('a window', lambda: not is_full())
    app.activate('quit')
    app.finish()


def choose_file(app, title, path):
    """In the dialog for files; where it does not ask for a name, a slash makes it."""
    app.wait_focus_in(title + '.*')

    def is_typed():
        field = app.find_focused('.*', Atspi.Role.TEXT)
        return field is not None and Atspi.Text.get_text(field, 0, Atspi.Text.get_character_count(field)) == path

    def type_it():
        if is_typed():
            app.settle()
            return is_typed()
        # When it has read the folder it proposes a name, in the place of what was typed by then.
        press_key('Control+a')
        type_text(path)
        return False
    app.wait_for('the path to be typed', type_it)
    press_key('Return')


def test_exchange(program):
    """Shift+Ctrl+S exports the list, and what was exported can be imported: it starts when people agree."""
    no_leaks = {'LSAN_OPTIONS': 'detect_leaks=0'}   # the file chooser of GTK 4.8 keeps what its libraries look up
    path = os.path.join(tempfile.mkdtemp(dir=os.environ['HOME']), 'jobs.json')
    app = App(program, env=no_leaks)
    start(app, 'sleep --seconds 600.5 --daemon')
    app.wait(r'Sleep, running.*')
    app.wait_active('Long Tasks')
    press_key('Control+Shift+s')
    choose_file(app, 'Export Jobs', path)
    app.wait_for('the file', lambda: os.path.exists(path) and os.path.getsize(path) > 0)
    with open(path) as stream:
        jobs = json.load(stream)
    assert [(job['task'], job['arguments'], job['daemon']) for job in jobs] == [('sleep', {'seconds': 600.5}, True)], jobs
    app.process.terminate()
    app.finish()

    app = App(program, env=no_leaks)
    app.wait_active('Long Tasks')
    app.activate('import-jobs', path=WINDOW)
    choose_file(app, 'Import Jobs', path)
    app.wait_focus_in('Start 1 Job.*')
    assert children_of(app.process.pid) == []
    press_key('Alt+s')
    wait_for('the job', lambda: children_of(app.process.pid))
    app.process.terminate()
    app.finish()


def test_preferences(program):
    """There is one window of preferences, however often it is asked for."""
    app = App(program)
    app.activate('preferences')
    app.wait('Preferences', Atspi.Role.FRAME)
    app.activate('preferences')
    app.settle()
    assert len([node for node in app.walk() if node.get_name() == 'Preferences' and node.get_role() == Atspi.Role.FRAME]) == 1
    app.process.terminate()
    app.finish()


def test_forced(program):
    """Who stops a job by force is told, and may start it again."""
    app = App(program)
    start(app, 'sleep --seconds 600')
    first = pid_of(app.wait(r'Sleep, running.*process \d+'))
    first_in_list(app, r'Sleep, running.*process %d' % first)
    press_key('Shift+Delete')

    def start_again():
        button = app.find('.*Start Again', Atspi.Role.PUSH_BUTTON, backwards=True)
        return button is not None and app.find('“Sleep” stopped by force', Atspi.Role.LABEL, backwards=True) \
            and app.try_press(button)
    wait_for('the toast, and its button', start_again)
    second = wait_for('another', lambda: children_of(app.process.pid))[0]
    assert second != first and is_gone(first)
    app.process.terminate()
    app.finish()


def test_when_done(program):
    """When the queue is done the app quits, if that was chosen, and not before."""
    app = App(program)
    app.activate('when-done', GLib.Variant('s', 'quit'))
    start(app, 'sleep --seconds 601 --daemon')
    daemon = pid_of(app.wait(r'Sleep, running.*process \d+'))
    start(app, 'sleep --seconds 600')
    app.wait(r'Sleep, running((?!daemon).)*process \d+')
    assert app.process.poll() is None
    app.activate('cancel-job', GLib.Variant('u', 2))
    app.finish(warnings=True)   # nobody takes its notification
    assert is_gone(daemon)


def test_state_restored(program):
    """The view and the filter are the next time as they were left."""
    config = {'GSETTINGS_BACKEND': 'keyfile', 'XDG_CONFIG_HOME': tempfile.mkdtemp(dir=os.environ['HOME'])}
    app = App(program, env=config)
    app.activate('view', GLib.Variant('s', 'processes'), path=WINDOW)
    app.activate('filter', GLib.Variant('s', 'finished'), path=WINDOW)
    app.wait('PID %d' % app.process.pid)
    app.activate('quit')
    app.finish()
    app = App(program, env=config)
    app.wait('PID %d' % app.process.pid)
    app.activate('view', GLib.Variant('s', 'jobs'), path=WINDOW)
    start(app, 'sleep --seconds 600 --daemon')
    app.wait('Active 1', Atspi.Role.PUSH_BUTTON)
    assert app.find_all('Sleep, .*') == []
    app.activate('quit')
    app.finish()


if __name__ == '__main__':
    sys.exit(run([test_search, test_preferences, test_focused_row, test_projector, test_exchange, test_forced, test_when_done, test_state_restored]))
