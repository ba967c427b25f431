"""The fewest Casts between FP32 and BF16 that a GraphDef can do with, worked out without the product's own code or tables.

Every FP32 or BF16 type attribute of a node is a group: BF16, FP32, or free. Which it is:
- An op of `demanded` types is BF16 where a CPU kernel exists, one of `free` types is free there. Neither holds for nodes
  named in `pinned` (the config wants them FP32 or INT8, and INT8 ops compute on FP32 values between Dequantize and
  QuantizeV2), for inputs of the model, and for arguments whose type the op definition fixes. These, and all other ops, are
  FP32, or BF16 where the model has them so.
- A Dequantize of mode MIN_COMBINED makes either type (the kernels of the other modes fail on BF16); QuantizeV2 reads FP32.
- A Cast from another type makes either type, for TensorFlow's kernels go through FP32 to BF16; one to another type reads
  either. A Cast from BF16 to FP32 changes nothing, so its readers read what it reads; one from FP32 to BF16 reads and makes
  BF16.
- A fetched value is read in the type it has in the model.
- A constant, also behind ops that only hand it on, exists in both types and is never cast.
- Merge reads the NextIteration of its loop without a Cast between. All ops on one list of tensors agree on its element type.
"""
import dataclasses
from collections import defaultdict

from tensorflow.core.framework import types_pb2

from minimum_cut import BF16, FP32, FREE, Groups, minimum_cut
from op_types import BFLOAT16, FLOAT, float_groups, inputs_of, outputs_of, runs_as_bf16

HANDS_CONSTANT_ON = ('Identity', 'StopGradient', 'Snapshot', 'PreventGradient')
INPUTS = ('Placeholder', 'PlaceholderV2', 'PlaceholderWithDefault', '_Arg')
CONVERSIONS = ('Cast', 'Dequantize', 'Const')


@dataclasses.dataclass
class Wishes:
    """The config in TensorFlow's terms: op types, node names, and names of fetched values."""
    demanded: set
    free: set
    pinned: set
    outputs: list


@dataclasses.dataclass
class Optimum:
    """`fewest` and `most`: names of the ops that make BF16 values, in the two labellings of fewest Casts that have the fewest and
    the most of them."""
    casts: int
    fewest: set
    most: set


def optimal_casts(graph, wishes):
    return Placement(graph, wishes).optimum()


