"""Which type attributes of a model could be bfloat16 by TensorFlow's own registry, and which of them a conversion left in float32."""
import functools

from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import kernels, op_def_registry

from models import load_graph

FLOAT, BFLOAT16 = types_pb2.DT_FLOAT, types_pb2.DT_BFLOAT16
# They carry values into the graph or change types themselves: none has a precision of its own.
NOT_COMPUTED = {'Const', 'Placeholder', 'PlaceholderWithDefault', 'PlaceholderV2', '_Arg', 'Cast', 'Bitcast'}


@functools.cache
def registered(op):
    """Constraints of each unlabelled CPU or default kernel: attribute name -> allowed types."""
    found = []
    for kernel in kernels.get_registered_kernels_for_op(op).kernel:
        if kernel.device_type in ('CPU', 'DEFAULT') and not kernel.label:
            found.append({constraint.name: set(constraint.allowed_values.list.type) for constraint in kernel.constraint})
    return found


def float_attributes(node, op_def):
    """Type attributes that are float32 and type an input or output: `T`, or `T[i]` for entries of a list."""
    used = {name for arg in [*op_def.input_arg, *op_def.output_arg] for name in (arg.type_attr, arg.type_list_attr) if name}
    for attr in op_def.attr:
        if attr.name not in used:
            continue
        value = node.attr[attr.name] if attr.name in node.attr else attr.default_value
        allowed = list(attr.allowed_values.list.type)
        if allowed and BFLOAT16 not in allowed:
            continue
        if attr.type == 'type' and value.type == FLOAT:
            yield attr.name, None
        elif attr.type == 'list(type)':
            for index, item in enumerate(value.list.type):
                if item == FLOAT:
                    yield attr.name, index


def has_bf16_kernel(node, op_def, attribute):
    defaults = {attr.name: attr.default_value.type for attr in op_def.attr if attr.type == 'type'}
    types = {**defaults, **{key: value.type for key, value in node.attr.items() if value.WhichOneof('value') == 'type'}, attribute: BFLOAT16}
    return any(all(types.get(name) in allowed for name, allowed in kernel.items() if name in types) for kernel in registered(node.op))


def written_node(nodes, name, op):
    """The node that computes `name` in the converted graph. Where a Cast or IdentityN back to float32 has taken over the name of
    an output, the node is called `NAME/bfloat16`."""
    return next((node for node in (nodes.get(name + '/bfloat16'), nodes.get(name)) if node is not None and node.op == op), None)


def coverage(original, written, fed):
    """Nodes that became bfloat16, and float32 attributes that remain although a bfloat16 kernel exists; `fed` are names of fed tensors."""
    fed_nodes = {name.split(':')[0] for name in fed}
    nodes = {node.name: node for node in load_graph(written).node}
    possible, missing, gone, converted = 0, [], [], []
    for node in load_graph(original).node:
        op_def = op_def_registry.get(node.op)
        if node.op in NOT_COMPUTED or node.name in fed_nodes or op_def is None:
            continue
        for attribute, index in float_attributes(node, op_def):
            if not has_bf16_kernel(node, op_def, attribute):
                continue
            possible += 1
            new = written_node(nodes, node.name, node.op)
            if new is None:
                gone.append(node.name)
                continue
            value = new.attr[attribute]
            if (value.type if index is None else value.list.type[index]) != BFLOAT16:
                missing.append({'node': node.name, 'op': node.op, 'attribute': attribute if index is None else f'{attribute}[{index}]'})
            else:
                converted.append(node.name)
    return {'possible': possible, 'converted': converted, 'missing': missing, 'gone': gone}
