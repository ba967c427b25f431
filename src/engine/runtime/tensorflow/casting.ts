import { UserError } from '../../errors';
import type { Operation, Operations } from '../operation';
import { isHalf, rounded, widened } from '../halfPrecision';
import { allocate, isBigInt, type NumberArray } from '../tensors';

/**
 * Cast: float to integer truncates towards zero (NaN and what does not fit become the smallest integer, as on x86), to
 * bool tests for non-zero, to bfloat16 and float16 rounds to nearest even; `Truncate` chops instead.
 */
const cast: Operation = (context) => {
  const given = context.input(0);
  const target = context.type('DstT', given.dtype);
  if (given.dtype === target) return [given];
  if (given.dtype === 'string' || target === 'string') throw new UserError('Strings cannot be cast');
  const x = widened(given);
  if (isHalf(target)) {
    const single = castNumbers(x, 'float32');
    return [context.bool('Truncate', false) && target === 'bfloat16' ? chopped(single) : rounded(single, target)];
  }
  return [castNumbers(x, target)];
};

function castNumbers(x: ReturnType<typeof widened>, target: typeof x.dtype): typeof x {
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

function chopped(x: ReturnType<typeof widened>): typeof x {
  const words = new Uint32Array((x.data as Float32Array).slice().buffer);
  return { dtype: 'bfloat16', shape: x.shape, data: Uint16Array.from(words, (word) => word >>> 16) };
}

/** The same bytes under another type; the last axis takes up the difference in size. */
const bitcast: Operation = (context) => {
  const x = context.input(0);
  const target = context.type('type', x.dtype);
  const bytes = x.data as Uint8Array;
  const data = allocate(target, 0) as Uint8Array;
  const [from, to] = [bytes.BYTES_PER_ELEMENT, data.BYTES_PER_ELEMENT];
  const Storage = data.constructor as new (buffer: ArrayBufferLike) => Uint8Array;
  const shape = from === to ? x.shape : from > to ? [...x.shape, from / to] : x.shape.slice(0, -1);
  return [{ dtype: target, shape, data: new Storage(bytes.slice().buffer) }];
};

export const casting: Operations = { Cast: cast, Bitcast: bitcast };
