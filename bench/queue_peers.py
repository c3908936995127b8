# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""What multiprocessing.Queue takes for what bench-queue measures of HaulQueue.

    queue_peers.py PRODUCERS CONSUMERS ITEMS SIZE

Prints the seconds from when all are ready to when the last item was taken.
"""

import multiprocessing
import sys
import time


def produce(queue, barrier, count, size):
    item = b'x' * size
    barrier.wait()
    for _ in range(count):
        queue.put(item)


def consume(queue, barrier, ended):
    barrier.wait()
    while queue.get() is not None:
        pass
    ended.put(time.monotonic())


def main():
    producers, consumers, items, size = map(int, sys.argv[1:])
    context = multiprocessing.get_context('fork')
    queue, ended = context.Queue(), context.Queue()
    barrier = context.Barrier(producers + consumers + 1)
    putting = [context.Process(target=produce, args=(queue, barrier, items // producers, size)) for _ in range(producers)]
    getting = [context.Process(target=consume, args=(queue, barrier, ended)) for _ in range(consumers)]
    for process in putting + getting:
        process.start()

    barrier.wait()
    begun = time.monotonic()
    for process in putting:
        process.join()
    for _ in getting:
        queue.put(None)
    print(max(ended.get() for _ in getting) - begun)


main()
