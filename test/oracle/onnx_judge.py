"""Answers questions about ONNX models, one JSON object per line on standard input, with onnx and onnxruntime.

{"id", "command": "check" | "checkRaised" | "compare" | "accuracy", "arguments": {...}} gives {"id", "result"} or {"id", "error"}.
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


def check_raised(arguments):
    """What strict shape inference says of a model in the operator sets of another one."""
    model, like = (onnx.load(arguments[key], load_external_data=False) for key in ('model', 'like'))
    del model.opset_import[:]
    model.opset_import.extend(like.opset_import)
    return {'shapes': problem(lambda: onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=False))}


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
    """Outputs of both models on the same inputs: equal, or how far apart, and what kept either from running. Outputs that the
    original does not give again are random."""
    arrays = load_arrays(arguments['inputs'])
    results = []
    for path in (arguments['original'], arguments['converted']):
        try:
            model = session(path, arguments.get('level', 'basic'))
            results.append(dict(zip([entry.name for entry in model.get_outputs()], model.run(None, feeds_of(model, arrays)))))
        except Exception as error:
            return {'failed': 'original' if not results else 'converted', 'message': str(error).strip().splitlines()[0][:400]}
    original, converted = results
    differences = {name: difference(value, converted[name]) if name in converted else {'equal': False, 'missing': True} for name, value in original.items()}
    if not all(found['equal'] for found in differences.values()):
        model = session(arguments['original'], arguments.get('level', 'basic'))
        # Few draws are equal now and then.
        for _ in range(8):
            for name, value in zip(original, model.run(None, feeds_of(model, arrays))):
                if not difference(original[name], value)['equal']:
                    differences[name]['random'] = True
        if 'precision' in arguments:
            rounded = {name: ROUND[arguments['precision']](array) if array.dtype == np.float32 else array for name, array in feeds_of(model, arrays).items()}
            for name, value in zip(original, model.run(None, rounded)):
                differences[name]['roundedInputsDb'] = difference(original[name], value).get('sqnrDb')
    return {'outputs': differences}


def as_bfloat16(array):
    bits = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000
    return rounded.astype(np.uint32).view(np.float32).reshape(array.shape)


def on_grid(array):
    """On 256 levels from the smallest to the largest element, 0 among them."""
    low, high = min(0.0, float(array.min(initial=0))), max(0.0, float(array.max(initial=0)))
    scale = (high - low) / 255 or 1.0
    zero = np.round(-low / scale)
    return np.asarray((np.clip(np.round(array / scale) + zero, 0, 255) - zero) * scale, np.float32)


ROUND = {'bf16': as_bfloat16, 'int8': on_grid}


def accuracy(arguments):
    """The share of samples whose largest output is at the index that the array `labels` says."""
    arrays = load_arrays(arguments['inputs'])
    model = session(arguments['model'], arguments.get('level', 'basic'))
    [scores] = model.run(None, feeds_of(model, arrays))
    return float(np.mean(np.argmax(scores, axis=-1) == arrays[arguments['labels']]))


def difference(expected, actual):
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


COMMANDS = {'check': check, 'compare': compare, 'checkRaised': check_raised, 'accuracy': accuracy}


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
