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
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;

  const largest = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = channels === 1 ? 0 : channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(data[i]!));
  }
  const scales = largest.map((value) => (value > 0 ? value / LEVELS : 1 / LEVELS));
  const values = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const scaled = data[i]! / scales[channels === 1 ? 0 : channelOf(i)]!;
    values[i] = Math.max(-LEVELS, Math.min(LEVELS, roundHalfToEven(scaled)));
  }
  const shape = axis === undefined ? [] : [channels];
  return {
    values: { dtype: 'qint8', shape: weight.shape, data: values },
    min: { dtype: 'float32', shape, data: Float32Array.from(scales, (scale) => -(LEVELS + 1) * scale) },
    max: { dtype: 'float32', shape, data: Float32Array.from(scales, (scale) => LEVELS * scale) },
  };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
