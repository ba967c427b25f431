"""INT8 graphs beside the float graph they were made of: what each op is off by, and what rounding to its grids explains.

A factor v that becomes INT8 is off by at most Δv: half a step of its grid, and beyond the grid's ends the way to them. From that:

  Conv2D, DepthwiseConv2dNative, MatMul, BatchMatMul, BatchMatMulV2, Einsum
      are linear in x and in w, so |f(x + δx, w + δw) - f(x, w)| <= f(Δx, |w|) + f(|x|, Δw) + f(Δx, Δw), and by rounding in FP32,
      twice, 2·k·2^-24·f(|x|, |w|) more, k being the number of products in a sum (Higham, "Accuracy and Stability of Numerical
      Algorithms", 2002, section 3.1). Were roundings independent, the error's mean square would be f(Δx², w²)/3 + f(x², Δw²)/3.
  AvgPool, ConcatV2, ExpandDims, Identity, MaxPool, MaxPoolV2, Relu, Relu6, Reshape, Squeeze, Transpose
      give an element of x, the largest or the mean of some, or a clipped one, so |f(x + δx) - f(x)| <= f(Δx).
  INT8 kernels
      compute the same in whole numbers and round once more: their numbers are within half a step of what the float ops make of
      the same numbers, and their FP32 results are the float ops' but for rounding in FP32.

Values inside while loops cannot be fetched: of graphs with INT8 there, the errors of the outputs are held to those that random
changes by up to half a step make in place of rounding.
"""
import json

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2

from errors import error_statistics
from models import load_graph, run
from quantized_form import in_loops
from rounding_noise import with_noise

BILINEAR = ('Conv2D', 'DepthwiseConv2dNative', 'MatMul', 'BatchMatMul', 'BatchMatMulV2', 'Einsum')
NOT_EXPANDING = ('AvgPool', 'ConcatV2', 'ExpandDims', 'Identity', 'MaxPool', 'MaxPoolV2', 'Relu', 'Relu6', 'Reshape', 'Squeeze', 'Transpose')
UNIT_ROUNDOFF = 2.0 ** -24
# How often values are changed at random.
NOISES = 4


def write_ranges(model, inputs, values, target):
    """Writes the range of each named value of a run to a file of recorded ranges."""
    found = {name: value for name, value in run(load_graph(model), inputs, values, optimise=False).items() if value.size}
    with open(target, 'w') as file:
        json.dump({name: {'min': float(value.min()), 'max': float(value.max())} for name, value in found.items()}, file)


def node_and_output(name):
    node, _, output = name.partition(':')
    return node, int(output or 0)


def half_steps(low, high, axis, rank):
    """Half a step of a grid between these ends, as the values are laid out."""
    step = (np.float64(high) - np.float64(low)) / 255
    return step / 2 if step.ndim == 0 else (step / 2).reshape([-1 if index == axis else 1 for index in range(rank)])


class Factor:
    """An input of an op that comes out of a Dequantize: the FP32 value it stands for and how far it may be off."""

    def __init__(self, dequantize, nodes):
        self.dequantize = dequantize
        storage = nodes[node_and_output(dequantize.input[0])[0]]
        self.source = storage.input[0] if storage.op == 'QuantizeV2' else None
        self.wanted = [dequantize.name, dequantize.input[1], dequantize.input[2], *([self.source] if self.source else [])]

    def resolve(self, values, weight):
        """`weight` is the FP32 value of a constant."""
        self.value = np.asarray(values[self.source] if self.source else weight, np.float32)
        low, high = values[self.dequantize.input[1]], values[self.dequantize.input[2]]
        half = half_steps(low, high, self.dequantize.attr['axis'].i, self.value.ndim)
        beyond = 0 if self.source is None else np.maximum(0, np.maximum(low - self.value, self.value - high))
        # An FP32 rounding of the value, of the ends of the grid, and of the number times the step.
        rounding = 8 * UNIT_ROUNDOFF * np.maximum(np.abs(self.value), np.maximum(np.abs(low), np.abs(high)).max())
        self.bound = (np.maximum(half + rounding, beyond + rounding) * np.ones_like(self.value)).astype(np.float32)
        self.off = np.abs(values[self.dequantize.name] - self.value)


