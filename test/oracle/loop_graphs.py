"""Graphs with TensorFlow 1 while loops and lists of tensors, whose ops share types."""
import numpy as np
import tensorflow as tf

from build import constant, finish, ops, placeholder, random

v1 = tf.compat.v1
NO_SHAPE = np.int32(-1)


def loop(condition, body, variables, **options):
    """Enter, Merge, Switch, NextIteration and Exit instead of a While op; shapes may change from trip to trip."""
    v1.disable_control_flow_v2()
    return v1.while_loop(condition, body, variables, shape_invariants=[tf.TensorShape(None) for _ in variables], **options)


def weight(name, seed, size=8):
    return constant(name, (0.6 * np.random.default_rng(seed).standard_normal((size, size)) / np.sqrt(size)).astype(np.float32))


def accumulator(graph):
    """An int32 counts, a float adds up."""
    x = placeholder('x', None, 8)
    _, total = loop(lambda i, _: i < 6, lambda i, total: (i + 1, ops.AddV2(x=ops.Mul(x=total, y=constant('decay', np.float32(0.75)), name='decayed'),
                                                                           y=x, name='sum')),
                    [constant('zero', 0), ops.ZerosLike(x=x, name='nothing')])
    ops.Identity(input=ops.MatMul(a=total, b=weight('after', 300), name='product'), name='out')
    return finish(graph, {'x': random(301, 4, 8)}, 'out')


def float_counter(graph):
    """A float counts 300 trips, which BF16 cannot: 256 + 1 is 256. An upper limit ends the loop all the same."""
    x, w = placeholder('x', None, 8), weight('w', 310)
    count, state = loop(lambda i, _: i < 300.0, lambda i, h: [i + 1.0, ops.Tanh(x=ops.MatMul(a=h, b=w, name='product') + x, name='tanh')],
                        [constant('zero', 0.0), x], maximum_iterations=400)
    ops.Identity(input=count, name='trips')
    ops.Identity(input=state, name='out')
    return finish(graph, {'x': random(311, 4, 8)}, 'trips', 'out')


def nested(graph):
    """A loop in a loop; weights enter both, and one constant lives in each."""
    x, outer_w, inner_w = placeholder('x', None, 8), weight('outer_w', 320), weight('inner_w', 321)

    def outer(i, h):
        _, h = loop(lambda j, _: j < 3, lambda j, g: (j + 1, ops.Tanh(x=ops.MatMul(a=g, b=inner_w, name='inner_product') + 0.125, name='inner_tanh')),
                    [constant('inner_zero', 0), h])
        return i + 1, ops.Relu(features=ops.MatMul(a=h, b=outer_w, name='outer_product') + 0.25, name='relu')

    _, state = loop(lambda i, _: i < 3, outer, [constant('outer_zero', 0), x])
    ops.Identity(input=state, name='out')
    return finish(graph, {'x': random(322, 4, 8)}, 'out')


def conditional(graph):
    """Each trip takes one of two branches; one of them hands on a constant of its own."""
    x, w = placeholder('x', None, 8), weight('w', 330)

    def body(i, h):
        step = v1.cond(ops.Equal(x=i % 2, y=0), lambda: ops.MatMul(a=h, b=w, name='product'), lambda: constant('jump', 0.5 * random(331, 1, 8)))
        return i + 1, ops.Tanh(x=ops.AddV2(x=step, y=x, name='sum'), name='tanh')

    _, state = loop(lambda i, _: i < 5, body, [constant('zero', 0), x])
    ops.Identity(input=state, name='out')
    return finish(graph, {'x': random(332, 4, 8)}, 'out')


