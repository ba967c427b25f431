import type { FloatType } from '../../dialect';
import type { ActivationGrid, QuantizedWeight, WeightGrid } from '../../quantization';
import type { UniqueName } from '../../graph/freeName';
import type { Attribute } from '../../graph/attribute';
import { decodeBfloat16, encodeBfloat16 } from '../../graph/bfloat16';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { ROUNDED_AT_ONCE, roundedBytes } from '../roundedBytes';
import { dataTypeToEnum } from './dataTypes';
import { makeInitializer, makeNode } from './node';
import { decodeTensor, encodeTensor, rawTensor } from './tensor';
import type { TensorValue } from './tensorProto';

/**
 * QuantizeLinear and DequantizeLinear came with the operator set before this one, in which onnxruntime cannot load them beside a
 * bias: it quantizes that with a Round, which is newer. Their per-channel form came with the second one.
 */
export const QUANTIZE_OPSET = 11;
export const PER_CHANNEL_OPSET = 13;

const int = (value: number): Attribute => ({ kind: 'int', value });
const firstOutput = (node: Node): ValueRef => ({ node: node.id, output: 0 });

/** An initializer; nothing has to run before it. */
export function makeConstant(name: string, tensor: Tensor): Node {
  return makeInitializer(name, encodeTensor(tensor));
}

/** A Cast, which rounds FP32 to BF16 to nearest even. */
export function makeCast(name: string, input: ValueRef, from: DataType, to: DataType): Node {
  return makeNode({ name, op: 'Cast', inputs: [input], inputTypes: [from], outputType: to, attributes: { to: int(dataTypeToEnum(to)) } });
}

/** QuantizeLinear to uint8 and DequantizeLinear back: q = saturate(round(x / scale) + zero point), halves to even. */
export function makeQuantizeDequantize(base: string, value: ValueRef, { scale, zeroPoint }: ActivationGrid, uniqueName: UniqueName): readonly Node[] {
  const step = makeConstant(uniqueName(`${base}/scale`), { dtype: 'float32', shape: [], data: Float32Array.of(scale) });
  const zero = makeConstant(uniqueName(`${base}/zero_point`), { dtype: 'uint8', shape: [], data: Uint8Array.of(zeroPoint) });
  const grid = [firstOutput(step), firstOutput(zero)];
  const quantize = makeNode({
    name: uniqueName(`${base}/quantize`), op: 'QuantizeLinear', inputs: [value, ...grid], inputTypes: ['float32', 'float32', 'uint8'], outputType: 'uint8',
    minOpset: QUANTIZE_OPSET,
  });
  const dequantize = makeNode({
    name: uniqueName(`${base}/dequantize`), op: 'DequantizeLinear', inputs: [firstOutput(quantize), ...grid], inputTypes: ['uint8', 'float32', 'uint8'],
    outputType: 'float32', minOpset: QUANTIZE_OPSET,
  });
  return [step, zero, quantize, dequantize];
}

/** Scale = max|w| / 127; -128 stays unused, so that every weight has a negative. */
export const WEIGHT_GRID: WeightGrid = { levels: 127, lowest: -127, smallestScale: 2 ** -126 };

/** Initializers with the INT8 values, their scales and zero points, and the DequantizeLinear that reads them. */
export function makeQuantizedWeight(constant: Node, { values, scales, axis }: QuantizedWeight, uniqueName: UniqueName): readonly Node[] {
  return dequantized(constant.name, values, { scales, axis }, uniqueName);
}

/** A bias as int32 on the grid of the accumulator it is added to. */
export function makeQuantizedBias(constant: Node, values: Tensor, scales: Float64Array, uniqueName: UniqueName): readonly Node[] {
  return dequantized(constant.name, values, { scales, axis: scales.length === 1 ? undefined : 0 }, uniqueName);
}

function dequantized(
  name: string, values: Tensor, { scales, axis }: Pick<QuantizedWeight, 'scales' | 'axis'>, uniqueName: UniqueName,
): readonly Node[] {
  const shape = axis === undefined ? [] : [scales.length];
  const stored = makeConstant(uniqueName(`${name}/${values.dtype}`), values);
  const step = makeConstant(uniqueName(`${name}/scale`), { dtype: 'float32', shape, data: Float32Array.from(scales) });
  const zeros = values.dtype === 'int32' ? new Int32Array(scales.length) : new Int8Array(scales.length);
  const zero = makeConstant(uniqueName(`${name}/zero_point`), { dtype: values.dtype, shape, data: zeros });
  const dequantize = makeNode({
    name: uniqueName(`${name}/dequantize`), op: 'DequantizeLinear', inputs: [stored, step, zero].map(firstOutput),
    inputTypes: [values.dtype, 'float32', values.dtype], outputType: 'float32',
    ...(axis === undefined ? { minOpset: QUANTIZE_OPSET } : { attributes: { axis: int(axis) }, minOpset: PER_CHANNEL_OPSET }),
  });
  return [stored, step, zero, dequantize];
}

/** An initializer with the values of a constant, an FP32 or BF16 one, in the other type, rounded to nearest even. */
export function convertConstant(name: string, constant: Node, type: FloatType): Node {
  const value = constant.attributes.get('value');
  const raw = value?.kind === 'tensor' && value.dtype === 'float32' ? (value.value as TensorValue).raw : undefined;
  if (type === 'bfloat16' && value?.kind === 'tensor' && raw !== undefined && raw.length > ROUNDED_AT_ONCE) {
    return makeInitializer(name, rawTensor(type, value.shape, roundedBytes(raw)));
  }
  const { shape, data } = decodeTensor(value, constant.name);
  return makeConstant(name, { dtype: type, shape, data: type === 'bfloat16' ? encodeBfloat16(data as Float32Array) : decodeBfloat16(data as Uint16Array) });
}
