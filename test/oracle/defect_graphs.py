"""Graphs on which Intel Neural Compressor's BF16 conversion goes wrong, one per defect B1-B16."""
import numpy as np
import tensorflow as tf

from build import Case, batch_norm, bias, constant, conv, finish, matmul, ops, placeholder, quantize_dequantize, random, stored_int8, to_bf16, to_float, weights


def split_consumer(graph):
    """One op reads two ports of a Split."""
    x = placeholder('x', None, 8)
    left, right = ops.Split(axis=constant('axis', 1), value=x, num_split=2, name='split')
    ops.Sub(x=left, y=right, name='difference')
    return finish(graph, {'x': random(1, 4, 8)}, 'difference')


def lrn(graph):
    """LRN has no BF16 kernel although its definition allows the type."""
    x = placeholder('x', None, 4, 4, 8)
    normalised = ops.LRN(input=x, name='lrn')
    ops.Identity(input=ops.Relu(features=normalised, name='r'), name='out')
    return finish(graph, {'x': random(2, 2, 4, 4, 8)}, 'out')


def unpack_twice(graph):
    """Two identical Unpack nodes of which different ports are read."""
    x = placeholder('x', 2, 4, 8)
    first = ops.Unpack(value=x, num=2, axis=0, name='unpack_a')
    second = ops.Unpack(value=x, num=2, axis=0, name='unpack_b')
    ops.Identity(input=ops.MatMul(a=first[0], b=second[1], transpose_b=True, name='product'), name='out')
    return finish(graph, {'x': random(3, 2, 4, 8)}, 'out')


def cse_outputs(graph):
    """Two outputs are the same Identity of the same tensor."""
    x = placeholder('x', None, 8)
    activation = ops.Relu(features=matmul('product', x, 8, 4), name='activation')
    for name in ('out1', 'out2'):
        ops.Identity(input=activation, name=name)
    return finish(graph, {'x': random(4, 4, 8)}, 'out1', 'out2')


def convnet(graph):
    """A small convolutional net whose last op may be BF16."""
    x = placeholder('image', None, 12, 12, 3)
    t = ops.Relu(features=bias('bias1', conv('conv1', x, 8, 10), 11), name='relu1')
    t = ops.Relu(features=batch_norm('norm2', conv('conv2', t, 8, 12), 13), name='relu2')
    t = ops.MaxPool(input=t, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='VALID', name='pool')
    t = ops.Relu6(features=batch_norm('norm3', conv('conv3', t, 16, 17), 18), name='relu3')
    t = ops.Mean(input=t, axis=constant('axes', np.int32([1, 2])), name='mean')
    ops.Softmax(logits=bias('bias4', matmul('fc', t, 10, 22), 23), name='probabilities')
    return finish(graph, {'image': random(5, 8, 12, 12, 3)}, 'probabilities')


def dequantize_modes(graph):
    """Dequantize in each mode before an op that may be BF16; only MIN_COMBINED can emit BF16 everywhere."""
    x = placeholder('x', None, 8)
    for mode in ('SCALED', 'MIN_FIRST', 'MIN_COMBINED'):
        t = quantize_dequantize(f'dequantize_{mode}', x, mode)
        ops.Identity(input=matmul(f'product_{mode}', t, 8, 31), name=f'out_{mode}')
    return finish(graph, {'x': random(6, 4, 8)}, 'out_SCALED', 'out_MIN_FIRST', 'out_MIN_COMBINED')


def append(graph_def, name, op, inputs):
    """Adds a float32 node without building a TensorFlow graph, which takes too long for tens of thousands."""
    node = graph_def.node.add(name=name, op=op, input=inputs)
    node.attr['T'].type = tf.float32.as_datatype_enum
    return name


def chain(graph, length=20_000):
    """A very long chain of ops whose names descend along the data."""
    placeholder('x', None, 4)
    result = graph.as_graph_def()
    last = 'x'
    for i in reversed(range(length)):
        last = append(result, f'n{i:05d}', 'Neg', [last])
    return Case(result, {'x': random(7, 2, 4)}, [last])


def island(graph):
    """The model already has a BF16 island behind an op that becomes BF16."""
    x = placeholder('x', None, 8)
    inner = ops.Abs(x=to_bf16('cast_in', ops.Tanh(x=x, name='a')), name='inner')
    ops.Identity(input=to_float('cast_out', inner), name='out')
    return finish(graph, {'x': random(8, 4, 8)}, 'out')


def cast_with_two_consumers(graph):
    """A Cast BF16 -> FP32 is read by two ops that become BF16."""
    x = placeholder('x', None, 8)
    widened = to_float('widened', ops.Abs(x=to_bf16('narrowed', x), name='inner'))
    a, b = ops.Tanh(x=widened, name='a'), ops.Neg(x=widened, name='b')
    ops.Sub(x=a, y=b, name='difference')
    return finish(graph, {'x': random(9, 4, 8)}, 'difference')


def identityn(graph):
    """An op with a list-typed attribute is asked to be BF16."""
    x, y = placeholder('x', None, 4), placeholder('y', None, 4)
    count = placeholder('count', None, dtype=tf.int32)
    first, second, third = ops.IdentityN(input=[x, y, count], name='identities')
    ops.AddV2(x=first, y=second, name='sum')
    ops.Identity(input=third, name='count_out')
    return finish(graph, {'x': random(10, 2, 4), 'y': random(11, 2, 4), 'count': np.int32([3, 5])}, 'sum', 'count_out')


