import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { encodeTensor } from './tensor';

const type = (value: DataType): Attribute => ({ kind: 'type', value });
const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
const string = (value: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(value) });

function makeNode(name: string, op: string, inputs: readonly ValueRef[], attributes: Record<string, Attribute>): Node {
  return { id: name, name, op, inputs, controlInputs: [], attributes: new Map(Object.entries(attributes)) };
}

/** A Const holding `tensor`. */
export function makeConstant(name: string, tensor: Tensor, controlInputs: readonly string[]): Node {
  return constantNode(name, encodeTensor(tensor), controlInputs);
}

/** A Const with this tensor attribute. */
export function constantNode(name: string, value: Attribute, controlInputs: readonly string[]): Node {
  if (value.kind !== 'tensor') throw new Error(`${name} has no tensor`);
  return { ...makeNode(name, 'Const', [], { dtype: type(value.dtype), value }), controlInputs };
}

/** A Cast that rounds to nearest even, as TensorFlow's does with `Truncate` false (cast_op.cc). */
export function makeCast(name: string, input: ValueRef, from: DataType, to: DataType): Node {
  return makeNode(name, 'Cast', [input], { SrcT: type(from), DstT: type(to), Truncate: bool(false) });
}

/**
 * QuantizeV2 to quint8. MIN_COMBINED over the full range is the one form whose values do not depend on whether oneDNN
 * runs it (quantize_op.cc, mkl_quantize_op.cc). No minimum width is forced on the range: calibration sees to that.
 */
export function makeQuantize(name: string, input: ValueRef, min: ValueRef, max: ValueRef): Node {
  return makeNode(name, 'QuantizeV2', [input, min, max], {
    T: type('quint8'),
    mode: string('MIN_COMBINED'),
    round_mode: string('HALF_AWAY_FROM_ZERO'),
    narrow_range: bool(false),
    axis: { kind: 'int', value: -1 },
    ensure_minimum_range: { kind: 'float', value: 0 },
  });
}

/** Dequantize to FP32 in mode MIN_COMBINED, the only mode that can also emit BF16 everywhere (dequantize_op.cc). */
export function makeDequantize(
  name: string,
  { value, min, max }: { value: ValueRef; min: ValueRef; max: ValueRef },
  storage: DataType,
  axis: number | undefined,
): Node {
  return makeNode(name, 'Dequantize', [value, min, max], {
    T: type(storage),
    mode: string('MIN_COMBINED'),
    narrow_range: bool(false),
    axis: { kind: 'int', value: axis ?? -1 },
    dtype: type('float32'),
  });
}

/** The Dequantize with another output type, where its mode has a kernel that runs on every CPU. */
export function dequantizeAs(node: Node, dtype: DataType): Node | undefined {
  const mode = node.attributes.get('mode');
  const isMinCombined = mode === undefined || (mode.kind === 'string' && new TextDecoder().decode(mode.value) === 'MIN_COMBINED');
  if (!isMinCombined || (dtype !== 'bfloat16' && dtype !== 'float32')) return undefined;
  return { ...node, attributes: new Map(node.attributes).set('dtype', type(dtype)) };
}

/** IdentityN: several values under one name. */
export function makeTuple(name: string, inputs: readonly ValueRef[], types: readonly DataType[]): Node {
  return makeNode(name, 'IdentityN', inputs, { T: { kind: 'types', value: types } });
}
