import type { DataType } from '../graph/dataType';
import type { Tensor, TensorData } from '../graph/tensor';
import { widened } from '../runtime/halfPrecision';

/** What there is to say of an array without holding it. */
export interface ArraySummary {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Smallest and largest finite element; undefined where there is none. */
  readonly range: readonly [number, number] | undefined;
  /** The first that is NaN or infinite. */
  readonly nonFinite: { readonly element: number; readonly value: number } | undefined;
}

/** Collects the summary of an array whose elements come piece by piece, in order. Strings have no range. */
export function summarizer(
  dtype: DataType, shape: readonly number[],
): { readonly add: (piece: TensorData) => void; readonly summary: () => ArraySummary } {
  let [min, max, seen] = [Infinity, -Infinity, 0];
  let nonFinite: ArraySummary['nonFinite'];
  return {
    add(piece) {
      if (dtype === 'string') return;
      const values = widened({ dtype, shape, data: piece }).data as Float32Array;
      for (let i = 0; i < values.length; i++) {
        const value = Number(values[i]);
        if (value - value !== 0) nonFinite ??= { element: seen + i, value };
        else {
          if (value < min) min = value;
          if (value > max) max = value;
        }
      }
      seen += values.length;
    },
    summary: () => ({ dtype, shape, range: min <= max ? [min, max] : undefined, nonFinite }),
  };
}

/** The summary of an array that is there. */
export function summarize({ dtype, shape, data }: Tensor): ArraySummary {
  const { add, summary } = summarizer(dtype, shape);
  add(data);
  return summary();
}
