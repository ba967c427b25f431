import { opVersion } from '../../capabilities/onnx';
import { UserError } from '../../errors';
import type { PartialShape } from '../../graph/attribute';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { NO_PROGRESS, type ByteSource, type Progress } from '../../host';
import type { OpenBeside } from '../../host';
import { readWholeFile } from '../fileBytes';
import { ExternalData } from './externalData';
import { graphParts, type GraphParts, type NodePart } from './graphParts';
import { inferNodeTypes } from './inferTypes';
import { innerFunctionNodes } from './functions';
import { type ModelFile, modelFile } from './modelFile';
import { INITIALIZER, INPUT, type ModelVersions, type OnnxNode, SPARSE_INITIALIZER } from './node';
import { NodeNames } from './nodeNames';
import { executionOrder } from './order';
import { reachOf, type VersionedNode } from './reach';
import { findInputs, findOutputs, type Signature } from './signatureOptions';
import { tensorAttribute } from './tensor';
import type { StatedValue } from './valueInfo';

/** `Graph.source` of this format. */
export interface OnnxModel {
  readonly file: ModelFile;
  readonly versions: ModelVersions;
  /** Values by their names in the file. */
  readonly values: ReadonlyMap<string, ValueRef>;
  /** What the file states of values, by name. */
  readonly stated: ReadonlyMap<string, StatedValue>;
  /** Names inside graphs of nodes, which nothing outside may take. */
  readonly innerNames: ReadonlySet<string>;
  /** The graph's own inputs that have no initializer, and its outputs, in order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly hasExternalData: boolean;
  /** The nodes as they were read. */
  readonly original: ReadonlyMap<string, Node>;
}

/**
 * Reads an ONNX model. Constants stay views of the file's bytes, or of the bytes read from the files beside it that hold
 * them. Throws UserError for a file that is no ONNX model, for values that do not exist or have two producers, for cycles,
 * and for constants whose bytes do not match their shape.
 */
export async function readOnnx(source: ByteSource, options: Signature, progress: Progress = NO_PROGRESS, beside: OpenBeside = noneBeside): Promise<Graph> {
  const bytes = await readWholeFile(source, progress, 'Save such a model with its weights as external data');
  // A Buffer's slices would be Buffers, whose slice() shares memory instead of copying.
  const file = modelFile(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), source.name);
  const external = new ExternalData(source.name, beside, progress);
  const parts = await graphParts(file, external, source.name, progress);
  progress.report('Checking the graph');
  return graphOf(file, parts, options, source.name);
}

function noneBeside(path: string): Promise<ByteSource> {
  return Promise.reject(new UserError(`"${path}" is not there`));
}

function graphOf(file: ModelFile, parts: GraphParts, options: Signature, name: string): Graph {
  const versions: ModelVersions = { opsets: file.opsets, ...reachOf(versioned(file, parts), file.opsets.get('')!) };
  const names = new NodeNames(parts);
  const values = new Map<string, ValueRef>();
  const define = (value: string, ref: ValueRef): void => {
    if (values.has(value)) throw new UserError(`two nodes make the value "${value}"`, { file: name, node: ref.node, hint: 'Export the model again' });
    values.set(value, ref);
  };
  const nodes = new Map<string, Node>();
  for (const info of parts.inputs) addValueNode(info.name, INPUT, { kind: 'input', outputTypes: [info.dtype] }, nodes, define, inputAttributes(info));
  for (const { tensor, field, message } of parts.initializers) {
    const attributes = new Map([['value', tensorAttribute(tensor)]]);
    addValueNode(tensor.name, INITIALIZER, { kind: 'initializer', outputTypes: [tensor.dtype] }, nodes, define, attributes, { field, message });
  }
  for (const { name: value, dtype, field, message } of parts.sparse) {
    addValueNode(value, SPARSE_INITIALIZER, { kind: 'sparse', outputTypes: [dtype] }, nodes, define, new Map(), { field, message });
  }
  const ids = parts.nodes.map((part) => names.of(part));
  parts.nodes.forEach(({ outputs }, index) => outputs.forEach((output, position) => {
    if (output !== '') define(output, { node: ids[index]!, output: position });
  }));
  for (const node of typedNodes(parts, ids, values, versions, nodes, name)) nodes.set(node.id, node);

  const model: OnnxModel = {
    file, versions, values, stated: parts.stated, innerNames: parts.innerNames, hasExternalData: parts.hasExternalData,
    inputs: parts.inputs.map((info) => info.name), outputs: parts.outputs.map((info) => info.name), original: nodes,
  };
  const graph: Graph = { nodes, inputs: [], outputs: [], source: model };
  return { ...graph, inputs: findInputs(graph, options.inputs, name), outputs: findOutputs(graph, options.outputs, name) };
}

