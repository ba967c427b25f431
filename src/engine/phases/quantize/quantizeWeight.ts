import type { QuantizedWeight, WeightGrid } from '../../dialect';
import { elementCount, type Tensor } from '../../graph/tensor';

const HIGHEST = 127;

/**
 * Symmetric INT8 weights: scale = max|w| / levels per channel along `axis` (per tensor when undefined), values rounded to
 * nearest even. `weight` is float32 of any shape.
 */
export function quantizeWeight(weight: Tensor, axis: number | undefined, { levels, lowest, smallestScale }: WeightGrid): QuantizedWeight {
  const data = weight.data as Float32Array;
  const channels = axis === undefined ? 1 : weight.shape[axis]!;
  const inner = axis === undefined ? data.length : elementCount(weight.shape.slice(axis + 1));
  const largest = new Float64Array(channels);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    let most = largest[channel]!;
    for (let i = start; i < start + inner; i++) most = Math.max(most, Math.abs(data[i]!));
    largest[channel] = most;
  }
  const scales = largest.map((value) => Math.max(smallestScale, value > 0 ? value / levels : 1 / levels));
  const values = new Int8Array(data.length);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    const scale = scales[channel]!;
    for (let i = start; i < start + inner; i++) values[i] = Math.max(lowest, Math.min(HIGHEST, roundHalfToEven(data[i]! / scale)));
  }
  return { values: { dtype: 'int8', shape: weight.shape, data: values }, scales, axis };
}

/** 1.5·2^52: doubles of its size have no fraction, so that adding it rounds to nearest even. */
const NO_FRACTION = 6755399441055744;

/** For numbers below 2^51. */
export function roundHalfToEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
