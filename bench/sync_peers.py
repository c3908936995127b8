# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""What multiprocessing takes for what bench-sync measures of libhaul.

bench-sync starts this, writes a line "NAME NUMBER" for each measurement, and reads a line with the
seconds. Each name is a function below. Ends with its standard input.
"""

import multiprocessing
import os
import sys
import time

WARM_UP = 100

context = multiprocessing.get_context('fork')


def acquire_release(lock, count):
    for _ in range(count):
        lock.acquire()
        lock.release()


def pass_semaphores(pair, side, count):
    here, there = pair[side], pair[1 - side]
    for _ in range(count):
        if side == 0:
            there.release()
        here.acquire()
        if side == 1:
            there.release()


def pass_events(pair, side, count):
    here, there = pair[side], pair[1 - side]
    for _ in range(count):
        if side == 0:
            there.set()
        here.wait()
        here.clear()
        if side == 1:
            there.set()


def pass_condition(shared, side, count):
    condition, turn = shared
    with condition:
        for _ in range(count):
            while turn.value != side:
                condition.wait()
            turn.value = 1 - side
            condition.notify(1)


def pass_barrier(barrier, _, count):
    for _ in range(count):
        barrier.wait()


def fight(shared, _, count):
    """Both at once; a round is over when each has had it."""
    lock, done = shared
    for _ in range(count):
        lock.acquire()
        done.value += 1
        lock.release()
    end = 2 * count if count == WARM_UP else 2 * WARM_UP + 2 * count
    while done.value < end:
        os.sched_yield()


def other(function, shared, count):
    function(shared, 1, WARM_UP)
    function(shared, 1, count)


def count_up(value, count):
    for _ in range(count):
        with value.get_lock():
            value.value += 1


def count_in_array(array, count):
    for i in range(count):
        with array.get_lock():
            array[i % 1000] += 1


def alone(shared, count, function=acquire_release):
    """Only the time of this thread counts: who waits for a CPU does not wait for a lock."""
    function(shared, WARM_UP)
    begun = time.thread_time()
    function(shared, count)
    return time.thread_time() - begun


def both(function, shared, count):
    process = context.Process(target=other, args=(function, shared, count))
    process.start()
    function(shared, 0, WARM_UP)
    begun = time.perf_counter()
    function(shared, 0, count)
    took = time.perf_counter() - begun
    process.join()
    return took


def lock(count):
    return alone(context.Lock(), count)


def rlock(count):
    return alone(context.RLock(), count)


def semaphore(count):
    return alone(context.Semaphore(1), count)


def value(count):
    return alone(context.Value('q', 0), count, count_up)


def array(count):
    return alone(context.Array('q', 1000), count, count_in_array)


def contended(count):
    return both(fight, (context.Lock(), context.RawValue('q', 0)), count)


def semaphores(count):
    return both(pass_semaphores, (context.Semaphore(0), context.Semaphore(0)), count)


def events(count):
    return both(pass_events, (context.Event(), context.Event()), count)


def condition(count):
    return both(pass_condition, (context.Condition(), context.RawValue('i', 0)), count)


def barrier(count):
    return both(pass_barrier, context.Barrier(2), count)


def main():
    functions = (lock, rlock, semaphore, value, array, contended, semaphores, events, condition, barrier)
    named = {function.__name__: function for function in functions}
    for line in sys.stdin:
        name, number = line.split()
        print(named[name](int(number)), flush=True)


if __name__ == '__main__':
    main()
