"""What TensorFlow itself says of the types of a node: its op definition and the kernels registered in this process."""
import functools

from tensorflow.core.framework import attr_value_pb2, types_pb2
from tensorflow.python.framework import kernels, op_def_registry

FLOAT, BFLOAT16 = types_pb2.DT_FLOAT, types_pb2.DT_BFLOAT16


@functools.cache
def definition(op):
    found = op_def_registry.get(op)
    if found is None:
        raise ValueError(f'TensorFlow has no op {op}')
    return found


@functools.cache
def attributes(op):
    return {attribute.name: attribute for attribute in definition(op).attr}


def value_of(node, name):
    """An attribute of the node, or its default."""
    return node.attr[name] if name in node.attr else attributes(node.op)[name].default_value


def arguments(node, arguments_of_op):
    """One (attribute, index, type) per tensor: index within a list of types, or None; no attribute where the op fixes the type."""
    result = []
    for argument in arguments_of_op:
        if argument.type_list_attr:
            types = value_of(node, argument.type_list_attr).list.type
            result += [(argument.type_list_attr, index, kind) for index, kind in enumerate(types)]
            continue
        count = value_of(node, argument.number_attr).i if argument.number_attr else 1
        kind = value_of(node, argument.type_attr).type if argument.type_attr else argument.type
        result += [(argument.type_attr or None, None, kind)] * count
    return result


def inputs_of(node):
    return arguments(node, definition(node.op).input_arg)


def outputs_of(node):
    return arguments(node, definition(node.op).output_arg)


def float_groups(node):
    """Type attributes (attribute, index) that are FP32 or BF16, with that type, also those of no input or output (lists of tensors)."""
    groups = {(name, index): kind for name, index, kind in inputs_of(node) + outputs_of(node) if name is not None}
    for name, attribute in attributes(node.op).items():
        if attribute.type == 'type':
            groups[name, None] = value_of(node, name).type
    return {group: kind for group, kind in groups.items() if kind in (FLOAT, BFLOAT16)}


@functools.cache
def cpu_kernels(op):
    """Of each kernel that a node can reach on a CPU: allowed types by attribute."""
    registered = kernels.get_registered_kernels_for_op(op).kernel
    return [
        {constraint.name: set(constraint.allowed_values.list.type) for constraint in kernel.constraint}
        for kernel in registered
        if kernel.device_type in ('CPU', 'DEFAULT') and not kernel.label
    ]


def types_of(value):
    return set(value.list.type) if value.WhichOneof('value') == 'list' else {value.type}


def runs_as_bf16(node, group):
    """Whether the op definition and some kernel admit BF16 in this group, all other types staying as they are."""
    name, index = group
    allowed = attributes(node.op)[name].allowed_values.list.type
    if allowed and BFLOAT16 not in allowed:
        return False
    changed = attr_value_pb2.AttrValue()
    changed.CopyFrom(value_of(node, name))
    if index is None:
        changed.type = BFLOAT16
    else:
        changed.list.type[index] = BFLOAT16
    present = lambda attribute: changed if attribute == name else value_of(node, attribute)
    return any(all(types_of(present(attribute)) <= types for attribute, types in kernel.items()) for kernel in cpu_kernels(node.op))
