#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""The real app where something that it counts on is odd, broken or missing: each time a job still ends well. To be run by
in-display.py; the argument is the app."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

from driven import App, GLib, SOON, Skip, ask_history, children_of, is_gone, press_key, run, wait_for


def new_home():
    return tempfile.mkdtemp(dir=os.environ['HOME'])


def check_works(app):
    """A job ends well, and the app when it is asked to."""
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1234'))
    app.wait(r'Calculate Pi, done.*')
    app.activate('quit')


def write_settings(home, text):
    folder = os.path.join(home, 'glib-2.0', 'settings')
    os.makedirs(folder)
    with open(os.path.join(folder, 'keyfile'), 'wb') as stream:
        stream.write(text)
    return {'GSETTINGS_BACKEND': 'keyfile', 'XDG_CONFIG_HOME': home}


def status_of(pid, field):
    with open('/proc/%d/status' % pid) as stream:
        return int(next(line for line in stream if line.startswith(field + ':')).split()[1], 16)


def test_second_instance(program):
    """Only one app runs: the second start shows the first one's window, and starts nothing itself."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --daemon'))
    child = wait_for('the child', lambda: children_of(app.process.pid))
    done = subprocess.run([program], capture_output=True, text=True, timeout=SOON)
    assert (done.returncode, done.stderr) == (0, ''), done
    assert children_of(app.process.pid) == child
    check_works(app)
    app.finish()


def test_launched_oddly(program):
    """With signals ignored and blocked: its ends are told, it can be ended, and its children do not inherit that."""
    def spoil():
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGCHLD])
    app = App(program, preexec_fn=spoil)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    child = wait_for('the child', lambda: children_of(app.process.pid))[0]
    app.wait(r'Sleep, running.*')
    # It ignores SIGPIPE itself, and above 31 are those of libc.
    assert (status_of(child, 'SigBlk'), status_of(child, 'SigIgn') & 0x7fffffff & ~(1 << signal.SIGPIPE - 1)) == (0, 0)
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1234'))
    app.wait(r'Calculate Pi, done.*')
    app.process.terminate()
    app.finish()
    assert is_gone(child)


def test_no_bus(program):
    """Without a session bus there are no actions from outside, but keys do as much as ever."""
    app = App(program, env={'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nowhere', 'GTK_A11Y': 'none'}, bus='', tree=False)
    child = wait_for('a key to start a job', lambda: children_of(app.process.pid) or press_key('Return'))[0]
    app.process.terminate()
    app.finish(warnings=True)   # GTK says that it has no bus
    assert is_gone(child)


def test_nowhere_to_write(program):
    """Without a place for a history or settings people are told, once, and jobs run."""
    nowhere = {name: '/proc/nowhere' for name in ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME']}
    app = App(program, env=dict(nowhere, GSETTINGS_BACKEND='keyfile'))
    app.wait_toast('There is no history: .* cannot be written')
    app.activate('filter', GLib.Variant('s', 'all'), path='/io/github/longtasks/LongTasks/window/1')
    check_works(app)
    text = app.finish(warnings=True)   # GLib says that it cannot write the settings
    assert text.count('There is no history') == 1, text


def test_no_runtime_folder(program):
    """Without XDG_RUNTIME_DIR."""
    before = os.environ.pop('XDG_RUNTIME_DIR')
    try:
        app = App(program)
        check_works(app)
        app.finish(warnings=True)
    finally:
        os.environ['XDG_RUNTIME_DIR'] = before


def test_bad_settings(program):
    """Settings that are out of range, of a wrong type, or no settings at all: defaults take their place."""
    group = b'[io/github/longtasks/LongTasks]\n'
    for text in [group + b'jobs-at-once=4711\nwindow-width=-3\nfilter=\'nonsense\'\ngrace-time=99999999\n',
                 group + b'jobs-at-once=\'two\'\nwindow-maximized=7\nhints-done=3\nshow-details=[1, 2]\n',
                 bytes(range(256)) * 16]:
        app = App(program, env=write_settings(new_home(), text))
        check_works(app)
        app.finish(warnings=True)


def test_bad_history(program):
    """A history that is none is set aside, and people are told; the app goes on with a new one."""
    data = new_home()
    path = os.path.join(data, 'long-tasks', 'history.db')
    os.mkdir(os.path.dirname(path))
    with open(path, 'wb') as stream:
        stream.write(b'SQLite format 3\0' + bytes(range(256)) * 64)
    app = App(program, env={'XDG_DATA_HOME': data})
    app.wait_toast('The history could not be read, and is kept as .*')
    check_works(app)
    app.finish()
    assert list(sqlite3.connect(path).execute('SELECT task, verdict FROM jobs')) == [('pi', 'done')]
    assert len(os.listdir(os.path.dirname(path))) >= 2


def test_few_files(program):
    """With too few file descriptors jobs are refused by name, and the app goes on."""
    settings = write_settings(new_home(), b'[io/github/longtasks/LongTasks]\njobs-at-once=uint32 100\n')
    data = new_home()
    app = App(program, env=dict(settings, XDG_DATA_HOME=data), tree=False,
              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (72, 72)))
    for _ in range(60):
        app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    refused = wait_for('some to be refused', lambda: ask_history(data, "SELECT error FROM jobs WHERE verdict = 'failed'"))
    assert all('too many open files' in error.lower() for error, in refused), refused
    for job in range(1, 61):
        app.activate('cancel-job', GLib.Variant('u', job))
    # Not when their processes are gone: what the app had open for them it closes when it has heard of that.
    wait_for('all to end', lambda: ask_history(data, 'SELECT count(verdict) FROM jobs') == [(60,)])
    assert children_of(app.process.pid) == []
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1234'))
    wait_for('one to end well', lambda: ask_history(data, "SELECT 1 FROM jobs WHERE task = 'pi' AND verdict = 'done'"))
    app.process.terminate()
    app.finish(warnings=True)


def unshare(script):
    """What runs a program with mounts of its own; None where that is not allowed."""
    prefix = ['unshare', '--mount'] if os.geteuid() == 0 else ['unshare', '--user', '--map-root-user', '--mount']
    wrapper = prefix + ['sh', '-c', script + ' && exec "$0" "$@"']
    return wrapper if shutil.which('unshare') and subprocess.run(wrapper + ['true'], capture_output=True).returncode == 0 else None


def test_disk_full(program):
    """The disk with the history is full: jobs run on, and what was written before stays sound."""
    data = new_home()
    wrapper = unshare('mount -t tmpfs -o size=256k tmpfs ' + data)
    if wrapper is None:
        raise Skip('nothing may be mounted here')
    app = App(program, wrapper=wrapper, env={'XDG_DATA_HOME': data})
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1111'))
    app.wait(r'Calculate Pi, done.*')
    inside = '/proc/%d/root%s/' % (app.process.pid, data)

    def verdicts():
        # Of a copy: reading it in its place would need more of the disk.
        copy = new_home()
        folder = os.path.join(copy, 'long-tasks')
        os.mkdir(folder)
        try:
            for name in ['history.db', 'history.db-wal']:   # in this order, in which what was written in between does no harm
                shutil.copy(inside + 'long-tasks/' + name, folder)
        except FileNotFoundError:
            return []
        assert ask_history(copy, 'PRAGMA integrity_check') == [('ok',)]
        return ask_history(copy, 'SELECT verdict FROM jobs')
    wait_for('the first to be written', lambda: verdicts() == [('done',)])
    fill = os.open(inside + 'fill', os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(fill, b'x' * 4096)
    except OSError:
        os.close(fill)
    for _ in range(3):
        app.activate('start-job', GLib.Variant('s', 'pi --digits 1234'))
    app.wait_toast('The history cannot be written: .*')
    wait_for('all to be done', lambda: len(app.find_all(r'Calculate Pi, done.*')) == 4)
    assert ('done',) in verdicts()
    app.activate('quit')
    app.finish()


def test_no_proc(program):
    """Without /proc nobody can look at processes, but they run, and end."""
    wrapper = unshare('mount -t tmpfs none /proc')
    if wrapper is None:
        raise Skip('nothing may be mounted here')
    with open(program, 'rb') as stream:
        if b'__asan_init' in stream.read():
            raise Skip('the sanitizer itself reads /proc')
    app = App(program, wrapper=wrapper)
    app.activate('view', GLib.Variant('s', 'processes'), path='/io/github/longtasks/LongTasks/window/1')
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600'))
    child = wait_for('the child', lambda: children_of(app.process.pid))[0]
    app.wait('Processes cannot be listed: .*/proc.*')
    app.activate('view', GLib.Variant('s', 'jobs'), path='/io/github/longtasks/LongTasks/window/1')
    app.wait(r'Sleep, running.*')
    app.activate('start-job', GLib.Variant('s', 'pi --digits 1234'))
    app.wait(r'Calculate Pi, done.*')
    app.process.terminate()
    app.finish()
    assert is_gone(child)


def test_huge_text(program):
    """Kilobytes of markup, line breaks and right-to-left marks in an argument are one row; too many are refused."""
    text = '<b>&amp;\u202e\u200f\n'
    app = App(program)
    app.activate('start-job', GLib.Variant('s', "command --command 'true %s'" % (text * 8000)))
    app.wait_toast('the arguments are larger than 60 KiB.*')
    app.activate('start-job', GLib.Variant('s', "command --command 'true %s'" % (text * 2000)))
    app.wait(r'(?s)Run a Command, done.*')
    check_works(app)
    app.finish()


def test_no_sockets(program):
    """Nobody else on this machine can connect to it: it listens nowhere."""
    app = App(program)
    app.activate('start-job', GLib.Variant('s', 'sleep --seconds 600 --executor pool'))
    server = wait_for('the fork server', lambda: children_of(app.process.pid))[0]
    workers = wait_for('the worker', lambda: children_of(server))
    app.wait(r'Sleep, running.*')
    ours = set()
    for pid in [app.process.pid, server] + workers:
        for fd in os.listdir('/proc/%d/fd' % pid):
            try:
                target = os.readlink('/proc/%d/fd/%s' % (pid, fd))
            except FileNotFoundError:
                continue   # closed in the meantime
            if target.startswith('socket:['):
                ours.add(target[8:-1])
    with open('/proc/net/unix') as stream:
        listening = {fields[6] for fields in map(str.split, stream) if fields[3] == '00010000'}
    assert ours and not ours & listening, ours & listening
    app.process.terminate()
    app.finish()


def thread_of(pid, name):
    for tid in os.listdir('/proc/%d/task' % pid):
        try:
            with open('/proc/%d/task/%s/comm' % (pid, tid)) as stream:
                if stream.read() == name + '\n':
                    return tid
        except (FileNotFoundError, ProcessLookupError):
            pass   # another one, that has ended
    return None


def is_traced(tid):
    with open('/proc/%s/status' % tid) as stream:
        return 'TracerPid:\t0\n' not in stream.read()


def test_slow_disk(program):
    """What is written to the history does not get there for minutes: the main loop does not wait for it."""
    if shutil.which('strace') is None:
        raise Skip('there is no strace')
    data = new_home()
    app = App(program, env={'XDG_DATA_HOME': data})
    app.activate('start-job', GLib.Variant('s', 'pi --digits 999'))
    wait_for('it to be written', lambda: ask_history(data, 'SELECT verdict FROM jobs') == [('done',)])
    thread = thread_of(app.process.pid, 'history')
    slow = subprocess.Popen(['strace', '-o', os.path.join(data, 'trace'), '-e', 'trace=pwrite64,write,fsync,fdatasync',
                             '-e', 'inject=pwrite64,write,fsync,fdatasync:delay_enter=%d' % (4 * SOON * 1000000), '-p', thread],
                            stderr=subprocess.DEVNULL)
    try:
        wait_for('strace', lambda: slow.poll() is not None or is_traced(thread))
        if slow.poll() is not None:
            app.process.terminate()
            app.finish()
            raise Skip('the app may not be traced here')
        for digits in range(1000, 1004):
            app.activate('start-job', GLib.Variant('s', 'pi --digits %d' % digits))
        wait_for('all to end', lambda: len(app.find_all(r'Calculate Pi, done.*')) == 5)
        assert ask_history(data, 'SELECT count(*) FROM jobs') == [(1,)]
    finally:
        slow.terminate()
        slow.wait(SOON)
    wait_for('all to be written', lambda: ask_history(data, "SELECT count(*) FROM jobs WHERE verdict = 'done'") == [(5,)])
    app.activate('quit')
    app.finish()


if __name__ == '__main__':
    sys.exit(run([test_second_instance, test_launched_oddly, test_no_bus, test_nowhere_to_write, test_no_runtime_folder,
                  test_bad_settings, test_bad_history, test_few_files, test_disk_full, test_no_proc, test_huge_text,
                  test_no_sockets, test_slow_disk]))
