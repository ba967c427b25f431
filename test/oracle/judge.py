"""TensorFlow as the judge of converted models: one long-lived process, one JSON request per line on stdin, one JSON answer
per line on stdout. TF_ENABLE_ONEDNN_OPTS is chosen by whoever starts it."""
import json
import math
import os
import sys

# TensorFlow and oneDNN print on stdout: answers get a descriptor of their own, everything else goes to stderr.
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from google.protobuf import text_format  # noqa: E402

import acceptance_graphs  # noqa: E402
import defect_graphs  # noqa: E402
import fused_graphs  # noqa: E402
import loop_graphs  # noqa: E402
from coverage import coverage  # noqa: E402
from emulate import rounded_feeds, rounded_graph  # noqa: E402
from int8_errors import explain_fused, explain_quantized, write_ranges  # noqa: E402
from integer_reference import against_integers, record_ranges  # noqa: E402
from errors import error_statistics, top1_accuracy, worst  # noqa: E402
from op_emulation import quantize_ops, run_ops  # noqa: E402
from saved_models import build_several, build_vocabulary, compare_saved_models  # noqa: E402
from models import describe, equal_messages, has_unseeded_randomness, load_graph, run  # noqa: E402
from tensors import load_arrays, round_to_bf16  # noqa: E402

GRAPHS = {**defect_graphs.GRAPHS, **acceptance_graphs.GRAPHS, **loop_graphs.GRAPHS, **fused_graphs.GRAPHS}


def build(graph, folder):
    """Writes GRAPH.pb and GRAPH.npz (arrays for its inputs) into `folder`."""
    with tf.Graph().as_default() as scope:
        case = GRAPHS[graph](scope)
    model, inputs = os.path.join(folder, graph + '.pb'), os.path.join(folder, graph + '.npz')
    with open(model, 'wb') as file:
        file.write(case.graph.SerializeToString())
    np.savez(inputs, **case.feeds)
    return {'model': model, 'inputs': inputs, 'feeds': list(case.feeds), 'outputs': case.outputs, 'nodes': len(case.graph.node)}


def to_text(model, target):
    """Writes a GraphDef in protobuf's text format."""
    with open(target, 'w') as file:
        file.write(text_format.MessageToString(load_graph(model)))


def extract(source, arrays, target):
    """Copies arrays of a file to an .npz, under the names that `arrays` gives them."""
    loaded = load_arrays(source)
    np.savez(target, **{name: loaded[key] for key, name in arrays.items()})
    return {name: list(loaded[key].shape) for key, name in arrays.items()}


def read_feeds(inputs, feeds):
    arrays = load_arrays(inputs) if feeds else {}
    return {name: arrays[name] if name in arrays else arrays['in:' + name] for name in feeds}


def run_model(model, inputs, feeds, fetches, save=None):
    """Runs a model; arrays go to the .npz `save`, so that another session can be compared with them."""
    values = run(load_graph(model), read_feeds(inputs, feeds), fetches)
    if save:
        np.savez(save, **values)
    return {name: {'dtype': str(value.dtype), 'shape': list(value.shape), 'finite': is_finite(value)} for name, value in values.items()}


def is_finite(value):
    return value.dtype.kind not in 'fc' or bool(np.isfinite(value).all())


def compare(original, converted, inputs, feeds, fetches, labels=None):
    """Runs both models on the same inputs: error statistics per output, and top-1 accuracy of the first where labels are named."""
    fed = read_feeds(inputs, feeds)
    expected, actual = (run(load_graph(path), fed, fetches) for path in (original, converted))
    result = {'outputs': {name: error_statistics(expected[name], actual[name]) for name in fetches}}
    if labels is not None:
        truth = load_arrays(inputs)[labels]
        result['accuracy'] = {'original': top1_accuracy(expected[fetches[0]], truth), 'converted': top1_accuracy(actual[fetches[0]], truth)}
    return result


def emulate(model, inputs, feeds, fetches, converted):
    """Errors of the original when inputs, constants and the values of the `converted` nodes are rounded to bfloat16 while
    everything is computed in float32: no BF16 conversion of these nodes can be expected to do better. The largest of some runs
    whose inputs differ by half a rounding, since the error of a single small output is a matter of luck."""
    fed, graph = read_feeds(inputs, feeds), load_graph(model)
    exact, repeated = run(graph, fed, fetches), run(graph, fed, fetches)
    rounded, rounded_name = rounded_graph(graph, set(converted) - {name.split(':')[0] for name in feeds})
    names = [rounded_name(name) for name in fetches]
    emulated = [run(rounded, variant, names, optimise=False) for variant in rounded_feeds(fed)]
    return {
        'outputs': {name: worst([error_statistics(exact[name], values[other]) for values in emulated]) for name, other in zip(fetches, names)},
        'deterministic': not has_unseeded_randomness(graph) and all(error_statistics(exact[name], repeated[name])['equal'] for name in fetches),
    }


def ranges_of(model, inputs, feeds, target):
    record_ranges(model, read_feeds(inputs, feeds), target)


def compare_with_integers(original, converted, ranges, quantized, inputs, feeds, fetches, values=None):
    given = None if values is None else load_arrays(values)
    return against_integers(original, converted, ranges, quantized, read_feeds(inputs, feeds), fetches, given)


def write_ranges_of(model, inputs, feeds, values, target):
    write_ranges(model, read_feeds(inputs, feeds), values, target)


def explain_int8(original, inputs, feeds, fused=None, **graphs):
    """What the INT8 ops of a converted model make of its outputs, and of what kernels make of it, where there are any."""
    fed = read_feeds(inputs, feeds)
    explained = explain_quantized(original, graphs['prepared'], graphs['quantized'], fed, graphs['fetches'])
    return {**explained, **({'fused': explain_fused(graphs['quantized'], feeds=fed, fetches=graphs['fetches'], **fused)} if fused else {})}


def environment():
    return {'tensorflow': tf.__version__, 'oneDnn': os.environ.get('TF_ENABLE_ONEDNN_OPTS'), 'graphs': list(GRAPHS)}


COMMANDS = {
    'environment': environment, 'build': build, 'to_text': to_text, 'extract': extract, 'describe': describe, 'equal': equal_messages,
    'run': run_model, 'compare': compare, 'emulate': emulate, 'coverage': coverage, 'ranges_of': ranges_of,
    'compare_with_integers': compare_with_integers, 'write_ranges_of': write_ranges_of, 'explain_int8': explain_int8,
    'run_ops': run_ops, 'quantize_ops': quantize_ops, 'build_vocabulary': build_vocabulary, 'build_several': build_several,
    'compare_saved_models': compare_saved_models,
}


def json_value(value):
    """JSON has no infinities: they become ±1e308, and NaN null."""
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else math.copysign(1e308, value)
    return value


def answer(request):
    try:
        return {'id': request['id'], 'result': json_value(COMMANDS[request['command']](**request['arguments']))}
    except Exception as error:  # the caller decides what an error of TensorFlow means
        return {'id': request['id'], 'error': f'{type(error).__name__}: {error}'}


for line in sys.stdin:
    answers.write(json.dumps(answer(json.loads(line))) + '\n')
    answers.flush()
