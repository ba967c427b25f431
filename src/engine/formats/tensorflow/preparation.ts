import type { Arithmetic, PassingKind } from '../../dialect';
import { elementCount } from '../../graph/tensor';
import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { constantBehind } from './constants';
import { decodeTensor } from './tensor';

const PASSING: Readonly<Record<string, PassingKind>> = {
  Identity: 'identity', Snapshot: 'identity', StopGradient: 'training', PreventGradient: 'training', CheckNumerics: 'training',
};

/** Hold a tensor that others write to: what is read of them depends on when. */
const VARIABLES: ReadonlySet<string> = new Set(['AutoReloadVariable', 'TemporaryVariable', 'Variable', 'VariableV2']);
/** Steer conditionals and loops: where their values go matters, not only what they are. */
const STEERING: ReadonlySet<string> = new Set([
  'Enter', 'Exit', 'LoopCond', 'Merge', 'NextIteration', 'RefEnter', 'RefExit', 'RefMerge', 'RefNextIteration', 'RefSelect', 'RefSwitch', 'Switch', '_SwitchN',
]);

/** See Dialect.passesOn. */
export function passesOn(node: Node, nodes: NodeTable): PassingKind | undefined {
  return Object.hasOwn(PASSING, node.op) && !readsVariable(node, nodes) ? PASSING[node.op] : undefined;
}

/** See Dialect.repeatKey; stateful ops, random ones among them, have side effects. */
export function repeatKey(node: Node, nodes: NodeTable): string | undefined {
  return STEERING.has(node.op) || readsVariable(node, nodes) ? undefined : '';
}

function readsVariable({ inputs }: Node, nodes: NodeTable): boolean {
  return inputs.some(({ node }) => VARIABLES.has(nodes.get(node)?.op ?? ''));
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  Add: 'add', AddV2: 'add', BiasAdd: 'add', Sub: 'subtract', Mul: 'multiply', Div: 'divide', RealDiv: 'divide', Pow: 'power', Square: 'power',
  Erf: 'error function', Tanh: 'hyperbolic tangent',
};

/** See Dialect.arithmeticOf. */
export function arithmeticOf({ op }: Node): Arithmetic | undefined {
  return Object.hasOwn(ARITHMETIC, op) ? ARITHMETIC[op] : undefined;
}

/**
 * See Dialect.withPadding. Not for depthwise convolutions: with oneDNN the process aborts where a bias follows one with
 * explicit_paddings, which Grappler forgets as it fuses both (grappler/optimizers/remapper.cc, TensorFlow 2.21).
 */
export function withPadding(convolution: Node, pad: Node, nodes: NodeTable): Node | undefined {
  return convolution.op === 'Conv2D' ? withExplicitPadding(convolution, pad, nodes) : undefined;
}

/** The convolution with the zeros of `pad`, which it reads, as its explicit_paddings (nn_ops.cc); undefined where that is not the same. */
export function withExplicitPadding(convolution: Node, pad: Node, nodes: NodeTable): Node | undefined {
  const paddings = convolution.inputs[0]?.output === 0 ? zeroPaddings(pad, nodes) : undefined;
  const padding = convolution.attributes.get('padding');
  if (paddings?.length !== 8 || padding?.kind !== 'string' || new TextDecoder().decode(padding.value) !== 'VALID') return undefined;
  const format = convolution.attributes.get('data_format');
  const channels = format?.kind === 'string' && new TextDecoder().decode(format.value) === 'NCHW' ? 1 : 3;
  if ([0, channels].some((axis) => paddings[2 * axis] !== 0 || paddings[2 * axis + 1] !== 0)) return undefined;
  const attributes = new Map(convolution.attributes)
    .set('padding', { kind: 'string', value: new TextEncoder().encode('EXPLICIT') })
    .set('explicit_paddings', { kind: 'ints', value: paddings });
  return { ...convolution, inputs: [pad.inputs[0]!, ...convolution.inputs.slice(1)], attributes };
}

/** Zeros before and after each axis, flat; undefined for a node that does not pad with zeros, or not always with as many. */
function zeroPaddings(pad: Node, nodes: NodeTable): readonly number[] | undefined {
  if (pad.op !== 'Pad' && pad.op !== 'PadV2') return undefined;
  const numbers = (value: ValueRef | undefined): readonly number[] | undefined => {
    const attribute = value === undefined ? undefined : constantBehind(nodes, value)?.attributes.get('value');
    if (attribute?.kind !== 'tensor' || elementCount(attribute.shape) > 8) return undefined;
    return Array.from(decodeTensor(attribute, pad.name).data as ArrayLike<number | bigint>, Number);
  };
  const [, counts, filling] = pad.inputs;
  if (pad.op === 'PadV2' && numbers(filling)?.[0] !== 0) return undefined;
  return numbers(counts);
}
