"""Graphs of Intel Neural Compressor's own BF16 tests, rebuilt: the acceptance cases T1-T12."""
import numpy as np
import tensorflow as tf

from build import batch_norm, bias, constant, conv, finish, matmul, ops, placeholder, quantize_dequantize, random, to_bf16, to_float


def three_convolutions(graph, with_island=True):
    """input, conv1, bias, relu (a BF16 island of its own if asked), conv2, bias2, relu2, Log, conv3, Identity: 17 or 15 nodes."""
    x = placeholder('input', None, 8, 8, 3)
    t = bias('bias', conv('conv1', x, 4, 70), 71)
    if with_island:
        t = to_float('cast2', ops.Relu(features=to_bf16('cast1', t), name='relu'))
    else:
        t = ops.Relu(features=t, name='relu')
    t = ops.BiasAdd(value=conv('conv2', t, 4, 72), bias=constant('bias2/values', np.float32([2, 3, 4, 5])), name='bias2')
    t = ops.Log(x=ops.Relu(features=t, name='relu2'), name='log')
    ops.Identity(input=conv('conv3', t, 4, 73), name='output')
    return finish(graph, {'input': random(70, 4, 8, 8, 3, low=0, high=0.5)}, 'output')


def three_convolutions_fp32(graph):
    return three_convolutions(graph, with_island=False)


def residual_net(graph):
    """Two residual blocks with batch norm, average pooling and a classifier."""
    t = placeholder('image', None, 12, 12, 3)
    t = ops.Relu(features=batch_norm('norm0', conv('conv0', t, 8, 80), 81), name='relu0')
    for block in (1, 2):
        s, seed = t, 80 + 10 * block
        t = ops.Relu(features=batch_norm(f'norm{block}a', conv(f'conv{block}a', t, 8, seed), seed + 1), name=f'relu{block}a')
        t = batch_norm(f'norm{block}b', conv(f'conv{block}b', t, 8, seed + 5), seed + 6)
        t = ops.Relu(features=ops.AddV2(x=t, y=s, name=f'add{block}'), name=f'relu{block}b')
    t = ops.AvgPool(value=t, ksize=[1, 12, 12, 1], strides=[1, 1, 1, 1], padding='VALID', name='pool')
    t = ops.Reshape(tensor=t, shape=constant('flat', np.int32([-1, 8])), name='flatten')
    ops.Softmax(logits=bias('fc_bias', matmul('fc', t, 10, 120), 121), name='probabilities')
    return finish(graph, {'image': random(80, 8, 12, 12, 3)}, 'probabilities')


def transposed_matmul(graph):
    """x times the transpose of a constant, then Relu6."""
    x = placeholder('x', None, 16)
    product = ops.MatMul(a=x, b=constant('y', random(130, 8, 16)), transpose_b=True, name='product')
    ops.Identity(input=ops.Relu6(features=product, name='relu6'), name='out')
    return finish(graph, {'x': random(131, 8, 16)}, 'out')


def loop_around_matmul(functional):
    """A while loop with a MatMul in its body, in TensorFlow 1 form (Enter, Merge, Switch, …) or as a While op with functions."""
    (tf.compat.v1.enable_control_flow_v2 if functional else tf.compat.v1.disable_control_flow_v2)()
    x, w = placeholder('x', None, 8), constant('w', 0.5 * random(140, 8, 8))
    _, state = tf.compat.v1.while_loop(
        lambda i, _: ops.Less(x=i, y=constant('limit', 4), name='less'),
        lambda i, h: (ops.AddV2(x=i, y=constant('one', 1), name='next'), ops.Tanh(x=ops.MatMul(a=h, b=w, name='MatMul'), name='tanh')),
        [constant('zero', 0), matmul('before', x, 8, 141)], shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 8])])
    ops.Identity(input=matmul('after', state, 4, 142), name='out')


def loop(graph):
    loop_around_matmul(functional=False)
    return finish(graph, {'x': random(143, 4, 8)}, 'out')


def functional_loop(graph):
    loop_around_matmul(functional=True)
    return finish(graph, {'x': random(143, 4, 8)}, 'out')


