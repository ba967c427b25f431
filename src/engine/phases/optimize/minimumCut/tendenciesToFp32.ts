import type { Dialect } from '../../../dialect';
import { type Graph, type ValueRef, valueKey } from '../../../graph/graph';
import { FP32, FREE } from './placementProblem';

/**
 * Answers whether a value is FP32 for all that is known beforehand: it is made by what stays FP32, handed on from there, or
 * the result of arithmetic that takes the widest type of what it reads, such a value among it. `classOf` gives the class of
 * the group that makes a value. Nothing is looked at before the first question; linear.
 */
export function tendenciesToFp32(graph: Graph, dialect: Dialect, classOf: (value: ValueRef) => number | undefined): (value: ValueRef) => boolean {
  let known: ReadonlySet<string> | undefined;
  return (value) => {
    known ??= valuesTendingToFp32(graph, dialect, classOf);
    return known.has(valueKey(value));
  };
}

/** Keys of those values; a node that stands before what it reads is taken not to make one. */
function valuesTendingToFp32(graph: Graph, dialect: Dialect, classOf: (value: ValueRef) => number | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of graph.nodes.values()) {
    const promoted = dialect.promotedInputs?.(node, graph.nodes) ?? [];
    const followed = dialect.isDataMovement(node) ? node.inputs.slice(0, 1) : promoted.map((input) => node.inputs[input]!);
    const followsFp32 = followed.some((value) => found.has(valueKey(value)));
    dialect.outputTypes(node).forEach((type, output) => {
      if (type !== 'float32') return;
      const placed = classOf({ node: node.id, output });
      if (placed === FP32 || (placed === FREE && followsFp32)) found.add(valueKey({ node: node.id, output }));
    });
  }
  return found;
}
