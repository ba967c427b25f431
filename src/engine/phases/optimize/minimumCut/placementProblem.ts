/** Classes of a type group. */
export const FREE = 0;
export const FP32 = 1;
export const BF16 = 2;

/**
 * Where Casts should stand, without names: type groups that are BF16 or FP32, and the values between them. All costs and
 * rewards are whole numbers, so that sums are exact.
 */
export interface PlacementProblem {
  /** FREE, FP32 or BF16 for each group. */
  readonly classes: Uint8Array;
  /** What each group gains by being BF16; not negative. */
  readonly rewards: Float64Array;
  /** Of each value, the group that makes it; -1 for a constant, which exists in either type or both and is never cast. */
  readonly producers: Int32Array;
  /** Readers of value v are readers[firstReader[v]] … readers[firstReader[v + 1] - 1], groups; one may appear twice. */
  readonly firstReader: Int32Array;
  readonly readers: Int32Array;
  /** Of each reader, 1 where it takes BF16 as it is even if it is FP32 itself: no Cast to FP32 stands for it. */
  readonly promotes: Uint8Array;
  /** Paid once when some reader is BF16 and the producer is not (for a constant: when some reader is BF16). */
  readonly costToBf16: Float64Array;
  /** Paid once when some reader is FP32 and the producer is not (for a constant: when some reader is FP32). */
  readonly costToFp32: Float64Array;
  /** Pairs of groups that must agree: 2k and 2k + 1. */
  readonly ties: Int32Array;
}

/** The cheapest choice: costs minus rewards are least, and among equals the fewest groups are BF16. */
export interface Placement {
  /** 1 where the group is BF16. */
  readonly isBf16: Uint8Array;
  /** Costs paid minus rewards gained. */
  readonly cost: number;
  /**
   * Of the Cast of value `value` to `type`: two groups, one fixed (or rewarded) BF16 and one fixed FP32, between which the
   * maximum flow passes through this Cast. Undefined where no such Cast stands, it costs nothing, or only a constant's costs
   * stand against it.
   */
  cause(value: number, type: 'bf16' | 'fp32'): { readonly bf16: number; readonly fp32: number } | undefined;
}
