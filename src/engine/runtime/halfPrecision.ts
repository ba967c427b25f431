import { bfloat16Bits } from '../graph/bfloat16';
import type { DataType } from '../graph/dataType';
import { float16Bits, float16Value } from '../graph/float16';
import type { Tensor } from '../graph/tensor';
import { takeBuffer } from './bufferPool';

/** Whether arithmetic on this type is done in float32 and rounded back. */
export function isHalf(dtype: DataType): boolean {
  return dtype === 'bfloat16' || dtype === 'float16';
}

/** A bfloat16 or float16 tensor as float32, exactly; any other tensor unchanged. */
export function widened(tensor: Tensor): Tensor {
  if (!isHalf(tensor.dtype)) return tensor;
  const bits = tensor.data as Uint16Array;
  if (tensor.dtype === 'bfloat16') {
    const words = new Uint32Array(takeBuffer(bits.length * 4));
    for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
    return { dtype: 'float32', shape: tensor.shape, data: new Float32Array(words.buffer) };
  }
  return { dtype: 'float32', shape: tensor.shape, data: Float32Array.from(bits, float16Value) };
}

/** A float tensor rounded to bfloat16 or float16, nearest even; other tensors and target types unchanged. */
export function rounded(tensor: Tensor, dtype: DataType | undefined): Tensor {
  if (dtype === undefined || !isHalf(dtype) || (tensor.dtype !== 'float32' && tensor.dtype !== 'float64')) return tensor;
  const source = tensor.data as Float32Array;
  const bits = new Uint16Array(takeBuffer(source.length * 2));
  const convert = dtype === 'bfloat16' ? bfloat16Bits : float16Bits;
  for (let i = 0; i < source.length; i++) bits[i] = convert(source[i]!);
  return { dtype, shape: tensor.shape, data: bits };
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function bfloat16Rounded(value: number): number {
  word[0] = bfloat16Bits(value) << 16;
  return float[0]!;
}

/** What rounds a number to a half-precision type, nearest even; for any other type the number itself: for kernels that round between their steps. */
export function halfRounding(dtype: DataType | undefined): (x: number) => number {
  if (dtype === 'float16') return (x) => float16Value(float16Bits(x));
  return dtype === 'bfloat16' ? bfloat16Rounded : (x) => x;
}
