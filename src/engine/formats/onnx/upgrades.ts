import type { Attribute } from '../../graph/attribute';
import { encodeBfloat16 } from '../../graph/bfloat16';
import type { DataType } from '../../graph/dataType';
import { float16Bits } from '../../graph/float16';
import type { UniqueName } from '../../graph/freeName';
import type { Node } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { makeInitializer, ownInputs, sourceOf } from './node';
import { encodeTensor } from './tensor';

/** A node of a newer version of its op, and the constants it reads instead of attributes. */
export interface Upgraded {
  readonly node: Node;
  readonly constants: readonly Node[];
}

type Upgrade = (node: Node, uniqueName: UniqueName) => Upgraded;

/**
 * Rewrites of nodes whose op changed its form but can still say the same, by op and the version that changed it
 * (onnx/defs, "History" of each op). What is not here keeps a model below that version.
 */
const UPGRADES: Readonly<Record<string, Readonly<Record<number, Upgrade>>>> = {
  Squeeze: { 13: axesToInput('axes') },
  Unsqueeze: { 13: axesToInput('axes') },
  Split: { 13: axesToInput('split'), 18: countOutputs },
  Clip: { 11: limitsToInputs },
  Dropout: { 10: unchanged, 12: dropAttributes('ratio') },
  BatchNormalization: { 9: dropAttributes('spatial'), 14: unchanged },
  Erf: { 13: unchanged },
  ...Object.fromEntries(['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare']
    .map((op) => [op, { 18: axesToInput('axes') }])),
  ReduceSum: { 13: axesToInput('axes') },
};

/** Whether nodes of an op can be rewritten to the version that begins with operator set `since`. */
export function canRewrite(op: string, since: number): boolean {
  return Object.hasOwn(UPGRADES, op) && UPGRADES[op]![since] !== undefined;
}

/** The node as the version that begins with operator set `since` writes it. */
export function rewriteFor(node: Node, since: number, uniqueName: UniqueName): Upgraded {
  return UPGRADES[node.op]![since]!(node, uniqueName);
}

function unchanged(node: Node): Upgraded {
  return { node, constants: [] };
}

function dropAttributes(...names: readonly string[]): Upgrade {
  return (node) => ({ node: { ...node, attributes: without(node, names) }, constants: [] });
}

/** A list of integers that was an attribute becomes the second input. */
function axesToInput(name: string): Upgrade {
  return (node, uniqueName) => {
    const attribute = node.attributes.get(name);
    if (attribute?.kind !== 'ints') return unchanged(node);
    const data = BigInt64Array.from(attribute.value, BigInt);
    const constant = makeInitializer(uniqueName(`${node.name}/${name}`), encodeTensor({ dtype: 'int64', shape: [data.length], data }));
    return { node: withInputs({ ...node, attributes: without(node, [name]) }, [constant]), constants: [constant] };
  };
}

/** Limits of Clip become inputs; one that is left out stays so. */
function limitsToInputs(node: Node, uniqueName: UniqueName): Upgraded {
  const limits = ['min', 'max'].map((name) => {
    const attribute = node.attributes.get(name);
    if (attribute?.kind !== 'float') return undefined;
    return makeInitializer(uniqueName(`${node.name}/${name}`), encodeTensor(scalar(attribute.value, sourceOf(node).inputTypes[0])));
  });
  return { node: withInputs({ ...node, attributes: without(node, ['min', 'max']) }, limits), constants: limits.filter((limit) => limit !== undefined) };
}

function scalar(value: number, type: DataType | undefined): Tensor {
  const float32 = Float32Array.of(value);
  switch (type) {
    case 'bfloat16': return { dtype: type, shape: [], data: encodeBfloat16(float32) };
    case 'float16': return { dtype: type, shape: [], data: Uint16Array.of(float16Bits(value)) };
    case 'float64': return { dtype: type, shape: [], data: Float64Array.of(value) };
    default: return { dtype: 'float32', shape: [], data: float32 };
  }
}

/** From operator set 18 on a Split without sizes says into how many parts it splits. */
function countOutputs(node: Node): Upgraded {
  const { slots, outputNames } = sourceOf(node);
  if (slots.includes(1)) return unchanged(node);
  const count: Attribute = { kind: 'int', value: outputNames.length };
  return { node: { ...node, attributes: new Map(node.attributes).set('num_outputs', count) }, constants: [] };
}

function without(node: Node, names: readonly string[]): Node['attributes'] {
  return new Map([...node.attributes].filter(([name]) => !names.includes(name)));
}

/** The node, which has one input, reading more constants after it; undefined leaves an input out. */
function withInputs(node: Node, constants: readonly (Node | undefined)[]): Node {
  const source = sourceOf(node);
  const added = constants.flatMap((constant, index) => (constant === undefined ? [] : [{ constant, slot: 1 + index }]));
  const slotted = ownInputs(source);
  return {
    ...node,
    inputs: [...node.inputs.slice(0, slotted), ...added.map(({ constant }) => ({ node: constant.id, output: 0 })), ...node.inputs.slice(slotted)],
    source: {
      ...source,
      inputNames: [...source.inputNames, ...constants.map(() => '')],
      slots: [...source.slots.slice(0, slotted), ...added.map(({ slot }) => slot), ...source.slots.slice(slotted)],
      inputTypes: [...source.inputTypes.slice(0, slotted), ...added.map(({ constant }) => sourceOf(constant).outputTypes[0]), ...source.inputTypes.slice(slotted)],
    },
  };
}
