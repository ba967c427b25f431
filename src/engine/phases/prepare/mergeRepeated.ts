import type { Dialect } from '../../dialect';
import { attributesKey } from '../../graph/attributeKey';
import { bytesPerElement } from '../../graph/dataType';
import { type Node, type ValueRef, valueKey } from '../../graph/graph';
import type { Rewriter, Rule } from '../../graph/rewriter';
import { topologicalOrder } from '../../graph/traversal';
import { canReplace } from './canReplace';

export const MERGE_REPEATED: Rule = {
  name: 'merge-repeated',
  description: 'Computes once what several ops compute from the same values in the same way.',
};

/** Elements of constants that are compared by value; larger ones are the same only where they are one node. */
const FEW = 64;

/**
 * Merges ops of one kind that read the same outputs of the same nodes, wait for the same nodes and have equal attributes.
 * Never those the dialect knows to give other values each time, to change something, or to steer. An op that a caller fetches
 * keeps its place; two of them stay two. Returns by the id of each node that is gone the id of the one in its place. Linear.
 */
export function mergeRepeated(rewriter: Rewriter, dialect: Dialect): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const merged = new Map<string, string>();
  for (const id of topologicalOrder(rewriter.finish(), (node) => dialect.closesLoop(node))) {
    const key = keyOf(rewriter.node(id), rewriter, dialect);
    if (key === undefined) continue;
    const other = known.get(key);
    if (other === undefined) known.set(key, id);
    else if (canGo(id)) merge(id, other);
    else if (canGo(other)) {
      known.set(key, id);
      merge(other, id);
    }
  }
  return merged;

  function canGo(id: string): boolean {
    return !rewriter.isOutputNode(id) && canReplace(rewriter, dialect, id, dialect.outputTypes(rewriter.node(id)).length);
  }

  function merge(gone: string, kept: string): void {
    const [node, other] = [rewriter.node(gone), rewriter.node(kept)];
    rewriter.apply(MERGE_REPEATED, `"${node.name}" is gone: "${other.name}" computes the same from the same values.`, () => {
      for (const [output] of dialect.outputTypes(node).entries()) rewriter.redirect(rewriter.uses(gone, output), { node: kept, output });
      rewriter.redirectControl(gone, kept);
      rewriter.remove(gone);
    });
    merged.set(gone, kept);
  }
}

/** A text that nodes share which compute the same; undefined for those that are never merged. */
function keyOf(node: Node, rewriter: Rewriter, dialect: Dialect): string | undefined {
  // What one branch computes is not there in another.
  if (dialect.runsInside?.(node) === true) return undefined;
  const own = dialect.isInput(node) || dialect.isConstant(node) || dialect.hasSideEffects(node) ? undefined : dialect.repeatKey(node, rewriter);
  if (own === undefined || node.inputs.every((value) => dialect.constantBehind(rewriter, value) !== undefined)) return undefined;
  const attributes = attributesKey(node.attributes);
  if (attributes === undefined) return undefined;
  const inputs = node.inputs.map((value) => inputKey(value, rewriter, dialect));
  const waits = [...node.controlInputs].sort();
  return JSON.stringify([node.op, own, inputs, waits, attributes, dialect.outputTypes(node), node.device ?? '', dialect.moduleOf?.(node)?.call ?? '']);
}

function inputKey(value: ValueRef, rewriter: Rewriter, dialect: Dialect): string {
  const constant = dialect.constantBehind(rewriter, value);
  const attribute = constant?.attributes.get('value');
  if (constant === undefined || attribute?.kind !== 'tensor' || bytesPerElement(attribute.dtype) === undefined || attribute.shape.reduce((a, b) => a * b, 1) > FEW) return valueKey(value);
  const { dtype, shape, data } = dialect.constantTensor(constant);
  return `${dtype}[${shape.join()}] ${bits(data as ArrayLike<number | bigint>)} after ${[...constant.controlInputs].sort().join()}`;
}

/** Elements so that different ones differ: zeros by their sign, too. */
function bits(data: ArrayLike<number | bigint>): string {
  return Array.from(data, (value) => (Object.is(value, -0) ? '-0' : String(value))).join();
}
