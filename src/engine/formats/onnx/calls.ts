import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { type ModelVersions, type OnnxNode, outputTypes, sourceOf, withSource } from './node';
import type { OnnxModel } from './read';
import { type Scopes, valueIn } from './scopes';

/** A call of one of the model's functions, in whose place the graph has the function's nodes. */
export interface CallInGraph {
  /** The call as the file has it. */
  readonly node: Node;
  /** The values of the function's nodes that it results in; undefined for an output without a name. */
  readonly results: readonly (ValueRef | undefined)[];
  /** How many nodes stand in its place. */
  readonly size: number;
}

/** The calls that are replaced by nodes, by id; those inside functions belong to the one around them. */
export function callsIn({ scopes, resolve }: Scopes, versions: ModelVersions, nodes: ReadonlyMap<string, Node>): ReadonlyMap<string, CallInGraph> {
  const sizes = new Map<string, number>();
  for (const node of nodes.values()) {
    const { call } = sourceOf(node);
    if (call !== undefined) sizes.set(call, (sizes.get(call) ?? 0) + 1);
  }
  const calls = new Map<string, CallInGraph>();
  const typeOf = ({ node, output }: ValueRef): OnnxNode['outputTypes'][number] => outputTypes(nodes.get(node)!)[output];
  for (const { call } of scopes) {
    if (call === undefined || call.caller.call !== undefined) continue;
    const { id, part, scope } = call.outermost;
    const inputs = part.inputs.filter((name) => name !== '').map((name) => resolve(valueIn(scope, name)!));
    const results = part.outputs.map((name) => (name === '' ? undefined : resolve(valueIn(scope, name)!)));
    const source: OnnxNode = {
      kind: 'node', domain: part.domain, versions, inputNames: part.inputs, captures: [], outputNames: part.outputs,
      slots: part.inputs.flatMap((name, slot) => (name === '' ? [] : [slot])), inputTypes: inputs.map(typeOf),
      outputTypes: results.map((value) => (value === undefined ? undefined : typeOf(value))), ...(scope.body === undefined ? {} : { home: scope.body }),
    };
    const node = withSource({ id, name: id, op: part.op, inputs, controlInputs: [], attributes: part.attributes }, source, part);
    calls.set(id, { node, results, size: sizes.get(id) ?? 0 });
  }
  return calls;
}

/**
 * The graph with each call in the place of its nodes where these are as they were read, but for what the call gives them,
 * and only what the call results in is read of them. Linear.
 */
export function foldCalls(graph: Graph): Graph {
  const { calls } = graph.source as OnnxModel;
  if (calls.size === 0) return graph;
  const intact = intactCalls(graph);
  const moved = new Map<string, ValueRef>();
  for (const id of intact.keys()) {
    calls.get(id)!.results.forEach((value, output) => {
      if (value !== undefined) moved.set(valueKey(value), { node: id, output });
    });
  }
  const redirected = (value: ValueRef): ValueRef => moved.get(valueKey(value)) ?? value;
  const nodes = new Map<string, Node>();
  for (const node of graph.nodes.values()) {
    const { call } = sourceOf(node);
    const given = call === undefined ? undefined : intact.get(call);
    const own = given === undefined ? node : calls.get(call!)!.node;
    if (nodes.has(own.id)) continue;
    const inputs = own.inputs.map((value) => redirected(given?.get(valueKey(value)) ?? value));
    nodes.set(own.id, inputs.every((value, index) => value === own.inputs[index]) ? own : { ...own, inputs });
  }
  return { ...graph, nodes, outputs: graph.outputs.map((output) => ({ ...output, value: redirected(output.value) })) };
}

/** The calls nothing of which changed, each with what it is given now by the `valueKey` of what it was given. */
function intactCalls(graph: Graph): ReadonlyMap<string, ReadonlyMap<string, ValueRef>> {
  const { calls, original } = graph.source as OnnxModel;
  const intact = new Map([...calls.keys()].map((id) => [id, new Map<string, ValueRef>()]));
  const left = new Map([...calls].map(([id, { size }]) => [id, size]));
  const results = new Set([...calls.values()].flatMap((call) => call.results.flatMap((value) => (value === undefined ? [] : [valueKey(value)]))));
  const callOf = ({ node }: ValueRef): string | undefined => sourceOf(graph.nodes.get(node)!).call;
  const read = (value: ValueRef, reader: string | undefined): void => {
    const call = callOf(value);
    if (call !== undefined && call !== reader && !results.has(valueKey(value))) intact.delete(call);
  };
  for (const node of graph.nodes.values()) {
    const { call } = sourceOf(node);
    for (const value of node.inputs) read(value, call);
    if (call === undefined) continue;
    left.set(call, left.get(call)! - 1);
    if (!isSameInCall(node, original.get(node.id), call, intact.get(call), original)) intact.delete(call);
  }
  for (const { value } of graph.outputs) read(value, undefined);
  for (const [id, count] of left) if (count !== 0) intact.delete(id);
  // What a function is given but does not read may be gone.
  for (const [id, given] of intact) {
    if (!calls.get(id)!.node.inputs.every((value) => graph.nodes.has((given.get(valueKey(value)) ?? value).node))) intact.delete(id);
  }
  return intact;
}

/** Whether a node is as it was read, but for values from outside its call, of which each is one other value for all of them. */
function isSameInCall(
  node: Node, before: Node | undefined, call: string, given: Map<string, ValueRef> | undefined, original: ReadonlyMap<string, Node>,
): boolean {
  if (before === undefined || given === undefined || node.source !== before.source || node.attributes !== before.attributes || node.op !== before.op) return false;
  return node.inputs.every((value, index) => {
    const old = before.inputs[index]!;
    const key = valueKey(old);
    if (sourceOf(original.get(old.node)!).call === call) return key === valueKey(value);
    const known = given.get(key) ?? value;
    given.set(key, known);
    return valueKey(known) === valueKey(value);
  });
}
