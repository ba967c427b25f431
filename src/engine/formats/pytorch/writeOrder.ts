import type { Graph, Node } from '../../graph/graph';
import { sourceOf } from './source';

export interface Placed {
  readonly node: Node;
  /** For a node that a phase added: the one of the file it was needed for first, or for an output, the one whose value it is made from. */
  readonly madeFor: Node | undefined;
}

/**
 * Nodes in the order in which they are written: those that were read as they stood, each one that a phase added right
 * before the first that needs it. So what changes memory in place still comes before and after what it did. Iterative, linear.
 */
export function writeOrder(graph: Graph): readonly Placed[] {
  const written = new Set<string>();
  const order: Placed[] = [];
  const write = (last: Node, madeFor: Node | undefined): void => {
    const stack = [{ node: last, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input !== undefined) {
        if (!written.has(input.node)) stack.push({ node: graph.nodes.get(input.node)!, next: 0 });
        continue;
      }
      stack.pop();
      if (written.has(top.node.id)) continue;
      written.add(top.node.id);
      order.push({ node: top.node, madeFor });
    }
  };
  for (const node of graph.nodes.values()) if (sourceOf(node).origin !== undefined) write(node, node);
  for (const { value } of graph.outputs) {
    let producer = graph.nodes.get(value.node)!;
    while (sourceOf(producer).origin === undefined && producer.inputs.length > 0) producer = graph.nodes.get(producer.inputs[0]!.node)!;
    write(graph.nodes.get(value.node)!, producer);
  }
  for (const node of graph.nodes.values()) write(node, undefined);
  return order;
}
