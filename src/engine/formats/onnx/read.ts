import { UserError } from '../../errors';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { NO_PROGRESS, type ByteSource, type Progress } from '../../host';
import type { OpenBeside } from '../../host';
import { readWholeFile } from '../fileBytes';
import { ExternalData } from './externalData';
import { callsIn, type CallInGraph } from './calls';
import { graphParts, type ModelParts } from './graphParts';
import { functionNames, innerFunctionNodes } from './functions';
import { innerGraphs } from './innerGraphs';
import { type ModelFile, modelFile } from './modelFile';
import { INITIALIZER, INPUT, type ModelVersions, type OnnxNode, PARAMETER, SPARSE_INITIALIZER, withSource } from './node';
import { reachOf, type VersionedNode } from './reach';
import { type Scope, type Scopes, scopesOf, valueIn } from './scopes';
import { findInputs, findOutputs, type Signature } from './signatureOptions';
import { tensorAttribute } from './tensor';
import { typedNodes } from './typedNodes';
import type { StatedValue } from './valueInfo';

/** `Graph.source` of this format. */
export interface OnnxModel {
  readonly file: ModelFile;
  readonly versions: ModelVersions;
  /** Values by their names in the file. */
  readonly values: ReadonlyMap<string, ValueRef>;
  /** Domains and names of the model's own functions. */
  readonly functions: ReadonlySet<string>;
  /** Calls of the model's functions that the graph has nodes of the functions for, by id. */
  readonly calls: ReadonlyMap<string, CallInGraph>;
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
 * Reads an ONNX model. Constants stay views of the file's bytes; those in files beside it stay there until they are
 * needed, where the host can read without waiting. Throws UserError for a file that is no ONNX model, for values that do not exist or have two producers, for cycles,
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

function graphOf(file: ModelFile, parts: ModelParts, options: Signature, name: string): Graph {
  const found = scopesOf(parts, (value, node) => {
    throw new UserError(`two nodes make the value "${value}"`, { file: name, node, hint: 'Export the model again' });
  });
  const { scopes, resolve } = found;
  const versions: ModelVersions = { opsets: file.opsets, ...reachOf(versioned(file, scopes, name), file.opsets.get('')!) };
  const nodes = new Map<string, Node>();
  for (const scope of scopes) addValueNodes(scope, resolve, versions, nodes);
  for (const node of typedNodes(found, versions, nodes, name)) nodes.set(node.id, node);

  const model: OnnxModel = {
    file, versions, values: new Map([...scopes[0]!.values].map(([value, ref]) => [value, resolve(ref)])), functions: functionNames(file), calls: callsIn(found, versions, nodes), stated: parts.stated, innerNames: parts.innerNames, hasExternalData: parts.hasExternalData,
    inputs: parts.inputs.map((info) => info.name), outputs: parts.outputs.map((info) => info.name), original: nodes,
  };
  const graph: Graph = { nodes, inputs: [], outputs: [], source: model };
  return { ...graph, inputs: findInputs(graph, options.inputs, name), outputs: findOutputs(graph, options.outputs, name) };
}

/** Nodes that stand for the values a graph holds without a NodeProto. */
function addValueNodes(scope: Scope, resolve: Scopes['resolve'], versions: ModelVersions, nodes: Map<string, Node>): void {
  const { parts: { inputs, initializers, sparse }, body, call, values } = scope;
  if (call !== undefined) return;
  const add = (name: string, op: string, source: Pick<OnnxNode, 'kind' | 'outputTypes'>, attributes: Node['attributes'], extra: Partial<ValueExtra> = {}): void => {
    const { node: id } = values.get(name)!;
    const { bytes, given = [], position } = extra;
    const full: OnnxNode = {
      domain: '', inputNames: [], slots: given.map(() => -1), captures: [], inputTypes: given.map(() => source.outputTypes[0]), outputNames: [name],
      ...(body === undefined ? {} : { home: body, versions }), ...(position === undefined ? {} : { position }), ...source,
    };
    nodes.set(id, withSource({ id, name: id, op, inputs: given, controlInputs: [], attributes }, full, bytes));
  };
  inputs.forEach((info, index) => {
    const shape: Node['attributes'] = info.shape === undefined ? new Map() : new Map([['shape', { kind: 'shape', value: info.shape }]]);
    if (body === undefined) add(info.name, INPUT, { kind: 'input', outputTypes: [info.dtype] }, shape);
    else add(info.name, PARAMETER, { kind: 'parameter', outputTypes: [info.dtype] }, shape, { given: givenTo(scope, index, versions).map(resolve), position: index });
  });
  for (const { tensor, field, message } of initializers) {
    const attributes = new Map([['value', tensorAttribute(tensor)]]);
    add(tensor.name, INITIALIZER, { kind: 'initializer', outputTypes: [tensor.dtype] }, attributes, { bytes: { field, message } });
  }
  for (const { name, dtype, field, message } of sparse) add(name, SPARSE_INITIALIZER, { kind: 'sparse', outputTypes: [dtype] }, new Map(), { bytes: { field, message } });
}

interface ValueExtra {
  readonly bytes: { readonly field: Uint8Array; readonly message: Uint8Array };
  /** What the value is, or begins as, further out. */
  readonly given: readonly ValueRef[];
  readonly position: number;
}

/** The value of the node around that input `index` of its graph begins as, or is slices of (onnx/defs/controlflow). */
function givenTo({ outer, owner }: Scope, index: number, { opsets }: ModelVersions): readonly ValueRef[] {
  const { op, inputs } = owner!;
  // Before its second version, Scan has the lengths of sequences as its first input; Loop numbers its trips in the graph's first.
  const slot = op === 'Scan' && opsets.get('')! < 9 ? index + 1 : index;
  const name = op === 'Loop' && index === 0 ? undefined : inputs[slot];
  const value = name === undefined || name === '' ? undefined : valueIn(outer!, name);
  return value === undefined ? [] : [value];
}

function versioned(file: ModelFile, scopes: readonly Scope[], fileName: string): VersionedNode[] {
  const own = scopes.flatMap(({ parts: { nodes } }) => nodes.map(({ op, domain, name, attributes }) => ({ op, domain, name, attributes: attributes.keys(), isInner: false })));
  const opaque = scopes.flatMap(({ parts: { nodes }, inner }) => nodes.filter((_, place) => !inner.has(place)).flatMap(({ attributes }) => innerGraphs(attributes)?.nodes ?? []));
  return [...own, ...[...opaque, ...innerFunctionNodes(file, fileName)].map(({ opType, domain, name, attribute }) =>
    ({ op: opType, domain, name, attributes: attribute.map((entry) => entry.name), isInner: true }))];
}