def replay(node, inputs):
    """The first output of the op alone on these inputs."""
    graph = graph_pb2.GraphDef()
    copy = graph.node.add()
    copy.CopyFrom(node)
    copy.name, copy.device = 'op', ''
    copy.attr.pop('_class', None)
    del copy.input[:]
    for index, value in enumerate(inputs):
        source = graph.node.add(name=f'input_{index}', op='Placeholder')
        source.attr['dtype'].type = tf.as_dtype(value.dtype).as_datatype_enum
        copy.input.append(source.name)
    return run(graph, {f'input_{index}': value for index, value in enumerate(inputs)}, ['op'], optimise=False)['op']


def op_errors(prepared, quantized, feeds):
    """Of each op of `quantized` that reads dequantized values which `prepared` has as FP32: its error on the values it reads, and the bound."""
    before = {node.name: node for node in prepared.node}
    nodes = {node.name: node for node in quantized.node}
    inserted = lambda name: node_and_output(name)[0] not in before and nodes[node_and_output(name)[0]].op == 'Dequantize'
    ops, inside = {}, in_loops(quantized)
    for node in quantized.node:
        data = [name for name in node.input if not name.startswith('^')]
        factors = {index: Factor(nodes[node_and_output(name)[0]], nodes) for index, name in enumerate(data) if inserted(name)}
        if factors and node.op in BILINEAR + NOT_EXPANDING and node.name not in inside:
            ops[node.name] = (node, data, factors)
    wanted = {name for node, data, factors in ops.values() for name in (node.name, *data, *(one for factor in factors.values() for one in factor.wanted))}
    values = run(quantized, feeds, sorted(wanted), optimise=False) if wanted else {}
    weights = {before[name].input[index] for name, (_, _, factors) in ops.items() for index, factor in factors.items() if factor.source is None}
    constants = run(prepared, feeds, sorted(weights), optimise=False) if weights else {}
    results = []
    for name, (node, data, factors) in ops.items():
        for index, factor in factors.items():
            factor.resolve(values, constants.get(before[name].input[index]))
        # One that reads FP32 values beside INT8 ones computes in FP32.
        if any(values[one].dtype == np.float32 for index, one in enumerate(data) if index not in factors):
            continue
        results.append({'node': name, 'op': node.op, **op_error(node, [values[one] for one in data], factors, values[name])})
    return results


def op_error(node, inputs, factors, result):
    given = lambda choose: [choose(factors[index]) if index in factors else value for index, value in enumerate(inputs)]
    exact = replay(node, given(lambda factor: factor.value))
    bound, expected = bilinear_bound(node, factors, len(inputs)) if node.op in BILINEAR else (replay(node, given(lambda factor: factor.bound)), None)
    error = np.abs(np.float64(result) - exact)
    factors_kept = all((factor.off <= factor.bound).all() for factor in factors.values())
    mean_square = float(np.mean(expected)) if expected is not None and expected.size else 0.0
    return {
        'explained': bool(factors_kept and (error <= bound).all()),
        'error': rms(error) / max(rms(np.float64(exact)), 1e-30) if error.size else 0.0,
        'ofBound': float((error / np.maximum(bound, 1e-30)).max(initial=0)),
        **({'ofExpected': rms(error) / np.sqrt(mean_square)} if mean_square > 0 else {}),
    }


def bilinear_bound(node, factors, count):
    """The largest error, and the mean square of the error of independent roundings, per element."""
    exact = lambda index: (np.abs(factors[index].value), factors[index].bound)
    (x, dx), (w, dw) = (exact(index) for index in range(2))
    f = lambda a, b: np.float64(replay(node, [a, b]))
    products = f(np.ones_like(x), np.ones_like(w)).max(initial=0)
    rounding = 2 * products * UNIT_ROUNDOFF * f(x + dx, w + dw)
    return f(dx, w) + f(x, dw) + f(dx, dw) + rounding, (f(dx ** 2, w ** 2) + f(x ** 2, dw ** 2)) / 3


def rms(values):
    return float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0


def carried_on(prepared, quantized, ops, feeds, fetches):
    """The largest relative error that is left in the outputs of `prepared` once the results of the INT8 ops are those of `quantized`,
    and values that are read as INT8 only what these are dequantized to."""
    results = {op['node']: op['node'] for op in ops} | read_as_int8_only(prepared, quantized)
    values = run(quantized, feeds, sorted({*results.values(), *fetches}), optimise=False)
    expected = run(prepared, {**feeds, **{name: values[other] for name, other in results.items()}}, fetches, optimise=False)
    return largest_error(expected, values, fetches)


