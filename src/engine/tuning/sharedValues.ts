import type { Dialect } from '../dialect';
import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import { readersOf } from '../graph/readerIndex';
import { constantNodes } from './workload';

/**
 * The values at which a variant of a graph can be cut, by key: those that both compute alike and that something reads which
 * they do not; of outputs alike in both, the outputs. Nodes of `reference` and `variant` are alike where they are the same
 * object and so is all they depend on. Values of loops, and those that follow from constants alone, are no places to cut.
 * Linear.
 */
export function sharedValues(reference: Graph, variant: Graph, dialect: Dialect, outputs: readonly ValueRef[]): ReadonlyMap<string, ValueRef> {
  const changed = changedNodes(reference, variant);
  const inLoops = dialect.nodesInLoops(variant);
  const constants = constantNodes(variant, dialect);
  const cut = new Map<string, ValueRef>();
  const needed = new Set<string>();
  const stack = [...outputs];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    const { node } = value;
    const isCut = !changed.has(node) && !inLoops.has(node) && !constants.has(node);
    if (isCut) cut.set(valueKey(value), value);
    if (isCut || needed.has(node)) continue;
    needed.add(node);
    stack.push(...variant.nodes.get(node)!.inputs);
  }
  return cut;
}

/** Ids of the variant's nodes that are not the reference's, and of those that depend on them, through loops as well. */
function changedNodes(reference: Graph, variant: Graph): ReadonlySet<string> {
  const changed = new Set([...variant.nodes.values()].filter((node) => reference.nodes.get(node.id) !== node).map(({ id }) => id));
  const readers = readersOf(variant, { waiting: true });
  const stack = [...changed];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const reader of readers.of(id)) {
      if (changed.has(reader)) continue;
      changed.add(reader);
      stack.push(reader);
    }
  }
  return changed;
}
