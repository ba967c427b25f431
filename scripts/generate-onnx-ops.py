"""Writes src/engine/capabilities/onnx-ops.json: op schemas of ONNX and onnxruntime, and the kernels of onnxruntime's CPU provider.

Usage: python scripts/generate-onnx-ops.py [OUTPUT]

Needs the packages onnx and onnxruntime. Per domain and op: its versions in order, each with inputs and outputs as
`name:type` (`T`, or an element type; `?` optional, `*` any number of one type, `~` any number of any types), the element
types of each type variable, and `extends`: a node of the version before means the same in this one unless it has one of
the attributes in `drops`. `cpu` are kernels as [first version, last version, {type variable: element types}]. Sets of
element types are numbers into `sets`. Only tensor types are listed; variables without any are `[]`.
"""
import json
import os
import re
import sys

import onnx
import onnx.defs
import onnx.helper
import onnxruntime.capi.onnxruntime_pybind11_state as runtime

DOMAINS = ('', 'ai.onnx.ml', 'com.microsoft')
# Same signature, other meaning: what the fields of the schema do not tell.
CHANGED_MEANING = {('RoiAlign', 16), ('GroupNormalization', 21), ('Scan', 9), ('GridSample', 20), ('DFT', 20), ('Resize', 11), ('Pad', 11)}
NAMES = {'float': 'float32', 'double': 'float64', 'float8e4m3fn': 'float8_e4m3fn', 'float8e4m3fnuz': 'float8_e4m3fnuz',
         'float8e5m2': 'float8_e5m2', 'float8e5m2fnuz': 'float8_e5m2fnuz', 'float4e2m1': 'float4_e2m1fn'}
LAST = 2147483647

sets = []


def element_type(text):
    match = re.fullmatch(r'tensor\((\w+)\)', text)
    return None if match is None else NAMES.get(match[1], match[1])


def type_set(texts):
    types = [name for name in map(element_type, texts) if name is not None]
    if not types:
        return []
    joined = '|'.join(sorted(types))
    if joined not in sets:
        sets.append(joined)
    return sets.index(joined)


def option(parameter):
    name = str(parameter.option).split('.')[-1]
    homogeneous = getattr(parameter, 'is_homogeneous', getattr(parameter, 'isHomogeneous', True))
    return {'Single': '', 'Optional': '?', 'Variadic': '*' if homogeneous else '~'}[name]


def parameter_text(parameter):
    text = getattr(parameter, 'type_str', None) or parameter.typeStr
    return f'{parameter.name}:{element_type(text) or text}{option(parameter)}'


def constraints(schema):
    return {c.type_param_str: c.allowed_type_strs for c in schema.type_constraints}


def accepted(parameter, schema):
    text = getattr(parameter, 'type_str', None) or parameter.typeStr
    return set(constraints(schema).get(text, [text]))


def default_of(attribute):
    default = getattr(attribute, 'default_value', None) or getattr(attribute, '_default_value', None)
    return default if isinstance(default, bytes) else default.SerializeToString() if default is not None else None


def same_prefix(old, new, old_schema, new_schema):
    if len(new) < len(old) or any(option(parameter) == '' for parameter in new[len(old):]):
        return False
    return all(
        (option(a) == option(b) or (option(a) == '' and option(b) == '?')) and accepted(a, old_schema) <= accepted(b, new_schema)
        for a, b in zip(old, new))


def extends(old, new):
    """Whether nodes of the old version without dropped attributes are nodes of the new one, with the same meaning."""
    if (new.name, new.since_version) in CHANGED_MEANING or new.deprecated:
        return False
    shared = set(old.attributes) & set(new.attributes)
    if any(default_of(old.attributes[name]) != default_of(new.attributes[name]) for name in shared):
        return False
    if any(new.attributes[name].required for name in set(new.attributes) - shared):
        return False
    return same_prefix(old.inputs, new.inputs, old, new) and same_prefix(old.outputs, new.outputs, old, new)


def version_json(schema, before):
    result = {'since': schema.since_version, 'in': [parameter_text(p) for p in schema.inputs], 'out': [parameter_text(p) for p in schema.outputs]}
    types = {name: type_set(allowed) for name, allowed in constraints(schema).items()}
    if types:
        result['types'] = types
    if schema.deprecated:
        result['deprecated'] = True
    if before is not None and extends(before, schema):
        result['extends'] = True
        drops = sorted(set(before.attributes) - set(schema.attributes))
        if drops:
            result['drops'] = drops
    return result


def kernels_json(domain, op, kernels):
    found = []
    for kernel in kernels.get((domain, op), []):
        first, last = kernel.version_range
        types = {name: type_set(allowed) for name, allowed in sorted(kernel.type_constraints.items())}
        found.append([first, min(last, LAST), types])
    return sorted(found, key=lambda entry: json.dumps(entry))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    output = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, '..', 'src', 'engine', 'capabilities', 'onnx-ops.json')
    by_name = {}
    from_onnx = [s for s in onnx.defs.get_all_schemas_with_history() if s.domain in DOMAINS]
    from_runtime = [s for s in runtime.get_all_operator_schema() if s.domain == 'com.microsoft']
    # onnxruntime keeps a few ops of its own under the standard domain.
    known = {(s.domain, s.name) for s in from_onnx}
    from_runtime += [s for s in runtime.get_all_operator_schema() if s.domain == '' and (s.domain, s.name) not in known]
    for schema in from_onnx + from_runtime:
        by_name.setdefault(schema.domain, {}).setdefault(schema.name, []).append(schema)
    kernels = {}
    for kernel in runtime.get_all_opkernel_def():
        if kernel.provider == 'CPUExecutionProvider':
            kernels.setdefault((kernel.domain, kernel.op_name), []).append(kernel)
    domains = {}
    for domain, ops in sorted(by_name.items()):
        table = domains[domain] = {}
        for name, schemas in sorted(ops.items()):
            schemas.sort(key=lambda s: s.since_version)
            versions = [version_json(schema, before) for before, schema in zip([None, *schemas], schemas)]
            table[name] = {'versions': versions, 'cpu': kernels_json(domain, name, kernels)}
    ir_versions = {str(opset): ir for _, ir, opset, *_ in onnx.helper.VERSION_TABLE}
    with open(output, 'w', encoding='utf-8') as file:
        head = {'onnx': onnx.__version__, 'onnxruntime': __import__('onnxruntime').__version__, 'irVersions': ir_versions, 'sets': sets}
        file.write(json.dumps(head, separators=(',', ':'))[:-1] + ',"domains":{\n')
        for position, (domain, table) in enumerate(domains.items()):
            file.write(f'{json.dumps(domain)}:{{\n')
            file.write(',\n'.join(f'{json.dumps(name)}:{json.dumps(entry, separators=(",", ":"))}' for name, entry in table.items()))
            file.write('\n}' + (',\n' if position < len(domains) - 1 else '\n'))
        file.write('}}\n')


main()
