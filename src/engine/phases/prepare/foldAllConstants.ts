import type { Dialect } from '../../dialect';
import { bytesPerElement } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { Rewriter } from '../../graph/rewriter';
import { topologicalOrder } from '../../graph/traversal';
import type { Progress } from '../../host';
import { canReplace } from './canReplace';
import { foldConstant, shareConstant } from './foldConstants';
import { repeatedKey } from './repeatedKey';

/** Elements that may be computed beyond those the constants have: room for a file of small ones. */
const ROOM = 2 ** 16;

/**
 * Computes once what depends on constants alone, where the dialect knows how: weights that are transposed, scaled or cast
 * become plain constants, which can be INT8; what several ops compute alike is one constant. Together the results are no larger than twice the model's own constants.
 * Linear.
 */
export function foldAllConstants(rewriter: Rewriter, dialect: Dialect, progress: Progress): void {
  const graph = rewriter.finish();
  const results = new Map<string, Tensor>();
  const known = new Map<string, string>();
  /** By the id of an op that computes what an earlier one does the id of the earliest. */
  const repeats = new Map<string, string>();
  let room = ROOM + 2 * elementsOfConstants(rewriter, dialect);
  const isKnown = ({ node, output }: { node: string; output: number }): boolean => output === 0 && (results.has(node) || dialect.constantBehind(rewriter, { node, output }) !== undefined);
  const tensorOf = (id: string): Tensor => results.get(id) ?? dialect.constantTensor(dialect.constantBehind(rewriter, { node: id, output: 0 })!);
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    if (dialect.runsInside?.(node) === true || node.inputs.length === 0 || node.controlInputs.length > 0 || !node.inputs.every(isKnown) || isKnown({ node: id, output: 0 })) continue;
    const key = repeatedKey(node, rewriter, dialect, (value) => ({ ...value, node: repeats.get(value.node) ?? value.node }));
    const earliest = key === undefined ? undefined : known.get(key);
    if (earliest !== undefined) {
      repeats.set(id, earliest);
      results.set(id, results.get(earliest)!);
      continue;
    }
    const operation = dialect.constantOperation(node);
    // No operation makes many more elements than its largest operand has.
    const largest = Math.max(...node.inputs.map(({ node: input }) => sizeOf(input)));
    if (operation === undefined || largest > room) continue;
    progress.throwIfCancelled();
    const result = operation(node.inputs.map(({ node: input }) => tensorOf(input)));
    if (result === undefined) continue;
    room -= elementCount(result.shape);
    results.set(id, result);
    if (key !== undefined) known.set(key, id);
  }
  // What is read by an op that is not folded itself, or by the caller.
  const isRoot = (id: string): boolean => rewriter.isOutputNode(id) || rewriter.uses(id).some((use) => !results.has(use.node));
  const folded = new Map<string, string>();
  for (const id of [...results.keys()].filter(isRoot)) {
    const earliest = repeats.get(id) ?? id;
    const other = folded.get(earliest);
    if (other !== undefined && !rewriter.isOutputNode(id) && canReplace(rewriter, dialect, id, 1)) shareConstant(rewriter, dialect, id, other);
    else {
      foldConstant(rewriter, dialect, id, results.get(id)!);
      folded.set(earliest, id);
    }
  }

  function sizeOf(id: string): number {
    const known = results.get(id);
    if (known !== undefined) return elementCount(known.shape);
    const attribute = dialect.constantBehind(rewriter, { node: id, output: 0 })?.attributes.get('value');
    return attribute?.kind === 'tensor' && bytesPerElement(attribute.dtype) !== undefined ? elementCount(attribute.shape) : Infinity;
  }
}

function elementsOfConstants(rewriter: Rewriter, dialect: Dialect): number {
  let sum = 0;
  for (const id of rewriter.ids()) {
    const node = rewriter.node(id);
    const attribute = dialect.isConstant(node) ? node.attributes.get('value') : undefined;
    if (attribute?.kind === 'tensor') sum += elementCount(attribute.shape);
  }
  return sum;
}
