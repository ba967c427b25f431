"""Small helpers for writing test graphs with TensorFlow's raw ops; each graph is a function returning a Case."""
import dataclasses

import numpy as np
import tensorflow as tf

ops = tf.raw_ops


@dataclasses.dataclass
class Case:
    """A graph, arrays for its inputs (first axis = batch, so they serve as calibration data too) and its outputs."""
    graph: object
    feeds: dict
    outputs: list


def random(seed, *shape, low=-1.0, high=1.0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def weights(seed, *shape):
    """Normal values scaled by fan-in, so that activations keep their size through the layers."""
    fan_in = int(np.prod(shape[:-1]))
    return (np.random.default_rng(seed).standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)


def constant(name, value):
    return tf.constant(value, name=name)


def placeholder(name, *shape, dtype=tf.float32):
    return tf.compat.v1.placeholder(dtype, shape, name=name)


def conv(name, x, filters, seed, size=3, stride=1, padding='SAME'):
    w = constant(name + '/weights', weights(seed, size, size, x.shape[-1], filters))
    return ops.Conv2D(input=x, filter=w, strides=[1, stride, stride, 1], padding=padding, name=name)


def bias(name, x, seed):
    return ops.BiasAdd(value=x, bias=constant(name + '/values', 0.1 * random(seed, x.shape[-1])), name=name)


def matmul(name, x, units, seed, **attributes):
    return ops.MatMul(a=x, b=constant(name + '/weights', weights(seed, x.shape[-1], units)), name=name, **attributes)


def to_bf16(name, x):
    return ops.Cast(x=x, DstT=tf.bfloat16, name=name)


def to_float(name, x):
    return ops.Cast(x=x, DstT=tf.float32, name=name)


def batch_norm(name, x, seed, is_training=False):
    channels = x.shape[-1]
    statistics = [np.empty(0, np.float32)] * 2 if is_training else [0.1 * random(seed + 2, channels), random(seed + 3, channels, low=0.5, high=1.5)]
    parts = [random(seed, channels, low=0.5, high=1.5), 0.1 * random(seed + 1, channels), *statistics]
    scale, offset, mean, variance = (constant(f'{name}/{part}', value) for part, value in zip(('scale', 'offset', 'mean', 'variance'), parts))
    return ops.FusedBatchNormV3(x=x, scale=scale, offset=offset, mean=mean, variance=variance, is_training=is_training, name=name)[0]


def quantize_dequantize(name, x, mode, dtype=tf.float32, low=-1.0, high=1.0, narrow_range=False):
    """QuantizeV2 and the Dequantize back, both qint8 (quint8 for MIN_FIRST), over the fixed range [low, high]."""
    kind = tf.quint8 if mode == 'MIN_FIRST' else tf.qint8
    minimum, maximum = constant(name + '/min', np.float32(low)), constant(name + '/max', np.float32(high))
    q, q_min, q_max = ops.QuantizeV2(input=x, min_range=minimum, max_range=maximum, T=kind, mode=mode, narrow_range=narrow_range,
                                     round_mode='HALF_AWAY_FROM_ZERO', name=name + '/quantize')
    return ops.Dequantize(input=q, min_range=q_min, max_range=q_max, mode=mode, narrow_range=narrow_range, dtype=dtype, name=name)


def stored_int8(name, value):
    """A weight stored as qint8 with one scale, and the Dequantize that reads it."""
    scale = np.float32(np.abs(value).max() / 127)
    stored = constant(name + '/int8', np.round(value / scale).astype(tf.qint8.as_numpy_dtype))
    low, high = constant(name + '/min', -128 * scale), constant(name + '/max', 127 * scale)
    return ops.Dequantize(input=stored, min_range=low, max_range=high, mode='MIN_COMBINED', name=name)


def finish(graph, feeds, *outputs):
    return Case(graph.as_graph_def(), feeds, list(outputs))
