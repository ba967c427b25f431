import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { domainOf, isConstantNode } from './node';

/** The constant a value comes from, through Identity nodes, or undefined. */
export function constantBehind(nodes: NodeTable, value: ValueRef): Node | undefined {
  if (value.output !== 0) return undefined;
  let node = nodes.get(value.node);
  while (node?.op === 'Identity' && domainOf(node) === '') {
    const input = node.inputs[0];
    node = input === undefined || input.output !== 0 ? undefined : nodes.get(input.node);
  }
  return node !== undefined && isConstantNode(node) ? node : undefined;
}
