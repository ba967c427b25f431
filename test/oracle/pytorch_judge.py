"""Judges converted exported programs: pytorch_judge.py, one JSON request per line on stdin, one JSON answer per line on stdout.

build {folder}: exports small networks and the wrapped or autocast results are computed against; answers {names}
judge {original, converted, modules, autocast}: loads and runs both; answers how they compare
weights {converted}: INT8 weights and scales of a converted program against what PyTorch's observers give for the folded FP32 weights
grids {converted, ranges, highest}: scales and zero points of its activations against what PyTorch's observers give for the recorded ranges
compiled {converted}: compiles it by Inductor; answers the error of the compiled program, and how often Inductor took each of its INT8 kernels
"""
import copy
import json
import os
import sys
import warnings

import torch
import torch.ao.quantization.fx._decomposed  # registers quantized_decomposed
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3, padding=1),
                                      nn.BatchNorm2d(16), nn.ReLU(inplace=True), nn.MaxPool2d(2))
        self.branch = nn.Conv2d(16, 16, 1)
        self.fc1 = nn.Linear(16 * 4 * 4, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.features(x)
        x = F.relu(x + self.branch(x))
        return F.softmax(self.fc2(F.gelu(self.fc1(torch.flatten(x, 1)))), dim=-1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(32, 50)
        self.head.weight = self.embedding.weight

    def forward(self, ids):
        return self.head(self.encoder(self.embedding(ids)))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, 2, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class ChangedInPlace(nn.Module):
    """Views of changed values, a changed buffer, and a conversion whose copy is changed."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)
        self.register_buffer("mean", torch.zeros(8))

    def forward(self, x):
        y = self.first(x)
        y[:, 0:4].mul_(2.0)
        self.mean.add_(y.mean(0))
        rounded = y.to(torch.bfloat16)
        exact = rounded.to(torch.float32)
        exact.relu_()
        return self.second(exact) + rounded.float() + y + self.mean


class Distances(nn.Module):
    """Attention by distance between more positions than BF16 tells apart, a mask of the smallest FP32 number, and a constant that is copied, then changed."""

    def __init__(self):
        super().__init__()
        self.queries, self.keys = nn.Linear(8, 8), nn.Linear(8, 8)
        self.register_buffer("start", torch.zeros(8))

    def forward(self, x):
        position = torch.arange(x.shape[1]).float()
        distance = (position[None, :] * 0.25 - position[:, None] * 0.25).abs()
        scale = torch.tensor(2.0)
        scores = self.queries(x) @ self.keys(x).transpose(1, 2) / scale - distance
        near = (1 + scores).relu()
        weights = scores.masked_fill(position > 380, torch.finfo(torch.float32).min).softmax(-1)
        total = self.start.clone()
        total.add_(self.keys(x).mean((0, 1)))
        return weights @ self.keys(x) + near @ self.keys(x) + total


class Residual(nn.Module):
    """Sums at the ends of blocks, one in place, with and without a convolution on the way around; joined branches, pooling, a gate."""

    def __init__(self):
        super().__init__()
        self.start = nn.Conv2d(3, 8, 3, padding=1)
        self.first, self.second, self.around = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.Conv2d(8, 16, 3, 2, 1), nn.Conv2d(8, 16, 1, 2)
        self.norm = nn.BatchNorm2d(8)
        self.left, self.right, self.joined = nn.Conv2d(16, 8, 1), nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(16, 16, 1)
        self.up, self.gate, self.head = nn.Linear(16, 32), nn.Linear(16, 32), nn.Linear(32, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.start(x)), 2)
        y = self.norm(self.first(x))
        y += x
        y = F.relu(y)
        y = self.second(y) + self.around(y)
        y = self.joined(torch.cat([F.relu(self.left(y)), F.relu(self.right(y))], 1))
        y = torch.flatten(F.adaptive_avg_pool2d(y, 1), 1)
        return self.head(F.silu(self.gate(y)) * self.up(y))


class TwoCalls(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(8, 8)

    def forward(self, x):
        return self.shared(F.relu(self.shared(x)))


BATCH = torch.export.Dim("batch", min=1, max=64)
NETWORKS = {
    "digits": (Digits, lambda: torch.rand(4, 1, 8, 8), ({0: BATCH},)),
    "encoder": (Encoder, lambda: torch.randint(0, 50, (2, 6)), ({0: BATCH},)),
    "recurrent": (Recurrent, lambda: torch.rand(2, 5, 8), None),
    "changed_in_place": (ChangedInPlace, lambda: torch.randn(3, 8), None),
    "distances": (Distances, lambda: torch.rand(1, 400, 8), None),
    "residual": (Residual, lambda: torch.rand(4, 3, 16, 16), ({0: BATCH},)),
    "two_calls": (TwoCalls, lambda: torch.randn(3, 8), None),
}


def module_of(name):
    torch.manual_seed(0)
    torch.backends.mha.set_fastpath_enabled(False)
    module = NETWORKS[name][0]()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.uniform_(-0.5, 0.5)
            part.running_var.uniform_(0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 2)
            nn.init.uniform_(part.bias, -0.5, 0.5)
    return module.eval()


def inputs_of(name):
    torch.manual_seed(1)
    return NETWORKS[name][1]()


def build(folder):
    for name, (_, _, shapes) in NETWORKS.items():
        program = torch.export.export(module_of(name), (inputs_of(name),), dynamic_shapes=shapes)
        torch.export.save(program, os.path.join(folder, f"{name}.pt2"))
        torch.export.save(program.run_decompositions(), os.path.join(folder, f"{name}_core.pt2"))
        ranges = ranges_of(program, inputs_of(name))
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump(ranges, file)
    return {"names": list(NETWORKS)}


def ranges_of(program, x):
    """Of each value, under the name this program gives its node: the path of its module, and its own name."""
    ranges = {}

    class Recorder(torch.fx.Interpreter):
        def run_node(self, node):
            value = super().run_node(node)
            if isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel() > 0:
                ranges[path_of(node)] = {"min": value.min().item(), "max": value.max().item()}
            return value

    tensors = {**program.state_dict, **program.constants}
    held = [tensors[spec.target] for spec in program.graph_signature.input_specs if spec.target is not None]
    Recorder(program.graph_module).run(*[tensor.clone() for tensor in held], x)
    return ranges


class Bf16Wrapper(nn.Module):
    """What Intel Neural Compressor puts around a module (adaptor/torch_utils/bf16_convert.py)."""

    def __init__(self, module):
        super().__init__()
        self.module = module.to(torch.bfloat16)

    def forward(self, x):
        def back(value):
            return value.float() if isinstance(value, torch.Tensor) else type(value)(back(part) for part in value)
        return back(self.module(x.to(torch.bfloat16)))


def wrapped(name, classes):
    module = copy.deepcopy(module_of(name))
    for path, part in list(module.named_modules()):
        # MultiheadAttention uses the parameters of its out_proj itself.
        if type(part).__name__ in classes:
            parent = module.get_submodule(path.rpartition(".")[0])
            setattr(parent, path.rpartition(".")[2], Bf16Wrapper(part))
    return module


def stated_types(program, x):
    """Values whose type is not the one that the program states."""
    wrong = []

    class Checker(torch.fx.Interpreter):
        def run_node(self, node):
            value = super().run_node(node)
            stated = node.meta.get("val")
            if isinstance(value, torch.Tensor) and isinstance(stated, torch.Tensor) and value.dtype != stated.dtype:
                wrong.append(f"{node.name}: {value.dtype}, stated {stated.dtype}")
            return value

    tensors = {**program.state_dict, **program.constants}
    held = [tensors[spec.target].clone() for spec in program.graph_signature.input_specs if spec.target is not None]
    Checker(program.graph_module).run(*held, x)
    return wrong


@torch.no_grad()
def judge(name, original, converted, modules=None, autocast=False):
    x = inputs_of(name)
    before = torch.export.load(original)
    extra = {"mixed_precision.json": ""}
    after = torch.export.load(converted, extra_files=extra)
    again = converted + ".again"
    torch.export.save(after, again)  # before a run changes buffers
    result = after.module()(x)
    expected = before.module()(x)
    answer = {
        "error": ((result.float() - expected).norm() / expected.norm()).item(),
        "dtype": str(result.dtype).removeprefix("torch."),
        "wrongTypes": stated_types(after, x),
        "record": json.loads(extra["mixed_precision.json"] or "null"),
        "operators": sorted({str(node.target) for node in after.graph.nodes if node.op == "call_function"}),
        "parameters": {key: str(value.dtype).removeprefix("torch.") for key, value in after.state_dict.items()},
    }
    if modules is not None:
        answer["equalsWrapped"] = torch.equal(result, wrapped(name, modules)(x))
    if autocast:
        with torch.autocast("cpu", torch.bfloat16):
            answer["equalsAutocast"] = torch.equal(result, before.module()(x).float())
    decomposed = torch.export.load(converted).run_decompositions()  # a run may have changed the buffers of `after`
    answer["decomposedError"] = ((decomposed.module()(x).float() - result.float()).norm() / result.float().norm()).item()
    answer["savedAgain"] = torch.equal(torch.export.load(again).module()(x), result)
    os.remove(again)
    answer["unflattened"] = unflattened(after, x, result)
    return answer


def unflattened(program, x, result):
    try:
        return torch.equal(torch.export.unflatten(program)(x), result)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def weights(name, converted):
    """INT8 weights against PerChannelMinMaxObserver with the bounds and the epsilon that X86InductorQuantizer gives it."""
    from torch.ao.quantization.observer import PerChannelMinMaxObserver
    from torch.nn.utils.fusion import fuse_conv_bn_eval
    module = module_of(name)
    if name == "residual":
        module.first = fuse_conv_bn_eval(module.first, module.norm)
    if name == "digits":
        features = module.features
        features[0], features[3] = fuse_conv_bn_eval(features[0], features[1]), fuse_conv_bn_eval(features[3], features[4])
    program = torch.export.load(converted)
    differing = []
    compared = 0
    for path, part in module.named_modules():
        stored = program.state_dict.get(f"{path}.weight")
        if stored is None or stored.dtype != torch.int8:
            continue
        observer = PerChannelMinMaxObserver(ch_axis=0, dtype=torch.int8, qscheme=torch.per_channel_symmetric, quant_min=-128, quant_max=127, eps=2 ** -12)
        observer(part.weight.detach())
        scale, zero = observer.calculate_qparams()
        expected = torch.ops.quantized_decomposed.quantize_per_channel(part.weight.detach(), scale, zero, 0, -128, 127, torch.int8)
        compared += 1
        if not torch.equal(expected, stored) or not torch.equal(scale.float(), program.state_dict[f"{path}.weight_scale"]):
            differing.append(path)
    return {"compared": compared, "differing": differing}


def path_of(node):
    """The name this program gives a node: the path of its module, and its own name."""
    stack = list((node.meta.get("nn_module_stack") or {"": ("", "")}).values())
    return "/".join([part for part in stack[-1][0].split(".") if part] + [node.name])


def grids(name, converted, ranges, highest):
    """Against MinMaxObserver with the bounds and the epsilon that X86InductorQuantizer gives it; values that share a range are left out."""
    from torch.ao.quantization.observer import MinMaxObserver
    with open(ranges) as file:
        known = json.load(file)
    sharing = ("pool2d", "cat", "flatten")
    differing = []
    compared = 0
    for node in torch.export.load(converted).graph.nodes:
        if str(node.target) != "quantized_decomposed.quantize_per_tensor.default":
            continue
        value, scale, zero_point, quant_min, quant_max, _ = node.args
        readers = [reader for dequantize in node.users for reader in dequantize.users]
        if path_of(value) not in known or any(str(other.target).split(".")[1].endswith(sharing) for other in (*readers, value) if other.op == "call_function"):
            continue
        observer = MinMaxObserver(dtype=torch.uint8, qscheme=torch.per_tensor_affine, quant_min=0, quant_max=highest, eps=2 ** -12)
        observer(torch.tensor([known[path_of(value)]["min"], known[path_of(value)]["max"]]))
        expected_scale, expected_zero = observer.calculate_qparams()
        compared += 1
        if (scale, zero_point, quant_min, quant_max) != (expected_scale.item(), expected_zero.item(), 0, highest):
            differing.append(f"{value.name}: {scale} {zero_point}, not {expected_scale.item()} {expected_zero.item()}")
    return {"compared": compared, "differing": differing}


@torch.no_grad()
def compiled(name, converted):
    import torch._inductor.config
    from torch._dynamo.utils import counters
    torch._inductor.config.freezing = True
    counters.clear()
    x = inputs_of(name)
    module = torch.export.load(converted).module()
    expected = module(x)
    error = ((torch.compile(module)(x) - expected).norm() / expected.norm()).item()
    return {"error": error, "kernels": {key: count for key, count in counters["inductor"].items() if key.startswith("q") and key.endswith("_count")}}


COMMANDS = {"build": build, "judge": judge, "weights": weights, "grids": grids, "compiled": compiled}

for line in sys.stdin:
    request = json.loads(line)
    command = request.pop("command")
    try:
        answer = COMMANDS[command](**request)
    except Exception as error:
        answer = {"failure": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
