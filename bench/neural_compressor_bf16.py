"""Times neural-compressor's BF16 conversion of a frozen graph, with its own list of BF16 ops or the given types:
neural_compressor_bf16.py MODEL REPEATS [OP_TYPE ...].

It calls itself once per op of a chain, which ends beyond a thousand: the limits are raised, else it would convert no deep graph.
Prints one JSON object: seconds (best of REPEATS, without reading and imports), casts (between FP32 and BF16), bf16Ops, peakMemoryMiB.
"""
import json
import os
import sys
import threading
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

import yaml  # noqa: E402
from graphs import read_graph  # noqa: E402
from measures import peak_memory_mib  # noqa: E402
from neural_compressor import tensorflow as package  # noqa: E402
from neural_compressor.tensorflow.quantization.utils.graph_rewriter.bf16.bf16_convert import BF16Convert  # noqa: E402
from tensorflow.core.framework import types_pb2  # noqa: E402

FLOATS = {types_pb2.DT_FLOAT, types_pb2.DT_BFLOAT16}


def default_types():
    file = os.path.join(os.path.dirname(package.__file__), 'algorithms', 'static_quant', 'tensorflow.yaml')
    with open(file) as text:
        return set(yaml.safe_load(text)[0]['bf16'])


def casts(graph):
    """Those of constants are folded when TensorFlow loads the graph."""
    constants = {node.name for node in graph.node if node.op == 'Const'}
    is_cast = lambda node: node.op == 'Cast' and {node.attr['SrcT'].type, node.attr['DstT'].type} == FLOATS
    return sum(is_cast(node) and node.input[0] not in constants for node in graph.node)


def bf16_ops(graph):
    types = lambda node: [kind for value in node.attr.values() for kind in (value.type, *value.list.type)]
    return sum(node.op not in ('Cast', 'Const') and types_pb2.DT_BFLOAT16 in types(node) for node in graph.node)


def main(path, repeats, types):
    names = [node.name for node in read_graph(path).node if node.op in types]
    best = float('inf')
    for _ in range(repeats):
        graph = read_graph(path)
        start = time.perf_counter()
        converted = BF16Convert(graph, [], list(names)).do_transformation()
        best = min(best, time.perf_counter() - start)
    peak = peak_memory_mib()
    json.dump({'seconds': best, 'casts': casts(converted), 'bf16Ops': bf16_ops(converted), 'peakMemoryMiB': peak}, answers)


sys.setrecursionlimit(1_000_000)
threading.stack_size(1 << 30)
thread = threading.Thread(target=main, args=(sys.argv[1], int(sys.argv[2]), set(sys.argv[3:]) or default_types()))
thread.start()
thread.join()
