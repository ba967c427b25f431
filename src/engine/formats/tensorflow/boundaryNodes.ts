import type { ActivationGrid, QuantizedWeight, WeightGrid } from '../../quantization';
import type { UniqueName } from '../../graph/freeName';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { bool, firstOutput, makeNode, string, type } from './makeNode';
import { encodeTensor } from './tensor';

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
 * QuantizeV2 to quint8 and Dequantize back, with the constants that hold the ends of the grid. MIN_COMBINED over the full
 * range is the one form whose values do not depend on whether oneDNN runs it (quantize_op.cc, mkl_quantize_op.cc). No
 * minimum width is forced on the range: calibration sees to that.
 */
export function makeQuantizeDequantize(base: string, value: ValueRef, { scale, zeroPoint }: ActivationGrid, uniqueName: UniqueName): readonly Node[] {
  const end = (suffix: string, steps: number): Node =>
    makeConstant(uniqueName(`${base}/${suffix}`), { dtype: 'float32', shape: [], data: Float32Array.of(steps * scale) }, []);
  const ends = [end('quantize_min', 0 - zeroPoint), end('quantize_max', 255 - zeroPoint)] as const;
  const [min, max] = [firstOutput(ends[0]), firstOutput(ends[1])];
  const quantize = makeNode(uniqueName(`${base}/quantize`), 'QuantizeV2', [value, min, max], {
    T: type('quint8'),
    mode: string('MIN_COMBINED'),
    round_mode: string('HALF_AWAY_FROM_ZERO'),
    narrow_range: bool(false),
    axis: { kind: 'int', value: -1 },
    ensure_minimum_range: { kind: 'float', value: 0 },
  });
  return [...ends, quantize, makeDequantize(uniqueName(`${base}/dequantize`), { value: firstOutput(quantize), min, max }, 'quint8', undefined)];
}

/** Scale = max|w| / 127; -128 stays unused, so that every weight has a negative. */
export const WEIGHT_GRID: WeightGrid = { levels: 127, lowest: -127, smallestScale: 0 };

/** Constants with the INT8 values and the ends of their grid, [-128·scale, 127·scale], and the Dequantize that reads them. */
export function makeQuantizedWeight(constant: Node, { values, scales, axis }: QuantizedWeight, uniqueName: UniqueName): readonly Node[] {
  const hold = (suffix: string, tensor: Tensor): Node =>
    ({ ...makeConstant(uniqueName(`${constant.name}/${suffix}`), tensor, constant.controlInputs), device: constant.device });
  const end = (steps: number): Tensor =>
    ({ dtype: 'float32', shape: axis === undefined ? [] : [scales.length], data: Float32Array.from(scales, (scale) => steps * scale) });
  const stored = hold('int8', { ...values, dtype: 'qint8' });
  const min = hold('int8_min', end(-128));
  const max = hold('int8_max', end(127));
  const inputs = { value: firstOutput(stored), min: firstOutput(min), max: firstOutput(max) };
  return [stored, min, max, makeDequantize(uniqueName(`${constant.name}/dequantize`), inputs, 'qint8', axis)];
}

/** Dequantize to FP32 in mode MIN_COMBINED, the only mode that can also emit BF16 everywhere (dequantize_op.cc). */
function makeDequantize(
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
