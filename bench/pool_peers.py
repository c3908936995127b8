# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""What multiprocessing and concurrent.futures take for what bench-pool measures of libhaul.

bench-pool starts this, writes a line "NAME NUMBER" for each measurement, and reads a line with the
answer. Each name is a function below. Ends with its standard input.
"""

import concurrent.futures
import functools
import multiprocessing
import sys
import time

WORKERS = 2


def say(pipe):
    pipe.send_bytes(b'x')


def empty(_):
    return None


@functools.lru_cache(maxsize=None)
def large(size):
    return b'3' * size


class Peers:
    def __init__(self):
        self.context = multiprocessing.get_context('forkserver')
        self.pool = self.context.Pool(WORKERS)
        self.executor = concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=self.context)
        self.pool.map(empty, range(WORKERS))
        list(self.executor.map(empty, range(WORKERS)))

    def start(self, _):
        """Seconds from start() to the first byte of a child."""
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(target=say, args=(theirs,))
        begun = time.perf_counter()
        process.start()
        ours.recv_bytes()
        took = time.perf_counter() - begun
        process.join()
        return took

    def map_one(self, count):
        begun = time.perf_counter()
        self.pool.map(empty, range(count), chunksize=1)
        return time.perf_counter() - begun

    def map_auto(self, count):
        begun = time.perf_counter()
        self.pool.map(empty, range(count))
        return time.perf_counter() - begun

    def futures(self, count):
        begun = time.perf_counter()
        for _ in self.executor.map(empty, range(count), chunksize=1):
            pass
        return time.perf_counter() - begun

    def apply(self, count):
        begun = time.perf_counter()
        for _ in range(count):
            self.pool.apply(empty, (None,))
        return (time.perf_counter() - begun) / count

    def imap(self, size):
        """Seconds for results of 64 MiB in all."""
        begun = time.perf_counter()
        for _ in self.pool.imap(large, [size] * max(1, (64 << 20) // size)):
            pass
        return time.perf_counter() - begun

    def pss(self, _):
        """KiB for each idle worker."""
        total = 0
        for child in multiprocessing.active_children():
            if child.name.startswith('ForkServerPoolWorker'):
                with open(f'/proc/{child.pid}/smaps_rollup', encoding='ascii') as rollup:
                    total += sum(int(line.split()[1]) for line in rollup if line.startswith('Pss:'))
        return total / WORKERS

    def end(self):
        self.executor.shutdown()
        self.pool.close()
        self.pool.join()


def main():
    peers = Peers()
    for line in sys.stdin:
        name, number = line.split()
        print(getattr(peers, name)(int(number)), flush=True)
    peers.end()


if __name__ == '__main__':
    main()
