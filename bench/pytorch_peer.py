"""Quantizes an exported program with torchao (PT2E, X86InductorQuantizer), or compares converted programs with it and with torch.autocast; prints JSON.

Usage: python pytorch_peer.py quantize MODEL CALIBRATION.npz OUTPUT
       python pytorch_peer.py compare MODEL TEST.npz INT8 BF16 MIXED [TORCHAO]
"""
import contextlib
import json
import logging
import sys
import time
import warnings

import numpy as np
import torch
import torch._inductor.config
import torch.ao.quantization.fx._decomposed  # registers quantized_decomposed
from measures import cpu_times, peak_memory_mib, signal_to_noise
from torch.utils._python_dispatch import TorchDispatchMode

warnings.filterwarnings('ignore')
logging.disable(logging.ERROR)
torch.set_num_threads(1)
torch._inductor.config.freezing = True
RUNS = 31


def samples(path, program):
    """One by one, with a batch axis, for the inputs of the program."""
    arrays = np.load(path)
    names = [name for name in program.graph_signature.user_inputs if name in arrays]
    count = len(arrays[names[0]])
    return [tuple(torch.from_numpy(arrays[name][index:index + 1]) for name in names) for index in range(count)]


@torch.no_grad()
def quantize(model, calibration, output):
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
    from torchao.quantization.pt2e.quantizer.x86_inductor_quantizer import X86InductorQuantizer, get_default_x86_inductor_quantization_config
    start = time.perf_counter()
    program = torch.export.load(model)
    inputs = samples(calibration, program)
    prepared = prepare_pt2e(program.module(), X86InductorQuantizer().set_global(get_default_x86_inductor_quantization_config()))
    for sample in inputs:
        prepared(*sample)
    converted = convert_pt2e(prepared)
    torch.export.save(torch.export.export(converted, inputs[0]), output)
    return {'seconds': time.perf_counter() - start, 'peakMemoryMiB': peak_memory_mib()}


class CountCasts(TorchDispatchMode):
    """Counts conversions between FP32 and BF16 of anything but weights."""

    def __init__(self, weights):
        super().__init__()
        self.weights = {tensor.data_ptr() for tensor in weights}
        self.count = 0

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        result = op(*args, **(kwargs or {}))
        if op is torch.ops.aten._to_copy.default and {args[0].dtype, result.dtype} == {torch.float32, torch.bfloat16}:
            self.count += args[0].data_ptr() not in self.weights
        return result


def autocast():
    return torch.autocast('cpu', torch.bfloat16)


@torch.no_grad()
def compare(model, test, *converted):
    """Of each: signal to noise of the output, and the CPU time of one compiled run on one thread, run turn by turn."""
    original = torch.export.load(model)
    inputs = samples(test, original)
    names = ['int8', 'bf16', 'mixed', 'torchao'][:len(converted)]
    modules = {'fp32': original.module(), **{name: torch.export.load(path).module() for name, path in zip(names, converted)}}
    ways = {name: (module, contextlib.nullcontext) for name, module in modules.items()}
    ways['autocast'] = modules['fp32'], autocast
    if 'torchao' in modules:
        ways['torchao_autocast'] = modules['torchao'], autocast

    def results(module, context):
        with context():
            return [module(*sample).float() for sample in inputs]

    expected = results(*ways['fp32'])
    answer = {name: {'sqnrDb': signal_to_noise(joined(expected), joined(results(*way)))} for name, way in ways.items() if name != 'fp32'}
    with CountCasts(original.state_dict.values()) as counter, autocast():
        modules['fp32'](*inputs[0])
    answer['autocast']['casts'] = counter.count
    for name, milliseconds in run_times(ways, inputs[0]).items():
        answer.setdefault(name, {})['ms'] = milliseconds
    return answer


def run_times(ways, sample):
    compiled = {}
    for name, (module, context) in ways.items():
        torch._dynamo.reset()
        compiled[name] = torch.compile(module)
        with context():
            for _ in range(3):
                compiled[name](*sample)

    def run(name):
        with ways[name][1]():
            compiled[name](*sample)

    return dict(zip(ways, cpu_times([lambda name=name: run(name) for name in ways], RUNS)))


def joined(parts):
    return torch.cat([part.double().flatten() for part in parts]).numpy()


print(json.dumps({'quantize': quantize, 'compare': compare}[sys.argv[1]](*sys.argv[2:])))
