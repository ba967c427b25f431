import { type Graph, type ValueRef, valueKey } from './graph';

/** A place where a value is read. */
export interface ValueRead {
  /** Id of the reader. */
  readonly node: string;
  /** Index into the reader's inputs. */
  readonly input: number;
}

/** Where each value of a graph is read; made in linear time. */
export class ValueReads {
  private readonly reads = new Map<string, ValueRead[]>();
  private readonly fetched: ReadonlySet<string>;

  constructor(graph: Graph) {
    for (const { id, inputs } of graph.nodes.values()) {
      inputs.forEach((value, input) => {
        const reads = this.reads.get(valueKey(value));
        if (reads === undefined) this.reads.set(valueKey(value), [{ node: id, input }]);
        else reads.push({ node: id, input });
      });
    }
    this.fetched = new Set(graph.outputs.map(({ value }) => valueKey(value)));
  }

  /** In the order of the nodes. */
  of(value: ValueRef): readonly ValueRead[] {
    return this.reads.get(valueKey(value)) ?? [];
  }

  /** Whether the caller of the model fetches it. */
  isFetched(value: ValueRef): boolean {
    return this.fetched.has(valueKey(value));
  }

  /** The place where it is read, if that is the only one and no caller of the model fetches it. */
  only(value: ValueRef): ValueRead | undefined {
    const reads = this.of(value);
    return reads.length === 1 && !this.isFetched(value) ? reads[0] : undefined;
  }
}
