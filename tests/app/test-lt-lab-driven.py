#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The Lab in the real app: three clicks, the keyboard alone, lessons, and what it leaves behind. To be run by in-display.py;
the argument is the app."""

import json
import os
import sys

from driven import App, Atspi, GLib, PATH, children_of, is_gone, press_key, run, type_text, wait_for

DONE = r'Done in .*'


def helper_of(app):
    return wait_for('the helper', lambda: children_of(app.process.pid))


def test_three_clicks(program):
    """From the empty window to a finished experiment."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.press('Open the Lab')
    app.press('Lost Updates, about .*')
    app.press('Skip and Run')
    app.wait(DONE)
    app.wait('What Happened')
    picture = app.wait('Lost Updates', Atspi.Role.IMAGE)
    assert 'Nothing' in picture.get_description(), picture.get_description()
    app.press('Back to All Experiments')
    app.wait('Lost Updates, about .*, done')
    app.activate('quit')
    app.finish()


def test_keyboard(program):
    """No pointer at all: find one, predict, run, see the numbers, and the next one."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.wait_active('Long Tasks')
    press_key('Alt+4')
    app.wait('Keep the Window Quick')
    press_key('Control+f')
    app.wait('Find an experiment')
    type_text('lost upd')
    wait_for('only that one to be left', lambda: app.find('Two Locks, .*') is None)
    press_key('Return')
    app.wait_focused('Exactly as many as were added', Atspi.Role.RADIO_BUTTON)
    press_key('Down')
    app.wait_focused('Less: some additions are lost', Atspi.Role.RADIO_BUTTON)
    press_key('space')
    run_button = app.wait('Run', Atspi.Role.PUSH_BUTTON)
    wait_for('Run to wake up', lambda: run_button.get_state_set().contains(Atspi.StateType.SENSITIVE))
    press_key('Alt+r')
    app.wait(DONE)
    app.wait('You Predicted')
    press_key('Alt+t')
    app.wait(r'Nothing, Lost \(%\): .*')
    press_key('Alt+Left')
    app.wait_focused('Lost Updates, about .*, done')
    app.activate('quit')
    app.finish()


def test_leaves_nothing(program):
    """The app that ends while an experiment runs takes its helper with it; so does the page that is left."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.activate('lab-run', GLib.Variant('s', 'nice-and-cores --repeat 5'))
    pids = helper_of(app)
    app.wait('Stop', Atspi.Role.PUSH_BUTTON)
    app.press('Back to All Experiments')
    wait_for('the helper to be gone', lambda: all(is_gone(pid) for pid in pids))

    app.activate('lab-run', GLib.Variant('s', 'nice-and-cores --repeat 5'))
    pids = helper_of(app)
    app.process.terminate()
    app.finish()
    wait_for('the helper to be gone', lambda: all(is_gone(pid) for pid in pids))


def test_other_page(program):
    """What runs is stopped when another experiment takes its place, and ends on a page that is nowhere by then."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.activate('lab-run', GLib.Variant('s', 'nice-and-cores --repeat 5'))
    pids = helper_of(app)
    app.activate('lab-open', GLib.Variant('s', 'lost-updates'))
    wait_for('the helper to be gone', lambda: all(is_gone(pid) for pid in pids))
    app.settle()
    app.activate('lab-open', GLib.Variant('s', 'nice-and-cores'))
    app.wait('Stopped')
    app.activate('quit')
    app.finish()


def test_bad_calls(program):
    """Whatever arrives over the bus, nothing breaks, and nothing runs."""
    app = App(program)
    app.wait('No Jobs Yet')
    for name in ['lab-open', 'lab-run', 'lab-compare', 'lab-lesson']:
        for text in ['nothing', 'lost-updates --threads 99', 'lost-updates --predict what', '/', '\u202e', "'"]:
            app.activate(name, GLib.Variant('s', text))
    app.activate('lab-stop')
    app.settle()
    assert children_of(app.process.pid) == []
    app.activate('quit')
    app.finish()


def test_lesson(program):
    """A lesson that is given as a file asks what the teacher asks; one that is none is told of."""
    lesson = os.path.join(os.environ['HOME'], 'lesson.json')
    with open(lesson, 'w') as stream:
        json.dump({'experiment': 'lost-updates', 'title': 'Two of Them', 'parameters': {'threads': 2},
                   'question': 'What do two threads count?', 'hints': ['An addition is three steps.']}, stream)
    app = App(program)
    app.wait('No Jobs Yet')
    app.activate('lab-lesson', GLib.Variant('s', lesson))
    app.wait(r'What do two threads count\?')
    app.wait('An addition is three steps.')
    app.press('Skip and Run')
    app.wait(DONE)
    with open(lesson, 'w') as stream:
        stream.write('{')
    app.activate('lab-lesson', GLib.Variant('s', lesson))
    app.wait_toast('“lesson.json” is no lesson: .*')
    app.activate('quit')
    app.finish()


def test_frozen(program):
    """The window says that it will stop, stops, and its heartbeat tells for how long."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.activate('lab-run', GLib.Variant('s', 'frozen-window --seconds 0.5'))
    app.wait(r'Window response [2-9]\d\d\d milliseconds')
    app.wait(DONE)
    app.activate('quit')
    app.finish()


def test_compare(program):
    """Every way to run a task stands in one sheet."""
    app = App(program)
    app.wait('No Jobs Yet')
    app.activate('lab-compare', GLib.Variant('s', 'sleep'))
    for way in ['On the main loop', 'In a thread', 'In a process', 'In the pool']:
        app.wait(way + r', Time: [1-9].* s', seconds=90)
    app.wait('On the main loop, To Cancel: not possible')
    app.wait('In a process, A Crash Takes Down: this job, and none of 2 others')
    app.wait('Done', seconds=60)
    app.activate('quit')
    app.finish()


if __name__ == '__main__':
    sys.exit(run([test_three_clicks, test_keyboard, test_leaves_nothing, test_other_page, test_lesson, test_bad_calls, test_frozen, test_compare]))
