import protobuf from 'protobufjs/light';
import { irVersionOf } from '../../capabilities/onnx';
import type { Graph, Node } from '../../graph/graph';
import type { Piece } from '../lazyBytes';
import { delimited } from '../protobuf';
import { originalSizes, withoutBodies } from './encodeBodies';
import { encodeGraph, type GraphToWrite, type PlaceInitializer } from './encodeGraph';
import { OperatorSetIdProto } from './messages';
import { type Field, MODEL, type ModelFile } from './modelFile';
import { domainOf, outputTypes, sourceOf } from './node';
import type { OnnxModel } from './read';
import { raiseOpset } from './raise';
import { encodeValueInfo } from './valueInfo';

/** IR version from which on initializers need not be inputs as well. */
const FREE_INITIALIZERS = 4;

/**
 * The ModelProto of a graph in pieces. Every field that no rewrite touched is that of the file it was read from, in its
 * place; a graph nothing of which changed is the file. The operator set is raised as far as the graph's types need it.
 */
export function modelPieces(graph: Graph, place: PlaceInitializer = () => undefined): Piece[] {
  const { graph: raised, opset } = raiseOpset(graph);
  const model = raised.source as OnnxModel;
  const { file } = model;
  const { nodes, names } = withoutBodies(raised);
  const graphPieces = encodeGraph(ownGraph(raised, nodes), names, place);
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

/** The model's own graph. Outputs are as the file states them; those it does not have are stated anew. */
function ownGraph(graph: Graph, nodes: ReadonlyMap<string, Node>): GraphToWrite {
  const { file: { bytes, graphFields }, stated, outputs, hasExternalData } = graph.source as OnnxModel;
  const own = new Set(outputs);
  const written = graph.outputs.map(({ name, value }) => {
    const info = stated.get(name);
    const type = outputTypes(graph.nodes.get(value.node)!)[value.output];
    const message = own.has(name) || type === undefined ? info?.message : encodeValueInfo(name, type, info?.shape);
    return { name, message: message ?? new Uint8Array() };
  });
  const sameOutputs = outputs.length === written.length && written.every(({ name }, index) => name === outputs[index]);
  return { bytes, fields: graphFields, stated, nodes, outputs: written, isWhole: sameOutputs && !hasExternalData && nodes.size === (originalSizes(graph).get(undefined) ?? 0), keepsInputs: false };
}
