import { canonicalDomain } from '../../capabilities/onnx';
import { CancelledError, UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import type { Progress } from '../../host';
import { readerOf } from '../protobuf';
import { attributeFromBytes } from './attributes';
import type { ExternalData } from './externalData';
import { innerGraphs } from './innerGraphs';
import { NodeFrame, type NodeFrameMessage, type NodeMessage, SparseTensorProto, type TensorMessage } from './messages';
import { type Field, GRAPH, type ModelFile } from './modelFile';
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
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Node['attributes'];
  /** Names that graphs among the attributes read. */
  readonly reads: readonly string[];
  /** Nodes of those graphs. */
  readonly inner: readonly NodeMessage[];
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
  readonly innerNames: ReadonlySet<string>;
  readonly hasExternalData: boolean;
}

const NODES_PER_CHECK = 256;

/** Decodes the fields of the graph. Throws UserError naming what is damaged. */
export async function graphParts(file: ModelFile, external: ExternalData, name: string, progress: Progress): Promise<GraphParts> {
  const { bytes, graphFields } = file;
  const nodes: NodePart[] = [];
  const initializers: (Bytes & { tensor: TensorHeader })[] = [];
  const sparse: (Bytes & { name: string; dtype: DataType | undefined })[] = [];
  const infos: Record<number, StatedValue[]> = { [GRAPH.input]: [], [GRAPH.output]: [], [GRAPH.valueInfo]: [] };
  const innerNames = new Set<string>();
  const bytesOf = ({ start, payload, end }: Field): Bytes => ({ field: bytes.subarray(start, end), message: bytes.subarray(payload, end) });
  let hasExternalData = false;
  for (const field of graphFields) {
    try {
      if (field.number === GRAPH.node) nodes.push(nodePart(bytesOf(field), innerNames));
      else if (field.number === GRAPH.initializer) {
        const part = bytesOf(field);
        const header = tensorHeader(part.message);
        hasExternalData ||= header.value.external !== undefined;
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
  return { nodes, initializers, sparse, inputs: inputs.filter((info) => !given.has(info.name)), outputs, stated, innerNames, hasExternalData };
}

function nodePart(bytes: Bytes, innerNames: Set<string>): NodePart {
  const frame = NodeFrame.decode(readerOf(bytes.message)) as unknown as NodeFrameMessage;
  const attributes = new Map(frame.attribute.map(attributeFromBytes));
  const inner = innerGraphs(attributes);
  for (const name of inner?.names ?? []) innerNames.add(name);
  return {
    ...bytes, name: frame.name, op: frame.opType, domain: canonicalDomain(frame.domain), inputs: withoutTrailingGaps(frame.input), outputs: frame.output,
    attributes, reads: [...(inner?.reads ?? [])], inner: inner?.nodes ?? [],
  };
}

function withoutTrailingGaps(names: readonly string[]): readonly string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

function sparsePart(bytes: Bytes): Bytes & { name: string; dtype: DataType | undefined } {
  const { values } = SparseTensorProto.decode(readerOf(bytes.message)) as unknown as { values?: TensorMessage };
  return { ...bytes, name: values?.name ?? '', dtype: dataTypeFromEnum(values?.dataType ?? 0) };
}
