import protobuf from 'protobufjs/light';
import { irVersionOf } from '../../capabilities/onnx';
import type { WholeModel, WholeModelRequest } from '../../modelRun';
import { freeName } from '../../graph/freeName';
import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { WEIGHTS_FILE } from '../../host';
import { bytesOf, type Piece } from '../lazyBytes';
import { joinPieces } from '../pieces';
import { delimited } from '../protobuf';
import { DataFile } from './dataFile';
import { emulateBfloat16, hasBfloat16 } from './emulate';
import { withoutBodies } from './encodeBodies';
import { nodeFields } from './encodeGraph';
import { ValueInfoProto, OperatorSetIdProto } from './messages';
import { GRAPH, MODEL } from './modelFile';
import { INPUT, type OnnxNode, sourceOf } from './node';
import { Summaries } from './observe';
import { raiseOpset } from './raise';
import type { OnnxModel } from './read';
import { tensorPieces } from './tensor';
import { encodeValueInfo } from './valueInfo';

const OLDEST_IR = 4;

/**
 * An ONNX model that computes what is asked of a graph and nothing else; its inputs and outputs are in the order asked.
 * BF16 is emulated, since onnxruntime's CPU provider has few kernels for it: BF16 values come out as FP32.
 */
export function wholeModel(graph: Graph, { feeds, fetches, observed }: WholeModelRequest): WholeModel {
  const { graph: runnable, valueOf } = hasBfloat16(graph) ? emulateBfloat16(graph) : { graph, valueOf: (value: ValueRef) => value };
  const { graph: raised, opset } = raiseOpset(runnable);
  const { nodes, inputs } = withFeeds(raised, feeds);
  const outputs: ValueRef[] = fetches.map((value) => inputs.get(valueKey(value)) ?? valueOf(value));
  const summaries = new Summaries(nodes, opset);
  for (const value of observed) outputs.push(...summaries.of(value));
  // Names of the file's outputs may stay with other values: only graphs inside nodes need theirs.
  const needed: Graph = { ...raised, nodes: reachable(nodes, [...outputs, ...inputs.values()]), outputs: [] };
  return {
    model: () => {
      const weights = new DataFile(WEIGHTS_FILE);
      const model = modelOf(needed, { inputs: [...inputs.values()], outputs, opset, weights });
      return { model: joinPieces(bytesOf(model)), weights: bytesOf(weights.pieces) };
    },
  };
}

/** Domains whose ops onnxruntime may know: of others it knows none, but those that the model has functions for. */
const KNOWN_DOMAINS = /^(ai\.onnx|com\.microsoft|org\.pytorch\.aten)(\.|$)|^$/;

/** Why onnxruntime cannot run a node: a custom op. */
export function whyNotRun(node: Node, graph: Graph): string | undefined {
  const { kind, domain } = sourceOf(node);
  if (kind !== 'node' || KNOWN_DOMAINS.test(domain)) return undefined;
  const isFunction = (graph.source as OnnxModel).functions.has(`${domain} ${node.op}`);
  return isFunction ? undefined : `onnxruntime has no op ${node.op} of ${domain}.`;
}

/** The nodes with an input in the place of each value that is fed, and those inputs by `valueKey`. */
function withFeeds(graph: Graph, feeds: readonly ValueRef[]): { nodes: Map<string, Node>; inputs: Map<string, ValueRef> } {
  const nodes = new Map(graph.nodes);
  const inputs = new Map<string, ValueRef>();
  for (const value of feeds) {
    const node = graph.nodes.get(value.node)!;
    if (sourceOf(node).kind === 'input') {
      inputs.set(valueKey(value), value);
      continue;
    }
    const id = freeName(`${node.name}/fed`, (name) => nodes.has(name));
    const { outputTypes, outputNames } = sourceOf(node);
    const source: OnnxNode = {
      kind: 'input', domain: '', inputNames: [], slots: [], captures: [], inputTypes: [], outputNames: [outputNames[value.output]!],
      outputTypes: [outputTypes[value.output]],
    };
    nodes.set(id, { id, name: id, op: INPUT, inputs: [], controlInputs: [], attributes: new Map(), source });
    inputs.set(valueKey(value), { node: id, output: 0 });
  }
  for (const node of graph.nodes.values()) {
    const fed = node.inputs.map((value) => inputs.get(valueKey(value)) ?? value);
    if (fed.some((value, index) => value !== node.inputs[index])) nodes.set(node.id, { ...node, inputs: fed });
  }
  return { nodes, inputs };
}

/** The nodes that the values need, with a stack of its own. */
function reachable(nodes: ReadonlyMap<string, Node>, values: readonly ValueRef[]): ReadonlyMap<string, Node> {
  const needed = new Set<string>();
  const stack = values.map((value) => value.node);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    for (const value of nodes.get(id)!.inputs) stack.push(value.node);
  }
  return new Map([...nodes].filter(([id]) => needed.has(id)));
}

interface Request {
  readonly inputs: readonly ValueRef[];
  readonly outputs: readonly ValueRef[];
  readonly opset: number;
  readonly weights: DataFile;
}

/** The ModelProto; large initializers of its own graph go to `weights`, which onnxruntime maps into memory. */
function modelOf(graph: Graph, { inputs, outputs, opset, weights }: Request): Piece[] {
  const { file, stated } = graph.source as OnnxModel;
  const { nodes: own, names } = withoutBodies(graph, new Set(outputs.map(valueKey)));
  const nameOf = (value: ValueRef): string => names.get(valueKey(value))!;
  const typeOf = ({ node, output }: ValueRef): OnnxNode['outputTypes'][number] => sourceOf(graph.nodes.get(node)!).outputTypes[output];
  const writer = protobuf.Writer.create();
  writer.uint32(MODEL.irVersion << 3).int64(Math.max(file.irVersion, OLDEST_IR, irVersionOf(opset)));
  for (const [domain, version] of new Map([...file.opsets, ['', opset]])) {
    writer.uint32((MODEL.opsetImport << 3) | 2).bytes(OperatorSetIdProto.encode({ domain, version }).finish());
  }
  const inputField = (value: ValueRef): Piece[] => {
    const type = typeOf(value);
    const own = stated.get(nameOf(value));
    return delimited(GRAPH.input, [own?.dtype === type || type === undefined ? own!.message : encodeValueInfo(nameOf(value), type, undefined)]);
  };
  const graphPieces: Piece[] = [
    // A name, which every graph has to have.
    protobuf.Writer.create().uint32((2 << 3) | 2).string('graph').finish(),
    ...nodeFields(own, names),
    ...[...own.values()].flatMap((node): Piece[] => {
      const { kind, read } = sourceOf(node);
      if (kind === 'sparse') return [read!.field];
      const value = kind === 'initializer' ? node.attributes.get('value') : undefined;
      if (value === undefined) return [];
      if (value.kind !== 'tensor') return [read!.field];
      const name = nameOf({ node: node.id, output: 0 });
      return delimited(GRAPH.initializer, weights.place(node, name) ?? tensorPieces(value, name));
    }),
    ...inputs.flatMap(inputField),
    ...outputs.flatMap((value) => delimited(GRAPH.output, [ValueInfoProto.encode({ name: nameOf(value) }).finish()])),
  ];
  const functions = file.fields.filter(({ number }) => number === MODEL.functions).map(({ start, end }) => file.bytes.subarray(start, end));
  return [writer.finish(), ...delimited(MODEL.graph, graphPieces), ...functions];
}
