import type { Dialect } from '../../dialect';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import type { Operation } from '../operation';

/** Hands its inputs on: what is left of a wrapper. */
export const RESULTS = 'results';

export const results: Operation = (context) => Array.from({ length: context.inputCount }, (_, index) => context.value(index));

/**
 * The graph with the nodes of inner graphs (`Dialect.innerGraph`) beside the others, under the path of the node they are
 * in, which itself hands on their results.
 */
export function withoutWrappers(graph: Graph, dialect: Dialect): Graph {
  const nodes = new Map<string, Node>();
  const pending = [...graph.nodes.values()].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const inner = dialect.innerGraph(node);
    if (inner === undefined) nodes.set(node.id, node);
    else pending.push(...inlined(node, inner).reverse());
  }
  return { ...graph, nodes };
}

/** The nodes of `inner` reading what `wrapper` reads, then the wrapper reading their results. */
function inlined(wrapper: Node, inner: Graph): Node[] {
  const given = new Map(inner.inputs.map((input, index) => [input.value.node, wrapper.inputs[index]!]));
  const pathOf = (id: string): string => `${wrapper.id}/${id}`;
  const outside = (value: ValueRef): ValueRef => given.get(value.node) ?? { node: pathOf(value.node), output: value.output };
  const nodes = [...inner.nodes.values()].filter((node) => !given.has(node.id));
  return [
    ...nodes.map((node) => ({ ...node, id: pathOf(node.id), inputs: node.inputs.map(outside) })),
    { ...wrapper, op: RESULTS, inputs: inner.outputs.map((output) => outside(output.value)) },
  ];
}
