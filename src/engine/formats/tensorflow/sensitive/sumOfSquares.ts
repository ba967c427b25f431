import type { Graph, Node } from '../../../graph/graph';
import { besideConstant, constantExponent, operand, operands } from './operands';

/** A sum or average of squares, with what is squared. */
export interface SumOfSquares {
  readonly reduction: Node;
  readonly square: Node;
  /** The subtraction whose result is squared; the square itself for SquaredDifference. */
  readonly difference: Node | undefined;
  /** What is subtracted, where that is an average: the squares are those of deviations. */
  readonly mean: Node | undefined;
}

/** What `node` sums up, where that is squares; undefined for any other node. */
export function sumOfSquares(node: Node, graph: Graph): SumOfSquares | undefined {
  if (node.op !== 'Mean' && node.op !== 'Sum') return undefined;
  const square = operand(node, 0, graph);
  if (square === undefined || !isSquare(square, graph)) return undefined;
  const base = square.op === 'SquaredDifference' ? square : operand(square, 0, graph);
  const difference = base?.op === 'SquaredDifference' || base?.op === 'Sub' ? base : undefined;
  const mean = difference === undefined ? undefined : operands(difference, graph).find((term) => isAverage(term, graph));
  return { reduction: node, square, difference, mean };
}

export function isSquare(node: Node, graph: Graph): boolean {
  if (node.op === 'Square' || node.op === 'SquaredDifference') return true;
  const [left, right] = node.inputs;
  if (node.op === 'Mul') return left !== undefined && left.node === right?.node && left.output === right.output;
  return constantExponent(node, graph) === 2;
}

/** Mean, or a sum that is divided by its constant count. */
export function isAverage(node: Node, graph: Graph): boolean {
  return node.op === 'Mean' || scaledSum(node, graph) !== undefined;
}

/** The Sum that `node` multiplies with a constant or divides by one. */
export function scaledSum(node: Node, graph: Graph): Node | undefined {
  if (node.op !== 'Mul' && node.op !== 'RealDiv') return undefined;
  const input = besideConstant(node, graph);
  if (input === undefined || (node.op === 'RealDiv' && input === 1)) return undefined;
  const sum = operand(node, input, graph);
  return sum?.op === 'Sum' ? sum : undefined;
}