def crop(graph):
    """CropAndResize has a float32 input that no attribute types, and its definition admits no BF16 image."""
    image = placeholder('image', None, 8, 8, 3)
    boxes = placeholder('boxes', None, 4)
    smooth = ops.Relu6(features=image, name='smooth')
    crops = ops.CropAndResize(image=smooth, boxes=ops.Abs(x=boxes, name='magnitude'), box_ind=constant('index', np.int32([0, 1])),
                              crop_size=constant('size', np.int32([4, 4])), name='crop')
    ops.Identity(input=ops.Tanh(x=crops, name='after'), name='out')
    boxes_value = np.float32([[0.1, 0.1, 0.7, 0.8], [0.2, 0.0, 0.9, 1.0]])
    return finish(graph, {'image': random(12, 2, 8, 8, 3), 'boxes': boxes_value}, 'out')


def two_layers(graph):
    """Plain graph for configs that name things which do not exist, or nodes without inputs."""
    x = placeholder('x', None, 8)
    t = ops.Relu(features=matmul('first', x, 16, 40), name='relu')
    ops.Identity(input=matmul('second', t, 4, 41), name='out')
    return finish(graph, {'x': random(13, 4, 8)}, 'out')


def isolated_op(graph):
    """A memory-bound op alone between two convolutions that become INT8."""
    x = placeholder('image', None, 8, 8, 4)
    t = ops.LeakyRelu(features=bias('bias1', conv('conv1', x, 8, 50), 51), alpha=0.1, name='between')
    ops.Identity(input=bias('bias2', conv('conv2', t, 8, 52), 53), name='out')
    return finish(graph, {'image': random(14, 8, 8, 8, 4)}, 'out')


def versions(graph):
    """Version numbers as an older producer writes them."""
    case = two_layers(graph)
    case.graph.versions.producer = 987
    case.graph.versions.min_consumer = 12
    case.graph.versions.bad_consumers.extend([50, 51])
    return case


def colocated(graph):
    """A weight read through an Identity that asks to run beside it, as TensorFlow 1 freezes variables."""
    case = two_layers(graph)
    weights_node = next(node for node in case.graph.node if node.name == 'first/weights')
    reader = case.graph.node.add(name='first/weights/read', op='Identity', input=[weights_node.name])
    reader.attr['T'].type = tf.float32.as_datatype_enum
    reader.attr['_class'].list.s.append(b'loc:@first/weights')
    next(node for node in case.graph.node if node.name == 'first').input[1] = reader.name
    return case


def quantized_convnet(graph):
    """A net that is INT8 already, as a quantizer leaves it: everything reads Dequantize, the classifier does not."""
    def quantized(name, x, low=-4.0, high=4.0):
        return quantize_dequantize(name, x, 'MIN_COMBINED', low=low, high=high)

    def int8_conv(name, x, filters, seed):
        w = stored_int8(name + '/weights', weights(seed, 3, 3, x.shape[-1], filters))
        return bias(name + '/bias', ops.Conv2D(input=x, filter=w, strides=[1, 1, 1, 1], padding='SAME', name=name), seed + 1)

    x = quantized('image/dequantize', placeholder('image', None, 8, 8, 3), low=-1.0, high=1.0)
    t = quantized('relu1/dequantize', ops.Relu(features=int8_conv('conv1', x, 8, 63), name='relu1'))
    pooled = ops.MaxPool(input=t, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='VALID', name='pool')
    t = quantized('conv2/dequantize', int8_conv('conv2', quantized('pool/dequantize', pooled), 8, 65))
    t = matmul('fc', ops.Mean(input=t, axis=constant('axes', np.int32([1, 2])), name='mean'), 10, 67)
    ops.Identity(input=bias('fc_bias', t, 68), name='out')
    return finish(graph, {'image': random(69, 8, 8, 8, 3)}, 'out')


def moved_between_casts(graph):
    """Casts of the model with data movement in between, beside a Cast of the same value, a waiting Cast and a rounding pair."""
    x, axes = placeholder('x', 4, 8), constant('axes', np.int32([1, 0]))
    island = to_float('widened', ops.Abs(x=to_bf16('narrowed', x), name='inner'))
    flat = ops.Reshape(tensor=ops.Transpose(x=island, perm=axes, name='transpose'), shape=constant('shape', np.int32([4, 8])), name='reshape')
    moved = to_float('moved', ops.Neg(x=to_bf16('moved_narrow', flat), name='neg'))
    again = to_float('again', ops.Relu(features=to_bf16('again_narrow', ops.Reverse(tensor=x, dims=constant('dims', [True, False]), name='reverse')), name='relu'))
    with tf.control_dependencies([moved]):
        waited = to_float('waited', to_bf16('waiting', x))
    ops.Identity(input=ops.AddN(inputs=[moved, again, waited], name='sum'), name='out')
    return finish(graph, {'x': random(71, 4, 8)}, 'out')


def blocks(graph, count=10_000):
    """32,502 nodes: MatMul, LeakyRelu, Tanh per block, and a Sigmoid that stays FP32 after every fourth."""
    placeholder('x', None, 4)
    constant('w', weights(60, 4, 4))
    result = graph.as_graph_def()
    last = 'x'
    for i in range(count):
        for op in ('MatMul', 'LeakyRelu', 'Tanh', 'Sigmoid')[:4 if i % 4 == 3 else 3]:
            last = append(result, f'block{i}/{op}', op, [last, 'w'] if op == 'MatMul' else [last])
    return Case(result, {'x': random(62, 2, 4)}, [last])


GRAPHS = {
    function.__name__: function
    for function in (split_consumer, lrn, unpack_twice, cse_outputs, convnet, dequantize_modes, chain, island, cast_with_two_consumers,
                     identityn, crop, two_layers, isolated_op, versions, colocated, quantized_convnet,
                     moved_between_casts, blocks)
}
