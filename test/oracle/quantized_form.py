"""A graph as another tool would have quantized it: ops between Dequantize and QuantizeV2, their results quantized too."""
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2, types_pb2

from op_types import inputs_of
from optimal_casts import data_inputs

ACTIVATION_RANGE = (-8.0, 8.0)


def quantized_form(graph, names):
    """A copy in which each named op reads QuantizeV2 -> Dequantize values, and its result goes through such a pair to all its
    readers. Activations have one range for all, for counting; weights have their own."""
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph)
    nodes = {node.name: node for node in result.node}
    behind = {}
    for name in names:
        node = nodes[name]
        anchor = next(source for source in data_inputs(node) if nodes[source.split(':')[0]].op != 'Const').split(':')[0]
        for index, (source, (_, _, kind)) in enumerate(zip(data_inputs(node), inputs_of(node))):
            if kind == types_pb2.DT_FLOAT:
                node.input[index] = add_pair(result, f'{name}/input_{index}', source, range_of(nodes[source.split(':')[0]]), anchor)
        behind[name] = add_pair(result, f'{name}/result', name, ACTIVATION_RANGE, anchor)
    pairs = {f'{name}/result/quantize' for name in names}
    for node in result.node:
        if node.name not in pairs:
            for index, source in enumerate(node.input):
                node.input[index] = behind.get(source, source)
    return result


def range_of(node):
    if node.op != 'Const':
        return ACTIVATION_RANGE
    largest = max(1e-6, float(np.abs(tf.make_ndarray(node.attr['value'].tensor)).max()))
    return -largest, largest


def add_pair(graph, name, source, limits, anchor):
    """Adds the nodes; returns the name of the Dequantize. `anchor` places their constants in the loop of the op, if any."""
    for part, value in zip(('min', 'max'), limits):
        constant = graph.node.add(name=f'{name}/{part}', op='Const', input=[f'^{anchor}'])
        constant.attr['dtype'].type = types_pb2.DT_FLOAT
        constant.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(np.float32(value)))
    ranges = [f'{name}/min', f'{name}/max']
    quantize = graph.node.add(name=f'{name}/quantize', op='QuantizeV2', input=[source, *ranges])
    dequantize = graph.node.add(name=f'{name}/dequantize', op='Dequantize', input=[quantize.name, f'{quantize.name}:1', f'{quantize.name}:2'])
    for node in (quantize, dequantize):
        node.attr['T'].type = types_pb2.DT_QINT8
        node.attr['mode'].s = b'MIN_COMBINED'
    dequantize.attr['dtype'].type = types_pb2.DT_FLOAT
    return dequantize.name
