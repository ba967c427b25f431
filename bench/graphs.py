"""GraphDefs: reading, their outputs, and TensorFlow's own graph optimizers applied to them."""
import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.grappler import tf_optimizer

NO_OUTPUT = ('NoOp', 'Const', 'Placeholder')


def read_graph(path):
    graph = graph_pb2.GraphDef()
    with open(path, 'rb') as file:
        graph.ParseFromString(file.read())
    return graph


def outputs_of(graph):
    """Names of the nodes whose values nothing else reads."""
    read = {name.lstrip('^').split(':')[0] for node in graph.node for name in node.input}
    return [node.name for node in graph.node if node.name not in read and node.op not in NO_OUTPUT]


def optimise(graph, keep, optimizers, iterations):
    """The graph after TensorFlow's optimizers of these names, which leave the nodes named in `keep` as they are."""
    scope = tf.Graph()
    with scope.as_default():
        tf.import_graph_def(graph, name='')
    meta = tf.compat.v1.train.export_meta_graph(graph_def=graph, graph=scope)
    meta.collection_def['train_op'].node_list.value.extend(keep)
    config = config_pb2.ConfigProto()
    rewriting = config.graph_options.rewrite_options
    rewriting.min_graph_nodes = -1
    rewriting.optimizers.extend(optimizers)
    rewriting.meta_optimizer_iterations = iterations
    return tf_optimizer.OptimizeGraph(config, meta)
