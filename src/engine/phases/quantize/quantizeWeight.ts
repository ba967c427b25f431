import type { QuantizedWeight, WeightGrid } from '../../dialect';
import { elementCount, type Tensor } from '../../graph/tensor';

const HIGHEST = 127;

/**
 * Symmetric INT8 weights: scale = max|w| / levels per channel along `axis` (per tensor when undefined), values rounded to
 * nearest even. `weight` is float32 of any shape.
 */
export function quantizeWeight(weight: Tensor, axis: number | undefined, grid: WeightGrid): QuantizedWeight {
  const data = weight.data as Float32Array;
  const channels = axis === undefined ? 1 : weight.shape[axis]!;
  const inner = axis === undefined ? data.length : elementCount(weight.shape.slice(axis + 1));
  const largest = new Float64Array(channels);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    let most = largest[channel]!;
    for (let i = start; i < start + inner; i++) most = Math.max(most, Math.abs(data[i]!));
    largest[channel] = most;
  }
  const scales = largest.map((value) => scaleOf(value, grid));
  const values = new Int8Array(data.length);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    const steps = stepsOf(scales[channel]!, grid);
    for (let i = start; i < start + inner; i++) values[i] = Math.max(grid.lowest, Math.min(HIGHEST, roundHalfToEven(steps(data[i]!))));
  }
  return { values: { dtype: 'int8', shape: weight.shape, data: values }, scales, axis };
}

function scaleOf(largest: number, { levels, smallestScale, isSinglePrecision }: WeightGrid): number {
  if (isSinglePrecision === true) return Math.max(smallestScale, Math.fround(largest / levels));
  return Math.max(smallestScale, largest > 0 ? largest / levels : 1 / levels);
}

/** How many steps of `scale` a value is from zero, not yet rounded. */
function stepsOf(scale: number, { isSinglePrecision }: WeightGrid): (value: number) => number {
  if (isSinglePrecision !== true) return (value) => value / scale;
  const factor = Math.fround(1 / scale);
  return (value) => Math.fround(value * factor);
}

/** 1.5·2^52: doubles of its size have no fraction, so that adding it rounds to nearest even. */
const NO_FRACTION = 6755399441055744;

/** For numbers below 2^51. */
export function roundHalfToEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
