import { type Graph, type Node, type ValueRef } from '../../graph/graph';
import type { Field } from './modelFile';
import { executionOrder } from './order';
import { ownInputs, sourceOf } from './node';
import type { StatedValue } from './valueInfo';

/**
 * A graph that an If, Loop or Scan runs. Its nodes are nodes of the whole graph and read values of the graphs around it as
 * they read their own; the node that runs it reads its results.
 */
export interface Body {
  /** Id and op of the node that runs it, and the attribute that holds it. */
  readonly owner: string;
  readonly op: string;
  readonly attribute: string;
  /** The graph the owner is in; undefined for the model's own. */
  readonly outer: Body | undefined;
  /** 1 for graphs in nodes of the model's own. */
  readonly depth: number;
  /** The GraphProto. */
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly stated: ReadonlyMap<string, StatedValue>;
  /** Its outputs, in order. */
  readonly results: readonly StatedValue[];
}

/** Where each node is that is in a body. */
export type Homes = ReadonlyMap<string, Body>;

/** The results of each body a node runs, which are the last of its inputs, and what is stated of them. */
export function resultsOf(node: Node): readonly (readonly [Body, readonly ValueRef[], readonly StatedValue[]])[] {
  const { bodies = [], results } = sourceOf(node);
  const stated = bodies.map((body) => results?.get(body) ?? body.results);
  let at = node.inputs.length - stated.reduce((sum, { length }) => sum + length, 0);
  return bodies.map((body, index) => {
    const start = at;
    at += stated[index]!.length;
    return [body, node.inputs.slice(start, at), stated[index]!];
  });
}

/**
 * The body each node is written in: the one it was read in, a new node where its inputs are; further out where a node
 * further out reads it. Linear in the edges and the depth.
 */
export function homesOf(graph: Graph): Homes {
  const homes = new Map<string, Body>();
  const nodes = [...graph.nodes.values()];
  if (!nodes.some((node) => sourceOf(node).bodies !== undefined)) return homes;
  const order = executionOrder(nodes.map((node) => node.inputs), new Map(nodes.map((node, place) => [node.id, place])), nodes.map(({ id }) => id));
  const settle = (id: string, home: Body | undefined): void => {
    if (home === undefined) homes.delete(id);
    else homes.set(id, home);
  };
  for (const place of order) {
    const node = nodes[place]!;
    const { home, versions } = sourceOf(node);
    settle(node.id, home ?? (versions === undefined ? deepest(node.inputs.map((value) => homes.get(value.node))) : undefined));
  }
  for (let index = order.length - 1; index >= 0; index--) {
    const node = nodes[order[index]!]!;
    const readFrom = (values: readonly ValueRef[], reader: Body | undefined): void => {
      for (const { node: id } of values) settle(id, common(homes.get(id), reader));
    };
    const results = resultsOf(node);
    for (const [body, values] of results) readFrom(values, body);
    readFrom(node.inputs.slice(0, node.inputs.length - results.reduce((sum, [, values]) => sum + values.length, 0)), homes.get(node.id));
  }
  return homes;
}

function deepest(homes: readonly (Body | undefined)[]): Body | undefined {
  return homes.reduce((found, home) => ((home?.depth ?? 0) > (found?.depth ?? 0) ? home : found), undefined);
}

/** The innermost body that both are in, or are. */
function common(a: Body | undefined, b: Body | undefined): Body | undefined {
  let [left, right] = [a, b];
  while (left !== right) {
    if ((left?.depth ?? 0) >= (right?.depth ?? 0)) left = left?.outer;
    else right = right?.outer;
  }
  return left;
}

/** The node without the inputs that only its graphs read, and which of these there are. */
export function withOwnInputs(node: Node, others: readonly ValueRef[]): Node {
  const source = sourceOf(node);
  const own = ownInputs(source);
  return {
    ...node,
    inputs: [...node.inputs.slice(0, own), ...others],
    source: { ...source, slots: [...source.slots.slice(0, own), ...others.map(() => -1)], inputTypes: source.inputTypes.slice(0, own), bodies: undefined },
  };
}
