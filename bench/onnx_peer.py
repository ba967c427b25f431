"""Quantizes a model with onnxruntime's own quantizer, converts one with its own float16 tool, only runs one on calibration data, or compares converted models with theirs; prints JSON.

Usage: python onnx_peer.py quantize MODEL CALIBRATION.npz OUTPUT minmax|entropy|percentile
       python onnx_peer.py float16 MODEL OUTPUT FP32_OP…
       python onnx_peer.py infer MODEL CALIBRATION.npz
       python onnx_peer.py compare MODEL TEST.npz CONVERTED…
"""
import json
import logging
import os
import sys
import time

import numpy as np
import onnx
import onnxruntime
from measures import cpu_times, peak_memory_mib, worst_signal_to_noise
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

logging.disable(logging.CRITICAL)
onnxruntime.set_default_logger_severity(4)
RUNS = 40
METHODS = {'minmax': CalibrationMethod.MinMax, 'entropy': CalibrationMethod.Entropy, 'percentile': CalibrationMethod.Percentile}


class Reader(CalibrationDataReader):
    """One sample after the other."""

    def __init__(self, path):
        arrays = dict(np.load(path))
        count = len(next(iter(arrays.values())))
        self.samples = iter([{name: array[index:index + 1] for name, array in arrays.items()} for index in range(count)])

    def get_next(self):
        return next(self.samples, None)


def quantize(model, calibration, output, method):
    prepared = f'{output}.prepared.onnx'
    quant_pre_process(model, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared, output, Reader(calibration), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8, calibrate_method=METHODS[method])
    os.remove(prepared)
    return {}


def infer(model, calibration):
    """What every calibration has to do: load the model and run it on each sample."""
    start, cpu = time.perf_counter(), time.process_time()
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    current, reader = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider']), Reader(calibration)
    while (sample := reader.get_next()) is not None:
        current.run(None, sample)
    return {'seconds': time.perf_counter() - start, 'cpuSeconds': time.process_time() - cpu}


def float16(model, output, *fp32):
    """Casts added when all ops but these become float16."""
    start = time.perf_counter()
    loaded = onnx.load(model)
    before = casts_in(loaded)
    converted = convert_float_to_float16(loaded, keep_io_types=True, op_block_list=[*DEFAULT_OP_BLOCK_LIST, *fp32])
    onnx.save(converted, output)
    seconds = time.perf_counter() - start
    return {'casts': casts_in(converted) - before, 'seconds': seconds, 'peakMemoryMiB': peak_memory_mib()}


def casts_in(model):
    return sum(node.op_type == 'Cast' for node in model.graph.node)


def session(path, level):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = level
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def compare(model, test, *converted):
    """Signal to noise of the worst output under exact arithmetic, and the CPU time of one sample under all optimisations, run turn by turn."""
    arrays = dict(np.load(test))
    one = {name: array[:1] for name, array in arrays.items()}
    exact, fused = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC, onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    expected = session(model, exact).run(None, arrays)
    results = []
    for path in converted:
        outputs = session(path, exact).run(None, arrays)
        ops = [node.op_type for node in onnx.load(path, load_external_data=False).graph.node]
        results.append({'sqnrDb': worst_signal_to_noise(expected, outputs), 'quantizes': ops.count('QuantizeLinear'), 'dequantizes': ops.count('DequantizeLinear')})
    sessions = [session(path, fused) for path in (model, *converted)]
    medians = cpu_times([lambda current=current: current.run(None, one) for current in sessions], RUNS)
    return {'originalMs': medians[0], 'converted': [{**result, 'ms': ms} for result, ms in zip(results, medians[1:])]}


print(json.dumps({'quantize': quantize, 'float16': float16, 'infer': infer, 'compare': compare}[sys.argv[1]](*sys.argv[2:])))
