import { roundHalfToEven } from '../../graph/roundHalfToEven';
import type { Tensor } from '../../graph/tensor';

const MOST = 2 ** 31 - 1;

/** int32 values, and the scale of each or one for all. */
export interface QuantizedBias {
  readonly values: Tensor;
  readonly scales: Float64Array;
}

/**
 * A bias on the grid of the INT8 accumulator it is added to: its steps are those of the activation times those of the
 * weight (Jacob et al., "Quantization and Training of Neural Networks", 2018, section 2.4). Undefined where a number is too
 * large for int32.
 */
export function quantizeBias(bias: Tensor, activationScale: number, weightScales: Float64Array): QuantizedBias | undefined {
  const data = bias.data as Float32Array;
  // What is written is FP32, and what is read back must be on the grid that is written.
  const scales = weightScales.map((scale) => Math.fround(Math.fround(activationScale) * Math.fround(scale)));
  if (scales.length !== 1 && scales.length !== data.length) return undefined;
  const values = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = roundHalfToEven(data[i]! / scales[scales.length === 1 ? 0 : i]!);
    if (!(Math.abs(value) <= MOST)) return undefined;
    values[i] = value;
  }
  return { values: { dtype: 'int32', shape: bias.shape, data: values }, scales };
}
