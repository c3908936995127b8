# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Drives the real app in a real window: acts through its actions and its accessible buttons, and reads
what a screen reader reads."""

import importlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
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
CALL_MS = SOON * 1000

# What does not answer yet is busy: a call that was given up might be carried out all the same, and be made twice.
Atspi.set_timeout(CALL_MS, CALL_MS)

start_bus = importlib.import_module('in-display').start_bus
start_display = importlib.import_module('in-display').start_display

# As X numbers them; a letter or a digit has its own code.
KEYS = {'Tab': 0xff09, 'Return': 0xff0d, 'Escape': 0xff1b, 'Delete': 0xffff, 'Menu': 0xff67, 'space': 0x20, 'comma': 0x2c,
        'Home': 0xff50, 'Left': 0xff51, 'Up': 0xff52, 'Right': 0xff53, 'Down': 0xff54, 'F1': 0xffbe, 'F9': 0xffc6,
        'F11': 0xffc8}
MODIFIERS = {'Shift': 1 << 0, 'Control': 1 << 2, 'Alt': 1 << 3}


def press_key(name):
    """Presses a key as people do, wherever the focus is: 'Down', 'n', 'Control+n'."""
    *modifiers, key = name.split('+')
    mask = sum(MODIFIERS[modifier] for modifier in modifiers)
    if mask:
        Atspi.generate_keyboard_event(mask, None, Atspi.KeySynthType.LOCKMODIFIERS)
    Atspi.generate_keyboard_event(KEYS[key] if key in KEYS else ord(key), None, Atspi.KeySynthType.SYM)
    if mask:
        Atspi.generate_keyboard_event(mask, None, Atspi.KeySynthType.UNLOCKMODIFIERS)


def type_text(text):
    for letter in text:
        press_key('space' if letter == ' ' else letter)


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


def ask_history(data, question):
    """The rows that the history below a folder for data answers with; none as long as the app has not made it."""
    try:
        history = sqlite3.connect('file:%s?mode=rw' % os.path.join(data, 'long-tasks', 'history.db'), uri=True)
    except sqlite3.OperationalError:
        return []
    try:
        return list(history.execute(question))
    except sqlite3.OperationalError:
        return []
    finally:
        history.close()


def connect(address):
    if address == '':
        return None
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
    bus.set_exit_on_close(False)
    return bus


class App:
    def __init__(self, program, wrapper=[], env={}, bus=None, tree=True, **options):
        self.bus = connect(bus) if bus is not None else Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.errors = open(os.path.join(os.environ['HOME'], 'errors'), 'w+')
        self.process = subprocess.Popen(wrapper + [program], stderr=self.errors, env=dict(os.environ, **env), **options)
        if tree:
            self.root = wait_for('the accessible tree', self.find_root)
        elif bus != '':
            wait_for('the window', self.has_window)

    def find_root(self):
        if self.process.poll() is not None:
            raise AssertionError('the app ended with %d' % self.process.returncode)
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(index)
            if app is not None and app.get_process_id() == self.process.pid and app.get_child_count() > 0:
                return app
        return None

    def has_window(self):
        if self.process.poll() is not None:
            raise AssertionError('the app ended with %d' % self.process.returncode)
        try:
            self.bus.call_sync(APP_ID, PATH + '/window/1', 'org.gtk.Actions', 'List', None, None,
                               Gio.DBusCallFlags.NONE, CALL_MS, None)
        except GLib.Error:
            return False
        return True

    def activate(self, name, *parameters, path=PATH):
        self.bus.call_sync(APP_ID, path, 'org.gtk.Actions', 'Activate',
                           GLib.Variant('(sava{sv})', (name, list(parameters), {})), None, Gio.DBusCallFlags.NONE, CALL_MS, None)

    def walk(self, node=None, backwards=False):
        if node is None:
            windows = self.windows('.*')
            for window in reversed(windows) if backwards else windows:
                yield from self.walk(window, backwards)
            return
        yield node
        if node.get_role() in (Atspi.Role.PAGE_TAB, Atspi.Role.SCROLL_BAR, Atspi.Role.LABEL):
            return   # what they are made of says nothing, and asking for it takes its time
        indices = range(node.get_child_count())
        for index in reversed(indices) if backwards else indices:
            child = node.get_child_at_index(index)
            if child is not None:
                yield from self.walk(child, backwards)

    def find(self, pattern, role=None, backwards=False):
        for node in self.walk(backwards=backwards):
            if re.fullmatch(pattern, node.get_name() or '') and role in (None, node.get_role()):
                return node
        return None

    def find_all(self, pattern):
        # A row and what the list makes of it have the same name: only the row is a group.
        return [node for node in self.walk() if node.get_role() == Atspi.Role.PANEL
                and re.fullmatch(pattern, node.get_name() or '')]

    def wait(self, pattern, role=None, seconds=SOON):
        return self.wait_for('“%s”' % pattern, lambda: self.find(pattern, role), seconds)

    def wait_for(self, what, predicate, seconds=SOON):
        """The same, which tells what there is in place of what was waited for."""
        try:
            return wait_for(what, predicate, seconds)
        except AssertionError as error:
            focused = [node.get_name() for node in self.focused()]
            names = dict.fromkeys(filter(None, (node.get_name() for node in self.walk())))
            raise AssertionError('%s\nThe focus is on: %s\nThere is: %s' % (error, focused, ' | '.join(names))) from None

    def wait_toast(self, pattern, role=Atspi.Role.LABEL):
        """What is there for five seconds only, and the last thing in its window."""
        return self.wait_for('the toast “%s”' % pattern, lambda: self.find(pattern, role, backwards=True))

    def press(self, pattern):
        """It is pressed as by a key, so that what it does comes a quarter of a second later. Wait for what only that brings:
        pages that are not shown are in the tree as well."""
        self.wait_for('the button “%s”' % pattern, lambda: self.try_press(self.find(pattern, Atspi.Role.PUSH_BUTTON)))

    def try_press(self, button):
        # One that never was on the screen says that it was pressed, and does nothing.
        return button is not None and Atspi.Component.get_extents(button, Atspi.CoordType.WINDOW).width > 0 \
            and Atspi.Action.do_action(button, 0)

    def focused(self, title='.*'):
        """Where keys go; nowhere while that is the field of a form, which libadwaita 1.2 does not tell."""
        # A window in which a menu closes when it is not active any more says that what opened the menu has the focus.
        return [node for window in self.windows(title) if not self.is_inactive(window)
                for node in self.walk(window) if node.get_state_set().contains(Atspi.StateType.FOCUSED)]

    def is_inactive(self, window):
        """Whether it says so: only frames do."""
        return window.get_role() == Atspi.Role.FRAME and not window.get_state_set().contains(Atspi.StateType.ACTIVE)

    def find_focused(self, pattern, role=None, nodes=None):
        return next((node for node in (self.focused() if nodes is None else nodes)
                     if re.fullmatch(pattern, node.get_name() or '') and role in (None, node.get_role())), None)

    def wait_focused(self, pattern, role=None):
        return self.wait_for('the focus on “%s”' % pattern, lambda: self.find_focused(pattern, role))

    def windows(self, title):
        # All of them at once: GTK 4.8 crashes when it is asked for one that has gone since they were counted.
        windows = [self.root.get_child_at_index(index) for index in range(self.root.get_child_count())]
        return [node for node in windows if node is not None and re.fullmatch(title, node.get_name() or '')]

    def wait_active(self, title):
        """Until keys go to that window."""
        return self.wait_for('the window “%s”' % title, lambda: [
            node for node in self.windows(title) if node.get_state_set().contains(Atspi.StateType.ACTIVE)])

    def wait_focus_in(self, title):
        """The same for a dialog, whose role does not tell which of them is active."""
        return self.wait_for('the focus in “%s”' % title, lambda: self.focused(title))

    def press_until(self, key, pattern, role=None, limit=40):
        """Moves on with a key until the focus is there; each time it waits until it has moved."""
        focused = self.focused()
        for _ in range(limit):
            if self.find_focused(pattern, role, focused) is not None:
                return
            press_key(key)
            # Only when it has left is all of the tree read: where it goes to while that is read would be missed.
            if focused:
                self.wait_for('the focus to leave “%s” after %s' % (focused[0].get_name(), key),
                              lambda: not focused[0].get_state_set().contains(Atspi.StateType.FOCUSED))
                focused = self.focused()
            else:
                focused = self.wait_for('the focus to come after ' + key, self.focused)
        raise AssertionError('%s does not lead to “%s”' % (key, pattern))

    def is_idle(self):
        """Its main loop has turned."""
        self.bus.call_sync(APP_ID, PATH, 'org.gtk.Actions', 'List', None, None, Gio.DBusCallFlags.NONE, CALL_MS, None)
        return True

    def settle(self):
        """Its main loop has turned some times, so that a window that was closed is gone: see windows()."""
        for _ in range(5):
            self.is_idle()

    def finish(self, seconds=SOON, warnings=False):
        """It ends by itself, with 0; what it said is returned."""
        code = self.process.wait(seconds)
        self.errors.seek(0)
        text = self.errors.read()
        assert code == 0, 'exit status %d\n%s' % (code, text)
        assert (warnings or 'WARNING' not in text) and 'CRITICAL' not in text, text
        return text


class Service:
    """Something that a desktop has on the bus, for as long as the test runs."""

    def __init__(self):
        ready = threading.Event()
        threading.Thread(target=self.serve, args=[ready], daemon=True).start()
        assert ready.wait(SOON), 'nobody gave us the name ' + self.NAME

    def serve(self, ready):
        # A context and a connection of its own: the accessible tree is read in the default one.
        context = GLib.MainContext.new()
        context.push_thread_default()
        bus = connect(os.environ['DBUS_SESSION_BUS_ADDRESS'])
        bus.register_object(self.PATH, Gio.DBusNodeInfo.new_for_xml(self.XML).interfaces[0], self.called, None, None)
        bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName',
                      GLib.Variant('(su)', (self.NAME, 4)), None, Gio.DBusCallFlags.NONE, CALL_MS, None)
        self.bus = bus
        ready.set()
        GLib.MainLoop.new(context, False).run()

    def stop(self):
        self.bus.close_sync(None)


class Notifications(Service):
    """Keeps their titles and texts."""

    NAME = 'org.freedesktop.Notifications'
    PATH = '/org/freedesktop/Notifications'
    XML = """<node><interface name='org.freedesktop.Notifications'>
      <method name='Notify'>
        <arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
        <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
        <arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/>
      </method>
      <method name='CloseNotification'><arg type='u' direction='in'/></method>
    </interface></node>"""

    def __init__(self):
        self.shown = []
        super().__init__()

    def called(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'Notify':
            self.shown.append((parameters[3], parameters[4]))
            invocation.return_value(GLib.Variant('(u)', (len(self.shown),)))
        else:
            invocation.return_value(None)


class Session(Service):
    """Keeps who does not want the machine to be suspended."""

    NAME = 'org.gnome.SessionManager'
    PATH = '/org/gnome/SessionManager'
    XML = """<node><interface name='org.gnome.SessionManager'>
      <method name='RegisterClient'>
        <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='o' direction='out'/>
      </method>
      <method name='Inhibit'>
        <arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
        <arg type='u' direction='in'/><arg type='u' direction='out'/>
      </method>
      <method name='Uninhibit'><arg type='u' direction='in'/></method>
      <method name='UnregisterClient'><arg type='o' direction='in'/></method>
    </interface></node>"""

    CLIENT = """<node><interface name='org.gnome.SessionManager.ClientPrivate'>
      <method name='EndSessionResponse'>
        <arg type='b' direction='in'/><arg type='s' direction='in'/>
      </method>
      <signal name='QueryEndSession'><arg type='u'/></signal>
      <signal name='EndSession'><arg type='u'/></signal>
    </interface></node>"""

    def __init__(self):
        self.inhibited = {}
        self.answers = []
        self.clients = {}
        super().__init__()

    def tell(self, signal_name):
        """To the app alone: what reads its tree out is a client of the session as well."""
        self.bus.emit_signal(None, self.clients[APP_ID], 'org.gnome.SessionManager.ClientPrivate', signal_name,
                             GLib.Variant('(u)', (0,)))

    def answered(self, connection, sender, path, interface, method, parameters, invocation):
        self.answers.append(parameters[0])
        invocation.return_value(None)

    def called(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'RegisterClient':
            client = self.PATH + '/Client%d' % (len(self.clients) + 1)
            self.clients[parameters[0]] = client
            connection.register_object(client, Gio.DBusNodeInfo.new_for_xml(self.CLIENT).interfaces[0], self.answered, None, None)
            invocation.return_value(GLib.Variant('(o)', (client,)))
        elif method == 'Inhibit':
            self.inhibited[len(self.inhibited) + 1] = (parameters[2], parameters[3])
            invocation.return_value(GLib.Variant('(u)', (len(self.inhibited),)))
        else:
            if method == 'Uninhibit':
                self.inhibited.pop(parameters[0])
            invocation.return_value(None)


def pid_of(node):
    return int(re.search(r'process (\d+)', node.get_name()).group(1))


class Skip(Exception):
    """A test that cannot run here, and why."""


def run(tests):
    """The whole main() of a test program: its argument is the app, and others are the names of tests, for all of them."""
    tests = [test for test in tests if len(sys.argv) == 2 or test.__name__ in sys.argv[2:]]
    print('1..%d' % len(tests))
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace('test_', '').replace('_', '-')
        signal.alarm(400)   # behind the waits, each of which has a limit of its own
        try:
            test(sys.argv[1])
            print('ok %d %s' % (number, name), flush=True)
        except Skip as why:
            print('ok %d %s # SKIP %s' % (number, name, why), flush=True)
        except Exception as error:
            failed += 1
            print('not ok %d %s' % (number, name), flush=True)
            print('# ' + ('%s: %s' % (type(error).__name__, error)).replace('\n', '\n# '), flush=True)
            with open(os.path.join(os.environ['HOME'], 'errors')) as stream:   # of the app that was started last
                print('# It said: ' + stream.read()[-2000:].replace('\n', '\n# '), flush=True)
            for process in children_of(os.getpid()):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
    return 1 if failed else 0
