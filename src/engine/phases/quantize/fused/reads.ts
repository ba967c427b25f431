import type { ValueReads } from '../../../dialect';
import { type Graph, type ValueRef, valueKey } from '../../../graph/graph';
import type { Use } from '../../../graph/rewriter';

/** Where each value of a graph is read; made in linear time. */
export class Reads implements ValueReads {
  private readonly uses = new Map<string, Use[]>();
  private readonly fetched: ReadonlySet<string>;

  constructor(graph: Graph) {
    for (const { id, inputs } of graph.nodes.values()) {
      inputs.forEach((value, input) => {
        const uses = this.uses.get(valueKey(value));
        if (uses === undefined) this.uses.set(valueKey(value), [{ node: id, input }]);
        else uses.push({ node: id, input });
      });
    }
    this.fetched = new Set(graph.outputs.map(({ value }) => valueKey(value)));
  }

  of(value: ValueRef): readonly Use[] {
    return this.uses.get(valueKey(value)) ?? [];
  }

  isFetched(value: ValueRef): boolean {
    return this.fetched.has(valueKey(value));
  }

  only(value: ValueRef): Use | undefined {
    const uses = this.of(value);
    return uses.length === 1 && !this.isFetched(value) ? uses[0] : undefined;
  }
}