def dequantize_to_reshapes(graph):
    """A quantized value reaches two Reshapes and their sum; all of them may be BF16."""
    x = placeholder('x', None, 8)
    t = quantize_dequantize('dequantize', x, 'MIN_COMBINED')
    shapes = constant('shape', np.int32([-1, 4]))
    a, b = (ops.Reshape(tensor=t, shape=shapes, name=name) for name in ('reshape_a', 'reshape_b'))
    ops.Identity(input=ops.AddV2(x=a, y=b, name='sum'), name='out')
    return finish(graph, {'x': random(150, 4, 8)}, 'out')


def resize_twice(graph):
    """ResizeBilinear reads BF16 and always writes float32; two of them in a row."""
    x = placeholder('image', None, 6, 6, 3)
    t = ops.Pad(input=ops.Relu(features=x, name='relu'), paddings=constant('paddings', np.int32([[0, 0], [1, 1], [1, 1], [0, 0]])), name='pad')
    t = ops.LeakyRelu(features=conv('conv', t, 4, 160, padding='VALID'), name='leaky')
    for i, size in ((1, 8), (2, 12)):
        t = ops.ResizeBilinear(images=t, size=constant(f'size{i}', np.int32([size, size])), half_pixel_centers=True, name=f'resize{i}')
    return finish(graph, {'image': random(161, 4, 6, 6, 3)}, 'resize2')


def training_batch_norm(graph):
    """Batch norm that computes its own statistics must not be folded into the convolution behind it."""
    x = placeholder('image', None, 8, 8, 4)
    t = ops.Relu(features=batch_norm('norm1', x, 170, is_training=True), name='relu')
    w = constant('depthwise/weights', random(175, 3, 3, 4, 1))
    t = ops.DepthwiseConv2dNative(input=t, filter=w, strides=[1, 1, 1, 1], padding='SAME', name='depthwise')
    ops.Identity(input=ops.Relu6(features=batch_norm('norm2', t, 180, is_training=True), name='relu6'), name='out')
    return finish(graph, {'image': random(176, 8, 8, 8, 4)}, 'out')


def dequantize_cast(graph):
    """Quantize, Dequantize, Cast to BF16, per mode; and a Dequantize that a float32 op reads as well."""
    x = placeholder('x', None, 8)
    for mode in ('MIN_COMBINED', 'SCALED', 'MIN_FIRST'):
        t = to_bf16(f'cast_{mode}', quantize_dequantize(f'dequantize_{mode}', x, mode))
        ops.Identity(input=to_float(f'back_{mode}', ops.Tanh(x=t, name=f'tanh_{mode}')), name=f'out_{mode}')
    shared = quantize_dequantize('dequantize_shared', x, 'MIN_COMBINED')
    ops.Identity(input=to_float('back_shared', ops.Tanh(x=to_bf16('cast_shared', shared), name='tanh_shared')), name='out_shared')
    ops.Lgamma(x=ops.Exp(x=shared, name='exp_shared'), name='out_float')
    return finish(graph, {'x': random(190, 4, 8)}, 'out_MIN_COMBINED', 'out_SCALED', 'out_MIN_FIRST', 'out_shared', 'out_float')


def two_relus(graph):
    """Two equal Relus behind one Identity, and one Relu beside it that reads something else."""
    x, y = placeholder('x', None, 8), placeholder('y', None, 8)
    t = ops.Identity(input=x, name='shared')
    a, b, c = (ops.Relu(features=value, name=name) for name, value in (('relu_a', t), ('relu_b', t), ('relu_c', y)))
    ops.Identity(input=ops.Mul(x=a, y=matmul('product', b, 8, 200), name='mul'), name='out')
    ops.Identity(input=c, name='out_c')
    return finish(graph, {'x': random(201, 4, 8), 'y': random(202, 4, 8)}, 'out', 'out_c')


def square_and_control(graph):
    """One tensor in both inputs of an op, a weight shared by two ops, and a control edge."""
    x = placeholder('x', None, 8)
    w = constant('w', random(210, 8, 8))
    first = ops.MatMul(a=x, b=w, name='first')
    with tf.compat.v1.control_dependencies([ops.Neg(x=x, name='waited_for')]):
        square = ops.Mul(x=first, y=first, name='square')
    ops.Identity(input=ops.MatMul(a=square, b=w, name='second'), name='out')
    return finish(graph, {'x': random(211, 4, 8)}, 'out')


GRAPHS = {
    function.__name__: function
    for function in (three_convolutions, three_convolutions_fp32, residual_net, transposed_matmul, loop, functional_loop, dequantize_to_reshapes,
                     resize_twice, training_batch_norm, dequantize_cast, two_relus, square_and_control)
}
