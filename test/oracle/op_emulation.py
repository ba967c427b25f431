"""Single ops on constants, as TensorFlow's kernels compute them."""
import numpy as np
import tensorflow as tf

from models import load_graph, run
from quantized_form import quantized_form


def run_ops(model, fetches, save):
    """Writes values of a graph without inputs to the .npz `save`; BF16 as float32. Float constants are fed, so that a kernel in
    the session computes each op, and no optimiser."""
    graph = load_graph(model)
    fed = {node.name: tf.make_ndarray(node.attr['value'].tensor) for node in graph.node if node.op == 'Const' and is_float(node.attr['dtype'].type)}
    values = run(graph, fed, fetches, optimise=False)
    np.savez(save, **{name: as_numbers(value) for name, value in values.items()})


def quantize_ops(model, names, target):
    """Writes a copy of the graph in which the named ops are between Dequantize and QuantizeV2; TYPE/result/quantize is INT8."""
    with open(target, 'wb') as file:
        file.write(quantized_form(load_graph(model), set(names), {}).SerializeToString())


def is_float(kind):
    return tf.dtypes.as_dtype(kind).is_floating


def as_numbers(value):
    if value.dtype == tf.bfloat16.as_numpy_dtype:
        return value.astype(np.float32)
    return value.view(value.dtype[0]) if value.dtype.names else value
