import type { Dialect } from '../../dialect';
import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import type { Rewriter, Rule } from '../../graph/rewriter';
import type { Tensor } from '../../graph/tensor';

export const FOLD_CONSTANTS: Rule = {
  name: 'fold-constants',
  description: 'Computes once what depends on constants only, so that weights and biases are plain constants.',
};

/** Results of operations on constants by node id; undefined for nodes that depend on more than constants. */
export type ConstantCache = Map<string, Tensor | undefined>;

/**
 * The tensor at `value` when it is a constant or computed from constants alone by operations the dialect evaluates.
 * With one `cache` for a graph the work of all calls together is linear. Iterative.
 */
export function constantValue(nodes: NodeTable, dialect: Dialect, value: ValueRef, cache: ConstantCache): Tensor | undefined {
  /** From `value` down to the operand computed next. */
  const path = cache.has(value.node) ? [] : [value];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const node = top.output === 0 ? nodes.get(top.node) : undefined;
    const operation = node === undefined ? undefined : operationOf(node, dialect);
    const next = operation === undefined ? undefined : node?.inputs.find((input) => cache.get(input.node) === undefined);
    if (next !== undefined && !cache.has(next.node)) {
      path.push(next);
      continue;
    }
    const operands = (node?.inputs ?? []).map((input) => (input.output === 0 ? cache.get(input.node) : undefined));
    cache.set(top.node, operands.includes(undefined) ? undefined : operation?.(operands as Tensor[]));
    path.pop();
  }
  return value.output === 0 ? cache.get(value.node) : undefined;
}

function operationOf(node: Node, dialect: Dialect): ((operands: readonly Tensor[]) => Tensor | undefined) | undefined {
  return dialect.isConstant(node) ? () => dialect.constantTensor(node) : dialect.constantOperation(node);
}

/** Puts a constant with `tensor` in the place of the node that computes it; operands nothing else reads are removed. */
export function foldConstant(rewriter: Rewriter, dialect: Dialect, id: string, tensor: Tensor): void {
  const root = rewriter.node(id);
  const expression = nodesOfExpression(rewriter, root);
  const operations = [...expression.values()].filter((node) => !dialect.isConstant(node)).length;
  const count = operations === 1 ? 'One operation on constants is' : `${operations} operations on constants are`;
  rewriter.apply(FOLD_CONSTANTS, `${count} computed once: "${root.name}" is now the constant they always gave.`, () => {
    const controlInputs = new Set([...expression.values()].flatMap((node) => node.controlInputs));
    for (const inner of expression.keys()) controlInputs.delete(inner);
    rewriter.replace({ ...dialect.makeConstant(root.name, tensor, [...controlInputs]), id, device: root.device });
    removeUnread(rewriter, dialect, root.inputs.map((value) => value.node));
  });
}

/** Makes what reads a node that computes the same from constants as `other` did read that; operands nothing else reads are removed. */
export function shareConstant(rewriter: Rewriter, dialect: Dialect, id: string, other: string): void {
  const node = rewriter.node(id);
  rewriter.apply(FOLD_CONSTANTS, `"${node.name}" is gone: "${rewriter.node(other).name}" is the constant it always gave.`, () => {
    rewriter.redirect(rewriter.uses(id, 0), { node: other, output: 0 });
    rewriter.redirectControl(id, other);
    rewriter.remove(id);
    removeUnread(rewriter, dialect, node.inputs.map((value) => value.node));
  });
}

/** The node and everything it is computed from. */
function nodesOfExpression(rewriter: Rewriter, root: Node): ReadonlyMap<string, Node> {
  const found = new Map([[root.id, root]]);
  // A map visits entries added while it is walked.
  for (const node of found.values()) {
    for (const { node: id } of node.inputs) if (!found.has(id)) found.set(id, rewriter.node(id));
  }
  return found;
}
