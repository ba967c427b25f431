import type { ChannelwiseStep, LinearOp } from '../../linearOp';
import { elementCount, type Tensor } from '../../graph/tensor';

/** y = x·scale + shift, one of each per output channel. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

export function identityAffine(channels: number): Affine {
  return { scale: new Float64Array(channels).fill(1), shift: new Float64Array(channels) };
}

/** Inputs of the node that a step reads beside the value it transforms. */
export function operandsOf(step: ChannelwiseStep): readonly number[] {
  return step.kind === 'batch-norm' ? [step.scale, step.offset, step.mean, step.variance] : [step.operand];
}

export function scales(step: ChannelwiseStep): boolean {
  return step.kind === 'multiply' || step.kind === 'batch-norm';
}

export function shifts(step: ChannelwiseStep): boolean {
  return step.kind !== 'multiply';
}

/**
 * `affine` followed by the step, in float64. `operands` are those of operandsOf, in order. Undefined when an operand is
 * not FP32 or does not hold one value per channel (or one for all), or when the result is not finite.
 */
export function applyStep(affine: Affine, step: ChannelwiseStep, operands: readonly Tensor[], linear: LinearOp): Affine | undefined {
  const channels = affine.scale.length;
  if (operands.some((operand) => operand.dtype !== 'float32')) return undefined;
  const perChannel = 'channels' in step ? isVector : isBroadcast;
  if (('channels' in step && step.channels !== linear.channels) || !operands.every((operand) => perChannel(operand.shape, channels, linear))) {
    return undefined;
  }
  const [factor, addend] = stepVectors(step, operands.map((operand) => operand.data as Float32Array), channels);
  const scale = affine.scale.map((value, channel) => value * factor[channel]!);
  const shift = affine.shift.map((value, channel) => value * factor[channel]! + addend[channel]!);
  return [...scale, ...shift].every(Number.isFinite) ? { scale, shift } : undefined;
}

/** Factor and addend of a step per channel. */
function stepVectors(
  step: ChannelwiseStep, [first, offset, mean, variance]: readonly Float32Array[], channels: number,
): [Float64Array, Float64Array] {
  const vector = (at: (channel: number) => number): Float64Array => Float64Array.from({ length: channels }, (_, channel) => at(channel));
  const operand = vector((channel) => first![first!.length === 1 ? 0 : channel]!);
  switch (step.kind) {
    case 'multiply': return [operand, new Float64Array(channels)];
    case 'subtract': return [new Float64Array(channels).fill(1), operand.map((value) => -value)];
    case 'add':
    case 'bias': return [new Float64Array(channels).fill(1), operand];
    case 'batch-norm': {
      // (x - mean) / sqrt(variance + epsilon) * scale + offset
      const inverse = step.isSinglePrecision === true ? inverseRoot : (value: number, epsilon: number) => 1 / Math.sqrt(value + epsilon);
      const rounded = step.isSinglePrecision === true ? Math.fround : (value: number) => value;
      const factor = vector((channel) => rounded(operand[channel]! * inverse(variance![channel]!, step.epsilon)));
      return [factor, vector((channel) => offset![channel]! - mean![channel]! * factor[channel]!)];
    }
  }
}

/** 1/√(value + epsilon) in FP32, as torch.rsqrt gives it. */
function inverseRoot(value: number, epsilon: number): number {
  return Math.fround(1 / Math.fround(Math.sqrt(Math.fround(value + epsilon))));
}

function isVector(shape: readonly number[], channels: number): boolean {
  return shape.length === 1 && shape[0] === channels;
}

/** Whether NumPy's broadcasting lines the elements up with the channels and leaves the result's shape alone. */
function isBroadcast(shape: readonly number[], channels: number, linear: LinearOp): boolean {
  if (shape.length > linear.rank) return false;
  if (elementCount(shape) === 1) return true;
  const channelAxis = linear.channels === 'last' ? linear.rank - 1 : 1;
  const axis = shape.length - linear.rank + channelAxis;
  return shape.every((size, index) => size === (index === axis ? channels : 1));
}

/** Number of output channels of a weight. */
export function channelCount(shape: readonly number[], linear: LinearOp): number {
  return elementCount(linear.channelAxes.map((axis) => shape[axis] ?? 0));
}

/** The FP32 weight with each output channel's slice multiplied by its scale, rounded once. */
export function scaleWeight(weight: Tensor, scale: Float64Array, linear: LinearOp): Tensor {
  const inner = elementCount(weight.shape.slice(Math.max(...linear.channelAxes) + 1));
  const data = (weight.data as Float32Array).slice();
  // Channels change every `inner` elements; a division per element would take longer than all the rest.
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % scale.length) {
    for (let i = start; i < start + inner; i++) data[i]! *= scale[channel]!;
  }
  return { dtype: 'float32', shape: weight.shape, data };
}
