import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { freeName } from '../../graph/freeName';
import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { joined } from '../lazyBytes';
import { readerOf } from '../protobuf';
import { type Body, type Homes, homesOf, resultsOf, withOwnInputs } from './bodies';
import { foldCalls } from './calls';
import { encodeGraph } from './encodeGraph';
import { dataTypeToEnum } from './dataTypes';
import { AttributeFrame, type ValueInfoMessage, ValueInfoProto } from './messages';
import { GRAPH } from './modelFile';
import { makeNode, type OnnxNode, outputTypes, sourceOf } from './node';
import { parameterTypes } from './passages';
import type { OnnxModel } from './read';
import { type StatedValue, statedValue } from './valueInfo';
import { valueNames, type ValueNames } from './valueNames';

/** The nodes of a model's own graph, those that run graphs with what these are now, and the names of all values. */
export interface OwnNodes {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly names: ValueNames;
}

/** Puts the nodes that other nodes run back into them, and calls in the place of what they call. `fetched` as in `valueNames`. Linear in the graph and the depth. */
export function withoutBodies(expanded: Graph, fetched?: ReadonlySet<string>): OwnNodes {
  // What is fetched may be inside a call.
  const graph = fetched === undefined ? foldCalls(expanded) : expanded;
  const first = homesOf(graph);
  if (first.size === 0) return { nodes: graph.nodes, names: valueNames(graph, fetched, first) };
  const complete = withOwnResults(graph, first);
  const homes = homesOf(complete);
  const names = valueNames(complete, fetched, homes);
  const nodes = new Map(complete.nodes);
  const members = new Map<Body, Map<string, Node>>();
  for (const [id, body] of homes) {
    const own = members.get(body) ?? new Map<string, Node>();
    members.set(body, own.set(id, nodes.get(id)!));
  }
  const sizes = originalSizes(graph);
  // The owner of the innermost ones is a member of the next, so that each is encoded after those inside it.
  const owners = [...complete.nodes.values()].filter(({ source }) => (source as OnnxNode).bodies !== undefined).sort((a, b) => depthOf(b) - depthOf(a));
  for (const owner of owners) {
    const outside = new Map<string, ValueRef>();
    const attributes = new Map(owner.attributes);
    for (const [body, results, infos] of resultsOf(owner)) {
      const own = members.get(body) ?? new Map<string, Node>();
      for (const node of own.values()) for (const value of node.inputs) if (!own.has(value.node)) outside.set(valueKey(value), value);
      const made = results.map((value) => ({ name: names.get(valueKey(value))!, dtype: outputTypes(complete.nodes.get(value.node)!)[value.output] }));
      const bytes = encodeBody(body, own, infos, made, parameterTypes(owner), own.size === sizes.get(body), names);
      if (bytes !== undefined) attributes.set(body.attribute, withGraph(attributes.get(body.attribute)!, bytes));
    }
    const isSame = [...attributes].every(([name, attribute]) => owner.attributes.get(name) === attribute);
    const closed = withOwnInputs(isSame ? owner : { ...owner, attributes }, [...outside.values()]);
    const home = homes.get(owner.id);
    (home === undefined ? nodes : members.get(home)!).set(owner.id, closed);
  }
  for (const id of homes.keys()) nodes.delete(id);
  return { nodes, names };
}

function depthOf(owner: Node): number {
  return sourceOf(owner).home?.depth ?? 0;
}

/** How many nodes, values and calls included, each graph of the file had; the model's own is undefined. */
export function originalSizes(graph: Graph): ReadonlyMap<Body | undefined, number> {
  const { original, calls } = graph.source as OnnxModel;
  const sizes = new Map<Body | undefined, number>();
  for (const node of [...original.values(), ...[...calls.values()].map((call) => call.node)]) {
    const { home, call } = sourceOf(node);
    if (call === undefined) sizes.set(home, (sizes.get(home) ?? 0) + 1);
  }
  return sizes;
}

