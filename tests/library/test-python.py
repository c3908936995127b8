#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Whether Python can use the library: a job, a map in a pool, cancelling, and locks. The worker is haul-worker."""

import os
import signal
import sys
import tempfile
import threading

try:
    import gi
    gi.require_version('Haul', '1')
    from gi.repository import Gio, GLib, Haul
except (ImportError, ValueError) as error:
    print('1..0 # SKIP this Python cannot be introspected into: %s' % error)
    sys.exit(0)

signal.alarm(100)
loop = GLib.MainLoop()


def arguments(**values):
    """Python's numbers as what tasks take: x and d."""
    return GLib.Variant('a{sv}', {name: GLib.Variant('x' if isinstance(value, int) else 'd', value)
                                  for name, value in values.items()})


def finish(start, end):
    """Starts something, runs the main loop until it has ended, and gives its outcome or its error."""
    outcome = []

    def ended(source, result, *_):
        try:
            outcome.append(end(source, result))
        except GLib.Error as error:
            outcome.append(error)
        loop.quit()

    start(ended)
    loop.run()
    return outcome[0]


def join(job):
    return finish(lambda ended: job.join_async(-1, None, ended), lambda source, result: source.join_finish(result))


def a_job():
    seen = []
    job = Haul.Job.new(Haul.Task.intern('pi'), arguments(digits=20))
    job.connect('notify::state', lambda job, _: seen.append(job.props.state))
    executor = Haul.ProcessExecutor.new(None)
    executor.submit(job)
    assert join(job) is True
    assert job.dup_result().get_data() == b'3.14159265358979323846', job.dup_result().get_data()
    assert job.get_verdict() == Haul.JobVerdict.DONE and job.get_error() is None
    assert seen[-1] == Haul.JobState.ENDED and Haul.JobState.RUNNING in seen, seen
    assert job.get_task().id == 'pi'
    assert [name.value_nick for name in (job.get_state(), job.get_verdict())] == ['ended', 'done']
    assert isinstance(job.get_log(), Gio.ListModel)
    assert [name.value_nick for name in (Haul.Stamp.KILL_SENT, Haul.LogLevel.WARNING, Haul.FrameType.RUN)] == \
        ['kill-sent', 'warning', 'run']


def wrong_arguments():
    job = Haul.Job.new(Haul.Task.intern('pi'), arguments(digits=-1))
    executor = Haul.ProcessExecutor.new(None)
    executor.submit(job)
    error = join(job)
    assert error.matches(Haul.error_quark(), Haul.Error.TASK) and 'digits' in error.message, error
    assert job.get_verdict() == Haul.JobVerdict.FAILED
    try:
        Haul.Task.lookup('pi')
        raise AssertionError('a task that nobody registered')
    except GLib.Error as error:
        assert error.matches(Haul.error_quark(), Haul.Error.UNKNOWN_TASK), error


def a_map():
    given = []
    pool = Haul.Pool.new(None, 2)
    batch = Haul.Batch.new(Haul.Task.intern('pi'), lambda index: arguments(digits=index + 1) if index < 50 else None)
    batch.connect('item', lambda batch, index, result, error: given.append((index, result.get_data())))
    assert pool.submit(batch)
    assert finish(lambda ended: batch.join_async(-1, None, ended), lambda source, result: source.join_finish(result)) is True
    assert [index for index, _ in given] == list(range(50)), given
    assert given[9][1] == b'3.1415926535'[:12], given[9]
    assert batch.dup_result(3).get_data() == b'3.1415', batch.dup_result(3).get_data()
    applied = finish(lambda ended: pool.apply_async(Haul.Task.intern('pi'), arguments(digits=4), None, ended),
                     lambda source, result: source.apply_finish(result))
    assert applied.get_data() == b'3.1415'
    pool.close()
    assert finish(pool.join_async, lambda source, result: source.join_finish(result)) is True
    assert pool.dup_pids().unpack() == [] and pool.get_state() == Haul.PoolState.CLOSED


def cancelling():
    job = Haul.Job.new(Haul.Task.intern('sleep'), arguments(seconds=1000.0))
    executor = Haul.ProcessExecutor.new(None)

    def running(job, _):
        if job.props.state == Haul.JobState.RUNNING:
            job.cancel()

    job.connect('notify::state', running)
    executor.submit(job)
    error = join(job)
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error
    assert job.get_verdict() == Haul.JobVerdict.CANCELLED
    assert finish(lambda ended: executor.shutdown_async(Haul.Shutdown.DRAIN, None, ended),
                  lambda source, result: source.shutdown_finish(result)) is True

    pool = Haul.Pool.new(None, 1)
    batch = Haul.Batch.new(Haul.Task.intern('sleep'), lambda index: arguments(seconds=1000.0) if index < 3 else None)
    pool.submit(batch)
    batch.cancel()
    error = finish(lambda ended: batch.join_async(-1, None, ended), lambda source, result: source.join_finish(result))
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error
    pool.terminate()
    assert finish(pool.join_async, lambda source, result: source.join_finish(result)) is True


