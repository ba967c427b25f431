import type { EdgeMark } from './picture';
import type { PhaseName, Precision } from './precision';

/** An op, or a value the caller fetches, that leaves a Cast no choice. */
export interface CastEnd {
  readonly precision: 'fp32' | 'bf16';
  readonly name: string;
  /** Id to go to. */
  readonly node?: string;
  /** What is said of it after its name: `is to be BF16: Listed in bf16_ops (MatMul).` */
  readonly text: string;
  readonly configKey?: string;
}

export interface CastDetails {
  /** As on its mark: `F→B`. */
  readonly label: string;
  /** `FP32 to BF16`. */
  readonly types: string;
  /** The two ends it stands between, that of its input's type first; absent where the placement proves nothing of it. */
  readonly forcedBy?: { readonly from: CastEnd; readonly to: CastEnd; readonly conclusion: string };
}

export interface NodeDetails {
  readonly id: string;
  readonly name: string;
  /** Name in the opened model, where the node has another one now. */
  readonly sourceName?: string;
  readonly op: string;
  readonly precision: Precision | undefined;
  readonly why: { readonly text: string; readonly configKey?: string };
  readonly inputs: readonly ValueDetails[];
  readonly outputs: readonly ValueDetails[];
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** Set for a Cast between two float types; `why` then is one text of all that `forcedBy` says. */
  readonly cast?: CastDetails;
  /** Changes up to the shown snapshot that touched this node, in order. */
  readonly changes: readonly NodeChange[];
}

/** A change of a node: the one at `index` of the ChangeTable of `snapshot`. */
export interface NodeChange {
  readonly phase: PhaseName;
  readonly rule: string;
  readonly reason: string;
  readonly snapshot: number;
  readonly index: number;
}

export interface ValueDetails {
  /** Name of the op that made it for inputs, of the value for outputs. */
  readonly name: string;
  /** Display node to jump to, where there is one. */
  readonly node?: string;
  /** Casts, Quantize and Dequantize between that display node and the reader, in this order. */
  readonly through?: readonly BoundaryLink[];
  readonly dtype: string;
  readonly shape: string;
  /** What calibration saw: `-1.5 … 6.31`; also as numbers. */
  readonly range?: string;
  readonly min?: number;
  readonly max?: number;
  /** Set for weights: `3×3×16×32, qint8, 4.6 kB`. */
  readonly constant?: string;
  /** Of a constant of floating-point or quantized numbers, as they are in the shown snapshot. */
  readonly histogram?: Histogram;
  /** For outputs: who reads the value, but not more than 50; `readers` is how many there are. */
  readonly consumers?: readonly ConsumerDetails[];
  readonly readers?: number;
}

/** An op, or the end of an output, that reads a value. */
export interface ConsumerDetails {
  readonly name: string;
  /** Display node to jump to, where there is one. */
  readonly node?: string;
  /** Index into its inputs. */
  readonly input: number;
  /** Casts, Quantize and Dequantize on the way, in this order. */
  readonly through?: readonly BoundaryLink[];
}

/** How the values of a tensor are distributed. NaN and infinite values are counted apart and in no other number. */
export interface Histogram {
  /** Values in each of 32 equal bins from `min` to `max`; empty where no value is finite, all numbers then being 0. */
  readonly bins: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Share of finite values that are zero: 0 … 1. */
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
  /** Values looked at. */
  readonly count: number;
  /** Set where those are a sample, spread evenly. */
  readonly sampled?: true;
}

/** A Cast, Quantize or Dequantize to go to. */
export interface BoundaryLink {
  readonly id: string;
  readonly kind: EdgeMark['kind'];
  /** `F→B`, `F→8`, `8→F`. */
  readonly label: string;
}
