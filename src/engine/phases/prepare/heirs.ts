import type { Dialect } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { readersOf } from '../../graph/readerIndex';

/**
 * Linear ops that folding gave the id of the last op of their chain: by the id an op has in the opened graph the id it has
 * now. Empty where folding leaves linear ops their ids. Linear.
 */
export function heirs(opened: Graph, folded: Graph, dialect: Dialect): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const isLinear = (graph: Graph, id: string): boolean => dialect.linearOp(graph.nodes.get(id)!) !== undefined;
  const gone = [...opened.nodes.values()].filter((node) => !folded.nodes.has(node.id) && dialect.linearOp(node) !== undefined);
  if (gone.length === 0) return found;
  const readers = readersOf(opened);
  for (const { id } of gone) {
    // Each op of a chain is the only reader of the one before.
    let heir: string | undefined = id;
    while (heir !== undefined && !folded.nodes.has(heir)) [heir] = readers.of(heir);
    if (heir === undefined) continue;
    // What is now what the op was, or is a linear op and was none, took its place; one that is gone otherwise has no heir. In
    // another precision than FP32 a framework's linear ops need not count as such.
    const isSame = (graph: Graph): boolean => graph.nodes.get(heir)!.op === opened.nodes.get(id)!.op;
    if ((isSame(folded) && !isSame(opened)) || isLinear(opened, heir) !== isLinear(folded, heir)) found.set(id, heir);
  }
  return found;
}
