import type { Graph, Node } from '../../../graph/graph';
import { besideConstant, isConstantInput, operand } from './operands';
import { isAverage, isSquare, scaledSum, sumOfSquares } from './sumOfSquares';

/** Epsilon is added or the sum kept above it, a root is taken, the mean of squares less the squared mean: no more than that. */
const LONGEST = 6;
const ROOTS: ReadonlySet<string> = new Set(['Inv', 'Reciprocal', 'Rsqrt', 'Sqrt']);
const WITH_EPSILON: ReadonlySet<string> = new Set(['Add', 'AddV2', 'Maximum', 'Minimum', 'Pow']);

/**
 * The ops that end at `node` in the arithmetic of a variance or a length: what is subtracted before squaring, squares,
 * their sum or average, epsilon, the root, and the division by it. As layer, group, RMS and L2 normalization are spelled
 * by Keras 3, TensorFlow 1, BERT and JAX.
 */
export function normalizationEndingAt(node: Node, graph: Graph): readonly Node[] {
  const variance = varianceAt(node, graph);
  if (variance !== undefined) return variance;
  const path = [node];
  for (let last: Node | undefined = node; last !== undefined && path.length <= LONGEST; path.push(last)) {
    last = stepBefore(last, graph);
    const summed = last === undefined ? undefined : squaresAt(last, graph);
    if (summed !== undefined) return [...path, ...squaredMeanIn(node, graph), ...summed];
    if (last === undefined || isDivisionOfValues(last, graph)) return [];
  }
  return [];
}

/** A sum of squares that is no sum of errors: those of values themselves, or of their deviations from a mean. */
function varianceAt(node: Node, graph: Graph): readonly Node[] | undefined {
  const summed = sumOfSquares(node, graph);
  return summed === undefined || (summed.difference !== undefined && summed.mean === undefined) ? undefined : squaresAt(node, graph);
}

function squaresAt(node: Node, graph: Graph): readonly Node[] | undefined {
  const summed = sumOfSquares(node, graph);
  if (summed === undefined) return undefined;
  return [summed.reduction, summed.square, summed.difference, summed.mean].filter((found) => found !== undefined);
}

/** What `node` takes one step further from the sum of squares to the scale. */
function stepBefore(node: Node, graph: Graph): Node | undefined {
  if (ROOTS.has(node.op)) return operand(node, 0, graph);
  if (WITH_EPSILON.has(node.op)) return operandAt(node, besideConstant(node, graph), graph);
  if (node.op === 'Sub') return lessSquaredMean(node, graph);
  const sum = scaledSum(node, graph);
  if (sum !== undefined) return sum;
  return node.op === 'RealDiv' && !isConstantInput(node, 1, graph) ? operand(node, 1, graph) : undefined;
}

function operandAt(node: Node, input: number | undefined, graph: Graph): Node | undefined {
  return input === undefined ? undefined : operand(node, input, graph);
}

/** The mean of squares in "mean of squares less squared mean". */
function lessSquaredMean(node: Node, graph: Graph): Node | undefined {
  return squaredMeanIn(node, graph).length > 0 ? operand(node, 0, graph) : undefined;
}

/** The squared mean that `node` subtracts, and the mean: their digits cancel against those of the mean of squares. */
function squaredMeanIn(node: Node, graph: Graph): readonly Node[] {
  const square = node.op === 'Sub' ? operand(node, 1, graph) : undefined;
  const mean = square === undefined || !isSquare(square, graph) ? undefined : operand(square, 0, graph);
  return square !== undefined && mean !== undefined && isAverage(mean, graph) ? [square, mean] : [];
}

/** A division whose result is a normalized value rather than a scale. */
function isDivisionOfValues(node: Node, graph: Graph): boolean {
  return node.op === 'RealDiv' && !isConstantInput(node, 0, graph) && !isConstantInput(node, 1, graph);
}
