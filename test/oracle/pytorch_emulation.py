"""Writes FOLDER/bf16 and FOLDER/int8, each an exported program .pt2 with one result per case of the op fixture, and an .npz with its
inputs and what torch gives: once with all floats in bfloat16, once with values quantized before each op and behind it."""
import pathlib
import sys

import numpy as np
import torch
import torch.ao.quantization.fx._decomposed  # noqa: F401, registers quantized_decomposed

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures'))
import pytorch_ops as fixture  # noqa: E402

torch.set_num_threads(1)
PARTS = (fixture.elementwise, fixture.activations, fixture.reduced, fixture.networks)
LEVELS = (-128, 127, torch.int8)


def half(tensor):
    return tensor.bfloat16() if tensor.is_floating_point() else tensor


def grid_of(values):
    """Scale and zero point over the range of the finite values, which holds zero."""
    finite = values[values.isfinite()]
    low, high = min(0.0, finite.min().item()), max(1e-3, finite.max().item())
    scale = (high - low) / 255
    return scale, round(-128 - low / scale)


def quantized(values, grid):
    return torch.ops.quantized_decomposed.quantize_per_tensor(values, *grid, *LEVELS)


def on_grid(values, grid):
    return torch.ops.quantized_decomposed.dequantize_per_tensor(quantized(values, grid), *grid, *LEVELS)


class Rounded(torch.nn.Module):
    def forward(self, **inputs):
        return {f'{part.__name__} {name}': value for part in PARTS for name, value in part(**inputs).items() if value.dtype == torch.bfloat16}


class Quantized(torch.nn.Module):
    """Grids are those of the fixture's inputs and of what it gives for them."""

    def __init__(self):
        super().__init__()
        self.inputs = {name: grid_of(value) for name, value in fixture.INPUTS.items() if value.is_floating_point()}
        self.results = {name: grid_of(value) for name, value in self.floats(self.known()).items()}

    def known(self):
        return {name: on_grid(value, self.inputs[name]) if name in self.inputs else value for name, value in fixture.INPUTS.items()}

    @staticmethod
    def floats(inputs):
        results = {f'{part.__name__} {name}': value for part in PARTS for name, value in part(**inputs).items()}
        return {name: value for name, value in results.items() if value.dtype == torch.float32 and value.isfinite().all()}

    def forward(self, **inputs):
        read = {name: on_grid(value, self.inputs[name]) if name in self.inputs else value for name, value in inputs.items()}
        results = {f'{part.__name__} {name}': value for part in PARTS for name, value in part(**read).items()}
        return {name: quantized(results[name], grid) for name, grid in self.results.items()}


def write(module, inputs, target):
    with torch.no_grad():
        results = module(**inputs)
        program = torch.export.export(module.eval(), (), inputs)
    torch.export.save(program, target.with_suffix('.pt2'))
    arrays = {f'input/{name}': value.float().numpy() if value.dtype == torch.bfloat16 else value.numpy() for name, value in inputs.items()}
    for number, (name, value) in enumerate(results.items()):
        arrays[f'{number:03}/{name}'] = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    np.savez(target.with_suffix('.npz'), **arrays)


def main(folder):
    write(Quantized(), fixture.INPUTS, folder / 'int8')
    for name, weight in fixture.WEIGHTS.items():
        fixture.WEIGHTS[name] = half(weight)
    write(Rounded(), {name: half(value) for name, value in fixture.INPUTS.items()}, folder / 'bf16')


main(pathlib.Path(sys.argv[1]))
