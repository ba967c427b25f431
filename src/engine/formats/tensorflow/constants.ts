import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { isSet } from './attributes';

/** Ops that hand a constant on unchanged, as TensorFlow 1 exports put between a weight and its reader. */
const PASSES_ON: ReadonlySet<string> = new Set(['Identity', 'StopGradient', 'Snapshot', 'PreventGradient']);

/** The Const a value comes from through nodes that only pass it on, or undefined. */
export function constantBehind(nodes: NodeTable, value: ValueRef): Node | undefined {
  let node = nodes.get(value.node);
  if (value.output !== 0) return undefined;
  while (node !== undefined && PASSES_ON.has(node.op)) {
    const input = node.inputs[0];
    node = input === undefined || input.output !== 0 ? undefined : nodes.get(input.node);
  }
  return node?.op === 'Const' ? node : undefined;
}

/** The Enter that brings a value into its loop, the same in every trip, and the Const that it is; undefined where it is no such value. */
export function constantFromOutside(nodes: NodeTable, value: ValueRef): { readonly enter: Node; readonly constant: Node } | undefined {
  let node = value.output === 0 ? nodes.get(value.node) : undefined;
  while (node !== undefined && PASSES_ON.has(node.op)) node = node.inputs[0]?.output === 0 ? nodes.get(node.inputs[0].node) : undefined;
  if (node?.op !== 'Enter' || !isSet(node, 'is_constant')) return undefined;
  const constant = constantBehind(nodes, node.inputs[0]!);
  return constant && { enter: node, constant };
}

/** Shape of the constant a value comes from, through nodes that only pass it on. */
export function constantShape(nodes: NodeTable, value: ValueRef): readonly number[] | undefined {
  const tensor = constantBehind(nodes, value)?.attributes.get('value');
  return tensor?.kind === 'tensor' ? tensor.shape : undefined;
}
