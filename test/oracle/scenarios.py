"""Placements of Casts to compare with others': which ops are to be BF16, FP32 or INT8, as a config and as Wishes.

S1 TensorFlow's own lists: allowed ops are BF16, inferred and clear ones free, all others FP32.
S2 and of the allowed and inferred ops 20 %, by chance, FP32.
S3 and arithmetic that is sensitive to rounding FP32.
S4 and of the convolutions and matrix products 10 %, by chance, FP32.
S5 and of those with constant weights 70 %, by chance, INT8.
"""
import dataclasses
import random
import re

from op_lists import op_lists
from op_types import float_groups
from optimal_casts import Wishes, data_inputs, parse

HEAVY = {'Conv2D', 'Conv3D', 'DepthwiseConv2dNative', 'FusedPadConv2D', 'MatMul', 'BatchMatMul', 'BatchMatMulV2', 'Einsum'}
SENSITIVE = {
    'Softmax', 'LogSoftmax', 'Softplus', 'Mean', 'Sum', 'Prod', 'Rsqrt', 'SquaredDifference', 'Erf', 'Erfc', 'Tanh', 'Sigmoid', 'Exp', 'Log', 'Pow',
}
# TensorFlow retypes what makes a list together with the ops on it, which its lists name.
LIST_MAKERS = {'TensorListReserve', 'EmptyTensorList', 'TensorListResize'}
# Of these the config says nothing.
UNSAID = {'Const', 'Cast', 'Placeholder', 'QuantizeV2', 'Dequantize'}


@dataclasses.dataclass
class Scenario:
    """`int8`: names of the nodes to be INT8."""
    name: str
    seed: int
    config: dict
    wishes: Wishes
    int8: list


def scenarios(graph, outputs, names, seeds):
    """Those of the names that apply to the graph; where chance chooses, one for each of the seeds."""
    return [scenario for name in names for scenario in SCENARIOS[name](Model(graph, outputs, seeds))]


class Model:
    def __init__(self, graph, outputs, seeds):
        self.graph, self.outputs, self.seeds = graph, outputs, seeds
        self.nodes = {node.name: node for node in graph.node}

    def is_constant(self, name):
        node = self.nodes[parse(name)[0]]
        while node.op == 'Identity':
            node = self.nodes[parse(node.input[0])[0]]
        return node.op == 'Const'

    def computing(self, types):
        """Ops of these types, but outputs and what computes on constants."""
        return [node.name for node in self.graph.node
                if node.op in types and node.name not in self.outputs and not all(map(self.is_constant, data_inputs(node)))]

    def heavy(self):
        return [node.name for node in self.graph.node if node.op in HEAVY]

    def weighted(self):
        """Convolutions and matrix products of one activation and one constant."""
        return [name for name in self.heavy() if [self.is_constant(value) for value in data_inputs(self.nodes[name])].count(True) == 1]

    def scenario(self, name, seed=0, fp32=(), fp32_types=(), int8=()):
        lists = op_lists()
        free = (lists['infer'] | lists['clear'] | LIST_MAKERS) - set(fp32_types)
        types = {node.op for node in self.graph.node if float_groups(node)} - UNSAID
        config = {
            'use_bf16': True,
            'bf16_ops': sorted(lists['allow']),
            'op_type_dict': {op: 'fp32' for op in sorted(types - lists['allow'] - free)},
            'op_name_dict': {**{full_match(node): 'fp32' for node in fp32}, **{full_match(node): ['int8', 'fp32'] for node in int8}},
        }
        return Scenario(name, seed, config, Wishes(lists['allow'], free, {*fp32, *int8}, self.outputs), list(int8))

    def samples(self, population, share):
        """A share of a population for each seed; nothing of an empty one."""
        return [(seed, random.Random(seed).sample(population, max(1, int(share * len(population))))) for seed in self.seeds if population]


def full_match(name):
    """A regular expression that matches this name only, in JavaScript too."""
    return re.sub(r'([.*+?^${}()|\[\]\\])', r'\\\1', name)


def stock_lists(model):
    return [model.scenario('S1')]


def some_light_fp32(model):
    lists = op_lists()
    return [model.scenario('S2', seed, fp32=names) for seed, names in model.samples(model.computing(lists['allow'] | lists['infer']), 0.2)]


def sensitive_fp32(model):
    return [model.scenario('S3', fp32_types=SENSITIVE)]


def some_heavy_fp32(model):
    return [model.scenario('S4', seed, fp32=names) for seed, names in model.samples(model.heavy(), 0.1)]


def most_int8(model):
    return [model.scenario('S5', seed, int8=names) for seed, names in model.samples(model.weighted(), 0.7)]


SCENARIOS = {'S1': stock_lists, 'S2': some_light_fp32, 'S3': sensitive_fp32, 'S4': some_heavy_fp32, 'S5': most_int8}
