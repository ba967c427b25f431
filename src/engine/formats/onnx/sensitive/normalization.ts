import type { Graph, Node } from '../../../graph/graph';
import { besideConstant, constantExponent, operand } from './operands';

/** Epsilon is added or the sum kept above it, a root is taken, the mean of squares less the squared mean: no more than that. */
const LONGEST = 8;
const SUMS: ReadonlySet<string> = new Set(['ReduceMean', 'ReduceSum']);
const ROOTS: ReadonlySet<string> = new Set(['Reciprocal', 'Sqrt']);
const WITH_EPSILON: ReadonlySet<string> = new Set(['Add', 'Max', 'Min']);

/**
 * The ops that end at `node` in the arithmetic of a variance or a length: what is subtracted before squaring, squares, their
 * average, epsilon, the root and the division by it, as exporters spell layer, group and RMS normalization.
 */
export function decomposedNormalization(node: Node, graph: Graph): readonly Node[] {
  const path: Node[] = [];
  for (let at: Node | undefined = node; at !== undefined && path.length <= LONGEST; at = stepBefore(at, graph)) {
    path.push(at);
    const summed = squaresAt(at, graph);
    if (summed !== undefined) return [...path, ...path.flatMap((step) => squaredMeanIn(step, graph)), ...summed];
  }
  return [];
}

/** The square that `node` averages or sums up, and what makes the deviation that is squared; undefined for sums of squared errors. */
function squaresAt(node: Node, graph: Graph): readonly Node[] | undefined {
  const square = SUMS.has(node.op) ? operand(node, 0, graph) : undefined;
  if (square === undefined || !isSquare(square, graph)) return undefined;
  const difference = operand(square, 0, graph);
  if (difference?.op !== 'Sub') return [square];
  const mean = operand(difference, 1, graph);
  return [square, difference, ...(mean !== undefined && isAverage(mean, graph) ? [mean] : [])];
}

function isSquare(node: Node, graph: Graph): boolean {
  const [left, right] = node.inputs;
  if (node.op === 'Mul') return left !== undefined && left.node === right?.node && left.output === right.output;
  return constantExponent(node, graph) === 2;
}

/** A mean, or a sum that is divided by its constant count. */
function isAverage(node: Node, graph: Graph): boolean {
  return SUMS.has(node.op) || scaledSum(node, graph) !== undefined;
}

/** The sum that `node` multiplies with a constant or divides by one. */
function scaledSum(node: Node, graph: Graph): Node | undefined {
  const input = node.op === 'Mul' || node.op === 'Div' ? besideConstant(node, graph) : undefined;
  if (input === undefined || (node.op === 'Div' && input === 1)) return undefined;
  const sum = operand(node, input, graph);
  return sum !== undefined && SUMS.has(sum.op) ? sum : undefined;
}

/** What `node` takes one step further from the average of squares to the normalized value. */
function stepBefore(node: Node, graph: Graph): Node | undefined {
  if (ROOTS.has(node.op) || node.op === 'Clip') return operand(node, 0, graph);
  if (WITH_EPSILON.has(node.op)) {
    const input = besideConstant(node, graph);
    return input === undefined ? undefined : operand(node, input, graph);
  }
  if (node.op === 'Sub') return squaredMeanIn(node, graph).length > 0 ? operand(node, 0, graph) : undefined;
  const sum = scaledSum(node, graph);
  if (sum !== undefined) return sum;
  if (node.op === 'Div') return rootAt(node, 1, graph);
  return node.op === 'Mul' ? rootAt(node, 0, graph) ?? rootAt(node, 1, graph) : undefined;
}

/** The squared mean that `node` subtracts, and the mean: their digits cancel against those of the mean of squares. */
function squaredMeanIn(node: Node, graph: Graph): readonly Node[] {
  const square = node.op === 'Sub' ? operand(node, 1, graph) : undefined;
  const mean = square === undefined || !isSquare(square, graph) ? undefined : operand(square, 0, graph);
  return square !== undefined && mean !== undefined && isAverage(mean, graph) ? [square, mean] : [];
}

function rootAt(node: Node, input: number, graph: Graph): Node | undefined {
  const root = operand(node, input, graph);
  return root !== undefined && ROOTS.has(root.op) ? root : undefined;
}
