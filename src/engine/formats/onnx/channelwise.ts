import type { ChannelPosition, ChannelwiseStep, LinearOp } from '../../linearOp';
import type { Node, ValueRef } from '../../graph/graph';
import { floatOf, intOf, intsOf } from './attributes';
import { makeNode, type OnnxNode, domainOf, inputAt, sourceOf } from './node';

const BIAS_SLOT = 2;

/** Ops that multiply by a weight and add a bias. Convolutions that do not state the size of their kernel leave the rank open. */
const LINEAR_OPS: Readonly<Record<string, (node: Node) => Omit<LinearOp, 'weight' | 'bias'> | undefined>> = {
  Conv: (node) => spatial(node, 0),
  ConvTranspose: (node) => (intOf(node.attributes, 'group', 1) === 1 ? spatial(node, 1) : undefined),
  Gemm: ({ attributes }) => {
    const isPlain = floatOf(attributes, 'alpha', 1) === 1 && floatOf(attributes, 'beta', 1) === 1;
    return isPlain ? { channelAxes: [intOf(attributes, 'transB', 0) === 0 ? 1 : 0], rank: 2, channels: 'second' } : undefined;
  },
};

function spatial(node: Node, axis: number): Omit<LinearOp, 'weight' | 'bias'> | undefined {
  const kernel = intsOf(node.attributes, 'kernel_shape');
  return kernel === undefined ? undefined : { channelAxes: [axis], rank: kernel.length + 2, channels: 'second' };
}

/** How the output channels of a node can be scaled through its weights, or undefined. Its type must be FP32. */
export function linearOp(node: Node): LinearOp | undefined {
  const describe = Object.hasOwn(LINEAR_OPS, node.op) && domainOf(node) === '' ? LINEAR_OPS[node.op] : undefined;
  const weight = inputAt(node, 1);
  if (describe === undefined || weight === undefined || sourceOf(node).outputTypes[0] !== 'float32') return undefined;
  const described = describe(node);
  return described && { ...described, weight, bias: inputAt(node, BIAS_SLOT) };
}

/** The linear op adding `bias` itself, in place of the one it had. */
export function withBias(node: Node, bias: ValueRef): Node {
  const source = sourceOf(node);
  const index = inputAt(node, BIAS_SLOT);
  if (index !== undefined) return { ...node, inputs: node.inputs.map((value, input) => (input === index ? bias : value)) };
  const changed: OnnxNode = {
    ...source, slots: [...source.slots, BIAS_SLOT], inputNames: [...source.inputNames, ''], inputTypes: [...source.inputTypes, 'float32'],
  };
  return { ...node, inputs: [...node.inputs, bias], source: changed };
}

const ARITHMETIC: Readonly<Record<string, 'add' | 'subtract' | 'multiply'>> = { Add: 'add', Sub: 'subtract', Mul: 'multiply' };

/** Operator set from which on arithmetic broadcasts as NumPy does. */
const NUMPY_BROADCASTING = 7;

/** See Dialect.channelwiseStep. */
export function channelwiseStep(node: Node, input: number): ChannelwiseStep | undefined {
  const { domain, outputTypes, versions } = sourceOf(node);
  if (domain !== '' || outputTypes[0] !== 'float32' || (versions?.opsets.get('') ?? NUMPY_BROADCASTING) < NUMPY_BROADCASTING) return undefined;
  const kind = Object.hasOwn(ARITHMETIC, node.op) ? ARITHMETIC[node.op] : undefined;
  if (kind !== undefined) return node.inputs.length !== 2 || (kind === 'subtract' && input !== 0) ? undefined : { kind, operand: 1 - input };
  if (node.op !== 'BatchNormalization' || input !== 0 || node.inputs.length !== 5) return undefined;
  const { attributes } = node;
  if (intOf(attributes, 'training_mode', 0) !== 0 || intOf(attributes, 'spatial', 1) !== 1) return undefined;
  const epsilon = floatOf(attributes, 'epsilon', 1e-5);
  return { kind: 'batch-norm', scale: 1, offset: 2, mean: 3, variance: 4, epsilon, channels: 'second' };
}

/** An Add of one value per channel. The bias must have the rank that broadcasts; linear ops take theirs themselves. */
export function makeBiasAdd(name: string, input: ValueRef, bias: ValueRef, _: unknown, channels: ChannelPosition): Node {
  if (channels !== 'last') throw new Error('linear ops add their bias themselves');
  return makeNode({ name, op: 'Add', inputs: [input, bias], inputTypes: ['float32', 'float32'], outputType: 'float32' });
}