def random_numbers():
    stream = Haul.Random.new(7, 1)
    copy = stream.copy()
    first = stream.next()
    assert first == 13609866434707228841, first
    assert copy.next() == first and 0 <= stream.next_double() < 1
    assert all(stream.next_below(6) in range(6) for _ in range(100))
    assert Haul.Random.derive(7, 1) == 11984929618412882174
    job = Haul.Job.new(Haul.Task.intern('sleep'), arguments(seconds=0.0))
    assert job.get_seed() == job.get_seed() < 2 ** 53
    job.set_seed(2 ** 64 - 1)
    assert job.get_seed() == 2 ** 64 - 1


def a_log():
    Haul.log_set_level(Haul.LogLevel.DEBUG)
    assert Haul.log_get_level() == Haul.LogLevel.DEBUG
    job = Haul.Job.new(Haul.Task.intern('pi'), arguments(digits=20))
    job.set_log_limit(2)
    executor = Haul.ProcessExecutor.new(None)
    executor.submit(job)
    assert join(job) is True
    Haul.log_set_level(Haul.LogLevel.NOTSET)
    log = job.get_log()
    records = [log.get_item(position) for position in range(log.get_n_items())]
    assert len(records) == 2 and log.get_dropped() == 1 == log.props.dropped, (len(records), log.get_dropped())
    assert [record.get_text() for record in records] == ['running the task “pi”', 'exiting with exit code 0']
    assert [record.props.level.value_nick for record in records] == ['debug', 'info']
    for record in records:
        assert record.get_process_name() == record.props.process_name == 'Worker-%d' % job.get_id()
        assert record.get_pid() == job.get_pid() > 0 and record.get_domain() == 'haul'
    assert records[1].dup_line() == '[INFO/Worker-%d] exiting with exit code 0' % job.get_id()


def printed_on_stderr():
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        Haul.log_to_stderr(Haul.LogLevel.INFO)
        job = Haul.Job.new(Haul.Task.intern('pi'), arguments(digits=20))
        executor = Haul.ProcessExecutor.new(None)
        executor.submit(job)
        assert join(job) is True
        Haul.log_to_stderr(Haul.LogLevel.NOTSET)
        Haul.log_set_level(Haul.LogLevel.NOTSET)
        os.dup2(kept, 2)
        os.close(kept)
        file.seek(0)
        lines = file.read().decode().splitlines()
    name = '[INFO/Worker-%d] ' % job.get_id()
    assert lines == [name + 'started, process %d' % job.get_pid(), name + 'exiting with exit code 0'], lines


def error_of(function, *given):
    try:
        function(*given)
    except GLib.Error as error:
        return error
    raise AssertionError('%s did not fail' % function)


def locks():
    lock, rlock = Haul.Lock.new(), Haul.RLock.new()
    assert lock.acquire(-1, None) and lock.is_held()
    assert error_of(lock.acquire, 0, None).matches(Haul.error_quark(), Haul.Error.NOT_POSSIBLE)
    lock.release()
    assert rlock.acquire(0, None) and rlock.acquire(0, None)
    rlock.release()
    assert rlock.is_held()
    rlock.release()
    assert rlock.acquire(0, None)
    child = os.fork()
    if child == 0:
        if not rlock.is_held():   # what its parent has is not its
            lock.acquire(-1, None)
        os.kill(os.getpid(), signal.SIGKILL)
    assert rlock.is_held()
    rlock.release()
    os.waitpid(child, 0)
    assert error_of(lock.acquire, -1, None).matches(Haul.error_quark(), Haul.Error.OWNER_DIED)
    assert lock.recover(-1, None)
    lock.release()
    assert lock.acquire(1000, None)
    lock.release()


