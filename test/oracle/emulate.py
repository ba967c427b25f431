"""What BF16 costs at the least: the original graph in float32, with values rounded where a conversion computes in BF16."""
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import op_def_registry

from tensors import round_to_bf16

FLOAT = types_pb2.DT_FLOAT


def rounded_graph(graph_def, converted):
    """A copy whose float32 constants, and float32 outputs of the nodes named in `converted`, hold only bfloat16 values.

    Returns the graph and a function from a tensor's name to the name of the rounded tensor to fetch in its place."""
    result = tf.compat.v1.GraphDef()
    result.CopyFrom(graph_def)
    rounded = {}
    for node in graph_def.node:
        # A Merge accepts NextIteration only directly behind it; what that hands on is rounded already.
        if node.name in converted and node.op != 'NextIteration':
            for port in float_ports(node):
                rounded[node.name, port] = add_rounding(result, node.name, port)
    for node in result.node[:len(graph_def.node)]:
        node.input[:] = [rounded.get(split(text), text) for text in node.input]
        if node.op == 'Const' and node.attr['dtype'].type == FLOAT:
            tensor = node.attr['value'].tensor
            tensor.CopyFrom(tf.make_tensor_proto(round_to_bf16(tf.make_ndarray(tensor))))
    return result, lambda name: rounded.get(split(name), name)


def add_rounding(graph_def, name, port):
    source = f'{name}:{port}' if port else name
    for source_type, target_type in ((tf.float32, tf.bfloat16), (tf.bfloat16, tf.float32)):
        node = graph_def.node.add(name=f'{name}/{port}/to_{target_type.name}', op='Cast', input=[source])
        node.attr['SrcT'].type, node.attr['DstT'].type = source_type.as_datatype_enum, target_type.as_datatype_enum
        source = node.name
    return source


def rounded_feeds(feeds, variants=3):
    """The feeds rounded, and rounded after changing each value by up to 2^-9 of itself."""
    yield {name: round_to_bf16(value) for name, value in feeds.items()}
    for seed in range(variants):
        random = np.random.default_rng(seed)
        noise = {name: 1 + random.uniform(-2**-9, 2**-9, value.shape).astype(np.float32) for name, value in feeds.items()}
        yield {name: round_to_bf16(value * noise[name]) if value.dtype == np.float32 else value for name, value in feeds.items()}


def split(text):
    """`a:1` -> ('a', 1), `a` -> ('a', 0); a control input matches no value."""
    name, _, port = text.partition(':')
    return name, int(port or 0)


def float_ports(node):
    """Indexes of the outputs typed float32, by the op's definition."""
    attr, types = node.attr, []
    for arg in op_def_registry.get(node.op).output_arg:
        count = attr[arg.number_attr].i if arg.number_attr else 1
        if arg.type_list_attr:
            types += attr[arg.type_list_attr].list.type
        else:
            types += [attr[arg.type_attr].type if arg.type_attr else arg.type] * count
    return np.flatnonzero(np.array(types) == FLOAT).tolist()
