"""A graph as another tool would have quantized it: ops between Dequantize and QuantizeV2, their results quantized too."""
from collections import defaultdict

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2, types_pb2

from models import run
from op_types import inputs_of
from optimal_casts import data_inputs

RANGE_IN_LOOPS = (-1.0, 1.0)


def quantized_form(graph, names, feeds):
    """A copy in which each named op reads QuantizeV2 -> Dequantize values, and its result goes through such a pair to all its
    readers. Ranges are those of a run on `feeds`; values inside loops, which cannot be fetched, have one for all."""
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph)
    nodes = {node.name: node for node in result.node}
    ranges = ranges_of(graph, {value for name in names for value in (name, *data_inputs(nodes[name]))}, feeds)
    behind = {}
    for name in names:
        node = nodes[name]
        sources = [source.split(':')[0] for source in data_inputs(node)]
        anchor = next((source for source in sources if nodes[source].op != 'Const'), sources[0])
        for index, (source, (_, _, kind)) in enumerate(zip(data_inputs(node), inputs_of(node))):
            if kind == types_pb2.DT_FLOAT:
                node.input[index] = add_pair(result, f'{name}/input_{index}', source, ranges[source], anchor)
        behind[name] = add_pair(result, f'{name}/result', name, ranges[name], anchor)
    pairs = {f'{name}/result/quantize' for name in names}
    for node in result.node:
        if node.name not in pairs:
            for index, source in enumerate(node.input):
                node.input[index] = behind.get(source, source)
    return result


def ranges_of(graph, values, feeds):
    inside = in_loops(graph)
    fetched = sorted(value for value in values if value.split(':')[0] not in inside)
    arrays = run(graph, feeds, fetched)
    return {value: symmetric_range(arrays[value]) if value in arrays else RANGE_IN_LOOPS for value in values}


def symmetric_range(array):
    largest = float(np.abs(array).max()) + 1e-6
    return -largest, largest


def in_loops(graph):
    """Names of the nodes between Enter and Exit."""
    readers = defaultdict(list)
    for node in graph.node:
        for value in node.input:
            readers[value.lstrip('^').split(':')[0]].append(node)
    waiting = [node for node in graph.node if node.op == 'Enter']
    inside = set()
    while waiting:
        node = waiting.pop()
        if node.name not in inside and node.op != 'Exit':
            inside.add(node.name)
            waiting += readers[node.name]
    return inside


def add_pair(graph, name, source, limits, anchor):
    """Adds the nodes; returns the name of the Dequantize. `anchor` places their constants in the loop of the op, if any."""
    for part, value in zip(('min', 'max'), limits):
        constant = graph.node.add(name=f'{name}/{part}', op='Const', input=[f'^{anchor}'])
        constant.attr['dtype'].type = types_pb2.DT_FLOAT
        constant.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(np.float32(value)))
    ranges = [f'{name}/min', f'{name}/max']
    quantize = graph.node.add(name=f'{name}/quantize', op='QuantizeV2', input=[source, *ranges])
    quantized = [quantize.name, f'{quantize.name}:1', f'{quantize.name}:2']
    dequantize = graph.node.add(name=f'{name}/dequantize', op='Dequantize', input=quantized)
    for node in (quantize, dequantize):
        node.attr['T'].type = types_pb2.DT_QINT8
        node.attr['mode'].s = b'MIN_COMBINED'
    dequantize.attr['dtype'].type = types_pb2.DT_FLOAT
    return dequantize.name