function inputAttributes({ shape }: { readonly shape: PartialShape }): Node['attributes'] {
  return shape === undefined ? new Map() : new Map([['shape', { kind: 'shape', value: shape }]]);
}

/** A node that stands for a value the file holds without a NodeProto. */
function addValueNode(
  name: string, op: string, source: Pick<OnnxNode, 'kind' | 'outputTypes'>, nodes: Map<string, Node>,
  define: (value: string, ref: ValueRef) => void, attributes: Node['attributes'], bytes?: { readonly field: Uint8Array; readonly message: Uint8Array },
): void {
  define(name, { node: name, output: 0 });
  const full: OnnxNode = { domain: '', inputNames: [], slots: [], captures: [], inputTypes: [], outputNames: [name], ...source };
  nodes.set(name, withSource({ id: name, name, op, inputs: [], controlInputs: [], attributes }, full, bytes));
}

function withSource(node: Omit<Node, 'source'>, source: OnnxNode, bytes: { readonly field: Uint8Array; readonly message: Uint8Array } | undefined): Node {
  if (bytes === undefined) return { ...node, source };
  const read = { field: bytes.field, message: bytes.message, original: node as Node };
  const whole: Node = { ...node, source: { ...source, read } satisfies OnnxNode };
  read.original = whole;
  return whole;
}

/** The file's nodes in its order, with types inferred in the order they run. */
function typedNodes(
  parts: GraphParts, ids: readonly string[], values: ReadonlyMap<string, ValueRef>, versions: ModelVersions,
  valueNodes: ReadonlyMap<string, Node>, file: string,
): Node[] {
  const place = new Map(ids.map((id, index) => [id, index]));
  const typesOf = parts.nodes.map((): OnnxNode['outputTypes'] => []);
  const typeAt = ({ node, output }: ValueRef): OnnxNode['outputTypes'][number] => {
    const index = place.get(node);
    return index === undefined ? (valueNodes.get(node)!.source as OnnxNode).outputTypes[output] : typesOf[index]![output];
  };
  const read = (name: string, index: number): ValueRef => {
    const value = values.get(name);
    if (value === undefined) throw new UserError(`its input "${name}" is not in the graph`, { file, node: ids[index], hint: 'Export the model again' });
    return value;
  };
  const captures = parts.nodes.map(({ reads }) => reads.filter((name) => values.has(name)));
  const inputs = parts.nodes.map((part, index) =>
    [...part.inputs.filter((name) => name !== ''), ...captures[index]!].map((name) => read(name, index)));
  const nodes = new Array<Node>(parts.nodes.length);
  for (const index of executionOrder(inputs, place, ids, file)) {
    const part = parts.nodes[index]!;
    const definition = opVersion(part.domain, part.op, versions.opsets.get(part.domain) ?? 1);
    const given = part.inputs.map((name) => (name === '' ? undefined : typeAt(values.get(name)!)));
    const types = inferNodeTypes({ op: part.op, definition, attributes: part.attributes, inputs: given, outputs: part.outputs.length });
    const outputTypes = types.outputs.map((type, output) => type ?? parts.stated.get(part.outputs[output]!)?.dtype);
    typesOf[index] = outputTypes;
    const slots = part.inputs.flatMap((name, slot) => (name === '' ? [] : [slot]));
    const source: OnnxNode = {
      kind: 'node', domain: part.domain, versions, inputNames: part.inputs, captures: captures[index]!, outputNames: part.outputs, outputTypes,
      slots: [...slots, ...captures[index]!.map(() => -1)],
      inputTypes: [...slots.map((slot) => types.inputs[slot]), ...captures[index]!.map((name) => typeAt(values.get(name)!))],
    };
    const node = { id: ids[index]!, name: ids[index]!, op: part.op, inputs: inputs[index]!, controlInputs: [], attributes: part.attributes };
    nodes[index] = withSource(node, source, part);
  }
  return nodes;
}

function versioned(file: ModelFile, { nodes }: GraphParts): VersionedNode[] {
  const own = nodes.map(({ op, domain, name, attributes }: NodePart) => ({ op, domain, name, attributes: attributes.keys(), isInner: false }));
  const inner = [...nodes.flatMap((part) => part.inner), ...innerFunctionNodes(file)];
  return [...own, ...inner.map(({ opType, domain, name, attribute }) =>
    ({ op: opType, domain, name, attributes: attribute.map((entry) => entry.name), isInner: true }))];
}
