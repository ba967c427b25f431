import type { PartialShape } from '../../graph/attribute';
import { type Graph, type Node, type ValueRef, valueKey } from '../../graph/graph';
import { sourceOf } from './source';

/**
 * Shapes of the values: those the file states, with -1 for symbolic sizes. What phases add keeps the shape of what it
 * reads first. Linear.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, PartialShape> {
  const shapes = new Map<string, PartialShape>();
  for (const node of graph.nodes.values()) {
    statedShapes(node).forEach((shape, output) => {
      if (shape !== undefined) shapes.set(valueKey({ node: node.id, output }), shape);
    });
  }
  for (const node of graph.nodes.values()) {
    if (node.inputs.length === 0 || statedShapes(node).length > 0) continue;
    const shape = shapeThrough(node.inputs[0]!, graph, shapes);
    if (shape !== undefined) shapes.set(valueKey({ node: node.id, output: 0 }), shape);
  }
  return shapes;
}

function statedShapes(node: Node): readonly PartialShape[] {
  const value = node.attributes.get('value');
  if (value?.kind === 'tensor') return [value.shape];
  return sourceOf(node).origin?.outputs.map(({ shape }) => shape) ?? [];
}

/** Follows first inputs through nodes that phases added. */
function shapeThrough(value: ValueRef, graph: Graph, known: ReadonlyMap<string, PartialShape>): PartialShape {
  for (let at = value; ; ) {
    const shape = known.get(valueKey(at));
    const producer = graph.nodes.get(at.node);
    if (shape !== undefined || producer === undefined || sourceOf(producer).origin !== undefined || producer.inputs[0] === undefined) return shape;
    at = producer.inputs[0];
  }
}