class Placement:
    def __init__(self, graph, wishes):
        self.wishes = wishes
        self.nodes = {node.name: node for node in graph.node}
        self.inputs = {node.name: inputs_of(node) for node in graph.node}
        self.outputs = {node.name: outputs_of(node) for node in graph.node}
        self.groups = Groups()
        self.group_of = {}
        self.readers = defaultdict(set)
        for node in graph.node:
            self.add_groups(node)
        for node in graph.node:
            self.tie_loop(node)
            self.add_reads(node)
        self.tie_lists(graph)
        for name in wishes.outputs:
            self.add_fetch(parse(name))

    def optimum(self):
        made_by = {value: self.produced_by(value) for value in self.readers}
        casts, fewest, most = minimum_cut(self.groups, [(made_by[value], readers) for value, readers in self.readers.items()])
        return Optimum(casts, self.ops_of(fewest), self.ops_of(most))

    def ops_of(self, is_bf16):
        made = lambda name: [group for argument in self.outputs[name] if (group := self.group_at(name, argument)) is not None]
        return {
            name for name, node in self.nodes.items()
            if node.op not in CONVERSIONS and not self.is_constant(name) and any(is_bf16[group] for group in made(name))
        }

    # Groups

    def add_groups(self, node):
        for group, kind in float_groups(node).items():
            self.group_of[node.name, group] = self.groups.add(BF16 if kind == BFLOAT16 else self.class_of(node, group))
        for argument in self.outputs[node.name]:
            self.group_at(node.name, argument)

    def class_of(self, node, group):
        if node.op == 'Cast':
            return BF16 if group[0] == 'SrcT' and node.attr['DstT'].type == BFLOAT16 else FREE
        if node.op == 'Dequantize':
            return FREE if node.attr['mode'].s in (b'', b'MIN_COMBINED') else FP32
        if node.op in INPUTS or node.name in self.wishes.pinned or not runs_as_bf16(node, group):
            return FP32
        return BF16 if node.op in self.wishes.demanded else FREE if node.op in self.wishes.free else FP32

    def group_at(self, name, argument):
        """Group of a tensor read or made; arguments of a fixed type get one of their own. None where it is neither FP32 nor BF16."""
        attribute, index, kind = argument
        if kind not in (FLOAT, BFLOAT16):
            return None
        key = (name, (attribute, index) if attribute is not None else ('', kind))
        if key not in self.group_of:
            self.group_of[key] = self.groups.add(FP32 if kind == FLOAT else BF16)
        return self.group_of[key]

    # Values

    def is_constant(self, name):
        node = self.nodes[name]
        while node.op in HANDS_CONSTANT_ON:
            node = self.nodes[parse(node.input[0])[0]]
        return node.op == 'Const'

    def is_exact_cast(self, node):
        return node.op == 'Cast' and node.attr['SrcT'].type == BFLOAT16 and node.attr['DstT'].type == FLOAT and not control_inputs(node)

    def origin(self, value):
        """The value behind exact Casts; None for a constant."""
        while self.is_exact_cast(self.nodes[value[0]]):
            value = parse(self.nodes[value[0]].input[0])
        return None if self.is_constant(value[0]) else value

    def produced_by(self, value):
        name, port = value
        return self.group_at(name, self.outputs[name][port])

    def add_read(self, value, reader):
        origin = self.origin(value)
        if reader is not None and origin is not None:
            self.readers[origin].add(reader)

    def add_reads(self, node):
        if self.is_exact_cast(node) or self.is_constant(node.name):
            return
        for name, argument in zip(data_inputs(node), self.inputs[node.name]):
            self.add_read(parse(name), self.group_at(node.name, argument))

    def add_fetch(self, value):
        name, port = value
        kind = self.outputs[name][port][2]
        if kind in (FLOAT, BFLOAT16):
            self.add_read(value, self.groups.add(FP32 if kind == FLOAT else BF16))

    # Ties

    def tie_loop(self, node):
        if node.op != 'Merge':
            return
        for name in data_inputs(node):
            source = parse(name)[0]
            first, second = self.group_of.get((source, ('T', None))), self.group_of.get((node.name, ('T', None)))
            if self.nodes[source].op == 'NextIteration' and first is not None and second is not None:
                self.groups.tie(first, second)

    def tie_lists(self, graph):
        """Lists of tensors travel as variants, through loops too: what variants connect shares one list."""
        clusters = Groups()
        number = {node.name: clusters.add(FREE) for node in graph.node}
        for node in graph.node:
            for name, (_, _, kind) in zip(data_inputs(node), self.inputs[node.name]):
                if kind == types_pb2.DT_VARIANT:
                    clusters.tie(number[parse(name)[0]], number[node.name])
        first = {}
        for node in graph.node:
            group = self.group_of.get((node.name, ('element_dtype', None)))
            if 'TensorList' in node.op and group is not None:
                leader = first.setdefault(clusters.find(number[node.name]), group)
                self.groups.tie(leader, group)


def data_inputs(node):
    return [name for name in node.input if not name.startswith('^')]


def control_inputs(node):
    return [name for name in node.input if name.startswith('^')]


def parse(name):
    node, _, port = name.partition(':')
    return node, int(port or 0)


def float_casts(graph):
    """Casts between FP32 and BF16, in either direction."""
    return [node for node in graph.node if node.op == 'Cast' and {node.attr['SrcT'].type, node.attr['DstT'].type} == {FLOAT, BFLOAT16}]


def constant_casts(graph):
    """Those of constants, which TensorFlow folds when it loads the graph, unless they are large."""
    is_constant = reader_of(graph).is_constant
    return [node for node in float_casts(graph) if is_constant(parse(node.input[0])[0])]


def bf16_ops(graph):
    """Names of the ops that make BF16 values."""
    is_constant = reader_of(graph).is_constant
    makes_bf16 = lambda node: any(kind == BFLOAT16 for _, _, kind in outputs_of(node))
    return [node.name for node in graph.node if node.op not in CONVERSIONS and makes_bf16(node) and not is_constant(node.name)]


def reader_of(graph):
    return Placement(graph, Wishes(set(), set(), set(), []))
