# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

"""Counts the words of a file as a Python program would, with a Counter in each process of a pool:
wordcount_peer.py FILE WORKERS. Prints the twenty that come most, as the task "wordcount" does."""

import collections
import multiprocessing
import os
import string
import sys

SPACES = str.maketrans(string.punctuation, ' ' * len(string.punctuation))
STOP = set('a an and are as at be by for from has he in is it its of on or that the to was were will with'.split())
PARTS_PER_WORKER = 2


def count(stretch):
    path, begin, end = stretch
    counter = collections.Counter()
    with open(path, 'rb') as file:
        if begin > 0:
            file.seek(begin - 1)
            file.readline()
        while file.tell() < end:
            line = file.readline().decode()
            if line == '':
                break
            if not line.lstrip().startswith('..'):
                counter.update(word for word in line.translate(SPACES).lower().split()
                               if word.isalpha() and word not in STOP)
    return counter


def main():
    path, workers = sys.argv[1], int(sys.argv[2])
    size, parts = os.path.getsize(path), PARTS_PER_WORKER * workers
    total = collections.Counter()
    with multiprocessing.Pool(workers) as pool:
        stretches = [(path, size * i // parts, size * (i + 1) // parts) for i in range(parts)]
        for counter in pool.imap_unordered(count, stretches):
            total.update(counter)
    print('Word\tCount')
    for word, n in sorted(total.items(), key=lambda item: (-item[1], item[0].encode()))[:20]:
        print(word, n, sep='\t')


if __name__ == '__main__':
    main()
