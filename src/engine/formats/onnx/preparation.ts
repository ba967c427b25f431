import type { Arithmetic, PassingKind } from '../../dialect';
import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { intsOf } from './attributes';
import { constantBehind } from './constants';
import { domainOf, inputAt, ownInputs, sourceOf, valueAt } from './node';
import { definitionOf } from './signature';
import { decodeTensor } from './tensor';

/** Draw other numbers each time they run. */
const RANDOM: ReadonlySet<string> = new Set(['Bernoulli', 'Dropout', 'Multinomial', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike']);

/** See Dialect.passesOn. Dropout drops something only where it is told that a model is trained (before opset 7: not told that it is not). */
export function passesOn(node: Node, nodes: NodeTable): PassingKind | undefined {
  if (!isStandard(node)) return undefined;
  if (node.op === 'Identity') return 'identity';
  return node.op === 'Dropout' && (sourceOf(node).versions?.opsets.get('') ?? 0) >= 7 && !mayTrain(node, nodes) ? 'training' : undefined;
}

function mayTrain(node: Node, nodes: NodeTable): boolean {
  const mode = valueAt(node, 2);
  return mode !== undefined && numbersAt(mode, nodes)?.[0] !== 0;
}

/** See Dialect.repeatKey. Which inputs are left out is part of what is computed. */
export function repeatKey(node: Node): string | undefined {
  const { slots } = sourceOf(node);
  const hasGraphs = ownInputs(sourceOf(node)) < slots.length;
  return isStandard(node) && definitionOf(node) !== undefined && !hasGraphs && !RANDOM.has(node.op) ? slots.join() : undefined;
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  Add: 'add', Sub: 'subtract', Mul: 'multiply', Div: 'divide', Pow: 'power', Erf: 'error function', Tanh: 'hyperbolic tangent',
};

/** See Dialect.arithmeticOf. */
export function arithmeticOf(node: Node): Arithmetic | undefined {
  return isStandard(node) && Object.hasOwn(ARITHMETIC, node.op) ? ARITHMETIC[node.op] : undefined;
}

/** See Dialect.readsByName. */
export function readsByName(node: Node, input: number): boolean {
  return input >= ownInputs(sourceOf(node));
}

/** See Dialect.withPadding: `pads` of Conv are zeros before each spatial axis, then after each. */
export function withPadding(convolution: Node, pad: Node, nodes: NodeTable): Node | undefined {
  if (convolution.op !== 'Conv' || !isStandard(convolution) || convolution.inputs[0]?.output !== 0) return undefined;
  const added = zeroPads(pad, nodes);
  const rank = (added?.length ?? 0) / 2;
  if (added === undefined || rank < 3 || [0, 1, rank, rank + 1].some((index) => added[index] !== 0) || added.some((count) => count < 0)) return undefined;
  const spatial = [...added.slice(2, rank), ...added.slice(rank + 2)];
  const own = ownPads(convolution, spatial.length);
  if (own === undefined) return undefined;
  const attributes = new Map(convolution.attributes).set('pads', { kind: 'ints', value: spatial.map((count, index) => count + own[index]!) });
  attributes.delete('auto_pad');
  return { ...convolution, inputs: [pad.inputs[0]!, ...convolution.inputs.slice(1)], attributes };
}

function ownPads({ attributes }: Node, length: number): readonly number[] | undefined {
  const auto = attributes.get('auto_pad');
  const mode = auto?.kind === 'string' ? new TextDecoder().decode(auto.value) : 'NOTSET';
  const pads = mode === 'NOTSET' ? intsOf(attributes, 'pads') : undefined;
  if (mode !== 'NOTSET' && mode !== 'VALID') return undefined;
  return pads === undefined ? new Array<number>(length).fill(0) : pads.length === length ? pads : undefined;
}

/** Counts before each axis, then after each; undefined for a node that does not pad with zeros, or not always with as many. */
function zeroPads(pad: Node, nodes: NodeTable): readonly number[] | undefined {
  if (pad.op !== 'Pad' || !isStandard(pad) || inputAt(pad, 3) !== undefined) return undefined;
  const mode = pad.attributes.get('mode');
  if (mode?.kind === 'string' && new TextDecoder().decode(mode.value) !== 'constant') return undefined;
  const filling = pad.attributes.get('value');
  if (filling !== undefined && (filling.kind !== 'float' || filling.value !== 0)) return undefined;
  const fillingInput = valueAt(pad, 2);
  if (fillingInput !== undefined && numbersAt(fillingInput, nodes)?.[0] !== 0) return undefined;
  const counts = valueAt(pad, 1);
  return counts === undefined ? intsOf(pad.attributes, 'pads') : numbersAt(counts, nodes);
}

/** Sixteen at most: zeros before and after each of eight axes. */
function numbersAt(value: ValueRef, nodes: NodeTable): readonly number[] | undefined {
  const constant = constantBehind(nodes, value);
  const attribute = constant?.attributes.get('value');
  if (attribute?.kind !== 'tensor' || attribute.dtype === 'string' || attribute.shape.reduce((a, b) => a * b, 1) > 16) return undefined;
  return Array.from(decodeTensor(attribute, constant?.name).data as ArrayLike<number | bigint>, Number);
}

function isStandard(node: Node): boolean {
  return domainOf(node) === '' && sourceOf(node).kind === 'node';
}
