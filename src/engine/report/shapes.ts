import type { Dialect } from '../dialect';
import type { PartialShape } from '../graph/attribute';
import type { Graph } from '../graph/graph';

const inferred = new WeakMap<Graph, ReadonlyMap<string, PartialShape>>();

/** Shapes of a graph's values by `valueKey`; inferred once, when they are first asked for. */
export function shapesOf(graph: Graph, dialect: Dialect): ReadonlyMap<string, PartialShape> {
  let shapes = inferred.get(graph);
  if (shapes === undefined) {
    shapes = dialect.inferShapes(graph);
    inferred.set(graph, shapes);
  }
  return shapes;
}
