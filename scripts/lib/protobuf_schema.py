"""Protobuf descriptors as the JSON that protobufjs reads."""
import json
import re

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FieldDescriptor

SCALARS = {
    getattr(FieldDescriptor, 'TYPE_' + name.upper()): name
    for name in (
        'double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'fixed32', 'bool', 'string', 'bytes', 'uint32',
        'sfixed32', 'sfixed64', 'sint32', 'sint64',
    )
}
NUMERIC = set(SCALARS.values()) - {'string', 'bytes'}


def camel_case(name):
    """The name in camelCase, or as it is where the text format could not turn that back."""
    camel = re.sub(r'_([a-z0-9])', lambda match: match.group(1).upper(), name)
    back = re.sub(r'([A-Z])(?=[a-z]|$)', lambda match: '_' + match.group(1).lower(), camel)
    return camel if back == name else name


def reachable(roots):
    """Top-level messages and enums the roots refer to, the roots included."""
    found = {}
    waiting = list(roots)
    while waiting:
        descriptor = waiting.pop()
        while descriptor.containing_type is not None:
            descriptor = descriptor.containing_type
        if descriptor.full_name in found:
            continue
        found[descriptor.full_name] = descriptor
        messages = [descriptor] if hasattr(descriptor, 'fields') else []
        while messages:
            message = messages.pop()
            messages += message.nested_types
            for field in message.fields:
                waiting += [target for target in (field.message_type, field.enum_type) if target is not None]
    return found


def syntax(descriptor):
    proto = descriptor_pb2.FileDescriptorProto()
    descriptor.file.CopyToProto(proto)
    return proto.syntax or 'proto2'


def type_name(field):
    target = field.message_type or field.enum_type
    if target is None:
        return SCALARS[field.type]
    return target.full_name if target.file.package != field.file.package else target.full_name[len(target.file.package) + 1:]


def field_json(field):
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        key, value = (field.message_type.fields_by_name[name] for name in ('key', 'value'))
        return {'keyType': SCALARS[key.type], 'type': type_name(value), 'id': field.number}
    result = {'type': type_name(field), 'id': field.number}
    if field.is_repeated:
        result = {'rule': 'repeated', **result}
        is_packable = type_name(field) in NUMERIC or field.enum_type is not None
        if is_packable and field.is_packed != (syntax(field) == 'proto3'):
            result['options'] = {'packed': field.is_packed}
    return result


def message_json(message):
    result = {'edition': syntax(message)} if message.containing_type is None else {}
    oneofs = {oneof.name: {'oneof': [camel_case(field.name) for field in oneof.fields]} for oneof in message.oneofs}
    if oneofs:
        result['oneofs'] = oneofs
    result['fields'] = {camel_case(field.name): field_json(field) for field in message.fields}
    nested = {inner.name: message_json(inner) for inner in message.nested_types if not inner.GetOptions().map_entry}
    nested.update({enum.name: enum_json(enum) for enum in message.enum_types})
    if nested:
        result['nested'] = dict(sorted(nested.items()))
    return result


def enum_json(enum):
    return {'edition': syntax(enum), 'values': {value.name: value.number for value in enum.values}}


def write_schema(roots, output):
    """Writes the messages and enums that `roots` reach, by package."""
    schema = {}
    for descriptor in sorted(reachable(roots).values(), key=lambda descriptor: descriptor.full_name):
        package = schema
        for name in descriptor.file.package.split('.'):
            package = package.setdefault('nested', {}).setdefault(name, {})
        package.setdefault('nested', {})[descriptor.name] = message_json(descriptor) if hasattr(descriptor, 'fields') else enum_json(descriptor)
    with open(output, 'w', encoding='utf-8') as file:
        json.dump(schema, file, separators=(',', ':'))
        file.write('\n')
