# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Drives the real app in a real window: acts through its actions and its accessible buttons, and reads
what a screen reader reads."""

import os
import re
import signal
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

    def has_window(self):
        try:
            self.bus.call_sync(APP_ID, PATH + '/window/1', 'org.gtk.Actions', 'List', None, None,
                               Gio.DBusCallFlags.NONE, 5000, None)
        except GLib.Error:
            return False
        return True

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
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        bus = Gio.DBusConnection.new_for_address_sync(os.environ['DBUS_SESSION_BUS_ADDRESS'], flags, None, None)
        bus.register_object(self.PATH, Gio.DBusNodeInfo.new_for_xml(self.XML).interfaces[0], self.called, None, None)
        bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName',
                      GLib.Variant('(su)', (self.NAME, 4)), None, Gio.DBusCallFlags.NONE, 5000, None)
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
    </interface></node>"""

    def __init__(self):
        self.inhibited = {}
        super().__init__()

    def called(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'RegisterClient':
            invocation.return_value(GLib.Variant('(o)', (self.PATH + '/Client1',)))
        elif method == 'Inhibit':
            self.inhibited[len(self.inhibited) + 1] = (parameters[2], parameters[3])
            invocation.return_value(GLib.Variant('(u)', (len(self.inhibited),)))
        else:
            self.inhibited.pop(parameters[0])
            invocation.return_value(None)


def pid_of(node):
    return int(re.search(r'process (\d+)', node.get_name()).group(1))


def run(tests):
    """The whole main() of a test program: its argument is the app."""
    signal.alarm(280)
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
