"""What INT8 arithmetic gives, in whole numbers without any saturation, for a float graph: recorded ranges give the grids of its
values, the converted model gives the INT8 weights. Sums of products are int64; everything else is float64."""
import json
import math

import numpy as np
import tensorflow as tf

from models import load_graph, run

HAND_ON = ('MaxPool', 'ConcatV2', 'Reshape', 'Identity', 'Pad')


class Value:
    """Numbers, and where they are on a grid: whole ones `q`, each standing for (q - zero)·scale."""

    def __init__(self, real, grid=None):
        self.grid = grid
        if grid is not None:
            scale, zero = grid
            self.q = np.clip(np.rint(real / scale) + zero, 0, 255).astype(np.int64)
            real = (self.q - zero) * scale
        self.real = real


def constants(graph):
    return {node.name: tf.make_ndarray(node.attr['value'].tensor) for node in graph.node if node.op == 'Const'}


def record_ranges(model, feeds, target):
    """Writes the range of every float value, in round numbers that FP32 rounding on the way does not move."""
    graph = load_graph(model)
    names = [node.name for node in graph.node if node.op != 'Const']
    ranges = {name: {'min': round(float(value.min()), 3), 'max': round(float(value.max()), 3)} for name, value in run(graph, feeds, names).items()}
    with open(target, 'w') as file:
        json.dump(ranges, file)


def grids_of(graph, ranges, names):
    """Scale and zero point of the named values: as Mixed Precision documents them, one for all that INT8 is handed on between."""
    groups = {name: {name} for name in names}
    for node in graph.node:
        if node.op in HAND_ON and node.name in groups:
            tied = set().union(*(groups[name] for name in (node.name, *node.input) if name in groups))
            groups.update({name: tied for name in tied})
    grids = {}
    for name, group in groups.items():
        low, high = min(0, *(ranges[one]['min'] for one in group)), max(0, *(ranges[one]['max'] for one in group))
        scale = (high - low) / 255
        grids[name] = (scale, np.floor(-low / scale + 0.5))
    return grids


def integer_reference(original, converted, ranges, quantized, feeds, fetches):
    """Values of the fetched nodes of `original`, whose `quantized` values are INT8."""
    graph, stored = load_graph(original), constants(load_graph(converted))
    with open(ranges) as file:
        grids = grids_of(graph, json.load(file), quantized)
    known, values = constants(graph), {}
    for node in graph.node:
        if node.op != 'Const':
            result = np.float64(feeds[node.name]) if node.op == 'Placeholder' else compute(node, known, values, stored)
            values[node.name] = Value(result, grids.get(node.name))
    return {name: values[name.split(':')[0]].real for name in fetches}


def compute(node, known, values, stored):
    inputs = [values[name] if name in values else known[name] for name in node.input]
    if node.op in LINEAR:
        weight = node.input[1] + '/int8'
        if weight not in stored:
            return LINEAR[node.op](node, inputs[0].real, np.float64(inputs[1]))
        scale, zero = inputs[0].grid
        steps = np.float64(stored[node.name + '/fused_weight_max']) / 127
        return LINEAR[node.op](node, inputs[0].q - zero, stored[weight].astype(np.int64)) * (scale * steps)
    return ELEMENTWISE[node.op](node, *[value.real if isinstance(value, Value) else value for value in inputs])


def windows(node, x, size, fill=0):
    """[batch, height, width, rows, columns, channels] of a padded input."""
    strides, dilations = list(node.attr['strides'].list.i)[1:3], (list(node.attr['dilations'].list.i) or [1] * 4)[1:3]
    padding, pads = node.attr['padding'].s.decode(), []
    for axis in (0, 1):
        extent = (size[axis] - 1) * dilations[axis] + 1
        total = max(0, (-(-x.shape[axis + 1] // strides[axis]) - 1) * strides[axis] + extent - x.shape[axis + 1])
        explicit = list(node.attr['explicit_paddings'].list.i)[2 * axis + 2:2 * axis + 4]
        pads.append({'SAME': (total // 2, total - total // 2), 'VALID': (0, 0), 'EXPLICIT': explicit}[padding])
    x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    heights = [(x.shape[axis + 1] - (size[axis] - 1) * dilations[axis] - 1) // strides[axis] + 1 for axis in (0, 1)]
    rows, columns = (np.arange(heights[axis])[:, None] * strides[axis] + np.arange(size[axis]) * dilations[axis] for axis in (0, 1))
    return x[:, rows[:, None, :, None], columns[None, :, None, :]]


def convolution(node, x, w):
    return np.einsum('bhwrsc,rsck->bhwk', windows(node, x, w.shape), w)


def depthwise(node, x, w):
    result = np.einsum('bhwrsc,rscm->bhwcm', windows(node, x, w.shape), w)
    return result.reshape(*result.shape[:3], -1)


def max_pool(node, x):
    return windows(node, x, list(node.attr['ksize'].list.i)[1:3], fill=-np.inf).max((3, 4))


def product(node, x, w):
    return x @ (w.T if node.attr['transpose_b'].b else w)


LINEAR = {'Conv2D': convolution, 'DepthwiseConv2dNative': depthwise, 'MatMul': product}
ELEMENTWISE = {
    'BiasAdd': lambda node, x, b: x + b,
    'AddV2': lambda node, x, y: x + y,
    'Mul': lambda node, x, y: x * y,
    'RealDiv': lambda node, x, y: x / y,
    'Erf': lambda node, x: np.vectorize(math.erf)(x),
    'Relu': lambda node, x: np.maximum(x, 0),
    'Relu6': lambda node, x: np.clip(x, 0, 6),
    'Elu': lambda node, x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
    'Sigmoid': lambda node, x: 1 / (1 + np.exp(-x)),
    'Tanh': lambda node, x: np.tanh(x),
    'MaxPool': max_pool,
    'ConcatV2': lambda node, *values: np.concatenate(values[:-1], values[-1]),
    'Reshape': lambda node, x, shape: x.reshape(shape),
    'Pad': lambda node, x, amounts: np.pad(x, amounts),
    'Identity': lambda node, x: x,
}


def against_integers(original, converted, ranges, quantized, feeds, fetches, values=None):
    """Largest difference between a converted model in TensorFlow, or another runtime's `values`, and whole-number arithmetic, and
    the largest magnitude."""
    expected = integer_reference(original, converted, ranges, quantized, feeds, fetches)
    actual = run(load_graph(converted), feeds, fetches) if values is None else values
    return {name: {'maxAbsError': float(np.abs(expected[name] - actual[name]).max()), 'largest': float(np.abs(expected[name]).max())} for name in fetches}
