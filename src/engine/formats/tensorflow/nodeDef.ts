import protobuf from 'protobufjs/light';
import { UserError } from '../../errors';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { attributeFromMessage, messageFromAttribute } from './attributes';
import { NodeDef, readerOf, TensorProto, type AttrValueMessage, type NodeDefMessage } from './messages';

/** Field numbers of graph.proto, node_def.proto, attr_value.proto and tensor.proto that are framed by hand. */
export const NODE_FIELD = 1;
const ATTR_FIELD = 5;
const MAP_KEY = 1;
const MAP_VALUE = 2;
const ATTR_TENSOR = 8;
const TENSOR_CONTENT = 4;

/** Tensors with more bytes are passed to the sink as they are instead of being copied into the encoded node. */
const INLINE_TENSOR_BYTES = 64 * 1024;

/** `Node.source` of this format. */
export interface NodeSource {
  /** The node's field of the GraphDef as in the file: tag, length and NodeDef. */
  readonly field: Uint8Array;
  /** The NodeDef within `field`. */
  readonly payload: Uint8Array;
  /** The node as it was read. */
  original: Node;
}

/**
 * A decoded NodeDef as a node; its id is its name. Throws UserError when an input is not of the form `node`, `node:2`
 * or `^node`.
 */
export function nodeFromMessage(message: NodeDefMessage, bytes: { field: Uint8Array; payload: Uint8Array }, file: string): Node {
  const inputs: ValueRef[] = [];
  const controlInputs: string[] = [];
  for (const text of message.input) {
    if (text.startsWith('^')) controlInputs.push(text.slice(1));
    else inputs.push(parseInput(text, message.name, file));
  }
  const source = { ...bytes } as NodeSource;
  const node: Node = {
    id: message.name,
    name: message.name,
    op: message.op,
    inputs,
    controlInputs,
    attributes: new Map(Object.entries(message.attr).map(([name, value]) => [name, attributeFromMessage(value)])),
    ...(message.device === '' ? {} : { device: message.device }),
    source,
  };
  source.original = node;
  return node;
}

function parseInput(text: string, node: string, file: string): ValueRef {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { node: text, output: 0 };
  const index = text.slice(colon + 1);
  if (!/^\d{1,9}$/.test(index)) {
    throw new UserError(`the input "${text}" does not end in an output index`, { file, node, hint: 'Export the model again' });
  }
  return { node: text.slice(0, colon), output: Number(index) };
}

/**
 * The node's field of the GraphDef, in pieces: the bytes it was read from when nothing of it changed, otherwise newly
 * encoded with the unknown fields of the NodeDef and of each attribute that kept its source.
 */
export function encodeNode(node: Node, graph: Graph): Uint8Array[] {
  const source = node.source as NodeSource | undefined;
  if (source !== undefined && isUntouched(node, source.original, graph)) return [source.field];
  const message = source === undefined ? ({} as NodeDefMessage) : (NodeDef.decode(readerOf(source.payload)) as unknown as NodeDefMessage);
  message.name = node.name;
  message.op = node.op;
  message.input = inputNames(node, graph);
  message.device = node.device ?? '';
  message.attr = {};
  const large: Uint8Array[] = [];
  for (const [name, attribute] of node.attributes) {
    const value = messageFromAttribute(attribute);
    if ((value.tensor?.tensorContent?.length ?? 0) > INLINE_TENSOR_BYTES) large.push(...largeTensorEntry(name, value));
    else message.attr[name] = value;
  }
  return delimited(NODE_FIELD, [NodeDef.encode(message).finish(), ...large]);
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

/** An entry of NodeDef.attr whose tensor_content is a piece of its own. */
function largeTensorEntry(name: string, value: AttrValueMessage): Uint8Array[] {
  const tensor = value.tensor!;
  const rest = { ...tensor, tensorContent: undefined };
  return delimited(ATTR_FIELD, [
    protobuf.Writer.create().uint32((MAP_KEY << 3) | 2).string(name).finish(),
    ...delimited(MAP_VALUE, [
      ...delimited(ATTR_TENSOR, [
        TensorProto.encode(rest).finish(),
        ...delimited(TENSOR_CONTENT, [tensor.tensorContent]),
        ...unknownFields(tensor),
      ]),
      ...unknownFields(value),
    ]),
  ]);
}

function unknownFields(message: object): readonly Uint8Array[] {
  return (message as { $unknowns?: Uint8Array[] }).$unknowns ?? [];
}

/** A length-delimited field around `pieces`. */
function delimited(field: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [protobuf.Writer.create().uint32((field << 3) | 2).uint32(length).finish(), ...pieces];
}
