import type { Graph, Node } from '../../../graph/graph';
import { operand, operands } from './operands';

const ADDITIONS: ReadonlySet<string> = new Set(['Add', 'AddV2']);
const DIVISIONS: ReadonlySet<string> = new Set(['Div', 'RealDiv']);

/**
 * Softmax as one op, or the ops that end at `node` in one spelled out: exponentials (of differences to the maximum), their
 * sum, the division by it or the product with its reciprocal; its logarithm, what that is added to and subtracted from.
 */
export function softmaxEndingAt(node: Node, graph: Graph): readonly Node[] {
  if (node.op === 'Softmax' || node.op === 'LogSoftmax') return [node];
  const exponentials = exponentialsSummedBy(node, graph);
  if (exponentials !== undefined) return [node, exponentials, ...differenceIn(exponentials, graph)];
  return usesSum(node, graph) ? [node] : [];
}

function usesSum(node: Node, graph: Graph): boolean {
  if (DIVISIONS.has(node.op)) return isSum(operand(node, 1, graph), graph);
  if (node.op === 'Mul') return operands(node, graph).some((factor) => isReciprocalOfSum(factor, graph));
  if (node.op === 'Sub') return isLogSumExp(operand(node, 1, graph), graph);
  if (node.op === 'Exp') return isNormalizedLogarithm(operand(node, 0, graph), graph);
  return isReciprocalOfSum(node, graph) || isLogSumExp(node, graph);
}

function exponentialsSummedBy(node: Node, graph: Graph): Node | undefined {
  const summed = node.op === 'Sum' ? operand(node, 0, graph) : undefined;
  return summed?.op === 'Exp' ? summed : undefined;
}

/** The subtraction of the maximum that keeps exponentials small. */
function differenceIn(exponentials: Node, graph: Graph): Node[] {
  const difference = operand(exponentials, 0, graph);
  return difference?.op === 'Sub' ? [difference] : [];
}

function isSum(node: Node | undefined, graph: Graph): boolean {
  return node !== undefined && exponentialsSummedBy(node, graph) !== undefined;
}

function isReciprocalOfSum(node: Node | undefined, graph: Graph): boolean {
  return (node?.op === 'Reciprocal' || node?.op === 'Inv') && isSum(operand(node, 0, graph), graph);
}

function isLogOfSum(node: Node | undefined, graph: Graph): boolean {
  return node?.op === 'Log' && isSum(operand(node, 0, graph), graph);
}

/** The logarithm of the sum, with the maximum added back or not. */
function isLogSumExp(node: Node | undefined, graph: Graph): boolean {
  if (node === undefined) return false;
  return isLogOfSum(node, graph) || (ADDITIONS.has(node.op) && operands(node, graph).some((term) => isLogOfSum(term, graph)));
}

function isNormalizedLogarithm(node: Node | undefined, graph: Graph): boolean {
  return node?.op === 'Sub' && isLogSumExp(operand(node, 1, graph), graph);
}
