import type { Graph, Node } from '../../../graph/graph';
import { besideConstant, constantExponent, operand } from './operands';

/** Epsilon is added, a root is taken, its reciprocal multiplies: no more than that. */
const LONGEST = 5;
const SUMS: ReadonlySet<string> = new Set(['ReduceMean', 'ReduceSum']);

/**
 * The ops that end at `node` in the arithmetic of a variance: what is subtracted before squaring, squares, their average,
 * epsilon, the root and the division by it, as exporters spell layer and RMS normalization.
 */
export function decomposedNormalization(node: Node, graph: Graph): readonly Node[] {
  const path: Node[] = [];
  for (let at: Node | undefined = node; at !== undefined && path.length <= LONGEST; at = stepBefore(at, graph)) {
    path.push(at);
    const summed = squaresAt(at, graph);
    if (summed !== undefined) return [...path, ...summed];
  }
  return [];
}

/** The square that `node` averages or sums up, and what makes the deviation that is squared. */
function squaresAt(node: Node, graph: Graph): readonly Node[] | undefined {
  const square = SUMS.has(node.op) ? operand(node, 0, graph) : undefined;
  if (square === undefined || !isSquare(square, graph)) return undefined;
  const difference = operand(square, 0, graph);
  if (difference?.op !== 'Sub') return [square];
  const mean = operand(difference, 1, graph);
  return [square, difference, ...(mean !== undefined && SUMS.has(mean.op) ? [mean] : [])];
}

function isSquare(node: Node, graph: Graph): boolean {
  const [left, right] = node.inputs;
  if (node.op === 'Mul') return left !== undefined && left.node === right?.node && left.output === right.output;
  return constantExponent(node, graph) === 2;
}

/** What `node` takes one step further from the average of squares to the normalized value. */
function stepBefore(node: Node, graph: Graph): Node | undefined {
  if (node.op === 'Sqrt' || node.op === 'Reciprocal') return operand(node, 0, graph);
  if (node.op === 'Add' || node.op === 'Max' || node.op === 'Clip') {
    const input = node.op === 'Clip' ? 0 : besideConstant(node, graph);
    return input === undefined ? undefined : operand(node, input, graph);
  }
  if (node.op === 'Div') return scaleBy(operand(node, 1, graph), 'Sqrt');
  return node.op === 'Mul' ? scaleBy(operand(node, 0, graph), 'Reciprocal') ?? scaleBy(operand(node, 1, graph), 'Reciprocal') : undefined;
}

function scaleBy(node: Node | undefined, op: string): Node | undefined {
  return node?.op === op ? node : undefined;
}
