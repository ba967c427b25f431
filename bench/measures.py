"""What the peers measure alike: the noise of outputs, the time of runs, the memory of the process."""
import random
import resource
import statistics
import time

import numpy as np


def signal_to_noise(expected, actual):
    """In dB."""
    a, b = np.float64(expected), np.float64(actual)
    return float(10 * np.log10(np.sum(a ** 2) / np.sum((a - b) ** 2)))


def worst_signal_to_noise(expected, actual):
    """Of the worst of several outputs."""
    return min(signal_to_noise(a, b) for a, b in zip(expected, actual))


def cpu_times(runs, turns):
    """Median CPU time of each run, in milliseconds. Each turn runs all in another order: whoever runs before leaves the caches to the next one."""
    times = [[] for _ in runs]
    order = random.Random(0)
    for _ in range(turns):
        for index in order.sample(range(len(runs)), len(runs)):
            start = time.process_time()
            runs[index]()
            times[index].append(1000 * (time.process_time() - start))
    return [statistics.median(own) for own in times]


def peak_memory_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
