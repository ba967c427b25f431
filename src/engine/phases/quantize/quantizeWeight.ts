import type { QuantizedWeight, WeightGrid } from '../../quantization';
import { NO_FRACTION, roundHalfToEven } from '../../graph/roundHalfToEven';
import { elementCount, type Tensor } from '../../graph/tensor';

const HIGHEST = 127;

/** Share of the largest magnitude that scales of `mse` cover, from all of it downwards. */
const SHARES = Array.from({ length: 40 }, (_, index) => 1 - index / 80);

/**
 * Symmetric INT8 weights: scale = most / levels per channel along `axis` (per tensor when undefined), values rounded to
 * nearest even and clipped. `most` is the largest magnitude, or with `mse` the share of it, between half and all, that gives
 * the least squared error. `weight` is float32 of any shape. Linear.
 */
export function quantizeWeight(weight: Tensor, axis: number | undefined, grid: WeightGrid, algorithm: 'minmax' | 'mse' = 'minmax'): QuantizedWeight {
  const data = weight.data as Float32Array;
  const channels = axis === undefined ? 1 : weight.shape[axis]!;
  const inner = axis === undefined ? data.length : elementCount(weight.shape.slice(axis + 1));
  const largest = largestMagnitudes(data, channels, inner);
  const scales = algorithm === 'minmax' ? largest.map((value) => scaleOf(value, grid)) : leastErrorScales(data, inner, largest, grid);
  const values = roundedToGrid(data, inner, scales, grid);
  return { values: { dtype: 'int8', shape: weight.shape, data: values }, scales, axis };
}

// The loops over elements call nothing: with channels along the last axis a call per channel would be one per element.

function largestMagnitudes(data: Float32Array, channels: number, inner: number): Float64Array {
  const largest = new Float64Array(channels);
  for (let at = 0; at < data.length;) {
    for (let channel = 0; channel < channels; channel++) {
      let most = largest[channel]!;
      for (const end = at + inner; at < end; at++) {
        const magnitude = Math.abs(data[at]!);
        if (magnitude > most) most = magnitude;
      }
      largest[channel] = most;
    }
  }
  return largest;
}

/** Each value in steps of its channel's scale, rounded to nearest even and clipped. */
function roundedToGrid(data: Float32Array, inner: number, scales: Float64Array, { lowest, highest = HIGHEST, isSinglePrecision }: WeightGrid): Int8Array {
  const values = new Int8Array(data.length);
  const factors = scales.map((scale) => Math.fround(1 / scale));
  for (let at = 0; at < data.length;) {
    for (let channel = 0; channel < scales.length; channel++) {
      const scale = scales[channel]!;
      const factor = factors[channel]!;
      for (const end = at + inner; at < end; at++) {
        const steps = isSinglePrecision === true ? Math.fround(data[at]! * factor) : data[at]! / scale;
        const rounded = steps + NO_FRACTION - NO_FRACTION;
        values[at] = rounded > highest ? highest : rounded < lowest ? lowest : rounded;
      }
    }
  }
  return values;
}

/** Of the scales of each channel the one with the least squared error, of equals the largest. Channels change every `inner` elements. */
function leastErrorScales(data: Float32Array, inner: number, largest: Float64Array, grid: WeightGrid): Float64Array {
  const channels = largest.length;
  const best = new Float64Array(channels);
  const least = new Float64Array(channels).fill(Infinity);
  for (const share of SHARES) {
    const scales = largest.map((value) => scaleOf(value * share, grid));
    const errors = new Float64Array(channels);
    for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
      const scale = scales[channel]!;
      let error = 0;
      for (let i = start; i < start + inner; i++) {
        const value = data[i]!;
        const difference = value - scale * Math.max(grid.lowest, Math.min(grid.highest ?? HIGHEST, roundHalfToEven(value / scale)));
        error += difference * difference;
      }
      errors[channel]! += error;
    }
    for (let channel = 0; channel < channels; channel++) {
      if (errors[channel]! >= least[channel]!) continue;
      [least[channel], best[channel]] = [errors[channel]!, scales[channel]!];
    }
  }
  return best;
}

function scaleOf(largest: number, { levels, smallestScale, isSinglePrecision }: WeightGrid): number {
  if (isSinglePrecision === true) return Math.max(smallestScale, Math.fround(largest / levels));
  return Math.max(smallestScale, largest > 0 ? largest / levels : 1 / levels);
}
