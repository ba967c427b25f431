"""How far one array is from another."""
import math

import numpy as np

INEXACT = ('float16', 'float32', 'float64', 'bfloat16', 'complex64', 'complex128')


def error_statistics(expected, actual):
    """Errors over elements finite in both; `nonFiniteDiffer` counts those that are not finite in just one, or differ there."""
    result = {'dtypes': [str(expected.dtype), str(actual.dtype)], 'shapes': [list(expected.shape), list(actual.shape)]}
    if expected.shape != actual.shape or expected.dtype.kind in 'OSU':
        return {**result, 'equal': bool(expected.shape == actual.shape and np.array_equal(expected, actual))}
    if str(expected.dtype) not in INEXACT:
        return {**result, 'equal': bool(np.array_equal(expected, actual)), 'differing': int(np.count_nonzero(expected != actual)), 'size': expected.size}
    wide = np.complex128 if expected.dtype.kind == 'c' else np.float64
    a, b = expected.astype(wide).ravel(), actual.astype(wide).ravel()
    finite = np.isfinite(a) & np.isfinite(b)
    special_a, special_b = a[~finite], b[~finite]
    with np.errstate(invalid='ignore'):
        same_special = (special_a == special_b) | (np.isnan(special_a) & np.isnan(special_b))
    difference = np.abs(a[finite] - b[finite])
    signal, noise = rms(a[finite]), rms(difference)
    return {
        **result,
        'equal': bool(np.array_equal(a, b, equal_nan=True)),
        'size': expected.size,
        'maxAbsError': float(difference.max(initial=0)),
        'rms': signal,
        'relativeRms': 0.0 if noise == 0 else noise / signal if signal > 0 else math.inf,
        'sqnrDb': math.inf if noise == 0 else 20 * (math.log10(signal) - math.log10(noise)) if signal > 0 else -math.inf,
        'nonFiniteDiffer': int(np.count_nonzero(~same_special)),
    }


def rms(values):
    return float(np.sqrt(np.mean(np.abs(values) ** 2))) if values.size else 0.0


def top1_accuracy(scores, labels):
    return float(np.mean(np.argmax(scores, axis=-1) == labels))


def worst(statistics):
    """The statistics of the largest error among several of the same output."""
    return max(statistics, key=lambda item: (not item['equal'], item.get('nonFiniteDiffer', 0), item.get('relativeRms', 0), item.get('differing', 0)))
