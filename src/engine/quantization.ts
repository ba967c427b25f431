import type { Tensor } from './graph/tensor';

/** How an op is computed in INT8 between Dequantize and Quantize. */
export interface QuantizationPattern {
  /** Inputs that carry activations. */
  readonly activations: readonly number[];
  /** The input that carries weights when it is a constant; `axis` is the output-channel axis, undefined = per tensor. */
  readonly weight?: { readonly input: number; readonly axis: number | undefined };
  /** The input with a constant FP32 bias that kernels want on the grid of their accumulator. */
  readonly bias?: number;
}

/** An unsigned 8-bit grid: the number q, in 0…255, stands for (q - zeroPoint)·scale. */
export interface ActivationGrid {
  readonly scale: number;
  readonly zeroPoint: number;
  /** 127 where 7 bits are used. */
  readonly highest?: 127 | 255;
}

/** How a framework's own quantizer lays the grid of activations. */
export interface ActivationRule {
  readonly smallestScale: number;
  /** It computes in FP32: only so are its numbers met bit by bit. */
  readonly isSinglePrecision: boolean;
  /** Activations give up a bit where kernels need that, not weights. */
  readonly reducesRange: boolean;
}

/** Symmetric INT8 weights: the number q of channel c stands for q·scales[c]. */
export interface QuantizedWeight {
  /** As int8, in the weight's own shape. */
  readonly values: Tensor;
  /** One per channel of `axis`, or a single one where that is undefined. */
  readonly scales: Float64Array;
  readonly axis: number | undefined;
}

/** How a framework's own quantizer lays the grid of symmetric INT8 weights. */
export interface WeightGrid {
  /** What the largest magnitude is divided by to give the scale. */
  readonly levels: number;
  /** Least number of the grid. */
  readonly lowest: number;
  /** Greatest number of the grid; 127 where there is none. */
  readonly highest?: number;
  readonly smallestScale: number;
  /** The framework computes in FP32, and multiplies by 1/scale instead of dividing: only so are its numbers met bit by bit. */
  readonly isSinglePrecision?: boolean;
}
