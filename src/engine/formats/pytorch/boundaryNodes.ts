import type { FloatType } from '../../dialect';
import type { ActivationGrid, ActivationRule, QuantizedWeight, WeightGrid } from '../../quantization';
import type { UniqueName } from '../../graph/freeName';
import { decodeBfloat16, encodeBfloat16 } from '../../graph/bfloat16';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { roundedStorage } from './roundedStorage';
import { type NodeSource, sourceOf } from './source';
import { decodeTensor, encodeTensor, tensorAttribute } from './storage';

const type = (value: DataType): Attribute => ({ kind: 'type', value });
const float = (value: number): Attribute => ({ kind: 'float', value });
const int = (value: number): Attribute => ({ kind: 'int', value });
const operand = (input: number): Attribute => ({ kind: 'operands', isList: false, value: [{ input }] });

/** Ops that convert between types, by their name in the graph. */
const CASTS: ReadonlySet<string> = new Set(['aten.to.dtype', 'aten.to.dtype_layout', 'aten._to_copy']);
/** What a Cast may say besides: nothing of it changes values. */
const HARMLESS: ReadonlySet<string> = new Set(['self', 'dtype', 'layout', 'device', 'pin_memory', 'non_blocking', 'copy']);

const QUANTIZE = 'quantized_decomposed.quantize_per_tensor';
const DEQUANTIZE = 'quantized_decomposed.dequantize_per_tensor';
const DEQUANTIZE_CHANNELS = 'quantized_decomposed.dequantize_per_channel';

/** Whether the node only converts a tensor to another type. One whose memory is changed in place does more than that. */
export function isCast(node: Node): boolean {
  return CASTS.has(node.op) && sourceOf(node).origin?.fixed === undefined && node.attributes.get('dtype')?.kind === 'type' && [...node.attributes.keys()].every((name) => HARMLESS.has(name));
}

export function isQuantize({ op }: Node): boolean {
  return op.startsWith('quantized_decomposed.quantize_per_');
}

export function isDequantize({ op }: Node): boolean {
  return op.startsWith('quantized_decomposed.dequantize_per_');
}

interface Types {
  readonly inputs: readonly (DataType | undefined)[];
  readonly output: DataType;
}

function makeNode(name: string, op: string, inputs: readonly ValueRef[], { inputs: inputTypes, output }: Types, attributes: Record<string, Attribute>): Node {
  const source: NodeSource = { inputTypes, outputTypes: [output] };
  return { id: name, name, op, inputs, controlInputs: [], attributes: new Map(Object.entries(attributes)), source };
}

/** A buffer holding `tensor`. */
export function makeConstant(name: string, tensor: Tensor, controlInputs: readonly string[]): Node {
  return { ...constantNode(name, encodeTensor(tensor)), controlInputs };
}

function constantNode(name: string, value: Attribute): Node {
  if (value.kind !== 'tensor') throw new Error(`${name} has no tensor`);
  return makeNode(name, 'buffer', [], { inputs: [], output: value.dtype }, { value });
}

/** A constant with the values of `constant`, an FP32 or BF16 one, in the other type, rounded to nearest even; it can take over its name in the file. */
export function convertConstant(name: string, constant: Node, dtype: FloatType): Node {
  const node = constantNode(name, convertedValue(constant, dtype));
  return standingFor(node, constant);
}

function convertedValue(constant: Node, dtype: FloatType): Attribute {
  const value = constant.attributes.get('value');
  if (dtype === 'bfloat16' && value?.kind === 'tensor') return roundedStorage(value, constant.name);
  const { shape, data } = decodeTensor(value, constant.name);
  const converted = dtype === 'bfloat16' ? encodeBfloat16(data as Float32Array) : decodeBfloat16(data as Uint16Array);
  return encodeTensor({ dtype, shape, data: converted });
}

/** The node as one that is written under the name of `constant` once that one is gone. */
function standingFor(node: Node, constant: Node): Node {
  const { origin, standsFor } = sourceOf(constant);
  return { ...node, op: constant.op, source: { ...sourceOf(node), standsFor: origin?.tensor === undefined ? standsFor : constant.id } satisfies NodeSource };
}

/** A conversion that rounds to nearest even, as a traced `.to(dtype)` has it. */
export function makeCast(name: string, input: ValueRef, from: DataType, to: DataType): Node {
  return makeNode(name, 'aten.to.dtype', [input], { inputs: [from], output: to }, { self: operand(0), dtype: type(to) });
}

/** Quantize to uint8 and Dequantize back, in the reference form of torch.export quantization (torch/ao/quantization/fx/_decomposed.py). */
export function makeQuantizeDequantize(base: string, value: ValueRef, { scale, zeroPoint, highest = 255 }: ActivationGrid, uniqueName: UniqueName): readonly Node[] {
  const grid = { scale: float(scale), zero_point: int(zeroPoint), quant_min: int(0), quant_max: int(highest), dtype: type('uint8') };
  const quantize = makeNode(uniqueName(`${base}/quantize`), QUANTIZE, [value], { inputs: ['float32'], output: 'uint8' }, { input: operand(0), ...grid });
  const read: ValueRef = { node: quantize.id, output: 0 };
  return [quantize, makeNode(uniqueName(`${base}/dequantize`), DEQUANTIZE, [read], { inputs: ['uint8'], output: 'float32' }, { input: operand(0), ...grid })];
}

/** As torchao's observers lay it (quantization/pt2e/observer.py), with the epsilon and the reduced range of X86InductorQuantizer. */
export const ACTIVATION_RULE: ActivationRule = { smallestScale: 2 ** -12, isSinglePrecision: true, reducesRange: true };

/** Scale = max|w| / 127.5, as torchao's per-channel observer takes it, and at least its epsilon of 2^-12. */
export const WEIGHT_GRID: WeightGrid = { levels: 127.5, lowest: -128, smallestScale: 2 ** -12, isSinglePrecision: true };

/** Buffers with the INT8 values and their scales, and the Dequantize that reads them. */
export function makeQuantizedWeight(constant: Node, { values, scales, axis }: QuantizedWeight, uniqueName: UniqueName): readonly Node[] {
  const stored = standingFor(constantNode(uniqueName(`${constant.name}/int8`), encodeTensor(values)), constant);
  const range = { quant_min: int(-128), quant_max: int(127), dtype: type('int8') };
  const name = uniqueName(`${constant.name}/dequantize`);
  const weight: ValueRef = { node: stored.id, output: 0 };
  if (axis === undefined) {
    const grid = { input: operand(0), scale: float(scales[0]!), zero_point: int(0), ...range };
    return [stored, makeNode(name, DEQUANTIZE, [weight], { inputs: ['int8'], output: 'float32' }, grid)];
  }
  const count = scales.length;
  const scale = constantNode(uniqueName(`${constant.name}/scale`), encodeTensor({ dtype: 'float32', shape: [count], data: Float32Array.from(scales) }));
  const zero = constantNode(uniqueName(`${constant.name}/zero_point`), tensorAttribute('int64', [count], new Uint8Array(8 * count)));
  const inputs = [weight, { node: scale.id, output: 0 }, { node: zero.id, output: 0 }];
  const types: Types = { inputs: ['int8', 'float32', 'int64'], output: 'float32' };
  const grid = { input: operand(0), scales: operand(1), zero_points: operand(2), axis: int(axis), ...range };
  return [stored, scale, zero, makeNode(name, DEQUANTIZE_CHANNELS, inputs, types, grid)];
}
