import { baseName } from '../../capabilities/pytorch';
import type { ChannelwiseStep, LinearOp } from '../../linearOp';
import type { Attribute } from '../../graph/attribute';
import type { Node, ValueRef } from '../../graph/graph';
import { flagArgument, inputNamed, numberArgument } from './operands';
import { type NodeSource, sourceOf } from './source';

/** Ranks of the results of convolutions, whose channels are the second axis. */
const CONVOLUTIONS: Readonly<Record<string, number>> = { conv1d: 3, conv2d: 4, conv3d: 5 };

/** How the output channels of a convolution or matrix product with a weight can be scaled; channels are the weight's first axis. */
export function linearOp(node: Node): LinearOp | undefined {
  const name = baseName(node.op) ?? '';
  const source = sourceOf(node);
  const weight = inputNamed(node, 'weight');
  if (weight === undefined || source.outputTypes[0] !== 'float32' || source.origin?.fixed !== undefined) return undefined;
  const bias = inputNamed(node, 'bias');
  const common = { weight, channelAxes: [0], ...(bias === undefined ? {} : { bias }) };
  if (Object.hasOwn(CONVOLUTIONS, name)) return { ...common, rank: CONVOLUTIONS[name]!, channels: 'second' };
  return name === 'linear' ? { ...common, rank: source.origin?.outputs[0]?.shape?.length ?? 2, channels: 'last' } : undefined;
}

const ARITHMETIC: Readonly<Record<string, 'add' | 'subtract' | 'multiply'>> = {
  'aten.add.Tensor': 'add', 'aten.sub.Tensor': 'subtract', 'aten.mul.Tensor': 'multiply',
};

/** Batch normalisation in evaluation mode. */
const BATCH_NORM: ReadonlySet<string> = new Set(['aten.batch_norm', 'aten._native_batch_norm_legit_no_training']);

/** See Dialect.channelwiseStep. Defaults of arguments left out are those of native_functions.yaml. */
export function channelwiseStep(node: Node, input: number): ChannelwiseStep | undefined {
  const source = sourceOf(node);
  if (source.outputTypes[0] !== 'float32' || source.origin?.fixed !== undefined) return undefined;
  const [self, other] = [inputNamed(node, 'self'), inputNamed(node, 'other')];
  const kind = Object.hasOwn(ARITHMETIC, node.op) ? ARITHMETIC[node.op] : undefined;
  if (kind !== undefined) {
    if (self === undefined || other === undefined || numberArgument(node, 'alpha', 1) !== 1) return undefined;
    return kind === 'subtract' && input !== self ? undefined : { kind, operand: input === self ? other : self };
  }
  if (!BATCH_NORM.has(node.op) || inputNamed(node, 'input') !== input || flagArgument(node, 'training', false)) return undefined;
  const [scale, offset, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => inputNamed(node, name));
  const epsilon = numberArgument(node, 'eps', 1e-5);
  if (scale === undefined || offset === undefined || mean === undefined || variance === undefined || epsilon === undefined) return undefined;
  return { kind: 'batch-norm', scale, offset, mean, variance, epsilon, channels: 'second', isSinglePrecision: true };
}

/** The linear op with `bias` as its argument of that name, which comes right after the weight where it had none. */
export function withBias(node: Node, bias: ValueRef): Node {
  const own = inputNamed(node, 'bias');
  if (own !== undefined) return { ...node, inputs: node.inputs.map((value, input) => (input === own ? bias : value)) };
  const added: Attribute = { kind: 'operands', isList: false, value: [{ input: node.inputs.length }] };
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    if (name !== 'bias') attributes.set(name, attribute);
    if (name === 'weight') attributes.set('bias', added);
  }
  const source = sourceOf(node);
  if (source.firstTypes !== undefined) throw new Error(`${node.name} takes a bias before its types change`);
  const inputTypes = [...source.inputTypes, 'float32' as const];
  return { ...node, inputs: [...node.inputs, bias], attributes, source: { ...source, inputTypes } satisfies NodeSource };
}
