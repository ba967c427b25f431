/** Where the channels of an activation are: its last axis, or the second one. */
export type ChannelPosition = 'last' | 'second';

/** An op whose output channels scale with slices of its weight. */
export interface LinearOp {
  /** The input that carries the weight. */
  readonly weight: number;
  /** Neighbouring axes of the weight which, taken together in row-major order, number the output channels. */
  readonly channelAxes: readonly number[];
  /** Rank of the result, and where its channels are. */
  readonly rank: number;
  readonly channels: ChannelPosition;
  /** The input that carries a bias, where the op adds one itself. */
  readonly bias?: number;
}

/**
 * A node that computes x·scale + shift with one scale and shift per channel once its operands (indices of inputs) are
 * constant. The operand of add, subtract and multiply broadcasts as in NumPy; a bias and the four vectors of an
 * inference batch normalisation have one element per channel.
 */
export type ChannelwiseStep =
  | { readonly kind: 'add' | 'subtract' | 'multiply'; readonly operand: number }
  | { readonly kind: 'bias'; readonly operand: number; readonly channels: ChannelPosition }
  | {
      readonly kind: 'batch-norm';
      readonly scale: number;
      readonly offset: number;
      readonly mean: number;
      readonly variance: number;
      readonly epsilon: number;
      readonly channels: ChannelPosition;
      /** The framework folds it in FP32, step by step: only so are the folded weights met bit by bit. */
      readonly isSinglePrecision?: boolean;
    };
