import { canonicalDomain } from '../../capabilities/onnx';
import { CancelledError, UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import type { Progress } from '../../host';
import { readerOf } from '../protobuf';
import { attributeFromBytes, graphsIn } from './attributes';
import type { ExternalData } from './externalData';
import { type FunctionPart, functionsIn } from './functions';
import { innerGraphs } from './innerGraphs';
import { NodeFrame, type NodeFrameMessage, SparseTensorProto, type TensorMessage } from './messages';
import { type Field, fieldsOf, GRAPH, type ModelFile } from './modelFile';
import { dataTypeFromEnum } from './dataTypes';
import { tensorSizeProblem } from './tensor';
import { type TensorHeader, tensorHeader } from './tensorProto';
import { type StatedValue, statedValue } from './valueInfo';

/** The bytes of a field, and of the message in it. */
interface Bytes {
  readonly field: Uint8Array;
  readonly message: Uint8Array;
}

export interface NodePart extends Bytes {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Node['attributes'];
  /** The graphs that If, Loop and Scan run, by attribute. */
  readonly bodies: readonly BodyPart[];
}

/** A graph among the attributes of a node. */
export interface BodyPart {
  readonly attribute: string;
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly parts: GraphParts;
}

/** A GraphProto's contents. */
export interface GraphParts {
  readonly nodes: readonly NodePart[];
  readonly initializers: readonly (Bytes & { readonly tensor: TensorHeader })[];
  readonly sparse: readonly (Bytes & { readonly name: string; readonly dtype: DataType | undefined })[];
  /** Without those that an initializer gives a value. */
  readonly inputs: readonly StatedValue[];
  readonly outputs: readonly StatedValue[];
  readonly stated: ReadonlyMap<string, StatedValue>;
}

/** A ModelProto's. */
export interface ModelParts extends GraphParts {
  /** Nodes of the model's own functions, with what their calls have to give, by `functionKey`. */
  readonly functions: ReadonlyMap<string, FunctionPart>;
  /** Every name in graphs of nodes. */
  readonly innerNames: ReadonlySet<string>;
  readonly hasExternalData: boolean;
}

const NODES_PER_CHECK = 256;

/**
 * Decodes the fields of the model's graph, and of the graphs in its nodes. Throws UserError naming what is damaged, and for
 * graphs nested deeper than protobuf allows.
 */
export async function graphParts(file: ModelFile, external: ExternalData, name: string, progress: Progress): Promise<ModelParts> {
  const decoder: Decoder = { external, name, progress, innerNames: new Set(), waiting: [], hasExternalData: false };
  const { bytes, graphFields } = file;
  const root = await decodeGraph(bytes, graphFields, decoder, true);
  const functions = functionsIn(file, name, (message) => nodePart({ field: message, message }, decoder, true));
  for (let next = decoder.waiting.pop(); next !== undefined; next = decoder.waiting.pop()) await next();
  return { ...root, functions, innerNames: decoder.innerNames, hasExternalData: decoder.hasExternalData };
}

interface Decoder {
  readonly external: ExternalData;
  readonly name: string;
  readonly progress: Progress;
  readonly innerNames: Set<string>;
  /** What decodes the graphs met so far. */
  readonly waiting: (() => Promise<void>)[];
  hasExternalData: boolean;
}

async function decodeGraph(bytes: Uint8Array, fields: readonly Field[], decoder: Decoder, isRoot: boolean): Promise<GraphParts> {
  const { external, name, progress } = decoder;
  const nodes: NodePart[] = [];
  const initializers: (Bytes & { tensor: TensorHeader })[] = [];
  const sparse: (Bytes & { name: string; dtype: DataType | undefined })[] = [];
  const infos: Record<number, StatedValue[]> = { [GRAPH.input]: [], [GRAPH.output]: [], [GRAPH.valueInfo]: [] };
  const bytesOf = ({ start, payload, end }: Field): Bytes => ({ field: bytes.subarray(start, end), message: bytes.subarray(payload, end) });
  for (const field of fields) {
    try {
      if (field.number === GRAPH.node) nodes.push(nodePart(bytesOf(field), decoder, isRoot));
      else if (field.number === GRAPH.initializer) {
        const part = bytesOf(field);
        const header = tensorHeader(part.message);
        decoder.hasExternalData ||= header.value.external !== undefined;
        const tensor = await external.read(header);
        const problem = tensorSizeProblem(tensor);
        if (problem !== undefined) throw new UserError(problem, { file: name, node: tensor.name, hint: 'Download or export the model again' });
        initializers.push({ ...part, tensor });
      } else if (field.number === GRAPH.sparseInitializer) sparse.push(sparsePart(bytesOf(field)));
      else infos[field.number]?.push(statedValue(bytesOf(field).message));
    } catch (error) {
      if (error instanceof UserError || error instanceof CancelledError) throw error;
      throw new UserError(`the model is damaged at byte ${field.start}`, { file: name, hint: 'Download or export the model again' });
    }
    if ((nodes.length + initializers.length) % NODES_PER_CHECK === 0) {
      progress.throwIfCancelled();
      progress.report('Decoding nodes', field.end / bytes.length);
    }
  }
  const given = new Set([...initializers.map(({ tensor }) => tensor.name), ...sparse.map((part) => part.name)]);
  const [inputs, outputs, values] = [infos[GRAPH.input]!, infos[GRAPH.output]!, infos[GRAPH.valueInfo]!];
  const stated = new Map([...values, ...inputs, ...outputs].map((info) => [info.name, info]));
  return { nodes, initializers, sparse, inputs: inputs.filter((info) => !given.has(info.name)), outputs, stated };
}

const CONTROL_FLOW: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

function nodePart(bytes: Bytes, decoder: Decoder, isRoot: boolean): NodePart {
  const frame = NodeFrame.decode(readerOf(bytes.message)) as unknown as NodeFrameMessage;
  const attributes = new Map(frame.attribute.map(attributeFromBytes));
  const domain = canonicalDomain(frame.domain);
  // Once for all that is inside, which also finds graphs nested too deep.
  if (isRoot) for (const name of innerGraphs(attributes)?.names ?? []) decoder.innerNames.add(name);
  const bodies = domain === '' && CONTROL_FLOW.has(frame.opType) ? bodiesIn(attributes, decoder) : [];
  return { ...bytes, name: frame.name, op: frame.opType, domain, overload: frame.overload, inputs: withoutTrailingGaps(frame.input), outputs: frame.output, attributes, bodies };
}

/** The graphs among the attributes; their parts are there once the decoder is done. */
function bodiesIn(attributes: Node['attributes'], decoder: Decoder): BodyPart[] {
  return [...attributes].flatMap(([attribute, value]) => graphsIn(value).map((bytes) => {
    const fields = fieldsOf(bytes, 0, bytes.length) ?? [];
    const body = { attribute, bytes, fields, parts: EMPTY };
    decoder.waiting.push(async () => {
      body.parts = await decodeGraph(bytes, fields, decoder, false);
    });
    return body;
  }));
}

export const EMPTY: GraphParts = { nodes: [], initializers: [], sparse: [], inputs: [], outputs: [], stated: new Map() };

function withoutTrailingGaps(names: readonly string[]): readonly string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

function sparsePart(bytes: Bytes): Bytes & { name: string; dtype: DataType | undefined } {
  const { values } = SparseTensorProto.decode(readerOf(bytes.message)) as unknown as { values?: TensorMessage };
  return { ...bytes, name: values?.name ?? '', dtype: dataTypeFromEnum(values?.dataType ?? 0) };
}