def read_as_int8_only(prepared, quantized):
    """By name of a value that nothing but QuantizeV2 reads, what it is dequantized to."""
    before, readers, dequantized = {node.name for node in prepared.node}, {}, {}
    for node in quantized.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
        if node.op == 'Dequantize' and node.name not in before:
            dequantized[node.input[0]] = node.name
    alone = {name: found[0].name for name, found in readers.items() if len(found) == 1 and found[0].op == 'QuantizeV2' and found[0].name not in before}
    return {name: dequantized[quantize] for name, quantize in alone.items()}


def largest_error(expected, actual, fetches):
    return max((relative_error(expected[name], actual[name]) for name in fetches), default=0.0)


def relative_error(expected, actual):
    statistics = error_statistics(expected, actual)
    if statistics['equal']:
        return 0.0
    return np.inf if statistics.get('nonFiniteDiffer', 1) else statistics['relativeRms']


def kernel_errors(quantized, fused, numbers, results, overwritten, feeds, fetches):
    """INT8 kernels of `fused` beside the float ops of `quantized` on the same numbers. `numbers`: by the name of a QuantizeV2 of
    `quantized` the value of `fused` that stands for what it gives, as numbers or as FP32; `results`: by name of an FP32 value
    of `quantized` the kernel that gives it. What a kernel overwrites is fetched alone. Errors of numbers in steps, others relative
    to the largest result."""
    nodes = {node.name: node for node in quantized.node}
    together = {*numbers.values(), *results.values(), *fetches} - set(overwritten)
    given = run(fused, feeds, sorted(together), optimise=False)
    for name in overwritten:
        given.update(run(fused, feeds, [name], optimise=False))
    ends = run(quantized, feeds, sorted({name for one in numbers for name in nodes[one].input[1:3]}), optimise=False) if numbers else {}
    stored = {}
    for name, source in numbers.items():
        quantize = nodes[name]
        number = given[source] if is_number(given[source]) else replay(quantize, [given[source], ends[quantize.input[1]], ends[quantize.input[2]]])
        stored[name] = number
    kept = {name: source for name, source in numbers.items() if is_number(given[source]) and name not in {node.name for node in fused.node}}
    wanted = sorted({*results, *fetches, *(nodes[name].input[0] for name in kept)})
    floats = run(quantized, {**feeds, **stored}, wanted, optimise=False)
    errors = []
    for name, source in kept.items():
        quantize = nodes[name]
        low, high = (np.float64(ends[end]) for end in quantize.input[1:3])
        steps = np.clip((floats[quantize.input[0]] - low) * 255 / (high - low), 0, 255)
        errors.append({'node': source, 'steps': float(np.abs(np.float64(given[source]) - steps).max(initial=0))})
    for name, source in results.items():
        largest = np.abs(floats[name]).max(initial=1e-30)
        errors.append({'node': source, 'relative': float(np.abs(np.float64(floats[name]) - given[source]).max(initial=0) / largest)})
    return errors, largest_error(floats, given, fetches)


def is_number(value):
    return value.dtype == np.uint8


def explain_quantized(original, prepared, quantized, feeds, fetches):
    """Whether the outputs of a graph with Quantize and Dequantize differ from the original's by its INT8 ops alone, and each by no
    more than its bound."""
    first, before, after = (load_graph(path) for path in (original, prepared, quantized))
    ops = op_errors(before, after, feeds)
    loops = {node.name for node in after.node if node.op == 'QuantizeV2'} & in_loops(after)
    expected = run(before, feeds, fetches, optimise=False)
    return {
        'ops': ops,
        'preparation': largest_error(run(first, feeds, fetches, optimise=False), expected, fetches),
        **({'byNoise': error_by_noise(after, expected, feeds, fetches)} if loops else {'carriedOn': carried_on(before, after, ops, feeds, fetches)}),
    }


def error_by_noise(quantized, expected, feeds, fetches):
    """The largest relative error of an output where values are not rounded to their grids, but changed at random as much."""
    return max(largest_error(expected, run(with_noise(quantized, seed), feeds, fetches, optimise=False), fetches) for seed in range(NOISES))


def explain_fused(quantized, fused, numbers, results, overwritten, feeds, fetches):
    errors, carried = kernel_errors(load_graph(quantized), load_graph(fused), numbers, results, overwritten, feeds, fetches)
    return {'kernels': errors, 'carriedOn': carried}
