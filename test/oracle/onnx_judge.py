"""Answers questions about ONNX models, one JSON object per line on standard input, with onnx and onnxruntime.

{"id", "command": "check" | "compare", "arguments": {...}} gives {"id", "result"} or {"id", "error"}.
"""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

from tensors import load_arrays

onnxruntime.set_default_logger_severity(4)


def check(arguments):
    """What onnx's checker and strict shape inference say of a model; null where they accept it."""
    return {'checker': problem(lambda: onnx.checker.check_model(arguments['model'], full_check=False)),
            'shapes': problem(lambda: onnx.shape_inference.infer_shapes_path(arguments['model'], '/dev/null', check_type=True, strict_mode=True, data_prop=False))}


def problem(work):
    try:
        work()
        return None
    except Exception as error:
        return str(error).strip().splitlines()[0][:300]


def session(path, level='basic'):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    levels = {'basic': onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC, 'all': onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL}
    options.graph_optimization_level = levels[level]
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def feeds_of(model, arrays):
    names = [entry.name for entry in model.get_inputs()]
    prefixed = {name[3:]: array for name, array in arrays.items() if name.startswith('in:')}
    given = prefixed or arrays
    return {name: given[name] for name in names if name in given}


def compare(arguments):
    """Outputs of both models on the same inputs: equal, or how far apart, and what kept either from running."""
    arrays = load_arrays(arguments['inputs'])
    results = []
    for path in (arguments['original'], arguments['converted']):
        try:
            model = session(path, arguments.get('level', 'basic'))
            results.append(dict(zip([entry.name for entry in model.get_outputs()], model.run(None, feeds_of(model, arrays)))))
        except Exception as error:
            return {'failed': 'original' if not results else 'converted', 'message': str(error).strip().splitlines()[0][:400]}
    original, converted = results
    return {'outputs': {name: difference(value, converted.get(name)) for name, value in original.items()}}


def difference(expected, actual):
    if actual is None:
        return {'equal': False, 'missing': True}
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in 'fiub':
        return {'equal': str(expected) == str(actual)}
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return {'equal': False, 'shapes': [list(expected.shape), list(actual.shape)], 'dtypes': [str(expected.dtype), str(actual.dtype)]}
    if np.array_equal(expected, actual, equal_nan=expected.dtype.kind == 'f'):
        return {'equal': True}
    a, b = expected.astype(np.float64), actual.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    signal, noise = float(np.sum(a[finite] ** 2)), float(np.sum((a - b)[finite] ** 2))
    return {
        'equal': False, 'sqnrDb': 10 * float(np.log10(signal / noise)) if noise > 0 and signal > 0 else None,
        'maxAbsError': float(np.max(np.abs(a - b)[finite], initial=0)), 'rms': float(np.sqrt(signal / max(1, finite.sum()))),
        'nonFiniteDiffer': int(np.sum(np.isfinite(a) != np.isfinite(b))), 'integers': expected.dtype.kind != 'f', 'differing': int(np.sum(a != b)),
    }


COMMANDS = {'check': check, 'compare': compare}


def main():
    # Libraries print on standard output: answers go to a copy of it.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {'id': request['id'], 'result': COMMANDS[request['command']](request['arguments'])}
        except Exception as error:
            answer = {'id': request['id'], 'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(answer), file=answers, flush=True)


main()