def queue():
    queue = Haul.Queue.new(2, 0)
    assert queue.put(GLib.Bytes.new(b'one'), -1, None) and queue.put(GLib.Bytes.new(b''), -1, None)
    assert queue.is_full() and queue.get_n_items() == 2
    assert error_of(queue.put, GLib.Bytes.new(b'x'), 0, None).matches(Gio.io_error_quark(), Gio.IOErrorEnum.WOULD_BLOCK)
    assert queue.get(-1, None).get_data() == b'one'
    child = os.fork()
    if child == 0:
        queue.get(-1, None)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert queue.task_done()
    assert error_of(queue.task_done).matches(Haul.error_quark(), Haul.Error.NOT_POSSIBLE)
    assert queue.join(-1, None)
    assert queue.dup_losses().unpack() == [(child, 0, 1)] and queue.get_n_abandoned() == 1

    loop, got = GLib.MainLoop(), []

    def got_cb(source, result):
        got.append(source.get_finish(result).get_data())
        loop.quit()

    queue.get_async(-1, None, got_cb)
    queue.put_async(GLib.Bytes.new(b'two'), -1, None, lambda source, result: source.put_finish(result))
    loop.run()
    assert got == [b'two'], got
    queue.close()
    assert error_of(queue.get, -1, None).matches(Haul.error_quark(), Haul.Error.CLOSED)


def pipe():
    made, receiver, sender = Haul.Pipe.new(False)
    assert made and receiver.can_receive() and sender.can_send()
    assert sender.send(GLib.Bytes.new(b'message'), -1, None) and receiver.is_readable()
    assert receiver.receive(-1, None).get_data() == b'message'
    assert error_of(receiver.send, GLib.Bytes.new(b''), -1, None).matches(Haul.error_quark(), Haul.Error.NOT_POSSIBLE)
    sender.close()
    assert error_of(receiver.receive, -1, None).matches(Haul.error_quark(), Haul.Error.CLOSED)


def waiting():
    semaphore = Haul.Semaphore.new(1, True)
    assert semaphore.acquire(0, None) and semaphore.get_value() == 0
    assert error_of(semaphore.acquire, 5, None).matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    assert semaphore.release()
    assert error_of(semaphore.release).matches(Haul.error_quark(), Haul.Error.NOT_POSSIBLE)
    assert semaphore.recover(-1, None)

    event = Haul.Event.new()
    assert error_of(event.wait, 0, None).matches(Gio.io_error_quark(), Gio.IOErrorEnum.WOULD_BLOCK)
    event.set()
    assert event.wait(0, None) and event.is_set()

    condition = Haul.Condition.new(None)
    assert isinstance(condition.get_lock(), Haul.RLock)
    assert condition.acquire(-1, None)
    assert error_of(condition.wait, 5, None).matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    assert condition.notify(1) == condition.notify_all() == 0
    condition.release()

    barrier = Haul.Barrier.new(2)
    threads = [threading.Thread(target=lambda: seen.append(barrier.wait(-1, None))) for _ in range(2)]
    seen = []
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [0, 1], seen
    assert barrier.abort() and barrier.is_broken()
    assert error_of(barrier.wait, -1, None).matches(Haul.error_quark(), Haul.Error.BROKEN)
    assert barrier.reset() and not barrier.is_broken()


def sharing():
    value, raw = Haul.Value.new('i'), Haul.Value.new_raw('d')
    array = Haul.Array.new('n', 4)
    assert raw.get_lock() is None and isinstance(value.get_lock(), Haul.RLock)
    assert error_of(Haul.Value.new, 's').matches(Haul.error_quark(), Haul.Error.BAD_ARGUMENT)
    assert array.set_numbers(1, GLib.Variant('an', [5, -6])) is True
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            for _ in range(100):
                value.get_lock().acquire(-1, None)
                value.set_int64(value.get_int64() + 1)
                value.get_lock().release()
                raw.add_double(0.5)
                array.add_int64(3, -1)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert value.get_int64() == 300 and raw.get_double() == 150, (value.get_int64(), raw.get_double())
    assert array.dup_numbers().unpack() == [0, 5, -6, -300], array.dup_numbers()

    job = Haul.Job.new(Haul.Task.intern('pi'), arguments(digits=4))
    job.share('value', value)
    job.share('array', array)
    Haul.ProcessExecutor.new(None).submit(job)
    assert join(job) is True and job.dup_result().get_data() == b'3.1415'


TESTS = [a_job, wrong_arguments, a_map, cancelling, random_numbers, a_log, printed_on_stderr, locks, queue, pipe, waiting, sharing]

print('1..%d' % len(TESTS), flush=True)
for number, test in enumerate(TESTS, 1):
    test()
    print('ok %d - %s' % (number, test.__name__.replace('_', ' ')), flush=True)
