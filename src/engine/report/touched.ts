import type { Dialect } from '../dialect';
import { groupBy } from '../graph/groupBy';
import type { Graph } from '../graph/graph';
import { topologicalOrder } from '../graph/traversal';
import type { Change, Snapshot } from '../snapshot';
import { differs, type Looks } from './looks';
import type { MarkChanges } from './markChanges';
import type { EdgeState } from './marks';
import type { Picture } from './picture';
import { MOST_AROUND, Surroundings } from './surroundings';

/** What is shown of a snapshot: how the nodes of the picture look, and what its edges carry. */
export interface Shown {
  readonly snapshot: Snapshot;
  readonly looks: Looks;
  readonly states: readonly EdgeState[];
}

export interface Touched {
  /** By change: the nodes of the picture it touched. */
  readonly nodes: readonly (readonly number[])[];
  /** By node of the picture: the change after which it looks as in this snapshot; -1 where none touched it. */
  readonly nodeChange: Int32Array;
}

/**
 * What the changes between two snapshots touched in the picture. A change of constants and boundaries alone is shown at the
 * nodes around them. A node that no change touched can still look different, such as an activation function after an op that
 * became INT8: it does so since the last change before it on the way of its values. Linear.
 */
export function touchedBy(
  before: Shown, now: Shown, marks: MarkChanges, picture: Picture, indexOf: ReadonlyMap<string, number>, dialect: Dialect,
): Touched {
  const { changes, graph } = now.snapshot;
  const nodes = changes.map((change) => [...new Set(idsOf(change).map((id) => indexOf.get(id)).filter((node) => node !== undefined))]);
  const nodeChange = new Int32Array(picture.nodes.length).fill(-1);
  nodes.forEach((touched, change) => touched.forEach((node) => (nodeChange[node] = change)));
  nameAround(nodes, changes, [graph, before.snapshot.graph], indexOf);
  const untouched = new Set([...nodeChange.keys()].filter((node) => nodeChange[node] === -1 && differs(node, before.looks, now.looks)));
  if (untouched.size > 0 && changes.length > 0) {
    const reached = changesBefore(untouched, nodeChange, graph, marks, picture, indexOf, dialect);
    for (const node of untouched) {
      const change = reached.get(node) ?? changes.length - 1;
      nodeChange[node] = change;
      nodes[change]!.push(node);
    }
    // One of them may be around the change already.
    for (const change of new Set([...untouched].map((node) => nodeChange[node]!))) nodes[change] = [...new Set(nodes[change])];
  }
  return { nodes, nodeChange };
}

function idsOf({ before, after }: Change): string[] {
  return [...before, ...after];
}

/** Fills in the nodes of changes that touched none of the picture. */
function nameAround(nodes: number[][], changes: readonly Change[], graphs: readonly Graph[], indexOf: ReadonlyMap<string, number>): void {
  if (nodes.every((touched) => touched.length > 0)) return;
  const surroundings = graphs.map((graph) => new Surroundings(graph, indexOf));
  changes.forEach((change, position) => {
    if (nodes[position]!.length > 0) return;
    const around = new Set<number>();
    for (const id of idsOf(change)) {
      for (const one of surroundings) for (const node of one.of(id)) around.add(node);
      if (around.size >= MOST_AROUND) break;
    }
    nodes[position] = [...around].slice(0, MOST_AROUND);
  });
}

/** The last change of what the values of untouched nodes come from, where there is one. */
function changesBefore(
  untouched: ReadonlySet<number>, nodeChange: Int32Array, graph: Graph, marks: MarkChanges, picture: Picture, indexOf: ReadonlyMap<string, number>, dialect: Dialect,
): ReadonlyMap<number, number> {
  const targets = Int32Array.from(picture.edges, ({ target }) => target);
  const { starts, sorted } = groupBy(targets, Int32Array.from(targets.keys()), picture.nodes.length);
  const found = new Map<number, number>();
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = indexOf.get(id);
    if (node === undefined || !untouched.has(node)) continue;
    let change = -1;
    for (const edge of sorted.subarray(starts[node], starts[node + 1])) {
      const { source } = picture.edges[edge]!;
      change = Math.max(change, nodeChange[source]!, found.get(source) ?? -1, marks.cast[edge]!, marks.quantize[edge]!);
    }
    if (change >= 0) found.set(node, change);
  }
  return found;
}
