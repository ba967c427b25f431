import protobuf from 'protobufjs/light';
import { irVersionOf } from '../../capabilities/onnx';
import { type Graph, type Node, valueKey } from '../../graph/graph';
import type { Piece } from '../lazyBytes';
import { delimited } from '../protobuf';
import { encodeNode, isUntouched } from './encodeNode';
import { OperatorSetIdProto } from './messages';
import { type Field, GRAPH, MODEL, type ModelFile } from './modelFile';
import { domainOf, isConstantNode, outputTypes, sourceOf } from './node';
import { executionOrder } from './order';
import type { OnnxModel } from './read';
import { raiseOpset } from './raise';
import { tensorPieces } from './tensor';
import { encodeValueInfo } from './valueInfo';
import { valueNames, type ValueNames } from './valueNames';

/** IR version from which on initializers need not be inputs as well. */
const FREE_INITIALIZERS = 4;

/** How an initializer is written: undefined for inside the model. */
export type PlaceInitializer = (node: Node, name: string) => Piece[] | undefined;

/**
 * The ModelProto of a graph in pieces. Every field that no rewrite touched is that of the file it was read from, in its
 * place; a graph nothing of which changed is the file. The operator set is raised as far as the graph's types need it.
 */
export function modelPieces(graph: Graph, place: PlaceInitializer = () => undefined): Piece[] {
  const { graph: raised, opset } = raiseOpset(graph);
  const model = raised.source as OnnxModel;
  const names = valueNames(raised);
  const { file } = model;
  const graphPieces = graphMessage(raised, names, place);
  const isChanged = graphPieces !== undefined;
  const before = file.opsets.get('')!;
  const irVersion = isChanged ? Math.max(file.irVersion, FREE_INITIALIZERS, opset > before ? irVersionOf(opset) : 0) : file.irVersion;
  const needed = neededOpsets(raised, file);
  return [
    ...file.fields.flatMap((field): Piece[] => {
      if (field.number === MODEL.graph && isChanged) return delimited(MODEL.graph, graphPieces);
      if (field.number === MODEL.irVersion && irVersion !== file.irVersion) return [irVersionField(irVersion)];
      if (field.number === MODEL.opsetImport && opset > before && importsDefault(file, field)) return [opsetField('', opset)];
      return [file.bytes.subarray(field.start, field.end)];
    }),
    ...(isChanged ? needed.map(([domain, version]) => opsetField(domain, domain === '' ? opset : version)) : []),
  ];
}

function irVersionField(version: number): Uint8Array {
  return protobuf.Writer.create().uint32(MODEL.irVersion << 3).int64(version).finish();
}

function opsetField(domain: string, version: number): Uint8Array {
  const bytes = OperatorSetIdProto.encode({ domain, version }).finish();
  return protobuf.Writer.create().uint32((MODEL.opsetImport << 3) | 2).bytes(bytes).finish();
}

function importsDefault(file: ModelFile, { payload, end }: Field): boolean {
  const { domain } = OperatorSetIdProto.decode(file.bytes.subarray(payload, end)) as unknown as { domain: string };
  return domain === '' || domain === 'ai.onnx';
}

/** The default operator set where new nodes need it and the file has none. */
function neededOpsets(graph: Graph, file: ModelFile): [string, number][] {
  const isImported = file.fields.some((field) => field.number === MODEL.opsetImport && importsDefault(file, field));
  const isNeeded = [...graph.nodes.values()].some((node) => sourceOf(node).kind === 'node' && domainOf(node) === '');
  return isImported || !isNeeded ? [] : [['', file.opsets.get('')!]];
}

/** The fields of the GraphProto, or undefined where nothing changed. */
function graphMessage(graph: Graph, names: ValueNames, place: PlaceInitializer): Piece[] | undefined {
  const model = graph.source as OnnxModel;
  const { bytes, graphFields } = model.file;
  const sameOutputs = model.outputs.length === graph.outputs.length && graph.outputs.every(({ name }, index) => name === model.outputs[index]);
  const initializers = [...graph.nodes.values()].filter((node) => sourceOf(node).kind === 'initializer');
  const places = new Map(initializers.map((node) => [node.id, place(node, names.get(valueKey({ node: node.id, output: 0 }))!)]));
  const isSame = sameOutputs && graph.nodes.size === model.original.size && !model.hasExternalData
    && [...graph.nodes.values()].every((node) => model.original.has(node.id) && (sourceOf(node).kind === 'input' || isUntouched(node, names)));
  if (isSame) return undefined;

  const written = new Set<number>();
  const groups: Record<number, () => Piece[]> = {
    [GRAPH.node]: () => nodeFields(graph, names),
    [GRAPH.initializer]: () => initializers.flatMap((node) => initializerField(node, names, places.get(node.id))),
    [GRAPH.output]: () => outputFields(graph),
  };
  const once = (number: number): Piece[] => {
    if (written.has(number)) return [];
    written.add(number);
    return groups[number]!();
  };
  const stays = staysStated(graph, names);
  const pieces = graphFields.flatMap((field): Piece[] => {
    if (groups[field.number] !== undefined) return once(field.number);
    if (field.number === GRAPH.sparseInitializer || stays(field)) return [bytes.subarray(field.start, field.end)];
    return [];
  });
  return [...pieces, ...[GRAPH.node, GRAPH.initializer, GRAPH.output].flatMap(once)];
}

/** The nodes in an order in which each comes after those it reads, the file's own wherever possible. */
function nodeFields(graph: Graph, names: ValueNames): Piece[] {
  const nodes = [...graph.nodes.values()].filter((node) => sourceOf(node).kind === 'node');
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

/** Outputs as the file states them; those it does not have are stated anew. */
function outputFields(graph: Graph): Piece[] {
  const { stated, outputs } = graph.source as OnnxModel;
  const own = new Set(outputs);
  return graph.outputs.flatMap(({ name, value }) => {
    const info = stated.get(name);
    const type = outputTypes(graph.nodes.get(value.node)!)[value.output];
    const message = own.has(name) || type === undefined ? info?.message : encodeValueInfo(name, type, info?.shape);
    return delimited(GRAPH.output, [message ?? new Uint8Array()]);
  });
}

/** Whether a field that states something of a value still holds: its value is there, in the type stated. Other fields do. */
function staysStated(graph: Graph, names: ValueNames): (field: Field) => boolean {
  const { file: { bytes }, stated } = graph.source as OnnxModel;
  const types = new Map<string, ReturnType<typeof outputTypes>[number]>();
  for (const node of graph.nodes.values()) {
    outputTypes(node).forEach((type, output) => {
      const name = names.get(valueKey({ node: node.id, output }));
      if (name !== undefined) types.set(name, type);
    });
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const constants = new Set([...graph.nodes.values()].filter(isConstantNode).map((node) => names.get(valueKey({ node: node.id, output: 0 }))));
  return ({ number, payload, end }) => {
    if (number !== GRAPH.valueInfo && number !== GRAPH.input) return true;
    const message = bytes.subarray(payload, end);
    const name = nameIn(message);
    if (!types.has(name) || (number === GRAPH.valueInfo && outputs.has(name))) return false;
    // An input that an initializer gives a value must be of that initializer's type.
    const type = types.get(name);
    return stated.get(name)?.dtype === undefined || type === undefined || stated.get(name)?.dtype === type || (number === GRAPH.input && !constants.has(name));
  };
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
