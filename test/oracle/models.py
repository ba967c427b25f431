"""GraphDef files: reading, describing, comparing as messages, running in a session."""
import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.framework import types_pb2

LARGEST_OPTIMISED = 10_000
NUMPY_NAMES = {'DT_FLOAT': 'float32', 'DT_DOUBLE': 'float64', 'DT_HALF': 'float16'}


def load_graph(path):
    graph = tf.compat.v1.GraphDef()
    with open(path, 'rb') as file:
        data = file.read()
    if path.endswith('.pbtxt'):
        text_format.Parse(data.decode(), graph)
    else:
        graph.ParseFromString(data)
    return graph


def dtype_name(value):
    """`bfloat16` for DT_BFLOAT16, `qint8` for DT_QINT8, …: the names NumPy uses where it has one."""
    name = types_pb2.DataType.Name(value)
    return NUMPY_NAMES.get(name, name.removeprefix('DT_').lower())


def describe(path):
    """Versions, function names and every node with its inputs and its type, bool, int and string attributes."""
    graph = load_graph(path)
    return {
        'versions': {'producer': graph.versions.producer, 'minConsumer': graph.versions.min_consumer, 'badConsumers': list(graph.versions.bad_consumers)},
        'functions': [function.signature.name for function in graph.library.function],
        'nodes': [
            {'name': node.name, 'op': node.op, 'inputs': list(node.input), 'attributes': {key: readable(value) for key, value in node.attr.items()}}
            for node in graph.node
        ],
    }


def readable(value):
    kind = value.WhichOneof('value')
    if kind == 'type':
        return dtype_name(value.type)
    if kind == 'list' and value.list.type:
        return [dtype_name(item) for item in value.list.type]
    if kind == 's':
        return value.s.decode('utf-8', 'replace')
    return getattr(value, kind) if kind in ('i', 'b', 'f') else kind


def equal_messages(first, second):
    """Whether two files hold the same GraphDef message, and otherwise where they part first."""
    a, b = load_graph(first), load_graph(second)
    if a.SerializeToString(deterministic=True) == b.SerializeToString(deterministic=True):
        return {'equal': True}
    if len(a.node) != len(b.node):
        return {'equal': False, 'difference': f'{len(a.node)} and {len(b.node)} nodes'}
    for x, y in zip(a.node, b.node):
        if x.SerializeToString(deterministic=True) != y.SerializeToString(deterministic=True):
            return {'equal': False, 'difference': f'node {x.name}'}
    return {'equal': False, 'difference': 'outside the nodes'}


def has_unseeded_randomness(graph_def):
    return any('seed' in node.attr and 'seed2' in node.attr and node.attr['seed'].i == node.attr['seed2'].i == 0 for node in graph_def.node)


def tensor_name(name):
    return name if ':' in name else name + ':0'


def run(graph_def, feeds, fetches, optimise=True):
    """Runs the graph in a fresh session as stock TensorFlow does: with its own optimiser, but for very large graphs, on which
    that takes minutes."""
    graph = tf.Graph()
    with graph.as_default():
        tf.compat.v1.import_graph_def(graph_def, name='')
    config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    config.graph_options.rewrite_options.disable_meta_optimizer = not optimise or len(graph_def.node) > LARGEST_OPTIMISED
    with tf.compat.v1.Session(graph=graph, config=config) as session:
        values = session.run([tensor_name(name) for name in fetches], {tensor_name(name): value for name, value in feeds.items()})
    return dict(zip(fetches, (np.asarray(value) for value in values)))
