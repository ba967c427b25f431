import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { messageFromAttribute } from './attributes';
import { joined, type Piece, totalLength } from '../lazyBytes';
import { delimited, readerOf } from '../protobuf';
import { AttrEntry, AttrValue, NodeFrame, TensorProto, type NodeFrameMessage } from './messages';
import type { SharedAttributes } from './sharedAttributes';

/** Field numbers of graph.proto, node_def.proto, attr_value.proto and tensor.proto that are framed by hand. */
export const NODE_FIELD = 1;
const ATTR_FIELD = 5;
const MAP_VALUE = 2;
const ATTR_TENSOR = 8;
const TENSOR_CONTENT = 4;

/** Attributes with more bytes are passed to the sink as they are instead of being copied into the encoded node. */
const INLINE_BYTES = 64 * 1024;

/** `Node.source` of this format: where the node is in the file. */
export interface NodeSource {
  readonly file: Uint8Array;
  /** The node's field of the GraphDef: tag, length and NodeDef. */
  readonly start: number;
  readonly end: number;
  /** Where the NodeDef begins. */
  readonly payload: number;
  /** The node as it was read; undefined for one of a function, whose bytes are none of a graph's. */
  original: Node | undefined;
}

/** What nodes of one file have in common, and the nodes read so far. */
export interface ReadContext {
  readonly file: string;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly attributes: SharedAttributes;
  /** Names of ops and devices. */
  readonly names: Map<string, string>;
}

const NONE: readonly never[] = [];

/**
 * A NodeDef as a node; its id is its name. Throws UserError when an input is not of the form `node`, `node:2` or `^node`.
 */
export function nodeFromFrame(frame: NodeFrameMessage, source: Omit<NodeSource, 'original'>, context: ReadContext): Node {
  const inputs: ValueRef[] = [];
  const controlInputs: string[] = [];
  for (const text of frame.input) {
    if (text.startsWith('^')) controlInputs.push(known(text.slice(1), context));
    else inputs.push(parseInput(text, frame.name, context));
  }
  const node: Node = {
    id: frame.name,
    name: frame.name,
    op: shared(frame.op, context),
    inputs: inputs.length === 0 ? NONE : inputs,
    controlInputs: controlInputs.length === 0 ? NONE : controlInputs,
    attributes: context.attributes.read(frame.attr),
    ...(frame.device === '' ? {} : { device: shared(frame.device, context) }),
    source,
  };
  (source as NodeSource).original = node;
  return node;
}

/** A NodeDef of a function as a node, its bytes being `bytes`, and the texts of the values it reads. */
export function nodeOfFunction(frame: NodeFrameMessage, bytes: Uint8Array, context: ReadContext): { readonly node: Node; readonly inputs: readonly string[] } {
  const isControl = (text: string): boolean => text.startsWith('^');
  const source: NodeSource = { file: bytes, start: 0, payload: 0, end: bytes.length, original: undefined };
  const node = nodeFromFrame({ ...frame, input: frame.input.filter(isControl) }, source, context);
  source.original = undefined;
  return { node, inputs: frame.input.filter((text) => !isControl(text)) };
}

/** The id of a node as the string that node has, so that graphs keep each name once. */
function known(id: string, { nodes }: ReadContext): string {
  return nodes.get(id)?.id ?? id;
}

function shared(name: string, { names }: ReadContext): string {
  const first = names.get(name);
  if (first === undefined) names.set(name, name);
  return first ?? name;
}

function parseInput(text: string, node: string, context: ReadContext): ValueRef {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { node: known(text, context), output: 0 };
  const index = text.slice(colon + 1);
  if (!/^\d{1,9}$/.test(index)) {
    throw new UserError(`the input "${text}" does not end in an output index`, { file: context.file, node, hint: 'Export the model again' });
  }
  return { node: known(text.slice(0, colon), context), output: Number(index) };
}

/**
 * The node's field of the GraphDef, in pieces: the bytes it was read from when nothing of it changed, otherwise newly
 * encoded with the unknown fields of the NodeDef and of each attribute that kept its source.
 */
export function encodeNode(node: Node, graph: Graph): Piece[] {
  const source = node.source as NodeSource | undefined;
  if (source?.original !== undefined && isUntouched(node, source.original, graph)) return [source.file.subarray(source.start, source.end)];
  const frame = source === undefined ? ({} as NodeFrameMessage) : frameOf(source);
  frame.name = node.name;
  frame.op = node.op;
  frame.input = inputNames(node, graph);
  frame.device = node.device ?? '';
  frame.attr = [];
  const large: Piece[] = [];
  for (const [key, attribute] of node.attributes) {
    const value = encodeAttribute(attribute);
    if (totalLength(value) <= INLINE_BYTES) frame.attr.push(AttrEntry.encode({ key, value: joined(value) }).finish());
    else large.push(...delimited(ATTR_FIELD, [AttrEntry.encode({ key }).finish(), ...delimited(MAP_VALUE, value)]));
  }
  return delimited(NODE_FIELD, [NodeFrame.encode(frame).finish(), ...large]);
}

function frameOf({ file, payload, end }: NodeSource): NodeFrameMessage {
  return NodeFrame.decode(readerOf(file.subarray(payload, end))) as unknown as NodeFrameMessage;
}

function isUntouched(node: Node, original: Node, graph: Graph): boolean {
  return (
    node.name === original.name &&
    node.op === original.op &&
    node.inputs === original.inputs &&
    node.controlInputs === original.controlInputs &&
    node.attributes === original.attributes &&
    node.device === original.device &&
    // The file names producers: a renamed one changes its readers' bytes too.
    node.inputs.every((value) => nameOf(value.node, graph) === value.node) &&
    node.controlInputs.every((id) => nameOf(id, graph) === id)
  );
}

/** `input` strings of a NodeDef: values as `node` or `node:2`, then control inputs as `^node`. */
function inputNames(node: Node, graph: Graph): string[] {
  const values = node.inputs.map(({ node: id, output }) => (output === 0 ? nameOf(id, graph) : `${nameOf(id, graph)}:${output}`));
  return [...values, ...node.controlInputs.map((id) => `^${nameOf(id, graph)}`)];
}

function nameOf(id: string, graph: Graph): string {
  const node = graph.nodes.get(id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node.name;
}

/** The AttrValue: as it was read, or new, with tensor_content as a piece of its own. */
function encodeAttribute(attribute: Attribute): Piece[] {
  if (attribute.source !== undefined) return [attribute.source as Uint8Array];
  const message = messageFromAttribute(attribute);
  if (message.tensor?.tensorContent === undefined) return [AttrValue.encode(message).finish()];
  const { tensorContent, ...rest } = message.tensor;
  return delimited(ATTR_TENSOR, [TensorProto.encode(rest).finish(), ...delimited(TENSOR_CONTENT, [tensorContent])]);
}
