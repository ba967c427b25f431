import type { Histogram } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import { decodeBfloat16 } from '../graph/bfloat16';
import type { DataType } from '../graph/dataType';
import { float16Value } from '../graph/float16';
import type { Node } from '../graph/graph';
import type { Tensor } from '../graph/tensor';

const BINS = 32;
/** Larger constants are sampled in runs of neighbours, so that every channel is met, spread evenly over the tensor. */
const RUN = 1024;
const MOST_RUNS = 4096;
/** Beyond this squares overflow: what is larger, such as a mask of -DBL_MAX, counts as infinite. */
const LARGEST = 2 ** 500;

type Numbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

const asTheyAre = (data: Numbers): Numbers => data;

/** Values of a part of a tensor's data, by the element types weights have: floats, and integers that stand for floats. */
const DECODE: Partial<Record<DataType, (data: Numbers) => Numbers>> = {
  float32: asTheyAre, float64: asTheyAre, int8: asTheyAre, uint8: asTheyAre,
  qint8: asTheyAre, quint8: asTheyAre, qint16: asTheyAre, quint16: asTheyAre, qint32: asTheyAre,
  bfloat16: (bits) => decodeBfloat16(bits as Uint16Array),
  float16: (bits) => Float32Array.from(bits, float16Value),
};

const known = new WeakMap<Node, Histogram>();

/**
 * Distribution of a constant's values; undefined for one without values or of a type no weights have, such as indices and
 * texts. Looks at 4 Mi values at most. Made once per constant. Throws UserError as `constantTensor` does.
 */
export function histogramOf(constant: Node, dialect: Dialect): Histogram | undefined {
  const dtype = dialect.outputTypes(constant)[0];
  if (dtype === undefined || DECODE[dtype] === undefined) return undefined;
  let histogram = known.get(constant);
  if (histogram === undefined) {
    const tensor = dialect.constantTensor(constant);
    if (tensor.data.length === 0) return undefined;
    known.set(constant, (histogram = tensorHistogram(tensor)));
  }
  return histogram;
}

/** Distribution of the values of a tensor of an element type that weights have. */
export function tensorHistogram({ dtype, data }: Tensor): Histogram {
  const sums = { count: 0, finite: 0, zeros: 0, nan: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };
  for (const values of runsOf(data as Numbers, DECODE[dtype]!)) addTo(sums, values);
  const { count, finite, zeros, nan, mean, squares, min, max } = sums;
  const apart = { nan, infinite: count - finite - nan, count, ...(count < data.length ? { sampled: true as const } : {}) };
  if (finite === 0) return { bins: [], min: 0, max: 0, mean: 0, standardDeviation: 0, zeros: 0, ...apart };
  const bins = new Array<number>(BINS).fill(0);
  for (const values of runsOf(data as Numbers, DECODE[dtype]!)) countInto(bins, values, min, max);
  // Of the two zeros the positive one.
  return { bins, min: min + 0, max: max + 0, mean, standardDeviation: Math.sqrt(squares / finite), zeros: zeros / finite, ...apart };
}

/** All the values in runs, or those of evenly spread runs where there are too many. */
function* runsOf(data: Numbers, decode: (data: Numbers) => Numbers): Generator<Numbers> {
  const runs = Math.min(Math.ceil(data.length / RUN), MOST_RUNS);
  const step = data.length > runs * RUN ? (data.length - RUN) / (runs - 1) : RUN;
  for (let run = 0; run < runs; run++) {
    const start = Math.floor(run * step);
    yield decode(data.subarray(start, start + RUN));
  }
}

interface Sums {
  count: number;
  finite: number;
  zeros: number;
  nan: number;
  mean: number;
  /** Squared distances from the mean. */
  squares: number;
  min: number;
  max: number;
}

/** One pass for mean and deviation that loses no digits to large sums: Welford, Technometrics 4 (1962). */
function addTo(sums: Sums, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sums.count++;
    if (!isCounted(value)) {
      if (Number.isNaN(value)) sums.nan++;
      continue;
    }
    if (value === 0) sums.zeros++;
    if (value < sums.min) sums.min = value;
    if (value > sums.max) sums.max = value;
    const distance = value - sums.mean;
    sums.mean += distance / ++sums.finite;
    sums.squares += distance * (value - sums.mean);
  }
}

function countInto(bins: number[], values: Numbers, min: number, max: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!isCounted(value)) continue;
    // The largest value belongs to the last bin.
    bins[max > min ? Math.min(BINS - 1, Math.floor(((value - min) / (max - min)) * BINS)) : 0]!++;
  }
}

function isCounted(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}
