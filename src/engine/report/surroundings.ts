import type { Graph } from '../graph/graph';
import { type ReaderIndex, readersOf } from '../graph/readerIndex';
import { outputId } from './picture';

/** Nodes that are named: enough to see where a constant or Cast stands, and few enough for 100,000 changes of a shared one. */
export const MOST_AROUND = 16;

/**
 * Where nodes that are not in the picture (constants, Casts, Quantize, Dequantize) stand in it: the nodes of the picture
 * that they get their value from and hand it to. Finding those of all nodes is linear: what lies behind a node is kept.
 */
export class Surroundings {
  private readonly readers: ReaderIndex;
  private readonly fetched = new Map<string, number>();
  private readonly sources = new Map<string, number | undefined>();
  private readonly targets = new Map<string, number | undefined>();
  private readonly around = new Map<string, readonly number[]>();

  /** `indexOf` gives the nodes of the picture by id. */
  constructor(private readonly graph: Graph, private readonly indexOf: ReadonlyMap<string, number>) {
    this.readers = readersOf(graph);
    for (const { name, value } of graph.outputs) {
      const end = indexOf.get(outputId(name));
      if (end !== undefined) this.fetched.set(value.node, end);
    }
  }

  /** The nodes of the picture around a node; none for one that is not in this graph. */
  of(id: string): readonly number[] {
    let around = this.around.get(id);
    if (around === undefined) this.around.set(id, (around = this.find(id)));
    return around;
  }

  private find(id: string): readonly number[] {
    const node = this.graph.nodes.get(id);
    if (node === undefined) return [];
    const found = [this.source(node.inputs[0]?.node), this.fetched.get(id)];
    let count = 0;
    for (const reader of this.readers.of(id)) {
      if (count++ === MOST_AROUND) break;
      found.push(this.target(reader));
    }
    return [...new Set(found.filter((end) => end !== undefined))];
  }

  /** The node of the picture whose value comes to a node through first inputs; itself where it is one. */
  private source(id: string | undefined): number | undefined {
    return follow(id, this.indexOf, this.sources, (at) => this.graph.nodes.get(at)?.inputs[0]?.node);
  }

  /** The node of the picture that a value of a node goes to through first readers; itself where it is one. */
  private target(id: string): number | undefined {
    return follow(id, this.indexOf, this.targets, (at) => [...this.readers.of(at)][0], this.fetched);
  }
}

/** Goes on from a node until one of the picture is met, and keeps what was found for every node on the way. */
function follow(
  from: string | undefined, indexOf: ReadonlyMap<string, number>, known: Map<string, number | undefined>,
  next: (id: string) => string | undefined, ends?: ReadonlyMap<string, number>,
): number | undefined {
  const path: string[] = [];
  let at = from;
  while (at !== undefined && !indexOf.has(at) && !ends?.has(at) && !known.has(at)) {
    // Known at once, so that a cycle ends here.
    known.set(at, undefined);
    path.push(at);
    at = next(at);
  }
  const found = at === undefined ? undefined : indexOf.get(at) ?? ends?.get(at) ?? known.get(at);
  for (const id of path) known.set(id, found);
  return found;
}
