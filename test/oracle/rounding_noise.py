"""A graph with Quantize and Dequantize whose roundings are others of the same size."""
from tensorflow.core.framework import graph_pb2, types_pb2
import numpy as np
import tensorflow as tf

FLOAT = types_pb2.DT_FLOAT
STEPS = 255


def with_noise(graph, seed):
    """A copy in which each value that goes through QuantizeV2 and Dequantize is clipped to the ends of its grid and changed at
    random by up to half a step, inside loops anew in each trip, instead of being rounded. Weights stay as they are."""
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph)
    nodes = {node.name: node for node in result.node}
    pairs = [(nodes[source], node) for node in graph.node if node.op == 'Dequantize' for source in [node.input[0].split(':')[0]] if nodes[source].op == 'QuantizeV2']
    for index, (quantize, dequantize) in enumerate(pairs):
        value, low, high = quantize.input[:3]

        def add(part, op, inputs, **types):
            node = result.node.add(name=f'{dequantize.name}/noise/{part}', op=op, input=inputs)
            for name, kind in (types or {'T': FLOAT}).items():
                node.attr[name].type = kind
            return node

        def constant(part, number):
            # It is in the loop of what it waits for.
            node = add(part, 'Const', [f'^{value.split(":")[0]}'], dtype=FLOAT)
            node.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(np.float32(number)))
            return node.name

        shape = add('shape', 'Shape', [value], T=FLOAT, out_type=types_pb2.DT_INT32).name
        uniform = add('uniform', 'RandomUniform', [shape], T=types_pb2.DT_INT32, dtype=FLOAT)
        uniform.attr['seed'].i, uniform.attr['seed2'].i = seed + 1, index
        step = add('step', 'Mul', [add('span', 'Sub', [high, low]).name, constant('share', 1 / STEPS)]).name
        noise = add('scaled', 'Mul', [add('centred', 'Sub', [uniform.name, constant('half', 0.5)]).name, step]).name
        clipped = add('clipped', 'Minimum', [add('raised', 'Maximum', [value, low]).name, high]).name
        changed = nodes[dequantize.name]
        changed.Clear()
        changed.name, changed.op = dequantize.name, 'AddV2'
        changed.input.extend([clipped, noise])
        changed.attr['T'].type = FLOAT
    return result
