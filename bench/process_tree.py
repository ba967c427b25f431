"""Runs a command; prints what it took together with all processes it started, as JSON in the last line of stdout: seconds and CPU
seconds; or the peak of the memory they take together in MiB, looked at every 20 ms, where each has its part of the pages that several
share (PSS). Looking takes time, so that is not told of the same run.

Usage: python process_tree.py time|memory COMMAND…    (Linux)
"""
import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: processes whose parent ended become children of this one, so that their CPU time counts.
INTERVAL = 0.02


def descendants(process):
    found = [process]
    for parent in found:
        try:
            for thread in os.listdir(f'/proc/{parent}/task'):
                with open(f'/proc/{parent}/task/{thread}/children') as children:
                    found.extend(map(int, children.read().split()))
        except OSError:
            pass  # It has just ended.
    return found[1:]


def taken(process):
    """KiB."""
    try:
        with open(f'/proc/{process}/smaps_rollup') as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith('Pss:'))
    except (OSError, StopIteration):
        return 0


def main():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak, ended = 0, threading.Event()

    def watch():
        nonlocal peak
        while not ended.wait(INTERVAL):
            peak = max(peak, sum(map(taken, descendants(os.getpid()))))

    watcher, measures_memory = threading.Thread(target=watch), sys.argv[1] == 'memory'
    start = time.perf_counter()
    command = subprocess.Popen(sys.argv[2:])
    if measures_memory:
        watcher.start()
    code = command.wait()
    seconds = time.perf_counter() - start
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass  # None is left.
    ended.set()
    if measures_memory:
        watcher.join()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({'peakMemoryMiB': peak / 2 ** 10} if measures_memory else {'seconds': seconds, 'cpuSeconds': usage.ru_utime + usage.ru_stime}))
    sys.exit(code)


main()
