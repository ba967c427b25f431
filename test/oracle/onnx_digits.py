"""Writes the sample models of digits as ONNX models (opset 17): digits_transformer.onnx, digits_gru.onnx, which has the op GRU, and
digits_scan.onnx, which has its cell in a Scan.

Usage: python onnx_digits.py SAMPLES_FOLDER TARGET_FOLDER
"""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
import tensorflow as tf  # noqa: E402

IMAGE = helper.make_tensor_value_info('image', TensorProto.FLOAT, ['batch', 8, 8, 1])
RESULT = helper.make_tensor_value_info('Identity', TensorProto.FLOAT, ['batch', 10])


class Builder:
    def __init__(self, prefix=''):
        self.prefix, self.nodes, self.initializers = prefix, [], []

    def hold(self, array):
        name = f'weight_{len(self.initializers)}'
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def floats(self, *values):
        return self.hold(np.array(values[0] if len(values) == 1 else values, np.float32))

    def integers(self, *values):
        return self.hold(np.array(values, np.int64))

    def add(self, op, *inputs, output=None, **attributes):
        name = output or f'{self.prefix}{op}_{len(self.nodes)}'
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def dense(self, x, weight, bias):
        return self.add('Add', self.add('MatMul', x, self.hold(weight)), self.hold(bias))

    def model(self):
        graph = helper.make_graph(self.nodes, 'digits', [IMAGE], [RESULT], self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def weights(path):
    """Of each layer the FP32 arrays, in the order of the graph."""
    graph = tf.compat.v1.GraphDef()
    with open(path, 'rb') as file:
        graph.ParseFromString(file.read())
    found = {}
    for node in graph.node:
        array = tf.make_ndarray(node.attr['value'].tensor) if node.op == 'Const' else np.zeros(())
        if array.dtype == np.float32 and array.ndim > 0:
            found.setdefault(node.name.split('/')[1], []).append(array)
    return found


def norm(b, x, first, second):
    """Keras reads scale and offset of a normalisation in this order."""
    centred = b.add('Sub', x, b.add('ReduceMean', x, axes=[-1]))
    variance = b.add('ReduceMean', b.add('Mul', centred, centred), axes=[-1])
    normal = b.add('Div', centred, b.add('Sqrt', b.add('Add', variance, b.floats(1e-5))))
    return b.add('Add', b.add('Mul', normal, b.hold(first)), b.hold(second))


def attention(b, x, arrays):
    query, query_bias, key, key_bias, value, value_bias, out, out_bias = arrays
    width, heads, depth = query.shape

    def project(weight, bias, perm):
        joined = b.dense(x, weight.reshape(width, -1), bias.reshape(-1))
        return b.add('Transpose', b.add('Reshape', joined, b.integers(0, 0, heads, depth)), perm=perm)

    scores = b.add('MatMul', project(query, query_bias, [0, 2, 1, 3]), project(key, key_bias, [0, 2, 3, 1]))
    shares = b.add('Softmax', b.add('Mul', scores, b.floats(depth ** -0.5)), axis=-1)
    mixed = b.add('Transpose', b.add('MatMul', shares, project(value, value_bias, [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    return b.dense(b.add('Reshape', mixed, b.integers(0, 0, width)), out.reshape(width, -1), out_bias)


def gelu(b, x):
    scaled = b.add('Add', b.add('Erf', b.add('Mul', x, b.floats(0.5 ** 0.5))), b.floats(1))
    return b.add('Mul', b.add('Mul', x, b.floats(0.5)), scaled)


def transformer(layers):
    b = Builder()
    of = lambda kind: [arrays for name, arrays in layers.items() if name.startswith(kind)]
    [[kernel, bias]], [[position]] = of('conv2d'), of('Add')
    norms, attentions, denses = of('layer_normalization'), of('multi_head_attention'), of('dense')
    patches = b.add('Conv', b.add('Transpose', 'image', perm=[0, 3, 1, 2]), b.hold(kernel.transpose(3, 2, 0, 1)), b.hold(bias), strides=[2, 2])
    rows = b.add('Transpose', b.add('Reshape', patches, b.integers(0, position.shape[1], -1)), perm=[0, 2, 1])
    x = b.add('Add', rows, b.hold(position))
    for block in range(len(attentions)):
        x = b.add('Add', x, attention(b, norm(b, x, *norms[2 * block]), attentions[block]))
        wide = gelu(b, b.dense(norm(b, x, *norms[2 * block + 1]), *denses[2 * block]))
        x = b.add('Add', x, b.dense(wide, *denses[2 * block + 1]))
    [[weight, bias]] = of('probs')
    pooled = b.add('ReduceMean', norm(b, x, *norms[-1]), axes=[1], keepdims=0)
    b.add('Softmax', b.dense(pooled, weight, bias), axis=-1, output='Identity')
    return b.model()


def cell_arrays(layers):
    arrays = layers['gru_1']
    matrices = {array.shape[0]: array for array in arrays if array.ndim == 2}
    return matrices[8], matrices[48], matrices[2]


def last_state(layers, recur):
    """A model that computes the last state by `recur`, of rows along the first axis."""
    b = Builder()
    rows = b.add('Transpose', b.add('Reshape', 'image', b.integers(0, 8, 8)), perm=[1, 0, 2])
    b.add('Softmax', b.dense(recur(b, rows, *cell_arrays(layers)), *layers['probs_1']), axis=-1, output='Identity')
    return b.model()


def gru(b, rows, kernel, recurrent, bias):
    operands = [b.hold(kernel.T[None]), b.hold(recurrent.T[None]), b.hold(bias.reshape(1, -1))]
    b.nodes.append(helper.make_node('GRU', [rows, *operands], ['', 'state'], name='gru', hidden_size=48, linear_before_reset=1))
    return b.add('Squeeze', 'state', b.integers(0))


def scan(b, rows, kernel, recurrent, bias):
    inner = Builder('cell_')
    outer = [b.hold(array) for array in (kernel, bias[0], recurrent, bias[1])]
    ones = b.floats(1)
    read = inner.add('Add', inner.add('MatMul', 'row', outer[0]), outer[1])
    kept = inner.add('Add', inner.add('MatMul', 'state', outer[2]), outer[3])
    for value, parts in ((read, ['read_z', 'read_r', 'read_h']), (kept, ['kept_z', 'kept_r', 'kept_h'])):
        inner.nodes.append(helper.make_node('Split', [value], parts, name=f'split_{value}', axis=-1))
    update = inner.add('Sigmoid', inner.add('Add', 'read_z', 'kept_z'))
    reset = inner.add('Sigmoid', inner.add('Add', 'read_r', 'kept_r'))
    new = inner.add('Tanh', inner.add('Add', 'read_h', inner.add('Mul', reset, 'kept_h')))
    inner.add('Add', inner.add('Mul', update, 'state'), inner.add('Mul', inner.add('Sub', ones, update), new), output='next')
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, ['batch', size])
    body = helper.make_graph(inner.nodes, 'cell', [value('state', 48), value('row', 8)], [value('next', 48)])
    batch = b.add('Slice', b.add('Shape', rows), b.integers(1), b.integers(2))
    start = b.add('ConstantOfShape', b.add('Concat', batch, b.integers(48), axis=0))
    return b.add('Scan', start, rows, num_scan_inputs=1, body=body)


def main(samples, target):
    transformer_layers, gru_layers = (weights(os.path.join(samples, f'digits_{name}.pb')) for name in ('transformer', 'gru'))
    models = {'transformer': transformer(transformer_layers), 'gru': last_state(gru_layers, gru), 'scan': last_state(gru_layers, scan)}
    for name, model in models.items():
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, os.path.join(target, f'digits_{name}.onnx'))


main(*sys.argv[1:])
