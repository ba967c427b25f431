import protobuf from 'protobufjs/light';
import { CancelledError, UserError } from '../../errors';
import type { Graph, Node } from '../../graph/graph';
import { NO_PROGRESS, type ByteSource, type Progress } from '../../host';
import { readWholeFile } from '../fileBytes';
import { withFedConstants, withoutFedConstants } from './fedConstants';
import { findInputs, findOutputs } from './ioSignature';
import { NodeFrame, type NodeFrameMessage } from './messages';
import { NODE_FIELD, nodeFromFrame, type ReadContext } from './nodeDef';
import { notAGraphDef } from './recognise';
import { SharedAttributes } from './sharedAttributes';
import { checkGraph } from './validate';

/** `Graph.source` of this format. */
export interface GraphDefSource {
  /** Fields of the GraphDef that are no node, by the id of the node they follow; those before every node under ''. */
  readonly otherFields: ReadonlyMap<string, readonly Uint8Array[]>;
}

export interface ReadOptions {
  /** Values to treat as the model's inputs (`Mfcc`, `split:1`) instead of its placeholders. */
  readonly inputs?: readonly string[];
  /** Values to treat as the model's outputs instead of those nothing reads. */
  readonly outputs?: readonly string[];
}

/**
 * Reads a binary GraphDef (tensorflow/core/framework/graph.proto). Constants stay views of the file's bytes. Throws
 * UserError for a file that is no GraphDef and for a graph TensorFlow could not load: duplicate names, inputs that do
 * not exist, cycles outside loops, constants whose bytes do not match their shape.
 */
export async function readGraphDef(source: ByteSource, options: ReadOptions = {}, progress: Progress = NO_PROGRESS): Promise<Graph> {
  const bytes = await readWholeFile(source, progress);
  return graphFromBytes(bytes, source.name, options, progress);
}

/** The graph in a serialised GraphDef; `bytes` are kept and must not change afterwards. */
export function graphFromBytes(bytes: Uint8Array, file: string, options: ReadOptions, progress: Progress): Graph {
  // A Buffer's slices would be Buffers, whose slice() shares memory instead of copying.
  const { nodes, otherFields } = decodeFields(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), file, progress);
  progress.report('Checking the graph');
  const graph: Graph = { nodes, inputs: [], outputs: [], source: { otherFields } satisfies GraphDefSource };
  checkGraph(graph, file, progress);
  return withSignature(graph, options, file);
}

/** The graph with the inputs and outputs the options name, or its own. Throws UserError for a name not in the graph. */
export function withSignature(graph: Graph, { inputs, outputs }: ReadOptions, file: string): Graph {
  const read = withoutFedConstants(graph);
  return withFedConstants({ ...read, inputs: findInputs(read, inputs, file), outputs: findOutputs(read, outputs, file) });
}

const NODES_PER_CHECK = 256;

/** The nodes of a serialised GraphDef as they are, and its other fields by the id of the node they follow, '' for none. */
export function decodeFields(bytes: Uint8Array, file: string, progress: Progress): { nodes: Map<string, Node>; otherFields: Map<string, Uint8Array[]> } {
  const nodes = new Map<string, Node>();
  const context: ReadContext = { file, nodes, attributes: new SharedAttributes(), names: new Map() };
  const otherFields = new Map<string, Uint8Array[]>();
  const reader = protobuf.Reader.create(bytes);
  let last = '';
  let start = 0;
  try {
    for (; reader.pos < reader.len; start = reader.pos) {
      const tag = reader.tag();
      if (tag === ((NODE_FIELD << 3) | 2)) {
        const length = reader.size();
        const payload = reader.pos;
        const frame = NodeFrame.decode(reader, length) as unknown as NodeFrameMessage;
        checkName(frame, nodes, file);
        nodes.set(frame.name, nodeFromFrame(frame, { file: bytes, start, payload, end: reader.pos }, context));
        last = frame.name;
        if (nodes.size % NODES_PER_CHECK === 0) {
          progress.throwIfCancelled();
          progress.report('Decoding nodes', reader.pos / reader.len);
        }
      } else {
        reader.skipType(tag & 7, 0, tag >>> 3);
        const fields = otherFields.get(last);
        if (fields === undefined) otherFields.set(last, [bytes.subarray(start, reader.pos)]);
        else fields.push(bytes.subarray(start, reader.pos));
      }
    }
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    throw notAGraphDef(bytes, file) ?? (error instanceof UserError ? error : damaged(file, nodes.size, start, bytes.length));
  }
  if (nodes.size === 0) throw notAGraphDef(bytes, file) ?? new UserError('the file holds no nodes', { file, hint: 'Choose a frozen TensorFlow graph' });
  return { nodes, otherFields };
}

function checkName({ name, op }: NodeFrameMessage, nodes: ReadonlyMap<string, Node>, file: string): void {
  if (name === '' || op === '') {
    const which = name === '' ? `node ${nodes.size + 1} has no name` : 'the node has no op';
    throw new UserError(which, { file, ...(name === '' ? {} : { node: name }), hint: 'Export the model again' });
  }
  if (nodes.has(name)) {
    throw new UserError('two nodes have this name', { file, node: name, hint: 'Rename one of them or export the model again' });
  }
}

function damaged(file: string, nodesRead: number, offset: number, size: number): UserError {
  const message = nodesRead === 0
    ? 'the file is not a TensorFlow GraphDef'
    : `the file is cut off or damaged: the ${nodesRead} nodes before byte ${offset} of ${size} can be read, the next cannot`;
  const hint = nodesRead === 0 ? 'Choose a frozen TensorFlow graph (.pb or .pbtxt)' : 'Download or export the model again';
  return new UserError(message, { file, hint });
}