def list_loop(graph):
    """A recurrent layer as Keras lowers it: steps come from one list and go to another, of which one element is never written."""
    x, w = placeholder('x', None, 4, 8), weight('w', 340)
    steps = ops.TensorListFromTensor(tensor=x, element_shape=constant('step_shape', np.int32([4, 8])), name='steps')
    length = ops.TensorListLength(input_handle=steps, name='length')
    results = ops.TensorListReserve(element_shape=constant('result_shape', np.int32([4, 8])), num_elements=length + 1,
                                    element_dtype=tf.float32, name='results')

    def body(i, h, written):
        step = ops.TensorListGetItem(input_handle=steps, index=i, element_shape=np.int32([4, 8]), element_dtype=tf.float32, name='step')
        h = ops.Tanh(x=ops.AddV2(x=ops.MatMul(a=h, b=w, name='product'), y=step, name='sum'), name='tanh')
        return i + 1, h, ops.TensorListSetItem(input_handle=written, index=i, item=h, name='write')

    start = ops.ZerosLike(x=x[0], name='start')
    _, last, written = loop(lambda i, *_: i < length, body, [constant('zero', 0), start, results])
    ops.TensorListStack(input_handle=written, element_shape=NO_SHAPE, element_dtype=tf.float32, name='all')
    ops.Identity(input=last, name='last')
    return finish(graph, {'x': random(341, 5, 4, 8)}, 'all', 'last')


def list_ops(graph):
    """Every op on lists that has an element type, in lists that are cut, joined, chosen and resized."""
    x, which = placeholder('x', 4, 8), placeholder('which', dtype=tf.bool)
    unary, row = ops.Relu(features=x, name='relu'), constant('row', np.int32([8]))
    kind = {'element_dtype': tf.float32}
    rows = ops.TensorListFromTensor(tensor=unary, element_shape=row, name='rows')
    halves = ops.TensorListSplit(tensor=unary, element_shape=constant('rows_of_8', np.int32([-1, 8])), lengths=constant('lengths', np.int64([1, 3])),
                                 name='halves')
    ops.TensorListConcatV2(input_handle=halves, element_shape=np.int32([-1, 8]), leading_dims=np.int64([]), name='joined', **kind)
    empty = ops.EmptyTensorList(element_shape=row, max_num_elements=-1, name='empty', **kind)
    pushed = ops.TensorListPushBack(input_handle=empty, tensor=ops.Tanh(x=x[0], name='tanh'), name='pushed')
    scattered = ops.TensorListScatterV2(tensor=unary, indices=constant('places', np.int32([3, 1, 0, 2])), element_shape=row, num_elements=np.int32(-1),
                                        name='scattered')
    overwritten = ops.TensorListScatterIntoExistingList(input_handle=scattered, tensor=ops.Neg(x=x[:1], name='neg'), indices=np.int32([2]),
                                                        name='overwritten')
    resized = ops.TensorListResize(input_handle=overwritten, size=np.int32(5), name='resized')
    both = ops.TensorListConcatLists(input_a=rows, input_b=pushed, name='both', **kind)
    v1.disable_control_flow_v2()
    chosen = v1.cond(which, lambda: tf.identity(resized, 'first'), lambda: tf.identity(both, 'second'))
    ops.TensorListGather(input_handle=chosen, indices=constant('picked', np.int32([4, 0, 2])), element_shape=row, name='gathered', **kind)
    rest, popped = ops.TensorListPopBack(input_handle=chosen, element_shape=row, name='popped', **kind)
    ops.Identity(input=popped, name='last')
    ops.TensorListStack(input_handle=rest, element_shape=row, num_elements=4, name='stacked', **kind)
    return finish(graph, {'x': random(350, 4, 8), 'which': np.bool_(True)}, 'joined', 'gathered', 'last', 'stacked')


def list_to_function(graph):
    """A list that a While op carries: its function relies on the type of the elements."""
    v1.enable_control_flow_v2()
    x = placeholder('x', None, 4, 8)
    steps = ops.TensorListFromTensor(tensor=ops.Relu(features=x, name='relu'), element_shape=constant('step_shape', np.int32([4, 8])), name='steps')
    _, total, _ = v1.while_loop(
        lambda i, *_: i < 3,
        lambda i, total, handle: (i + 1, total + ops.TensorListGetItem(input_handle=handle, index=i, element_shape=np.int32([4, 8]),
                                                                       element_dtype=tf.float32), handle),
        [constant('zero', 0), ops.ZerosLike(x=x[0], name='nothing'), steps])
    ops.Identity(input=total, name='out')
    return finish(graph, {'x': random(360, 3, 4, 8)}, 'out')


GRAPHS = {function.__name__: function for function in (accumulator, float_counter, nested, conditional, list_loop, list_ops, list_to_function)}
