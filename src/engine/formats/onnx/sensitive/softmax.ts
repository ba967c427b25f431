import type { Graph, Node } from '../../../graph/graph';
import { operand } from './operands';

/** Exponentials divided by their sum, spelled out: the ops that end at `node`, the subtraction of the maximum included. */
export function decomposedSoftmax(node: Node, graph: Graph): readonly Node[] {
  const sum = node.op === 'Div' ? operand(node, 1, graph) : undefined;
  const exponential = sum?.op === 'ReduceSum' ? operand(sum, 0, graph) : undefined;
  if (sum === undefined || exponential?.op !== 'Exp') return [];
  const difference = operand(exponential, 0, graph);
  return [node, sum, exponential, ...(difference?.op === 'Sub' ? [difference] : [])];
}
