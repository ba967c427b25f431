import type { Dialect } from '../dialect';
import { type Graph, valueKey, type ValueRef } from '../graph/graph';
import type { Tensor } from '../graph/tensor';

/** The value a `valueKey` is of. */
export function valueOfKey(key: string): ValueRef {
  const colon = key.lastIndexOf(':');
  return { node: key.slice(0, colon), output: Number(key.slice(colon + 1)) };
}

/** A value that is fed or constant. */
export function given(value: ValueRef, feeds: ReadonlyMap<string, Tensor>, graph: Graph, dialect: Dialect): Tensor {
  return feeds.get(valueKey(value)) ?? dialect.constantTensor(graph.nodes.get(value.node)!);
}