/** The graph with every result of a body made in that body, and by one name: ONNX knows no others. */
function withOwnResults(graph: Graph, homes: Homes): Graph {
  const nodes = new Map(graph.nodes);
  for (const node of graph.nodes.values()) {
    const seen = new Set<string>();
    const inputs = [...node.inputs];
    let at = inputs.length - resultsOf(node).reduce((sum, [, values]) => sum + values.length, 0);
    for (const [body, values] of resultsOf(node)) {
      for (const value of values) {
        if (homes.get(value.node) !== body || seen.has(valueKey(value))) inputs[at] = handedOn(value, body, nodes);
        seen.add(valueKey(value));
        at++;
      }
    }
    if (inputs.some((value, index) => value !== node.inputs[index])) nodes.set(node.id, { ...node, inputs });
  }
  return { ...graph, nodes };
}

function handedOn(value: ValueRef, body: Body, nodes: Map<string, Node>): ValueRef {
  const type = outputTypes(nodes.get(value.node)!)[value.output]!;
  const name = freeName(`${body.owner}/${body.attribute}/Identity`, (taken) => nodes.has(taken));
  const node = makeNode({ name, op: 'Identity', inputs: [value], inputTypes: [type], outputType: type });
  nodes.set(name, { ...node, source: { ...sourceOf(node), home: body } satisfies OnnxNode });
  return { node: name, output: 0 };
}

/** A value by its name in the file to be written. */
interface Written {
  readonly name: string;
  readonly dtype: DataType | undefined;
}

/** The GraphProto of a body, or undefined where nothing changed. `infos` state its results, `made` is what they are now, `types` those of its inputs. */
function encodeBody(
  body: Body, nodes: ReadonlyMap<string, Node>, infos: readonly StatedValue[], made: readonly Written[],
  types: ReadonlyMap<number, DataType>, isWhole: boolean, valueNames: ValueNames,
): Uint8Array | undefined {
  const { bytes, fields, stated, results } = body;
  const outputs = infos.map((info, index) => ({ name: made[index]!.name, message: restated(info, made[index]!) }));
  const isSame = isWhole && outputs.length === results.length && outputs.every(({ message }, index) => message === results[index]!.message);
  const pieces = encodeGraph({ bytes, fields, stated, nodes, outputs, isWhole: isSame, keepsInputs: true, retypedInputs: retypedInputs(body, types) }, valueNames, () => undefined);
  return pieces === undefined ? undefined : joined(pieces);
}

/** Inputs of the body that do not have the type the file says, whether or not anything in it reads them. */
function retypedInputs({ bytes, fields }: Body, types: ReadonlyMap<number, DataType>): ReadonlyMap<string, Uint8Array> {
  const retyped = new Map<string, Uint8Array>();
  fields.filter(({ number }) => number === GRAPH.input).forEach(({ payload, end }, position) => {
    const info = statedValue(bytes.subarray(payload, end));
    const message = restated(info, { name: info.name, dtype: types.get(position) });
    if (message !== info.message) retyped.set(info.name, message);
  });
  return retyped;
}

/** Types that conversion turns into each other; where a model states another one wrongly, that is its own affair. */
const CONVERTED: ReadonlySet<DataType | undefined> = new Set<DataType>(['float32', 'bfloat16']);

/** The ValueInfoProto with another name or type: the one of the file where both are the same. */
function restated(info: StatedValue, { name, dtype }: Written): Uint8Array {
  const isRetyped = dtype !== info.dtype && CONVERTED.has(info.dtype) && CONVERTED.has(dtype);
  if (name === info.name && !isRetyped) return info.message;
  const message = ValueInfoProto.decode(readerOf(info.message)) as unknown as ValueInfoMessage;
  message.name = name;
  if (isRetyped) message.type!.tensorType!.elemType = dataTypeToEnum(dtype!);
  return ValueInfoProto.encode(message).finish();
}

/** An attribute with another graph, and all else it had. */
function withGraph(attribute: Attribute, graph: Uint8Array): Attribute {
  const frame = AttributeFrame.decode(readerOf(attribute.source as Uint8Array));
  return { kind: 'opaque', source: AttributeFrame.encode(Object.assign(frame, { g: graph })).finish() };
}
