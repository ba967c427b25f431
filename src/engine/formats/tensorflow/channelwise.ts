import type { ChannelPosition, ChannelwiseStep, LinearOp } from '../../linearOp';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import { typeAttribute } from './signature';

/** Ops that multiply by a weight: its input, the axes that number the output channels, and the rank of the result. */
const LINEAR_OPS: Readonly<Record<string, (node: Node) => LinearOp>> = {
  Conv2D: (node) => ({ weight: 1, channelAxes: [3], rank: 4, channels: channelPosition(node) }),
  // Filter [height, width, in, multiplier]; output channel in · multiplier + m.
  DepthwiseConv2dNative: (node) => ({ weight: 1, channelAxes: [2, 3], rank: 4, channels: channelPosition(node) }),
  // Filter [height, width, out, in]: this is the gradient of a Conv2D with respect to its input.
  Conv2DBackpropInput: (node) => ({ weight: 1, channelAxes: [2], rank: 4, channels: channelPosition(node) }),
  MatMul: (node) => ({ weight: 1, channelAxes: [isSet(node, 'transpose_b', false) ? 0 : 1], rank: 2, channels: 'last' }),
};

/** How the output channels of a node can be scaled through its weights, or undefined. Its type must be FP32. */
export function linearOp(node: Node): LinearOp | undefined {
  const describe = Object.hasOwn(LINEAR_OPS, node.op) ? LINEAR_OPS[node.op] : undefined;
  return typeAttribute(node, 'T') === 'float32' ? describe?.(node) : undefined;
}

const ARITHMETIC: Readonly<Record<string, 'add' | 'subtract' | 'multiply'>> = {
  Add: 'add', AddV2: 'add', Sub: 'subtract', Mul: 'multiply',
};

const BATCH_NORM: ReadonlySet<string> = new Set(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']);

/** See Dialect.channelwiseStep. Defaults of absent attributes are those of the op definitions (nn_ops.cc). */
export function channelwiseStep(node: Node, input: number): ChannelwiseStep | undefined {
  if (typeAttribute(node, 'T') !== 'float32') return undefined;
  const kind = Object.hasOwn(ARITHMETIC, node.op) ? ARITHMETIC[node.op] : undefined;
  if (kind !== undefined) return kind === 'subtract' && input !== 0 ? undefined : { kind, operand: 1 - input };
  if (input !== 0) return undefined;
  if (node.op === 'BiasAdd') return { kind: 'bias', operand: 1, channels: channelPosition(node) };
  if (!BATCH_NORM.has(node.op) || isSet(node, 'is_training', true)) return undefined;
  const attribute = node.attributes.get('epsilon');
  const epsilon = attribute?.kind === 'float' ? attribute.value : 1e-4;
  return { kind: 'batch-norm', scale: 1, offset: 2, mean: 3, variance: 4, epsilon, channels: channelPosition(node) };
}

/** A BiasAdd: one value per channel. */
export function makeBiasAdd(name: string, input: ValueRef, bias: ValueRef, dtype: DataType, channels: ChannelPosition): Node {
  const format = new TextEncoder().encode(channels === 'last' ? 'NHWC' : 'NCHW');
  return {
    id: name,
    name,
    op: 'BiasAdd',
    inputs: [input, bias],
    controlInputs: [],
    attributes: new Map([['T', { kind: 'type', value: dtype }], ['data_format', { kind: 'string', value: format }]]),
  };
}

function channelPosition(node: Node): ChannelPosition {
  const format = node.attributes.get('data_format');
  return format?.kind === 'string' && new TextDecoder().decode(format.value).startsWith('NC') ? 'second' : 'last';
}

function isSet(node: Node, name: string, otherwise: boolean): boolean {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'bool' ? attribute.value : otherwise;
}
