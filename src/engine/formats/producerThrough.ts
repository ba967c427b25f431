import type { Graph, Node, ValueRef } from '../graph/graph';

const MOST_STEPS = 8;

/** The op that computes an input of `node`, through ops of the types `handsOn`, which only hand their first input on. */
export function producerThrough(handsOn: ReadonlySet<string>, node: Node, input: number, graph: Graph): Node | undefined {
  let value: ValueRef | undefined = node.inputs[input];
  for (let step = 0; value !== undefined && step < MOST_STEPS; step++) {
    const producer = graph.nodes.get(value.node);
    if (producer === undefined || !handsOn.has(producer.op)) return producer;
    value = producer.inputs[0];
  }
  return undefined;
}
