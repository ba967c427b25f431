import type { Graph } from './graph';

/** Who reads a node: nothing, one id, or several. Most nodes have one reader, which needs no set. */
type Readers = string | Set<string> | undefined;

/** Ids of readers by the id of the node they read; a reader counts once however often it reads. */
export class ReaderIndex {
  private readonly readers = new Map<string, Readers>();

  add(producer: string, reader: string): void {
    const readers = this.readers.get(producer);
    if (readers === undefined) this.readers.set(producer, reader);
    else if (readers instanceof Set) readers.add(reader);
    else if (readers !== reader) this.readers.set(producer, new Set([readers, reader]));
  }

  delete(producer: string, reader: string): void {
    const readers = this.readers.get(producer);
    if (readers === reader) this.readers.set(producer, undefined);
    else if (readers instanceof Set) readers.delete(reader);
  }

  /** In the order they came. */
  of(producer: string): Iterable<string> {
    const readers = this.readers.get(producer);
    return readers === undefined ? [] : readers instanceof Set ? readers : [readers];
  }

  has(producer: string): boolean {
    const readers = this.readers.get(producer);
    return readers instanceof Set ? readers.size > 0 : readers !== undefined;
  }
}

/** Readers of the values of every node; with `waiting`, also the nodes that only wait for it. Linear. */
export function readersOf(graph: Graph, { waiting = false } = {}): ReaderIndex {
  const readers = new ReaderIndex();
  for (const node of graph.nodes.values()) {
    for (const value of node.inputs) readers.add(value.node, node.id);
    if (waiting) for (const id of node.controlInputs) readers.add(id, node.id);
  }
  return readers;
}
