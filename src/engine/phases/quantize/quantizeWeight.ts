import { elementCount, type Tensor } from '../../graph/tensor';

/** INT8 weights and the ends of their grid: one pair per channel of `axis`, or a single pair. */
export interface QuantizedWeight {
  readonly values: Tensor;
  readonly min: Tensor;
  readonly max: Tensor;
}

/** Largest magnitude of a symmetric signed 8-bit grid. */
const LEVELS = 127;

/**
 * Symmetric INT8 weights: scale = max|w| / 127 per channel along `axis` (per tensor when undefined), values rounded to
 * nearest even and never -128. The grid's range is [-128·scale, 127·scale]. `weight` is float32 of any shape.
 */
export function quantizeWeight(weight: Tensor, axis: number | undefined): QuantizedWeight {
  const data = weight.data as Float32Array;
  const channels = axis === undefined ? 1 : weight.shape[axis]!;
  const inner = axis === undefined ? data.length : elementCount(weight.shape.slice(axis + 1));
  const largest = new Float64Array(channels);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    let most = largest[channel]!;
    for (let i = start; i < start + inner; i++) most = Math.max(most, Math.abs(data[i]!));
    largest[channel] = most;
  }
  const scales = largest.map((value) => (value > 0 ? value / LEVELS : 1 / LEVELS));
  const values = new Int8Array(data.length);
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % channels) {
    const scale = scales[channel]!;
    for (let i = start; i < start + inner; i++) values[i] = Math.max(-LEVELS, Math.min(LEVELS, roundHalfToEven(data[i]! / scale)));
  }
  const shape = axis === undefined ? [] : [channels];
  return {
    values: { dtype: 'qint8', shape: weight.shape, data: values },
    min: { dtype: 'float32', shape, data: Float32Array.from(scales, (scale) => -(LEVELS + 1) * scale) },
    max: { dtype: 'float32', shape, data: Float32Array.from(scales, (scale) => LEVELS * scale) },
  };
}

/** 1.5·2^52: doubles of its size have no fraction, so that adding it rounds to nearest even. */
const NO_FRACTION = 6755399441055744;

/** For numbers below 2^51. */
function roundHalfToEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
