"""Quantizes a frozen graph with neural-compressor, or compares converted graphs with theirs in TensorFlow; prints JSON.

Usage: python tensorflow_peer.py quantize MODEL.pb SAMPLES.npz OUTPUT.pb
       python tensorflow_peer.py compare MODEL.pb SAMPLES.npz CONVERTED.pb…
"""
import json
import os
import sys
import time

os.environ['TF_ENABLE_ONEDNN_OPTS'] = '1'
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from graphs import outputs_of, read_graph  # noqa: E402
from measures import cpu_times, peak_memory_mib, worst_signal_to_noise  # noqa: E402

RUNS = 15


def inputs_of(graph, arrays):
    return [node.name for node in graph.node if node.op == 'Placeholder' and node.name in arrays]


class Loader:
    """One sample after the other, each with a label that nothing looks at."""
    batch_size = 1

    def __init__(self, arrays, names):
        self.arrays, self.names = arrays, names

    def __len__(self):
        return len(self.arrays[self.names[0]])

    def __iter__(self):
        for index in range(len(self)):
            sample = [self.arrays[name][index:index + 1] for name in self.names]
            yield (sample[0] if len(sample) == 1 else tuple(sample)), 0


def quantize(path, samples, output):
    from neural_compressor.tensorflow import StaticQuantConfig, quantize_model
    from neural_compressor.tensorflow.utils import Model
    arrays, graph = dict(np.load(samples)), read_graph(path)
    model = Model(path)
    model.input_tensor_names, model.output_tensor_names = inputs_of(graph, arrays), outputs_of(graph)
    loader = Loader(arrays, inputs_of(graph, arrays))
    start = time.perf_counter()
    quantized = quantize_model(model, StaticQuantConfig(), loader, calib_iteration=len(loader)).graph_def
    with open(output, 'wb') as file:
        file.write(quantized.SerializeToString())
    return {'seconds': time.perf_counter() - start, 'peakMemoryMiB': peak_memory_mib()}


def open_session(path):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(read_graph(path), name='')
    config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    return tf.compat.v1.Session(graph=graph, config=config)


def compare(path, samples, *converted):
    """Signal to noise of the worst output on the samples turned round, which calibration has not seen, and the CPU time of one sample."""
    graph, arrays = read_graph(path), dict(np.load(samples))
    fetches = [name + ':0' for name in outputs_of(graph)]
    feeds = {name + ':0': arrays[name][:, ::-1] for name in inputs_of(graph, arrays)}
    sessions = [open_session(one) for one in (path, *converted)]
    expected, *actual = [session.run(fetches, feeds) for session in sessions]
    errors = [worst_signal_to_noise(expected, outputs) for outputs in actual]
    one = {name: array[:1] for name, array in feeds.items()}
    medians = cpu_times([lambda session=session: session.run(fetches, one) for session in sessions], RUNS)
    return {'originalMs': medians[0], 'converted': [{'sqnrDb': error, 'ms': ms} for error, ms in zip(errors, medians[1:])]}


json.dump({'quantize': quantize, 'compare': compare}[sys.argv[1]](*sys.argv[2:]), answers)
