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
    // What was no linear op in the opened model and is one now took one's place; one that is gone otherwise has no heir.
    if (heir !== undefined && isLinear(opened, heir) !== isLinear(folded, heir)) found.set(id, heir);
  }
  return found;
}
