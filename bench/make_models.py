"""Writes networks with random weights as frozen graphs: make_models.py FOLDER NAME…

Of each, NAME.pb as TensorFlow freezes it (loops lowered), NAME.npz with arrays for its inputs, and base/NAME.pb, the same graph
after TensorFlow pruned it, folded its constants and merged equal nodes: counts of Casts are stated on this form.
"""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '0')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402

from graphs import optimise, outputs_of  # noqa: E402
from networks import NETWORKS  # noqa: E402

SAMPLES = 4
SIMPLIFICATIONS = ['pruning', 'constfold', 'common_subgraph_elimination', 'dependency']


def frozen(function):
    graph = convert_variables_to_constants_v2(function, lower_control_flow=True).graph.as_graph_def()
    for node in graph.node:
        node.ClearField('device')
    return graph


def simplified(graph):
    simple = optimise(graph, outputs_of(graph), SIMPLIFICATIONS, iterations=2)
    for node in simple.node:
        node.ClearField('device')
        for annotation in ('_output_shapes', '_grappler_relative_cost'):
            node.attr.pop(annotation, None)
    return simple


def sample_inputs(function):
    """Images of normal values; token ids from the smallest vocabulary; one sentence, no padding."""
    random = np.random.default_rng(2)
    arrays = {}
    for spec in function.structured_input_signature[0]:
        shape = [SAMPLES, *spec.shape[1:]]
        if spec.dtype == tf.float32:
            arrays[spec.name] = random.normal(0, 1, shape).astype(np.float32)
        elif spec.name in ('input_mask', 'segment_ids'):
            arrays[spec.name] = np.full(shape, spec.name == 'input_mask', np.int32)
        else:
            arrays[spec.name] = random.integers(0, 900, shape).astype(np.int32)
    return arrays


def write(path, graph):
    with open(path, 'wb') as file:
        file.write(graph.SerializeToString())


def main(folder, names):
    os.makedirs(os.path.join(folder, 'base'), exist_ok=True)
    for name in names:
        function = NETWORKS[name]()
        graph = frozen(function)
        write(os.path.join(folder, 'base', f'{name}.pb'), simplified(graph))
        write(os.path.join(folder, f'{name}.pb'), graph)
        np.savez(os.path.join(folder, f'{name}.npz'), **sample_inputs(function))


main(sys.argv[1], sys.argv[2:])
