"""Write src/engine/capabilities/tensorflow-ops.json: op definitions and CPU kernels of the installed TensorFlow.

Run: python scripts/generate-tensorflow-ops.py   (needs tensorflow)

Per op: `in` and `out` arguments as "name:type" (`@T` = type attribute T, `@*T` = list-typed attribute, `*N` = repeated N
times, `&` = reference), `attrs` with kind, allowed types and default, and `kernels`: one string per registered kernel
without label for device CPU or DEFAULT, "T=float32|bfloat16;U=float32", "*" where a kernel constrains no type.
Labelled kernels (the oneDNN rewrites) cannot be reached from a node in a GraphDef, so they do not count.
"""
import json
import math
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.client import pywrap_tf_session
from tensorflow.python.framework import kernels

RENAMED = {"float": "float32", "double": "float64", "half": "float16"}


def type_name(enum):
    name = types_pb2.DataType.Name(enum)[3:].lower()
    return RENAMED.get(name, name)


def argument(arg):
    if arg.type_list_attr:
        kind = "@*" + arg.type_list_attr
    elif arg.type_attr:
        kind = "@" + arg.type_attr
    else:
        kind = type_name(arg.type)
    return f"{arg.name}:{kind}{'*' + arg.number_attr if arg.number_attr else ''}{'&' if arg.is_ref else ''}"


def default(attr):
    value = attr.default_value
    kind = value.WhichOneof("value")
    if kind in ("i", "f", "b"):
        return getattr(value, kind)
    if kind == "s":
        return value.s.decode("latin-1")
    if kind == "type":
        return type_name(value.type)
    if kind == "list":
        items = value.list
        return [*items.i, *items.f, *items.b, *(s.decode("latin-1") for s in items.s), *(type_name(t) for t in items.type)]
    return None


def attribute(attr):
    entry = {"kind": attr.type}
    if attr.allowed_values.list.type:
        entry["allowed"] = "|".join(type_name(t) for t in attr.allowed_values.list.type)
    value = default(attr) if attr.HasField("default_value") else None
    if value is not None and not (isinstance(value, float) and not math.isfinite(value)):
        entry["default"] = value
    return entry


registered = {}
for kernel in kernels.get_all_registered_kernels().kernel:
    if kernel.device_type in ("CPU", "DEFAULT") and not kernel.label:
        constraints = sorted((c.name, [type_name(t) for t in c.allowed_values.list.type]) for c in kernel.constraint)
        registered.setdefault(kernel.op, set()).add(";".join(f"{name}={'|'.join(types)}" for name, types in constraints if types) or "*")

buffer = pywrap_tf_session.TF_GetAllOpList()
ops = op_def_pb2.OpList.FromString(buffer if isinstance(buffer, bytes) else pywrap_tf_session.TF_GetBuffer(buffer))
table = {}
for op in sorted(ops.op, key=lambda op: op.name):
    entry = {"in": [argument(a) for a in op.input_arg], "out": [argument(a) for a in op.output_arg]}
    if op.attr:
        entry["attrs"] = {a.name: attribute(a) for a in op.attr}
    if op.is_stateful:
        entry["stateful"] = True
    if op.name in registered:
        entry["kernels"] = sorted(registered[op.name])
    table[op.name] = entry

out = pathlib.Path(__file__).parent.parent / "src/engine/capabilities/tensorflow-ops.json"
rows = ",\n".join(f"{json.dumps(name)}:{json.dumps(entry, separators=(',', ':'))}" for name, entry in table.items())
out.write_text(f'{{"version":{json.dumps(tf.__version__)},"ops":{{\n{rows}\n}}}}\n')
print(f"{len(table)} ops, {sum('kernels' in e for e in table.values())} with a CPU kernel, {out.stat().st_size} bytes")
