import { baseName } from '../../capabilities/pytorch';
import type { Arithmetic, PassingKind } from '../../dialect';
import type { Node, NodeTable } from '../../graph/graph';
import { flagArgument, inputNamed, numberArgument } from './operands';
import { sourceOf } from './source';

const PASSING: Readonly<Record<string, PassingKind>> = { 'aten.alias': 'identity', 'aten.lift_fresh': 'identity', 'aten.lift_fresh_copy': 'identity', 'aten.detach': 'training' };
const DROPOUTS: ReadonlySet<string> = new Set(['aten.alpha_dropout', 'aten.dropout', 'aten.feature_alpha_dropout', 'aten.feature_dropout']);

/** See Dialect.passesOn. Memory that something is written to in place is left alone. */
export function passesOn(node: Node, nodes: NodeTable): PassingKind | undefined {
  if (mayChange(node, nodes)) return undefined;
  if (DROPOUTS.has(node.op)) return flagArgument(node, 'train', true) ? undefined : 'training';
  return Object.hasOwn(PASSING, node.op) ? PASSING[node.op] : undefined;
}

/** See Dialect.repeatKey; random numbers and changes in place are side effects. */
export function repeatKey(node: Node, nodes: NodeTable): string | undefined {
  return !node.op.startsWith('aten.') || mayChange(node, nodes) ? undefined : '';
}

/** Whether the node or what it reads is, or shares memory with, a value that is changed in place. */
function mayChange(node: Node, nodes: NodeTable): boolean {
  return [node, ...node.inputs.map((value) => nodes.get(value.node))].some((each) => {
    const origin = each === undefined ? undefined : sourceOf(each).origin;
    return origin?.isChanged === true || origin?.fixed !== undefined;
  });
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  add: 'add', sub: 'subtract', mul: 'multiply', div: 'divide', pow: 'power', square: 'power', erf: 'error function', tanh: 'hyperbolic tangent',
};

/** See Dialect.arithmeticOf. */
export function arithmeticOf({ op }: Node): Arithmetic | undefined {
  const name = baseName(op) ?? '';
  return Object.hasOwn(ARITHMETIC, name) ? ARITHMETIC[name] : undefined;
}

const CONVOLUTIONS: Readonly<Record<string, number>> = { 'aten.conv1d': 1, 'aten.conv2d': 2, 'aten.conv3d': 3 };

/** See Dialect.withPadding: a convolution pads both ends of an axis with as many zeros. */
export function withPadding(convolution: Node, pad: Node, nodes: NodeTable): Node | undefined {
  const spatial = Object.hasOwn(CONVOLUTIONS, convolution.op) ? CONVOLUTIONS[convolution.op]! : 0;
  const input = inputNamed(convolution, 'input');
  if (spatial === 0 || input === undefined || mayChange(pad, nodes) || sourceOf(convolution).origin?.fixed !== undefined) return undefined;
  const added = symmetricPadding(pad, spatial);
  const own = listArgument(convolution, 'padding', [0]);
  if (added === undefined || own === undefined || (own.length !== 1 && own.length !== spatial)) return undefined;
  const padding = added.map((count, axis) => count + own[own.length === 1 ? 0 : axis]!);
  const attributes = new Map(convolution.attributes).set('padding', { kind: 'ints', value: padding });
  return { ...convolution, inputs: convolution.inputs.map((value, index) => (index === input ? pad.inputs[0]! : value)), attributes };
}

/** Zeros at each end of each spatial axis. The argument lists the last axis first. */
function symmetricPadding(pad: Node, spatial: number): readonly number[] | undefined {
  const name = baseName(pad.op);
  if (name !== 'constant_pad_nd' && name !== 'pad') return undefined;
  const mode = pad.attributes.get('mode');
  if (mode?.kind === 'string' && new TextDecoder().decode(mode.value) !== 'constant') return undefined;
  if (pad.attributes.get('value')?.kind !== 'operands' && numberArgument(pad, 'value', 0) !== 0) return undefined;
  if (pad.attributes.get('value')?.kind === 'operands') return undefined;
  const counts = listArgument(pad, 'pad', undefined);
  if (counts === undefined || counts.length > 2 * spatial || counts.length % 2 !== 0) return undefined;
  const padding = new Array<number>(spatial).fill(0);
  for (let axis = 0; axis < counts.length / 2; axis++) {
    const [before, after] = [counts[2 * axis]!, counts[2 * axis + 1]!];
    if (before !== after || before < 0) return undefined;
    padding[spatial - 1 - axis] = before;
  }
  return padding;
}

function listArgument({ attributes }: Node, name: string, otherwise: readonly number[] | undefined): readonly number[] | undefined {
  const attribute = attributes.get(name);
  if (attribute === undefined) return otherwise;
  return attribute.kind === 'ints' ? attribute.value.map(Number) : undefined;
}
