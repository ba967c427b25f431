import type { PartialShape } from '../../graph/attribute';
import type { NodeTable, ValueRef } from '../../graph/graph';
import { sourceOf } from './source';

/** The shape that the file, or the tensor of a constant, states for a value, through Casts, Quantize and Dequantize; symbolic sizes are all -1. */
export function statedShape(value: ValueRef, nodes: NodeTable): PartialShape {
  for (let at = value; ; ) {
    const node = nodes.get(at.node)!;
    const { origin } = sourceOf(node);
    if (origin !== undefined) return origin.outputs[at.output]?.shape;
    const tensor = node.attributes.get('value');
    if (tensor?.kind === 'tensor') return tensor.shape;
    if (node.inputs[0] === undefined) return undefined;
    at = node.inputs[0];
  }
}
