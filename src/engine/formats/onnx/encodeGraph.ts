import protobuf from 'protobufjs/light';
import { type Node, valueKey } from '../../graph/graph';
import type { Piece } from '../lazyBytes';
import { delimited } from '../protobuf';
import { encodeNode, isUntouched } from './encodeNode';
import { type Field, GRAPH } from './modelFile';
import { isConstantNode, outputTypes, sourceOf } from './node';
import { executionOrder } from './order';
import { tensorPieces } from './tensor';
import type { StatedValue } from './valueInfo';
import type { ValueNames } from './valueNames';

/** How an initializer is written: undefined for inside the model. */
export type PlaceInitializer = (node: Node, name: string) => Piece[] | undefined;

/** A GraphProto to be written, and what it was. */
export interface GraphToWrite {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly stated: ReadonlyMap<string, StatedValue>;
  /** Its own, without those of graphs in them. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** With their ValueInfoProtos. */
  readonly outputs: readonly { readonly name: string; readonly message: Uint8Array }[];
  /** No node, value or output came or went. */
  readonly isWhole: boolean;
  /** Its inputs stay whether or not anything reads them: they are known by their position. */
  readonly keepsInputs: boolean;
  /** ValueInfoProtos of inputs that have another type than the file says, by name. */
  readonly retypedInputs?: ReadonlyMap<string, Uint8Array>;
}

/** The fields of the GraphProto, or undefined where nothing changed. */
export function encodeGraph(graph: GraphToWrite, names: ValueNames, place: PlaceInitializer): Piece[] | undefined {
  const { bytes, fields, retypedInputs = new Map<string, Uint8Array>() } = graph;
  const initializers = [...graph.nodes.values()].filter((node) => sourceOf(node).kind === 'initializer');
  const places = new Map(initializers.map((node) => [node.id, place(node, names.get(valueKey({ node: node.id, output: 0 }))!)]));
  if (graph.isWhole && retypedInputs.size === 0 && [...graph.nodes.values()].every((node) => isWithoutProto(node) || isUntouched(node, names))) return undefined;

  const written = new Set<number>();
  const groups: Record<number, () => Piece[]> = {
    [GRAPH.node]: () => nodeFields(graph.nodes, names),
    [GRAPH.initializer]: () => initializers.flatMap((node) => initializerField(node, names, places.get(node.id))),
    [GRAPH.output]: () => graph.outputs.flatMap(({ message }) => delimited(GRAPH.output, [message])),
  };
  const once = (number: number): Piece[] => {
    if (written.has(number)) return [];
    written.add(number);
    return groups[number]!();
  };
  const stays = staysStated(graph, names);
  const pieces = fields.flatMap((field): Piece[] => {
    if (groups[field.number] !== undefined) return once(field.number);
    const retyped = field.number === GRAPH.input ? retypedInputs.get(nameIn(bytes.subarray(field.payload, field.end))) : undefined;
    if (retyped !== undefined) return delimited(GRAPH.input, [retyped]);
    if (field.number === GRAPH.sparseInitializer || stays(field)) return [bytes.subarray(field.start, field.end)];
    return [];
  });
  return [...pieces, ...[GRAPH.node, GRAPH.initializer, GRAPH.output].flatMap(once)];
}

/** The nodes in an order in which each comes after those it reads, the file's own wherever possible. */
export function nodeFields(all: ReadonlyMap<string, Node>, names: ValueNames): Piece[] {
  const nodes = [...all.values()].filter((node) => sourceOf(node).kind === 'node');
  const ids = nodes.map((node) => node.id);
  const order = executionOrder(nodes.map((node) => node.inputs), new Map(ids.map((id, index) => [id, index])), ids);
  return order.flatMap((index) => encodeNode(nodes[index]!, names));
}

function initializerField(node: Node, names: ValueNames, placed: Piece[] | undefined): Piece[] {
  const { read } = sourceOf(node);
  if (placed !== undefined) return delimited(GRAPH.initializer, placed);
  const value = node.attributes.get('value')!;
  const external = value.kind === 'tensor' && (value.value as { external?: unknown }).external !== undefined;
  if (read !== undefined && !external && isUntouched(node, names)) return [read.field];
  if (value.kind !== 'tensor') throw new Error(`${node.id} has no tensor`);
  return delimited(GRAPH.initializer, tensorPieces(value, names.get(valueKey({ node: node.id, output: 0 }))!));
}

/** Whether a field that states something of a value still holds: its value is there, in the type stated. Other fields do. */
function staysStated({ bytes, stated, nodes, outputs: written, keepsInputs }: GraphToWrite, names: ValueNames): (field: Field) => boolean {
  const types = new Map<string, ReturnType<typeof outputTypes>[number]>();
  for (const node of nodes.values()) {
    outputTypes(node).forEach((type, output) => {
      const name = names.get(valueKey({ node: node.id, output }));
      if (name !== undefined) types.set(name, type);
    });
  }
  const outputs = new Set(written.map(({ name }) => name));
  const constants = new Set([...nodes.values()].filter(isConstantNode).map((node) => names.get(valueKey({ node: node.id, output: 0 }))));
  return ({ number, payload, end }) => {
    if (number !== GRAPH.valueInfo && (number !== GRAPH.input || keepsInputs)) return true;
    const message = bytes.subarray(payload, end);
    const name = nameIn(message);
    if (!types.has(name) || (number === GRAPH.valueInfo && outputs.has(name))) return false;
    // An input that an initializer gives a value must be of that initializer's type.
    const type = types.get(name);
    return stated.get(name)?.dtype === undefined || type === undefined || stated.get(name)?.dtype === type || (number === GRAPH.input && !constants.has(name));
  };
}

function isWithoutProto(node: Node): boolean {
  const { kind } = sourceOf(node);
  return kind === 'input' || kind === 'parameter';
}

/** Field 1 of a ValueInfoProto. */
function nameIn(message: Uint8Array): string {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) return reader.string();
    reader.skipType(tag & 7, 0, tag >>> 3);
  }
  return '';
}
