"""Small graphs of ops that TensorFlow has INT8 kernels for."""
import numpy as np
import tensorflow as tf

from build import bias, constant, conv, finish, matmul, ops, placeholder, random, weights


def relu(name, x):
    return ops.Relu(features=x, name=name)


def depthwise(name, x, seed, size=3, stride=1, multiplier=1, padding='SAME'):
    w = constant(name + '/weights', weights(seed, size, size, x.shape[-1], multiplier))
    return ops.DepthwiseConv2dNative(input=x, filter=w, strides=[1, stride, stride, 1], padding=padding, name=name)


def gelu(name, x, times):
    """With `times` for the product of x, a half and a sum."""
    erf = ops.Erf(x=ops.RealDiv(x=x, y=constant(name + '/root', np.float32(np.sqrt(2)))))
    return tf.identity(times(x, ops.AddV2(x=constant(name + '/one', np.float32(1)), y=erf)), name=name)


def fused_convolutions(graph):
    """Strides, paddings and dilation, with a bias and Relu, only one of them, and neither; the input goes below zero."""
    x = placeholder('x', None, 9, 9, 3)
    t = relu('relu1', bias('bias1', conv('conv1', x, 8, 300, size=5, stride=2), 301))
    t = relu('relu2', conv('conv2', t, 16, 302))
    t = bias('bias3', conv('conv3', t, 12, 303, size=1), 304)
    w = constant('conv4/weights', weights(305, 3, 3, 12, 8))
    t = ops.Conv2D(input=t, filter=w, strides=[1, 1, 1, 1], padding='SAME', dilations=[1, 2, 2, 1], name='conv4')
    t = ops.Relu6(features=t, name='relu4')
    t = ops.Conv2D(input=t, filter=constant('conv5/weights', weights(306, 3, 3, 8, 3)), strides=[1, 1, 1, 1], padding='EXPLICIT',
                   explicit_paddings=[0, 0, 1, 0, 2, 1, 0, 0], name='conv5')
    ops.Tanh(x=conv('conv6', t, 4, 307), name='y')
    return finish(graph, {'x': random(300, 4, 9, 9, 3)}, 'y')


def fused_depthwise(graph):
    """Of values that go below zero, of others, and with two filters for each channel."""
    x = placeholder('x', None, 10, 10, 6)
    t = ops.Relu6(features=bias('bias1', depthwise('depthwise1', x, 310, stride=2), 311), name='relu1')
    t = bias('bias2', depthwise('depthwise2', t, 312, multiplier=2), 313)
    t = depthwise('depthwise3', t, 314, size=5)
    ops.Tanh(x=t, name='y')
    return finish(graph, {'x': random(310, 4, 10, 10, 6)}, 'y')


def fused_padding(graph):
    """Zeros around values from zero on and around others, then convolutions that pad no more."""
    x = placeholder('x', None, 9, 9, 3)
    t = ops.Relu6(features=bias('bias1', conv('conv1', x, 8, 370), 371), name='relu1')
    t = ops.Pad(input=t, paddings=constant('end', np.int32([[0, 0], [0, 1], [0, 1], [0, 0]])), name='pad1')
    t = bias('bias2', depthwise('depthwise1', t, 372, stride=2, padding='VALID'), 373)
    t = ops.Pad(input=t, paddings=constant('around', np.int32([[0, 0], [1, 1], [2, 0], [0, 0]])), name='pad2')
    t = ops.Relu6(features=bias('bias3', depthwise('depthwise2', t, 374, padding='VALID'), 375), name='relu2')
    ops.Tanh(x=t, name='y')
    return finish(graph, {'x': random(370, 4, 9, 9, 3)}, 'y')


def fused_residual(graph):
    """A shortcut that is the block's input, one through a convolution, and one that is read later too."""
    x = placeholder('x', None, 8, 8, 4)
    s = relu('relu0', conv('conv0', x, 8, 320))
    t = bias('bias1', conv('conv1', relu('relu1', conv('conv1a', s, 8, 321)), 8, 322), 323)
    t = relu('relu2', ops.AddV2(x=t, y=s, name='add1'))
    s = bias('bias2', conv('shortcut', t, 12, 324, size=1), 325)
    s = ops.Relu6(features=ops.AddV2(x=s, y=conv('conv2', t, 12, 326), name='add2'), name='relu3')
    t = ops.AddV2(x=conv('conv3', relu('relu4', conv('conv3a', s, 8, 327)), 12, 328), y=s, name='add3')
    ops.AddV2(x=ops.Tanh(x=t, name='tanh'), y=ops.Tanh(x=s, name='later'), name='y')
    return finish(graph, {'x': random(320, 4, 8, 8, 4)}, 'y')


def fused_movement(graph):
    """INT8 handed on by pooling, concatenation and reshaping."""
    x = placeholder('x', None, 8, 8, 3)
    t = relu('relu1', conv('conv1', x, 8, 330))
    t = ops.MaxPool(input=t, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding='SAME', name='pool')
    a, b = relu('relu2', conv('conv2', t, 8, 331)), relu('relu3', conv('conv3', t, 4, 332))
    t = ops.ConcatV2(values=[a, b], axis=constant('axis', np.int32(3)), name='concat')
    t = conv('conv4', t, 6, 333)
    t = ops.Reshape(tensor=t, shape=constant('flat', np.int32([-1, 96])), name='flatten')
    ops.Tanh(x=t, name='y')
    return finish(graph, {'x': random(330, 4, 8, 8, 3)}, 'y')


def fused_products(graph):
    """Activation functions, a transposed weight, no bias; results that are INT8, FP32 or both."""
    x = placeholder('x', None, 24)
    t = relu('relu1', bias('bias1', matmul('fc1', x, 32, 340), 341))
    t = bias('bias2', matmul('fc2', t, 40, 342), 343)
    t = ops.Tanh(x=bias('bias3', matmul('fc3', t, 24, 344), 345), name='tanh')
    t = ops.MatMul(a=t, b=constant('fc4/weights', weights(346, 16, 24)), transpose_b=True, name='fc4')
    t = ops.Sigmoid(x=t, name='sigmoid')
    t = ops.Relu6(features=matmul('fc5', t, 20, 347), name='relu5')
    half = constant('half', np.float32(0.5))
    t = gelu('gelu1', bias('bias7', matmul('fc7', t, 24, 360), 361), lambda x, s: x * half * s)
    t = gelu('gelu2', matmul('fc8', t, 24, 362), lambda x, s: half * (x * s))
    t = gelu('gelu3', matmul('fc9', t, 24, 363), lambda x, s: x * (s * half))
    t = ops.Elu(features=bias('bias6', matmul('fc6', t, 10, 348), 349), name='y')
    return finish(graph, {'x': random(340, 16, 24)}, 'y')


GRAPHS = {function.__name__: function for function in (fused_convolutions, fused_depthwise, fused_padding, fused_residual, fused_movement, fused_products)}
