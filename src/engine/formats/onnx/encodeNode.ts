import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { joined, type Piece } from '../lazyBytes';
import { delimited, readerOf } from '../protobuf';
import { attributePieces } from './attributes';
import { NodeFrame, type NodeFrameMessage } from './messages';
import { GRAPH } from './modelFile';
import { INITIALIZER, ownInputs, sourceOf } from './node';
import type { ValueNames } from './valueNames';

const ATTRIBUTE_FIELD = 5;

/** Whether the node's bytes in the file still say what it is. */
export function isUntouched(node: Node, names: ValueNames): boolean {
  const source = sourceOf(node);
  const original = source.read?.original;
  if (original === undefined) return false;
  const isSame = node.name === original.name && node.op === original.op && node.attributes === original.attributes;
  return isSame && sameNames(inputNames(node, names), source.inputNames) && sameNames(outputNames(node, names), source.outputNames)
    && source.inputNames === sourceOf(original).inputNames;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** Names of the inputs by slot; '' for those left out. Captured values are read by graphs, not by the node. */
function inputNames(node: Node, names: ValueNames): string[] {
  const { slots, inputNames: present } = sourceOf(node);
  const result = new Array<string>(present.length).fill('');
  for (let index = 0; index < ownInputs(sourceOf(node)); index++) result[slots[index]!] = nameAt(node.inputs[index]!, names);
  return result;
}

function outputNames(node: Node, names: ValueNames): string[] {
  return sourceOf(node).outputNames.map((_, output) => names.get(valueKey({ node: node.id, output })) ?? '');
}

function nameAt(value: ValueRef, names: ValueNames): string {
  const name = names.get(valueKey(value));
  if (name === undefined) throw new Error(`${valueKey(value)} has no name`);
  return name;
}

/** The node's field of the GraphProto: the bytes it was read from where nothing changed, otherwise with all they held that did not change. */
export function encodeNode(node: Node, names: ValueNames): Piece[] {
  const { read, domain } = sourceOf(node);
  if (read !== undefined && isUntouched(node, names)) return [read.field];
  if (node.op === INITIALIZER) throw new Error('an initializer is no node');
  const frame = read === undefined ? ({} as NodeFrameMessage) : (NodeFrame.decode(readerOf(read.message)) as unknown as NodeFrameMessage);
  if (read === undefined || node.name !== read.original.name) frame.name = node.name;
  if (read === undefined || node.op !== read.original.op) {
    frame.opType = node.op;
    frame.domain = domain;
  }
  frame.input = inputNames(node, names);
  frame.output = outputNames(node, names);
  frame.attribute = [];
  const attributes = [...node.attributes].flatMap(([name, attribute]) => delimited(ATTRIBUTE_FIELD, attributePieces(name, attribute)));
  return delimited(GRAPH.node, [NodeFrame.encode(frame).finish(), joinSmall(attributes)].flat());
}

/** Attributes of nodes other than constants are a few bytes each. */
function joinSmall(pieces: readonly Piece[]): Piece[] {
  return pieces.every((piece) => piece.length < 4096) ? [joined(pieces)] : [...pieces];
}

/** Values that the graph fetches under the names they are written by. */
export function outputNameOf(graph: Graph, names: ValueNames): string[] {
  return graph.outputs.map(({ value }) => nameAt(value, names));
}
