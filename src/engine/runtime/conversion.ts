import type { DataType } from '../graph/dataType';
import type { Tensor } from '../graph/tensor';
import { isHalf, rounded, widened } from './halfPrecision';
import { allocate, isBigInt, type NumberArray } from './tensors';

/**
 * The numbers under another element type: float to integer truncates towards zero (NaN and what does not fit become the
 * smallest integer, as on x86), to bool tests for non-zero, to bfloat16 and float16 rounds to nearest even.
 */
export function converted(tensor: Tensor, target: DataType): Tensor {
  if (tensor.dtype === target) return tensor;
  const x = widened(tensor);
  return isHalf(target) ? rounded(castNumbers(x, 'float32'), target) : castNumbers(x, target);
}

function castNumbers(x: Tensor, target: DataType): Tensor {
  if (x.dtype === target) return x;
  const data = allocate(target, x.data.length);
  const source = x.data as ArrayLike<number | bigint>;
  const toBigInt = isBigInt({ ...x, data });
  const toFloat = target === 'float32' || target === 'float64';
  for (let i = 0; i < data.length; i++) {
    const value = source[i]!;
    if (target === 'bool') (data as NumberArray)[i] = Number(value) !== 0 ? 1 : 0;
    else if (toBigInt) (data as BigInt64Array)[i] = typeof value === 'bigint' ? value : toInt64(value);
    else if (typeof value === 'bigint') (data as NumberArray)[i] = toFloat ? Number(value) : Number(BigInt.asIntN(32, value));
    else (data as NumberArray)[i] = toFloat || Math.abs(value) < 2 ** 32 ? value : -(2 ** 31);
  }
  return { dtype: target, shape: x.shape, data };
}

function toInt64(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}
