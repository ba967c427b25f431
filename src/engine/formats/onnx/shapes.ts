import type { PartialShape } from '../../graph/attribute';
import { type Graph, valueKey } from '../../graph/graph';
import { isConstantNode, sourceOf } from './node';
import type { OnnxModel } from './read';

/** Shapes of the graph's values by `valueKey`: those of constants, and what the file states of values it came with. */
export function inferShapes(graph: Graph): ReadonlyMap<string, PartialShape> {
  const { stated } = graph.source as OnnxModel;
  const shapes = new Map<string, PartialShape>();
  for (const node of graph.nodes.values()) {
    const value = isConstantNode(node) ? node.attributes.get('value') : undefined;
    if (value?.kind === 'tensor') shapes.set(valueKey({ node: node.id, output: 0 }), value.shape);
    else sourceOf(node).outputNames.forEach((name, output) => {
      const shape = stated.get(name)?.shape;
      if (shape !== undefined) shapes.set(valueKey({ node: node.id, output }), shape);
    });
  }
  return shapes;
}
