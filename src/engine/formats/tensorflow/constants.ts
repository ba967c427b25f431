import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { isSet } from './attributes';

/** Ops that hand a constant on unchanged, as TensorFlow 1 exports put between a weight and its reader. */
const PASSES_ON: ReadonlySet<string> = new Set(['Identity', 'StopGradient', 'Snapshot', 'PreventGradient']);

/** The node whose first output a value is, through nodes that only pass it on; undefined where it is another output. */
function nodeBehind(nodes: NodeTable, value: ValueRef | undefined): Node | undefined {
  let from = value;
  while (from?.output === 0) {
    const node = nodes.get(from.node);
    if (node === undefined || !PASSES_ON.has(node.op)) return node;
    [from] = node.inputs;
  }
  return undefined;
}

/** The Const a value comes from through nodes that only pass it on, or undefined. */
export function constantBehind(nodes: NodeTable, value: ValueRef): Node | undefined {
  const node = nodeBehind(nodes, value);
  return node?.op === 'Const' ? node : undefined;
}

/** The Enter that brings a value into its loop, the same in every trip, and the Const that it is; undefined where it is no such value. */
export function constantFromOutside(nodes: NodeTable, value: ValueRef): { readonly enter: Node; readonly constant: Node } | undefined {
  const enter = nodeBehind(nodes, value);
  if (enter?.op !== 'Enter' || !isSet(enter, 'is_constant')) return undefined;
  const constant = constantBehind(nodes, enter.inputs[0]!);
  return constant && { enter, constant };
}

/** Shape of the constant a value comes from, through nodes that only pass it on. */
export function constantShape(nodes: NodeTable, value: ValueRef): readonly number[] | undefined {
  const tensor = constantBehind(nodes, value)?.attributes.get('value');
  return tensor?.kind === 'tensor' ? tensor.shape : undefined;
}
