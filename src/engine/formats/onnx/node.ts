import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Body } from './bodies';
import type { StatedValue } from './valueInfo';

/** Ops of nodes that stand for what is no NodeProto in the file. */
export const INPUT = 'Input';
export const INITIALIZER = 'Initializer';
export const SPARSE_INITIALIZER = 'SparseInitializer';
/** An input of a graph that another node runs. */
export const PARAMETER = 'SubgraphInput';

export type Kind = 'node' | 'input' | 'initializer' | 'sparse' | 'parameter';

/** What the nodes of one model have in common. */
export interface ModelVersions {
  /** Version of each operator set, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Highest version of the default domain's operator set in which every node can be written. */
  readonly reach: number;
  /** What keeps it from being higher. */
  readonly limit: string | undefined;
}

/** `Node.source` of this format. */
export interface OnnxNode {
  readonly kind: Kind;
  readonly domain: string;
  /** Of new nodes the one the model had is not known. */
  readonly versions?: ModelVersions;
  /** Lowest opset of the default domain in which a new node can be written. */
  readonly minOpset?: number;
  /** Names of the inputs as the file has them, '' for optional ones that are left out; of new nodes as many as there are. */
  readonly inputNames: readonly string[];
  /** Where each input of the node stands among `inputNames`. Captured ones come after those. */
  readonly slots: readonly number[];
  /** Names by which graphs among the attributes that stay as they are read values of the graph around them: inputs after those with a slot. */
  readonly captures: readonly string[];
  /** Graphs that the node runs and whose nodes are in the graph, too. What they result in are the last inputs of the node. */
  readonly bodies?: readonly Body[];
  /** Results of bodies where they are not those the file has. */
  readonly results?: ReadonlyMap<Body, readonly StatedValue[]>;
  /** The graph that the node was read in, where another node runs it. */
  readonly home?: Body;
  /** Of an input of such a graph, its place among them. */
  readonly position?: number;
  /** Id of the call in whose place the node stands, with others of a function. */
  readonly call?: string;
  readonly inputTypes: readonly (DataType | undefined)[];
  /** By position; those left out have no name. */
  readonly outputNames: readonly string[];
  readonly outputTypes: readonly (DataType | undefined)[];
  readonly read?: ReadNode;
}

/** Where a node is in the file, and the node as it was read. */
export interface ReadNode {
  /** The field of the GraphProto: tag, length and message. */
  readonly field: Uint8Array;
  readonly message: Uint8Array;
  original: Node;
}

export function sourceOf(node: Node): OnnxNode {
  return node.source as OnnxNode;
}

export function domainOf(node: Node): string {
  return sourceOf(node).domain;
}

/** Whether the node is an op of the default domain with one of these names. */
export function isOp(node: Node, ops: ReadonlySet<string>): boolean {
  return ops.has(node.op) && domainOf(node) === '' && sourceOf(node).kind === 'node';
}

/** Index among the node's inputs of the one at `slot` of its op's definition, or undefined where it is left out. */
export function inputAt(node: Node, slot: number): number | undefined {
  const index = sourceOf(node).slots.indexOf(slot);
  return index < 0 ? undefined : index;
}

/** How many inputs the op itself has; the others are read by graphs of the node. */
export function ownInputs({ slots }: OnnxNode): number {
  const others = slots.findIndex((slot) => slot < 0);
  return others < 0 ? slots.length : others;
}

/** The value at `slot` of the op's definition. */
export function valueAt(node: Node, slot: number): ValueRef | undefined {
  const index = inputAt(node, slot);
  return index === undefined ? undefined : node.inputs[index];
}

export function isConstantNode(node: Node): boolean {
  return sourceOf(node).kind === 'initializer' || (node.op === 'Constant' && domainOf(node) === '' && node.attributes.get('value')?.kind === 'tensor');
}

/** Types of the outputs; a constant has that of its tensor. */
export function outputTypes(node: Node): readonly (DataType | undefined)[] {
  const value = isConstantNode(node) ? node.attributes.get('value') : undefined;
  return value?.kind === 'tensor' ? [value.dtype] : sourceOf(node).outputTypes;
}

/** The node with where it was read from, by which it is told later whether it changed. */
export function withSource(node: Omit<Node, 'source'>, source: OnnxNode, bytes: { readonly field: Uint8Array; readonly message: Uint8Array } | undefined): Node {
  if (bytes === undefined) return { ...node, source };
  const read = { field: bytes.field, message: bytes.message, original: node as Node };
  const whole: Node = { ...node, source: { ...source, read } satisfies OnnxNode };
  read.original = whole;
  return whole;
}

/** What a new node is made of; its output has the node's name unless that is taken. */
interface NewNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly ValueRef[];
  readonly inputTypes: readonly DataType[];
  readonly outputType: DataType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly minOpset?: number;
}

/** A node of the default domain with one output. */
export function makeNode({ name, op, inputs, inputTypes, outputType, attributes = {}, minOpset }: NewNode): Node {
  const source: OnnxNode = {
    kind: 'node', domain: '', minOpset, inputNames: inputs.map(() => ''), slots: inputs.map((_, index) => index), captures: [], inputTypes,
    outputNames: [''], outputTypes: [outputType],
  };
  return { id: name, name, op, inputs, controlInputs: [], attributes: new Map(Object.entries(attributes)), source };
}

/** An initializer. */
export function makeInitializer(name: string, value: Attribute): Node {
  if (value.kind !== 'tensor') throw new Error(`${name} has no tensor`);
  const source: OnnxNode = {
    kind: 'initializer', domain: '', inputNames: [], slots: [], captures: [], inputTypes: [], outputNames: [''], outputTypes: [value.dtype],
  };
  return { id: name, name, op: INITIALIZER, inputs: [], controlInputs: [], attributes: new Map([['value', value]]), source };
}
