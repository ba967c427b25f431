"""What others make of the same values: the entropy calibrator that TensorRT published, with scipy's divergence, and torch's observers.

Reads {"counts": [[...]], "levels": n, "batches": [[[...]]]} and answers {"divergences": [[...]], "averages": [[min, max]], "histogram_errors": [error]}.
"""
import json
import sys

import numpy as np
import torch
from scipy.stats import entropy
from torch.ao.quantization.observer import HistogramObserver, MovingAverageMinMaxObserver


def divergence(counts, end, levels):
    """Of the first `end` bins, merged into `levels` and spread again, from the distribution that clipping leaves there."""
    inside = np.array(counts[:end], dtype=np.float64)
    clipped = inside.copy()
    clipped[np.flatnonzero(inside)[-1]] += sum(counts[end:])
    level = np.digitize(np.arange(end), np.linspace(0, end, levels + 1)) - 1
    filled = inside > 0
    sums = np.bincount(level, weights=inside, minlength=levels)
    bins = np.bincount(level, weights=filled, minlength=levels)
    spread = np.where(filled, sums[level] / np.maximum(bins[level], 1), 0)
    return float(entropy(clipped[filled], spread[filled]))


def average(batches):
    """Of at most 100 batches, each counting as much as any: torch's observer with a constant that falls as one over their number."""
    observer = MovingAverageMinMaxObserver(dtype=torch.quint8)
    for index, batch in enumerate(batches):
        observer.averaging_constant = 1 / (index + 1)
        observer(torch.tensor(batch))
    return [observer.min_val.item(), observer.max_val.item()]


def squared_error(batches):
    """Of torch's own choice of a range by squared error."""
    observer = HistogramObserver(dtype=torch.quint8, qscheme=torch.per_tensor_affine)
    for batch in batches:
        observer(torch.tensor(batch))
    scale, zero_point = observer.calculate_qparams()
    values = torch.tensor([value for batch in batches for value in batch])
    rounded = torch.fake_quantize_per_tensor_affine(values, scale.item(), int(zero_point), 0, 255)
    return float(((values - rounded).double() ** 2).sum())


asked = json.load(sys.stdin)
ends = lambda counts: range(asked['levels'], len(counts) + 1, asked['stride'])
json.dump({
    'divergences': [[divergence(counts, end, asked['levels']) for end in ends(counts)] for counts in asked['counts']],
    'averages': [average(batches) for batches in asked['batches']],
    'histogram_errors': [squared_error(batches) for batches in asked['batches']],
}, sys.stdout)
